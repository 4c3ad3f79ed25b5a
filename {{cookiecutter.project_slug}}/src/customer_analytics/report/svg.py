"""matplotlib figures as inline SVG: text stays text, colours follow the page, ids are unique, marks have tooltips."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Mapping
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import Collection
from matplotlib.figure import Figure

from customer_analytics.report.text_safety import UNPRINTABLE
from customer_analytics.report.theme import ROLE

MOST_MARKS = 2_000  # above that a layer of marks becomes a picture inside the drawing
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_ROLE_OF = {value: role for role, value in ROLE.items()}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_LONG_NUMBER = re.compile(r"(\d\.\d)\d+")  # a tenth of a point is a seventh of a pixel
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT_FAMILY = re.compile(r"font-family: [^;]+(; )?")
_NO_ROTATION = re.compile(r"^rotate\(-?0(\.0+)? ")
_AROUND_COMMAND = re.compile(r" ?([MLCQzZ]) ?")
_GEOMETRY = {"d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "transform", "points", "viewBox"}
_EMPTIABLE = {"g", "defs"}
_Element = ElementTree.Element


def draw_svg(
    figure: Figure,
    *,
    alt: str,
    css_class: str,
    tips: Mapping[str, str] | None = None,
    colours: Mapping[str, str] = ROLE,
    serial: str = "",
) -> Markup:
    """The figure as an inline SVG element.

    Args:
        figure: drawn in the hex values of theme.ROLE; artists that carry a tooltip have a gid.
        alt: what a person who cannot see it is told.
        css_class: class of the svg element.
        tips: gid -> tooltip.
        colours: role -> hex used where CSS variables are not read (the report's own light palette).
        serial: makes the ids differ from those of the same drawing earlier on the page.
    """
    _rasterise_crowds(figure)
    source = _saved(figure)
    root = ElementTree.fromstring(source)
    _strip_namespaces(root)
    _add_tooltips(root, tips or {})
    _restyle(root, colours)
    _unclip(root)
    _prune(root)
    _rename_ids(root, "g" + hashlib.sha256((source + serial).encode()).hexdigest()[:8])
    view_box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib |= {"class": css_class, "role": "img", "aria-label": alt, "viewBox": view_box}
    for element in root.iter():
        if element.tag not in ("text", "tspan", "title"):
            element.text = None
        element.tail = None
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _saved(figure: Figure) -> str:
    FigureCanvasSVG(figure)
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # The page draws the text, with the reader's own fonts where ours lack a character; the exporter lists those.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    text = buffer.getvalue().translate(UNPRINTABLE)
    return text[text.index("<svg") :]


def _strip_namespaces(root: _Element) -> None:
    """Inline SVG needs none: svg:path -> path, xlink:href -> href."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for key in [key for key in element.attrib if key.startswith("{")]:
            element.attrib[key.rpartition("}")[2]] = element.attrib.pop(key)


def _add_tooltips(root: _Element, tips: Mapping[str, str]) -> None:
    for element in root.iter():
        tip = tips.get(element.get("id", ""))
        if tip is not None:
            title = ElementTree.Element("title")
            title.text = str(tip)
            element.insert(0, title)


def _restyle(root: _Element, colours: Mapping[str, str]) -> None:
    """Colours become the variables of their roles; the page sets the fonts; coordinates are rounded."""

    def variable(match: re.Match[str]) -> str:
        role = _ROLE_OF.get(match[0].lower())
        return f"var(--{role},{colours[role]})" if role else match[0]

    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "style":
                plain = _FONT_FAMILY.sub("", _COLOUR.sub(variable, value))
                element.attrib[key] = _LONG_NUMBER.sub(r"\1", plain).replace("; ", ";").replace(": ", ":")
            elif key == "transform" and _NO_ROTATION.match(value):
                del element.attrib[key]
            elif key in _GEOMETRY:
                element.attrib[key] = _shortened(value)


def _shortened(geometry: str) -> str:
    """M 190.94 9.00 L 506.2 9.0 -> M190.9 9L506.2 9."""
    rounded = _LONG_NUMBER.sub(r"\1", geometry).replace(".0 ", " ").removesuffix(".0")
    return _AROUND_COMMAND.sub(r"\1", " ".join(rounded.split()))


def _unclip(root: _Element) -> None:
    """Drop the clipping of marks that lie inside their box anyway, and the boxes that then clip nothing."""
    boxes = {element.get("id", ""): box for element in root.iter("clipPath") if (box := _box(element)) is not None}
    for element in root.iter():
        name = element.get("clip-path", "")[5:-1]  # url(#name)
        if name in boxes and _lies_inside(element, boxes[name]):
            del element.attrib["clip-path"]
    still = {element.get("clip-path", "")[5:-1] for element in root.iter()}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "clipPath" and child.get("id", "") not in still:
                parent.remove(child)


def _box(clip: _Element) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of a clipping rectangle, half a point larger; None for any other shape."""
    shapes = list(clip)
    if len(shapes) != 1 or shapes[0].tag != "rect":
        return None
    x, y, width, height = (float(shapes[0].get(name, "nan")) for name in ("x", "y", "width", "height"))
    return x - 0.5, y - 0.5, x + width + 0.5, y + height + 0.5


def _lies_inside(element: _Element, box: tuple[float, float, float, float]) -> bool:
    """Whether a path or the markers of a line lie inside; False for what this cannot tell."""
    places = [element] if element.tag == "path" else list(element)
    points: list[float] = []
    for place in places:
        if "transform" in place.attrib or place.tag not in ("path", "use", "title"):
            return False
        text = place.get("d", "") if place.tag == "path" else f"{place.get('x', '')} {place.get('y', '')}"
        points += [float(number) for number in _NUMBER.findall(text)]
    left, top, right, bottom = box
    xs, ys = points[::2], points[1::2]
    inside = all(left <= x <= right for x in xs) and all(top <= y <= bottom for y in ys)
    return bool(points) and len(xs) == len(ys) and inside


def _prune(parent: _Element) -> None:
    """Drop metadata, the style sheet, invisible backgrounds, groups that hold nothing or say nothing."""
    for child in list(parent):
        _prune(child)
        invisible = child.tag == "path" and child.get("style") == "fill:none"
        empty = child.tag in _EMPTIABLE and len(child) == 0
        if child.tag in ("metadata", "style") or invisible or empty:
            parent.remove(child)
        elif child.tag == "g" and not set(child.attrib) - {"id"} and child[0].tag != "title":
            place = list(parent).index(child)
            parent.remove(child)
            for offset, inner in enumerate(list(child)):
                parent.insert(place + offset, inner)


def _rename_ids(root: _Element, prefix: str) -> None:
    """Ids that something refers to get short names of this drawing; the others go."""
    used: dict[str, str] = {}

    def short(name: str) -> str:
        return used.setdefault(name, f"{prefix}-{len(used)}")

    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "href" and value.startswith("#"):
                element.attrib[key] = "#" + short(value[1:])
            elif "url(#" in value and key not in ("aria-label", "id"):
                element.attrib[key] = _REFERENCE.sub(lambda match: f"url(#{short(match[1])})", value)
    for element in root.iter():
        name = element.attrib.pop("id", None)
        if name in used:
            element.attrib["id"] = used[name]


def _rasterise_crowds(figure: Figure) -> None:
    for axes in figure.axes:
        for collection in axes.collections:
            if _size(collection) > MOST_MARKS:
                collection.set_rasterized(True)
        if len(axes.patches) > MOST_MARKS:
            for patch in axes.patches:
                patch.set_rasterized(True)
        for line in axes.lines:
            has_markers = line.get_marker() not in ("", " ", "None", "none", None)
            if has_markers and len(line.get_xydata()) > MOST_MARKS:  # type: ignore[arg-type]
                line.set_rasterized(True)


def _size(collection: Collection) -> int:
    return max(len(collection.get_offsets()), len(collection.get_paths()))  # type: ignore[arg-type]
