"""The arithmetic of Insights, by values that were worked out by hand or are known: edits, intervals, reviews, drift."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.drift import find_shift, find_vocabulary_shift, measure_divergence, measure_stability
from assistant.figures import LEAST_REVIEWS, compare_reviews, count_word_edits, estimate_mean
from assistant.store.measures import GROUPS, count_groups


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [
        ("he paid five dollars", "he paid five dollars", (0, 4)),
        ("he paid five dollars", "he paid seven dollars", (1, 4)),  # replaced
        ("he paid five dollars", "he paid dollars", (1, 4)),  # taken out
        ("he paid dollars", "he paid five hundred dollars", (2, 5)),  # put in
        ("a b c d", "d a b c", (2, 4)),  # moved: out and in again
        ("k i t t e n", "s i t t i n g", (3, 7)),  # the textbook's
        ("", "two words", (2, 2)),
        ("", "", (0, 0)),
        ("a  b\n", "a b", (0, 2)),  # blanks are no words
    ],
)
def test_word_edits_are_those_of_levenshtein(a, b, edits):
    assert count_word_edits(a, b) == edits


@settings(max_examples=60)
@given(*[st.lists(st.sampled_from("abc"), max_size=6)] * 2)
def test_word_edits_agree_with_the_plain_recursion(one, two):
    def count(a, b):
        if not a or not b:
            return len(a) + len(b)
        return min(count(a[1:], b) + 1, count(a, b[1:]) + 1, count(a[1:], b[1:]) + (a[0] != b[0]))

    if len(one) * len(two) <= 12:  # the recursion is slow
        assert count_word_edits(" ".join(one), " ".join(two))[0] == count(one, two)


def test_a_mean_has_the_interval_that_its_spread_gives():
    same = estimate_mean([0.4] * 30)
    assert (same.count, same.mean, same.low, same.high) == (
        30,
        pytest.approx(0.4),
        pytest.approx(0.4),
        pytest.approx(0.4),
    )
    spread = estimate_mean([0.0, 1.0] * 50)  # normal theory: 0.5 +- 1.96 * 0.05
    assert (
        spread.mean == 0.5
        and spread.low == pytest.approx(0.402, abs=0.02)
        and spread.high == pytest.approx(0.598, abs=0.02)
    )
    rate = estimate_mean([1, 9], [2, 10])  # of 12 sentences 10 are supported, not the mean of two shares
    assert rate.mean == pytest.approx(10 / 12)
    assert estimate_mean([]).count == 0


def test_people_are_compared_with_themselves_and_their_own_pace_drops_out():
    draw = random.Random(1)
    quick, slow = ([base + draw.uniform(-5, 5) for _ in range(12)] for base in (100, 900))
    one = {"ann": [v - 30 for v in quick], "bob": [v - 30 for v in slow[:6]]}
    other = {"ann": quick[:6], "bob": slow, "eve": [5000.0] * 20}  # eve has none of the one kind
    found = compare_reviews(one, other)
    assert found.people == 2 and found.counts == (18, 18)
    assert found.mean == pytest.approx(-30, abs=4) and found.low < -30 < found.high < 0
    assert found.high - found.low < 10, "the difference between quick and slow people widens nothing"


def test_where_nobody_has_both_kinds_all_are_taken_together_and_too_few_say_nothing():
    one, other = {"ann": [100.0, 120.0] * 5}, {"bob": [200.0, 220.0] * 5}
    found = compare_reviews(one, other)
    assert (found.people, found.counts, found.mean) == (0, (10, 10), pytest.approx(-100))
    assert found.low <= -100 <= found.high < -80
    assert compare_reviews(one, {"bob": [200.0] * (LEAST_REVIEWS - 1)}) is None
    assert compare_reviews({}, {}) is None


def test_the_stability_index_has_the_value_of_its_formula():
    # classes of 100: 20/30/50 against 30/40/30 percent, worked out by hand from sum((q - p) ln(q / p))
    before, now = np.array([2000, 3000, 5000]), np.array([3000, 4000, 3000])
    by_hand = 0.1 * np.log(1.5) + 0.1 * np.log(4 / 3) + -0.2 * np.log(0.6)
    assert measure_stability(before, now) == pytest.approx(by_hand, abs=0.001) == pytest.approx(0.1715, abs=0.001)
    assert measure_stability(before, before * 2) == pytest.approx(0, abs=0.001)
    assert np.isfinite(measure_stability(np.array([10, 0]), np.array([0, 10])))


def test_the_divergence_is_nought_for_the_same_and_one_for_the_disjoint():
    a, b = np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.0, 1.0])
    assert measure_divergence(a, a) == 0 and measure_divergence(a, b) == pytest.approx(1)
    assert measure_divergence(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == pytest.approx(0.3113, abs=0.0001)


def test_a_shift_must_lie_above_chance_and_above_its_bound():
    draw = random.Random(2)
    late = [False] * 90 + [True] * 30
    same = [find_shift([draw.randrange(5) for _ in late], late, 5) for _ in range(20)]
    assert sum(shift.verdict != "none" for shift in same) <= 2, "chance cries once in a hundred times"
    assert any(shift.distance >= 0.25 for shift in same), "the customary bound alone would cry more often"
    assert find_shift([0] * 80 + [1] * 10 + [1] * 30, late, 2).verdict == "large"
    assert find_shift([0, 1] * 225 + [0, 0, 1] * 50, [False] * 450 + [True] * 150, 2).verdict == "some"
    few = find_shift([0] * 90 + [1] * 19, [False] * 90 + [True] * 19, 2)
    assert (few.verdict, few.before, few.now) == ("few", 90, 19)
    assert find_shift([], [], 3).verdict == "few"
    # so few that chance alone reaches the customary bound: nothing is said of it
    small = [False] * 20 + [True] * 20
    unsure = find_shift([0, 1, 2, 3, 4] * 4 + [0] * 8 + [1] * 4 + [2] * 4 + [3] * 3 + [4], small, 5)
    assert unsure.distance >= 0.25 and unsure.verdict == "none"


def test_words_are_counted_by_hash_and_pseudonyms_are_none():
    text = "The lessor pays. The tenant of PERSON_12 at ORG_3 pays rent."
    counts = count_groups(text)
    assert len(counts) == GROUPS and counts.sum() == 9  # the two pseudonyms and nothing else are left out
    assert (count_groups("PERSON_12 ORG_3") == 0).all()
    assert (counts == count_groups(text.replace("PERSON_12", "PERSON_99"))).all()


def test_a_new_vocabulary_is_told_from_another_draw_of_the_old_one():
    draw = random.Random(3)
    leases, torts = (
        "lessor tenant rent deposit term notice repair".split(),
        "crane injury negligence dock duty harm".split(),
    )

    def write(words):
        return count_groups(" ".join(draw.choices(words, k=300)))

    late = [False] * 40 + [True] * 20
    old = [write(leases if n % 2 else torts) for n in range(40)]
    assert find_vocabulary_shift(old + [write(leases if n % 2 else torts) for n in range(20)], late).verdict == "none"
    moved = find_vocabulary_shift(old + [write("patent claim embodiment prior art".split()) for _ in range(20)], late)
    assert moved.verdict == "some" and moved.distance > 0.9
    assert find_vocabulary_shift([], []).verdict == "few"
