"""Puts texts, boxes, pictures and tables on a slide: measured, in the fonts of both scripts, and safe to open."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.slide import Slide
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Emu, Length, Pt

from customer_analytics.documents.slides.fitting import LINE, fitted
from customer_analytics.report.text_safety import UNPRINTABLE

LATIN, EAST_ASIAN = "Arial", "Microsoft YaHei"  # on every Windows and Mac with Office; others put their own in place
WIDTH, HEIGHT = 960, 540  # points: 16 to 9
Pieces = Sequence[str]


@dataclass(frozen=True)
class Box:
    """A place on a slide, in points from the top left."""

    left: float
    top: float
    width: float
    height: float

    @property
    def sizes(self) -> tuple[Length, Length, Length, Length]:
        """As python-pptx takes them."""
        return Pt(self.left), Pt(self.top), Pt(self.width), Pt(self.height)


def clean(text: object) -> str:
    """A text for a slide: one line, without characters that XML cannot hold or that turn the direction of writing."""
    return " ".join(str(text or "").translate(UNPRINTABLE).split())


def write(
    frame: TextFrame,
    paragraphs: Sequence[Pieces],
    size: float,
    colour: str,
    *,
    bold: bool = False,
    accent: str = "",
    align: str = "left",
    gap: float = 0,
) -> None:
    """Fill a text frame: each paragraph as plain and bold pieces in turn. `accent`: colour of the bold ones."""
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Pt(0)
    for number, pieces in enumerate(paragraphs):
        paragraph: Any = frame.paragraphs[0] if number == 0 else cast("Any", frame).add_paragraph()
        paragraph.line_spacing = Pt(size * LINE)
        paragraph.space_before = Pt(gap if number else 0)
        paragraph.alignment = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}[align]
        for place, piece in enumerate(pieces):
            strong = place % 2 == 1
            _run(paragraph, piece, size, accent if strong and accent else colour, bold=bold or strong)


def _run(paragraph: _Paragraph, text: str, size: float, colour: str, *, bold: bool) -> None:
    if not text:
        return
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, LATIN
    run.font.color.rgb = _rgb(colour)
    properties = run._r.get_or_add_rPr()
    east = properties.makeelement(qn("a:ea"), {"typeface": EAST_ASIAN})
    properties.find(qn("a:latin")).addnext(east)


def _rgb(colour: str) -> RGBColor:
    """#rrggbb as python-pptx takes it."""
    red, green, blue = bytes.fromhex(colour.lstrip("#"))
    return RGBColor(red, green, blue)  # type: ignore[no-untyped-call]


def text(
    slide: Slide,
    box: Box,
    value: str,
    largest: float,
    colour: str,
    *,
    least: float = 9,
    bold: bool = False,
    align: str = "left",
    bottom: bool = False,
) -> str:
    """A text that fits its box; returns it as it is shown: cut where it is too long even at the least size."""
    shown, size = fitted(clean(value), box.width, box.height, largest, least)
    shape = slide.shapes.add_textbox(*box.sizes)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM if bottom else MSO_ANCHOR.TOP
    write(shape.text_frame, [[shown]], size, colour, bold=bold, align=align)
    return shown


def title(slide: Slide, box: Box, value: str, largest: float, colour: str) -> None:
    """The slide's title, which outlines and screen readers know as such."""
    shown, size = fitted(clean(value), box.width, box.height, largest, 12)
    shape: Any = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = box.sizes
    shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    write(shape.text_frame, [[shown]], size, colour, bold=True)


def fill(slide: Slide, box: Box, colour: str) -> None:
    """A plain area; nothing to read, so it has no name for readers."""
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *box.sizes)
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    shape.line.fill.background()
    shape.shadow.inherit = False


def picture(slide: Slide, box: Box, content: bytes, alt: str, *, top: bool = True) -> float:
    """A picture as large as its box allows, with its alt text; returns the height it takes."""
    shape: Any = slide.shapes.add_picture(io.BytesIO(content), Pt(box.left), Pt(box.top))
    scale = min(Pt(box.width) / shape.width, Pt(box.height) / shape.height)
    shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
    if not top:
        shape.top = Emu(int(Pt(box.top) + Pt(box.height) - shape.height))
    shape._element.nvPicPr.cNvPr.set("descr", clean(alt))
    return float(shape.height / Pt(1))


def table(
    slide: Slide, box: Box, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], colours: Any
) -> None:
    """A table whose rows share the height of the box; each text fits its cell. `colours`: role -> hex."""
    row_height = min(box.height / (len(rows) + 1), 84.0)
    shape = slide.shapes.add_table(len(rows) + 1, len(heads), *box.sizes)
    shape.height = Pt(row_height * (len(rows) + 1))
    grid = shape.table
    size = min(
        (
            fitted(clean(value), width - 14, row_height - 8, 12, 8)[1]
            for row in rows
            for value, width in zip(row, widths, strict=True)
        ),
        default=12.0,
    )
    for number, width in enumerate(widths):
        grid.columns[number].width = Pt(width)
    for place, values in enumerate([heads, *rows]):
        grid.rows[place].height = Pt(row_height if place else 26)
        for number, value in enumerate(values):
            cell: Any = grid.cell(place, number)
            cell.fill.solid()
            role = "cover" if place == 0 else "paper" if place % 2 else "wash"
            cell.fill.fore_color.rgb = _rgb(colours[role])
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            shown, _ = fitted(clean(value), widths[number] - 14, row_height - 8, size, size)
            write(cell.text_frame, [[shown]], size, colours["cover-ink" if place == 0 else "ink"], bold=place == 0)
            cell.margin_left = cell.margin_right = Pt(7)
            cell.margin_top = cell.margin_bottom = Pt(4)
