"""The small world of the web tests: a filing with its pages, a summary, a round, in the form the actions give."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw

PEOPLE = {
    "pia": ("paralegal", "Pia Novak"),
    "ada": ("attorney", "Ada Okafor"),
    "sol": ("attorney", "Sol Strand"),
    "max": ("admin", "Max Imhof"),
}
MEMBERS = {"m-1": ("pia", "ada"), "m-2": ("sol",)}
LINES = (
    "1. Plaintiff Elena Marsh is a dock worker who resides in Savannah.",
    "2. Defendant Tidewater Freight, Inc. operates the terminal at Garden City.",
    "3. Since March 2021 Defendant has not paid Plaintiff for hours over forty.",
    "4. Plaintiff alleges unpaid overtime of $48,250 for the years 2021 to 2023.",
    "5. Plaintiff complained to the shift supervisor on May 4, 2022.",
    "6. Plaintiff demands judgment, liquidated damages and the costs of this action.",
)
DESCRIBED = (
    "summary_id", "document_id", "status", "author", "adapter", "detail", "stopped", "version", "submitted_by",
    "signed_off_by", "created_at",
)  # fmt: skip
REASON = "The filing says $48,250 for the years 2021 to 2023."


def page_text(page: int) -> str:
    """Give the text of a page of the fake filing."""
    return f"COMPLAINT - page {page}\n" + "\n".join(LINES)


def line_place(line: int, page: int) -> tuple[int, int, list[float]]:
    """Give start, end and box of a line on a fake page."""
    start = page_text(page).index(LINES[line])
    y = 0.16 + line * 0.06
    return start, start + len(LINES[line]), [0.1, y, 0.9, y + 0.026]


def draw_page(page: int, width: int) -> bytes:
    """Draw a fake page as PNG."""
    height = round(width * 11 / 8.5)
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    pen.text((width * 0.42, height * 0.08), f"COMPLAINT   {page}", fill="black", font_size=round(height * 0.02))
    for number, line in enumerate(LINES):
        place = (width * 0.1, height * (0.16 + number * 0.06))
        pen.text(place, line, fill="black", font_size=round(height * 0.0165))
    for row in range(22):
        pen.line(
            [(width * 0.1, height * (0.56 + row * 0.018)), (width * 0.9, height * (0.56 + row * 0.018))], "#bbbbbb", 2
        )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def evidence(line: int, page: int, document_id: str = "d-1", file: str = "complaint.pdf") -> dict[str, Any]:
    """Give evidence for a line of the fake filing."""
    start, end, box = line_place(line, page)
    return {
        "document_id": document_id,
        "file": file,
        "page": page,
        "pinpoint": f"¶ {line + 1}, p. {page}",
        "start": start,
        "end": end,
        "quote": LINES[line],
        "boxes": [box],
    }


def sentence(
    text: str, part: str, support: str, proof: list[dict[str, Any]], reason: str = "", origin: str = "model"
) -> dict[str, Any]:
    """Give a sentence as `ui.present` gives it."""
    return {"text": text, "part": part, "support": support, "reason": reason, "origin": origin, "evidence": proof}


def make_sentences() -> list[dict[str, Any]]:
    """Give the sentences of the fake summary: one of each kind at least."""
    return [
        sentence(
            "Elena Marsh, a dock worker in Savannah, sues Tidewater Freight, Inc., which runs a Garden City terminal.",
            "Parties",
            "supported",
            [evidence(0, 1), evidence(1, 1)],
        ),
        sentence("The complaint alleges unpaid overtime since March 2021.", "Claims", "supported", [evidence(2, 2)]),
        sentence(
            "Marsh complained to the shift supervisor in May 2022.",
            "Facts",
            "partial",
            [evidence(4, 2)],
            "The filing names the day: May 4, 2022.",
        ),
        sentence("She demands damages of $1.2 million.", "Relief", "unsupported", [evidence(3, 3)], REASON),
        sentence(
            "Plaintiff demands judgment, liquidated damages and the costs of this action.",
            "Relief",
            "supported",
            [evidence(5, 3)],
            "the source's own words",
            "source",
        ),
    ]


def make_summary(summary_id: str = "s-1", status: str = "draft") -> dict[str, Any]:
    """Give a whole fake summary."""
    sentences = make_sentences()
    return {
        "summary_id": summary_id,
        "document_id": "d-1",
        "matter_id": "m-1",
        "revision": 1,
        "file": "complaint.pdf",
        "version": 1,
        "status": status,
        "author": "pia",
        "submitted_by": "",
        "signed_off_by": "",
        "returned_reason": "",
        "created_at": "2026-11-24T08:00:00+00:00",
        "summary": join(sentences),
        "sentences": sentences,
        "detail": "brief",
        "missing_parts": ["Next date"],
        "adapter": "starter-1",
        "provenance": {},
        "stopped": False,
        "seconds": 3.2,
        "mark": "ai-generated",
        "flags": [],
        "coverage": {"pages_total": 7, "pages_read": 6, "pages_drawn_from": [1, 2, 3], "pages_unreadable": [6]},
    }


def join(sentences: list[dict[str, Any]]) -> str:
    """Join sentences into the text form."""
    parts: dict[str, list[str]] = {}
    for item in sentences:
        parts.setdefault(item["part"], []).append(item["text"])
    return "\n".join(f"{part}: {' '.join(texts)}" for part, texts in parts.items())


def make_filing(document_id: str, file: str, status: str = "ready", **more: Any) -> dict[str, Any]:
    """Give a filing as `ui.actions.filings` gives it."""
    ready = status == "ready"
    return {
        "document_id": document_id,
        "matter_id": "m-1",
        "file": file,
        "status": status,
        "error": "",
        "do": "",
        "document_type": "complaint",
        "pages": 7 if ready else 0,
        "pages_ocr": [4, 5] if ready else [],
        "pages_unreadable": [],
        "revision": 1,
        "words": 2140,
        "entities": {"PERSON": 14, "ORG": 6, "CODE": 2},
        "warnings": [],
        "added_by": "pia",
        "added_at": "2026-11-24T07:40:00+00:00",
        "seconds": 2.0,
        "progress": {"done": 0, "total": 0, "label": status},
        **more,
    }


def make_insights() -> dict[str, Any]:
    """Give the figures of the firm as `ui.actions.insights` gives them: little work so far, adapters with odd names."""
    week = lambda week, count, mean: {  # noqa: E731
        "week": week, "adapter": "starter-1", "count": count, "mean": mean, "ci95": [mean - 0.02, mean + 0.02],
    }  # fmt: skip
    side = {
        "count": 3,
        "mean": 212.0,
        "ci95": [180.0, 250.0],
        "people": 2,
        "reasons": 4,
        "returns": 1,
        "supported": 0.9,
    }
    few = {"verdict": "few", "distance": 0.0, "chance": 0.0, "before": 4, "now": 2}
    classes = [{"name": "under 1,000 words", "before": 3, "now": 0}, {"name": "more", "before": 1, "now": 2}]
    edits = {"untouched": 8, "edited": 11, "returned": 2, "discarded": 1}
    return {
        "edits": [
            {"week": "2026-W46", "adapter": "starter-1", **edits}, {"week": "2026-W47", "adapter": "=1+1", **edits},
        ],
        "distance": [week("2026-W46", 19, 0.08)],
        "support": [week("2026-W46", 22, 0.9)],
        "reviews": {
            "sides": [side | {"side": "with"}, side | {"side": "without", "supported": None}],
            "difference": None,
            "draws": {"with": 5, "without": 4, "waiting": 2, "given_up": 1},
            "least": 10,
            "weeks": [week("2026-W46", 9, 212.0)],
        },
        "drift": {
            "length": few | {"classes": classes}, "type": few | {"classes": classes}, "vocabulary": few,
            "support": few | {"classes": classes}, "distance": few | {"classes": classes},
        },
        "share": 0.5,
        "uncounted": 0,
    }  # fmt: skip


def make_round(options: dict[str, Any], status: str = "running") -> dict[str, Any]:
    """Give a round as `ui.actions.learning` gives it."""
    score = lambda f1: {"f1": f1, "ci95": [f1 - 0.03, f1 + 0.03]}  # noqa: E731
    results = {
        name: {
            "n": 40,
            "rouge1": score(f1),
            "rouge2": score(f1 - 0.2),
            "rougeL": score(f1 - 0.1),
            "rougeLsum": score(f1 - 0.05),
            "supported_rate": 0.9,
        }
        for name, f1 in (("base", 0.31), ("base, 2 shots", 0.35), ("starter-1", 0.61), ("house-2", 0.64))
    }
    done = status != "running"
    loss = [[step, 2.4 / (1 + step / 20)] for step in range(1, 41)]
    return {
        "round_id": "r-1",
        "status": status,
        "step": "done" if done else "train",
        "options": options,
        "candidate": "house-2" if done else "",
        "error": "",
        "progress": {
            "done": 40,
            "total": 120,
            "label": "step 40 of 120",
            "losses": loss,
            "tokens_per_s": 812.0,
            "seconds_left": 260,
        },
        "dataset": {"pairs": 37, "synthetic": 60, "held_out": 19},
        "results": results if done else {},
        "gate": {
            "passed": True,
            "reasons": [
                "Better than the active adapter by 3.1 points of ROUGE-1, certain at 95%.",
                "No identifier in 10,000 outputs.",
            ],
        }
        if done
        else {},
        "started_by": "max",
        "created_at": "2026-11-24T07:00:00+00:00",
        "finished_at": "",
    }
