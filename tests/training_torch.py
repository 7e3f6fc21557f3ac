"""What the tests of ``training`` compare with PyTorch; imported only where it is installed."""

from pathlib import Path

import ctranslate2
import numpy as np
import torch

from tests import training_data
from training import bundle, convert, vocabulary
from training.decode import greedy
from training.model import Translator
from training.muon import Muon
from training.ragged import pack
from training.shape import Shape, parameters
from training.tokens import Texts


def difference(prepared: Path, folder: Path, compute_type: str) -> float:
    """The largest difference between the log-probabilities of PyTorch and of CTranslate2, over some sentences."""
    shape = Shape(bundle.read_meta(prepared).vocabulary, 32, 4, 64, 2, 2)
    weights = training_data.weights(shape)
    model = Translator(shape).eval()
    assert sum(weight.numel() for weight in model.parameters()) == parameters(shape)
    model.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})
    processor = vocabulary.load(prepared / bundle.VOCABULARY)
    pieces = vocabulary.pieces(processor)
    spec = convert.described(shape, weights)
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.validate()
    spec.optimize(quantization=None if compute_type == "float32" else compute_type)
    place = folder / compute_type
    place.mkdir()
    spec.save(str(place))
    translator = ctranslate2.Translator(str(place), compute_type=compute_type)
    pairs = [(processor.encode(f), processor.encode(e)) for f, e in training_data.sentences(10, 4)]
    named = [[[pieces[one] for one in side] for side in pair] for pair in pairs]
    scored = translator.score_batch([pair[0] for pair in named], [pair[1] for pair in named])
    _same_steps(model, [source for source, _ in pairs])
    return max(
        float(np.abs(_scores(model, *pair) - np.array(one.log_probs)).max())
        for pair, one in zip(pairs, scored, strict=True)
    )


def _scores(model: Translator, source: list[int], target: list[int]) -> np.ndarray:
    inward, outward = torch.tensor([[*source, 2]]), torch.tensor([[1, *target]])
    with torch.no_grad():
        logits = model.logits(model(inward, torch.tensor([inward.shape[1]]), outward))[0].log_softmax(-1)
    return logits[torch.arange(len(target) + 1), torch.tensor([*target, 2])].numpy()


def _same_steps(model: Translator, sources: list[list[int]]) -> None:
    """Token by token with caches, in a padded batch, must give what the whole text at once gives."""
    made = greedy(model, Texts(pack(sources), torch.device("cpu")), np.arange(len(sources)))
    for source, found in zip(sources, made, strict=True):
        inward = torch.tensor([[*source, 2]])
        with torch.no_grad():
            logits = model.logits(model(inward, torch.tensor([inward.shape[1]]), torch.tensor([[1, *found]])))[0]
        logits[:, [0, 1, 3]] = -torch.inf
        assert logits[:-1].argmax(-1).tolist() == found


def muon_difference() -> float:
    """The largest difference between weights that PyTorch's Muon and ours changed, over their largest change."""
    torch.manual_seed(0)
    start = [torch.randn(size) for size in ((8, 8), (24, 8), (24, 8), (8, 32))]
    gradients = [[torch.randn_like(weight) for weight in start] for _ in range(3)]
    ours, theirs = ([torch.nn.Parameter(weight.clone()) for weight in start] for _ in range(2))
    for kind, weights in ((Muon, ours), (torch.optim.Muon, theirs)):
        optimizer = kind(weights, lr=0.1, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
        for step in gradients:
            for weight, gradient in zip(weights, step, strict=True):
                weight.grad = gradient.clone()
            optimizer.step()
    with torch.no_grad():
        change = max(float((one - before).abs().max()) for one, before in zip(theirs, start, strict=True))
        return max(float((one - other).abs().max()) for one, other in zip(ours, theirs, strict=True)) / change
