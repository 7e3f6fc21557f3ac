"""A snapshot to a CTranslate2 model in 8 bits, through CTranslate2's own description of a Transformer."""

from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import TransformerSpec, common_spec

from training.errors import TrainingError
from training.shape import Shape
from training.snapshot import Weights


def converted(shape: Shape, weights: Weights, pieces: list[str], folder: Path) -> Path:
    """Writes ``model.bin``, ``config.json`` and the vocabulary into ``folder``, and returns it.

    Raises TrainingError when the vocabulary or the weights do not fit the shape.
    """
    if len(pieces) != shape.vocabulary:
        raise TrainingError(f"the vocabulary has {len(pieces)} pieces, the model {shape.vocabulary}: not of one run.")
    try:
        spec = described(shape, weights)
    except KeyError as error:
        raise TrainingError(f"the model has no weights {error}: fetch the snapshot again.") from error
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    return folder


def described(shape: Shape, weights: Weights) -> TransformerSpec:
    """The weights where CTranslate2 looks for them.

    All heads of the last layer say where a word came from: that is what unknown words are copied by. Positions are left
    to CTranslate2, which makes the same ones for texts of any length.
    """
    spec = TransformerSpec.from_config(
        (shape.encoder, shape.decoder),
        shape.heads,
        activation=common_spec.Activation.RELU,
        alignment_layer=-1,
        alignment_heads=shape.heads,
    )
    spec.config.add_source_eos = True
    embedding = weights["embedding.weight"]
    spec.encoder.embeddings[0].weight = embedding
    spec.decoder.embeddings.weight = embedding
    spec.decoder.projection.weight = embedding
    for side, name in ((spec.encoder, "encoder"), (spec.decoder, "decoder")):
        _norm(side.layer_norm, weights, f"{name}_norm")
        for number, layer in enumerate(side.layer):
            _layer(layer, weights, f"{name}.{number}")
    return spec


def _layer(layer: Any, weights: Weights, name: str) -> None:
    prefix = f"{name}.attention"
    _norm(layer.self_attention.layer_norm, weights, f"{prefix}.norm")
    _linear(layer.self_attention.linear[0], weights, f"{prefix}.inward")
    _linear(layer.self_attention.linear[1], weights, f"{prefix}.outward")
    if hasattr(layer, "attention"):
        cross = f"{name}.cross"
        _norm(layer.attention.layer_norm, weights, f"{cross}.norm")
        for linear, role in zip(layer.attention.linear, ("query", "source", "outward"), strict=True):
            _linear(linear, weights, f"{cross}.{role}")
    feed = f"{name}.feed_forward"
    _norm(layer.ffn.layer_norm, weights, f"{feed}.norm")
    _linear(layer.ffn.linear_0, weights, f"{feed}.up")
    _linear(layer.ffn.linear_1, weights, f"{feed}.down")


def _norm(norm: Any, weights: Weights, name: str) -> None:
    norm.gamma, norm.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _linear(linear: Any, weights: Weights, name: str) -> None:
    linear.weight = np.ascontiguousarray(weights[f"{name}.weight"])
