"""What `analytics tags` shows: the tags by class with their coverage, those skipped with the reason, what to drop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from customer_analytics.engagement.tags import TagClass, Words
from customer_analytics.pipeline.terminal import Terminal

if TYPE_CHECKING:
    from customer_analytics.analysis.tags import Drop, TagPortrait, TagResult

_LONGEST_LABEL = 48


def show_tags(terminal: Terminal, portrait: TagPortrait, language: str, minimum_group: int) -> None:
    """Every tag of the catalogue: what it covers, or why it was skipped."""
    for tag_class in TagClass:
        ran = [tag for tag in portrait.ran if tag.tag_class is tag_class]
        if ran:
            rows = [_ran(tag, language, minimum_group) for tag in ran]
            terminal.table([tag_class.value, "", "customers", "coverage", "newest row", ""], rows, numbers=(2, 3))
            terminal.line()
    if portrait.skipped:
        rows = [[tag.name, tag.tag_class.value, str(tag.reason)] for tag in portrait.skipped]
        terminal.table(["skipped", "class", "because"], rows)
        terminal.line()
    _show_drops(terminal, portrait.drops)
    terminal.line(
        f"{_tags(len(portrait.ran))} of {portrait.customers:,} customers as of {portrait.as_of}, "
        f"{len(portrait.skipped)} skipped."
    )


def _ran(tag: TagResult, language: str, minimum_group: int) -> list[str]:
    label = _short(in_language(tag.label, language))
    if 0 < tag.customers < minimum_group:
        covered = [f"under {minimum_group}", ""]
    else:
        covered = [f"{tag.customers:,}", f"{tag.coverage:.1%}"]
    return [tag.name, label, *covered, str(tag.refreshed_at or ""), "stale" if tag.stale else ""]


def _show_drops(terminal: Terminal, drops: Sequence[Drop]) -> None:
    if not drops:
        return
    because = {"constant": "has one value only", "too_few": "tells too few customers from all others"}
    rows = []
    for drop in drops:
        if drop.because == "same":
            reason = f"says the same as {drop.keep} ({abs(drop.strength or 0):.2f})"
        else:
            reason = because[drop.because]
        rows.append([drop.name, reason])
    terminal.table(["could be dropped", "because it"], rows)
    terminal.line()


def in_language(words: Words, language: str) -> str:
    """A text of the catalogue in the language of the engagement."""
    return words.zh_CN if language == "zh_CN" else words.en


def _tags(number: int) -> str:
    return "1 tag" if number == 1 else f"{number} tags"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_LABEL else line[: _LONGEST_LABEL - 1] + "…"
