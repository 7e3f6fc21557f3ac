"""When what is done: learning rates that fall before the time ends, and minutes shared out between the phases."""

from typing import NamedTuple


class Minutes(NamedTuple):
    """How long each phase may take: both directions, translations for back-translation, the model itself."""

    both: float
    translating: float
    forward: float


def shared(total: float, both: float = 0.32, translating: float = 0.07) -> Minutes:
    """``total`` minutes, divided; with ``both`` 0 there is no back-translation, and all goes to the model.

    >>> [round(minutes, 1) for minutes in shared(20)]
    [6.4, 1.4, 12.2]
    """
    translating = translating if both else 0.0
    return Minutes(total * both, total * translating, total * (1 - both - translating))


def rate(step: int, progress: float, warmup: int, fall: float) -> float:
    """Part of the highest learning rate: up over ``warmup`` steps, level, then straight down to nothing.

    ``progress`` is the part of the phase's time that is over, ``fall`` the part at its end in which the rate falls: so
    it ends when the time does, however many steps that was. Without a fall (0) training can be cut and gone on with at
    any moment (the trapezoid of Zhai et al. 2022 and Haegele et al. 2024).

    >>> [round(rate(*at, warmup=100, fall=0.2), 3) for at in ((0, 0.0), (49, 0.01), (5000, 0.5), (9000, 0.9))]
    [0.01, 0.5, 1.0, 0.5]
    """
    falling = min(1.0, (1 - progress) / fall) if fall else 1.0
    return min((step + 1) / warmup, 1.0) * max(0.0, falling)


def remembered(step: int, longest: float = 0.9985) -> float:
    """What the averaged weights keep of themselves at each step: little at first, when the weights are still bad.

    >>> [round(remembered(step), 3) for step in (0, 90, 100_000)]
    [0.1, 0.91, 0.999]
    """
    return min(longest, (1 + step) / (10 + step))
