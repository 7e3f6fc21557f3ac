"""Greedy translation in large batches, for back-translation on the machine that trains."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from training.batches import Numbers, batched
from training.bundle import Bitext
from training.ids import END, START, SYNTHETIC, UNKNOWN
from training.model import Translator
from training.ragged import Ragged, pack
from training.shape import POSITIONS
from training.tokens import Texts

LONGER, SPARE = 1.5, 10  # tokens of a translation: at most so many times its source's, and some
LEAST, MOST = 0.5, 2.0  # of the source's tokens: a translation outside is not kept
CHECK_EVERY = 8  # steps between looks at whether all texts are done, each of which waits for the GPU


def back_translated(model: Translator, english: Ragged, tokens: int, on_time: Callable[[], bool]) -> Bitext:
    """English texts with French that ``model`` made of them, in random order until ``on_time`` says no.

    ``tokens`` is the size of a batch. Translations much shorter or longer than their source are left out.
    """
    texts = Texts(english, model.embedding.weight.device)
    random = np.random.default_rng(0)
    pairs: list[tuple[list[int], list[int]]] = []
    for batch in batched(english.lengths[:, None], np.arange(len(english)), tokens, random):
        if not on_time():
            break
        french = greedy(model, texts, batch)
        facing = zip(french, (english.text(int(index)) for index in batch), strict=True)
        pairs += [(left, right) for left, right in facing if LEAST * len(right) < len(left) < MOST * len(right) + SPARE]
    return Bitext(pack(left for left, _ in pairs), pack(right for _, right in pairs))


@torch.inference_mode()
def greedy(model: Translator, texts: Texts, indices: Numbers) -> list[list[int]]:
    """The likeliest next token each time, for each of the chosen texts; the model is put into its evaluating mode."""
    model.eval()
    device = texts.tokens.device
    numbers = torch.from_numpy(indices).to(device)
    longest = int(texts.sizes[indices].max())
    steps = min(POSITIONS, int(longest * LONGER) + SPARE)
    memory = model.encode(texts.gather(numbers, longest + 1), texts.lengths[numbers] + 1)
    caches = model.caches(memory, steps)
    output = torch.full((len(indices), steps + 1), END, device=device)
    output[:, 0] = START
    finished = torch.zeros(len(indices), dtype=torch.bool, device=device)
    for position in range(steps):
        logits = model.step(output[:, position : position + 1], caches, memory.mask, position)
        output[:, position + 1] = _next(logits).masked_fill(finished, END)
        finished |= output[:, position + 1] == END
        if position % CHECK_EVERY == CHECK_EVERY - 1 and bool(finished.all()):
            break
    return [_until_end(row) for row in output[:, 1:].tolist()]


def _next(logits: Tensor) -> Tensor:
    logits[:, [UNKNOWN, START, SYNTHETIC]] = -torch.inf
    return logits.argmax(dim=-1)


def _until_end(row: list[int]) -> list[int]:
    return row[: row.index(END)] if END in row else row
