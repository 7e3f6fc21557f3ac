"""A model as files that can travel: matrices in 8 bits with a scale a row, in parts of bounded size.

The rows are rounded just as CTranslate2 rounds them for ``int8`` (the largest number of a row becomes 127), so a
package made of a snapshot is the one that would have been made of the full weights, at a quarter of the size.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError
from training.shape import Shape, as_table

Weights = dict[str, npt.NDArray[np.float32]]
PART = 15 * 2**20  # bytes
INDEX = "snapshot.json"


def save(weights: Mapping[str, npt.NDArray[np.float32]], shape: Shape, folder: Path, **notes: object) -> None:
    """Writes the weights as ``model.0``, ``model.1``, ... and ``snapshot.json``, in place of what is there."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    blob = b"".join(packed for weight in weights.values() for packed in _packed(weight))
    slices = [blob[start : start + PART] for start in range(0, len(blob), PART)]
    for number, data in enumerate(slices):
        (fresh / f"model.{number}").write_bytes(data)
    layout = {name: list(weight.shape) for name, weight in weights.items()}
    table = {"shape": as_table(shape), "weights": layout, "parts": len(slices), "notes": notes}
    table["sha256"] = hashlib.sha256(blob).hexdigest()
    (fresh / INDEX).write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)


def load(folder: Path) -> tuple[Shape, Weights, dict[str, Any]]:
    """Shape, weights and notes of a snapshot. Raises TrainingError when a part of it is missing."""
    try:
        table = json.loads((folder / INDEX).read_bytes())
        blob = b"".join((folder / f"model.{number}").read_bytes() for number in range(table["parts"]))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{folder}: no whole snapshot there ({error}). Fetch all of its files.") from error
    if hashlib.sha256(blob).hexdigest() != table["sha256"]:
        raise TrainingError(f"{folder}: its files do not belong together. Fetch all of them again.")
    weights, start = {}, 0
    for name, size in table["weights"].items():
        weights[name], start = _unpacked(blob, start, tuple(size))
    return Shape(**table["shape"]), weights, table["notes"]


def _packed(weight: npt.NDArray[np.float32]) -> tuple[bytes, ...]:
    if weight.ndim != 2:
        return (weight.astype("<f4").tobytes(),)
    most = np.abs(weight).max(axis=1, keepdims=True)
    scale = (127 / np.where(most == 0, 127, most)).astype("<f4")
    return scale.tobytes(), np.rint(weight * scale).astype(np.int8).tobytes()


def _unpacked(blob: bytes, start: int, size: tuple[int, ...]) -> tuple[npt.NDArray[np.float32], int]:
    if len(size) != 2:
        end = start + 4 * int(np.prod(size))
        return np.frombuffer(blob, "<f4", (end - start) // 4, start).reshape(size).astype(np.float32), end
    rows, columns = size
    scale = np.frombuffer(blob, "<f4", rows, start)[:, None]
    values = np.frombuffer(blob, np.int8, rows * columns, start + 4 * rows).reshape(size)
    return (values / scale).astype(np.float32), start + 4 * rows + rows * columns
