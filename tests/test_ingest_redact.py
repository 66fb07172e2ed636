"""Pseudonymizing: what is masked and kept, one entity one pseudonym, the way back exact, nothing restored by mistake."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.documents import OffsetMap, Page, Segment
from assistant.settings import load_settings
from assistant.store.pseudonyms import PATTERN, WORDS, format_pseudonym
from assistant.store.vault import Vault
from ingest import redact
from ingest.clean import clean_pages
from ingest.identify import Span
from ingest.redact import find_identifiers, redact_clean, redact_input, redact_plain, redact_text

COMPLAINT = """UNITED STATES DISTRICT COURT
FOR THE DISTRICT OF COLORADO

JOHN A. TALLOWAY, Plaintiff,

v.

BRAMBLE WIDGETS, INC. and JANE TALLOWAY, Defendants.

Case No. 1:24-cv-01061-KLM

COMPLAINT

1. Plaintiff John A. Talloway is an individual born on March 3, 1971. Mr. Talloway's social security number is \
123-45-6789. TALLOWAY lives at 12 Main Street, Denver, CO 80202 and is reached at j.talloway@example.com or (303) 555-1212.

2. Defendant Bramble Widgets, Inc. (“Bramble”) hired Ms. Talloway on June 1, 2019. Bramble paid $40,000 to her. \
Talloway's claim arises under 42 U.S.C. § 1983. See Miranda v. Arizona, 384 U.S. 436 (1966). Judge Karen Holt presided.
"""


def names_of(vault: Vault) -> dict[str, str]:
    return {entry.pseudonym: entry.original for entry in vault.entries()}


def test_working_profile_masks_the_client_and_keeps_the_law() -> None:
    vault = Vault.ephemeral()
    text = redact_text(COMPLAINT, vault, "working").text
    for gone in ("Talloway", "TALLOWAY", "Bramble", "BRAMBLE", "123-45-6789", "Main Street", "example.com", "555-1212", "1971",
                 "01061"):  # fmt: skip
        assert gone not in text
    for kept in ("June 1, 2019", "42 U.S.C. § 1983", "Miranda v. Arizona, 384 U.S. 436 (1966)", "Judge Karen Holt",
                 "DISTRICT OF COLORADO", "$40,000"):  # fmt: skip
        assert kept in text


def test_strict_profile_masks_dates_places_courts_and_judges_too() -> None:
    text = redact_text(COMPLAINT, Vault.ephemeral(), "strict").text
    for gone in ("June", "2019", "COLORADO", "Karen", "Holt", "Mr.", "Ms."):
        assert gone not in text
    assert "42 U.S.C. § 1983" in text and "Miranda v. Arizona, 384 U.S. 436" in text


def test_one_person_is_one_pseudonym_and_a_namesake_is_another() -> None:
    vault = Vault.ephemeral()
    redacted = redact_text(COMPLAINT, vault, "working")
    given = {}
    for span in redacted.spans:
        given.setdefault(COMPLAINT[span.start : span.end], set()).add(span.pseudonym)
    john = given["John A. Talloway"]
    assert given["JOHN A. TALLOWAY"] == given["TALLOWAY"] == john
    (jane,) = given["JANE TALLOWAY"]
    assert {jane} != john and f"hired Ms. {jane} on" in redacted.text
    assert given["Talloway"] == john | {jane}  # "Mr. Talloway's" is John, "Ms. Talloway" is Jane
    assert "Mr. " + next(iter(john)) + "'s" in redacted.text
    assert given["Bramble"] == given["BRAMBLE WIDGETS, INC."]
    assert names_of(vault)[next(iter(john))] == "John A. Talloway"


def test_names_are_the_same_in_the_next_document_of_the_matter() -> None:
    vault = Vault.ephemeral()
    redact_text(COMPLAINT, vault, "working")
    before = names_of(vault)
    text = redact_text("The order binds the heirs. TALLOWAY and Bramble Widgets appeared.", vault, "working").text
    john = next(p for p, original in before.items() if original == "John A. Talloway")
    bramble = next(p for p, original in before.items() if original.startswith("Bramble"))
    assert f"{john} and {bramble} appeared." in text


def test_a_fuller_name_found_later_becomes_what_readers_see() -> None:
    vault = Vault.ephemeral()
    first = redact_text("Mr. Quillfeather signed the lease.", vault, "working").text
    redact_text("Augustus B. Quillfeather was deposed. Mr. Quillfeather answered.", vault, "working")
    assert vault.restore(first) == "Mr. Augustus B. Quillfeather signed the lease."


def test_a_case_cited_is_law_unless_it_names_a_party() -> None:
    head = "MARLENE OKAFOR, Plaintiff,\n\nv.\n\nHARBOR HOLDINGS, LLC, Defendant.\n\n"
    text = redact_text(
        head + "See Okafor v. Harbor Holdings, LLC, 12 F.4th 34 (9th Cir. 2021); Roe v. Wade, 410 U.S. 113 (1973).",
        Vault.ephemeral(),
        "working",
    ).text
    assert "Okafor" not in text and "Harbor" not in text
    assert "Roe v. Wade, 410 U.S. 113 (1973)" in text


LITERALS = [
    format_pseudonym(type, number) for type, number in (("PERSON", 12), ("ORG", 3), ("CODE", 1), ("DATETIME", 9))
]


@pytest.mark.parametrize("literal", LITERALS)
def test_a_pseudonym_written_in_the_source_is_never_another_name(literal: str) -> None:
    vault = Vault.ephemeral()
    source = f"{literal} met Ms. Okafor, Mr. Wren and Dr. Sand. {literal} is how the agency calls the informant."
    redacted = redact_text(source, vault, "working")
    for found in PATTERN.finditer(redacted.text):
        assert found.group() in names_of(vault)
    assert vault.restore(redacted.text).count(literal) == 2
    assert vault.restore(redacted.text) == source


def test_a_number_that_touches_a_name_is_not_read_into_its_pseudonym() -> None:
    vault = Vault.ephemeral()
    redacted = redact_text("We rely on Mr. Okafor12 for this, not on Mr. Wren.", vault, "working")
    assert {m.group() for m in PATTERN.finditer(redacted.text)} <= set(names_of(vault))
    assert "Okafor" not in redacted.text


def test_input_of_a_person_is_masked_in_any_case_and_keeps_issued_pseudonyms() -> None:
    vault = Vault.ephemeral()
    redact_text(COMPLAINT, vault, "working")
    names = {original: pseudonym for pseudonym, original in names_of(vault).items()}
    john, bramble = names["John A. Talloway"], names["Bramble Widgets, Inc."]
    assert redact_input("when did bramble hire john talloway?", vault, "working") == f"when did {bramble} hire {john}?"
    assert redact_input(f"Is {john} the plaintiff?", vault, "working") == f"Is {john} the plaintiff?"
    unknown = f"Is {format_pseudonym('PERSON', 4711)} the plaintiff?"
    masked = redact_input(unknown, vault, "working")
    assert "4711" not in masked and vault.restore(masked) == unknown


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Must he notify the owner?", True),  # a word of the sentence, whatever company is called so
        ("did chase pay?", False),  # a surname in small letters
        ("What did Notify say?", False),  # a name as names are written
        ("May the Receiving Party keep copies?", True),  # a role, whoever holds it
    ],
)
def test_a_word_of_the_question_is_no_name(question: str, kept: bool) -> None:
    vault = Vault.ephemeral()
    redact_text("Notify, Inc. sued Martin Chase. Notify answered; Mr. Chase paid.", vault, "working")
    assert (redact_input(question, vault, "working") == question) is kept


def test_what_a_person_types_renames_nobody_and_still_hides_an_unknown_name() -> None:
    vault = Vault.ephemeral()
    page = redact_text("Ms. Torres signed the lease with Bramble Widgets.", vault, "working").text
    before = vault.entries()
    masked = redact_input("Who is Gregory Torres of Bramble Widgets, Inc.?", vault, "working")
    assert "Torres" not in masked and "Bramble" not in masked
    assert vault.entries()[: len(before)] == before and "Gregory" not in vault.restore(page)
    unknown = redact_input("Did Augustus Quillfeather sign? Mr. Quillfeather denies it.", vault, "working")
    assert "Quillfeather" not in unknown and vault.entries()[: len(before)] == before
    assert vault.restore(unknown).startswith("Did Augustus Quillfeather sign?")
    redact_text("Dana R. Torres was deposed. Ms. Torres answered.", vault, "working")  # a filing still teaches
    assert "Dana R. Torres" in vault.restore(page)


def test_offsets_of_a_document_lead_to_the_pages() -> None:
    pages = [Page(1, "Marlene Okafor sued Harbor Holdings, LLC. Ms. Okafor"), Page(2, "won. The order is final.")]
    made = redact_clean(clean_pages(pages), Vault.ephemeral(), "working")
    assert "Okafor" not in made.text
    for segment in made.offsets.segments:
        if segment.verbatim:
            page = pages[segment.page - 1].text
            assert made.text[segment.start : segment.end] == page[segment.page_start : segment.page_end]
    end = made.text.index(" sued") + len(" sued")
    (span,) = made.offsets.to_original(0, end)
    assert pages[0].text[span.start : span.end] == "Marlene Okafor sued"


def test_facts_speak_in_the_same_pseudonyms() -> None:
    vault = Vault.ephemeral()
    made = redact_clean(clean_pages([Page(1, COMPLAINT)]), vault, "working")
    assert made.facts["court"].endswith("DISTRICT OF COLORADO") and made.facts["judge"] == "Karen Holt"
    names = {original: pseudonym for pseudonym, original in names_of(vault).items()}
    assert made.facts["docket_number"] == names["1:24-cv-01061-KLM"] and made.facts["docket_number"] in made.text
    assert made.facts["parties"] == f"{names['John A. Talloway']} v. {names['Bramble Widgets, Inc.']} et al."


def test_plain_text_gives_passages_over_its_own_characters(tmp_path) -> None:  # type: ignore[no-untyped-def]
    document, vault = redact_plain(COMPLAINT, load_settings(home=tmp_path), "complaint")
    assert document.document_type == "complaint" and document.passages[0].start == 0
    last = document.passages[-1]
    (span,) = document.offsets.to_original(last.start, last.end)
    assert COMPLAINT[span.start : span.end].rstrip().endswith("presided.")
    assert vault.restore(document.facts["parties"]).startswith("John A. Talloway v. Bramble")


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """A text and random ranges of it with pseudonyms, numbers of one to three digits, touching anything."""
    text = draw(st.text(st.sampled_from("ab 12_.A\nPERSON"), min_size=1, max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [
        Span(a, b, "PERSON", 1.0, format_pseudonym("PERSON", draw(st.integers(900, 1100))))
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return text, spans


@settings(max_examples=300, deadline=None)
@given(texts_with_spans())
def test_replacing_is_exact_and_reversible(given_: tuple[str, list[Span]]) -> None:
    text, spans = given_
    made, offsets, moved = redact._replace(text, spans, OffsetMap((Segment(0, len(text), 1, 0, len(text)),)))
    back = []
    for segment in offsets.segments:
        original = text[segment.page_start : segment.page_end]
        if segment.verbatim:
            assert made[segment.start : segment.end] == original
        back.append(original)
    assert "".join(back) == text  # the offsets restore every byte
    assert [m.group() for m in PATTERN.finditer(made) if int(m["number"]) >= 900][: len(spans)] == [
        s.pseudonym for s in spans
    ]
    for span in spans:
        assert made[moved.place(span.start) : moved.place_end(span.end)].strip() == span.pseudonym


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Ms. Okafor", LITERALS[0], "Mr. Wren", LITERALS[1], "12", "and", "signed.", "\n\n"]),
        max_size=25,
    )
)
def test_every_pseudonym_in_a_redacted_text_is_the_vaults(words: list[str]) -> None:
    vault = Vault.ephemeral()
    redacted = redact_text(" ".join(words), vault, "working")
    assert {m.group() for m in PATTERN.finditer(redacted.text)} <= set(names_of(vault))


def test_scheme_and_types_are_complete() -> None:
    assert redact.scheme_of("working") != redact.scheme_of("strict")
    found = {s.type for s in find_identifiers(COMPLAINT, "strict")}
    assert found <= set(WORDS) and {"PERSON", "ORG", "CODE", "CONTACT", "DATETIME"} <= found
