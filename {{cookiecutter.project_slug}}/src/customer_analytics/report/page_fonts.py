"""Which characters a page shows in which face, and the font subsets for them."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

from markupsafe import Markup

from customer_analytics.language import Language
from customer_analytics.report import typefaces
from customer_analytics.report.typefaces import (
    FACES,
    SANS,
    SANS_BOLD,
    SANS_HAN,
    SANS_HAN_BOLD,
    SERIF,
    SERIF_BOLD,
    SERIF_HAN,
    Face,
)

# Always in: then most pages share the same Latin subsets, and a tooltip or a sorted table never lacks a digit.
_BASE = frozenset(map(ord, " !\"#$%&'()*+,-./0123456789:;<=>?@[\\]_{|}~–—‘’“”…·×−→←↑↓↕≥≤≈£€¥")) | frozenset(
    c for first in "aA" for c in range(ord(first), ord(first) + 26)
)
_FIRST_HAN = 0x2E80
# In Chinese these marks are as wide as a character; the Latin faces must not take them.
_HAN_PUNCTUATION = frozenset(map(ord, "—‘’“”…"))

_FROM_STYLE_SHEET = {ord("。")}  # between head and statement of a finding on paper

_SERIF_TAGS = {"h1", "h2", "h3", "caption"}
_SERIF_CLASSES = {"value", "standfirst", "figure-title"}
_BOLD_TAGS = {"strong", "b", "em", "th", "h1", "h2", "h3", "summary", "tfoot", "caption", "thead"}
_REGULAR_IN_CHINESE = {"th", "thead", "dt"}  # as the style sheet has it
_EITHER_TAGS = {"nav", "dt"}  # bold in some places, or while the reader is there
_NEVER_SANS_TAGS = {"h1", "h2", "caption"}  # h3 is sans in some places
_NEVER_SANS_CLASSES = {"figure-title", "value"}
_BOLD_CLASSES = {"label", "kind", "figure-number", "figure-title", "brand", "state", "value", "bold"}
_BOLD_STYLE = re.compile(r"font-weight:\s*(?:[6-9]00|bold)")
_SHOWN_ATTRIBUTES = ("data-label", "data-search")
_VOID = {"meta", "img", "br", "input", "hr", "col", "wbr", "link"}


@dataclass
class Characters:
    """Code points by the way they are shown."""

    chinese: bool
    sans: set[int] = field(default_factory=set)
    bold: set[int] = field(default_factory=set)
    serif: set[int] = field(default_factory=set)
    standfirst: set[int] = field(default_factory=set)  # the one text in the regular serif, in English

    def of(self, face: Face) -> frozenset[int]:
        """What a face has to hold."""
        wanted: dict[Face, set[int]] = {
            SANS: self.sans,
            SANS_BOLD: self.bold,
            SERIF: self.standfirst,
            SERIF_BOLD: self.serif,
            SANS_HAN: self.sans,
            # the serif face has fewer characters; the bold sans stands in for the rest
            SANS_HAN_BOLD: self.bold | (self.serif - typefaces.characters(SERIF_HAN)),
            SERIF_HAN: self.serif,
        }
        if not wanted[face]:
            return frozenset()
        if self.chinese:
            wanted[SANS_HAN_BOLD] |= _FROM_STYLE_SHEET
        shown = frozenset(wanted[face]) | (_BASE if not face.han else frozenset())
        if not face.han:
            return shown - _HAN_PUNCTUATION if self.chinese else shown
        han = frozenset(code for code in shown if _is_han(code) or (self.chinese and code in _HAN_PUNCTUATION))
        return han | {0x20} if han else han


def characters_shown(html: str, language: Language) -> Characters:
    """Read a page and sort its characters by face."""
    reader = _Reader(language.is_chinese)
    reader.feed(html)
    reader.close()
    return reader.found


def font_faces(shown: Characters) -> Markup:
    """The @font-face rules, each with its subset in it."""
    rules = []
    for face in FACES:
        wanted = shown.of(face)
        if wanted:
            data = base64.b64encode(typefaces.page_subset(face, wanted)).decode("ascii")
            rules.append(
                f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-display:swap;'
                f'src:url(data:font/woff2;base64,{data}) format("woff2")}}\n'
            )
    return Markup("".join(rules))


def missing(shown: Characters) -> list[str]:
    """Characters that no vendored face can draw; the reader's own fonts have to."""
    drawable = frozenset().union(*(typefaces.characters(face) for face in FACES))
    everything = shown.sans | shown.bold | shown.serif
    return [chr(code) for code in sorted(everything - drawable) if chr(code).isprintable()]


def _is_han(code: int) -> bool:
    return code >= _FIRST_HAN and code in typefaces.characters(SANS_HAN)


class _Element(NamedTuple):
    tag: str
    serif: bool = False
    bold: bool = False
    hidden: bool = False
    never_sans: bool = False


class _Reader(HTMLParser):
    """Walks through a page and notes each text with the face of its element."""

    def __init__(self, chinese: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Characters(chinese)
        regular = _REGULAR_IN_CHINESE if chinese else set()
        self._bold_tags, self._either_tags = _BOLD_TAGS - regular, _EITHER_TAGS - regular
        self._open: list[_Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the face of an element."""
        values = {name: value or "" for name, value in attrs}
        classes = set(values.get("class", "").split())
        above = self._open[-1] if self._open else _Element("")
        serif = above.serif or tag in _SERIF_TAGS or bool(classes & _SERIF_CLASSES)
        bold = above.bold or tag in self._bold_tags or bool(classes & _BOLD_CLASSES)
        bold = bold or bool(_BOLD_STYLE.search(values.get("style", "")))
        hidden = above.hidden or tag in ("script", "style", "title")
        never_sans = above.never_sans or tag in _NEVER_SANS_TAGS or bool(classes & _NEVER_SANS_CLASSES)
        for name in _SHOWN_ATTRIBUTES:
            self.found.sans |= _codes(values.get(name, ""))
        if tag not in _VOID:
            self._open.append(_Element(tag, serif, bold, hidden, never_sans))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A self-closed element of a drawing holds no text."""

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and what was left open in it."""
        while self._open:
            if self._open.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """Note a text."""
        here = self._open[-1] if self._open else _Element("")
        if here.hidden:
            return
        codes = _codes(data)
        standfirst = here.serif and not here.bold
        if standfirst and not self.found.chinese:
            self.found.standfirst |= codes
        elif here.serif:
            self.found.serif |= codes
        either = any(element.tag in self._either_tags for element in self._open)
        if (here.bold and not here.never_sans) or either:
            self.found.bold |= codes
        if not here.bold or either:
            self.found.sans |= codes


def _codes(text: str) -> set[int]:
    return {ord(character) for character in text if not character.isspace()}
