"""The industry's own nouns in our sentences: a learner where another industry has a customer.

Only nouns that mean one thing in every sentence are exchanged. "Order" is none in English: a list has an order, too;
in Chinese 订单 is never that. Names of tables and columns stay, and so do values: only the message itself is read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

ENGLISH = ("customer", "product", "basket")
CHINESE = {"customer": "客户", "product": "商品", "basket": "购物篮", "order": "订单"}
MEASURE = "件"  # stands before 商品 in our sentences

Exchanges = tuple[tuple[str, str], ...]  # what to look for, what to say


@dataclass(frozen=True)
class Wording:
    """What an industry says in one language. `titles`: report -> its name there."""

    nouns: Exchanges = ()
    titles: tuple[tuple[str, str], ...] = ()

    def title(self, report: str) -> str:
        """The industry's name of a report; "" where it has none of its own."""
        return dict(self.titles).get(report, "")


_FIELD = re.compile(r"(\{[^{}]*\})")
_VOWEL = re.compile(r"[aio]|e(?!u)|u(?!s|ni)", re.IGNORECASE)  # as it is spoken: a user, a unit
_NOT_THE_NOUN = {"客户": "(?!端|经理|关系)"}


def english(words: Mapping[str, tuple[str, str]]) -> Exchanges:
    """(what to look for, what to say) from noun -> (one, many); nouns of which `ENGLISH` knows nothing are left out."""
    found: list[tuple[str, str]] = []
    for noun, (one, many) in words.items():
        if noun in ENGLISH and (one, many) != (noun, f"{noun}s"):
            found += [(f"{noun}s", many), (noun, one)]
    return tuple(found)


def chinese(words: Mapping[str, tuple[str, str]]) -> Exchanges:
    """(what to look for, what to say) from noun -> (word, its measure word or "")."""
    found: list[tuple[str, str]] = []
    for noun, (word, measure) in words.items():
        ours = CHINESE[noun]
        if measure:
            found.append((f"{MEASURE}{ours}", f"{measure}{word}"))
        if word != ours:
            found.append((ours, word))
    return tuple(found)


OURS = Wording()


@functools.lru_cache(maxsize=20_000)
def reworded(message: str, exchanges: Exchanges) -> str:
    """A message, not yet filled in, with the industry's nouns in place of ours. Fields in braces stay as they are."""
    if not exchanges:
        return message
    pattern, said = _pattern(exchanges), dict(exchanges)
    parts = _FIELD.split(message)
    parts[::2] = [pattern.sub(lambda match: _said(match, said), part) for part in parts[::2]]
    return "".join(parts)


@functools.cache
def _pattern(exchanges: Exchanges) -> re.Pattern[str]:
    latin = [re.escape(ours) for ours, _ in exchanges if ours.isascii()]
    wide = [re.escape(ours) + _NOT_THE_NOUN.get(ours[-2:], "") for ours, _ in exchanges if not ours.isascii()]
    if not latin:
        return re.compile("|".join(f"(?P<noun>{each})" if n == 0 else each for n, each in enumerate(wide)))
    nouns = "|".join(latin)
    # A column or a table (customers.region, customer_id, `customers`) is no word of the sentence.
    return re.compile(rf"(?<![\w.`])(?P<article>an? )?(?P<noun>{nouns})(?![\w`]|\.\w)", re.IGNORECASE)


def _said(match: re.Match[str], said: Mapping[str, str]) -> str:
    whole = match.group(0)
    if whole in said:
        return said[whole]
    article = match.groupdict().get("article") or ""
    noun = whole[len(article) :]
    word = said[noun.lower()]
    if article:
        proper = "an " if _VOWEL.match(word) else "a "
        article = proper.capitalize() if article[0].isupper() else proper
    return article + (word[0].upper() + word[1:] if noun[0].isupper() else word)
