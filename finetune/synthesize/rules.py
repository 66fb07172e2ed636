"""Synthetic US filings by rules: text, gold summary in the house style, gold identifiers; seeded, no model.

The phrase banks of the two splits (`banks/train`, `banks/test`) share no court, name, skeleton or fact.
Only the house style of the summaries is the same: it is what an adapter has to learn.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.documents import join_parts
from assistant.errors import WrongUsage
from finetune.synthesize.brief import open_brief, write_brief, write_near_brief
from finetune.synthesize.case import BANKS, Split, add_appendix, open_case, set_among_near_misses
from finetune.synthesize.complaint import write_complaint, write_near_complaint
from finetune.synthesize.contract import open_contract, write_contract, write_near_contract
from finetune.synthesize.deposition import write_deposition
from finetune.synthesize.draft import Block, Draft
from finetune.synthesize.grammar import Writer
from finetune.synthesize.marks import Span, read_marks, strip_marks
from finetune.synthesize.motion import write_motion
from finetune.synthesize.order import write_order
from finetune.synthesize.patent import open_patent, write_patent
from finetune.synthesize.reasons import write_near_motion, write_near_order
from finetune.synthesize.testimony import write_near_deposition

_WRITERS: dict[str, Callable[[Writer, int], Draft]] = {
    "complaint": write_complaint,
    "motion": write_motion,
    "order": write_order,
    "brief": write_brief,
    "contract": write_contract,
    "patent": write_patent,
    "deposition": write_deposition,
}
_NEAR_WRITERS: dict[str, Callable[[Writer, int], Draft]] = {
    "complaint": write_near_complaint,
    "motion": write_near_motion,
    "order": write_near_order,
    "brief": write_near_brief,
    "contract": write_near_contract,
    "deposition": write_near_deposition,
}
_NEAR_SHARE = 0.7  # of training filings; the others keep the plain layouts in mind
DOCUMENT_TYPES = tuple(_WRITERS)
PARTS: dict[str, tuple[str, ...]] = {
    "complaint": ("Parties", "Claims", "Facts", "Relief", "Next date"),
    "motion": ("Movant", "Request", "Grounds", "Opposition", "Next date"),
    "order": ("Court", "Ruling", "Reasons", "Relief", "Next date"),
    "brief": ("Party", "Issues", "Argument", "Relief"),
    "contract": ("Parties", "Term", "Duties", "Payment", "Law"),
    "patent": ("Applicant", "Field", "Invention", "Claims"),
    "deposition": ("Witness", "Topics", "Admissions", "Exhibits"),
}
_OPENERS: dict[str, Callable[[random.Random, Split, str], Writer]] = {
    "brief": open_brief,
    "contract": open_contract,
    "patent": open_patent,
}
SUMMARY_WORDS = (70, 130)
_TRIES = 12
_LONG_PAGES = 8
_PAGE_WORDS = 290
LAYOUTS = ("plain", "ruled", "pleading", "stamped")


@dataclass(frozen=True, slots=True)
class SyntheticFiling:
    """A filing that never was, with everything a model should find in it.

    Attributes:
        id: "complaint-train-17": type, split and seed.
        document_type: Key of a house template.
        split: Which phrase banks wrote it.
        text: The running text, blocks apart by a blank line.
        blocks: The same in pieces, with marks, for setting the pages.
        summary: The gold summary, one line a part.
        parts: Gold text of each part the filing says something about, in the template's order.
        spans: Gold identifiers in `text`.
        layout: One of `LAYOUTS`.
        docket: Docket number or "", for headers.
        title: Title, for footers.
        filed: Day of filing as MM/DD/YYYY, or "".
    """

    id: str
    document_type: str
    split: Split
    text: str
    blocks: tuple[Block, ...]
    summary: str
    parts: dict[str, str]
    spans: tuple[Span, ...]
    layout: str
    docket: str
    title: str
    filed: str

    @property
    def file_name(self) -> str:
        """Name of its file without ending."""
        return self.id


def make_filing(
    seed: int, document_type: str | None = None, split: Split = "train", pages: int | None = None
) -> SyntheticFiling:
    """Make one filing; the same arguments give the same filing.

    Args:
        seed: Any whole number.
        document_type: One of `DOCUMENT_TYPES`; None draws one.
        split: "train", or "test" for phrase banks that training never sees.
        pages: About how many pages; None draws 2 to 5, one time in eight 10 to 30.

    Raises:
        WrongUsage: The type or the split is unknown.
    """
    if document_type is not None and document_type not in _WRITERS:
        raise WrongUsage(f"No synthetic document type {document_type!r}.", expected=", ".join(DOCUMENT_TYPES))
    if split not in ("train", "test"):
        raise WrongUsage(f"No synthetic split {split!r}.", expected="train or test")
    rng = random.Random(f"{split}:{seed}")
    kind = document_type or rng.choice(DOCUMENT_TYPES)
    length = pages or (rng.randint(10, 30) if rng.random() < 0.12 else rng.randint(2, 5))
    for _ in range(_TRIES):
        writer = _OPENERS.get(kind, open_case)(rng, split, kind)
        writer.banks["varied"] = split == "train"  # held-out filings stay what they were, to compare with
        write = _WRITERS[kind]
        if kind in _NEAR_WRITERS and writer.varies(_NEAR_SHARE):
            set_among_near_misses(writer, split, kind)
            write = _NEAR_WRITERS[kind]
        draft = write(writer, length)
        if length >= _LONG_PAGES and kind != "patent":
            add_appendix(writer, draft, length * _PAGE_WORDS)
        filing = finish_filing(draft, f"{kind}-{split}-{seed}", kind, split, rng.choice(LAYOUTS))
        if SUMMARY_WORDS[0] <= len(filing.summary.split()) <= SUMMARY_WORDS[1]:
            break
    return filing


def finish_filing(draft: Draft, name: str, document_type: str, split: Split, layout: str) -> SyntheticFiling:
    """Turn a draft into a filing: running text, gold spans, gold summary."""
    parts = {name: draft.parts[name] for name in PARTS[document_type] if name in draft.parts}
    text, spans = read_marks("\n\n".join(block.plain for block in draft.blocks))
    return SyntheticFiling(
        id=name,
        document_type=document_type,
        split=split,
        text=text,
        blocks=tuple(draft.blocks),
        summary=join_parts(list(parts.items())),
        parts=parts,
        spans=spans,
        layout=layout,
        docket=strip_marks(draft.docket),
        title=strip_marks(draft.title),
        filed=strip_marks(draft.filed),
    )


def hash_banks(split: Split) -> str:
    """Give a SHA-256 over a split's phrase banks: what an adapter's manifest says it learned from."""
    digest = hashlib.sha256()
    for path in sorted((BANKS / split).glob("*.toml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_set(
    count: int,
    seed: int,
    out: Path | str,
    *,
    split: Split = "train",
    document_types: tuple[str, ...] = (),
    pdfs: bool = True,
    pages: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Write `count` filings below `out`: pdfs/*.pdf, texts/*.txt, pairs.jsonl, spans.jsonl, manifest.json.

    Args:
        count: How many, types in turn.
        seed: Same seed, same set.
        out: Folder, made where missing; files of the same name are replaced.
        split: Phrase banks.
        document_types: Types to write; empty for all.
        pdfs: False leaves the PDFs out.
        pages: About how many pages each; None draws.
        progress: Told (done, of all).

    Returns:
        The manifest as written, last, to manifest.json.

    Raises:
        WrongUsage: The count is not positive or a type is unknown.
    """
    if count < 1:
        raise WrongUsage(f"--count is {count}.", expected="at least 1")
    folder = Path(out)
    kinds = document_types or DOCUMENT_TYPES
    filings = [make_filing(seed * 1_000_003 + n, kinds[n % len(kinds)], split, pages) for n in range(count)]
    (folder / "texts").mkdir(parents=True, exist_ok=True)
    (folder / "pdfs").mkdir(exist_ok=True)
    for number, filing in enumerate(filings, 1):
        (folder / "texts" / f"{filing.id}.txt").write_text(filing.text, encoding="utf-8")
        if pdfs:
            from finetune.synthesize.pdf import make_pdf

            (folder / "pdfs" / f"{filing.id}.pdf").write_bytes(make_pdf(filing))
        if progress is not None:
            progress(number, count)
    _write_lines(folder / "pairs.jsonl", [_tell_pair(filing) for filing in filings])
    _write_lines(folder / "spans.jsonl", [_tell_spans(filing) for filing in filings])
    manifest = {
        "count": count,
        "seed": seed,
        "split": split,
        "synthetic": True,
        "banks_sha256": hash_banks(split),
        "pairs_sha256": hashlib.sha256((folder / "pairs.jsonl").read_bytes()).hexdigest(),
        "document_types": dict(Counter(f.document_type for f in filings)),
        "words": sum(len(f.text.split()) for f in filings),
        "summary_words": sum(len(f.summary.split()) for f in filings),
        "spans": dict(Counter(s.type for f in filings for s in f.spans)),
        "pdfs": count if pdfs else 0,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest


def _tell_pair(filing: SyntheticFiling) -> dict[str, Any]:
    return {
        "id": filing.id,
        "document_type": filing.document_type,
        "document": filing.text,
        "summary": filing.summary,
        "parts": filing.parts,
        "split": filing.split,
        "synthetic": True,
    }


def _tell_spans(filing: SyntheticFiling) -> dict[str, Any]:
    return {"id": filing.id, "text": filing.text, "spans": [asdict(span) for span in filing.spans]}


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
