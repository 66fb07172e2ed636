"""Prompts, and their one rendering for training and serving.

The default model has 135 million parameters: prompts are short and plain, and the text of a filing
is data between two marks, never instruction. A change here changes `PROMPT_HASH`, and adapters are
trained again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from assistant.engine.base import Message, Prompt

SYSTEM = "You work for a law firm. Use only the text given. Copy names, numbers and dates exactly as they stand."
SUMMARY = "<text>\n{text}\n</text>\n\n{kind}\n{ask}Write at most {words} words."
SUMMARY_OF_PART = "This is from a {document_type}. State its part: {part}."
FACTS = "From the caption: {facts}."
SUMMARY_PLAIN = "Summarize this {document_type}."
ANSWER = "<text>\n{text}\n</text>\n\nAnswer the question from the text in one or two sentences.\nQuestion: {question}"

PROMPT_HASH = hashlib.sha256(
    "\x1f".join([SYSTEM, SUMMARY, SUMMARY_OF_PART, FACTS, SUMMARY_PLAIN, ANSWER]).encode()
).hexdigest()[:16]
"""Names this wording; stored with summaries and adapters."""

_HISTORY_TURNS = 2
_MARKS = re.compile(
    r"</?\s*text\s*>"  # our own delimiter
    r"|<\|[^|<>\n]{1,40}\|>"  # <|im_start|>, <|eot_id|>
    r"|</?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn)>"
    r"|\[/?INST\]|<</?SYS>>",
    re.IGNORECASE,
)
_PAD = re.compile(r"[ \t]+")


def neutralize(text: str, marks: Sequence[str] = ()) -> str:
    """Take from data what a chat template or our delimiters would read as structure.

    Each mark becomes a space, so that removing one can't join its neighbours into another.

    Args:
        text: Untrusted text: a filing, a question, an earlier answer.
        marks: Further literal marks, such as a tokenizer's special tokens.
    """
    text = _MARKS.sub(" ", text)
    for mark in marks:
        if mark in text:
            text = text.replace(mark, " ")
    return text


def summary_prompt(
    document_type: str, part: str, passages: Sequence[str], max_words: int, *, ask: str = "", facts: str = ""
) -> Prompt:
    """Ask for one part of a house summary, or for a plain summary where `part` is "".

    Args:
        document_type: Key of the house template ("complaint"); "plain" reads as "document".
        part: Name of the part ("Relief"), or "".
        passages: The pseudonymized passages that it is to be written from, in reading order.
        max_words: Asked for, not enforced.
        ask: The template's own line of instruction for the part, or "".
        facts: What code has read in the caption, pseudonymized ("Court: …; Plaintiff: PERSON_1"), or "". It is data
            like the passages, and stands before them.
    """
    kind = "document" if document_type in {"", "plain"} else document_type
    line = (SUMMARY_OF_PART if part else SUMMARY_PLAIN).format(document_type=kind, part=part)
    text = SUMMARY.format(
        text=_join([FACTS.format(facts=_flatten(facts)) if facts else "", *passages]),
        kind=line,
        ask=f"{ask.strip()} " if ask.strip() else "",
        words=max_words,
    )
    return Prompt((_system(), {"role": "user", "content": text}))


def answer_prompt(question: str, passages: Sequence[str], history: Sequence[tuple[str, str]] = ()) -> Prompt:
    """Ask a question about passages; the last two (question, answer) pairs of `history` go before it."""
    messages: list[Message] = [_system()]
    for asked, answered in list(history)[-_HISTORY_TURNS:]:
        messages.append({"role": "user", "content": _flatten(asked)})
        messages.append({"role": "assistant", "content": _flatten(answered)})
    content = ANSWER.format(text=_join(passages), question=_flatten(question))
    return Prompt((*messages, {"role": "user", "content": content}))


def few_shot(prompt: Prompt, examples: Sequence[tuple[Prompt, str]]) -> Prompt:
    """Show worked examples before `prompt`: each one's last user turn with its right answer."""
    system = [m for m in prompt.messages[:1] if m["role"] == "system"]
    shown: list[Message] = []
    for example, completion in examples:
        shown.append(example.messages[-1])
        shown.append({"role": "assistant", "content": neutralize(completion)})
    return Prompt((*system, *shown, *prompt.messages[len(system) :]))


def render(tokenizer: Any, prompt: Prompt, completion: str | None = None) -> tuple[str, int]:
    """Write `prompt` in the tokenizer's chat template, up to where the answer begins, then the answer.

    Returns:
        The text, and the character at which the answer begins. A completion is closed by the
        template's end of turn.
    """
    marks = special_tokens(tokenizer)
    messages = [{"role": m["role"], "content": neutralize_turn(m["content"], marks)} for m in prompt.messages]
    text = _apply_template(tokenizer, messages)
    if completion is None:
        return text, len(text)
    return text + neutralize(completion, marks).strip() + end_of_turn(tokenizer), len(text)


def encode(tokenizer: Any, prompt: Prompt, completion: str | None = None) -> tuple[list[int], int]:
    """Tokenize as `render` writes it.

    Prompt and completion are tokenized apart, so that the prompt's tokens in training are those in serving.

    Returns:
        The token ids, and the index at which the completion begins.
    """
    text, start = render(tokenizer, prompt, completion)
    ids: list[int] = tokenizer(text[:start], add_special_tokens=False)["input_ids"]
    if completion is None:
        return ids, len(ids)
    answer: list[int] = tokenizer(text[start:], add_special_tokens=False)["input_ids"]
    return ids + answer, len(ids)


def special_tokens(tokenizer: Any) -> list[str]:
    """Give the literal marks that the tokenizer turns into single special tokens, longest first."""
    added = [t.content for t in tokenizer.added_tokens_decoder.values() if t.special and t.content.strip()]
    return sorted({*tokenizer.all_special_tokens, *added} - {None}, key=len, reverse=True)


def end_of_turn(tokenizer: Any) -> str:
    """Give the mark that closes an assistant's turn in the tokenizer's chat template."""
    vocabulary = tokenizer.get_vocab()
    for mark in ("<|im_end|>", "<end_of_turn>", "<|eot_id|>", "<turn|>"):
        if mark in vocabulary and mark in (tokenizer.chat_template or ""):
            return mark
    return str(tokenizer.eos_token or "")


def neutralize_turn(content: str, marks: Sequence[str]) -> str:
    """Neutralize a whole turn but for our own delimiters, which `neutralize` took from the data before."""
    head, mark, rest = content.partition("<text>\n")
    if not mark:
        return neutralize(content, marks)
    body, end, tail = rest.rpartition("\n</text>")
    if not end:
        return neutralize(content, marks)
    return f"{neutralize(head, marks)}{mark}{neutralize(body, marks)}{end}{neutralize(tail, marks)}"


def _system() -> Message:
    return {"role": "system", "content": SYSTEM}


def _join(passages: Sequence[str]) -> str:
    return "\n\n".join(_PAD.sub(" ", neutralize(p)).strip() for p in passages if p.strip())


def _flatten(text: str) -> str:
    return " ".join(neutralize(text).split())


def _apply_template(tokenizer: Any, messages: list[Message]) -> str:
    """Write turns up to where the answer begins, for templates that know no system turn and for none at all."""
    if not tokenizer.chat_template:  # a base model that was never taught turns
        turns = [m["content"] if m["role"] != "assistant" else f"Answer: {m['content']}" for m in messages]
        return f"{tokenizer.bos_token or ''}{chr(10).join(turns)}\nAnswer:"
    options = {"tokenize": False, "add_generation_prompt": True}
    try:
        return str(tokenizer.apply_chat_template(messages, **options))
    except Exception as error:  # the template's own complaint, raised from inside it
        if "system" not in str(error).lower():
            raise
        return str(tokenizer.apply_chat_template(_fold_system(messages), **options))


def _fold_system(messages: list[Message]) -> list[Message]:
    """Put the system turn at the head of the first user turn."""
    if not messages or messages[0]["role"] != "system":
        return messages
    first = {"role": "user", "content": f"{messages[0]['content']}\n\n{messages[1]['content']}"}
    return [first, *messages[2:]]
