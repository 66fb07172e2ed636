"""The firm of the screenshots: invented people, matters in every state, the filings of the demo, and work done on them.

Everything goes in by the product's own actions; only the writing is a stub, which copies sentences of the text that the prompt
quotes. Two things are put into the store as they would look after months: the scores of a round, and the weeks of reviews
behind Insights.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from assistant.engine.base import Prompt
from assistant.settings import Settings, load_settings
from assistant.store import people
from assistant.store.people import User
from ui.actions import compare, filings, grid, learning, orders, questions, retention, summaries, verdicts
from ui.actions import folders as folder_actions
from ui.actions import people as people_actions
from ui.services import House, open_house

PASSWORD = "ten filings a day"
PEOPLE = (
    ("paula", "paralegal", "Paula Hart"), ("alex", "attorney", "Alex Moreno"), ("ada", "admin", "Ada Lindqvist"),
    ("nora", "attorney", "Nora Castellan"), ("ben", "paralegal", "Ben Achterberg"), ("max", "admin", "Max Feld"),
    ("theo", "attorney", "Theo Vance"), ("lena", "paralegal", "Lena Brandt"),
)  # fmt: skip
MATTER, NUMBER = "Okafor v. Palmetto Terminals", "24-0118"
EMPTY, ORDERED, PAST = "Lindgren v. Tidewater Cold Storage", "In re Brightwater Marine", "Wage claims, closed"
_TEXT = re.compile(r"<text>\n(.*)\n</text>", re.DOTALL)
_SENTENCE = re.compile(r"[A-Z][^.;:]{30,}?(?<!No)(?<!Ms)\.(?= |$)")
ASKED = (
    "What damages does the plaintiff demand?",
    "When was the plaintiff dismissed?",
    "Which patents are in dispute?",
)
GATE = (
    "Better than the adapter that serves by 3.1 points of ROUGE-1 on 24 filings, certain at 95%.",
    "96% of its sentences are borne by the filing, 94% before.",
    "No identifier in 10,000 outputs.",
)


class Copier:
    """An engine that copies sentences of what the prompt quotes, others for each adapter; `word_s` between two words."""

    def __init__(self, settings: Settings) -> None:
        from assistant.engine.weights import model_folder, model_hash

        self.model_hash = model_hash(model_folder(settings))
        self.word_s = 0.0

    def stream(
        self, prompt: Prompt, *, adapter: str | None = None, stop: threading.Event | None = None, **_more: Any
    ) -> Iterator[str]:
        """Write two or three sentences of the quoted text."""
        quoted = _TEXT.search(prompt.messages[-1]["content"])
        said = [one for one in _SENTENCE.findall(" ".join(quoted[1].split())) if len(one.split()) > 6] if quoted else []
        at = {"starter-1": 1, "house-2": 2}.get(adapter or "", 0)
        for word in " ".join(said[at : at + 2] or said[:2]).split():
            if (stop or threading.Event()).wait(self.word_s):
                return
            yield word + " "

    def batch(self, prompts: Sequence[Prompt], **given: Any) -> list[str]:
        """Write an answer to each."""
        given.pop("max_new_tokens", None)
        return ["".join(self.stream(prompt, **given)) for prompt in prompts]

    def load_adapter(self, adapter_id: str, folder: Path) -> None:
        """Take note of nothing: an adapter is told by its name."""

    def count_tokens(self, text: str) -> int:
        """Count four characters as one token."""
        return len(text) // 4 + 1


class Lot(Random):
    """A lot that falls as told."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        """Give the value."""
        return self.value


def open_firm(home: Path, watched: Path) -> tuple[House, dict[str, str]]:
    """Open the firm, made first where the folder is new; give the house and the ids of what is on show."""
    new = not (home / "made").exists()
    if new:
        shutil.rmtree(home, ignore_errors=True)
    watched.mkdir(parents=True, exist_ok=True)
    house = open_house(load_settings(home=home, watch_root=watched, retention_months=84), serve=True)
    house.__dict__["_engine"] = Copier(house.settings)  # where the house keeps its engine once it is built
    if new:
        _make_people(house)
        _make_matters(house)
        _add_filings(house)
        _work(house)
        _make_past(house)
        (home / "made").touch()
    return house, _name_all(house)


def user(house: House, name: str) -> User:
    """Give a person of the firm."""
    return people.get_user(house.db, name)


def _matter(house: House, name: str) -> str:
    from assistant.store import matters

    return matters.find_matter(house.db, name).matter_id


def _make_people(house: House) -> None:
    for name, role, shown in PEOPLE:
        people.add_user(house.db, name, role, PASSWORD, shown)


def _make_matters(house: House) -> None:
    alex, nora, ada = (user(house, name) for name in ("alex", "nora", "ada"))
    first = str(people_actions.create_matter(house, alex, MATTER, NUMBER)["matter_id"])
    for name in ("paula", "ben", "nora"):
        people_actions.add_member(house, alex, first, name)
    people_actions.set_consent(house, alex, first, True, "Signed letter of June 3, in the file.")
    people_actions.set_wall(house, alex, first, "theo", "Acted for the other side in 2021.")
    folder_actions.set_folder(house, ada, first, "litigation/okafor", "paula")
    empty = str(people_actions.create_matter(house, alex, EMPTY, "24-0131")["matter_id"])
    people_actions.add_member(house, alex, empty, "paula")
    ordered = str(people_actions.create_matter(house, alex, ORDERED, "23-0907")["matter_id"])
    people_actions.add_member(house, alex, ordered, "lena")
    orders.set_protective_order(house, alex, ordered, True, "ECF 41")
    orders.set_legal_hold(house, alex, ordered, True, "Letter of May 3")
    people_actions.create_matter(house, ada, "Harrow v. Pelican Freight", "24-0140")
    past = str(people_actions.create_matter(house, nora, PAST, "15-0442")["matter_id"])
    retention.set_closing(house, nora, past, "2016-06-30", None)


def _add_filings(house: House) -> None:
    from finetune.synthesize.demo import demo_files

    paula, first = user(house, "paula"), _matter(house, MATTER)
    for name, data in demo_files(8):
        _read(house, filings.upload(house, paula, first, name, data))
    _read(house, filings.upload(house, paula, first, "09-exhibit-c-scan.pdf", b"%PDF-1.7 cut off"))
    _read(house, filings.upload(house, paula, first, "10-letter-of-counsel.pdf", _lock(demo_files(1)[0][1])))
    clawed = filings.upload(
        house, paula, first, "11-sent-to-us-by-mistake.txt", b"A memorandum of the other side.\n" * 9
    )
    _read(house, clawed)
    filings.sequester_filing(house, user(house, "alex"), clawed["document_id"], "Privileged; sent by mistake.")


def _lock(data: bytes) -> bytes:
    """Put a password on a PDF."""
    import io

    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt("not told", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _read(house: House, shown: dict[str, Any]) -> None:
    while shown["status"] in ("waiting", "reading"):
        time.sleep(0.2)
        shown = filings.show_filing(house, user(house, "paula"), shown["document_id"])


def _summarize(
    house: House, document_id: str, *, adapter: str | None = "none", detail: str = "brief"
) -> dict[str, Any]:
    stop = threading.Event()
    *_, last = summaries.stream_summary(
        house, user(house, "paula"), document_id, detail=detail, adapter=adapter, stop=stop
    )
    return dict(last["summary"])


def _find(house: House, start: str) -> str:
    """Give the id of the filing whose name starts so."""
    rows = filings.list_filings(house, user(house, "paula"), _matter(house, MATTER))
    return next(str(row["document_id"]) for row in rows if row["file"].startswith(start))


def _work(house: House) -> None:
    """Leave summaries in every state, a conversation, a grid, a comparison and a candidate that waits."""
    paula, alex = user(house, "paula"), user(house, "alex")
    made = {n: _summarize(house, _find(house, n), adapter=None if n in ("02", "08") else "none") for n in
            ("02", "03", "04", "05", "06", "07", "08")}  # fmt: skip
    _correct(house, made["02"])
    for number in ("02", "03", "04", "06", "07"):
        summaries.submit(house, paula, made[number]["summary_id"], 0, ["style"], "Please look at the relief.")
    summaries.send_back(house, alex, made["04"]["summary_id"], "Name the judge and the date of the order.")
    summaries.sign_off(house, alex, made["06"]["summary_id"])
    summaries.sign_off(house, alex, made["07"]["summary_id"])
    verdicts.discard_summary(house, paula, made["05"]["summary_id"])
    first = _matter(house, MATTER)
    for question in (*ASKED, "What is the weather on Mars?"):
        for _ in questions.stream_answer(house, alex, first, question, adapter="none", stop=threading.Event()):
            pass
    chosen = [_find(house, n) for n in ("02", "03", "04", "06", "08")]
    grid.start_grid(house, paula, first, ASKED, chosen, title="Damages and dates", adapter="none")
    _register_candidate(house)
    for number in ("02", "07"):
        compare.lend_filing(house, alex, _find(house, number), True)
    compare.start_comparison(house, user(house, "ada"), _find(house, "07"))


def _correct(house: House, made: dict[str, Any]) -> None:
    """Correct a sentence, and put a sum into another one that the filing does not say."""
    paula, key = user(house, "paula"), made["summary_id"]
    made = summaries.edit_sentence(
        house, paula, key, 0, made["sentences"][0]["text"].rstrip(".") + ", as the complaint says.", made["version"]
    )
    last = len(made["sentences"]) - 1
    summaries.edit_sentence(house, paula, key, last, "Plaintiff demands damages of $162,920.", made["version"])


def _register_candidate(house: House) -> None:
    """Register a copy of the starter adapter, its weights a little smaller, as the candidate of a round."""
    from safetensors.torch import load_file, save_file

    from assistant.engine import adapters

    house.ready_adapters()
    serving = learning.list_adapters(house, user(house, "ada"))[0]["adapter_id"]
    source = house.settings.home / "adapters" / serving
    folder = house.settings.home / "candidate"
    shutil.copytree(source, folder)
    manifest = adapters.verify_folder(folder)
    weights = {key: value * 0.9 for key, value in load_file(folder / "adapter_model.safetensors").items()}
    save_file(weights, folder / "adapter_model.safetensors")
    (folder / "manifest.json").unlink()
    adapters.write_manifest(folder, base_model=manifest.base_model, base_model_hash=manifest.base_model_hash)
    adapters.register(house.db, folder, adapter_id="house-2", matters=[_matter(house, MATTER)], parent=serving)


def _make_past(house: House) -> None:
    """Put eight weeks of reviews into the store, half of them without a summary: what Insights counts."""
    chance, matter = Random(7), _matter(house, PAST)
    with house.db.session():  # one commit, which is quicker
        for number in range(64):
            _review(house, matter, number, chance)


def _review(house: House, matter: str, number: int, chance: Random) -> None:
    """Have a filing of about 1,000 words added, drawn, worked on and signed off in the week that its number says."""
    from assistant.documents import Coverage, Evidence, OffsetMap, Passage, RedactedDocument, Segment, Sentence, Summary
    from assistant.store import filings as stored
    from assistant.store import trials, work
    from assistant.store.tables import CorrectionRow, DocumentRow, SummaryRow

    then = datetime.now(UTC) - timedelta(weeks=8 - number // 8, hours=number % 8)
    unaided, person = number % 2 == 0, ("paula", "ben", "lena")[number % 3]
    name = f"{number:02}-old-claim.pdf"
    key = stored.add_filing(house.db, matter, name, b"%PDF-1.7 " + name.encode(), person).document_id
    text = "The claim was settled. " + "word " * (700 + 40 * (number % 16))
    pages = OffsetMap((Segment(0, len(text), 1, 0, len(text)),))
    passage = Passage(0, 0, 22, 1, "Facts", "1")
    document = RedactedDocument(
        document_id=key, matter_id=matter, revision=1, document_type=("complaint", "motion", "order")[number % 3], text=text,
        offsets=pages, passages=(passage,), pages_total=3, scheme="plain-1",
    )  # fmt: skip
    stored.save_revision(house.db, document, (), {"PERSON": 4}, [], 1.0)
    stored.set_status(house.db, key, "ready")
    trials.draw_filing(house.db, key, 0.5, Lot(0.0 if unaided else 0.99))
    evidence = Evidence(key, 1, 0, 22, 1, "p. 1")
    said = [Sentence("The claim was settled.", "supported" if chance.random() < 0.94 else "partial", "", (evidence,), "Facts")
            for _ in range(6)]  # fmt: skip
    made = Summary(
        document_id=key, revision=1, detail="brief", sentences=tuple(said), missing_parts=(), coverage=Coverage(3, 3, (1,), ()),
        adapter="starter-1", provenance={}, seconds=9.0,
    )  # fmt: skip
    summary = work.save_summary(house.db, made, person)
    if chance.random() < 0.6:
        changed = (*said[:5], replace(said[5], text="The claim was settled in May.", origin="person"))
        work.save_edit(house.db, summary, person, " ".join(s.text for s in changed), changed, 1)
    seconds = int((520 if unaided else 260) * (0.7 + 0.6 * chance.random()))
    trials.count_seconds(house.db, summary, person, 0, then)
    trials.count_seconds(house.db, summary, person, seconds, then + timedelta(seconds=seconds))
    work.submit(house.db, summary, person, 0, ["style"] if number % 4 == 0 else [], "")
    work.sign_off(house.db, summary, "nora")
    with house.db.session() as session:
        at = then.isoformat()
        session.get_one(DocumentRow, key).added_at = session.get_one(SummaryRow, summary).created_at = at
        session.query(CorrectionRow).filter_by(summary_id=summary).update({"created_at": at, "signed_off_at": at})


def _name_all(house: House) -> dict[str, str]:
    numbers = {f"f{n}": _find(house, n) for n in ("01", "02", "03", "04", "06", "07", "08")}
    told = {"matter": _matter(house, MATTER), "empty": _matter(house, EMPTY), "ordered": _matter(house, ORDERED)}
    return numbers | told | {"past": _matter(house, PAST)}


def make_round(status: str) -> dict[str, Any]:
    """Give the fields of a round in a state, as the store keeps them."""
    score = lambda f1, part: {  # noqa: E731
        "n": 24, "supported_rate": 0.9 + part, "parts_covered": 0.8 + part, "words": 92.0,
        **{key: {"f1": f1 - down, "ci95": [f1 - down - 0.03, f1 - down + 0.03]} for key, down in
           (("rouge1", 0.0), ("rouge2", 0.2), ("rougeL", 0.12), ("rougeLsum", 0.05))},
    }  # fmt: skip
    results = {"base": score(0.31, -0.2), "base, 2 shots": score(0.35, -0.1), "starter-1": score(0.61, 0.04),
               "house-2": score(0.64, 0.06)}  # fmt: skip
    progress: dict[str, Any] = {"done": 46, "total": 120, "label": "step 46 of 120", "tokens_per_s": 812.0,
                                "seconds_left": 260, "losses": [[n, 0.9 + 1.6 / (1 + n / 12)] for n in range(1, 47)]}  # fmt: skip
    data = {"pairs": 37, "synthetic": 60, "held_out": 24, "left_out": {"not_borne_by_source": 2, "near_duplicate": 1}}
    base: dict[str, Any] = {"status": status, "dataset": data, "step": "train", "progress": progress}
    if status == "running":
        return base
    if status == "failed":
        return base | {"error": "The disk of the data root is full. Free 2 GB and start the round again."}
    reasons = list(GATE) if status == "passed" else ["9 held-out filings are too few to say; 20 are needed."]
    return base | {"step": "register", "results": results, "candidate": "house-2",
                   "gate": {"outcome": status, "passed": status == "passed", "reasons": reasons}}  # fmt: skip
