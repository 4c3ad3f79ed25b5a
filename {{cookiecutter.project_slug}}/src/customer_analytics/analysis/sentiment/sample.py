"""The labelled sentences that come with the package, in two halves: one to make word lists by, one held out.

The half of a sentence follows from its own letters, so that adding sentences moves no other. Whoever changes the word
lists looks at the mistakes of the first half only; what the report says of precision comes from the second.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from importlib import resources

from customer_analytics.analysis.sentiment.lexicon import LANGUAGES, Language
from customer_analytics.analysis.sentiment.result import NEGATIVE, NEUTRAL, POSITIVE

_LABELS = {"+": POSITIVE, "-": NEGATIVE, "=": NEUTRAL}


@dataclass(frozen=True)
class Labelled:
    """A sentence and what it feels, by our reading."""

    text: str
    language: Language
    label: str

    @property
    def is_held_out(self) -> bool:
        """Whether the word lists were made without looking at it."""
        return zlib.crc32(self.text.encode("utf-8")) % 2 == 1


def labelled_sample() -> tuple[Labelled, ...]:
    """All labelled sentences."""
    found = []
    for language in LANGUAGES:
        text = resources.files(__package__).joinpath("words", f"sample_{language}.txt").read_text(encoding="utf-8")
        for line in text.splitlines():
            if line[:1] in _LABELS:
                found.append(Labelled(line[2:], language, _LABELS[line[0]]))
    return tuple(found)
