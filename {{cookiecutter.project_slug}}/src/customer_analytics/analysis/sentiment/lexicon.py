"""How a text feels, by word lists that anyone can read and change: words/lexicon_en.txt and words/lexicon_zh.txt.

Each word of feeling counts 1, a strong one 2; an intensifier just before it makes it half as strong again, a weakener
halves it. A negation shortly before it in the same clause turns it round at three quarters of its strength: "not good"
is negative, "not bad" mildly positive. What follows a "but" counts half as much again, what stands before it half. A
phrase of balance ("so-so", 还行) takes all feeling out of its clause. The sum decides: from 0.5 up positive, from -0.5
down negative, neutral between. No model, no network, the same answer every time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from customer_analytics.analysis.sentiment.result import NEGATIVE, NEUTRAL, POSITIVE

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
WEIGHTS = {"strong positive": 2.0, "positive": 1.0, "strong negative": -2.0, "negative": -1.0}
INTENSIFIED, WEAKENED, TURNED = 1.5, 0.5, -0.75
BEFORE_BUT, AFTER_BUT = 0.5, 1.5
BORDER = 0.5
REACH: Mapping[Language, int] = {"en": 4, "zh": 4}  # how far before it a negation is looked for: words, characters
LONGEST_TEXT = 5_000  # characters that are read
LONGEST_PHRASE = 5  # words
TEXTS = 20_000  # remembered with their labels: tags, the report and an earlier day read the same ones

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]{2}")
_ENDS = ".!?;,:\n。！？；，：…~～"
_TOKEN = re.compile(rf"[a-z0-9]+(?:[/'-][a-z0-9]+)*|[{re.escape(_ENDS)}]|[^\w\s]")
_EMOJI = dict.fromkeys("👍😊😍🥰❤👏🎉😀😃😄🙂💯", 2.0) | dict.fromkeys("👎😡😠🤬😞😢😭💩🙁😤", -2.0)


@dataclass(frozen=True)
class Found:
    """One thing in a text, by word (English) or character. `kind`: a section of the word list, or "end" of a clause."""

    kind: str
    start: int
    end: int
    weight: float = 0.0


@dataclass(frozen=True)
class Lexicon:
    """The word list of one language: entry -> section; beginnings of words -> section; for Chinese a pattern."""

    entries: Mapping[str, str]
    beginnings: Mapping[str, str]
    pattern: re.Pattern[str]


def language_of(text: str) -> Language | None:
    """The language that a text is read in: Chinese where at least a third of its letters are Han, English where it has
    Latin words; None: nothing to read, or another script."""
    han = len(_HAN.findall(text))
    letters = sum(character.isalpha() for character in text)
    if han and 3 * han >= letters:
        return "zh"
    return "en" if _LATIN.search(text) else None


@lru_cache(maxsize=TEXTS)
def label_of(text: str, language: Language) -> str:
    """positive, neutral or negative."""
    total = score(text, language)
    return POSITIVE if total >= BORDER else NEGATIVE if total <= -BORDER else NEUTRAL


def score(text: str, language: Language) -> float:
    """The sum of the feeling in a text; 0: none, or as much of one as of the other."""
    found = list(_find_english(text) if language == "en" else _find_chinese(text))
    clauses: list[list[Found]] = [[]]
    buts = []
    for each in found:
        if each.kind in ("end", "contrast"):
            if each.kind == "contrast":
                buts.append(len(clauses))
            clauses.append([])
        else:
            clauses[-1].append(each)
    scores = [_clause_score(clause, REACH[language]) for clause in clauses]
    if not buts:
        return sum(scores)
    return BEFORE_BUT * sum(scores[: buts[0]]) + AFTER_BUT * sum(scores[buts[0] :])


def _clause_score(clause: list[Found], reach: int) -> float:
    if any(each.kind == "neutral" for each in clause):
        return 0.0
    total = 0.0
    for position, each in enumerate(clause):
        if each.kind not in WEIGHTS:
            continue
        weight = each.weight
        before = clause[position - 1] if position else None
        if before is not None and each.start - before.end <= 1:
            weight *= {"intensifier": INTENSIFIED, "weakener": WEAKENED}.get(before.kind, 1.0)
        turned = any(other.kind == "negation" and each.start - other.end < reach for other in clause[:position])
        total += weight * TURNED if turned else weight
    return total


def _find_english(text: str) -> Iterator[Found]:
    """Entries among the words of a text, the longest phrase first."""
    lexicon = load("en")
    words = _TOKEN.findall(text[:LONGEST_TEXT].lower().replace("’", "'"))
    place = 0
    while place < len(words):
        word = words[place]
        if word in _ENDS:
            yield Found("end", place, place + 1)
        elif word in _EMOJI:
            yield Found("positive", place, place + 1, _EMOJI[word])
        else:
            length, kind = _longest(words, place, lexicon)
            if kind is not None:
                yield Found(kind, place, place + length, WEIGHTS.get(kind, 0.0))
            place += length
            continue
        place += 1


def _longest(words: list[str], place: int, lexicon: Lexicon) -> tuple[int, str | None]:
    """(words taken, section) of the longest entry that begins at a word."""
    for length in range(min(LONGEST_PHRASE, len(words) - place), 0, -1):
        kind = match_entry("_".join(words[place : place + length]), lexicon.entries, lexicon.beginnings)
        if kind is not None:
            return length, kind
    return 1, None


def match_entry(word: str, entries: Mapping[str, str], beginnings: Mapping[str, str]) -> str | None:
    """The section of a word or phrase, by itself or by how it begins."""
    if word in entries:
        return entries[word]
    for end in range(len(word), 2, -1):
        if word[:end] in beginnings:
            return beginnings[word[:end]] if "_" not in word[end:] else None
    return None


def _find_chinese(text: str) -> Iterator[Found]:
    """Entries in a text that has no blanks between words: at each place the longest."""
    lexicon = load("zh")
    for match in lexicon.pattern.finditer(text[:LONGEST_TEXT]):
        word = match.group()
        kind = "end" if word in _ENDS else "positive" if word in _EMOJI else lexicon.entries[word]
        weight = _EMOJI.get(word, WEIGHTS.get(kind, 0.0))
        yield Found(kind, match.start(), match.end(), weight)


@cache
def load(language: Language) -> Lexicon:
    """The word list of a language."""
    entries: dict[str, str] = {}
    for section, words in read_sections(f"lexicon_{language}.txt").items():
        for word in words:
            entries.setdefault(word, section)
    beginnings = {word[:-1]: section for word, section in entries.items() if word.endswith("*")}
    longest_first = sorted((*entries, *_ENDS, *_EMOJI), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return Lexicon(entries, beginnings, pattern)


def read_sections(name: str) -> dict[str, list[str]]:
    """The entries of a word list by section, in order."""
    text = resources.files(__package__).joinpath("words", name).read_text(encoding="utf-8")
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            current.extend(line.split())
    return sections
