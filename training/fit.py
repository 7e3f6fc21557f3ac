"""The training loop: steps until the time is over, with validations, snapshots and a state to go on from."""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training import snapshot
from training.batches import Numbers, batched, drawn
from training.model import Translator
from training.schedule import rate, remembered
from training.settings import Settings
from training.tokens import Batch, Pairs

Note = Callable[[dict[str, object]], None]
LOOK_EVERY = 25  # steps between looks at the loss, each of which waits for the GPU
CLIPPED = 1.0  # norm of the gradient
VALIDATION_TOKENS = 8_192


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is learned from: pairs, how many each source has and how often they are seen; the development set."""

    pairs: Pairs
    counts: list[int]
    weights: list[float]
    development: Pairs


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phase keeps its state and its snapshots, what it is called, and where it writes notes."""

    name: str
    folder: Path
    note: Note

    @property
    def state(self) -> Path:
        """The file with everything that is needed to go on."""
        return self.folder / f"{self.name}.pt"

    @property
    def snapshot(self) -> Path:
        """The folder of the model as it travels."""
        return self.folder / "snapshot" if self.name == "forward" else self.folder / f"snapshot-{self.name}"


class Fit:
    """One model in training. ``average`` has the averaged weights: it is what is validated and kept."""

    def __init__(self, model: Translator, lessons: Lessons, settings: Settings, place: Place) -> None:
        self.model, self.lessons, self.settings, self.place = model, lessons, settings, place
        self.device = model.embedding.weight.device
        self.average = copy.deepcopy(model).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            model.parameters(),
            lr=settings.rate,
            betas=(0.9, 0.98),
            weight_decay=0.01,
            fused=self.device.type == "cuda",
        )
        self.step, self.minutes, self.tokens = 0, 0.0, 0
        self._resume()
        if settings.compiled:
            for layer in (*model.encoder, *model.decoder):
                layer.compile(dynamic=True)

    def run(self, minutes: float) -> Translator:
        """Trains until ``minutes`` are over, what an earlier run took counted in; returns the averaged model."""
        begun = time.monotonic() - 60 * self.minutes
        looked, losses, validated = time.monotonic(), [], self.minutes
        for batch in self._batches():
            self.minutes = (time.monotonic() - begun) / 60
            if self.minutes >= minutes:
                break
            losses.append(self._learn(batch, self.minutes / minutes))
            if self.step % LOOK_EVERY == 0:
                loss = float(torch.stack(losses).mean())
                now = time.monotonic()
                due = self.minutes - validated >= self.settings.every
                if due or self.step <= LOOK_EVERY:
                    self._report(loss, self.tokens / (now - looked))
                    validated = self.minutes
                    self._keep()
                looked, losses, self.tokens = time.monotonic(), [], 0
        self._report(float(torch.stack(losses).mean()) if losses else None, None)
        self._keep()
        return self.average

    def _learn(self, batch: Batch, progress: float) -> Tensor:
        """One step; the loss of a token, label smoothing included, stays on the device."""
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.rate * rate(self.step, progress, self.settings.warmup)
        loss = self._loss(self.model, batch, self.settings.smoothing)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIPPED)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        averaged, weights = list(self.average.parameters()), [one.detach() for one in self.model.parameters()]
        torch._foreach_lerp_(averaged, weights, 1 - remembered(self.step))
        self.step += 1
        self.tokens += batch.source.numel() + batch.target.numel()
        return loss.detach()

    def _loss(self, model: Translator, batch: Batch, smoothing: float, reduction: str = "mean") -> Tensor:
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.device.type == "cuda"):
            logits = model(batch.source, batch.lengths, batch.target)
            return functional.cross_entropy(
                logits.flatten(0, 1).float(), batch.wanted.flatten(), label_smoothing=smoothing, reduction=reduction
            )

    def _batches(self) -> Iterator[Batch]:
        lessons = self.lessons
        lengths = _lengths(lessons.pairs)
        random = np.random.default_rng([self.settings.seed, self.step])
        while True:
            chosen = drawn(lessons.counts, lessons.weights, random)
            for numbers in batched(lengths, chosen, self.settings.tokens, random):
                if len(numbers) > 1 or not self.settings.compiled:  # one row alone would be compiled anew
                    yield lessons.pairs.batch(numbers)

    @torch.inference_mode()
    def validated(self) -> float:
        """Mean loss of a token of the development set, without smoothing, by the averaged weights."""
        pairs = self.lessons.development
        everything = np.arange(len(pairs.source))
        total, count = 0.0, 0
        for numbers in batched(_lengths(pairs), everything, VALIDATION_TOKENS, np.random.default_rng(0)):
            batch = pairs.batch(numbers)
            total += float(self._loss(self.average, batch, 0.0, "sum"))
            count += int((batch.wanted != -100).sum())
        return total / count

    def _report(self, loss: float | None, speed: float | None) -> None:
        """``tokens_per_second`` counts padding, and both sides."""
        self.place.note(
            {
                "phase": self.place.name,
                "minutes": round(self.minutes, 2),
                "step": self.step,
                "loss": loss and round(loss, 4),
                "development_loss": round(self.validated(), 4),
                "tokens_per_second": speed and round(speed),
            }
        )

    def _keep(self) -> None:
        """Writes the state to go on from and the snapshot to carry away; a cut leaves the earlier ones."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "minutes": self.minutes,
        }
        fresh = self.place.state.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.place.state)
        weights = {name: weight.float().cpu().numpy() for name, weight in self.average.state_dict().items()}
        snapshot.save(weights, self.model.shape, self.place.snapshot, step=self.step, minutes=self.minutes)

    def _resume(self) -> None:
        if not self.place.state.exists():
            return
        state = torch.load(self.place.state, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.minutes = state["step"], state["minutes"]


def _lengths(pairs: Pairs) -> Numbers:
    """Both sides of every pair (pairs, 2), the tag of synthetic sources counted in."""
    sources = pairs.source.sizes + (np.arange(len(pairs.source)) >= pairs.synthetic)
    return np.stack([sources, pairs.target.sizes], axis=1)
