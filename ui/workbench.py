"""Commands that change nothing in the store: they run beside a server, in the process that was started for them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.errors import RefusedInput, WrongUsage
from assistant.settings import Settings, load_settings
from ui.messages import exit_code, log_fault, word_error

Event = dict[str, Any]


def run_work(name: str, arguments: dict[str, Any]) -> Iterator[Event]:
    """Run a command by name and give its events, as `ui.commands` does."""
    try:
        yield from WORK[name](arguments)
    except Exception as error:
        code = exit_code(error)
        if code == 1:
            log_fault(error, name)
        yield {"kind": "error", "message": word_error(error), "code": code}


def _record(value: Any) -> Event:
    return {"kind": "record", "record": value}


def verify(arguments: dict[str, Any]) -> Iterator[Event]:
    """Verify sentences against a file; they are pseudonymized as the file is, and answered in their own words."""
    from assistant.documents import Sentence
    from assistant.evidence.grounding import Grounder
    from ingest.redact import redact_input
    from ui.present import Sources, present_sentence
    from ui.unstored import open_file

    settings = load_settings()
    texts = read_sentences(Path(arguments["sentences"]))
    source = open_file(Path(arguments["path"]), settings, arguments.get("password"), arguments.get("document_type"))
    sources, grounder = Sources(source), Grounder(source.document)
    verified = []
    for number, text in enumerate(texts):
        yield {"kind": "progress", "done": number, "total": len(texts), "label": "sentences"}
        verdict = grounder.verify(redact_input(text, source.vault, settings.profile))
        shown = present_sentence(
            Sentence(text, verdict.support, verdict.reason, verdict.evidence, origin="person"), sources
        )
        verified.append({k: shown[k] for k in ("support", "reason", "evidence")} | {"text": text})
    yield _record(verified)


def read_sentences(path: Path) -> list[str]:
    """Read a JSON list of sentences, as texts or as records with `text`, or a summary's own JSON.

    Raises:
        RefusedInput: It is not JSON, or not such a list.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise RefusedInput(f"{path.name} is not JSON.", expected="a list of sentences") from None
    rows = data.get("sentences") if isinstance(data, dict) else data
    texts = [row.get("text") if isinstance(row, dict) else row for row in rows] if isinstance(rows, list) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise RefusedInput(f"{path.name} is not a list of sentences.", expected='["…"] or [{"text": "…"}]')
    return [str(text) for text in texts]


def anonymize(arguments: dict[str, Any]) -> Iterator[Event]:
    """Find and replace identifiers in texts, each with a vault of its own that is not kept."""
    from assistant.store.vault import Vault
    from ingest.redact import redact_text
    from ui.unstored import read_lines

    began, profile = time.monotonic(), arguments["profile"]
    rows = list(read_lines(Path(arguments["input"]), "id", "text"))
    output = Path(arguments["output"])
    beside = output.with_name(f".{output.name}.new")
    found = 0
    with beside.open("w", encoding="utf-8") as file:
        for number, row in enumerate(rows):
            yield {"kind": "progress", "done": number, "total": len(rows), "label": "texts"}
            redacted = redact_text(str(row["text"]), Vault.ephemeral(), profile)
            spans = [{"start": s.start, "end": s.end, "type": s.type, "score": s.score} for s in redacted.spans]
            found += len(spans)
            file.write(json.dumps({"id": row["id"], "spans": spans, "text": redacted.text}, ensure_ascii=False) + "\n")
    beside.replace(output)
    seconds = round(time.monotonic() - began, 3)
    yield _record({"texts": len(rows), "spans": found, "profile": profile, "output": str(output), "seconds": seconds})


def synthesize(arguments: dict[str, Any]) -> Iterator[Event]:
    """Write synthetic filings or clauses."""
    from finetune.synthesize.clauses import write_clauses
    from finetune.synthesize.rules import write_set

    began, out, kind = time.monotonic(), Path(arguments["out"]), arguments["kind"]
    if kind not in ("filings", "clauses"):
        raise WrongUsage(f"No synthetic kind {kind!r}.", expected="filings or clauses")
    yield {"kind": "progress", "done": 0, "total": arguments["count"], "label": kind}
    if kind == "clauses":
        manifest = write_clauses(arguments["count"], arguments["seed"], out)
    else:
        manifest = write_set(arguments["count"], arguments["seed"], out, split=arguments["split"])
    yield _record(manifest | {"out": str(out), "seconds": round(time.monotonic() - began, 3)})


def train(arguments: dict[str, Any]) -> Iterator[Event]:
    """Train an adapter on a file of pairs, each pseudonymized by itself and as of a matter of its own."""
    from finetune.dataset import build_all_examples, load_pairs, redact_pair
    from finetune.harvest import list_originals
    from finetune.ranker import fit_rankers, say_rankers
    from finetune.train import train_adapter
    from finetune.train_options import TrainOptions

    settings = _settings_for(arguments)
    options = TrainOptions(**arguments["options"])
    pairs = load_pairs(Path(arguments["pairs"]), arguments.get("document_type"))
    lessons, vaults = [], []
    for number, pair in enumerate(pairs):
        yield {"kind": "progress", "done": number, "total": len(pairs), "label": "replacing identifiers"}
        lesson, vault = redact_pair(pair, settings)
        lessons.append(lesson)
        vaults.append(vault)
    fitted = fit_rankers(lessons, settings, list_originals(vaults))
    examples = build_all_examples(lessons, settings, rankers=fitted.rankers)
    given: dict[str, Any] = {"facts": fitted.facts, "beside": fitted.files}
    parent = Path(arguments["parent"]) if arguments.get("parent") else None
    out = Path(arguments["out"])
    events = _run_telling(
        lambda tell: train_adapter(examples, out, settings, options, parent=parent, progress=tell, **given)
    )
    for item in events:
        if isinstance(item, _Result):
            record = {k: v for k, v in asdict(item.value).items() if k != "losses"}
            yield _record(record | {"ranker": say_rankers(fitted.facts), "out": str(out)})
        else:
            yield {
                "kind": "progress",
                "done": item.step,
                "total": item.steps,
                "label": f"training, loss {item.loss:.3f}" if item.label == "training" else item.label,
            }


def evaluate(arguments: dict[str, Any]) -> Iterator[Event]:
    """Score an adapter on a file of pairs."""
    from finetune.dataset import load_pairs
    from finetune.evaluate import evaluate_pairs

    settings = _settings_for(arguments)
    predictions = Path(arguments["predictions"]) if arguments.get("predictions") else None
    pairs = load_pairs(Path(arguments["pairs"]), arguments.get("document_type"))
    _install_starter(arguments["adapter"], settings)
    for item in _run_telling(
        lambda tell: evaluate_pairs(
            pairs,
            settings,
            adapter=arguments["adapter"],
            ranker=arguments.get("ranker") or "",
            shots=arguments["shots"],
            predictions=predictions,
            words=arguments.get("words"),
            progress=tell,
        )
    ):
        if isinstance(item, _Result):
            yield _record(item.value)
        else:
            yield {"kind": "progress", "done": item[0], "total": item[1], "label": "pairs"}


def _install_starter(adapter: str, settings: Settings) -> None:
    """Put the packaged starter adapter in its place where it is asked for by its id on a fresh data root."""
    if adapter.startswith("starter-") and not (settings.home / "adapters" / adapter).is_dir():
        from assistant.engine.adapters import install_starter
        from assistant.store.database import open_database

        install_starter(open_database(settings))


def _settings_for(arguments: dict[str, Any]) -> Settings:
    return load_settings(model=arguments.get("base"))


class _Result:
    """What a piece of work gave at its end."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _run_telling(work: Callable[[Callable[..., None]], Any]) -> Iterator[Any]:
    """Run work that reports by a callback in a thread, and give what it reports as it comes, its result last."""
    import queue
    import threading

    said: queue.SimpleQueue[Any] = queue.SimpleQueue()
    failed: list[BaseException] = []

    def tell(*values: Any) -> None:
        said.put(values[0] if len(values) == 1 else values)

    def run() -> None:
        try:
            said.put(_Result(work(tell)))
        except BaseException as error:
            failed.append(error)
            said.put(None)

    threading.Thread(target=run, daemon=True, name="work").start()
    while (item := said.get()) is not None:
        yield item
        if isinstance(item, _Result):
            return
    raise failed[0]


def doctor(arguments: dict[str, Any]) -> Iterator[Event]:
    """Check the machine and the data root."""
    from ui.doctor import check_all

    checks = check_all(load_settings())
    yield _record({"ok": all(c["ok"] for c in checks), "checks": checks})


WORK: dict[str, Callable[[dict[str, Any]], Iterator[Event]]] = {
    "verify": verify,
    "anonymize": anonymize,
    "synthesize": synthesize,
    "train": train,
    "evaluate": evaluate,
    "doctor": doctor,
}
