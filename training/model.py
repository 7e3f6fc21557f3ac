"""A Transformer that CTranslate2 can decode: pre-norm, ReLU, sinusoidal positions, one embedding for all.

After Vaswani et al. 2017 with the norms before each part (Xiong et al. 2020) and a deep encoder with a shallow decoder
(Kasai et al. 2021), which decodes nearly as fast as the decoder alone allows.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.shape import POSITIONS, Shape, positions


class Memory(NamedTuple):
    """What the encoder made of a batch: ``states`` (batch, source, width); ``mask`` is True at real tokens."""

    states: Tensor
    mask: Tensor


class Cache(NamedTuple):
    """Keys and values of one decoder layer: of its own tokens so far, and of the source."""

    own_keys: Tensor
    own_values: Tensor
    keys: Tensor
    values: Tensor


class SelfAttention(nn.Module):
    """Tokens of one side look at each other."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.norm = nn.LayerNorm(shape.width)
        self.inward = nn.Linear(shape.width, 3 * shape.width)
        self.outward = nn.Linear(shape.width, shape.width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """``mask`` (batch, 1, 1, keys) for the encoder; None for the decoder, where no token sees a later one."""
        queries, keys, values = (_split(part, self.heads) for part in self.inward(self.norm(x)).chunk(3, dim=-1))
        seen = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask, is_causal=mask is None)
        return self.outward(_merged(seen))

    def step(self, x: Tensor, cache: Cache, place: int) -> Tensor:
        """The same for one more token, at ``place``; its key and value are added to the cache."""
        queries, keys, values = (_split(part, self.heads) for part in self.inward(self.norm(x)).chunk(3, dim=-1))
        cache.own_keys[:, :, place] = keys[:, :, 0]
        cache.own_values[:, :, place] = values[:, :, 0]
        past = slice(0, place + 1)
        seen = functional.scaled_dot_product_attention(
            queries, cache.own_keys[:, :, past], cache.own_values[:, :, past]
        )
        return self.outward(_merged(seen))


class CrossAttention(nn.Module):
    """Tokens of the target look at the source."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.norm = nn.LayerNorm(shape.width)
        self.query = nn.Linear(shape.width, shape.width)
        self.source = nn.Linear(shape.width, 2 * shape.width)
        self.outward = nn.Linear(shape.width, shape.width)

    def sourced(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the source."""
        keys, values = self.source(states).chunk(2, dim=-1)
        return _split(keys, self.heads), _split(values, self.heads)

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """``mask`` (batch, 1, 1, source) is True where the source has a token."""
        queries = _split(self.query(self.norm(x)), self.heads)
        return self.outward(_merged(functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)))


class FeedForward(nn.Module):
    """Each token on its own."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(shape.width)
        self.up = nn.Linear(shape.width, shape.hidden)
        self.down = nn.Linear(shape.hidden, shape.width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out as in."""
        return self.down(self.dropout(functional.relu(self.up(self.norm(x)))))


class EncoderLayer(nn.Module):
    """Attention to the source, then the feed-forward part."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.attention = SelfAttention(shape)
        self.feed_forward = FeedForward(shape, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """``x`` (batch, source, width)."""
        x = x + self.dropout(self.attention(x, mask))
        return x + self.dropout(self.feed_forward(x))


class DecoderLayer(nn.Module):
    """Attention to the target so far, to the source, then the feed-forward part."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.attention = SelfAttention(shape)
        self.cross = CrossAttention(shape)
        self.feed_forward = FeedForward(shape, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, states: Tensor, mask: Tensor) -> Tensor:
        """``x`` (batch, target, width), ``states`` (batch, source, width)."""
        x = x + self.dropout(self.attention(x, None))
        x = x + self.dropout(self.cross(x, *self.cross.sourced(states), mask))
        return x + self.dropout(self.feed_forward(x))

    def step(self, x: Tensor, cache: Cache, mask: Tensor, place: int) -> Tensor:
        """The same for one more token."""
        x = x + self.attention.step(x, cache, place)
        x = x + self.cross(x, cache.keys, cache.values, mask)
        return x + self.feed_forward(x)


class Translator(nn.Module):
    """The whole model. Numbers of tokens go in, logits over the vocabulary come out."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.encoder = nn.ModuleList(EncoderLayer(shape, dropout) for _ in range(shape.encoder))
        self.decoder = nn.ModuleList(DecoderLayer(shape, dropout) for _ in range(shape.decoder))
        self.encoder_norm = nn.LayerNorm(shape.width)
        self.decoder_norm = nn.LayerNorm(shape.width)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("positions", torch.from_numpy(positions(POSITIONS, shape.width)), persistent=False)
        self._start()

    def _start(self) -> None:
        nn.init.normal_(self.embedding.weight, std=self.shape.width**-0.5)
        deep = self.shape.encoder + self.shape.decoder
        for name, weight in self.named_parameters():
            if weight.dim() == 2 and "embedding" not in name:
                nn.init.xavier_uniform_(weight, gain=deep**-0.5 if "outward" in name or "down" in name else 1.0)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)

    def embedded(self, tokens: Tensor, place: int = 0) -> Tensor:
        """(batch, length) to (batch, length, width), the first token standing at ``place``."""
        scaled = self.embedding(tokens) * math.sqrt(self.shape.width)
        return self.dropout(scaled + self.positions[place : place + tokens.shape[1]])

    def encode(self, tokens: Tensor, lengths: Tensor) -> Memory:
        """``tokens`` (batch, source) padded on the right, each text ``lengths`` long."""
        mask = (torch.arange(tokens.shape[1], device=tokens.device) < lengths[:, None])[:, None, None]
        x = self.embedded(tokens)
        for layer in self.encoder:
            x = layer(x, mask)
        return Memory(self.encoder_norm(x), mask)

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """Logits (batch, target, vocabulary) of the token after each of ``target``."""
        memory = self.encode(source, lengths)
        x = self.embedded(target)
        for layer in self.decoder:
            x = layer(x, memory.states, memory.mask)
        return self.logits(x)

    def logits(self, x: Tensor) -> Tensor:
        """The embedding read backwards."""
        return functional.linear(self.decoder_norm(x), self.embedding.weight)

    def caches(self, memory: Memory, steps: int) -> list[Cache]:
        """Room for ``steps`` tokens in each layer of the decoder."""
        rows, heads = len(memory.states), self.shape.heads
        size = (rows, heads, steps, self.shape.width // heads)
        made = []
        for layer in self.decoder:
            keys, values = layer.cross.sourced(memory.states)
            made.append(Cache(keys.new_zeros(size), keys.new_zeros(size), keys, values))
        return made

    def step(self, tokens: Tensor, caches: list[Cache], mask: Tensor, place: int) -> Tensor:
        """Logits (batch, vocabulary) after one more token (batch, 1) at ``place``."""
        x = self.embedded(tokens, place)
        for layer, cache in zip(self.decoder, caches, strict=True):
            x = layer.step(x, cache, mask, place)
        return self.logits(x)[:, 0]


def _split(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def _merged(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(-2)
