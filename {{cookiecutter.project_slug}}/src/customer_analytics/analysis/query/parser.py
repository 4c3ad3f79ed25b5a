"""Recursive descent from tokens to nodes: conditions and values in one grammar (docs/guide/query-language.md).

Lowest precedence first: `or`, `and`, `not`, one comparison, `+ -`, `* /`, the sign, and last what stands by itself: a
name, a text, a function, a behaviour, an expression in parentheses.
"""

from __future__ import annotations

from collections.abc import Callable

from customer_analytics.analysis.query import behaviour, functions
from customer_analytics.analysis.query.clauses import is_count_of_units
from customer_analytics.analysis.query.cursor import DEEPEST, Cursor
from customer_analytics.analysis.query.nodes import (
    Among,
    And,
    Arithmetic,
    Between,
    Choice,
    Comparison,
    Condition,
    Date,
    Flag,
    Known,
    Match,
    Name,
    Negative,
    Not,
    Number,
    Or,
    Text,
    Truth,
    Value,
)
from customer_analytics.analysis.query.tokens import Token, TokenKind, nearest
from customer_analytics.analysis.query.vocabulary import FUNCTIONS, RESERVED, VERBS
from customer_analytics.engagement.errors import UserError

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_AND_OR = "Join conditions with `and` or `or`; put the conditions of a row in parentheses: where (… and …)."


def parse_condition(text: str, *, where: str) -> Condition:
    """Read a condition.

    Args:
        text: for example "region = 'North' and not ordered within 90 days".
        where: where the text comes from, for error messages: "audience" or "tags.yml, line 12".

    Raises:
        UserError: the text is no condition; the message shows the word with a caret under it.
    """
    return as_condition(_parse(text, where))


def parse_value(text: str, *, where: str) -> Value:
    """Read a value: a number, text, date or flag for each customer; a condition is a flag.

    Raises:
        UserError: the text is no value; the message shows the word with a caret under it.
    """
    return _parse(text, where)


def as_condition(value: Value) -> Condition:
    """The value itself, or the value taken as a flag."""
    return value if isinstance(value, Condition) else Flag(value, place=value.place)


def parse_expression(cursor: Cursor) -> Value:
    """Anything, from the lowest precedence on."""
    return _chain(cursor, "or", lambda: _chain(cursor, "and", lambda: _negation(cursor), And), Or)


def parse_row_condition(cursor: Cursor, *, tight: bool) -> Condition:
    """The condition after `where`. `tight`: one comparison; several stand in parentheses."""
    return as_condition(_negation(cursor) if tight else parse_expression(cursor))


def parse_sum(cursor: Cursor) -> Value:
    """An expression without comparisons: terms joined by + and -."""
    return _left_to_right(cursor, ("+", "-"), lambda: _left_to_right(cursor, ("*", "/"), lambda: _signed(cursor)))


def _parse(text: str, where: str) -> Value:
    cursor = Cursor(text, where)
    if cursor.is_at_end():
        raise cursor.mistake(cursor.token.place, "there is nothing here.", "For example: region = 'North'")
    value = parse_expression(cursor)
    if not cursor.is_at_end():
        raise _leftover(cursor)
    return value


def _leftover(cursor: Cursor) -> UserError:
    if cursor.is_sign(")"):
        return cursor.mistake(cursor.token.place, "this `)` has no `(` before it.")
    if cursor.is_word("between"):
        return cursor.mistake(cursor.token.place, "a range of a value is written with two dots.", "age 18..24")
    before = cursor.taken
    verbs = (*VERBS, *(verb.split()[0] for verb in VERBS), "in", "top", "bottom", "not", "born")
    if before.kind is TokenKind.NAME and before.keyword not in verbs and (hint := nearest(before.value, verbs)):
        return cursor.mistake(before.place, f"`{before.value}` is no verb.", hint)
    return cursor.expected("`and`, `or` or the end", _AND_OR)


def _chain(cursor: Cursor, word: str, part: Callable[[], Value], join: type[And] | type[Or]) -> Value:
    start = cursor.token
    first = part()
    if not cursor.is_word(word):
        return first
    parts = [as_condition(first)]
    while cursor.accept(word):
        parts.append(as_condition(part()))
    return join(tuple(parts), place=cursor.place(start))


def _negation(cursor: Cursor) -> Value:
    start = cursor.token
    if not cursor.accept("not"):
        return _comparison(cursor)
    with cursor.deeper(start.place):
        part = as_condition(_negation(cursor))
    return Not(part, place=cursor.place(start))


def _comparison(cursor: Cursor) -> Value:
    start = cursor.token
    left = parse_sum(cursor)
    if sign := cursor.accept_sign(*_COMPARISONS):
        right = parse_sum(cursor)
        if cursor.is_sign(*_COMPARISONS):
            mend = "A range is written age 18..24; two comparisons are joined with `and`."
            raise cursor.mistake(cursor.token.place, "comparisons cannot be chained.", mend)
        return Comparison(sign, left, right, place=cursor.place(start))
    if cursor.accept("is"):
        return _known(cursor, start, left)
    if cursor.accept("contains"):
        return Match("contains", left, _text(cursor), place=cursor.place(start))
    for how in ("starts", "ends"):
        if cursor.accept(how, "with"):
            return Match(f"{how} with", left, _text(cursor), place=cursor.place(start))
    if cursor.is_word("in") and cursor.is_sign("(", steps=1):
        cursor.next()
        return Among(left, _options(cursor), place=cursor.place(start))
    if cursor.is_word("not", "in") and cursor.is_sign("(", steps=2):
        cursor.next()
        cursor.next()
        return Among(left, _options(cursor), negated=True, place=cursor.place(start))
    return _range(cursor, start, left)


def _known(cursor: Cursor, start: Token, left: Value) -> Value:
    negated = cursor.accept("not")
    if not cursor.is_word("known") and not cursor.is_word("missing"):
        raise cursor.expected("`known` or `missing`", "Compare with a value by =, for example region = 'North'.")
    known = (cursor.next().keyword == "known") != negated
    return Known(left, known, place=cursor.place(start))


def _text(cursor: Cursor) -> str:
    if cursor.token.kind is not TokenKind.TEXT:
        raise cursor.expected("a text in quotes")
    return cursor.next().value


def _options(cursor: Cursor) -> tuple[Value, ...]:
    cursor.expect_sign("(")
    options = [_literal(cursor)]
    while cursor.accept_sign(","):
        options.append(_literal(cursor))
    cursor.expect_sign(")", "Separate the values by commas.")
    return tuple(options)


def _range(cursor: Cursor, start: Token, left: Value) -> Value:
    """`18..24`, `..24` or `18..` after a value."""
    if cursor.accept_sign(".."):
        return Between(left, None, _literal(cursor), place=cursor.place(start))
    ahead = 1 if cursor.is_sign("-") else 0
    if cursor.ahead(ahead).kind not in (TokenKind.NUMBER, TokenKind.DATE) or is_count_of_units(cursor):
        return left
    ahead += 2 if cursor.is_sign("%", steps=ahead + 1) else 1
    if not cursor.is_sign("..", steps=ahead):
        return left
    low, high = _literal(cursor), None
    cursor.expect_sign("..")
    ahead = 1 if cursor.is_sign("-") else 0
    is_number = cursor.ahead(ahead).kind in (TokenKind.NUMBER, TokenKind.DATE)
    if is_number and not cursor.is_sign("..", steps=ahead + 1) and not is_count_of_units(cursor):
        high = _literal(cursor)
    return Between(left, low, high, place=cursor.place(start))


def _literal(cursor: Cursor) -> Value:
    """A text, number, percentage, date, true or false."""
    start = cursor.token
    sign = -1.0 if cursor.accept_sign("-") else 1.0
    token = cursor.token
    if token.kind is TokenKind.NUMBER:
        return _number(cursor, start, sign)
    if sign < 0:
        raise cursor.expected("a number")
    if token.kind is TokenKind.TEXT:
        return Text(cursor.next().value, place=token.place)
    if token.kind is TokenKind.DATE:
        return Date(cursor.next().date, place=token.place)
    if cursor.is_word("true") or cursor.is_word("false"):
        return Truth(cursor.next().keyword == "true", place=token.place)
    raise cursor.expected("a text in quotes, a number or a day")


def _number(cursor: Cursor, start: Token, sign: float = 1.0) -> Number:
    number = sign * cursor.next().number
    if cursor.accept_sign("%"):
        number /= 100
    return Number(number, place=cursor.place(start))


def _left_to_right(cursor: Cursor, signs: tuple[str, ...], operand: Callable[[], Value]) -> Value:
    start = cursor.token
    left = operand()
    length = 0
    while not _begins_range(cursor) and (sign := cursor.accept_sign(*signs)):
        length += 1
        if length > DEEPEST:
            raise cursor.mistake(start.place, f"this calculation has more than {DEEPEST} terms.")
        left = Arithmetic(sign, left, operand(), place=cursor.place(start))
    return left


def _begins_range(cursor: Cursor) -> bool:
    """Whether `-3..5` comes next: the range of what stands before it, not a subtraction."""
    if not cursor.is_sign("-") or cursor.ahead(1).kind is not TokenKind.NUMBER:
        return False
    return cursor.is_sign("..", steps=3 if cursor.is_sign("%", steps=2) else 2)


def _signed(cursor: Cursor) -> Value:
    start = cursor.token
    if not cursor.accept_sign("-"):
        return _primary(cursor)
    with cursor.deeper(start.place):
        value = _signed(cursor)
    if isinstance(value, Number):
        return Number(-value.value, place=cursor.place(start))
    return Negative(value, place=cursor.place(start))


def _primary(cursor: Cursor) -> Value:
    token = cursor.token
    if token.kind is TokenKind.NUMBER:
        return _number(cursor, token)
    if token.kind in (TokenKind.TEXT, TokenKind.DATE) or token.keyword in ("true", "false"):
        return _literal(cursor)
    if token.kind is TokenKind.QUOTED_NAME:
        cursor.next()
        return Name(token.value, place=token.place)
    if cursor.is_sign("("):
        cursor.next()
        with cursor.deeper(token.place):
            value = parse_expression(cursor)
        cursor.expect_sign(")", _AND_OR)
        return value
    if cursor.accept("if"):
        return _choice(cursor, token)
    if token.kind is TokenKind.NAME:
        if cursor.is_sign("(", steps=1) and token.keyword in FUNCTIONS:
            with cursor.deeper(token.place):
                return functions.parse_function(cursor, parse_expression, parse_row_condition)
        with cursor.deeper(token.place):
            found = behaviour.parse_behaviour(cursor, parse_row_condition, parse_sum)
        if found is not None:
            return found
        return _name(cursor)
    raise cursor.expected("a fact, a tag, a verb or a value")


def _name(cursor: Cursor) -> Value:
    token = cursor.token
    if cursor.is_sign("(", steps=1):
        hint = nearest(token.value, FUNCTIONS) or f"There are {', '.join(FUNCTIONS)}."
        raise cursor.mistake(token.place, f"there is no function `{token.value[:40]}`.", hint)
    if token.keyword in RESERVED:
        mend = f"A fact or tag of this name is written in backticks: `{token.value}`."
        raise cursor.expected("a fact, a tag, a verb or a value", mend)
    cursor.next()
    name = "birth_year" if token.keyword == "born" else token.value
    return Name(name, place=token.place)


def _choice(cursor: Cursor, start: Token) -> Value:
    with cursor.deeper(start.place):
        condition = as_condition(parse_expression(cursor))
        cursor.expect_word("then")
        then = parse_expression(cursor)
        otherwise = parse_expression(cursor) if cursor.accept("else") else None
    return Choice(condition, then, otherwise, place=cursor.place(start))
