"""Ragged arrays on the device: a batch is gathered there, so the processor only hands over which texts are meant."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from training.batches import MULTIPLE, Numbers
from training.ids import END, START, SYNTHETIC
from training.ragged import Ragged


class Batch(NamedTuple):
    """``source`` (batch, length) with its ``lengths``; ``target`` (batch, length) starts with START.

    ``scored`` (tokens) are the places of ``target``, row by row, that are within a text, ``wanted`` what follows there.
    """

    source: Tensor
    lengths: Tensor
    target: Tensor
    scored: Tensor
    wanted: Tensor


class Texts:
    """The texts of a ragged array on ``device``; END stands after each of them."""

    def __init__(self, texts: Ragged, device: torch.device) -> None:
        self.tokens = torch.from_numpy(texts.tokens.astype("int32")).to(device)
        self.starts = torch.from_numpy(texts.starts).to(device)
        self.lengths = torch.from_numpy(texts.lengths).to(device)
        self.sizes: Numbers = texts.lengths

    def __len__(self) -> int:
        return len(self.sizes)

    def gather(self, numbers: Tensor, width: int) -> Tensor:
        """(texts, width): the chosen texts, each with its END, then END on and on."""
        columns = torch.arange(width, device=self.tokens.device)
        lengths = self.lengths[numbers][:, None]
        gathered = self.tokens[(self.starts[numbers][:, None] + columns.minimum(lengths)).long()].long()
        return gathered.masked_fill(columns > lengths, END)


class Pairs:
    """Source and target texts that face each other; texts from ``synthetic`` on were made by a machine."""

    def __init__(self, source: Texts, target: Texts, synthetic: int | None = None) -> None:
        self.source, self.target = source, target
        self.synthetic = len(source) if synthetic is None else synthetic

    def batch(self, indices: Numbers) -> Batch:
        """The pairs numbered ``indices``, padded to a common length on each side."""
        numbers = _sent(indices, self.source.tokens.device)
        source = self.source.gather(numbers, _width(self.source.sizes[indices].max() + 2))
        lengths = self.source.lengths[numbers] + 1
        tagged = numbers >= self.synthetic
        if bool((indices >= self.synthetic).any()):
            shifted = torch.cat([torch.full_like(source[:, :1], SYNTHETIC), source[:, :-1]], dim=1)
            source, lengths = torch.where(tagged[:, None], shifted, source), lengths + tagged
        targets = self.target.gather(numbers, _width(self.target.sizes[indices].max() + 1))
        target = torch.cat([torch.full_like(targets[:, :1], START), targets[:, :-1]], dim=1)
        inside = np.arange(targets.shape[1]) <= self.target.sizes[indices][:, None]
        scored = _sent(np.flatnonzero(inside), targets.device)
        return Batch(source, lengths, target, scored, targets.flatten()[scored])


def _sent(numbers: Numbers, device: torch.device) -> Tensor:
    """The numbers on the device, which is not waited for."""
    here = torch.from_numpy(numbers)
    return here.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else here


def _width(length: int) -> int:
    return int(-(-int(length) // MULTIPLE) * MULTIPLE)
