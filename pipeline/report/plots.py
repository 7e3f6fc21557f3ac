"""The geometry of small plots: numbers in, places and sizes out. Drawing is the template's part."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.language.cldr import language_name
from pipeline.records import UNKNOWN

PRINCIPAL = ("fr", "en")
LEAST = 0.05  # share of what is known from which a language is one of the corpus's


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a stacked bar: ``x`` and ``width`` in percent of the bar, ``number`` of what it stands for."""

    label: str
    tone: str
    number: float
    x: float
    width: float

    @property
    def percent(self) -> str:
        """Its width in words."""
        return percent(self.width / 100)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram, in units of its view box (``y`` grows downwards)."""

    x: float
    y: float
    width: float
    height: float
    label: str


def stacked(parts: Sequence[tuple[str, str, float]]) -> list[BarPart]:
    """(label, tone, number) as parts of one bar, one after the other; those without a number are left out.

    >>> [(part.x, part.width, part.percent) for part in stacked([("a", "", 1), ("b", "", 3)])]
    [(0.0, 25.0, '25 %'), (25.0, 75.0, '75 %')]
    """
    total, before, stack = sum(number for *_, number in parts), 0.0, []
    for label, tone, number in parts:
        if number > 0:
            stack.append(BarPart(label, tone, number, round(100 * before / total, 3), round(100 * number / total, 3)))
            before += number
    return stack


def principal(counts: Mapping[str, float]) -> list[str]:
    """The languages that are more than a few quotations: French and English first, then the rest by size.

    >>> principal({"de": 20, "und": 9, "pl": 1, "en": 30, "fr": 40})
    ['fr', 'en', 'de']
    """
    told = {code: count for code, count in counts.items() if code != UNKNOWN}
    least = LEAST * sum(told.values())
    further = sorted(told.keys() - set(PRINCIPAL), key=lambda code: (-told[code], code))
    spoken = [*(code for code in PRINCIPAL if code in told), *further]
    return [code for code in spoken if told[code] >= least] or spoken[:1]


def by_language(profile: Mapping[str, float], named: Callable[[str | None], str] | None = None) -> list[BarPart]:
    """A language profile (any counts or shares) as a stacked bar: French and English first, then the rest by size.

    >>> [(part.label, part.tone, part.percent) for part in by_language({"en": 3, "pl": 1})]
    [('English', 'en', '75 %'), ('Polish', 'other', '25 %')]
    """
    order = sorted(profile.items(), key=_principal_first)
    return stacked([((named or name)(code), code if code in PRINCIPAL else "other", number) for code, number in order])


def histogram(counts: Sequence[int], width: float, height: float) -> list[Bar]:
    """Counts of equal parts of 0..1 as bars that fill ``width`` by ``height``; the highest reaches the top."""
    step, most = width / len(counts), max(counts, default=0)
    return [
        Bar(
            round(number * step + step * 0.06, 3),
            round(height - height * count / most, 3),
            round(step * 0.88, 3),
            round(height * count / most, 3),
            f"{number / len(counts):.2f}–{(number + 1) / len(counts):.2f}: {count:,}",
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
    return "undetermined" if language is None or language == UNKNOWN else language_name(language, "en")


def _principal_first(item: tuple[str, float]) -> tuple[int, float, str]:
    code, value = item
    return (PRINCIPAL.index(code) if code in PRINCIPAL else len(PRINCIPAL), -value, code)
