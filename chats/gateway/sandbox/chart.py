"""The chart of an evaluated program: takes matplotlib's most common calls and draws them with Pillow."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

SIZE = (800, 500)
FRAME = (80, 60, 770, 430)  # left, top, right, bottom of what is plotted
PAINTS = ("#2563eb", "#e0592a", "#16a34a", "#9333ea", "#0891b2", "#b45309")
INK, FAINT = "#222222", "#dddddd"
TICKS = 5
MOST_POINTS = 5_000


@dataclass(frozen=True, slots=True)
class Marks:
    """One series; `kind` is line, points or bars; of bars `names` stand below."""

    kind: str
    xs: list[float]
    ys: list[float]
    label: str = ""
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class Chart:
    marks: list[Marks] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def has_marks(self) -> bool:
        return bool(self.marks)

    def names(self) -> dict[str, Any]:
        """What `matplotlib.pyplot` offers."""
        ignored = "figure savefig show grid legend close tight_layout axhline axvline xticks yticks"
        calls: dict[str, Any] = {name: lambda *_, **__: None for name in ignored.split()}
        calls |= {name: self._text(name) for name in ("title", "xlabel", "ylabel")}
        return calls | {"plot": self.plot, "scatter": self.scatter, "bar": self.bar, "hist": self.hist}

    def _text(self, name: str) -> Callable[..., None]:
        def write(text: Any, **_: Any) -> None:
            self.texts[name] = str(text)[:80]

        return write

    def plot(self, *values: Any, label: Any = "", **_: Any) -> None:
        series = [value for value in values if not isinstance(value, str)]
        xs, ys = (series[0], series[1]) if len(series) > 1 else (range(len(series[0])), series[0])
        self._add("line", xs, ys, label)

    def scatter(self, xs: Any, ys: Any, *_: Any, label: Any = "", **__: Any) -> None:
        self._add("points", xs, ys, label)

    def bar(self, names: Any, heights: Any, *_: Any, label: Any = "", **__: Any) -> None:
        self._add("bars", range(len(names)), heights, label, tuple(str(name)[:12] for name in names))

    def hist(self, values: Any, bins: int = 10, **_: Any) -> None:
        numbers = [float(value) for value in values]
        low, high = min(numbers), max(numbers)
        width = (high - low) / max(bins, 1) or 1.0
        held = Counter(min(int((number - low) / width), bins - 1) for number in numbers)
        names = tuple(f"{low + width * at:.3g}" for at in range(bins))
        self._add("bars", range(bins), [held[at] for at in range(bins)], "", names)

    def _add(self, kind: str, xs: Any, ys: Any, label: Any, names: tuple[str, ...] = ()) -> None:
        if len(xs) != len(ys):
            raise ValueError(f"x and y must have same first dimension, but have shapes ({len(xs)},) and ({len(ys)},)")
        if not 0 < len(ys) <= MOST_POINTS:
            raise ValueError("too many points, or none")
        self.marks.append(Marks(kind, [float(x) for x in xs], [float(y) for y in ys], str(label)[:40], names))

    def drawn(self) -> bytes:
        """A PNG."""
        from PIL import Image, ImageDraw

        made = Image.new("RGB", SIZE, "white")
        Drawing(ImageDraw.Draw(made), self).draw()
        out = BytesIO()
        made.save(out, "PNG")
        return out.getvalue()


class Drawing:
    def __init__(self, draw: "ImageDraw", chart: Chart) -> None:
        from chats.gateway.sandbox.make_picture import lettering

        self._draw, self._chart = draw, chart
        self._small, self._large = lettering(14), lettering(20)
        bars = any(marks.kind == "bars" for marks in chart.marks)
        self._x = _ends([x for marks in chart.marks for x in marks.xs], 0.6 if bars else 0.0)
        self._y = _ends([y for marks in chart.marks for y in marks.ys] + ([0.0] if bars else []), 0.0)

    def draw(self) -> None:
        self._axes()
        for at, marks in enumerate(self._chart.marks):
            getattr(self, "_" + marks.kind)(marks, PAINTS[at % len(PAINTS)])
            self._legend(at, marks.label)
        middle, texts = (FRAME[0] + FRAME[2]) // 2, self._chart.texts
        self._draw.text((middle, 18), texts.get("title", ""), INK, self._large, "ma")
        self._draw.text((middle, 462), texts.get("xlabel", ""), INK, self._small, "ma")
        self._draw.text((8, 38), texts.get("ylabel", ""), INK, self._small)

    def _axes(self) -> None:
        self._draw.rectangle(FRAME, outline=INK)
        for at in range(TICKS + 1):
            value = self._y[0] + (self._y[1] - self._y[0]) * at / TICKS
            height = self._place(self._x[0], value)[1]
            self._draw.line((FRAME[0], height, FRAME[2], height), fill=FAINT if 0 < at < TICKS else INK)
            self._draw.text((FRAME[0] - 6, height), f"{value:.4g}", INK, self._small, "rm")
        if not any(marks.names for marks in self._chart.marks):
            for at in range(TICKS + 1):
                value = self._x[0] + (self._x[1] - self._x[0]) * at / TICKS
                self._below(value, f"{value:.4g}")

    def _below(self, x: float, text: str) -> None:
        self._draw.text((self._place(x, self._y[0])[0], FRAME[3] + 6), text, INK, self._small, "ma")

    def _place(self, x: float, y: float) -> tuple[float, float]:
        across = (x - self._x[0]) / (self._x[1] - self._x[0])
        up = (y - self._y[0]) / (self._y[1] - self._y[0])
        return FRAME[0] + across * (FRAME[2] - FRAME[0]), FRAME[3] - up * (FRAME[3] - FRAME[1])

    def _line(self, marks: Marks, paint: str) -> None:
        places = [self._place(x, y) for x, y in zip(marks.xs, marks.ys, strict=True) if math.isfinite(y)]
        self._draw.line(places, fill=paint, width=3, joint="curve")

    def _points(self, marks: Marks, paint: str) -> None:
        for x, y in zip(marks.xs, marks.ys, strict=True):
            across, down = self._place(x, y)
            self._draw.ellipse((across - 4, down - 4, across + 4, down + 4), fill=paint)

    def _bars(self, marks: Marks, paint: str) -> None:
        every = math.ceil(len(marks.names) / 12)  # names that have room
        for at, (x, y) in enumerate(zip(marks.xs, marks.ys, strict=True)):
            (left, top), (right, bottom) = self._place(x - 0.4, max(y, 0)), self._place(x + 0.4, min(y, 0))
            self._draw.rectangle((left, top, right, bottom), fill=paint)
            if at % every == 0:
                self._below(x, marks.names[at])

    def _legend(self, at: int, label: str) -> None:
        if label:
            top = FRAME[1] + 10 + 22 * at
            self._draw.rectangle((FRAME[0] + 12, top, FRAME[0] + 28, top + 12), fill=PAINTS[at % len(PAINTS)])
            self._draw.text((FRAME[0] + 36, top + 6), label, INK, self._small, "lm")


def _ends(values: Sequence[float], margin: float) -> tuple[float, float]:
    """The range of an axis, never empty."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite) - margin, max(finite) + margin
    return (low, high) if high > low else (low - 1, high + 1)
