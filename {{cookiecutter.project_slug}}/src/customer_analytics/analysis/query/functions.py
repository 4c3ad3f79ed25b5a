"""Reading functions: of values, `round(x, 2)`, and of a customer's rows, `sum(purchases.net within 90 days)`."""

from __future__ import annotations

from dataclasses import dataclass

from customer_analytics.analysis.query.behaviour import RowConditionParser, ValueParser
from customer_analytics.analysis.query.clauses import parse_when
from customer_analytics.analysis.query.cursor import Cursor
from customer_analytics.analysis.query.nodes import Aggregate, Call, Condition, Value, When
from customer_analytics.analysis.query.tokens import Token, TokenKind, nearest
from customer_analytics.analysis.query.vocabulary import AGGREGATES, CALLS, NEEDS_COLUMN, SOURCES

HIGHEST_PRIOR = 1_000_000.0


@dataclass
class _Clauses:
    where: Condition | None = None
    of: Condition | None = None
    when: When | None = None
    prior: float | None = None


def parse_function(cursor: Cursor, value: ValueParser, row_condition: RowConditionParser) -> Value:
    """A function; its name and the parenthesis are known to come next."""
    start = cursor.next()
    cursor.expect_sign("(")
    if start.keyword in AGGREGATES:
        return _aggregate(cursor, start, row_condition)
    return _call(cursor, start, value)


def _call(cursor: Cursor, start: Token, value: ValueParser) -> Call:
    arguments = [value(cursor)]
    while cursor.accept_sign(","):
        arguments.append(value(cursor))
    cursor.expect_sign(")", "Separate arguments by commas.")
    function = start.keyword
    fewest, most = CALLS[function]
    if not fewest <= len(arguments) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        what = f"`{function}` takes {wanted} arguments, not {len(arguments)}."
        raise cursor.mistake(cursor.place(start), what)
    return Call(function, tuple(arguments), place=cursor.place(start))


def _aggregate(cursor: Cursor, start: Token, row_condition: RowConditionParser) -> Aggregate:
    function = start.keyword
    table = _table(cursor)
    column = _column(cursor) if cursor.accept_sign(".") else None
    if column is None and function in NEEDS_COLUMN:
        raise cursor.expected("`.` and a column", f"For example: {function}({table}.amount)")
    if column is not None and function not in NEEDS_COLUMN:
        what = f"`{function}` counts rows and takes no column."
        raise cursor.mistake(cursor.place(start), what, f"For example: {function}({table} where … within 90 days)")
    clauses = _clauses(cursor, function, row_condition)
    cursor.expect_sign(")", "Join the conditions of a row with `and`; the time window comes last.")
    if function == "share" and clauses.where is None:
        raise cursor.mistake(cursor.place(start), "`share` needs a condition.", f"share({table} where … prior 10)")
    return Aggregate(
        function,
        table,
        column,
        clauses.where,
        clauses.of,
        clauses.when,
        clauses.prior,
        place=cursor.place(start),
    )


def _table(cursor: Cursor) -> str:
    token = cursor.token
    if token.kind is not TokenKind.NAME or token.value not in SOURCES:
        hint = nearest(token.value, SOURCES) or f"There are {', '.join(SOURCES)}."
        raise cursor.expected("a table", hint)
    return cursor.next().value


def _column(cursor: Cursor) -> str:
    if cursor.token.kind not in (TokenKind.NAME, TokenKind.QUOTED_NAME):
        raise cursor.expected("a column")
    return cursor.next().value


def _clauses(cursor: Cursor, function: str, row_condition: RowConditionParser) -> _Clauses:
    clauses = _Clauses()
    while True:
        here = cursor.token
        if cursor.accept("where"):
            if clauses.where is not None:
                raise cursor.mistake(here.place, "a second `where`.", "Join the conditions with `and`.")
            clauses.where = row_condition(cursor, tight=False)
        elif function == "share" and cursor.accept("of"):
            if clauses.of is not None:
                raise cursor.mistake(here.place, "a second `of`.")
            cursor.expect_word("where", "share(order_lines where … of where …)")
            clauses.of = row_condition(cursor, tight=False)
        elif function == "share" and cursor.accept("prior"):
            if clauses.prior is not None:
                raise cursor.mistake(here.place, "a second `prior`.")
            clauses.prior = _prior(cursor)
        elif (window := parse_when(cursor)) is not None:
            if clauses.when is not None:
                raise cursor.mistake(window.place, "the window is given twice.")
            clauses.when = window
        else:
            return clauses


def _prior(cursor: Cursor) -> float:
    token = cursor.token
    if token.kind is not TokenKind.NUMBER or token.number > HIGHEST_PRIOR:
        raise cursor.expected("a number of rows", "prior 10 weighs the base rate like ten rows of the customer")
    return cursor.next().number
