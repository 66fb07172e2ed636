"""The command line: what may be typed, and nothing else; `ui.commands` and `ui.workbench` do the work.

This file imports nothing heavy, so that `casebrief --help` answers at once.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

from ui.cli_groups import GROUPS
from ui.cli_options import (
    Adapter,
    As,
    Detail,
    DocumentType,
    Json,
    MatterName,
    Method,
    PasswordFile,
    Profile,
    Words,
    read_secret,
    run,
    run_beside,
)

app = typer.Typer(
    name="casebrief",
    help="A law firm's own assistant for long documents: checked summaries, quoted answers, nothing leaves the house.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


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
    password = read_secret(password_file)
    run("ingest", as_user, as_json, paths=given, matter=matter, password=password, document_type=document_type)


@app.command()
def index(
    corpus: Annotated[Path, typer.Option(help="Folder of .txt files.")],
    matter: MatterName,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Take a folder of plain texts into a matter, for benchmarks."""
    run("index", as_user, as_json, corpus=str(corpus.absolute()), matter=matter)


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
    run("summarize", as_user, as_json, "" if stored else path.name, password=read_secret(password_file), **given)


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
    run("ask", as_user, as_json, question=question, matter=matter, documents=filing, adapter=adapter)


@app.command()
def search(
    query: str,
    matter: MatterName,
    k: Annotated[int, typer.Option("--k", min=1, max=1000, help="Number of passages.")] = 10,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Find passages in a matter."""
    run("search", as_user, as_json, query=query, matter=matter, k=k)


@app.command()
def verify(
    path: Path,
    sentences: Annotated[Path, typer.Option(help="JSON file: a list of sentences, or of {text}.")],
    document_type: DocumentType = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Check any sentences against a document."""
    password = read_secret(password_file)
    given: dict[str, Any] = {"sentences": str(sentences), "document_type": document_type, "password": password}
    run_beside("verify", as_json, path.name, path=str(path), **given)


@app.command()
def anonymize(
    input: Annotated[Path, typer.Option(help="JSON lines {id, text}.")],
    output: Annotated[Path, typer.Option(help="JSON lines {id, spans, text}.")],
    profile: Annotated[Profile, typer.Option(help="Which identifiers are found.")] = Profile.working,
    as_json: Json = False,
) -> None:
    """Find and replace identifiers in texts."""
    run_beside("anonymize", as_json, input=str(input), output=str(output), profile=profile.value)


@app.command()
def synthesize(
    count: Annotated[int, typer.Option(min=1, help="Number of filings or clauses.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    kind: Annotated[str, typer.Option(help="filings, or clauses of terms and contracts in plain words.")] = "filings",
    seed: Annotated[int, typer.Option(help="The same seed gives the same filings.")] = 0,
    split: Annotated[str, typer.Option(help="Of filings; train or test share no names, courts or facts.")] = "train",
    as_json: Json = False,
) -> None:
    """Write synthetic filings: PDFs, texts, gold summaries, gold identifiers; or clauses with plain summaries."""
    run_beside("synthesize", as_json, count=count, kind=kind, seed=seed, out=str(out), split=split)


@app.command()
def train(
    pairs: Annotated[Path, typer.Option(help="JSON lines {id, document, summary}.")],
    out: Annotated[Path, typer.Option(help="Folder of the adapter.")],
    method: Annotated[Method | None, typer.Option(help="Default: the parent's, alora without one.")] = None,
    base: Annotated[str | None, typer.Option(help="Base model: a name, a Hugging Face id or a folder.")] = None,
    parent: Annotated[Path | None, typer.Option(help="Adapter folder to start from.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="How often each pair is seen.")] = None,
    rank: Annotated[int | None, typer.Option(help="Rank of the adapters.")] = None,
    alpha: Annotated[int | None, typer.Option(help="Scale of the adapters; default twice the rank.")] = None,
    dropout: Annotated[float | None, typer.Option(help="Share of inputs dropped, 0 to 1.")] = None,
    layers: Annotated[int | None, typer.Option(help="Only the uppermost N layers learn; 0 for all.")] = None,
    gradient: Annotated[str | None, typer.Option(help="all, or answer: the prompt is read only. Not of alora.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak rate; default by method.")] = None,
    batch_tokens: Annotated[int | None, typer.Option(help="Tokens of a batch at most.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Longer examples are left out.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, float32 or bfloat16.")] = None,
    document_type: DocumentType = None,
    as_json: Json = False,
) -> None:
    """Train an adapter on pairs of document and summary.

    Each pair counts as of a matter of its own, so a word that three pairs have may be kept by name in the adapter's
    ranker, unless the detectors found it as, or within, a name in one of them. Give no three pairs of one client.
    """
    options: dict[str, Any] = {
        "method": method.value if method else None,
        "epochs": epochs,
        "rank": rank,
        "alpha": alpha,
        "dropout": dropout,
        "layers": layers,
        "gradient": gradient,
        "learning_rate": learning_rate,
        "batch_tokens": batch_tokens,
        "max_tokens": max_tokens,
        "seed": seed,
        "precision": precision,
    }
    chosen = {k: v for k, v in options.items() if v is not None}
    given: dict[str, Any] = {"pairs": str(pairs), "out": str(out), "base": base, "document_type": document_type}
    run_beside("train", as_json, options=chosen, parent=str(parent) if parent else None, **given)


@app.command()
def evaluate(
    pairs: Annotated[Path, typer.Option(help="JSON lines {id, document, summary}.")],
    adapter: Annotated[str, typer.Option(help="Adapter id, folder, base or none.")],
    ranker: Annotated[str | None, typer.Option(help="Adapter id or folder whose ranker helps to choose.")] = None,
    base: Annotated[str | None, typer.Option(help="Base model.")] = None,
    shots: Annotated[int, typer.Option(min=0, max=8, help="Examples shown in the prompt.")] = 0,
    predictions: Annotated[Path | None, typer.Option(help="Write each prediction as a JSON line.")] = None,
    words: Words = None,
    document_type: DocumentType = None,
    as_json: Json = False,
) -> None:
    """Score an adapter on pairs: ROUGE with intervals, and how many sentences the source supports."""
    given = {"pairs": str(pairs), "adapter": adapter, "ranker": ranker, "base": base, "shots": shots, "words": words}
    written = str(predictions) if predictions else None
    run_beside("evaluate", as_json, predictions=written, document_type=document_type, **given)


@app.command()
def report(
    adapter: Annotated[str, typer.Argument(metavar="ADAPTER")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Write the model card and the scores of an adapter."""
    run("report", as_user, as_json, adapter_id=adapter, out=str(out.absolute()))


@app.command()
def erase(
    matter: MatterName,
    second: Annotated[str, typer.Option(metavar="USER", help="The second person, who confirms by password.")] = "",
    second_password_file: PasswordFile = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Erase a matter for good: key, filings, summaries, index. It takes two people."""
    password = read_secret(second_password_file)
    if second and password is None:
        password = typer.prompt(f"Password of {second}", hide_input=True, err=True)
    run("erase", as_user, as_json, matter=matter, second=second, password=password)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check this machine and the data root."""
    run_beside("doctor", as_json)


QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
}
"""Set where the environment says nothing else: no library asks the network on its own or draws its own bars."""


def main() -> None:
    """Run the command line."""
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # the libraries' own advice to their callers is no news to a person
    app()
