"""What a text is about: the service topics whose words it uses (words/topics.txt). A text may have several, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from customer_analytics.analysis.sentiment.lexicon import Language, match_entry, read_sections

TOPICS = (
    "delivery", "quality", "price", "service", "returns", "payment", "app", "packaging", "fit", "stock", "advice",
)  # fmt: skip
LONGEST_PHRASE = 4  # words
PHRASES = 100_000  # remembered with their topics
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z]+)*")


def topics_of(text: str, language: Language) -> frozenset[str]:
    """The topics of a text, keys of TOPICS."""
    if language == "zh":
        return frozenset(topic for topic, pattern in _chinese().items() if pattern.search(text))
    words = _WORD.findall(text.lower())
    found: set[str] = set()
    for start in range(len(words)):
        for length in range(min(LONGEST_PHRASE, len(words) - start), 0, -1):
            found.update(_of_phrase("_".join(words[start : start + length])))
    return frozenset(found)


@lru_cache(maxsize=PHRASES)
def _of_phrase(phrase: str) -> frozenset[str]:
    """The topics of one English phrase: customers use few words again and again."""
    return frozenset(topic for topic, (entries, begin) in _english().items() if match_entry(phrase, entries, begin))


@cache
def _sections() -> dict[str, list[str]]:
    sections = read_sections("topics.txt")
    assert tuple(sections) == TOPICS
    return sections


@cache
def _chinese() -> dict[str, re.Pattern[str]]:
    return {
        topic: re.compile("|".join(re.escape(word) for word in words if _HAN.search(word)))
        for topic, words in _sections().items()
    }


@cache
def _english() -> dict[str, tuple[Mapping[str, str], Mapping[str, str]]]:
    """For each topic its words and beginnings of words."""
    return {
        topic: (
            {word: topic for word in words if not word.endswith("*")},
            {word[:-1]: topic for word in words if word.endswith("*")},
        )
        for topic, words in _sections().items()
    }
