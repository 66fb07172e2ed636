"""A ranker fitted on approved summaries: it learns what they tell, keeps budgets, and its file cannot be changed unseen."""

import hashlib
import json
import random

import numpy as np
import pytest

from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.engine.manifest import RANKER_SCHEME
from assistant.errors import DamagedState, RefusedInput
from assistant.evidence.expected_words import (
    LEAST_MATTERS,
    count_all_words,
    count_words,
    learn_words,
    list_hidden,
    may_keep,
)
from assistant.evidence.features import describe_units, list_marks
from assistant.evidence.house_rankers import MOST_BYTES, HouseRankers, read_rankers
from assistant.evidence.learned_ranker import LEAST_PAIRS, fit_ranker, mark_sentences
from assistant.evidence.ranker import score_units
from assistant.evidence.reading import Reading
from assistant.evidence.selecting import choose_units, count_shown_words, extract_summary, score_part
from assistant.settings import Settings
from assistant.store.pseudonyms import PATTERN
from assistant.summarize import NO_MODEL, summarize_batch
from assistant.templates import load_template

NOUNS = "barge tariff orchard ledger furnace quarry lantern harvest engine bridge cargo meadow parcel vessel".split()
FILLER = "The parties spoke at some length about the {} and the {} of the {} without coming to any view."
TOLD = "We conclude that the {} was lawfully sold with the {} to PERSON_{}."


def make_document(text):
    return RedactedDocument("d", "m", 1, "plain", text, OffsetMap((Segment(0, len(text), 1, 0, len(text)),)), (), 1)


def make_pair(seed):
    """Give a document of 30 fillers with three conclusions at random places, and the conclusions as its summary."""
    rng = random.Random(seed)
    sentences = [FILLER.format(*rng.sample(NOUNS, 3)) for _ in range(30)]
    told = [TOLD.format(*rng.sample(NOUNS, 2), rng.randint(1, 9)) for _ in range(3)]
    for sentence in told:
        sentences.insert(rng.randint(0, len(sentences)), sentence)
    return Reading(make_document(" ".join(sentences))), " ".join(s for s in sentences if s in told)


def learn(pairs, **more):
    """Learn the expected words of pairs."""
    return learn_words(
        [count_all_words(reading) for reading, _ in pairs], [count_words(summary) for _, summary in pairs], **more
    )


PAIRS = [make_pair(seed) for seed in range(max(12, LEAST_PAIRS))]
RANKER = fit_ranker(PAIRS)


def extract(reading, words, ranker=None):
    return [reading.text[start:end] for start, end in extract_summary(reading, words, ranker)]


def test_it_learns_what_approved_summaries_tell_and_the_made_score_does_not_know():
    reading, summary = make_pair(99)
    words = len(summary.split())
    assert all(text.startswith("We conclude") for text in extract(reading, words, RANKER))
    assert not all(text.startswith("We conclude") for text in extract(reading, words))


def test_no_sentence_goes_over_the_budget_and_they_stand_in_reading_order():
    reading, _ = make_pair(7)
    for words in (15, 40, 100):
        spans = extract_summary(reading, words, RANKER)
        assert sum(count_shown_words(reading.text[a:b]) for a, b in spans) <= words and spans == sorted(spans)
    assert len(extract_summary(reading, 3, RANKER)) == 1  # one sentence comes even where none fits


def test_a_summary_without_a_model_is_made_with_it_and_says_so():
    reading, summary = make_pair(98)
    settings = Settings()
    made = [
        summarize_batch(
            [reading.document], None, settings=settings, templates=[load_template("plain", settings.home)],
            words=[len(summary.split())], adapter=NO_MODEL, rankers=rankers,
        )[0]
        for rankers in (
            HouseRankers({"plain": RANKER}, "house-3"), HouseRankers({"order": RANKER}), HouseRankers(missing="lost")
        )
    ]  # fmt: skip
    assert made[0].text == summary
    assert (made[0].provenance["ranker"], made[0].provenance["ranker_of"]) == (RANKER.hash, "house-3")
    assert made[1].text == made[2].text != summary and "ranker" not in made[1].provenance
    assert made[2].provenance["ranker"] == "none: lost"


@pytest.mark.parametrize(
    ("summary", "marked"),
    [
        ("The rent was 900 dollars.", [1]),  # the sentence that says it
        ("The rent was 900 dollars. The roof leaked.", [1, 3]),  # one for each thing told, the repeat once
        ("Nothing whatever of all this.", []),  # no word of it
    ],
)
def test_sentences_are_marked_that_tell_the_summary(summary, marked):
    text = "A lease began. The rent was 900 dollars. It rained often. The roof leaked. The rent was 900 dollars."
    assert np.flatnonzero(mark_sentences(Reading(make_document(text)), summary)).tolist() == marked


def test_a_repeat_is_left_for_what_is_new():
    text = "The roof leaked in March last year. " * 2 + "The tenant paid the rent to nobody."
    reading = Reading(make_document(text))
    scores = np.array([1.0, 1.0, 0.7])
    expected = {word: 1.0 for word in count_words(text)}
    assert choose_units(reading, scores, 14) == [0, 1] and choose_units(reading, scores, 14, expected, 1.0) == [0, 2]


def test_a_summary_is_as_long_as_approved_ones_of_such_documents_where_the_budget_allows_more():
    long = [
        (Reading(make_document(" ".join([reading.text] * times))), " ".join([summary] * times))
        for times in (2, 8)
        for reading, summary in PAIRS
    ]
    learned = learn(long)
    short, longer = (learned.expect_length(long[n][0]) for n in (0, -1))
    assert short == pytest.approx(1.2 * len(long[0][1].split()), rel=0.2)
    assert longer == pytest.approx(4 * short, rel=0.2)
    assert sum(count_shown_words(text) for text in extract(PAIRS[0][0], 5000, RANKER)) < 100


def test_words_are_expected_as_often_as_summaries_have_them_and_words_of_one_case_are_not_kept():
    learned = learn(PAIRS)
    kept = dict(learned.common)
    assert kept["conclud"] == 1.0 and "length" not in kept
    reading, _ = make_pair(97)
    expected = learned.expect_words(reading, 40)
    assert expected["conclud"] > 2 * expected["length"]  # both stand there often; no summary has the second
    alone = [*PAIRS[:-1], (PAIRS[-1][0], PAIRS[-1][1] + " Zephyr.")]
    assert "zephyr" not in dict(learn(alone).common)


def test_signatures_and_headings_are_never_taken():
    text = "ARGUMENT\n\nThe court held that the notice binds.\n\nRespectfully submitted,\n\n/s/ Person 3"
    reading = Reading(make_document(text))
    chosen = choose_units(reading, np.ones(len(reading.units)), 100)
    assert [reading.unit_text(i) for i in chosen] == ["The court held that the notice binds."]


def test_features_are_finite_and_name_no_party():
    for text in ("One.", "", "HEADING\n\n(a) PERSON_1 paid $5 to COMPANY_2?"):
        reading = Reading(make_document(text))
        names, values = describe_units(reading)
        assert values.shape == (len(reading.units), len(names)) and np.isfinite(values).all()
    assert not any(mark for marks in list_marks(reading) for mark in marks if "1" in mark or "2" in mark)
    one, other = (Reading(make_document(f"We hold that PERSON_{n} may sue here.")) for n in (1, 22))
    assert list_marks(one) == list_marks(other)


def test_words_of_few_documents_are_not_learned():
    pairs = [*PAIRS[:-1], (Reading(make_document("The zephyr clause was upheld. " * 20)), "The zephyr clause.")]
    marks = fit_ranker(pairs).marks
    assert "conclude" in marks and not any("zephyr" in mark for mark in marks)


def name_client(pairs, word):
    """Let every document and every summary name a client whom no detector found."""
    return [
        (Reading(make_document(reading.text.replace("We conclude", f"{word} lost: we conclude"))), f"{word}. {summary}")
        for reading, summary in pairs
    ]


def list_kept(ranker):
    """Give all words that a ranker holds by name."""
    return [*ranker.marks, *(word for word, _ in ranker.expected.common)]


@pytest.mark.parametrize(
    ("matters", "originals", "kept"),
    [
        (("m-1",), (), False),  # a client of one matter, though every summary names it
        (("m-1", "m-2"), (), False),  # and of two
        (("m-1", "m-2", "m-3"), (), True),  # of three it is a word like any other
        (("m-1", "m-2", "m-3"), ("Zephyr",), False),  # unless a vault holds it: some detector found it somewhere
        (("m-1", "m-2", "m-3"), ("ZEPHYR Heron Logistics LLC",), False),  # in any case, whole or as a word of a name
        (("m-1", "m-2", "m-3"), ("Heron Logistics LLC",), True),
    ],
)
def test_a_word_of_few_matters_or_of_a_vault_is_never_kept_by_name(matters, originals, kept):
    pairs = name_client(PAIRS, "Zephyr")
    ranker = fit_ranker(pairs, matters=[matters[n % len(matters)] for n in range(len(pairs))], originals=originals)
    words = list_kept(ranker)
    assert any("zephyr" in word for word in words) is kept and ranker.matters == len(matters)
    assert bool(words) is (len(matters) >= LEAST_MATTERS)  # of so few matters nothing is kept but how sentences look


def test_a_phrase_of_a_vault_is_not_kept_with_other_words_around_it():
    named = name_client(PAIRS, "Zephyr Lines")
    assert "lines lost" in fit_ranker(named).marks  # where no vault holds it
    kept = list_kept(fit_ranker(named, originals=["Zephyr Lines"]))
    assert not any(part in word for word in kept for part in ("zephyr", "lines"))
    assert "conclude" in kept


@pytest.mark.parametrize(
    ("original", "word", "kept"),
    [
        ("Blue Heron Logistics LLC", "heron", False),
        ("Maria Lopez", "lopez", False),
        ("Maria Lopez", "h:lopez", False),  # from a heading
        ("Maria Lopez", "^lopez lost", False),
        ("Maria Lopez", "claim", True),
        ("Blue Herons", "heron", False),  # by its stem
        ("Weißhaupt & Sons", "weisshaupt", False),  # folded as the words of texts are
        ("Bank of the Orchard", "of the", True),  # function words stand in any text
        ("J. H. Lopez", "h:argument", True),  # an initial is no word, and the mark of a heading is none
        ("H.", "h:argument", True),
        ("The", "the", False),  # but the whole of a name is hidden, whatever it is
    ],
)
def test_each_word_of_a_name_in_a_vault_is_hidden(original, word, kept):
    assert may_keep(word, LEAST_MATTERS, list_hidden([original])) is kept


def test_words_of_texts_are_folded_as_those_of_vaults_are():
    assert "weisshaupt" in list_marks(Reading(make_document("Weißhaupt sold it.")))[0]


def test_a_word_that_no_file_may_hold_is_not_kept():
    assert not may_keep("x" * 1000, LEAST_MATTERS)


def test_no_figure_and_no_pseudonym_is_kept_by_name():
    pairs = [
        (Reading(make_document(f"Case 4711 of PERSON_7 is heard. {reading.text}")), f"Case 4711 of PERSON_7. {summary}")
        for reading, summary in PAIRS
    ]
    words = list_kept(fit_ranker(pairs))
    assert "case" in words and not any(PATTERN.search(word.upper()) or any(c.isdigit() for c in word) for word in words)


def test_what_approved_summaries_tell_comes_first_in_a_part_too_and_what_does_not_fit_it_stays_out():
    reading, _ = make_pair(96)
    part = load_template("order").parts[0]
    made, both = score_units(reading, part), score_part(reading, part, ranker=RANKER)
    told = [i for i in range(len(reading.units)) if reading.unit_text(i).startswith("We conclude")]
    assert set(np.argsort(-both)[:3]) == set(told) != set(np.argsort(-made)[:3])
    assert ((both > 0) == (made > 0)).all() and score_part(reading, part).tolist() == made.tolist()


def test_saved_rankers_come_back_and_score_the_same(tmp_path):
    (tmp_path / "ranker.json").write_text(HouseRankers({"plain": RANKER}).write())
    loaded = read_rankers(tmp_path, "house-3")
    assert loaded.find("plain") == RANKER and loaded.find("order") is None and loaded.adapter == "house-3"
    assert loaded.find("plain").hash == RANKER.hash
    assert np.array_equal(loaded.find("plain").score(PAIRS[0][0]), RANKER.score(PAIRS[0][0]))
    assert read_rankers(tmp_path / "none").by_type == {}


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"scheme": "ranker-1"}', '{"scheme": "ranker-1", "by_type": {"plain": {"marks": []}}}']
)
def test_a_file_that_is_not_what_was_written_is_refused(text):
    with pytest.raises(DamagedState):
        HouseRankers.read(text)


def spoil(**fields):
    """Give the text of rankers of which one field is another; "expected.…" for one of the expected words."""
    told = json.loads(HouseRankers({"plain": RANKER}).write())
    for name, value in fields.items():
        place = told["by_type"]["plain"]
        if name.startswith("expected_"):
            place, name = place["expected"], name.removeprefix("expected_")
        place[name] = value(place[name]) if callable(value) else value
    return json.dumps(told)


def set_first(value):
    return lambda values: [value, *values[1:]]


@pytest.mark.parametrize(
    "fields",
    [
        *[
            {name: set_first(v)}
            for name in ("means", "scales", "weights")
            for v in (float("nan"), 1e308, "1", None, [])
        ],
        {"scales": set_first(0.0)},
        {"scales": set_first(-1.0)},
        {"weights": lambda values: values[:-1]},
        {"means": lambda values: [*values, 0.0]},
        {"weights": set_first(10**400)},
        {"weights": set_first(True)},
        {"weights": "1" * len(RANKER.weights)},
        {"features": set_first("another")},
        {"marks": set_first(None)},
        {"marks": set_first("x" * 1000)},
        {"marks": [], "weights": None},
        {"cover": float("inf")},
        {"cover": -1.0},
        {"pairs": "many"},
        {"matters": None},
        {"expected": None},
        {"expected_length": [1.0]},
        {"expected_length": [float("nan"), 0.0]},
        {"expected_ratios": lambda values: values[:-1]},
        {"expected_ratios": set_first(-1.0)},
        {"expected_common": [["word"]]},
        {"expected_common": [["word", "often"]]},
        {"expected_common": {"word": 1.0}},
    ],
)
def test_a_well_formed_file_that_no_round_made_is_refused(fields, tmp_path):
    (tmp_path / "ranker.json").write_text(spoil(**fields))
    with pytest.raises(DamagedState, match="start another round"):
        read_rankers(tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b'{"scheme": "ranker-1", "by_type": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"scheme": "ranker-0"}' + b" " * MOST_BYTES,
        b"\xff",
    ],
)
def test_a_file_that_is_nested_deep_or_large_or_no_text_is_refused(data, tmp_path):
    (tmp_path / "ranker.json").write_bytes(data)
    with pytest.raises(DamagedState, match="start another round"):
        read_rankers(tmp_path)


def test_the_largest_figures_a_file_may_hold_still_choose_sentences():
    wild = {"weights": lambda values: [1e9 * (-1) ** n for n in range(len(values))], "expected_length": [1e9, 1e9]}
    wild |= {"means": lambda values: [-1e9] * len(values), "scales": lambda values: [1e-9] * len(values), "cover": 1e9}
    ranker = HouseRankers.read(spoil(**wild, expected_ratios=lambda values: [1e9] * len(values))).find("plain")
    assert np.isfinite(ranker.score(PAIRS[0][0])).all() and extract(PAIRS[0][0], 40, ranker)


def test_a_document_whose_sentences_all_score_the_same_is_still_told():
    alone = Reading(make_document("The board denied the claim of the veteran in May."))
    assert RANKER.score(alone).tolist() == [0.0]
    assert extract(alone, 40, RANKER) == [alone.text]


def test_rankers_of_another_version_are_left_aside():
    assert HouseRankers.read('{"scheme": "ranker-0", "by_type": {"plain": {}}}').by_type == {}


def test_the_scheme_names_the_features_that_rankers_are_fitted_on():
    """Where this fails, features changed: give RANKER_SCHEME another name, or old rankers score by the wrong ones."""
    names = hashlib.sha256("\n".join(RANKER.features).encode()).hexdigest()[:16]
    assert (RANKER_SCHEME, names) == ("ranker-1", "fa2e506e5a1ef642")


def test_too_few_or_useless_summaries_are_refused():
    with pytest.raises(RefusedInput, match=str(LEAST_PAIRS)):
        fit_ranker(PAIRS[: LEAST_PAIRS - 1])
    with pytest.raises(RefusedInput, match="approved summaries"):
        fit_ranker([(reading, "Xyzzy plugh.") for reading, _ in PAIRS])
    with pytest.raises(RefusedInput, match="No document has a sentence"):
        fit_ranker([(make_document(""), "Xyzzy.")] * LEAST_PAIRS)


def test_an_empty_document_gives_nothing():
    assert extract_summary(make_document(""), 50, RANKER) == [] and len(RANKER.score(Reading(make_document("")))) == 0
