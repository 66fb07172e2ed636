"""A round: dataset, train, evaluate, memory, gate, register; durable, each step with its artefact on disk.

Artefacts lie under `home/rounds/<round id>/`; a step that finds its own whole does nothing. So a
process killed anywhere goes on, at the next launch, with the step it was in, and ends with one adapter.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import compute, jobs
from assistant.engine import adapters
from assistant.engine.base import BASE, NO_MODEL
from assistant.errors import CasebriefError, NotAllowed
from assistant.evidence.house_rankers import HouseRankers, read_rankers
from assistant.store import erasure, matters, registry, rounds, usable
from finetune.answers import RememberingEngine
from finetune.bill import bill_round
from finetune.checkpoint import write_json
from finetune.dataset import ANSWERS, Lesson, build_all_examples, read_dataset
from finetune.ending import end_round, withdraw_candidate
from finetune.evaluate import Evaluation, evaluate_lessons, read_evaluation, write_evaluation
from finetune.forget import SourceErased, drop_weights, forget_texts, hold_texts, learned_documents, was_erased
from finetune.gate import Choices, find_leaks, judge_candidate
from finetune.harvest import build_dataset, originals_of
from finetune.house import House
from finetune.memory import Memory, draw_canaries, measure_memory, plant_canaries, tell_memory
from finetune.options import RoundOptions
from finetune.prefer import train_in_turn
from finetune.progress import RoundCancelled, RoundProgress
from finetune.ranker import fit_rankers, say_rankers
from finetune.report import read_training
from finetune.train import TrainingStopped

if TYPE_CHECKING:
    from assistant.engine.base import Engine
    from finetune.encode import Example

logger = logging.getLogger(__name__)

WORKFLOW = "round"
MEMORY = "memory.json"


def register_jobs(house: House) -> None:
    """Make rounds runnable by `jobs.enqueue("rounds", "round", round_id)`; call before `jobs.launch`."""

    @jobs.workflow(WORKFLOW)
    def run(round_id: str) -> str:
        return run_round(house, round_id)


def run_round(house: House, round_id: str) -> str:
    """Run a round from top to bottom, or on from where it was; give its status.

    The status is stored in any case: the gate's outcome, "cancelled" or "failed" with the reason. Where it is
    "cancelled" or "failed", a candidate that was registered already is withdrawn.
    """
    try:
        status = _run_steps(house, round_id)
    except Exception:
        withdraw_candidate(house.db, house.settings, round_id)
        raise
    if status in ("cancelled", "failed"):
        withdraw_candidate(house.db, house.settings, round_id)
    return status


def _run_steps(house: House, round_id: str) -> str:
    """Run the steps and store how the round ended."""
    try:
        run = RoundRun(house, round_id)
        for name, body in run.steps():
            if rounds.get_round(house.db, round_id).status == "cancelled":
                with suppress(SourceErased):
                    run.forget_erased()  # a power cut may have come between an erasure and this
                return "cancelled"
            rounds.update_round(house.db, round_id, step=name)
            try:
                jobs.step(name)(body)()
            finally:
                run.forget_erased()  # whatever else the step says, this is why it cannot go on
        return end_round(house.db, round_id, run.conclude())
    except (TrainingStopped, RoundCancelled):
        return end_round(house.db, round_id, "cancelled")
    except CasebriefError as error:
        return end_round(house.db, round_id, "failed", str(error))
    except Exception as error:
        if jobs.cancelled():
            return end_round(house.db, round_id, "cancelled")
        step = rounds.get_round(house.db, round_id).step or "none"
        end_round(house.db, round_id, "failed", f"{type(error).__name__} in step {step}.")
        raise


class RoundRun:
    """One round's steps; everything that they hand to each other lies on disk."""

    def __init__(self, house: House, round_id: str) -> None:
        self.house = house
        self.db, self.settings = house.db, house.settings
        self.round_id = round_id
        self.folder = house.settings.folder("rounds") / round_id
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.options = RoundOptions.from_given(rounds.get_round(house.db, round_id).options)
        self.progress = RoundProgress(house.db, round_id)

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Give the steps in order."""
        yield "dataset", self.make_dataset
        yield "train", self.train
        yield "evaluate", self.evaluate
        yield "memory", self.measure_memory
        yield "gate", self.judge
        yield "register", self.register

    def make_dataset(self) -> str:
        """Gather, curate and part what is learnt; give the dataset's hash."""
        facts = build_dataset(
            self.db, self.settings, self.options, self.round_id, self.folder / "dataset", self.progress.tell
        )
        rounds.update_round(self.db, self.round_id, dataset=facts)
        return str(facts["hash"])

    def train(self) -> str:
        """Train the candidate; give its id."""
        candidate, parent = self.reserve_candidate()
        if self.candidate_folder(candidate).exists():
            return candidate
        manifest, lessons = self.check_consent(), self.read_lessons()[0]
        start = self.parent_folder(parent)
        named = originals_of(self.db, {lesson.matter_id for lesson in lessons} - {""})
        fit = partial(fit_rankers, lessons, self.settings, named, stop=self.progress.stop_if_cancelled)
        fitted = compute.run_apart(fit)
        canaries = draw_canaries(self.options.canaries, self.round_id)
        train = partial(
            train_in_turn,
            [*self.choose_examples(lessons, fitted.rankers), *plant_canaries(canaries, self.options.weight)],
            self.folder / candidate,
            self.settings,
            self.options.train_options(),
            adapter_id=candidate,
            parent=start,
            facts={
                "round": self.round_id,
                "dataset_hash": manifest["hash"],
                "matters": sorted({*manifest["matters"], *(self.learned_by(parent) if start else ())}),
                "parent": parent,
                "warm_start": start is not None,
                "canaries": len(canaries),
                **fitted.facts,
            },
            beside=fitted.files,
            prefer=self.options.preference == "dpo",
            progress=self.progress.tell_training,
            stop=jobs.cancelled,
        )
        compute.run_apart(train)
        return candidate

    def evaluate(self) -> str:
        """Score base, base with worked examples, the active adapter and the candidate; give their number."""
        lessons, held_out, _ = self.read_lessons()
        hold = partial(hold_texts, self.db, [*lessons, *held_out])
        results: dict[str, Any] = {}
        for name, adapter, shots in self.systems():
            path = self.evaluation_file(name)
            if not path.exists():
                made = evaluate_lessons(
                    held_out,
                    self.answering_engine(adapter, hold),
                    self.settings,
                    adapter=adapter,
                    rankers=self.rankers_of(adapter),
                    shots=build_all_examples(lessons, self.settings) if shots else (),
                    shot_count=shots,
                    most_parts=self.options.parts,
                    progress=lambda done, total, name=name: self.progress.tell(done, total, name),  # type: ignore[misc]
                    stop=self.progress.stop_if_cancelled,
                )
                with hold():
                    write_evaluation(path, made)
            results[name] = self.read_evaluation(name).tell() | {"hash": self.hash_of(adapter)}
            if name == "candidate":  # the last one
                training = read_training(self.candidate_folder(adapter))
                results[name]["bill"] = bill_round(training, results, self.settings.price_per_hour)
            rounds.update_round(self.db, self.round_id, results=results)
        self.evaluate_choices(lessons, held_out)
        return str(len(results))

    def evaluate_choices(self, lessons: list[Lesson], held_out: list[Lesson]) -> None:
        """Score what the rankers of the candidate and of its rival choose where no model writes."""
        hold = partial(hold_texts, self.db, [*lessons, *held_out])
        candidate, parent = self.reserve_candidate()
        for adapter in (candidate, parent or BASE):
            path = self.evaluation_file(f"choices {adapter}")
            if not path.exists():
                rankers, most = self.rankers_of(adapter), self.options.parts
                made = evaluate_lessons(
                    held_out, None, self.settings, adapter=NO_MODEL, rankers=rankers, most_parts=most
                )
                with hold():
                    write_evaluation(path, replace(made, adapter=adapter))

    def measure_memory(self) -> str:
        """Measure what the candidate keeps of its canaries and of the firm's corrections; give the canaries' number."""
        path = self.folder / MEMORY
        if not path.exists():
            lessons, held_out, _ = self.read_lessons()
            folder = self.candidate_folder(self.reserve_candidate()[0])
            trained, tested = (
                self.choose_examples([x for x in side if x.source == "correction"], read_rankers(folder))
                for side in (lessons, held_out)
            )
            planted = int(adapters.verify_folder(folder).facts.get("canaries", 0))
            measure = partial(
                measure_memory,
                folder,
                draw_canaries(planted, self.round_id),
                trained,
                tested,
                self.settings,
                written=[made.text for made in self.compared()[0].predictions],
                progress=lambda done, total: self.progress.tell(done, total, "memory"),
            )
            write_json(path, tell_memory(compute.run_apart(measure)))
        return str(self.read_memory().canaries)

    def judge(self) -> str:
        """Let the candidate pass or not, and store why; give the gate's outcome."""
        path = self.folder / "gate.json"
        if not path.exists():
            lessons, held_out, manifest = self.read_lessons()
            candidate, rival = self.compared()
            self.evaluate_choices(lessons, held_out)  # a round of an earlier version was evaluated without
            told = say_rankers(adapters.verify_folder(self.candidate_folder(candidate.adapter)).facts)
            choices = Choices(told, *(self.read_evaluation(f"choices {one.adapter}") for one in (candidate, rival)))
            matters = {*manifest["matters"], *(lesson.matter_id for lesson in held_out if lesson.matter_id)}
            leaks = find_leaks(
                candidate.predictions,
                held_out,
                [text for lesson in lessons for text in (lesson.document.text, lesson.summary)],
                originals_of(self.db, matters),
                self.settings,
            )
            verdict = judge_candidate(candidate, rival, len(leaks), self.read_memory(), self.settings, choices)
            write_json(path, verdict.tell())
        told = json.loads(path.read_text(encoding="utf-8"))
        rounds.update_round(self.db, self.round_id, gate=told)
        return rounds.read_outcome(told)

    def register(self) -> str:
        """Take a candidate that was not refused into the registry; give its id, or "" where the gate refused it."""
        outcome = self.read_gate()
        if outcome == "refused":
            return ""
        self.check_consent()
        candidate, parent = self.reserve_candidate()
        systems = rounds.get_round(self.db, self.round_id).results
        scores = {**systems["candidate"], "systems": systems}
        folder, note = self.candidate_folder(candidate), f"Round {self.round_id}, by the gate {outcome}."
        adapters.register(self.db, folder, adapter_id=candidate, scores=scores, parent=parent, note=note)
        shutil.rmtree(self.folder / candidate, ignore_errors=True)
        return candidate

    def conclude(self) -> str:
        """Store the candidate where the gate did not refuse it; give the gate's outcome."""
        outcome = self.read_gate()
        candidate = self.reserve_candidate()[0] if outcome != "refused" else ""
        rounds.update_round(self.db, self.round_id, candidate=candidate, step="done")
        return outcome

    def forget_erased(self) -> None:
        """Take out of the dataset what was erased while a step ran, where the erasure itself was cut off before.

        Raises:
            SourceErased: The dataset has lost something since it was written. What was trained is dropped.
        """
        stones = erasure.list_tombstones(self.db)
        gone = {kind: [s.subject for s in stones if s.kind == kind] for kind in ("matter", "filing")}
        forget_texts(self.settings, gone["matter"], gone["filing"])
        if was_erased(self.settings, self.round_id):
            drop_weights(self.settings, self.round_id)
            raise SourceErased

    def read_lessons(self) -> tuple[list[Lesson], list[Lesson], dict[str, Any]]:
        """Read the round's dataset while no erasure changes it: what to train on, what is held out, the manifest.

        Raises:
            SourceErased: It has lost something since it was written.
        """
        with hold_texts(self.db):
            if was_erased(self.settings, self.round_id):
                raise SourceErased
            return read_dataset(self.folder / "dataset")

    def choose_examples(self, lessons: list[Lesson], rankers: HouseRankers) -> list[Example]:
        """Make the examples of lessons and choose what is learnt from, as the options say."""
        examples = build_all_examples(lessons, self.settings, seed=self.options.seed, rankers=rankers)
        authors = {lesson.pair_id: lesson.author for lesson in lessons if lesson.source != "synthetic"}
        return self.options.weigh_examples(examples, authors)

    def read_memory(self) -> Memory:
        """Read what was measured of the candidate's memory."""
        return Memory.from_told(json.loads((self.folder / MEMORY).read_text(encoding="utf-8")))

    def check_consent(self) -> dict[str, Any]:
        """Give the dataset's manifest if all that it was made from may still be learnt from.

        Raises:
            NotAllowed: Consent was withdrawn, an order holds, or a filing was deleted or sequestered since.
        """
        manifest = self.read_lessons()[2]
        matters.check_training(self.db, manifest["matters"])
        usable.check_sources(self.db, learned_documents(self.settings, self.round_id))
        return manifest

    def systems(self) -> Iterator[tuple[str, str, int]]:
        """Give the systems that are compared: name, adapter, worked examples."""
        candidate, parent = self.reserve_candidate()
        yield "base", "base", 0
        if self.options.shots:
            yield "base few-shot", "base", self.options.shots
        if parent:
            yield "active", parent, 0
        yield "candidate", candidate, 0

    def compared(self) -> tuple[Evaluation, Evaluation]:
        """Give the evaluations of the candidate and of what it has to match."""
        rival = "active" if self.reserve_candidate()[1] else "base"
        return self.read_evaluation("candidate"), self.read_evaluation(rival)

    def evaluation_file(self, name: str) -> Path:
        """Give the file of an evaluation."""
        return self.folder / "evaluations" / f"{name.replace(' ', '-')}.json"

    def read_evaluation(self, name: str) -> Evaluation:
        """Read an evaluation of this round."""
        return read_evaluation(self.evaluation_file(name))

    def reserve_candidate(self) -> tuple[str, str]:
        """Give the candidate's id and the adapter that served when the round trained, or ""; both fixed once."""
        path = self.folder / "candidate.json"
        if not path.exists():
            active = adapters.serving_adapter(self.db, self.house.engine.model_hash)
            parent = active.adapter_id if active else ""
            number = registry.next_adapter_number(self.db)
            write_json(path, {"adapter_id": f"house-{number}", "parent": parent})
        told = json.loads(path.read_text(encoding="utf-8"))
        return str(told["adapter_id"]), str(told["parent"])

    def parent_folder(self, parent: str) -> Path | None:
        """Give the folder to start from, or None where the candidate starts afresh.

        An adapter that learned from what may no longer be used is no start.
        """
        if not parent or not self.options.warm_start or self.options.method == "full":
            return None
        try:
            matters.check_training(self.db, self.learned_by(parent))
        except NotAllowed:
            return None
        if {"erased"} & set(adapters.get_adapter(self.db, parent).stale):
            return None
        folder = adapters.get_adapter(self.db, parent).folder
        return folder if self.options.fits_parent(folder) else None

    def learned_by(self, adapter: str) -> tuple[str, ...]:
        """Give the matters that an adapter learned from."""
        return adapters.get_adapter(self.db, adapter).matters

    def answering_engine(self, adapter: str, hold: Callable[[], AbstractContextManager[None]]) -> Engine:
        """Give the engine with the adapter loaded, remembering answers by the hash of the weights; see `hold_texts`."""
        if adapter != "base":
            self.house.engine.load_adapter(adapter, self.candidate_folder(adapter))
        hashes = {adapter: self.hash_of(adapter)} if adapter != "base" else {}
        return RememberingEngine(self.house.engine, self.settings.home / "rounds" / ANSWERS, hashes, hold)

    def rankers_of(self, adapter: str) -> HouseRankers:
        """Give what an adapter learned of choosing passages: the candidate's, or what serves with a registered one."""
        own = self.folder / adapter
        return read_rankers(own, adapter) if own.exists() else adapters.find_rankers(self.db, adapter)

    def hash_of(self, adapter: str) -> str:
        """Give the hash of an adapter's weights, or of the base model."""
        if adapter == "base":
            return self.house.engine.model_hash
        return adapters.verify_folder(self.candidate_folder(adapter)).hash

    def candidate_folder(self, adapter: str) -> Path:
        """Give an adapter's folder: the round's own until it is registered, then the registry's."""
        own = self.folder / adapter
        return own if own.exists() else self.settings.home / "adapters" / adapter

    def read_gate(self) -> rounds.Outcome:
        """Read what the gate said."""
        return rounds.read_outcome(json.loads((self.folder / "gate.json").read_text(encoding="utf-8")))
