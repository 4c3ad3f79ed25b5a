"""A question cut into pieces: at each place the longest phrase that is known; what is not known is an error."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Sequence

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.questions.normal import Normal, edge, is_han, normal
from customer_analytics.questions.pieces import Piece
from customer_analytics.questions.rules import number_rules
from customer_analytics.questions.times import Rule, time_rules
from customer_analytics.questions.vocabulary import Vocabulary

LONGEST = 500  # letters of a question
WHERE = "the question"
_MOST_PROBLEMS = 5
_QUOTED = re.compile(r"(['\"])([^'\"]{1,100})\1")
_LIKENESS = 0.6


def scan(question: str, vocabulary: Vocabulary, as_of: dt.date) -> tuple[Normal, tuple[Piece, ...]]:
    """The pieces of a question, in order; together they cover all of it but blanks.

    Raises:
        UserError: it is empty or too long, or has words that are not known: all of them, each with its place.
    """
    if len(question) > LONGEST:
        raise UserError([Problem(WHERE, f"has more than {LONGEST} letters.", "Ask in fewer words.")])
    read = normal(question)
    if not read.text.strip(" ?.!,"):
        raise UserError([Problem(WHERE, "is empty.", "`analytics ask --examples` shows what can be asked.")])
    rules = [*time_rules(as_of), *number_rules()]
    pieces: list[Piece] = []
    unknown: list[tuple[int, int]] = []
    place = 0
    while place < len(read.text):
        if read.text[place] == " ":
            place += 1
            continue
        piece = _at(read.text, place, vocabulary, rules)
        if piece is None:
            end = _word_end(read.text, place, vocabulary, rules)
            unknown.append((place, end))
            place = end
        else:
            pieces.append(piece)
            place = piece.end
    if unknown:
        raise UserError([_problem(read, start, end, vocabulary) for start, end in unknown[:_MOST_PROBLEMS]])
    return read, tuple(pieces)


def _at(text: str, place: int, vocabulary: Vocabulary, rules: Sequence[Rule]) -> Piece | None:
    """The piece that begins at a place: the longest, of equally long ones the phrase, then the first rule."""
    if not edge(text, place):
        return None
    best: Piece | None = None
    if match := _QUOTED.match(text, place):
        return Piece("value", what="quoted", value=match[2]).put(place, match.end())
    for phrase in vocabulary.by_letter.get(text[place], ()):
        if text.startswith(phrase, place) and edge(text, place + len(phrase)):
            best = vocabulary.phrases[phrase].put(place, place + len(phrase))
            break
    for pattern, meaning in rules:
        found = pattern.match(text, place)
        if found is None or found.end() <= max(place, best.end if best else 0) or not edge(text, found.end()):
            continue
        try:
            piece = meaning(found)
        except ValueError:
            continue
        if piece is not None:
            best = piece.put(place, found.end())
    return best


def _word_end(text: str, place: int, vocabulary: Vocabulary, rules: Sequence[Rule]) -> int:
    """Where the word that is not known ends: a Latin word at its edge, a Chinese one where a known phrase begins."""
    end = place + 1
    while end < len(text) and text[end] != " " and text[end] not in ",?!.":
        if edge(text, end) and (is_han(text[end]) or is_han(text[place])) and _at(text, end, vocabulary, rules):
            break
        end += 1
    return end


def _problem(read: Normal, start: int, end: int, vocabulary: Vocabulary) -> Problem:
    word = read.text[start:end]
    shown = read.at(start, end)
    near = difflib.get_close_matches(word, vocabulary.phrases, n=1, cutoff=_LIKENESS)
    mend = f'The nearest that is: "{near[0]}".' if near else "`analytics ask --examples` shows what is."
    pointer = f"{read.source}\n{' ' * _columns(read.source[: read.places[start]])}^"
    return Problem(WHERE, f'"{shown}" at letter {read.places[start] + 1} is not understood.', f"{mend}\n{pointer}")


def _columns(text: str) -> int:
    return sum(2 if is_han(letter) or letter > "\u2fff" else 1 for letter in text)
