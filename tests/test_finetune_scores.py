"""ROUGE and its intervals, on texts small enough to reckon by hand."""

from __future__ import annotations

import pytest

from finetune.scores import compare_means, compare_rates, estimate_mean, score_rouge


def test_rouge_is_stemmed_f1_with_the_variants_apart():
    same = score_rouge("The court denied the motions.", "the court denies the motion")
    assert same["rouge1"] == pytest.approx(1.0)  # stemming: denied/denies, motions/motion
    half = score_rouge("one two three four", "one two five six")
    assert half["rouge1"] == pytest.approx(0.5)
    assert half["rouge2"] == pytest.approx(1 / 3)


def test_rouge_lsum_takes_sentences_in_any_order_and_rouge_l_does_not():
    swapped = score_rouge("Alpha sued Beta. The court agreed.", "The court agreed. Alpha sued Beta.")
    assert swapped["rougeLsum"] == pytest.approx(1.0)
    assert swapped["rougeL"] < 0.7


def test_interval_holds_the_mean_and_narrows_with_more_documents():
    few = estimate_mean([0.2, 0.8] * 3)
    many = estimate_mean([0.2, 0.8] * 100)
    assert few.low < few.mean < few.high and few.mean == pytest.approx(0.5)
    assert many.high - many.low < 0.3 * (few.high - few.low)
    assert estimate_mean([]) == estimate_mean([0.0])


def test_rate_counts_sentences_not_documents():
    assert estimate_mean([1, 9], [1, 10]).mean == pytest.approx(10 / 11)
    assert estimate_mean([0, 0], [0, 0]).mean == 0


def test_paired_comparison_sees_a_small_steady_gain_that_unpaired_intervals_hide():
    theirs = [0.1 * (n % 10) for n in range(40)]
    ours = [value + 0.01 + 0.001 * (n % 3) for n, value in enumerate(theirs)]
    gap = compare_means(ours, theirs)
    assert gap.low > 0 and gap.mean == pytest.approx(0.011, abs=1e-3)
    assert estimate_mean(ours).low < estimate_mean(theirs).high


def test_rates_are_compared_by_document():
    gap = compare_rates([(1, 4)] * 20, [(3, 4)] * 20)
    assert gap.mean == gap.low == gap.high == pytest.approx(-0.5)
    assert compare_rates([], []).mean == 0
