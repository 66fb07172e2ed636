"""Files and texts that are read but not stored: their vault lives in memory and ends with the command."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from assistant.documents import Detail, Page, Summary
from assistant.errors import CasebriefError, RefusedInput
from assistant.settings import Settings
from assistant.templates import PLAIN
from ui.messages import word_error
from ui.present import Source, Sources, present_sentence, present_summary

if TYPE_CHECKING:
    from ui.services import House

Event = dict[str, Any]
_BATCH = 8


def open_file(path: Path, settings: Settings, password: str | None, document_type: str | None) -> Source:
    """Read a file as ingest would, with a vault in memory.

    Raises:
        RefusedInput: It is missing, empty, of another kind, or could not be read.
    """
    from ingest.pipeline import read_path

    if not path.is_file():
        raise RefusedInput(f"{path} is not a file.", do="Check the path.")
    document, pages, vault = read_path(path, settings, password, document_type=document_type)
    return Source(document, pages, vault, path.name)


def open_text(name: str, text: str, settings: Settings, document_type: str | None) -> Source:
    """Read a plain text, one page, with a vault in memory; `name` becomes its document id.

    Raises:
        RefusedInput: It is empty.
    """
    from ingest.redact import redact_plain

    if not text.strip():
        raise RefusedInput("The text is empty.")
    document, vault = redact_plain(text, settings, document_type or PLAIN)
    return Source(replace(document, document_id=name), (Page(1, text),), vault, name)


def stream_file_summary(
    house: House,
    path: Path,
    *,
    detail: str,
    words: int | None,
    adapter: str | None,
    document_type: str | None,
    password: str | None,
    stop: threading.Event,
    user: str,
) -> Iterator[Event]:
    """Summarize a file that is not stored; the events of `ui.actions.summaries.stream_summary`.

    No adapter serves `user` that learned from a matter which the user is walled off from.
    """
    yield {"kind": "progress", "done": 0, "total": 0, "label": f"reading {path.name}"}
    source = open_file(path, house.settings, password, document_type)
    sources = Sources(source)
    for item in house.summarize(
        source.document, detail=cast(Detail, detail), words=words, adapter=adapter, stop=stop, user=user
    ):
        if isinstance(item, Summary):
            yield {"kind": "done", "summary": {"file": path.name} | present_summary(item, sources)}
        elif isinstance(item, dict):
            yield item
        else:
            index, sentence = item
            yield {"kind": "sentence", "index": index, "sentence": present_sentence(sentence, sources)}


def read_lines(path: Path, *fields: str) -> Iterator[dict[str, Any]]:
    """Give the records of a JSON-lines file.

    Raises:
        RefusedInput: A line is not JSON or lacks one of the fields; the message says which.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError:
                raise RefusedInput(f"Line {number} of {path.name} is not JSON.") from None
            missing = [f for f in fields if not isinstance(record, dict) or f not in record]
            if missing:
                raise RefusedInput(f"Line {number} of {path.name} has no {', '.join(missing)}.")
            yield record


def summarize_texts(house: House, user: str, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Summarize the texts of a JSON-lines file {id, document[, words]}, a batch at a time, as records {id, summary, …}.

    A brief summary is written in batches; the longer ones one by one. A text that is refused is a record
    {id, refused} in its place.
    """
    rows = list(read_lines(Path(arguments["input"]), "id", "document"))
    detail = arguments.get("detail") or "brief"
    for start in range(0, len(rows), _BATCH):
        if stop.is_set():
            return
        batch = rows[start : start + _BATCH]
        yield {"kind": "progress", "done": start, "total": len(rows), "label": "texts"}
        opened, refused = _open_batch(batch, house.settings, arguments.get("document_type"))
        made = _summarize_batch(house, user, opened, detail, arguments, stop)
        for row in batch:
            name = str(row["id"])
            if name in refused:
                yield {"kind": "error", "message": refused[name], "code": 3, "file": name}
            else:
                summary = present_summary(made[name], Sources(opened[name][0]))
                yield {"kind": "record", "record": {"id": row["id"]} | summary}
    yield {"kind": "progress", "done": len(rows), "total": len(rows), "label": ""}


def _open_batch(
    rows: Sequence[dict[str, Any]], settings: Settings, document_type: str | None
) -> tuple[dict[str, tuple[Source, int | None]], dict[str, str]]:
    opened: dict[str, tuple[Source, int | None]] = {}
    refused: dict[str, str] = {}
    for row in rows:
        name = str(row["id"])
        kind = row.get("document_type") or document_type
        try:
            opened[name] = (open_text(name, str(row["document"]), settings, kind), row.get("words"))
        except CasebriefError as error:
            refused[name] = word_error(error)
    return opened, refused


def _summarize_batch(
    house: House,
    user: str,
    opened: dict[str, tuple[Source, int | None]],
    detail: str,
    arguments: dict[str, Any],
    stop: threading.Event,
) -> dict[str, Summary]:
    from assistant.summarize import summarize_batch

    wished = arguments.get("words")
    if detail != "brief":
        return {
            name: _finish_one(house, user, source, detail, words or wished, arguments.get("adapter"), stop)
            for name, (source, words) in opened.items()
        }
    adapter = house.choose_adapter(arguments.get("adapter"), user)
    documents = [source.document for source, _ in opened.values()]
    made = summarize_batch(
        documents,
        None if adapter == "none" else house.engine,
        settings=house.settings,
        templates=[house.template(d.document_type) for d in documents],
        words=[words or wished for _, words in opened.values()],
        adapter=adapter,
        rankers=house.choose_rankers(adapter, user),
    )
    return dict(zip(opened, made, strict=True))


def _finish_one(
    house: House,
    user: str,
    source: Source,
    detail: str,
    words: int | None,
    adapter: str | None,
    stop: threading.Event,
) -> Summary:
    items = house.summarize(
        source.document, detail=cast(Detail, detail), words=words, adapter=adapter, stop=stop, user=user
    )
    return next(item for item in items if isinstance(item, Summary))
