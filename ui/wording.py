"""Records as people read them in a terminal; the JSON form is the record itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.counting import say_count

_MARKS = {"supported": " ", "partial": "~", "unsupported": "!"}


def word_record(name: str, record: Any, *, streamed: bool) -> str:
    """Word the record of a command.

    Args:
        name: The command.
        record: What it gave.
        streamed: True where its sentences were already printed one by one.
    """
    worded = _WORDED.get(name)
    if worded is not None:
        return worded(record, streamed)
    if isinstance(record, list):
        return word_table(record)
    return "\n".join(f"{key}: {_word_value(value)}" for key, value in record.items())


def word_sentence(sentence: Mapping[str, Any]) -> str:
    """Word one sentence: a mark of its support, its part, its text and its pages; the reason where it is not borne."""
    pages = ", ".join(dict.fromkeys(e["pinpoint"] or f"p. {e['page']}" for e in sentence["evidence"]))
    part = f"{sentence['part']}: " if sentence.get("part") else ""
    line = f"{_MARKS[sentence['support']]} {part}{sentence['text']}" + (f" [{pages}]" if pages else "")
    return line if sentence["support"] == "supported" else f"{line}\n    {sentence['support']}: {sentence['reason']}"


def word_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Word records of the same keys as lines of columns; empty columns and long structures are left out."""
    if not rows:
        return "(none)"
    keys = [k for k in rows[0] if any(r.get(k) not in (None, "", {}, [], ()) for r in rows)]
    keys = [k for k in keys if not any(isinstance(r.get(k), dict | list) for r in rows)]
    cells = [[k.replace("_", " ") for k in keys], *([_word_value(r.get(k)) for k in keys] for r in rows)]
    widths = [min(max(len(row[i]) for row in cells), 60) for i in range(len(keys))]
    return "\n".join("  ".join(c[:w].ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells)


def _word_value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_word_value(v)}" for k, v in value.items()) or "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(_word_value, value)) or "-"
    return "-" if value in (None, "") else str(value)


def _word_summary(record: Mapping[str, Any], streamed: bool) -> str:
    lines = [] if streamed else [word_sentence(s) for s in record["sentences"]]
    if record["missing_parts"]:
        lines.append(f"Not found in the filing: {', '.join(record['missing_parts'])}.")
    coverage = record["coverage"]
    drawn = f"{len(coverage['pages_drawn_from'])} of {say_count(coverage['pages_total'], 'page')} drawn from"
    unread = coverage["pages_unreadable"]
    if unread:
        drawn += f", not readable: {_word_value(unread)}"
    if coverage.get("pages_instructing"):
        pages = _word_value(coverage["pages_instructing"])
        lines.append(f"Text that speaks to software, not to a reader, was left out (page {pages}).")
    stored = f"; stored as {record['summary_id']}, draft" if record.get("summary_id") else ""
    lines.append(
        f"({drawn}; adapter {record['adapter']}; {record['seconds']:.1f} s{stored}; written by AI, unverified)"
    )
    return "\n".join(lines)


def _word_answer(record: Mapping[str, Any], streamed: bool) -> str:
    lines = [] if streamed else [word_sentence(s) for s in record["sentences"]]
    if record["abstained"]:
        lines.append("The filings do not answer this. The nearest passages:")
        lines += [f"  {e['file']}, p. {e['page']}: “{' '.join(e['quote'].split())[:200]}”" for e in record["nearest"]]
    for sentence in record["sentences"]:
        lines += [f"    {e['file']}, p. {e['page']}: “{' '.join(e['quote'].split())}”" for e in sentence["evidence"]]
    lines.append(f"(adapter {record['adapter']}; {record['seconds']:.1f} s; {_word_maker(record)})")
    return "\n".join(lines)


def _word_maker(record: Mapping[str, Any]) -> str:
    return "the filing's own words, unverified" if record["adapter"] == "none" else "written by AI, unverified"


def _word_ingest(record: Mapping[str, Any], streamed: bool) -> str:
    replaced = sum(record["entities"].values())
    parts = [
        say_count(record["pages"], "page"),
        f"{say_count(replaced, 'identifier')} replaced",
        f"{record['seconds']:.1f} s",
    ]
    if record["pages_ocr"]:
        parts.insert(1, f"OCR on {_word_value(record['pages_ocr'])}")
    if record["pages_unreadable"]:
        parts.insert(1, f"not readable: {_word_value(record['pages_unreadable'])}")
    lines = [f"{record['document_id']}  {record['file']}: {', '.join(parts)}"]
    return "\n".join(lines + [f"    {warning}" for warning in record["warnings"]])


def _word_folders(record: Mapping[str, Any], streamed: bool) -> str:
    if not record["root"]:
        return "This machine has no watched folders. Set CASEBRIEF_WATCH_ROOT to the folder that they are to lie in."
    head = f"Root: {record['root']}" + (f"\n{record['problem']}" if record["problem"] else "")
    return f"{head}\n{word_table(record['folders'])}"


def _word_hits(record: Sequence[Mapping[str, Any]], streamed: bool) -> str:
    lines = [f"{h['score']:.3f}  {h['file']}, p. {h['page']}: {' '.join(h['text'].split())[:300]}" for h in record]
    return "\n\n".join(lines) or "(none)"


def _word_verified(record: Sequence[Mapping[str, Any]], streamed: bool) -> str:
    return "\n".join(word_sentence(s) for s in record)


def _word_checks(record: Mapping[str, Any], streamed: bool) -> str:
    lines = [f"{'ok ' if c['ok'] else 'BAD'}  {c['name']}: {c['detail']}" for c in record["checks"]]
    return "\n".join([*lines, "All is well." if record["ok"] else "Something needs attention."])


_WORDED: dict[str, Callable[[Any, bool], str]] = {
    "summarize": _word_summary,
    "ask": _word_answer,
    "ingest": _word_ingest,
    "index": _word_ingest,
    "search": _word_hits,
    "verify": _word_verified,
    "doctor": _word_checks,
    "folders-list": _word_folders,
}
