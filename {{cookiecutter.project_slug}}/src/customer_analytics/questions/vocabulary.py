"""The words of one client: labels and values of tags, and the values that the data bear often enough to be said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from customer_analytics.engagement.tags import TagCatalogue, Words
from customer_analytics.questions import words
from customer_analytics.questions.normal import plain
from customer_analytics.questions.pieces import Piece, quoted

NAMED_OPTIONS = 8  # meanings of one word that are kept
_SHORTEST = 2


@dataclass(frozen=True)
class Known:
    """What the client's data hold. `facts`: text column or tag -> its frequent values; `goods`: ("category" or
    "product" or "campaign" or "event", name); `tags`: names of tags that run; `kinds`: kind of each tag and fact."""

    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    goods: Collection[tuple[str, str]] = ()
    flags: Collection[str] = ()
    numbers: Collection[str] = ()


@dataclass
class Vocabulary:
    """Phrases and their meanings, by first letter, longest first; `texts`: what a quoted text may be compared with."""

    phrases: dict[str, Piece] = field(default_factory=dict)
    by_letter: dict[str, list[str]] = field(default_factory=dict)

    def add(self, phrase: str, piece: Piece, *, replace: bool = True) -> None:
        """Let a phrase mean something; a meaning that is there stays unless `replace`."""
        key = plain(phrase)
        if not key or (not replace and key in self.phrases):
            return
        self.phrases[key] = piece

    def option(self, phrase: str, column: str, value: str) -> None:
        """Let a phrase mean a value of a column; several columns may have it, the first one is meant."""
        key = plain(phrase)
        there = self.phrases.get(key)
        if not key or (there is not None and there.kind != "value"):
            return
        options = () if there is None else there.options
        if (column, value) not in options and len(options) < NAMED_OPTIONS:
            self.phrases[key] = Piece("value", options=(*options, (column, value)))

    def close(self) -> Vocabulary:
        """Sort the phrases for matching."""
        self.by_letter = {}
        for phrase in sorted(self.phrases, key=len, reverse=True):
            self.by_letter.setdefault(phrase[0], []).append(phrase)
        return self


def vocabulary(known: Known, catalogue: TagCatalogue | None) -> Vocabulary:
    """All phrases that a question to this client may hold."""
    made = Vocabulary()
    for phrase, piece in words.fixed():
        made.add(phrase, piece)
    _genders(made, known)
    for text, (tag, value) in words.TIERS.items():
        if tag in known.facts or tag in known.flags:
            rule = f"{tag} = {quoted(value)}" if value else tag
            for phrase in words.phrases(text):
                made.add(phrase, Piece("condition", rule))
    for name, text in words.FACTS.items():
        if name in known.facts:
            for phrase in words.phrases(text):
                made.add(phrase, Piece("fact", name))
    if catalogue is not None:
        _tags(made, known, catalogue)
    for column, values in known.facts.items():
        made.add(column.replace("_", " "), Piece("fact", column), replace=False)
        made.add(column, Piece("fact", column), replace=False)
        for value in values:
            if len(value) >= _SHORTEST:
                made.option(value, column, value)
                if value.isascii() and value[-1:].isalpha() and f"{plain(value)}s" not in made.phrases:
                    made.option(f"{value}s", column, value)  # students
    for what, name in known.goods:
        piece = Piece("act", "did", what=name) if what == "event" else Piece("good", name, what=what)
        made.add(name, piece, replace=False)
        if what == "event":
            made.add(name.replace("_", " "), piece, replace=False)
    return made.close()


def _genders(made: Vocabulary, known: Known) -> None:
    """Words for women and men mean the value that the client writes for them."""
    for text, spellings in words.GENDERS.items():
        value = next((one for one in known.facts.get("gender", ()) if plain(one) in spellings), None)
        if value is not None:
            for phrase in words.phrases(text):
                made.add(phrase, Piece("value", options=(("gender", value),)))


def _tags(made: Vocabulary, known: Known, catalogue: TagCatalogue) -> None:
    """Labels of tags, and of their values."""
    for tag in catalogue.tags:
        name, entry = tag.name, tag.entry
        if entry.for_each is not None:
            continue
        kind, value = (
            ("condition", name)
            if name in known.flags
            else ("measure", name)
            if name in known.numbers
            else ("fact", name)
            if name in known.facts
            else ("", "")
        )
        if not kind:
            continue
        for label in _both(entry.label):
            made.add(label, Piece(kind, value), replace=False)  # type: ignore[arg-type]  # one of three kinds
        for text, shown in entry.values.items():
            for one in _both(shown):
                made.option(one, name, text)
                made.option(one.removesuffix("客户"), name, text)
            made.option(text.replace("_", " "), name, text)


def _both(label: Words) -> Iterable[str]:
    return (label.en, label.zh_CN)
