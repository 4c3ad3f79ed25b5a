"""The report that is being written in this process: its language, brand and running numbers.

One kernel writes one report. `open_report` puts the report on the desk; the parts read its language from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from customer_analytics.language import Language
from customer_analytics.report.theme import Theme


@dataclass
class Desk:
    """What the parts need to know."""

    language: Language = field(default_factory=Language)
    theme: Theme | None = None
    drawings: int = 0

    def next_serial(self) -> int:
        """A running number for each drawing, so that two drawings of the same chart have different ids."""
        self.drawings += 1
        return self.drawings


_desk = Desk()


def current() -> Desk:
    """The desk of this process."""
    return _desk


def begin(language: Language, theme: Theme) -> None:
    """Clear the desk for a new report."""
    global _desk  # noqa: PLW0603  a kernel's cells run in separate contexts, so a context variable would be lost
    _desk = Desk(language, theme)
