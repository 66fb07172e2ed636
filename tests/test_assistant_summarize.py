"""Summaries with a fake engine: parts, verification, replacement, budget, stop; and the house templates."""

import random
import threading
import time

import pytest
from masking import mask

from assistant.documents import OffsetMap, RedactedDocument, Segment, Sentence, Summary
from assistant.drafting import cut_sentences
from assistant.errors import RefusedInput
from assistant.settings import Settings
from assistant.store.pseudonyms import find_pseudonyms
from assistant.summarize import Progress, summarize, summarize_batch, summary_prompts
from assistant.templates import copy_templates, document_types, load_template

COMPLAINT = mask("""IN THE SUPERIOR COURT OF FULTON COUNTY

Person 1, Plaintiff, v. Company 2, Defendant.

COMPLAINT

TABLE OF CONTENTS

Parties .......................... 1

Facts ............................ 2

PARTIES

1. Plaintiff Person 1 is a resident of Fulton County, Georgia.

2. Defendant Company 2 is a corporation organized under the laws of Delaware.

FACTS

3. On May 3, 2019, Person 1 and Company 2 entered into a written agreement for the sale of 250 engines for $1,200,000.

4. Company 2 failed to deliver the engines by the agreed date of June 30, 2019.

5. The weather in that spring was mild and the roads were open to traffic at all times.

COUNT ONE: BREACH OF CONTRACT

6. Company 2 breached the agreement and is liable for breach of contract under O.C.G.A. § 13-6-2.

PRAYER FOR RELIEF

WHEREFORE, Plaintiff demands judgment against Company 2 in the amount of $1,200,000 with costs and a trial by jury.

Respectfully submitted,

/s/ Person 9

Attorney for Plaintiff, 12 Main Street, Suite 5
""")


def make_document(text=COMPLAINT, document_type="complaint", pages=3, facts=None):
    size = len(text) // pages + 1
    segments = tuple(
        Segment(i * size, min((i + 1) * size, len(text)), i + 1, 0, min((i + 1) * size, len(text)) - i * size)
        for i in range(pages)
        if i * size < len(text)
    )
    return RedactedDocument(
        "d-1", "m-1", 1, document_type, text, OffsetMap(segments), (), pages, pages_unreadable=(3,), facts=facts or {}
    )


class FakeEngine:
    """Answers each prompt by its part, in small pieces; slow where told to be."""

    model_hash = "fake"

    def __init__(self, answers, delay_s=0.0):
        self.answers = answers
        self.delay_s = delay_s
        self.asked = []

    def _answer(self, prompt):
        content = prompt.messages[-1]["content"]
        self.asked.append(content)
        return next((text for part, text in self.answers.items() if f"State its part: {part}." in content), "")

    def stream(self, prompt, *, adapter=None, max_new_tokens=120, stop=None):
        for piece in self._answer(prompt).split(" "):
            if stop is not None and stop.is_set():
                return
            time.sleep(self.delay_s)
            yield piece + " "

    def batch(self, prompts, *, adapter=None, max_new_tokens=120):
        return [self._answer(prompt) for prompt in prompts]

    def load_adapter(self, adapter_id, folder):
        raise AssertionError("not asked for")

    def count_tokens(self, text):
        return len(text) // 4


GOOD = {
    part: mask(text)
    for part, text in {
        "Parties": "Defendant Company 2 is a corporation organized under the laws of Delaware.",
        "Claims": "Company 2 is liable for breach of contract under O.C.G.A. § 13-6-2.",
        "Facts": "On May 3, 2019, Person 1 and Company 2 entered into a written agreement for the sale of 250 "
        "engines for $1,200,000.",
        "Relief": "Plaintiff demands judgment against Company 2 in the amount of $1,200,000.",
    }.items()
}


def run(engine, document=None, **options):
    document = document or make_document()
    options.setdefault("settings", Settings())
    options.setdefault("template", load_template(document.document_type))
    items = list(summarize(document, engine, **options))
    assert isinstance(items[-1], Summary)
    return items


def test_good_sentences_are_kept_with_evidence_and_who_says_it():
    items = run(FakeEngine(GOOD))
    summary = items[-1]
    assert [s for s in items if isinstance(s, Sentence)] == list(summary.sentences)
    by_part = {s.part: s for s in summary.sentences}
    assert by_part["Relief"].text == GOOD["Relief"] and by_part["Relief"].support == "supported"
    assert by_part["Facts"].text.startswith("The complaint alleges that on May 3, 2019,")
    assert all(s.evidence for s in summary.sentences)
    assert summary.coverage.pages_unreadable == (3,) and summary.coverage.pages_read == 2
    assert summary.text.startswith("Parties: ")


@pytest.mark.parametrize(
    "wrong",
    [
        "Plaintiff demands judgment against Company 2 in the amount of $2,200,000.",  # a figure
        "Plaintiff demands judgment against Company 7 in the amount of $1,200,000.",  # a party
        "The moon is made of green cheese and rats.",  # nothing of it stands there
    ],
)
def test_a_wrong_sentence_is_replaced_by_the_sources_words(wrong):
    summary = run(FakeEngine({**GOOD, "Relief": mask(wrong)}))[-1]
    relief = [s for s in summary.sentences if s.part == "Relief"]
    assert [s.origin for s in relief] == ["source"]
    assert mask("judgment against Company 2 in the amount of $1,200,000") in relief[0].text


def test_a_wrong_sentence_is_shown_unsupported_where_the_setting_says_so():
    wrong = mask("Plaintiff demands judgment against Company 2 in the amount of $2,200,000.")
    summary = run(FakeEngine({**GOOD, "Relief": wrong}), settings=Settings(on_unsupported="flag"))[-1]
    relief = next(s for s in summary.sentences if s.part == "Relief")
    assert (relief.text, relief.support) == (wrong, "unsupported") and "$1,200,000" in relief.reason


@pytest.mark.parametrize(
    ("setting", "origin", "support"), [("source", "source", "supported"), ("flag", "model", "partial")]
)
def test_a_sentence_put_together_from_true_pieces_is_replaced_or_shown_as_partly_supported(setting, origin, support):
    loose = mask("Company 2 of Delaware, Fulton County, liable for the sale of 250 engines by the agreed date.")
    summary = run(FakeEngine({**GOOD, "Relief": loose}), settings=Settings(on_own_words=setting))[-1]
    relief = [s for s in summary.sentences if s.part == "Relief"]
    assert (relief[0].origin, relief[0].support) == (origin, support)


def test_a_caption_shows_every_name_that_it_tells():
    text = mask(
        "Slip opinion\n\nSyllabus\n\nPerson 1 v. Company 2\n\nCertiorari to the court below.\n\nThe case was argued."
    )
    document = make_document(text, "order", pages=1, facts={"parties": mask("Person 1 v. Company 2")})
    caption = run(None, document, adapter="none")[-1].sentences[0]
    shown = " ".join(text[e.start : e.end] for e in caption.evidence)
    assert all(name in shown for name in find_pseudonyms(caption.text)) and find_pseudonyms(caption.text)


def test_without_a_model_the_source_speaks():
    summary = run(None, adapter="none")[-1]
    assert {s.origin for s in summary.sentences} == {"source"}
    assert all(s.support == "supported" and s.evidence for s in summary.sentences)
    text = summary.text
    assert "...." not in text and "Attorney for Plaintiff" not in text and "/s/" not in text
    assert "Next date" in summary.missing_parts


def test_a_part_the_filing_is_silent_on_is_missing_even_if_the_model_invents():
    summary = run(FakeEngine({**GOOD, "Next date": "The hearing is on June 1, 2020."}))[-1]
    assert "Next date" in summary.missing_parts and "June 1" not in summary.text


def test_no_sentence_is_told_twice():
    same = {part: GOOD["Relief"] for part in GOOD}
    texts = [s.text for s in run(FakeEngine(same))[-1].sentences]
    assert len(texts) == len(set(texts)) and sum(GOOD["Relief"] in t for t in texts) == 1


def test_an_echo_of_the_part_and_list_marks_are_dropped():
    summary = run(FakeEngine({**GOOD, "Relief": "Relief: - " + GOOD["Relief"]}))[-1]
    assert next(s.text for s in summary.sentences if s.part == "Relief").lstrip("- ") == GOOD["Relief"]


def test_stop_ends_within_half_a_second_and_keeps_what_is_done():
    stop = threading.Event()
    engine = FakeEngine(GOOD, delay_s=0.02)
    stream = summarize(make_document(), engine, settings=Settings(), template=load_template("complaint"), stop=stop)
    for item in stream:
        if isinstance(item, Sentence):
            break
    stop.set()
    before = time.perf_counter()
    rest = list(stream)
    assert time.perf_counter() - before < 0.5
    assert rest[-1].stopped and len(rest[-1].sentences) >= 1 and len(rest[-1].sentences) < 4


def test_progress_names_the_parts():
    labels = [item.label for item in run(FakeEngine(GOOD)) if isinstance(item, Progress)]
    assert labels == ["Parties", "Claims", "Facts", "Relief", "Next date"]


def test_batch_says_the_same_as_one_by_one():
    documents = [make_document(), make_document(COMPLAINT.replace("250", "300"))]
    answers = FakeEngine(GOOD)
    template = load_template("complaint")
    batch = summarize_batch(documents, answers, settings=Settings(), templates=[template, template])
    single = [run(FakeEngine(GOOD), document)[-1] for document in documents]
    assert [s.text for s in batch] == [s.text for s in single]


def test_what_the_first_part_says_of_the_caption_rests_on_it():
    said = mask("Person 1, Plaintiff, sues in the Superior Court of Fulton County.")
    document = make_document(facts={"court": "SUPERIOR COURT OF FULTON COUNTY", "judge": "Ann Other"})
    engine = FakeEngine({"Parties": f"{said} The judge is Ann Other."})
    summary = run(engine, document, settings=Settings(on_own_words="flag", on_unsupported="flag"))[-1]
    told = {s.text: s for s in summary.sentences if s.origin == "model"}
    assert told[said].evidence and min(e.start for e in told[said].evidence) < document.text.index("COMPLAINT")
    assert told["The judge is Ann Other."].support == "unsupported"  # read, but it stands nowhere: nor was it shown
    assert "Superior Court of Fulton County" in engine.asked[0] and "Ann Other" not in engine.asked[0]


def test_prompts_for_training_are_those_of_serving():
    engine = FakeEngine(GOOD)
    run(engine)
    prompts = summary_prompts(make_document(), load_template("complaint"))
    assert [p.prompt.messages[-1]["content"] for p in prompts] == engine.asked
    assert [p.part.name for p in prompts] == ["Parties", "Claims", "Facts", "Relief"]


def write_long(sections=10, sentences=12, seed=1):
    """Write sections of invented prose, each with its own words."""
    rng = random.Random(seed)
    blocks = []
    for section in range(sections):
        words = ["".join(rng.choice("bdfglmnprstv") + rng.choice("aeiou") for _ in range(3)) for _ in range(60)]
        blocks.append(f"SECTION {'ABCDEFGHIJ'[section]}")
        blocks.append(" ".join(f"The witness saw the {' '.join(rng.sample(words, 14))}." for _ in range(sentences)))
    return "\n\n".join(blocks)


LONG = write_long()


@pytest.mark.parametrize("words", [60, 200, 500])
def test_a_word_budget_is_met_about(words):
    summary = run(None, make_document(LONG, "plain", pages=10), adapter="none", words=words)[-1]
    assert 0.6 * words <= len(summary.text.split()) <= 1.5 * words


def test_comprehensive_draws_from_every_readable_stretch():
    summary = run(None, make_document(LONG, "plain", pages=10), adapter="none", detail="comprehensive")[-1]
    assert len(summary.coverage.pages_drawn_from) >= 5
    assert any("(p" in s.part for s in summary.sentences)


def test_comprehensive_accounts_for_every_page():
    leaders = "\n\n".join(f"Chapter {i} {'.' * 30} {i}" for i in range(60))
    summary = run(None, make_document(f"{LONG}\n\n{leaders}", "plain", 12), adapter="none", detail="comprehensive")[-1]
    accounted = set(summary.coverage.pages_drawn_from)
    for sentence in summary.sentences:
        if sentence.part == "Other pages":
            first, *last = (int(word) for word in sentence.text.split() if word.isdigit())
            accounted |= set(range(first, (last or [first])[0] + 1))
    assert accounted == set(range(1, 13))
    assert any("tables of contents" in s.text for s in summary.sentences)


def test_every_type_has_a_template_and_the_firms_file_wins(tmp_path):
    assert set(document_types()) == {
        "brief",
        "complaint",
        "contract",
        "deposition",
        "motion",
        "order",
        "patent",
        "plain",
    }
    copy_templates(tmp_path)
    own = tmp_path / "templates" / "motion.toml"
    own.write_text('title = "motion"\n[[parts]]\nname = "Bottom line"\nask = "Say it."\n')
    assert load_template("motion", tmp_path).part_names == ("Bottom line",)
    assert load_template("motion", tmp_path).hash != load_template("motion").hash
    assert copy_templates(tmp_path) == [] and "Bottom line" in own.read_text()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ('title = "x"\n', "parts"),  # no part at all
        ('[[parts]]\nname = "A"\nask = "B"\nwords = "many"\n', "words"),  # text where a number belongs
        ('[[parts]]\nname = "A: b"\nask = "B"\n', "name"),  # a colon would break the form of the summary
        ('[[parts]]\nname = "A"\nask = "B"\ncue = ["x"]\n', "cue"),  # a misspelt key
    ],
)
def test_a_malformed_template_names_file_and_key(tmp_path, content, key):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "order.toml").write_text(content)
    with pytest.raises(RefusedInput, match=f"'{key}'.*order.toml"):
        load_template("order", tmp_path)


@pytest.mark.parametrize("name", ["nothing", "../plain", "a/b"])
def test_an_unknown_template_is_refused(tmp_path, name):
    with pytest.raises(RefusedInput):
        load_template(name, tmp_path)


def test_behind_a_caption_the_first_part_tells_only_of_sides_and_court() -> None:
    """The model's sentence is refused, and the source's nearest one is of another matter than who is before which court."""
    text = mask(
        "SUPERIOR COURT OF FULTON COUNTY\n\nPerson 1,\nPlaintiff,\nv.\nCompany 2,\nDefendant.\n\nORDER\n\n"
        "Time is kept by a badge reader at the gate and by time cards.\n\nA container is lashed to the deck with rods.\n\n"
        "This cause came on to be heard upon Plaintiff's motion.\n\nIT IS ORDERED that the motion is GRANTED.\n"
    )
    facts = {"court": "SUPERIOR COURT OF FULTON COUNTY", "parties": mask("Person 1 v. Company 2"), "title": "ORDER"}
    document = make_document(text, "order", facts=facts, pages=1)
    summary = run(FakeEngine({"Court": "Nobody flew to the moon on Sunday."}), document)[-1]
    told = [s.text for s in summary.sentences if s.part == "Court"]
    assert told and "Fulton" in told[0].title()
    assert not any("badge" in one or "container" in one for one in told)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Ordered: (1) to pay; (2) to pay; (3) to file.", "Ordered: (1) to pay; (2) to file."),
        ("Ordered: (1) Ames to pay the costs; and (2) Ames to pay the costs.", "Ordered: Ames to pay the costs."),
        ("Testified: (1) locked the gate; (2) did not lock the gate.", "Testified: (1) locked the gate; (2) did not lock the gate."),
        ("Owed: (1) interest of 5%; (2) interest of $5.", "Owed: (1) interest of 5%; (2) interest of $5."),
        ("Held: sections 12(1) and 12(2) and 12(3) apply.", "Held: sections 12(1) and 12(2) and 12(3) apply."),
        ("Ordered to pay (1) the costs.", "Ordered to pay (1) the costs."),
    ],
)  # fmt: skip
def test_an_item_that_the_model_repeats_is_told_once(written: str, told: str) -> None:
    assert list(cut_sentences(iter([written]), "Relief")) == [told]
