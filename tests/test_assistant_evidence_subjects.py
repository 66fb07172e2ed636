"""Maps of subjects: they put the sentence on the very subject first, refuse nothing, and are done without where they do not fit."""

import random
import re

import numpy as np
import pytest

from assistant.documents import OffsetMap, Passage, RedactedDocument, Segment
from assistant.evidence import bearing, subjects
from assistant.evidence.bearing import weigh_bearing
from assistant.evidence.embedding import DIMENSIONS
from assistant.evidence.reading import Reading
from assistant.evidence.retrieval import Hit
from assistant.evidence.subjects import FLOOR, Subjects

TEXT = "The tenant shall pay rent on the first day of each month. The tenant shall keep the roof in good repair."
TWO = np.eye(2, DIMENSIONS)
MAPS = Subjects(20 * TWO, np.zeros(2), 20 * TWO, np.full(2, -10.0), TWO)


def read(*subjects_of_tokens):
    """Token rows as an embedder gives them: a mark before and behind, each token along the axis of its subject."""
    return np.eye(DIMENSIONS, dtype=np.float32)[[9, *subjects_of_tokens, 9]]


class Embedder:
    """Stands for the embedding model: repair is subject 1, the rest 0; a question after upkeep is mostly of 1."""

    def read_tokens(self, texts):
        return [read(*([1] * 6 + [0] * 4 if "upkeep" in text else [int("repair" in text)] * 8)) for text in texts]


def weigh(question):
    passage = Passage(0, 0, len(TEXT), 1)
    offsets = OffsetMap((Segment(0, len(TEXT), 1, 0, len(TEXT)),))
    document = RedactedDocument("d-1", "m-1", 1, "contract", TEXT, offsets, (passage,), 1)
    return weigh_bearing(question, [Hit("d-1", passage, 1.0, TEXT)], {"d-1": Reading(document)})


def test_the_sentence_on_the_subject_is_put_first_and_nothing_is_refused_for_it(monkeypatch):
    monkeypatch.setattr(bearing, "share_embedder", Embedder)
    question = "Whose is the upkeep where the tenant shall pay rent on the first day of each month?"
    monkeypatch.setattr(bearing, "share_subjects", lambda: None)
    without = weigh(question)
    monkeypatch.setattr(bearing, "share_subjects", lambda: MAPS)
    made = weigh(question)
    first, last = (TEXT[one.sentences[0].start : one.sentences[0].end] for one in (without, made))
    assert "first day" in first and "roof" in last
    assert (made.bears, made.confidence) == (without.bears, without.confidence) and len(made.sentences) == 2


def test_a_long_sentence_is_matched_by_the_piece_that_is_on_the_subject():
    long, asked = read(*[0] * 60, *[1] * 20), read(*[1] * 8)
    short, other, inside = MAPS.match(asked, [asked, read(0), long])
    assert short > -0.1 and inside > -0.1 and other == pytest.approx(FLOOR)


def test_a_question_unlike_all_that_was_learned_changes_nothing():
    assert (MAPS.match(read(3, 3), [read(1), read(0)]) == FLOOR).all()


def test_maps_of_another_embedding_model_are_not_used(monkeypatch, tmp_path, caplog):
    from safetensors.numpy import save_file

    save_file({"asked": np.zeros((1, 1))}, tmp_path / subjects.WEIGHTS, metadata={"embedding": "of another model"})
    for folder, said in ((tmp_path, "another embedding model"), (tmp_path / "nowhere", "not installed")):
        monkeypatch.setattr(subjects, "FOLDER", folder)
        assert subjects.share_subjects.__wrapped__() is None and said in caplog.text


def test_the_maps_that_are_shipped_fit_the_embedding_model_that_is():
    made = subjects.share_subjects.__wrapped__()
    assert made is not None and made.asked.shape == made.told.shape and made.asked.shape[1] == DIMENSIONS


def test_banks_leave_no_place_open_and_give_each_subject_a_question_and_a_wording():
    from finetune.subject_texts import ask_about, read_banks, write_document

    rng = random.Random(1)
    families = read_banks()
    assert sum(len(family.subjects) for family in families) > 500
    for family in families:
        texts = [one.text for _ in range(3) for one in write_document(family, rng)]
        for subject in family.subjects.values():
            assert subject.lines["?"] + subject.lines["!"] and subject.lines["-"] + subject.lines["+"]
            texts += [ask_about(family, subject, rng)]
        assert not [text for text in texts if re.search(r"[{}]", text)]
