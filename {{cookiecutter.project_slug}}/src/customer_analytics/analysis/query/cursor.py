"""Reading tokens one by one: look ahead, accept a word, or say what was expected instead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from customer_analytics.analysis.query.tokens import Place, Token, TokenKind, mistake, tokenize
from customer_analytics.engagement.errors import UserError

DEEPEST = 50  # parentheses, nots, ifs and functions inside each other
LONGEST_COUNT = 100_000  # times, customers
LONGEST_DAYS = 36_500


class Cursor:
    """A position in the tokens of one text."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        self._tokens = tokenize(text, where)
        self._position = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._position]

    def is_at_end(self) -> bool:
        """Whether everything has been taken."""
        return self.token.kind is TokenKind.END

    def ahead(self, steps: int) -> Token:
        """The token some steps further on; the END token beyond the end."""
        return self._tokens[min(self._position + steps, len(self._tokens) - 1)]

    @property
    def taken(self) -> Token:
        """The token taken last."""
        return self._tokens[max(self._position - 1, 0)]

    def next(self) -> Token:
        """Take the next token."""
        token = self.token
        if token.kind is not TokenKind.END:
            self._position += 1
        return token

    def place(self, start: Token) -> Place:
        """From a token to the last one taken."""
        return Place(start.place.start, max(self.taken.place.end, start.place.end), self.text)

    def is_word(self, *words: str, steps: int = 0) -> bool:
        """Whether these keywords come next, one after the other."""
        return all(self.ahead(steps + offset).keyword == word for offset, word in enumerate(words))

    def accept(self, *words: str) -> bool:
        """Take these keywords if they come next."""
        if not self.is_word(*words):
            return False
        self._position += len(words)
        return True

    def is_sign(self, *signs: str, steps: int = 0) -> bool:
        """Whether one of these signs comes next."""
        token = self.ahead(steps)
        return token.kind is TokenKind.SIGN and token.value in signs

    def accept_sign(self, *signs: str) -> str | None:
        """Take one of these signs if it comes next."""
        return self.next().value if self.is_sign(*signs) else None

    def expect_sign(self, sign: str, mend: str = "") -> None:
        """Take this sign, or fail."""
        if not self.accept_sign(sign):
            raise self.expected(f"`{sign}`", mend)

    def expect_word(self, word: str, mend: str = "") -> None:
        """Take this keyword, or fail."""
        if not self.accept(word):
            raise self.expected(f"`{word}`", mend)

    def whole_number(self, what: str, lowest: int, highest: int) -> int:
        """Take a whole number within limits."""
        token = self.token
        if token.kind is not TokenKind.NUMBER:
            raise self.expected(what)
        if token.number != int(token.number) or not lowest <= token.number <= highest:
            raise self.mistake(token.place, f"{what} must be a whole number from {lowest} to {highest:,}.")
        self.next()
        return int(token.number)

    def text_or_name(self, what: str) -> str:
        """Take a text in quotes; one bare word will do."""
        if self.token.kind not in (TokenKind.TEXT, TokenKind.NAME, TokenKind.QUOTED_NAME):
            raise self.expected(what)
        return self.next().value

    @contextmanager
    def deeper(self, place: Place) -> Iterator[None]:
        """One level further in; too many are an error."""
        self._depth += 1
        if self._depth > DEEPEST:
            what = f"this is nested more than {DEEPEST} deep."
            raise self.mistake(place, what, "Define tags for its parts and name them here.")
        yield
        self._depth -= 1

    def expected(self, what: str, mend: str = "") -> UserError:
        """An error at the next token."""
        token = self.token
        if token.kind is TokenKind.END:
            return self.mistake(token.place, f"the text ends where {what} is expected.", mend)
        return self.mistake(token.place, f"{_shown(token)} stands where {what} is expected.", mend)

    def mistake(self, place: Place, what: str, mend: str = "") -> UserError:
        """An error at a place."""
        return mistake(place, self.where, what, mend)


def _shown(token: Token) -> str:
    value = token.value if len(token.value) <= 40 else token.value[:39] + "…"
    return f"the text '{value}'" if token.kind is TokenKind.TEXT else f"`{value}`"
