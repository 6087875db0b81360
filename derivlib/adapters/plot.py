"""Plots as SVG: axes, ticks, lines and the names of lines, in the colours of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

Point = tuple[float, float]

_WIDTH, _HEIGHT = 460, 300
_LEFT, _TOP, _BOTTOM = 58, 14, 46


@dataclass(frozen=True)
class Axis:
    """One of the two axes: what it measures, from where to where, and its ticks."""

    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def part(self, value: float) -> float:
        """Where a value stands on the axis, 0 at its beginning and 1 at its end."""
        low, high = self.low, self.high
        if self.log:
            value, low, high = (math.log(x) for x in (value, low, high))
        return (value - low) / (high - low)


@dataclass(frozen=True)
class Line:
    """A curve through points, with its name beside it.

    Args:
        name: as it is written in the plot.
        points: in the order in which they are joined.
        at: where the name stands, in the units of the axes.
        anchor: which end of the name stands there: start, middle or end.
        dashed: tells it from its neighbour without colour.
    """

    name: str
    points: tuple[Point, ...]
    at: Point
    anchor: str = "start"
    dashed: bool = False


@dataclass(frozen=True)
class Plot:
    """A figure, with what it shows in full for those who do not see it.

    Args:
        room: to the right of the axes, for names at the ends of lines.
    """

    title: str
    description: str
    caption: str
    across: Axis
    up: Axis
    lines: tuple[Line, ...]
    room: int = 14


def render_plot(plot: Plot, name: str) -> str:
    """A figure with its caption; `name` tells its parts from those of others on the page."""
    lines = "".join(_line(plot, number, line) for number, line in enumerate(plot.lines))
    return (
        f'<figure class="dl-plot" id="plot-{name}"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'role="img" aria-labelledby="{name}-t {name}-d" data-search-exclude="" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="{name}-t">{escape(plot.title)}</title>'
        f'<desc id="{name}-d">{escape(plot.description)}</desc>'
        f"{_across(plot)}{_up(plot)}{lines}</svg>"
        f"<figcaption>{escape(plot.caption)}</figcaption></figure>"
    )


def _across(plot: Plot) -> str:
    bottom = _HEIGHT - _BOTTOM
    ticks = "".join(
        f'<path d="M{_x(plot, tick)} {_TOP}V{bottom}"/>'
        f'<text x="{_x(plot, tick)}" y="{bottom + 18}">{_number(tick, plot.across.log)}</text>'
        for tick in plot.across.ticks
    )
    middle = (_LEFT + _WIDTH - plot.room) / 2
    label = f'<text x="{middle:g}" y="{_HEIGHT - 6}">{escape(plot.across.label)}</text>'
    return f'<g class="dl-across">{ticks}{label}</g>'


def _up(plot: Plot) -> str:
    ticks = "".join(
        f'<path d="M{_LEFT} {_y(plot, tick)}H{_WIDTH - plot.room}"/>'
        f'<text x="{_LEFT - 7}" y="{_y(plot, tick)}" dy=".34em">{_number(tick, plot.up.log)}</text>'
        for tick in plot.up.ticks
    )
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    place = f'class="dl-up-label" transform="translate(11 {middle:g}) rotate(-90)"'
    label = f"<text {place}>{escape(plot.up.label)}</text>" if plot.up.label else ""
    return f'<g class="dl-up">{ticks}{label}</g>'


def _line(plot: Plot, number: int, line: Line) -> str:
    places = [(_x(plot, x), _y(plot, y)) for x, y in line.points]
    d = "M" + "L".join(f"{x} {y}" for x, y in _thinned(places))
    x, y = line.at
    return (
        f'<g class="dl-line-{number}{" dl-dashed" if line.dashed else ""}"><path d="{d}"/>'
        f'<text class="dl-{line.anchor}" x="{_x(plot, x)}" y="{_y(plot, y)}">'
        f"{escape(line.name)}</text></g>"
    )


def _thinned(places: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The places without those where the pen would not move."""
    return [places[0], *(there for here, there in pairwise(places) if there != here)]


def _x(plot: Plot, value: float) -> str:
    return f"{_LEFT + plot.across.part(value) * (_WIDTH - _LEFT - plot.room):.1f}"


def _y(plot: Plot, value: float) -> str:
    return f"{_HEIGHT - _BOTTOM - plot.up.part(value) * (_HEIGHT - _TOP - _BOTTOM):.1f}"


def _number(value: float, power: bool) -> str:
    """`−0.5`, or `10⁻⁸` with its exponent set smaller and higher."""
    if not power or value == 1:
        return f"{value:g}".replace("-", "−")
    exponent = f"{round(math.log10(value))}".replace("-", "−")
    return f'10<tspan class="dl-power" dy="-.42em">{exponent}</tspan>'
