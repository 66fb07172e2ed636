"""Decoding with weights of 16 bits: a token costs the reading of half the memory.

Writing one token reads every weight once, so its speed is that of the memory; most of the rest was Python between
the layers, so they are written out here. Products are summed in float32: the tokens are those of the full weights
(measured, with the figures for 8 bits, in docs/decisions/0008-half-weights.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MOST_TOKENS = 8
"""Tokens, over all rows, in one pass. Here each costs as much as the first; full weights are cheaper for many."""

_FORMS = ("llama",)  # model types whose layers are those written out below


def fits(model: Any) -> bool:
    """Tell whether the model's layers have the form that `HalfDecoder` writes out."""
    config = model.config
    plain = not getattr(config, "attention_bias", False) and not getattr(config, "mlp_bias", False)
    return config.model_type in _FORMS and plain and config.hidden_act == "silu" and model.device.type == "cpu"


@dataclass(frozen=True, slots=True)
class _Layer:
    """One decoder layer; matrices that read the same input are joined."""

    attention_norm: Any
    qkv: Any
    output: Any
    mlp_norm: Any
    gate_up: Any
    down: Any


class HalfDecoder:
    """A Llama's forward pass for a few new tokens, after a cache that the full model began."""

    def __init__(self, model: Any) -> None:
        """Copy the weights of `model` (an adapter merged into it), for which `fits` is true."""
        import torch

        self._kind = torch.bfloat16 if model.dtype == torch.bfloat16 else torch.float16
        config, body = model.config, model.model
        self._heads, self._kv_heads = config.num_attention_heads, config.num_key_value_heads
        self._width, self._eps = config.hidden_size, config.rms_norm_eps
        self._head_width = body.layers[0].self_attn.head_dim
        self._embedding = model.get_input_embeddings().weight.detach().to(self._kind)
        tied = model.lm_head.weight is model.get_input_embeddings().weight
        self._vocabulary = self._embedding if tied else model.lm_head.weight.detach().to(self._kind)
        self._norm = body.norm.weight.detach().float()
        self._layers = [self._copy_layer(layer) for layer in body.layers]
        positions = torch.arange(config.max_position_embeddings)[None]
        cosines, sines = body.rotary_emb(torch.zeros(1, 1, self._width), positions)
        self._cosines, self._sines = cosines[0], sines[0]

    def __call__(self, ids: Any, cache: Any, *, keep: int, mask: Any = None, positions: Any = None) -> Any:
        """Run `ids` (rows, tokens) after `cache`; give logits (rows, keep, vocabulary) as float32."""
        import torch

        rows, new = ids.shape
        past = cache.get_seq_length()
        places = torch.arange(past, past + new)[None] if positions is None else positions
        turn = self._cosines[places].unsqueeze(1), self._sines[places].unsqueeze(1)
        seen = _may_see(new, past, mask)
        states = torch.nn.functional.embedding(ids, self._embedding).float()
        for index, layer in enumerate(self._layers):
            states = states + self._attend(self._scale(states, layer.attention_norm), layer, cache, index, turn, seen)
            gate, up = self._multiply(self._scale(states, layer.mlp_norm), layer.gate_up).chunk(2, -1)
            states = states + self._multiply(torch.nn.functional.silu(gate) * up, layer.down)
        return self._multiply(self._scale(states[:, -keep:], self._norm), self._vocabulary)

    def _attend(self, states: Any, layer: _Layer, cache: Any, index: int, turn: tuple[Any, Any], seen: Any) -> Any:
        from torch.nn.functional import scaled_dot_product_attention

        rows, new, _ = states.shape
        mixed = self._multiply(states, layer.qkv).view(rows, new, -1, self._head_width).transpose(1, 2)
        query, key, value = mixed.split((self._heads, self._kv_heads, self._kv_heads), 1)
        kept = cache.layers[index].keys.dtype
        keys, values = cache.update(_rotate(key, *turn).to(kept), value.to(kept), index)
        query = _rotate(query, *turn).to(kept)
        found = scaled_dot_product_attention(query, keys, values, attn_mask=seen, enable_gqa=True)
        return self._multiply(found.transpose(1, 2).reshape(rows, new, -1), layer.output)

    def _multiply(self, states: Any, weights: Any) -> Any:
        from torch.nn.functional import linear

        return linear(states.to(self._kind), weights).float()

    def _scale(self, states: Any, weight: Any) -> Any:
        from torch.nn.functional import rms_norm

        return rms_norm(states, (self._width,), weight, self._eps)

    def _copy_layer(self, layer: Any) -> _Layer:
        attention, mlp = layer.self_attn, layer.mlp
        return _Layer(
            layer.input_layernorm.weight.detach().float(),
            self._join(attention.q_proj, attention.k_proj, attention.v_proj),
            self._join(attention.o_proj),
            layer.post_attention_layernorm.weight.detach().float(),
            self._join(mlp.gate_proj, mlp.up_proj),
            self._join(mlp.down_proj),
        )

    def _join(self, *parts: Any) -> Any:
        import torch

        return torch.cat([part.weight.detach() for part in parts]).to(self._kind)


def _rotate(states: Any, cosines: Any, sines: Any) -> Any:
    """Apply rotary position embeddings (rows, heads, tokens, width)."""
    import torch

    first, second = states.chunk(2, -1)
    return states * cosines + torch.cat((-second, first), -1) * sines


def _may_see(new: int, past: int, mask: Any) -> Any:
    """Give which of the cached and new tokens each new one may see, or None where it may see all."""
    import torch

    causal = torch.ones(new, past + new, dtype=torch.bool).tril(past) if new > 1 else None
    if mask is None:
        return causal
    present = mask.bool()[:, None, None, :]
    return present if causal is None else present & causal
