"""The weights of a package, to go on training from: what ``convert`` wrote, read back.

The layout of ``model.bin`` is CTranslate2's (``ModelSpec.save``, version 6): a header, then each variable with its
name, sizes, type and bytes. Matrices of 8 bits have a scale for each row beside them.
"""

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError
from training.shape import Shape
from training.snapshot import Weights

VERSION = 6
TYPES: tuple[str, ...] = ("<f4", "<i1", "<i2", "<i4", "<f2")
PARTS = {
    "self_attention/layer_norm": "attention.norm",
    "self_attention/linear_0": "attention.inward",
    "self_attention/linear_1": "attention.outward",
    "attention/layer_norm": "cross.norm",
    "attention/linear_0": "cross.query",
    "attention/linear_1": "cross.source",
    "attention/linear_2": "cross.outward",
    "ffn/layer_norm": "feed_forward.norm",
    "ffn/linear_0": "feed_forward.up",
    "ffn/linear_1": "feed_forward.down",
}
SIDES = ("encoder", "decoder")
ENDS = {"weight": "weight", "gamma": "weight", "beta": "bias"}
Variables = dict[str, npt.NDArray[np.generic]]


def reread(file: Path) -> tuple[Shape, Weights]:
    """Shape and weights of a package that ``training.package`` made. Raises TrainingError for any other file."""
    try:
        variables = _variables(io.BytesIO(member(file, "model/model.bin")))
        weights = {name: weight for path in variables if (name := _name(path)) for weight in [_weight(variables, path)]}
        return _shape(variables, weights), weights
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise TrainingError(f"{file}: not a package of this project ({error}). Name one, or a snapshot.") from error


def member(file: Path, path: str) -> bytes:
    """One file of a package. Raises TrainingError when the package cannot be read or has no such file."""
    try:
        with zipfile.ZipFile(file) as package:
            return package.read(next(name for name in package.namelist() if name.endswith(f"/{path}")))
    except (OSError, zipfile.BadZipFile, StopIteration) as error:
        raise TrainingError(f"{file}: not a package ({error or path + ' is missing'}).") from error


def _variables(stream: io.BytesIO) -> Variables:
    version = _number(stream, "I")
    if version != VERSION:
        raise ValueError(f"version {version} of the format")
    _text(stream), _number(stream, "I")  # the kind of model and its revision
    return dict(_variable(stream) for _ in range(_number(stream, "I")))


def _variable(stream: io.BytesIO) -> tuple[str, npt.NDArray[np.generic]]:
    name = _text(stream)
    sizes = [_number(stream, "I") for _ in range(_number(stream, "B"))]
    kind = TYPES[_number(stream, "B")]
    return name, np.frombuffer(stream.read(_number(stream, "I")), kind).reshape(sizes)


def _number(stream: io.BytesIO, kind: str) -> int:
    return int(struct.unpack(f"<{kind}", stream.read(struct.calcsize(f"<{kind}")))[0])


def _text(stream: io.BytesIO) -> str:
    return stream.read(_number(stream, "H")).rstrip(b"\0").decode()


def _name(path: str) -> str:
    """What the model calls a variable; empty for what is no weight of its own."""
    side, _, rest = path.partition("/")
    place, _, end = rest.rpartition("/")
    if rest == "embeddings/weight":
        return "embedding.weight"
    if place == "layer_norm":
        return f"{side}_norm.{ENDS[end]}"
    layer, _, part = place.partition("/")
    return f"{side}.{layer.removeprefix('layer_')}.{PARTS[part]}.{ENDS[end]}" if part in PARTS and end in ENDS else ""


def _weight(variables: Variables, path: str) -> npt.NDArray[np.float32]:
    weight = variables[path].astype(np.float32)
    scale = variables.get(f"{path}_scale")
    return weight if scale is None else weight / scale.astype(np.float32)[:, None]


def _shape(variables: Variables, weights: Weights) -> Shape:
    vocabulary, width = weights["embedding.weight"].shape
    hidden = len(weights["encoder.0.feed_forward.up.weight"])
    layers = [len({name.split(".")[1] for name in weights if name.startswith(f"{side}.")}) for side in SIDES]
    return Shape(vocabulary, width, int(variables["encoder/num_heads"]), hidden, *layers)
