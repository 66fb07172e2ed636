"""Learns the maps of `assistant/evidence/subjects.py` from synthetic text: `python -m finetune.subjects --out DIR`.

The embedding model reads every text once. With --fold N a fifth of the subjects is left out and tested on: is the
sentence that answers put first among its neighbours, by likeness alone and with the maps?
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from assistant.evidence.embedding import DIMENSIONS, hash_weights, share_embedder, take_mean
from assistant.evidence.subjects import WEIGHTS, WORTH, Subjects, cut_windows
from finetune.subject_texts import Family, Told, ask_about, read_banks, write_document

FOLDS = 5
DOCUMENTS = {"confidentiality": 20, "contracts": 8, "filings": 6}  # a family
QUESTIONS = {"confidentiality": 14, "contracts": 5, "filings": 4}  # wordings a subject, at most
ASKED_STEPS, TOLD_STEPS, RATE = 40, 60, 0.05
ASKED_START, TOLD_START, TOLD_OFFSET = 12.0, 10.0, -7.0  # the maps begin at each subject's mean vector
ASKED_DECAY, TOLD_DECAY = 2e-4, 2e-3
POSITIVES_WEIGH = 8.0


@dataclass(frozen=True)
class Lesson:
    """What is learned from: documents and questions of each family, and the token rows of each text."""

    families: list[Family]
    documents: list[list[list[Told]]]
    questions: list[dict[str, list[str]]]
    states: dict[str, np.ndarray[Any, Any]]


def write_lesson(seed: int) -> Lesson:
    """Write the documents and questions, and let the embedding model read each text once."""
    rng = random.Random(seed)
    families = read_banks()
    documents = [[write_document(f, rng) for _ in range(DOCUMENTS[f.kind])] for f in families]
    questions = [
        {s.name: sorted({ask_about(f, s, rng) for _ in range(QUESTIONS[f.kind])}) for s in f.subjects.values()}
        for f in families
    ]
    told = [one.text for family in documents for document in family for one in document]
    texts = list(dict.fromkeys([*told, *(q for family in questions for asked in family.values() for q in asked)]))
    texts.sort(key=len)
    states = share_embedder().read_tokens(texts)
    return Lesson(families, documents, questions, {t: s.astype(np.float16) for t, s in zip(texts, states, strict=True)})


def is_left_out(family: Family, subject: str, fold: int | None) -> bool:
    """Tell whether a subject is tested on, not learned from."""
    return int(hashlib.sha256(f"{family.name}/{subject}".encode()).hexdigest(), 16) % FOLDS == fold


def learn(lesson: Lesson, fold: int | None) -> Subjects:
    """Learn both maps from the subjects that are not left out."""
    places = {
        (family.name, subject): place
        for place, (family, subject) in enumerate(
            (f, s) for f in lesson.families for s in f.subjects if not is_left_out(f, s, fold)
        )
    }
    (asked, asked_offset), (told, told_offset) = _learn_asked(lesson, places), _learn_told(lesson, places, fold)
    return Subjects(asked.numpy(), asked_offset.numpy(), told.numpy(), told_offset.numpy(), _find_known(lesson, fold))


def _find_known(lesson: Lesson, fold: int | None) -> np.ndarray[Any, Any]:
    """Give the mean vector of each subject's questions, of unit length."""
    means = [
        np.mean([take_mean(_read(lesson, question)) for question in wordings], axis=0)
        for family, questions in zip(lesson.families, lesson.questions, strict=True)
        for subject, wordings in questions.items()
        if not is_left_out(family, subject, fold)
    ]
    return np.array(means) / np.linalg.norm(means, axis=1, keepdims=True)


def _learn_asked(lesson: Lesson, places: dict[tuple[str, str], int]) -> tuple[Any, Any]:
    """Learn which subject a question is about."""
    asked = [
        (question, places[family.name, subject])
        for family, questions in zip(lesson.families, lesson.questions, strict=True)
        for subject, wordings in questions.items()
        if (family.name, subject) in places
        for question in wordings
    ]
    vectors = torch.tensor(np.array([cut_windows(_read(lesson, question))[0] for question, _ in asked]))
    wanted = torch.tensor([place for _, place in asked])
    weights = _start_at_means(vectors, functional.one_hot(wanted, len(places)).float(), ASKED_START)
    offset = torch.zeros(len(places), requires_grad=True)
    optimizer = torch.optim.Adam([weights, offset], lr=RATE)
    for _ in range(ASKED_STEPS):
        loss = functional.cross_entropy(vectors @ weights.T + offset, wanted)
        _step(optimizer, loss + ASKED_DECAY * (weights**2).sum(1).mean())
    return weights.detach(), offset.detach()


def _learn_told(lesson: Lesson, places: dict[tuple[str, str], int], fold: int | None) -> tuple[Any, Any]:
    """Learn which subjects a sentence is about: each by the piece of it that shows the subject best."""
    subjects: dict[str, set[int]] = {}
    for family, documents in zip(lesson.families, lesson.documents, strict=True):
        for one in (one for document in documents for one in document):
            if not any(is_left_out(family, name, fold) for name in one.subjects):
                subjects.setdefault(one.text, set()).update(places[family.name, name] for name in one.subjects)
    pieces = [cut_windows(_read(lesson, text)) for text in subjects]
    owner = torch.tensor([number for number, rows in enumerate(pieces) for _ in rows])
    vectors = torch.tensor(np.concatenate(pieces))
    wanted = torch.zeros(len(subjects), len(places))
    for number, own in enumerate(subjects.values()):
        wanted[number, list(own)] = 1.0
    weights = _start_at_means(vectors, wanted[owner], TOLD_START)
    offset = torch.full((len(places),), TOLD_OFFSET, requires_grad=True)
    optimizer = torch.optim.Adam([weights, offset], lr=RATE)
    weigh = torch.tensor(POSITIVES_WEIGH)
    for _ in range(TOLD_STEPS):
        best = torch.full(wanted.shape, -30.0).index_reduce(
            0, owner, vectors @ weights.T + offset, "amax", include_self=False
        )
        loss = functional.binary_cross_entropy_with_logits(best, wanted, pos_weight=weigh, reduction="sum")
        _step(optimizer, loss / len(subjects) + TOLD_DECAY * (weights**2).sum(1).mean())
    return weights.detach(), offset.detach()


def _start_at_means(vectors: Any, wanted: Any, length: float) -> Any:
    """Begin with each subject's mean vector, of a given length."""
    return (length * functional.normalize(wanted.T @ vectors, dim=1)).requires_grad_()


def _step(optimizer: Any, loss: Any) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _read(lesson: Lesson, text: str) -> np.ndarray[Any, Any]:
    return lesson.states[text].astype(np.float32)


def validate(maps: Subjects, lesson: Lesson, fold: int | None) -> dict[str, Any]:
    """Test on the subjects left out, or on all where none are: how often is the sentence put first that answers?"""
    rows = np.array(list(_test_questions(maps, lesson, fold)))
    return {
        "questions": len(rows),
        "right sentence first, by likeness": round(float(rows[:, 0].mean()), 4),
        "right sentence first, with the maps": round(float(rows[:, 1].mean()), 4),
    }


def _test_questions(maps: Subjects, lesson: Lesson, fold: int | None) -> Iterator[tuple[bool, bool]]:
    """Give for each question whether the first sentence of a document answers it: by likeness, and with the maps."""
    for number, family in enumerate(lesson.families):
        for document in lesson.documents[number][:2]:
            texts = [one.text for one in document]
            states = [_read(lesson, text) for text in texts]
            vectors = np.array([take_mean(rows) for rows in states]).reshape(-1, DIMENSIONS)
            for name in family.subjects:
                right = np.array([name in one.subjects for one in document])
                if not right.any() or fold is not None and not is_left_out(family, name, fold):
                    continue
                for question in lesson.questions[number][name][:2]:
                    asked = _read(lesson, question)
                    near = 0.55 * vectors @ take_mean(asked)  # likeness counts so in a sentence's weight
                    matched = near + WORTH * maps.match(asked, states)
                    yield bool(right[near.argmax()]), bool(right[matched.argmax()])


def write_maps(maps: Subjects, folder: Path) -> Path:
    """Write the maps in 16 bits, with the hash of the embedding model that they belong to."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: np.ascontiguousarray(rows, dtype=np.float16) for name, rows in vars(maps).items()}
    save_file(tensors, folder / WEIGHTS, metadata={"embedding": hash_weights()})
    return folder / WEIGHTS


def main() -> None:
    """Learn, test, and write."""
    parser = argparse.ArgumentParser(description="Learn the maps of subjects from synthetic documents.")
    parser.add_argument("--out", type=Path, help=f"folder that {WEIGHTS} is written to")
    parser.add_argument("--fold", type=int, choices=range(FOLDS), help="fifth of the subjects to leave out and test on")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    lesson = write_lesson(given.seed)
    maps = learn(lesson, given.fold)
    made: dict[str, Any] = {"texts": len(lesson.states), "subjects": len(maps.asked)}
    made |= validate(maps, lesson, given.fold)
    if given.out is not None:
        made["file"] = str(write_maps(maps, given.out))
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
