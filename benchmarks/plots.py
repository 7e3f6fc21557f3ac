"""How measures grow with the size of what is measured, drawn on logarithmic axes (matplotlib)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

COLOURS = ("#2563a8", "#c2410c", "#4d7c0f")
SALT = "growth"  # the same file from the same numbers
Line = Sequence[tuple[float, float]]


class Panel(NamedTuple):
    """One plot: what its values are, and lines of (size, value) by name, the one to be judged first."""

    title: str
    lines: Mapping[str, Line]


def draw_growth(panels: Sequence[Panel], sizes: str, file: Path) -> None:
    """Draw panels side by side; dashed is what would be in proportion to the first line's first value.

    ``sizes`` says what the sizes are of.
    """
    with rc_context({"svg.hashsalt": SALT, "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(8.4, 3.2), layout="constrained")
        for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
            for (name, line), colour in zip(panel.lines.items(), COLOURS, strict=False):
                axes.plot(*zip(*line, strict=True), marker="o", markersize=4, color=colour, label=name)
            (first, value), (last, _) = (next(iter(panel.lines.values()))[place] for place in (0, -1))
            axes.plot([first, last], [value, value * last / first], "--", linewidth=0.8, color=COLOURS[0])
            axes.set(xscale="log", yscale="log", title=panel.title, xlabel=sizes)
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
            axes.grid(visible=True, color="#ddd")
            if len(panel.lines) > 1:
                axes.legend(frameon=False)
        figure.savefig(file, metadata={"Date": None})
