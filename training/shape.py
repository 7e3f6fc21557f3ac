"""The size of a model, and what it costs: plain arithmetic."""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

POSITIONS = 512  # tokens of the longest text that is learned from
Table = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """A Transformer with one embedding for both languages and for what comes out; ``hidden`` is the feed-forward's."""

    vocabulary: int
    width: int = 512
    heads: int = 8
    hidden: int = 2_048
    encoder: int = 8
    decoder: int = 2


def parameters(shape: Shape) -> int:
    """Trained numbers: matrices and norms.

    >>> parameters(Shape(16_000))
    41771008
    """
    attention = 4 * shape.width**2 + 2 * shape.width
    feed_forward = 2 * shape.hidden * shape.width + 2 * shape.width
    encoder = shape.encoder * (attention + feed_forward)
    decoder = shape.decoder * (2 * attention + feed_forward)
    return shape.vocabulary * shape.width + encoder + decoder + 4 * shape.width


def operations(shape: Shape, source: float, target: float) -> float:
    """Floating-point operations to learn from one pair of so many tokens: six a weight and token (two of them forward).

    Products between tokens are left out: they are a few in a hundred at the length of sentences.
    """
    attention, feed_forward = 4 * shape.width**2, 2 * shape.width * shape.hidden
    encoder = shape.encoder * (attention + feed_forward) + shape.decoder * 2 * shape.width**2
    decoder = shape.decoder * (2 * attention - 2 * shape.width**2 + feed_forward) + shape.vocabulary * shape.width
    return 6.0 * (encoder * source + decoder * target)


def as_table(shape: Shape) -> dict[str, int]:
    """For files; ``Shape(**table)`` is the way back."""
    return asdict(shape)


def positions(count: int, width: int) -> Table:
    """Sine and cosine of each place at ``width / 2`` wavelengths, sines first and counted from one.

    So CTranslate2 makes them itself where a model brings none, for texts of any length.
    """
    scale = np.exp(np.arange(width // 2) * -(np.log(10_000.0) / (width // 2 - 1)))
    angles = (np.arange(count)[:, None] + 1) * scale
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
