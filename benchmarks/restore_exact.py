"""Pseudonymizing and back: 1,000 generated documents byte for byte, and a search for names that lie open in a data root.

Restoring: 40 synthetic filings and 960 short texts of odd Unicode (joined letters, right-to-left, emoji, combining marks,
pseudonyms in the source, names that touch digits). `by_offsets` puts each replaced range's own characters back through the
offset map, the way every quote is shown. `by_vault` replaces each pseudonym by its entity's one stored form, the way a
generated sentence is shown: there "Mr. Smith" may come back as "John A. Smith", so it is exact only where one form is used.

Leaks: a data root with two synthetic filings as PDF, a summary without a model, an answer without a model, a signed-off
correction and a round's preview. Every file under it is searched for the names found, as `tests/leaks.py` does: UTF-8 and
UTF-16, zlib (PDF streams too), gzip, base64 and hex decoded, file names included. Then a name is planted in each way.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path
from typing import Any

_FILINGS, _ODD = 40, 960
_PIECES = (
    "Mr. José Ñuñez-Öström", "Ms. Zoë O’Hara", "Harbor Holdings, LLC", "№ 12-cv-00417", "(503) 555-0182",
    "a\u0301e\u0308", "👩🏽‍⚖️", "محمد", "שלום", "ﬁrm ﬂaw", "\u00ad", "\u200b", "\u202e", "PERSON_12",
    "COMPANY_3", "Dr. Wren7", "_Wren_", "\u2028", "\t", "\n\n", "𝔐𝔯. 𝔚", "Straße", "İstanbul", "ǅ", "\ufeff",
    "CASE NO. 3:24-cv-00042-ABC", "wren@firm.example", "was born on March 3, 1971", "\x0b", "v.", "In re",
    "123-45-6789", "£4,000", "“Wren”", "Mr. Wren’s", "WREN", "the", "and", ";", " ", "  ", "\r\n", "0",
    "\ud7ff", "\uffff",
)  # fmt: skip


def make_odd_text(rng: random.Random) -> str:
    """Give a short text of pieces that have broken offsets before, in random order, and some random characters."""
    pieces = [rng.choice(_PIECES) for _ in range(rng.randint(1, 30))]
    pieces += [
        chr(rng.choice((rng.randrange(32, 0xD800), rng.randrange(0xE000, 0x10FFFF)))) for _ in range(rng.randint(0, 6))
    ]
    rng.shuffle(pieces)
    return rng.choice((" ", "")).join(pieces)


def restore_by_offsets(text: str, made: Any) -> str:
    """Put a text back: unchanged characters from the pseudonymized text, the others from their place in the original."""
    parts = [
        made.text[s.start : s.end] if s.verbatim else text[s.page_start : s.page_end] for s in made.offsets.segments
    ]
    return "".join(parts)


def check_restoring() -> dict[str, Any]:
    """Pseudonymize and restore every document, in both profiles by turns."""
    from assistant.store.vault import Vault
    from finetune.synthesize.rules import make_filing
    from ingest.redact import redact_text

    rng = random.Random(3)
    texts = [make_filing(seed, pages=2).text for seed in range(_FILINGS)] + [make_odd_text(rng) for _ in range(_ODD)]
    exact = by_vault = changed = 0
    for number, text in enumerate(texts):
        vault = Vault.ephemeral()
        made = redact_text(text, vault, "strict" if number % 2 else "working")
        exact += restore_by_offsets(text, made).encode("utf-8", "surrogatepass") == text.encode(
            "utf-8", "surrogatepass"
        )
        by_vault += vault.restore(made.text) == text
        changed += made.text != text
    return {"documents": len(texts), "changed": changed, "by_offsets": exact, "by_vault": by_vault}


def check_leaks() -> dict[str, Any]:
    """Use a data root and search it, then plant a name in eight wrappings and search again."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    from leaks import find_names

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        names, texts = _use_house(home)
        hits = find_names(home, names)
        files = sum(1 for p in home.rglob("*") if p.is_file())
        planted = _plant(home, names[0])
        found = {hit.split(":")[0] for hit in find_names(home, names[:1])}
        return {
            "names_searched": len(names), "files": files, "hits": len(hits), "first_hits": hits[:5],
            "planted": len(planted), "planted_found": len(planted & found), "not_found": sorted(planted - found),
            "outputs": texts,
        }  # fmt: skip


def _use_house(home: Path) -> tuple[list[str], int]:
    """Ingest, summarize, ask, correct and preview in a new data root; give the names found and the outputs made."""
    from assistant.settings import Settings
    from assistant.store import people
    from finetune.synthesize.pdf import make_pdf
    from finetune.synthesize.rules import make_filing
    from ui.actions import filings, learning, questions, summaries
    from ui.actions import people as people_actions
    from ui.services import open_house

    house = open_house(Settings(home=home), serve=True)
    for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin")):
        people.add_user(house.db, name, role, "correct horse battery")
    paula, alex, ada = (people.get_user(house.db, name) for name in ("paula", "alex", "ada"))
    matter = people_actions.create_matter(house, alex, "A matter to search")["matter_id"]
    people_actions.add_member(house, alex, matter, "paula")
    outputs = 0
    for seed, kind in ((5, "complaint"), (6, "order")):
        filing = make_filing(seed, kind, split="test", pages=2)
        put = filings.upload(house, paula, matter, f"{filing.id}.pdf", make_pdf(filing))
        while filings.show_filing(house, paula, put["document_id"])["status"] in ("waiting", "reading"):
            time.sleep(0.2)
        *_, last = summaries.stream_summary(
            house, paula, put["document_id"], detail="brief", adapter="none", stop=threading.Event()
        )
        made = last["summary"]
        summaries.edit_summary(house, paula, made["summary_id"], filing.summary, made["version"])
        summaries.submit(house, paula, made["summary_id"], 1, ["style"], "")
        summaries.sign_off(house, alex, made["summary_id"])
        outputs += 1
    *_, last = questions.stream_answer(
        house, alex, matter, "What relief does the plaintiff demand?", adapter="none", stop=threading.Event()
    )
    people_actions.set_consent(house, alex, matter, True, "The client agreed in writing.")
    outputs += 1 + learning.preview_round(house, ada)["corrections"]
    names = sorted(
        e.original for e in house.vault(matter).entries() if e.type in ("PERSON", "ORG") and " " in e.original
    )
    house.close()
    return names, outputs


def _plant(home: Path, name: str) -> set[str]:
    """Write a name into files in every way that the search knows; give the files' names."""
    data = name.encode()
    stream = zlib.compress(b"BT (" + data + b") Tj ET")
    pdf = (
        b"%PDF-1.4\n1 0 obj <</Length "
        + str(len(stream)).encode()
        + b"/Filter/FlateDecode>> stream\n"
        + stream
        + b"\nendstream"
    )
    wrapped = {
        "plain": data, "utf16": name.encode("utf-16-le"), "base64": base64.b64encode(b"x" + data * 3), "zlib": zlib.compress(data * 9),
        "hex": data.hex().encode(), "base64-zlib": base64.b64encode(zlib.compress(data * 9)), "pdf": pdf,
    }  # fmt: skip
    for kind, content in wrapped.items():
        (home / f"planted-{kind}").write_bytes(b"\x00\x01" + content)
    (home / f"{name}.txt").write_bytes(b"")
    return {f"planted-{kind}" for kind in wrapped} | {f"{name}.txt"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", default="", help="Not needed: everything is generated.")
    parser.add_argument("--part", choices=("restore", "leaks", "both"), default="both")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    parts = {"restore": check_restoring, "leaks": check_leaks}
    result = {name: check() for name, check in parts.items() if arguments.part in (name, "both")}
    print(json.dumps(result, indent=None if arguments.json else 2, ensure_ascii=False))


if __name__ == "__main__":
    main()
