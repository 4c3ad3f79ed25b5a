"""Each kind of slide, drawn from what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pptx.presentation import Presentation
from pptx.slide import Slide

from customer_analytics.documents.slides import brush
from customer_analytics.documents.slides.brush import HEIGHT, WIDTH, Box, clean
from customer_analytics.documents.slides.content import Deck, FindingSlide
from customer_analytics.documents.slides.fitting import fitted, size_for
from customer_analytics.documents.slides.picture import png
from customer_analytics.language import Language

_EDGE = 36.0
_WHOLE = WIDTH - 2 * _EDGE
_TOP, _BOTTOM = 122.0, 492.0
_ROWS = 6
_TITLE_ONLY = 5  # of python-pptx's own template
_LEAST, _LARGEST, _ALONE = 9.0, 15.0, 19.0
_Row = TypeVar("_Row")


class Drawer:
    """Draws the slides of one deck. `colours`: role -> hex of the client's theme; `logo`: a PNG, if there is one."""

    def __init__(
        self, presentation: Presentation, deck: Deck, language: Language, colours: Mapping[str, str], logo: bytes | None
    ) -> None:
        self._made, self._deck, self._language = presentation, deck, language
        self._colours, self._logo = colours, logo

    def draw(self, client: str, consultancy: str) -> None:
        """All slides, in the order in which they are shown."""
        say = self._language.say
        self._cover(client, consultancy)
        if self._deck.kpis or self._deck.standing:
            self._base()
        for finding in self._deck.findings:
            self._finding(finding)
        self._pairs(str(say("Alerts")), self._deck.alerts)
        self._pairs(str(say("What changed since the last run")), self._deck.changes)
        rows = [(what, who, "", "") for what, who in self._deck.actions]
        heads = [str(say(word)) for word in ("Action", "Report", "Owner", "By when")]
        self._table(str(say("Actions to agree on")), heads, rows, (470, 158, 140, 120))
        heads = [str(say(word)) for word in ("Report", "Verdict", "Why")]
        self._table(str(say("What the data can carry")), heads, self._deck.limits, (210, 168, 510))

    def _slide(self, headline: str, kicker: str = "") -> Slide:
        slide: Slide = self._made.slides.add_slide(self._made.slide_layouts[_TITLE_ONLY])
        brush.fill(slide, Box(0, 0, 12, HEIGHT), self._colours["cover"])
        brush.title(slide, Box(_EDGE, 46, _WHOLE, 66), headline, 26, self._colours["ink"])
        if kicker:
            brush.text(slide, Box(_EDGE, 22, 560, 18), kicker, 11, self._colours["link"], bold=True)
        number = self._language.number(len(self._made.slides))
        brush.text(slide, Box(_EDGE, 512, 700, 14), self._deck.facts, 9, self._colours["ink3"], least=7)
        brush.text(slide, Box(WIDTH - _EDGE - 80, 512, 80, 14), number, 9, self._colours["ink3"], align="right")
        return slide

    def _cover(self, client: str, consultancy: str) -> None:
        say, colours = self._language.say, self._colours
        slide = self._made.slides.add_slide(self._made.slide_layouts[_TITLE_ONLY])
        brush.fill(slide, Box(0, 0, WIDTH, HEIGHT), colours["cover"])
        # The title's own shape was there before the ground: bring it to the front.
        slide.shapes._spTree.append(slide.shapes.title._element)
        headline = self._deck.conclusion or str(
            say("What the data says about the customers of {client}", client=client)
        )
        brush.title(slide, Box(72, 170, 800, 150), headline, 40, colours["cover-ink"])
        brush.text(slide, Box(72, 110, 800, 40), client, 20, colours["cover-soft"], bold=True, bottom=True)
        below = " · ".join(part for part in (self._deck.of, self._deck.facts) if part)
        brush.text(slide, Box(72, 336, 800, 24), below, 14, colours["cover-soft"])
        made_by = str(say("Made by {consultancy}.", consultancy=consultancy))
        brush.text(slide, Box(72, 470, 560, 24), made_by, 12, colours["cover-soft"])
        if self._logo is not None:
            brush.fill(slide, Box(WIDTH - 232, 36, 196, 64), "#ffffff")
            brush.picture(slide, Box(WIDTH - 224, 42, 180, 52), self._logo, client)

    def _base(self) -> None:
        say, colours = self._language.say, self._colours
        slide = self._slide(str(say("The state of the customer base")), str(say("All reports")))
        top = _TOP - 20
        if self._deck.standing:
            brush.text(slide, Box(_EDGE, top, _WHOLE, 70), self._deck.standing, 15, colours["ink"])
            top += 84
        width, height = (_WHOLE - 3 * 16) / 4, 140.0
        for place, (label, value, note) in enumerate(self._deck.kpis):
            left, above = _EDGE + place % 4 * (width + 16), top + place // 4 * (height + 14)
            brush.fill(slide, Box(left, above, width, height), colours["wash"])
            inner = width - 24
            brush.text(slide, Box(left + 12, above + 10, inner, 32), label, 11, colours["ink2"], bold=True)
            brush.text(slide, Box(left + 12, above + 46, inner, 40), value, 26, colours["link"], bold=True)
            brush.text(slide, Box(left + 12, above + 92, inner, 42), note, 10, colours["ink2"], least=8)

    def _finding(self, finding: FindingSlide) -> None:
        slide = self._slide(finding.head, finding.report)
        brush.text(
            slide, Box(WIDTH - _EDGE - 420, 22, 420, 18), finding.evidence, 11, self._colours["ink2"], align="right"
        )
        drawn = png(finding.chart.drawing, finding.chart.styles) if finding.chart else None
        width = 330.0 if drawn else _WHOLE
        self._words(slide, finding, Box(_EDGE, _TOP, width, _BOTTOM - _TOP - 20), _LARGEST if drawn else _ALONE)
        brush.text(
            slide, Box(_EDGE, _BOTTOM - 14, width, 26), finding.known, 10, self._colours["ink2"], least=8, bottom=True
        )
        if finding.chart and drawn:
            self._chart(slide, finding, drawn, Box(_EDGE + 358, _TOP, _WHOLE - 358, _BOTTOM - _TOP))
        notes: Any = slide.notes_slide
        notes.notes_text_frame.text = self._notes(finding)

    def _words(self, slide: Slide, finding: FindingSlide, box: Box, largest: float) -> None:
        """Statement, what it means and what to do, in one size that lets all of it fit."""
        say = self._language.say
        gap = "" if self._language.is_chinese else " "
        parts: list[list[str]] = [[_kept(piece) for piece in finding.statement]]
        for label, words in ((say("So what:"), finding.meaning), (say("What to do:"), finding.action)):
            if words:
                parts.append(["", str(label), gap + clean(words)])
        room = box.height - 12 * (len(parts) - 1)
        # Bold letters are wider, so the width is taken a little smaller than it is.
        size = size_for("\n".join("".join(part) for part in parts), box.width * 0.95, room, largest, _LEAST)
        if size is None:
            size = _LEAST
            each = room / len(parts)
            cut = [fitted("".join(part), box.width * 0.95, each, size, size)[0] for part in parts]
            parts = [[words] for words in cut]
        shape = slide.shapes.add_textbox(*box.sizes)
        brush.write(shape.text_frame, parts, size, self._colours["ink"], gap=12)

    def _chart(self, slide: Slide, finding: FindingSlide, drawn: bytes, box: Box) -> None:
        chart = finding.chart
        if chart is None:
            return
        colours = self._colours
        brush.text(
            slide, Box(box.left, box.top, box.width, 32), chart.title, 12, colours["ink"], bold=True, bottom=True
        )
        height = brush.picture(slide, Box(box.left, box.top + 40, box.width, box.height - 76), drawn, chart.alt)
        source = Box(box.left, box.top + 46 + height, box.width, 28)
        brush.text(slide, source, chart.source, 9, colours["ink3"], least=7)

    def _notes(self, finding: FindingSlide) -> str:
        """What the speaker may be asked: how sure it is, of how many, how it was found, and where it stands."""
        say = self._language.say
        lines = [
            "".join(finding.statement),
            finding.evidence,
            finding.known,
            finding.chart.alt if finding.chart else "",
            str(say("In the report “{report}”: {address}", report=finding.report, address=finding.address)),
            self._deck.facts,
        ]
        return "\n".join(kept for line in lines if (kept := clean(line)))

    def _pairs(self, headline: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Heads with their statements, some to a slide; no slide where there is nothing to say."""
        for rows in _parts(pairs, _ROWS):
            slide = self._slide(headline)
            height = (_BOTTOM - _TOP) / _ROWS
            for place, (head, statement) in enumerate(rows):
                top = _TOP + place * height
                brush.fill(slide, Box(_EDGE, top + 2, 3, height - 12), self._colours["link"])
                brush.text(slide, Box(_EDGE + 14, top, _WHOLE - 14, 18), head, 13, self._colours["ink"], bold=True)
                below = Box(_EDGE + 14, top + 20, _WHOLE - 14, height - 28)
                brush.text(slide, below, statement, 11, self._colours["ink2"], least=8)

    def _table(
        self, headline: str, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]
    ) -> None:
        for some in _pages(rows):
            slide = self._slide(headline)
            brush.table(slide, Box(_EDGE, _TOP - 20, _WHOLE, _BOTTOM - _TOP + 20), heads, some, widths, self._colours)


def _pages(rows: Sequence[Sequence[str]]) -> Iterator[Sequence[Sequence[str]]]:
    """Rows for one slide each, as evenly as can be: eight rows are four and four."""
    count = -(-len(rows) // _ROWS)
    if count:
        yield from _parts(rows, -(-len(rows) // count))


def _parts(rows: Sequence[_Row], size: int) -> Iterator[Sequence[_Row]]:
    return (rows[at : at + size] for at in range(0, len(rows), size))


def _kept(piece: str) -> str:
    """A piece of a sentence without what a slide cannot hold; the spaces at its ends belong to the sentence."""
    inner = clean(piece)
    before = " " if piece[:1].isspace() else ""
    return before + inner + (" " if inner and piece[-1:].isspace() else "")
