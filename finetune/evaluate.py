"""How good an adapter is: summaries of held-out documents, as serving would make them, against the approved ones.

The model's own sentences are scored: one that the source does not bear is marked, not replaced by the
source's words as serving may do, or systems would look more alike than they are.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.documents import Summary, join_parts, split_parts
from assistant.engine.manifest import MANIFEST, verify_folder
from assistant.errors import NotFound, RefusedInput, WrongUsage
from assistant.evidence.house_rankers import HouseRankers, read_rankers
from assistant.settings import Settings
from assistant.store.erasure import read_tombstones
from assistant.summarize import BASE, NO_MODEL, summarize_batch, summary_prompts
from assistant.templates import Template, load_template
from finetune.answers import FewShotEngine, Shots, tell_prompt
from finetune.checkpoint import write_json
from finetune.dataset import Lesson, Pair, build_examples, redact_pair
from finetune.scores import VARIANTS, Score, estimate_mean, score_rouge

if TYPE_CHECKING:
    from assistant.engine.base import Engine
    from finetune.encode import Example

logger = logging.getLogger(__name__)

CHUNK = 8
"""Documents that are summarized at once; progress and stop come between."""

Restore = Callable[[str, str], str]
"""Gives a text of a pair, named by its id, with the originals in place of its pseudonyms."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One document's outcome.

    Attributes:
        pair_id: The pair.
        text: What the system wrote, pseudonymized, or restored where the evaluation restores.
        reference: The approved summary in the same form.
        rouge: F1 by variant.
        supported: Sentences that the source bears.
        sentences: All sentences.
        parts: Parts of the approved summary that the system wrote about.
        parts_due: Parts of the approved summary.
    """

    pair_id: str
    text: str
    reference: str
    rouge: dict[str, float]
    supported: int
    sentences: int
    parts: int
    parts_due: int

    @property
    def words(self) -> int:
        """Length of what the system wrote."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores of one system on a set.

    Attributes:
        adapter: Adapter id, "base" or "none".
        shots: Worked examples in the prompt.
        predictions: One a document, in the set's order.
        seconds: Wall time.
    """

    adapter: str
    shots: int
    predictions: tuple[Prediction, ...]
    seconds: float

    def score(self, variant: str) -> Score:
        """Estimate a ROUGE variant's mean F1."""
        return estimate_mean([p.rouge[variant] for p in self.predictions])

    def tell(self) -> dict[str, Any]:
        """Give it as `casebrief evaluate` prints it."""
        supported = [float(p.supported) for p in self.predictions]
        rate = estimate_mean(supported, [float(p.sentences) for p in self.predictions])
        coverage = estimate_mean(
            [float(p.parts) for p in self.predictions], [float(p.parts_due) for p in self.predictions]
        )
        return {
            "n": len(self.predictions),
            "adapter": self.adapter,
            "shots": self.shots,
            **{name: self.score(name).tell() for name in VARIANTS},
            "supported_rate": round(rate.mean, 4),
            "supported_ci95": [round(rate.low, 4), round(rate.high, 4)],
            "parts_covered": round(coverage.mean, 4),
            "words": round(estimate_mean([float(p.words) for p in self.predictions]).mean, 1),
            "seconds": round(self.seconds, 2),
        }


def evaluate_lessons(
    lessons: Sequence[Lesson],
    engine: Engine | None,
    settings: Settings,
    *,
    adapter: str = BASE,
    shots: Sequence[Example] = (),
    shot_count: int = 0,
    most_parts: int = 0,
    words: int | None = None,
    restore: Restore | None = None,
    approved: Mapping[str, str] | None = None,
    rankers: HouseRankers | None = None,
    served: bool = False,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Evaluation:
    """Summarize the lessons' documents and score the summaries.

    Args:
        lessons: The held-out pairs.
        engine: The language model; None where `adapter` is "none".
        settings: As in serving.
        adapter: Adapter id, "base" or "none".
        shots: Examples to choose worked ones from; those of the lesson itself are never shown.
        shot_count: Worked examples in a prompt.
        most_parts: Score only so many parts a document, for a quick look; 0 for all.
        words: Length of every summary, or None for the lengths of the house templates.
        restore: Puts originals back into a pair's text before scoring; None scores pseudonymized text.
        approved: Approved summaries by pair, in the form that `restore` gives.
        rankers: Those that serve with the adapter.
        served: Whether what the source does not bear is replaced as the settings say, as a reader gets it; else the
            model's own sentences are scored.
        progress: Told (documents done, of all).
        stop: Asked between groups of documents; True ends the evaluation with what is done.
    """
    began = time.monotonic()
    serving = settings if served else keep_own_sentences(settings)
    templates = [_choose_template(lesson, settings, most_parts) for lesson in lessons]
    chosen = choose_shots(lessons, templates, settings, shots, shot_count, words, rankers) if shot_count else {}
    asked = FewShotEngine(engine, chosen) if engine is not None and chosen else engine
    predictions: list[Prediction] = []
    for start in range(0, len(lessons), CHUNK):
        if stop is not None and stop():
            break
        group, forms = lessons[start : start + CHUNK], templates[start : start + CHUNK]
        summaries = summarize_batch(
            [lesson.document for lesson in group],
            asked,
            settings=serving,
            templates=forms,
            words=[words] * len(group),
            adapter=adapter,
            rankers=rankers,
        )
        predictions += [
            _score_summary(lesson, form, summary, settings, restore, (approved or {}).get(lesson.pair_id))
            for lesson, form, summary in zip(group, forms, summaries, strict=True)
        ]
        if progress is not None:
            progress(len(predictions), len(lessons))
    return Evaluation(adapter, shot_count, tuple(predictions), time.monotonic() - began)


def keep_own_sentences(settings: Settings) -> Settings:
    """Give the settings by which a model's sentences are marked, not replaced, so that systems can be told apart."""
    return settings.model_copy(update={"on_unsupported": "flag", "on_own_words": "flag"})


def choose_shots(
    lessons: Sequence[Lesson],
    templates: Sequence[Template],
    settings: Settings,
    shots: Sequence[Example],
    count: int,
    words: int | None = None,
    rankers: HouseRankers | None = None,
) -> Shots:
    """Choose for each prompt the `count` shortest examples of the same part that are of another pair."""
    by_form: dict[tuple[str, str], list[Example]] = {}
    for example in sorted(shots, key=lambda e: (len(tell_prompt(e.prompt)), e.pair_id)):
        by_form.setdefault((example.document_type, example.part), []).append(example)
    chosen: Shots = {}
    for lesson, template in zip(lessons, templates, strict=True):
        ranker = rankers.find(lesson.document.document_type) if rankers else None
        asked = summary_prompts(
            lesson.document, template, passage_tokens=settings.passage_tokens, words=words, ranker=ranker
        )
        for part, _, prompt in asked:
            fitting = by_form.get((lesson.document.document_type, part.name), [])
            others = [e for e in fitting if e.pair_id != lesson.pair_id][:count]
            chosen[tell_prompt(prompt)] = [(e.prompt, e.completion) for e in others]
    return chosen


def evaluate_pairs(
    pairs: Sequence[Pair],
    settings: Settings,
    *,
    adapter: str = BASE,
    ranker: str = "",
    shots: int = 0,
    predictions: Path | None = None,
    words: int | None = None,
    engine: Engine | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Do what `casebrief evaluate` does: pseudonymize, summarize, restore, score.

    Args:
        pairs: Documents and approved summaries, with real names.
        settings: Names the base model.
        adapter: Adapter id, folder of an adapter or of a whole trained model, "base" or "none".
        ranker: Adapter id or folder whose rankers help to choose passages; "" for those of `adapter`, if it has any.
        shots: Worked examples in the prompt, taken from the other pairs.
        predictions: File for what was written, JSON lines `{id, summary, reference, rouge1…}`.
        words: Length of every summary, or None for the lengths of the house templates.
        engine: The model; None makes one where it is needed.
        progress: Told (documents done, of all).

    Returns:
        Scores, as the command prints them.

    Raises:
        RefusedInput: The adapter's folder is not as it should be, or `predictions` cannot be written.
        WrongUsage: `shots` with adapter "none".
    """
    if shots < 0 or (shots and adapter == NO_MODEL):
        raise WrongUsage(f"--shots is {shots} with --adapter {adapter}.", expected="0 or more, with a model")
    began = time.monotonic()
    engine, name = open_adapter(adapter, settings, engine)
    rankers = open_rankers(ranker or adapter, settings)
    keyed = [replace(pair, pair_id=str(number)) for number, pair in enumerate(pairs)]  # ids of a file may repeat
    redacted = {pair.pair_id: redact_pair(pair, settings) for pair in keyed}
    lessons = [lesson for lesson, _ in redacted.values()]
    approved = {pair.pair_id: pair.summary for pair in keyed}
    made = evaluate_lessons(
        lessons,
        engine,
        settings,
        adapter=name,
        shots=[e for lesson in lessons for e in build_examples(lesson, settings, rankers=rankers)] if shots else [],
        shot_count=shots,
        words=words,
        restore=lambda key, text: redacted[key][1].restore(text),
        approved=approved,
        rankers=rankers,
        progress=progress,
    )
    if predictions is not None:
        write_predictions(predictions, made, [pair.pair_id for pair in pairs])
    return replace(made, seconds=time.monotonic() - began).tell() | {"adapter": adapter}


def open_adapter(adapter: str, settings: Settings, engine: Engine | None) -> tuple[Engine | None, str]:
    """Make an adapter usable, by id, folder or name, and give the engine and the name to ask it by."""
    from assistant.engine.transformers_engine import TransformersEngine

    if adapter == NO_MODEL:
        return None, adapter
    folder = Path(adapter).expanduser()
    if adapter == BASE or not (folder.is_dir() and (folder / "manifest.json").exists()):
        if "/" in adapter:
            raise NotFound(f"There is no adapter folder {adapter}.", expected="a folder with manifest.json")
        return engine or TransformersEngine(settings), adapter
    if not (folder / "adapter_config.json").exists():
        return TransformersEngine(settings.model_copy(update={"model": str(folder)})), BASE
    engine = engine or TransformersEngine(settings)
    engine.load_adapter(folder.name, folder)
    return engine, folder.name


def open_rankers(adapter: str, settings: Settings) -> HouseRankers:
    """Read the rankers that go with an adapter, by id or folder; "base" and "none" have nothing learned.

    As in serving, none is taken from an adapter that learned from something erased here; a warning says so.

    Raises:
        NotFound: There is no such adapter.
        DamagedState: Its files do not match its manifest.
    """
    if adapter in (BASE, NO_MODEL):
        return HouseRankers()
    folder = Path(adapter).expanduser()
    if not (folder / MANIFEST).exists():
        folder = settings.home / "adapters" / adapter
    if not (folder / MANIFEST).exists():
        raise NotFound(f"There is no adapter {adapter}.", expected="an adapter's id, or a folder with manifest.json")
    facts = verify_folder(folder).facts
    stones = read_tombstones(settings)  # the file, since an evaluation needs no store
    due = {name for stone in stones for name in stone.counts.get("adapters_due", ())}
    if folder.name in due or {stone.subject for stone in stones} & set(facts.get("matters") or ()):
        logger.warning("Adapter %s learned from what was erased: its ranker is not used.", folder.name)
        return HouseRankers(missing=f"{folder.name} learned from what was erased")
    return read_rankers(folder, folder.name)


def write_evaluation(path: Path, made: Evaluation) -> None:
    """Keep an evaluation as JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_json(path, asdict(made))


def read_evaluation(path: Path) -> Evaluation:
    """Undo `write_evaluation`."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return Evaluation(**{**told, "predictions": tuple(Prediction(**row) for row in told["predictions"])})


def write_predictions(path: Path, made: Evaluation, ids: Sequence[str]) -> None:
    """Write one JSON line a document: what was written, what was approved, and the scores."""
    lines = []
    for pair_id, p in zip(ids, made.predictions, strict=True):
        scores = {name: round(value, 4) for name, value in p.rouge.items()}
        row = {"id": pair_id, "summary": p.text, "reference": p.reference, **scores}
        lines.append(json.dumps(row | {"supported": p.supported, "sentences": p.sentences}, ensure_ascii=False))
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise RefusedInput(f"The predictions file {path} cannot be written ({type(error).__name__}).") from None


def _choose_template(lesson: Lesson, settings: Settings, most_parts: int) -> Template:
    """Give the house template, cut to the first parts that the approved summary has where only few are asked."""
    template = load_template(lesson.document.document_type, settings.home)
    if not most_parts or len(template.parts) <= most_parts:
        return template
    present = {name for name, _ in split_parts(lesson.summary, template.part_names)}
    kept = [part for part in template.parts if part.name in present][:most_parts]
    return replace(template, parts=tuple(kept or template.parts[:most_parts]))


def _score_summary(
    lesson: Lesson,
    template: Template,
    summary: Summary,
    settings: Settings,
    restore: Restore | None,
    approved: str | None,
) -> Prediction:
    """Score one summary against the approved one, or against those of its parts that were asked for."""
    whole = load_template(lesson.document.document_type, settings.home)
    due = split_parts(lesson.summary, whole.part_names)
    reference = approved or lesson.summary
    if template.parts != whole.parts:
        due = [(name, text) for name, text in due if name in template.part_names]
        reference = join_parts(due)
    text = restore(lesson.pair_id, summary.text) if restore else summary.text
    parts_due = {name for name, _ in due if name in whole.part_names}
    return Prediction(
        pair_id=lesson.pair_id,
        text=text,
        reference=reference,
        rouge=score_rouge(reference, text),
        supported=sum(sentence.support == "supported" for sentence in summary.sentences),
        sentences=len(summary.sentences),
        parts=len(parts_due & {sentence.part for sentence in summary.sentences}),
        parts_due=len(parts_due),
    )
