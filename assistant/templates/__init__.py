"""House templates: which parts a summary of each type of document must have, as files that a firm edits.

A template is a TOML file named after its document type. The package carries one for each type; a file of
the same name in `templates/` under the data root takes its place. The keys of a part:

* `name`: stands before the colon in the summary; "" for a summary without parts.
* `ask`: what the part must say, in one line; the model reads it.
* `cues`: words or phrases that mark a sentence as belonging here; `*` at the end of a word stands for any ending.
* `avoid`: words or phrases that mark a sentence as not belonging here, such as what a party argues in a ruling.
* `sections`: words in a heading under which the part is usually found.
* `position`: "start" or "end" where the part usually stands there, "" where it may stand anywhere.
* `needs`: "cue" where a sentence without a cue (or a matching heading) cannot make this part, "date" where it needs a
  date besides, "" if neither.
* `words`: length of the part in a brief summary.
* `voice`: verb for who says it ("alleges", "argues", "testified") where the part tells one side's words and not the
  court's; a sentence that does not say so itself is then introduced by it. "" if none.
* `style`: words by which the house says a thing, each with the filings' words for it, of which the passage must have
  one: `{ "late charge" = "late interest" }` lets a summary say "late charge 2%" of "late amounts bear interest at 2%".
"""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.errors import RefusedInput

PLAIN = "plain"
_PACKAGED = Path(__file__).parent
_POSITIONS = ("", "start", "end")
_NEEDS = ("", "cue", "date")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a summary; the fields are the keys of the file, see the module's text."""

    name: str
    ask: str
    cues: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    words: int = 40
    position: str = ""
    needs: str = ""
    voice: str = ""
    avoid: tuple[str, ...] = ()
    style: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """The house's form of a summary for one document type.

    Attributes:
        document_type: Key of the template, also the name of its file.
        title: What the document type is called on the screen and in a prompt ("complaint", "order or opinion").
        parts: In the order of the summary.
        hash: SHA-256 of the file, so that a summary can name the template that shaped it.
    """

    document_type: str
    title: str
    parts: tuple[Part, ...]
    hash: str

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names of the parts, for `assistant.documents.split_parts`."""
        return tuple(part.name for part in self.parts)


def document_types() -> tuple[str, ...]:
    """Give the keys of all packaged templates, in alphabetical order."""
    return tuple(sorted(path.stem for path in _PACKAGED.glob("*.toml")))


def load_template(document_type: str, home: Path | None = None) -> Template:
    """Read the template of a document type: the firm's own file where there is one, else the packaged one.

    Args:
        document_type: Key of a packaged template, or of one that the firm has added.
        home: Data root whose `templates/` folder may hold the firm's files.

    Raises:
        RefusedInput: No such template, or its file is malformed; the message names the file and the key.
    """
    own = home / "templates" / f"{document_type}.toml" if home is not None else None
    path = own if own is not None and own.is_file() else _PACKAGED / f"{document_type}.toml"
    if Path(path.name).stem != document_type or not path.is_file():
        raise RefusedInput(
            f"There is no house template {document_type!r}.",
            expected=f"one of {', '.join(document_types())}",
            do="Name one of these, or add a file of that name to templates/ under the data root.",
        )
    return _read_template(path, path.stat().st_mtime_ns)


def copy_templates(home: Path) -> list[Path]:
    """Copy the packaged templates to the data root for editing; a file that is already there is left alone.

    Returns:
        The files that were written.
    """
    folder = home / "templates"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = []
    for source in sorted(_PACKAGED.glob("*.toml")):
        target = folder / source.name
        if not target.exists():
            shutil.copyfile(source, target)
            written.append(target)
    return written


@lru_cache(maxsize=64)
def _read_template(path: Path, _changed: int) -> Template:
    """Parse one file; the time of change is part of the key so that an edit shows at once."""
    data = path.read_bytes()
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RefusedInput(f"The template {path} is not valid TOML: {error}.", do="Mend the file.") from error
    rows = table.get("parts")
    if not isinstance(rows, list) or not rows:
        raise _refuse(path, "parts", "at least one [[parts]] table")
    return Template(
        document_type=path.stem,
        title=_take(table, "title", str, path, path.stem),
        parts=tuple(_read_part(row, path) for row in rows),
        hash=hashlib.sha256(data).hexdigest(),
    )


def _read_part(row: Mapping[str, Any], path: Path) -> Part:
    """Check one [[parts]] table."""
    unknown = set(row) - set(Part.__dataclass_fields__)
    if unknown:
        raise _refuse(path, sorted(unknown)[0], f"only the keys {', '.join(Part.__dataclass_fields__)}")
    part = Part(
        name=_take(row, "name", str, path),
        ask=_take(row, "ask", str, path),
        cues=tuple(_take(row, "cues", list, path, [])),
        sections=tuple(_take(row, "sections", list, path, [])),
        words=_take(row, "words", int, path, 40),
        position=_take(row, "position", str, path, ""),
        needs=_take(row, "needs", str, path, ""),
        voice=_take(row, "voice", str, path, ""),
        avoid=tuple(_take(row, "avoid", list, path, [])),
        style=_take_style(row, path),
    )
    if ":" in part.name or "\n" in part.name:
        raise _refuse(path, "name", "a name without a colon")
    if part.words < 1:
        raise _refuse(path, "words", "a number of at least 1")
    if part.position not in _POSITIONS:
        raise _refuse(path, "position", '"", "start" or "end"')
    if part.needs not in _NEEDS:
        raise _refuse(path, "needs", '"", "cue" or "date"')
    return part


def _take(row: Mapping[str, Any], key: str, kind: type, path: Path, default: Any = None) -> Any:
    """Give a checked value; a list must hold text only."""
    value = row.get(key, default)
    good = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if good and kind is list:
        good = all(isinstance(item, str) and item.strip() for item in value)
    if not good:
        raise _refuse(path, key, {str: "text", int: "a whole number", list: "a list of texts"}[kind])
    return value


def _take_style(row: Mapping[str, Any], path: Path) -> tuple[tuple[str, str], ...]:
    """Give the checked pairs of the house's words and the filings'."""
    table = row.get("style", {})
    if not isinstance(table, dict) or not all(isinstance(v, str) and v.strip() and k.strip() for k, v in table.items()):
        raise _refuse(path, "style", 'a table of texts, { "house words" = "filing words" }')
    return tuple(table.items())


def _refuse(path: Path, key: str, expected: str) -> RefusedInput:
    """Build the error about one key of a template's file."""
    return RefusedInput(
        f"The key {key!r} in the template {path} is missing or wrong.", expected=expected, do="Mend the file."
    )
