"""From approved work to what is learnt: pairs, pseudonymized, parted by document, and the examples made of them."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from assistant.documents import Correction, OffsetMap, RedactedDocument, split_parts
from assistant.engine.base import Prompt
from assistant.errors import RefusedInput
from assistant.settings import Settings
from assistant.store import forms
from assistant.store.pseudonyms import PATTERN, WORDS, format_pseudonym
from assistant.store.sealed_files import flush_path
from assistant.summarize import summary_prompts
from assistant.templates import PLAIN, Template, document_types, load_template
from finetune.checkpoint import write_json
from finetune.encode import Example

if TYPE_CHECKING:
    from assistant.store.database import Database
    from assistant.store.vault import Vault

Source = Literal["file", "correction", "synthetic"]
Item = TypeVar("Item")

TRAIN_FILE = "train.jsonl"
HELD_OUT_FILE = "held_out.jsonl"
MANIFEST_FILE = "manifest.json"
ANSWERS = "answers"
"""Folder under `home/rounds/` of remembered answers of the base model and earlier adapters."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A document and its approved summary, as they came: real names, no pseudonyms.

    Attributes:
        pair_id: As the file names it.
        document_type: Key of a house template.
        document: Running text.
        summary: The approved summary; with parts, one line a part ("Parties: …").
    """

    pair_id: str
    document_type: str
    document: str
    summary: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A pair as training and evaluation may see it: pseudonymized.

    Attributes:
        pair_id: Identity; for a correction its id.
        source: Where it comes from.
        matter_id: The matter whose consent it rests on, or "".
        author: User who wrote the summary, or "".
        document: The pseudonymized document.
        summary: The approved summary with the same pseudonyms.
        output: What the model wrote before a person changed it, with the same pseudonyms; "" where nothing is known.
    """

    pair_id: str
    source: Source
    matter_id: str
    author: str
    document: RedactedDocument
    summary: str
    output: str = ""

    @property
    def document_hash(self) -> str:
        """Hash of the document, the same in whichever matter and under whichever pseudonyms it stands."""
        return hash_document(self.document.text)


def load_pairs(path: Path, document_type: str | None = None) -> tuple[Pair, ...]:
    """Read a pairs file: JSON lines `{id, document, summary[, document_type]}`.

    Args:
        path: The file.
        document_type: Type of the pairs that name none; None for "plain".

    Raises:
        RefusedInput: The file or a line of it is not as it should be; the message gives the line's number.
    """
    known = document_types()
    pairs: list[Pair] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedInput(f"The pairs file {path} cannot be read ({type(error).__name__}).") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _parse_line(line, path, number)
        kind = row.get("document_type") or document_type or PLAIN
        pairs.append(Pair(str(row["id"]), kind if kind in known else PLAIN, row["document"], row["summary"]))
    if not pairs:
        raise RefusedInput(f"The pairs file {path} has no pairs.", expected="one JSON object a line")
    return tuple(pairs)


def _parse_line(line: str, path: Path, number: int) -> dict[str, Any]:
    """Read one line of a pairs file."""
    expected = 'an object like {"id": "1", "document": "…", "summary": "…"}'
    try:
        row = json.loads(line)
    except ValueError:
        raise RefusedInput(f"Line {number} of {path} is not JSON.", expected=expected) from None
    good = isinstance(row, dict) and isinstance(row.get("id"), str | int)
    if not good or not all(isinstance(row.get(k), str) and row[k].strip() for k in ("document", "summary")):
        raise RefusedInput(f"Line {number} of {path} lacks an id, a document or a summary.", expected=expected)
    return dict(row)


def redact_pair(pair: Pair, settings: Settings, source: Source = "file") -> tuple[Lesson, Vault]:
    """Pseudonymize a pair with a vault of its own, which only the caller holds.

    Returns:
        The lesson, and the vault that restores its pseudonyms.
    """
    from ingest.redact import redact_input, redact_plain

    document, vault = redact_plain(pair.document, settings, pair.document_type)
    summary = redact_input(pair.summary, vault, settings.profile)
    return Lesson(pair.pair_id, source, "", "", document, summary), vault


def collect_corrections(db: Database, corrections: Iterable[Correction]) -> list[Lesson]:
    """Turn approved corrections into lessons, the newest of each filing only.

    A summary keeps the revision that it was signed off on; what the matter learnt of names since is masked in it here.
    """
    from assistant.store.filings import load_document
    from assistant.store.vault import open_vault
    from ingest.revise import mask_known

    newest = {correction.document_id: correction for correction in sorted(corrections, key=lambda c: c.created_at)}
    lessons = []
    for made in newest.values():
        document, summary, vault = load_document(db, made.document_id), made.edited, open_vault(db, made.matter_id)
        output = mask_known(made.model_output, vault, db.settings.profile)  # nobody has looked at it
        if document.revision > 1:
            summary = mask_known(summary, vault, db.settings.profile)
        lessons.append(Lesson(made.correction_id, "correction", made.matter_id, made.author, document, summary, output))
    return lessons


def build_examples(lesson: Lesson, settings: Settings, template: Template | None = None) -> list[Example]:
    """Make one example of each part that the approved summary has and serving would ask for.

    Args:
        lesson: A pseudonymized pair.
        settings: `home` (for the firm's own templates) and `passage_tokens` count.
        template: In place of the house template of the document's type.
    """
    template = template or load_template(lesson.document.document_type, settings.home)
    approved, written = (_cut_by_part(text, template) for text in (lesson.summary, lesson.output))
    asked = summary_prompts(lesson.document, template, passage_tokens=settings.passage_tokens)
    kind = lesson.document.document_type
    return [
        Example(lesson.pair_id, part.name, prompt, approved[part.name], kind, written.get(part.name, ""))
        for part, _, prompt in asked
        if approved.get(part.name, "").strip()
    ]


def _cut_by_part(summary: str, template: Template) -> dict[str, str]:
    """Give the text of each part of a summary, or all of it under "" where the template has no parts."""
    if template.part_names == ("",):
        return {"": " ".join(summary.split())}
    told: dict[str, str] = {}
    for name, text in split_parts(summary, template.part_names):
        told[name] = f"{told[name]} {text}" if name in told else text
    return told


def build_all_examples(
    lessons: Sequence[Lesson], settings: Settings, progress: Callable[[int, int], None] | None = None, seed: int = 0
) -> list[Example]:
    """Make the examples of many lessons, in order, for training: borne by their prompts, pseudonyms renumbered."""
    examples: list[Example] = []
    for number, lesson in enumerate(lessons, start=1):
        made = build_examples(lesson, settings)
        examples.extend(example for example in made if is_borne(example, shows_all(example, lesson)))
        if progress is not None:
            progress(number, len(lessons))
    return shuffle_pseudonyms(examples, seed)


def shows_all(example: Example, lesson: Lesson) -> bool:
    """Tell whether an example's prompt holds its whole document, as it does for a clause or a short letter."""
    return len(example.prompt.messages[-1]["content"]) > 0.97 * len(lesson.document.text.strip())


def is_borne(example: Example, whole: bool = False) -> bool:
    """Tell whether the completion can be written from the prompt: what cannot teaches a model to invent.

    Every pseudonym and every figure above 31 must stand in the prompt (smaller ones may be spelled out
    there). So must three in five of the longer words, by their first five letters, unless the prompt holds the whole
    document: its approved summary then rests on what is shown, in whatever words.
    """
    shown, told = example.prompt.messages[-1]["content"], example.completion
    if not set(PATTERN.findall(told)) <= set(PATTERN.findall(shown)) or not _figures(told) <= _figures(shown):
        return False
    if whole:
        return True
    stems = {word[:5] for word in re.findall(r"[a-z]{4,}", shown.lower())}
    words = [word[:5] for word in re.findall(r"[a-z]{4,}", PATTERN.sub(" ", told).lower())]
    return sum(word in stems for word in words) >= 0.6 * len(words)


def _figures(text: str) -> set[float]:
    """List the numbers above 31 of a text."""
    digits = (match.replace(",", "").rstrip(".") for match in re.findall(r"\d[\d,]*\.?\d*", PATTERN.sub(" ", text)))
    return {float(number) for number in digits if float(number) > 31}


def shuffle_pseudonyms(examples: Sequence[Example], seed: int, highest: int = 400) -> list[Example]:
    """Give the pseudonyms of each pair other numbers, so that none is learnt and large ones are copied as well.

    A vault of one document counts from 1, a firm's matters share one count that grows for years.

    Args:
        examples: Those of one pair get the same new numbers.
        seed: Same seed, same numbers.
        highest: Largest number given.
    """
    shuffled = []
    for example in examples:
        dice = random.Random(f"{seed}:{example.pair_id}")
        numbers = dice.sample(range(1, highest + 1), highest)
        names = _renumber(highest, tuple(numbers))

        def swap(match: re.Match[str], names: dict[str, str] = names) -> str:
            return names.get(match.group(0), match.group(0))

        messages = tuple({**m, "content": PATTERN.sub(swap, m["content"])} for m in example.prompt.messages)
        told = {name: PATTERN.sub(swap, getattr(example, name)) for name in ("completion", "rejected")}
        shuffled.append(replace(example, prompt=Prompt(messages), **told))
    return shuffled


@lru_cache(maxsize=8)
def _renumber(highest: int, numbers: tuple[int, ...]) -> dict[str, str]:
    """Map each pseudonym with a number up to `highest` to the one with its new number."""
    old = range(1, highest + 1)
    return {
        format_pseudonym(type, before): format_pseudonym(type, after)
        for type in WORDS
        for before, after in zip(old, numbers, strict=True)
    }


def hash_document(text: str) -> str:
    """Hash a pseudonymized text with its pseudonyms' numbers and its white space left out."""
    blank = PATTERN.sub("#", text)
    return hashlib.sha256(" ".join(re.sub(r"\d+", "0", blank).lower().split()).encode()).hexdigest()


def is_held_out(document_hash: str, share: float) -> bool:
    """Decide by its hash alone whether a document is kept for the test: the same in every round."""
    return int(document_hash[:12], 16) / 16**12 < share


def split_lessons(lessons: Sequence[Lesson], share: float) -> tuple[list[Lesson], list[Lesson]]:
    """Part lessons into those to train on and those held out, by document."""
    train = [lesson for lesson in lessons if not is_held_out(lesson.document_hash, share)]
    held_out = [lesson for lesson in lessons if is_held_out(lesson.document_hash, share)]
    return train, held_out


def write_dataset(folder: Path, train: Sequence[Lesson], held_out: Sequence[Lesson], facts: dict[str, Any]) -> str:
    """Write a dataset folder, its manifest last.

    Args:
        folder: Made where missing.
        train: What is learnt.
        held_out: What is tested on.
        facts: What else the manifest should say: counts of what was left out by reason, options.

    Returns:
        Hash of the dataset.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    hashes = {}
    for name, lessons in ((TRAIN_FILE, train), (HELD_OUT_FILE, held_out)):
        data = "".join(_tell_lesson(lesson) + "\n" for lesson in lessons).encode()
        draft = folder / f".{name}.draft"
        draft.write_bytes(data)
        flush_path(draft)
        draft.replace(folder / name)
        hashes[name] = hashlib.sha256(data).hexdigest()
    whole = hashlib.sha256("\n".join(f"{name}:{hashes[name]}" for name in sorted(hashes)).encode()).hexdigest()
    write_json(
        folder / MANIFEST_FILE,
        {
            "hash": whole,
            "files": hashes,
            "train": [_describe_lesson(lesson) for lesson in train],
            "held_out": [_describe_lesson(lesson) for lesson in held_out],
            "matters": sorted({lesson.matter_id for lesson in (*train, *held_out) if lesson.matter_id}),
            **facts,
        },
    )
    return whole


def read_dataset(folder: Path) -> tuple[list[Lesson], list[Lesson], dict[str, Any]]:
    """Read a dataset folder: what to train on, what is held out, the manifest.

    Raises:
        RefusedInput: It is not whole, or a file does not match its hash.
    """
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        contents = {name: (folder / name).read_bytes() for name in (TRAIN_FILE, HELD_OUT_FILE)}
    except (OSError, ValueError) as error:
        raise RefusedInput(f"The dataset {folder} is not whole ({type(error).__name__}).") from None
    for name, data in contents.items():
        if hashlib.sha256(data).hexdigest() != manifest["files"][name]:
            raise RefusedInput(f"The file {name} of the dataset {folder} does not match its hash.")
    train, held_out = ([_read_lesson(line) for line in contents[n].splitlines()] for n in (TRAIN_FILE, HELD_OUT_FILE))
    return train, held_out, manifest


def take_in_turns(items: Sequence[Item], groups: Sequence[str], count: int) -> list[Item]:
    """Take at most `count` items, one of each group in turn, so that no group fills the room alone.

    Args:
        items: In order of preference within their group; all of them, in this order, where there is room.
        groups: The group of each item.
        count: At most; 0 or less takes none.
    """
    if len(items) <= count:
        return list(items)
    by_group: dict[str, list[Item]] = {}
    for item, group in zip(items, groups, strict=True):
        by_group.setdefault(group, []).append(item)
    longest = max(map(len, by_group.values()), default=0)
    turns = [group[n] for n in range(longest) for group in by_group.values() if n < len(group)]
    return turns[: max(count, 0)]


def _describe_lesson(lesson: Lesson) -> dict[str, str]:
    """Say of a lesson what the manifest keeps: ids and hashes, no text."""
    return {
        "pair_id": lesson.pair_id,
        "source": lesson.source,
        "matter_id": lesson.matter_id,
        "author": lesson.author,
        "document_id": lesson.document.document_id,
        "revision": str(lesson.document.revision),
        "document_type": lesson.document.document_type,
        "document_hash": lesson.document_hash,
        "summary_hash": hashlib.sha256(lesson.summary.encode()).hexdigest(),
    }


_PLAIN_FIELDS = ("pair_id", "source", "matter_id", "author", "summary", "output")


def _tell_lesson(lesson: Lesson) -> str:
    """Write a lesson as one line of JSON, without the way back to its pages, which the store keeps sealed."""
    document = replace(lesson.document, offsets=OffsetMap(()), confidences=(), pinpoints=())
    plain = {name: getattr(lesson, name) for name in _PLAIN_FIELDS}
    return json.dumps(plain | {"document": json.loads(forms.to_json(document))}, ensure_ascii=False)


def _read_lesson(line: bytes) -> Lesson:
    """Undo `_tell_lesson`."""
    row = json.loads(line)
    return Lesson(**{**row, "document": forms.from_json(json.dumps(row["document"]))})
