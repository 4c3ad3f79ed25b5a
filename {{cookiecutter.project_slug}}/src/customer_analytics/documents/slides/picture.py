"""A chart of a report as a PNG: the drawing that stands in the page is drawn once more, by matplotlib.

The page's drawings hold few kinds of marks (see report.svg), so this reads those and no other SVG. A PNG shows the same
in PowerPoint, Keynote, WPS and LibreOffice, with the fonts of the report, and needs no browser.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from matplotlib import image as images
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from customer_analytics.report import theme

DOTS = 200  # an inch
_POINTS = 72  # an inch; the drawings count in points
_TOKEN = re.compile(r"[MLCQzZ]|-?\d*\.?\d+(?:e-?\d+)?")
_CODES = {"M": (Path.MOVETO, 1), "L": (Path.LINETO, 1), "Q": (Path.CURVE3, 2), "C": (Path.CURVE4, 3)}
_VARIABLE = re.compile(r"var\(--[\w-]+,(#[0-9a-fA-F]{6})\)")
_TURN = re.compile(r"rotate\((-?[\d.]+)")
_MOVE = re.compile(r"translate\((-?[\d.]+)[ ,]+(-?[\d.]+)\)")
_ALIGN = {"start": "left", "middle": "center", "end": "right"}
_DATA = "data:image/png;base64,"
Style = dict[str, str]
_Element = ElementTree.Element


def png(drawing: str, styles: Mapping[str, str]) -> bytes:
    """The picture of a drawing, on white.

    Args:
        drawing: an svg element of a report's page.
        styles: the page's classes of drawings: name -> declarations.

    Raises:
        ValueError: not such a drawing.
    """
    root = _parsed(drawing)
    _, _, width, height = (float(number) for number in root.get("viewBox", "").split())
    with theme.style():
        figure = Figure(figsize=(width / _POINTS, height / _POINTS), dpi=DOTS, facecolor="#ffffff")
        canvas: Any = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        axes.set_axis_off()
        _Drawer(root, styles, axes).draw()
        buffer = io.BytesIO()
        canvas.print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()


def _parsed(drawing: str) -> _Element:
    if "<!" in drawing:
        raise ValueError("a drawing holds no declarations")
    try:
        return ElementTree.fromstring(drawing)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error


class _Drawer:
    """Puts the marks of one drawing into axes that count as the drawing does, from the top left."""

    def __init__(self, root: _Element, styles: Mapping[str, str], axes: Axes) -> None:
        self._root, self._styles, self._axes = root, styles, axes
        self._named = {name: element for element in root.iter() if (name := element.get("id"))}
        self._order = 0

    def draw(self) -> None:
        """All marks, in their order."""
        self._children(self._root, {}, "")

    def _children(self, parent: _Element, style: Style, clip: str) -> None:
        for child in parent:
            own = style | self._style(child)
            clipped = child.get("clip-path", clip)
            if child.tag == "g":
                self._children(child, own, clipped)
            elif child.tag == "path":
                self._path(child, own, clipped)
            elif child.tag == "use":
                self._use(child, own, clipped)
            elif child.tag == "text":
                self._text(child, own)
            elif child.tag == "image":
                self._image(child)

    def _style(self, element: _Element) -> Style:
        """What its classes and its own style declare, colours as plain hex."""
        declared = [self._styles.get(name, "") for name in element.get("class", "").split()]
        pairs = ";".join([*declared, element.get("style", "")]).split(";")
        return {
            key.strip(): _VARIABLE.sub(r"\1", value.strip())
            for key, colon, value in (pair.partition(":") for pair in pairs)
            if colon
        }

    def _path(self, element: _Element, style: Style, clip: str, x: float = 0, y: float = 0) -> None:
        path = _read_path(element.get("d", ""))
        if path is None:
            return
        moved = path.transformed(Affine2D().translate(x, y))
        patch = PathPatch(moved, zorder=self._next(), clip_on=False, **_paint(style))
        self._axes.add_patch(patch)
        if clip:
            self._clip(patch, clip)

    def _clip(self, patch: PathPatch, clip: str) -> None:
        named = self._named.get(clip[5:-1])  # url(#name)
        box = None if named is None else named.find("rect")
        if box is not None:
            x, y, width, height = (float(box.get(key, "0")) for key in ("x", "y", "width", "height"))
            patch.set_clip_on(True)
            patch.set_clip_path(Rectangle((x, y), width, height, transform=self._axes.transData))

    def _use(self, element: _Element, style: Style, clip: str) -> None:
        marker = self._named.get(element.get("href", "")[1:])
        if marker is not None:
            at = (float(element.get(key, "0")) for key in ("x", "y"))
            self._path(marker, style | self._style(marker), clip, *at)

    def _text(self, element: _Element, style: Style) -> None:
        turn = element.get("transform", "")
        moved, turned = _MOVE.search(turn), _TURN.search(turn)
        x, y = (float(element.get(key, "0")) for key in ("x", "y"))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        self._axes.text(
            x,
            y,
            "".join(part for part in element.itertext()),
            fontsize=float(style.get("font-size", "9px").removesuffix("px")),
            fontweight=int(style.get("font-weight", "400")),
            color=style.get("fill", theme.ROLE["ink"]),
            alpha=float(style.get("opacity", "1")),
            ha=_ALIGN.get(style.get("text-anchor", "start"), "left"),
            va="baseline",
            rotation=-float(turned[1]) if turned else 0,
            rotation_mode="anchor",
            zorder=self._next(),
        )

    def _image(self, element: _Element) -> None:
        """A layer of many marks: matplotlib wrote it upside down, and turned it over by its transform."""
        source = element.get("href", "")
        if not source.startswith(_DATA):
            return
        pixels = images.imread(io.BytesIO(base64.b64decode(source.removeprefix(_DATA))), format="png")
        x, y, width, height = (float(element.get(key, "0")) for key in ("x", "y", "width", "height"))
        layer = images.AxesImage(self._axes, extent=(x, x + width, height - y, -y), origin="lower", zorder=self._next())
        layer.set_data(pixels)
        layer.set_clip_on(False)
        self._axes.add_artist(layer)

    def _next(self) -> int:
        self._order += 1
        return self._order


def _paint(style: Style) -> dict[str, Any]:
    """Fill and line of a mark as matplotlib names them. SVG fills in black unless told otherwise."""
    whole = float(style.get("opacity", "1"))
    fill, line = style.get("fill", "#000000"), style.get("stroke", "none")
    dashes = [float(part) for part in re.split(r"[ ,]+", style.get("stroke-dasharray", "none")) if part != "none"]
    width = float(style.get("stroke-width", "1"))
    return {
        "facecolor": "none" if fill == "none" else (fill, whole * float(style.get("fill-opacity", "1"))),
        "edgecolor": "none" if line == "none" else (line, whole * float(style.get("stroke-opacity", "1"))),
        "linewidth": width,
        "linestyle": (0, [dash / width for dash in dashes]) if dashes and width else "solid",
        "capstyle": {"square": "projecting", "round": "round"}.get(style.get("stroke-linecap", ""), "butt"),
        "joinstyle": style.get("stroke-linejoin", "round"),
    }


def _read_path(text: str) -> Path | None:
    """A path of absolute moves, lines and curves; None for an empty one."""
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    tokens = iter(_TOKEN.findall(text))
    command = "M"
    for token in tokens:
        if token in "zZ":
            points.append(points[-1])
            codes.append(int(Path.CLOSEPOLY))
            continue
        if token in _CODES:
            command = token
            token = next(tokens)
        code, count = _CODES[command]
        numbers = [float(token), *(float(next(tokens)) for _ in range(2 * count - 1))]
        points += list(zip(numbers[::2], numbers[1::2], strict=True))
        codes += [int(code)] * count
        command = "L" if command == "M" else command
    return Path(points, codes) if points else None
