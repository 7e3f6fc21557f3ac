"""The training loop: steps until the time is over, with validations, snapshots and a state to go on from."""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training import snapshot
from training.batches import Numbers, batched, drawn
from training.loss import cross_entropy
from training.model import Translator
from training.muon import Muon
from training.schedule import rate, remembered
from training.settings import Settings
from training.tokens import Batch, Pairs

Note = Callable[[dict[str, object]], None]
LOOK_EVERY = 25  # steps between looks at the loss, each of which waits for the GPU
SAY_EVERY = 100  # steps between lines that say how it goes
CLIPPED = 1.0  # norm of the gradient
DECAY = 0.01  # of weights
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
    origin: Path | None = None

    @property
    def state(self) -> Path:
        """The file with everything that is needed to go on."""
        return self.folder / f"{self.name}.pt"

    @property
    def branched(self) -> Path | None:
        """The state of the run that this one goes on from, which stays as it is."""
        return self.origin / f"{self.name}.pt" if self.origin else None

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
        self.optimizers = _optimizers(model, settings.rate)
        self.step, self.minutes, self.tokens, self.seen, self.seconds = 0, 0.0, 0, 0, 0.0
        self._resume()
        if settings.compiled:
            for layer in (*model.encoder, *model.decoder):
                layer.compile(dynamic=True)

    def run(self, minutes: Callable[[], float]) -> Translator:
        """Trains until ``minutes`` are over, what an earlier run took counted in; returns the averaged model.

        They are asked for again at each look, since they may have been changed meanwhile.
        """
        begun = time.monotonic() - 60 * self.minutes
        self.worked = time.process_time() - self.seconds
        looked, losses, validated, most = time.monotonic(), [], self.minutes, minutes()
        for batch in self._batches():
            self.minutes = (time.monotonic() - begun) / 60
            if self.minutes >= most:
                break
            losses.append(self._learn(batch, self.minutes / most))
            if self.step % LOOK_EVERY == 0:
                loss = float(torch.stack(losses).mean())
                now = time.monotonic()
                due = self.minutes - validated >= self.settings.every
                if due or self.step <= LOOK_EVERY:
                    self._report(loss, self.tokens / (now - looked))
                    validated = self.minutes
                    self._keep()
                if self.step % SAY_EVERY == 0:
                    print(
                        f"step {self.step}: loss {loss:.3f}, {self.tokens / (now - looked):,.0f} tokens a second",
                        flush=True,
                    )
                looked, losses, self.tokens, most = time.monotonic(), [], 0, minutes()
        self._report(float(torch.stack(losses).mean()) if losses else None, None)
        self._keep()
        return self.average

    def _learn(self, batch: Batch, progress: float) -> Tensor:
        """One step; the loss of a token, label smoothing included, stays on the device."""
        self.model.train()
        loss = self._loss(self.model, batch, self.settings.smoothing) / len(batch.wanted)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIPPED)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.settings.rate * rate(self.step, progress, self.settings.warmup, self.settings.fall)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        averaged, weights = list(self.average.parameters()), [weight.detach() for weight in self.model.parameters()]
        torch._foreach_lerp_(averaged, weights, 1 - remembered(self.step, self.settings.average))
        self.step += 1
        self.seen += len(batch.wanted)
        self.tokens += batch.source.numel() + batch.target.numel()
        return loss.detach()

    def _loss(self, model: Translator, batch: Batch, smoothing: float) -> Tensor:
        """Sum of the losses of the tokens of a batch."""
        states = model(batch.source, batch.lengths, batch.target).flatten(0, 1).index_select(0, batch.scored)
        return cross_entropy(states, model.embedding.weight, batch.wanted, smoothing)

    def _batches(self) -> Iterator[Batch]:
        lessons = self.lessons
        lengths = _lengths(lessons.pairs)
        random = np.random.default_rng([self.settings.seed, self.step])
        while True:
            epoch = drawn(lessons.counts, lessons.weights, random)
            for numbers in batched(lengths, epoch, self.settings.tokens, random):
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
            total, count = total + float(self._loss(self.average, batch, 0.0)), count + len(batch.wanted)
        return total / count

    def _report(self, loss: float | None, speed: float | None) -> None:
        """``seen`` counts English tokens; ``tokens_per_second`` counts padding, and both sides."""
        self.seconds = time.process_time() - self.worked
        self.place.note(
            {
                "phase": self.place.name,
                "minutes": round(self.minutes, 2),
                "processor_hours": round(self.seconds / 3600, 3),
                "step": self.step,
                "seen": self.seen,
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
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "minutes": self.minutes,
            "seen": self.seen,
            "seconds": self.seconds,
        }
        fresh = self.place.state.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.place.state)
        weights = {name: weight.float().cpu().numpy() for name, weight in self.average.state_dict().items()}
        notes = {"step": self.step, "minutes": self.minutes, "seen": self.seen}
        snapshot.save(weights, self.model.shape, self.place.snapshot, **notes)

    def _resume(self) -> None:
        """Goes on from the run's own state; else from that of the run it branches off, its clock at zero."""
        own, other = self.place.state, self.place.branched
        if not (file := own if own.exists() else other):
            return
        state = torch.load(file, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.seen, self.seconds = state["step"], state["seen"], state["seconds"]
        self.minutes = state["minutes"] if file == own else 0.0


def _optimizers(model: Translator, rate: float) -> tuple[torch.optim.Optimizer, ...]:
    """Orthogonalised momentum for the matrices of the layers (Jordan 2024, scaled as Liu et al. 2025), AdamW else."""
    layers = {
        name: weight for name, weight in model.named_parameters() if weight.dim() == 2 and "embedding" not in name
    }
    unlayered = [weight for name, weight in model.named_parameters() if name not in layers]
    muon = Muon if model.embedding.weight.is_cuda else torch.optim.Muon
    return (
        muon(layers.values(), lr=rate, weight_decay=DECAY, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(unlayered, lr=rate, betas=(0.9, 0.98), weight_decay=DECAY),
    )


def _lengths(pairs: Pairs) -> Numbers:
    """Both sides of every pair (pairs, 2), the tag of synthetic sources counted in."""
    sources = pairs.source.sizes + (np.arange(len(pairs.source)) >= pairs.synthetic)
    return np.stack([sources, pairs.target.sizes], axis=1)
