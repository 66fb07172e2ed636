"""The command line: what may be typed, and nothing else; `ui.commands` and `ui.workbench` do the work.

This file imports nothing heavy, so that `casebrief --help` answers at once.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="casebrief",
    help="A law firm's own assistant for long documents: checked summaries, quoted answers, nothing leaves the house.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
rounds = typer.Typer(help="Training rounds: dataset, train, evaluate, gate.", no_args_is_help=True)
adapters = typer.Typer(help="Adapters: list, show, promote, roll back.", no_args_is_help=True)
audit = typer.Typer(help="The audit log: verify its chain, export it.", no_args_is_help=True)
users = typer.Typer(help="People who may log in.", no_args_is_help=True)
matters = typer.Typer(help="Matters: list, consent to training, members.", no_args_is_help=True)
for name, group in (
    ("round", rounds),
    ("adapters", adapters),
    ("audit", audit),
    ("users", users),
    ("matters", matters),
):
    app.add_typer(group, name=name)


class Detail(StrEnum):
    """How much a summary tells."""

    brief = "brief"
    detailed = "detailed"
    comprehensive = "comprehensive"


class Profile(StrEnum):
    """Which identifiers are replaced."""

    working = "working"
    strict = "strict"


class Method(StrEnum):
    """How the model is trained."""

    lora = "lora"
    dora = "dora"
    rslora = "rslora"
    full = "full"


class Role(StrEnum):
    """What a user may do."""

    paralegal = "paralegal"
    attorney = "attorney"
    admin = "admin"


Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
As = Annotated[str | None, typer.Option("--as", metavar="USER", help="Who acts; default: the shell's login.")]
MatterName = Annotated[str, typer.Option("--matter", metavar="M", help="Name or id of the matter.")]
PasswordFile = Annotated[Path | None, typer.Option(help="File whose first line is the password.")]
DocumentType = Annotated[
    str | None, typer.Option(help="Settles the type: complaint, motion, order, brief, contract, patent, plain, …")
]
Adapter = Annotated[str | None, typer.Option(help='An adapter id, "base", or "none" (no model); default: the active.')]
Words = Annotated[int | None, typer.Option(min=10, max=5000, help="Length wished for, in words.")]


def _do(command: str, as_user: str | None, as_json: bool, file: str = "", /, **arguments: Any) -> None:
    """Run a command that needs the house, here or in the running server, and end with its exit code."""
    from ui.terminal import run_house_command

    raise typer.Exit(run_house_command(command, arguments, as_user=as_user, as_json=as_json, file=file))


def _do_beside(command: str, as_json: bool, file: str = "", /, **arguments: Any) -> None:
    """Run a command that changes nothing in the store, in this process."""
    from ui.terminal import run_beside

    raise typer.Exit(run_beside(command, arguments, as_json=as_json, file=file))


def _secret(path: Path | None) -> str | None:
    """Read the first line of a password file."""
    from ui.terminal import read_secret

    return read_secret(path)


@app.command()
def demo(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port.")] = None,
    filings: Annotated[int, typer.Option(min=1, max=8, help="Number of sample filings.")] = 8,
    serve: Annotated[bool, typer.Option(help="Serve the web app afterwards.")] = True,
) -> None:
    """Make a sample matter with three logins and serve the web app."""
    from ui.demo import run_demo
    from ui.terminal import guard

    raise typer.Exit(guard("demo", lambda: run_demo(host, port, filings, serve)))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; default 7860.")] = None,
) -> None:
    """Serve the web app and run the jobs."""
    from ui.serving import run_server
    from ui.terminal import guard

    raise typer.Exit(guard("serve", lambda: run_server(host, port)))


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of files.")],
    matter: MatterName,
    password_file: PasswordFile = None,
    document_type: DocumentType = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Read filings into a matter (made where it is missing); names are replaced before anything else sees the text."""
    given = [str(p.absolute()) for p in paths]
    password = _secret(password_file)
    _do("ingest", as_user, as_json, paths=given, matter=matter, password=password, document_type=document_type)


@app.command()
def index(
    corpus: Annotated[Path, typer.Option(help="Folder of .txt files.")],
    matter: MatterName,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Take a folder of plain texts into a matter, for benchmarks."""
    _do("index", as_user, as_json, corpus=str(corpus.absolute()), matter=matter)


@app.command()
def summarize(
    target: Annotated[str | None, typer.Argument(metavar="[PATH|ID]", help="A file, or the id of a filing.")] = None,
    detail: Annotated[Detail, typer.Option(help="How much it tells.")] = Detail.brief,
    words: Words = None,
    adapter: Adapter = None,
    document_type: DocumentType = None,
    password_file: PasswordFile = None,
    input: Annotated[Path | None, typer.Option(help="JSON lines {id, document[, words]} instead.")] = None,
    output: Annotated[Path | None, typer.Option(help="Where the lines go; default: standard output.")] = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Summarize a filing; every sentence with its page and quote."""
    if (target is None) == (input is None):
        raise typer.BadParameter("give either a PATH or ID, or --input FILE")
    shared: dict[str, Any] = {
        "detail": detail.value,
        "words": words,
        "adapter": adapter,
        "document_type": document_type,
    }
    if input is not None:
        from ui.terminal import run_lines

        given = shared | {"input": str(input.absolute())}
        raise typer.Exit(run_lines("summarize-lines", given, output, as_user=as_user, as_json=as_json))
    path = Path(str(target))
    stored = not path.exists() and str(target).startswith("d-")
    given = shared | {"target": str(target) if stored else str(path.absolute()), "stored": stored}
    _do("summarize", as_user, as_json, "" if stored else path.name, password=_secret(password_file), **given)


@app.command()
def ask(
    question: str,
    matter: MatterName,
    filing: Annotated[list[str] | None, typer.Option(help="Only these filings, by id.")] = None,
    adapter: Adapter = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the filings of a matter, with quotes, or say that they do not answer it."""
    _do("ask", as_user, as_json, question=question, matter=matter, documents=filing, adapter=adapter)


@app.command()
def search(
    query: str,
    matter: MatterName,
    k: Annotated[int, typer.Option("--k", min=1, max=1000, help="Number of passages.")] = 10,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Find passages in a matter."""
    _do("search", as_user, as_json, query=query, matter=matter, k=k)


@app.command()
def verify(
    path: Path,
    sentences: Annotated[Path, typer.Option(help="JSON file: a list of sentences, or of {text}.")],
    document_type: DocumentType = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Check any sentences against a document."""
    password = _secret(password_file)
    given: dict[str, Any] = {"sentences": str(sentences), "document_type": document_type, "password": password}
    _do_beside("verify", as_json, path.name, path=str(path), **given)


@app.command()
def anonymize(
    input: Annotated[Path, typer.Option(help="JSON lines {id, text}.")],
    output: Annotated[Path, typer.Option(help="JSON lines {id, spans, text}.")],
    profile: Annotated[Profile, typer.Option(help="Which identifiers are found.")] = Profile.working,
    as_json: Json = False,
) -> None:
    """Find and replace identifiers in texts."""
    _do_beside("anonymize", as_json, input=str(input), output=str(output), profile=profile.value)


@app.command()
def synthesize(
    count: Annotated[int, typer.Option(min=1, help="Number of filings.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same filings.")] = 0,
    split: Annotated[str, typer.Option(help="train or test: the two share no names, courts or facts.")] = "train",
    as_json: Json = False,
) -> None:
    """Write synthetic filings: PDFs, texts, gold summaries, gold identifiers."""
    _do_beside("synthesize", as_json, count=count, seed=seed, out=str(out), split=split)


@app.command()
def train(
    pairs: Annotated[Path, typer.Option(help="JSON lines {id, document, summary}.")],
    out: Annotated[Path, typer.Option(help="Folder of the adapter.")],
    method: Annotated[Method, typer.Option(help="LoRA, a kin of it, or all weights.")] = Method.lora,
    base: Annotated[str | None, typer.Option(help="Base model: a name, a Hugging Face id or a folder.")] = None,
    parent: Annotated[Path | None, typer.Option(help="Adapter folder to start from.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="How often each pair is seen.")] = None,
    rank: Annotated[int | None, typer.Option(help="Rank of the adapters.")] = None,
    alpha: Annotated[int | None, typer.Option(help="Scale of the adapters.")] = None,
    dropout: Annotated[float | None, typer.Option(help="Share of inputs dropped, 0 to 1.")] = None,
    layers: Annotated[int | None, typer.Option(help="Only the uppermost N layers; 0 for all.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak rate; default by method.")] = None,
    batch_tokens: Annotated[int | None, typer.Option(help="Tokens of a batch at most.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Longer examples are left out.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, float32 or bfloat16.")] = None,
    document_type: DocumentType = None,
    as_json: Json = False,
) -> None:
    """Train an adapter on pairs of document and summary."""
    options: dict[str, Any] = {
        "method": method.value,
        "epochs": epochs,
        "rank": rank,
        "alpha": alpha,
        "dropout": dropout,
        "layers": layers,
        "learning_rate": learning_rate,
        "batch_tokens": batch_tokens,
        "max_tokens": max_tokens,
        "seed": seed,
        "precision": precision,
    }
    chosen = {k: v for k, v in options.items() if v is not None}
    given: dict[str, Any] = {"pairs": str(pairs), "out": str(out), "base": base, "document_type": document_type}
    _do_beside("train", as_json, options=chosen, parent=str(parent) if parent else None, **given)


@app.command()
def evaluate(
    pairs: Annotated[Path, typer.Option(help="JSON lines {id, document, summary}.")],
    adapter: Annotated[str, typer.Option(help="Adapter id, folder, base or none.")],
    base: Annotated[str | None, typer.Option(help="Base model.")] = None,
    shots: Annotated[int, typer.Option(min=0, max=8, help="Examples shown in the prompt.")] = 0,
    predictions: Annotated[Path | None, typer.Option(help="Write each prediction as a JSON line.")] = None,
    words: Words = None,
    document_type: DocumentType = None,
    as_json: Json = False,
) -> None:
    """Score an adapter on pairs: ROUGE with intervals, and how many sentences the source supports."""
    given = {"pairs": str(pairs), "adapter": adapter, "base": base, "shots": shots, "words": words}
    written = str(predictions) if predictions else None
    _do_beside("evaluate", as_json, predictions=written, document_type=document_type, **given)


@app.command()
def report(
    adapter: Annotated[str, typer.Argument(metavar="ADAPTER")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Write the model card and the scores of an adapter."""
    _do("report", as_user, as_json, adapter_id=adapter, out=str(out.absolute()))


@app.command()
def erase(
    matter: MatterName,
    second: Annotated[str, typer.Option(metavar="USER", help="The second person, who confirms with a password.")],
    second_password_file: PasswordFile = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Erase a matter for good: key, filings, summaries, index. It takes two people."""
    password = _secret(second_password_file) or typer.prompt(f"Password of {second}", hide_input=True, err=True)
    _do("erase", as_user, as_json, matter=matter, second=second, password=password)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check this machine and the data root."""
    _do_beside("doctor", as_json)


@rounds.command("start")
def round_start(
    wait: Annotated[bool, typer.Option(help="Follow it to its end.")] = False,
    option: Annotated[list[str] | None, typer.Option(help="key=value, such as epochs=2 or synthetic=40.")] = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Start a round, or follow the one that is running."""
    from ui.terminal import read_options

    _do("round-start", as_user, as_json, options=read_options(option or []), wait=wait)


@rounds.command("status")
def round_status(round_id: str | None = typer.Argument(None), as_user: As = None, as_json: Json = False) -> None:
    """Show a round, or the newest."""
    _do("round-status", as_user, as_json, round_id=round_id)


@rounds.command("cancel")
def round_cancel(round_id: str | None = typer.Argument(None), as_user: As = None, as_json: Json = False) -> None:
    """Cancel the running round."""
    _do("round-cancel", as_user, as_json, round_id=round_id)


@adapters.command("list")
def adapters_list(as_user: As = None, as_json: Json = False) -> None:
    """List the adapters."""
    _do("adapters-list", as_user, as_json)


@adapters.command("show")
def adapters_show(adapter_id: str, as_user: As = None, as_json: Json = False) -> None:
    """Show an adapter, its files checked against their hashes."""
    _do("adapters-show", as_user, as_json, adapter_id=adapter_id)


@adapters.command("promote")
def adapters_promote(adapter_id: str, as_user: As = None, as_json: Json = False) -> None:
    """Make a candidate the active adapter."""
    _do("adapters-promote", as_user, as_json, adapter_id=adapter_id)


@adapters.command("rollback")
def adapters_rollback(as_user: As = None, as_json: Json = False) -> None:
    """Go back to the adapter that was active before."""
    _do("adapters-rollback", as_user, as_json)


@audit.command("verify")
def audit_verify(as_user: As = None, as_json: Json = False) -> None:
    """Check the chain from its first entry to its last."""
    _do("audit-verify", as_user, as_json)


@audit.command("export")
def audit_export(as_user: As = None, as_json: Json = False) -> None:
    """Print the log, one JSON line an entry."""
    _do("audit-export", as_user, True)


@users.command("add")
def users_add(
    name: str,
    role: Annotated[Role, typer.Option(help="What the user may do.")],
    display_name: Annotated[str, typer.Option(help="Name shown.")] = "",
    password_file: PasswordFile = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Add a user; without --password-file a password is made up and shown once."""
    password = _secret(password_file)
    _do("users-add", as_user, as_json, name=name, role=role.value, display_name=display_name, password=password)


@users.command("list")
def users_list(as_user: As = None, as_json: Json = False) -> None:
    """List the users."""
    _do("users-list", as_user, as_json)


@users.command("role")
def users_role(name: str, role: Role, as_user: As = None, as_json: Json = False) -> None:
    """Give a user another role."""
    _do("users-role", as_user, as_json, name=name, role=role.value)


@users.command("disable")
def users_disable(name: str, as_user: As = None, as_json: Json = False) -> None:
    """Close a user's account; what the user did stays."""
    _do("users-disable", as_user, as_json, name=name)


@matters.command("list")
def matters_list(as_user: As = None, as_json: Json = False) -> None:
    """List the matters."""
    _do("matters-list", as_user, as_json)


@matters.command("consent")
def matters_consent(
    matter: str,
    given: Annotated[bool, typer.Option("--given/--withdrawn", help="Whether the client agrees.")],
    note: Annotated[str, typer.Option(help="When and how; sealed with the matter.")] = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Record a client's informed consent to training, or its withdrawal."""
    _do("matters-consent", as_user, as_json, matter=matter, given=given, note=note)


@matters.command("member")
def matters_member(matter: str, user: str, as_user: As = None, as_json: Json = False) -> None:
    """Make a user a member of a matter."""
    _do("matters-member", as_user, as_json, matter=matter, name=user)


def main() -> None:
    """Run the command line."""
    app()
