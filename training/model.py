"""A Transformer that CTranslate2 can decode: pre-norm, ReLU, sinusoidal positions, one embedding for all.

After Vaswani et al. 2017 with the norms before each part (Xiong et al. 2020) and a deep encoder with a shallow decoder
(Kasai et al. 2021), which decodes nearly as fast as the decoder alone allows. Products have no biases (Chowdhery et al.
2022): their gradients are sums over all tokens, which cost a processor more than they bring.
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


class Product(nn.Linear):
    """A product with a matrix, in the precision of what comes in; the weights themselves keep their 32 bits."""

    def __init__(self, inward: int, outward: int) -> None:
        super().__init__(inward, outward, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(..., inward) to (..., outward)."""
        return functional.linear(x, self.weight.to(x.dtype))


class Norm(nn.LayerNorm):
    """A layer norm in the precision of what comes in."""

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out as in."""
        return functional.layer_norm(x, self.normalized_shape, self.weight.to(x.dtype), self.bias.to(x.dtype), self.eps)


class SelfAttention(nn.Module):
    """Tokens of one side look at each other."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.norm = Norm(shape.width)
        self.inward = Product(shape.width, 3 * shape.width)
        self.outward = Product(shape.width, shape.width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """``mask`` (batch, 1, 1, keys) for the encoder; None for the decoder, where no token sees a later one."""
        queries, keys, values = (_split(third, self.heads) for third in self.inward(self.norm(x)).chunk(3, dim=-1))
        return self.outward(_merged(_attended(queries, keys, values, mask)))

    def step(self, x: Tensor, cache: Cache, position: int) -> Tensor:
        """The same for one more token, at ``position``; its key and value are added to the cache."""
        queries, keys, values = (_split(third, self.heads) for third in self.inward(self.norm(x)).chunk(3, dim=-1))
        cache.own_keys[:, :, position] = keys[:, :, 0]
        cache.own_values[:, :, position] = values[:, :, 0]
        past = slice(0, position + 1)
        everything = torch.ones(1, dtype=torch.bool, device=x.device)
        context = _attended(queries, cache.own_keys[:, :, past], cache.own_values[:, :, past], everything)
        return self.outward(_merged(context))


class CrossAttention(nn.Module):
    """Tokens of the target look at the source."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.norm = Norm(shape.width)
        self.query = Product(shape.width, shape.width)
        self.source = Product(shape.width, 2 * shape.width)
        self.outward = Product(shape.width, shape.width)

    def sourced(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the source."""
        keys, values = self.source(states).chunk(2, dim=-1)
        return _split(keys, self.heads), _split(values, self.heads)

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """``mask`` (batch, 1, 1, source) is True where the source has a token."""
        queries = _split(self.query(self.norm(x)), self.heads)
        return self.outward(_merged(_attended(queries, keys, values, mask)))


class FeedForward(nn.Module):
    """Each token on its own."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.norm = Norm(shape.width)
        self.up = Product(shape.width, shape.hidden)
        self.down = Product(shape.hidden, shape.width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out as in."""
        return self.down(self.dropout(functional.relu(self.up(self.norm(x)), inplace=True)))


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

    def step(self, x: Tensor, cache: Cache, mask: Tensor, position: int) -> Tensor:
        """The same for one more token."""
        x = x + self.attention.step(x, cache, position)
        x = x + self.cross(x, cache.keys, cache.values, mask)
        return x + self.feed_forward(x)


class Translator(nn.Module):
    """The whole model. Numbers of tokens go in, logits over the vocabulary come out."""

    def __init__(self, shape: Shape, dropout: float = 0.1, precision: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.shape = shape
        self.precision = precision  # of everything but the weights
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.encoder = nn.ModuleList(EncoderLayer(shape, dropout) for _ in range(shape.encoder))
        self.decoder = nn.ModuleList(DecoderLayer(shape, dropout) for _ in range(shape.decoder))
        self.encoder_norm = Norm(shape.width)
        self.decoder_norm = Norm(shape.width)
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

    def embedded(self, tokens: Tensor, position: int = 0) -> Tensor:
        """(batch, length) to (batch, length, width), the first token standing at ``position``."""
        scaled = self.embedding(tokens) * math.sqrt(self.shape.width)
        return self.dropout((scaled + self.positions[position : position + tokens.shape[1]]).to(self.precision))

    def encode(self, tokens: Tensor, lengths: Tensor) -> Memory:
        """``tokens`` (batch, source) padded on the right, each text ``lengths`` long."""
        mask = (torch.arange(tokens.shape[1], device=tokens.device) < lengths[:, None])[:, None, None]
        x = self.embedded(tokens)
        for layer in self.encoder:
            x = layer(x, mask)
        return Memory(self.encoder_norm(x), mask)

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """States (batch, target, width) that tell the token after each of ``target``; ``logits`` reads them."""
        memory = self.encode(source, lengths)
        x = self.embedded(target)
        for layer in self.decoder:
            x = layer(x, memory.states, memory.mask)
        return self.decoder_norm(x)

    def logits(self, states: Tensor) -> Tensor:
        """(..., width) to (..., vocabulary): the embedding read backwards."""
        return functional.linear(states, self.embedding.weight.to(states.dtype))

    def caches(self, memory: Memory, steps: int) -> list[Cache]:
        """Room for ``steps`` tokens in each layer of the decoder."""
        rows, heads = len(memory.states), self.shape.heads
        size = (rows, heads, steps, self.shape.width // heads)
        caches = []
        for layer in self.decoder:
            keys, values = layer.cross.sourced(memory.states)
            caches.append(Cache(keys.new_zeros(size), keys.new_zeros(size), keys, values))
        return caches

    def step(self, tokens: Tensor, caches: list[Cache], mask: Tensor, position: int) -> Tensor:
        """Logits (batch, vocabulary) after one more token (batch, 1) at ``position``."""
        x = self.embedded(tokens, position)
        for layer, cache in zip(self.decoder, caches, strict=True):
            x = layer.step(x, cache, mask, position)
        return self.logits(self.decoder_norm(x))[:, 0]


def _split(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def _attended(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
    """(batch, heads, queries, size) each; ``mask`` is True where a key may be seen, None hides later ones.

    Written out on a processor, where the fused kernel is several times slower on sentences, backwards above all.
    """
    if queries.device.type != "cpu" and torch.is_grad_enabled():
        causal = mask is None
        return functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask, is_causal=causal)
    if mask is None:
        mask = torch.ones(queries.shape[2], keys.shape[2], dtype=torch.bool, device=queries.device).tril()
    hidden = torch.zeros(mask.shape, dtype=queries.dtype, device=queries.device).masked_fill(
        ~mask, torch.finfo(queries.dtype).min
    )
    scores = (queries * queries.shape[-1] ** -0.5) @ keys.transpose(-1, -2)
    scores += hidden
    return torch.softmax(scores, dim=-1) @ values


def _merged(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(-2)
