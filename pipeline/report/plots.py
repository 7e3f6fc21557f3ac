"""The geometry of small plots: numbers in, places and sizes out. Drawing is the template's part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PRINCIPAL = ("fr", "en")
NAMES = {"fr": "French", "en": "English", "und": "undetermined"}


@dataclass(frozen=True, slots=True)
class Share:
    """One language's part of a stacked bar: ``x`` and ``width`` in percent of the bar."""

    language: str
    name: str
    tone: str
    percent: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram, in units of its view box (``y`` grows downwards)."""

    x: float
    y: float
    width: float
    height: float
    label: str


def shares(profile: Mapping[str, float]) -> list[Share]:
    """A language profile (any counts or shares) as a stacked bar: French and English first, then the rest by size.

    >>> [(one.name, one.percent, one.x) for one in shares({"en": 3, "fr": 1})]
    [('French', '25 %', 0.0), ('English', '75 %', 25.0)]
    """
    total = sum(profile.values())
    if total <= 0:
        return []
    stack: list[Share] = []
    x = 0.0
    for code, value in sorted(profile.items(), key=_principal_first):
        width = round(100 * value / total, 3)
        stack.append(Share(code, name(code), code if code in PRINCIPAL else "other", percent(value / total), x, width))
        x = round(x + width, 3)
    return stack


def histogram(counts: Sequence[int], width: float, height: float) -> list[Bar]:
    """Counts of equal parts of 0..1 as bars that fill ``width`` by ``height``; the highest reaches the top."""
    step, most = width / len(counts), max(counts, default=0)
    return [
        Bar(
            round(number * step + step * 0.06, 3),
            round(height - height * count / most, 3),
            round(step * 0.88, 3),
            round(height * count / most, 3),
            f"{number / len(counts):.2f} to {(number + 1) / len(counts):.2f}: {count:,}",
        )
        for number, count in enumerate(counts)
        if count
    ]


def percent(share: float) -> str:
    """A share in words that never round something to nothing, nor nearly all to all.

    >>> percent(0.004), percent(0.5), percent(0.998), percent(1.0)
    ('< 1 %', '50 %', '> 99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")


def name(language: str | None) -> str:
    """The English name of a language, or its code."""
    return NAMES.get(language or "und", language or "undetermined")


def _principal_first(item: tuple[str, float]) -> tuple[int, float, str]:
    code, value = item
    return (PRINCIPAL.index(code) if code in PRINCIPAL else len(PRINCIPAL), -value, code)
