"""Words of a figure and of a table, as plain values for the notebook to hand to the parts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from customer_analytics.language import Text

Cell = tuple[str, Any]  # what is shown, what it is sorted by
Row = tuple[Cell, ...]
PairRow = tuple[str, float, float, str, str, str]  # name, two values, both in words, role
BarRow = tuple[str, float | None, str, str, float | None, float | None]  # name, value, in words, role, low, high
How = tuple[tuple[Text, Text], ...]


@dataclass(frozen=True)
class FigureWords:
    """Title (the finding), subtitle (measure and unit), alternative text with the numbers, source line."""

    title: Text
    subtitle: Text
    alt: Text
    source: Text

    @property
    def keywords(self) -> dict[str, Text]:
        """As arguments of parts.figure."""
        return {"title": self.title, "subtitle": self.subtitle, "alt": self.alt, "source": self.source}


@dataclass(frozen=True)
class TableWords:
    """Columns as (heading, kind), rows of (shown, sort key), caption, the "How it was computed" box, totals."""

    columns: tuple[tuple[Text, str], ...]
    rows: tuple[Row, ...]
    caption: Text
    how: How
    foot: Row | None = None
    file: str | None = None
    search: bool = False

    @property
    def keywords(self) -> dict[str, Any]:
        """As arguments of parts.table."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class SectionWords:
    """Heading, address and opening sentence of a section; `inside`: of a part of the section before it."""

    title: Text
    id: str
    deck: Text
    inside: bool = False

    @property
    def keywords(self) -> dict[str, Any]:
        """As arguments of parts.section."""
        return {"title": self.title, "id": self.id, "deck": self.deck, "inside": self.inside}
