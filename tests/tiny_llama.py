"""A Llama of four layers with a word tokenizer, made on the spot: the real training and serving code, in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

TEXT = "the court grants motion of plaintiff against defendant and orders payment by monday friday relief denied"
WORDS = TEXT.split()
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_tiny_model(folder: Path, words: Sequence[str] = WORDS, context: int = 256, seed: int = 0) -> Path:
    """Write the model as a Hugging Face folder; words that it does not know are one unknown token."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    marks = ["<|im_start|>", "<|im_end|>", "<unk>"]
    known = dict.fromkeys([*marks, *words, "user", "assistant", "system", "say", ".", ":"])
    vocabulary = {word: index for index, word in enumerate(known)}
    by_word = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    by_word.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=by_word,
        unk_token="<unk>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        additional_special_tokens=["<|im_start|>"],
        chat_template=TEMPLATE,
    )
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        max_position_embeddings=context,
        initializer_range=0.4,
        eos_token_id=vocabulary["<|im_end|>"],
        bos_token_id=None,
        pad_token_id=vocabulary["<|im_end|>"],
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
