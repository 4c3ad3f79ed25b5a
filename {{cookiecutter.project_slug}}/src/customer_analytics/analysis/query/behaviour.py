"""Reading what customers did, belong to, or rank: `bought category 'Tea' within 30 days`, `in campaign 'Spring'`."""

from __future__ import annotations

from typing import Protocol

from customer_analytics.analysis.query.clauses import parse_often, parse_when
from customer_analytics.analysis.query.cursor import LONGEST_COUNT, Cursor
from customer_analytics.analysis.query.nodes import Behaviour, Condition, Extreme, Member, Often, Value, When
from customer_analytics.analysis.query.tokens import Token, TokenKind, nearest
from customer_analytics.analysis.query.vocabulary import VERBS, Verb


class RowConditionParser(Protocol):
    """Reads the condition after `where`."""

    def __call__(self, cursor: Cursor, *, tight: bool) -> Condition:
        """The condition; tight: one comparison, several stand in parentheses."""


class ValueParser(Protocol):
    """Reads a value."""

    def __call__(self, cursor: Cursor) -> Value:
        """The value."""


def parse_behaviour(cursor: Cursor, row_condition: RowConditionParser, value: ValueParser) -> Condition | None:
    """A behaviour, a membership or an extreme if one comes next."""
    start = cursor.token
    for verb in VERBS.values():
        if cursor.accept(*verb.name.split()):
            return _behaviour(cursor, start, verb, row_condition)
    if cursor.is_word("returned") or cursor.is_word("gave"):
        cursor.next()
        raise cursor.expected("`goods`" if start.keyword == "returned" else "`feedback`")
    if cursor.accept("held"):
        return _held_out(cursor, start)
    if cursor.accept("in"):
        return _member(cursor, start)
    if cursor.is_word("top") or cursor.is_word("bottom"):
        return _extreme(cursor, start, value)
    return None


def _behaviour(cursor: Cursor, start: Token, verb: Verb, row_condition: RowConditionParser) -> Behaviour:
    what, name = _what(cursor, verb)
    where: Condition | None = None
    often: Often | None = None
    when: When | None = None
    while True:
        here = cursor.token
        again = f"a second `{here.value}` for the same verb."
        if cursor.accept("where"):
            if where is not None:
                raise cursor.mistake(here.place, again, "Join the conditions in parentheses: where (… and …).")
            where = row_condition(cursor, tight=True)
        elif (found := parse_often(cursor)) is not None:
            if often is not None:
                raise cursor.mistake(found.place, "the verb already says how often.")
            often = found
        elif (window := parse_when(cursor)) is not None:
            if when is not None:
                raise cursor.mistake(window.place, "the verb already says when.", "Join two verbs with `and`.")
            when = window
        else:
            break
    return Behaviour(verb.name, what, name, where, often, when, place=cursor.place(start))


def _what(cursor: Cursor, verb: Verb) -> tuple[str | None, str | None]:
    """`category 'Tea'` after bought, `campaign 'Spring'` after opened, the event's name after did."""
    if verb.what == ("event",):
        if cursor.token.kind is not TokenKind.TEXT:
            raise cursor.expected("the name of an event in quotes", "For example: did 'add_to_cart' within 7 days")
        return "event", cursor.next().value
    for what in verb.what:
        if cursor.is_word(what):
            cursor.next()
            return what, cursor.text_or_name(f"the name of the {what}")
    token = cursor.token
    if verb.what and token.kind in (TokenKind.TEXT, TokenKind.QUOTED_NAME):
        raise cursor.expected(" or ".join(f"`{what}`" for what in verb.what), f"{verb.name} {verb.what[0]} 'name'")
    if token.kind is TokenKind.NAME and (hint := nearest(token.value, verb.what)):
        raise cursor.expected(" or ".join(f"`{what}`" for what in verb.what), hint)
    return None, None


def _held_out(cursor: Cursor, start: Token) -> Member:
    cursor.expect_word("out", "held out, or held out of 'spring'")
    name = cursor.text_or_name("the name of an audience") if cursor.accept("of") else None
    when = parse_when(cursor)
    return Member("held out", name, None, when, place=cursor.place(start))


def _member(cursor: Cursor, start: Token) -> Member:
    if not cursor.is_word("campaign") and not cursor.is_word("audience"):
        mend = nearest(cursor.token.value, ("campaign", "audience")) or "A list of values needs a fact before `in`."
        raise cursor.expected("`campaign` or `audience`", mend)
    kind = cursor.next().keyword
    name = cursor.text_or_name(f"the name of the {kind}")
    arm = cursor.text_or_name("the name of the arm") if cursor.accept("arm") else None
    when = parse_when(cursor)
    return Member(kind, name, arm, when, place=cursor.place(start))


def _extreme(cursor: Cursor, start: Token, value: ValueParser) -> Extreme:
    end = cursor.next().keyword
    token = cursor.token
    mend = "For example: top 20% by revenue, bottom 500 by recency_days"
    if token.kind is not TokenKind.NUMBER:
        raise cursor.expected("a share or a number of customers", mend)
    percent = cursor.is_sign("%", steps=1)
    if percent:
        cursor.next()
        cursor.next()
        if not 0 < token.number <= 100:
            raise cursor.mistake(token.place, "a share lies above 0% and at most at 100%.", mend)
        amount = token.number
    else:
        amount = float(cursor.whole_number("a number of customers", 1, LONGEST_COUNT * 1_000))
    cursor.expect_word("by", mend)
    return Extreme(end, amount, percent, value(cursor), place=cursor.place(start))
