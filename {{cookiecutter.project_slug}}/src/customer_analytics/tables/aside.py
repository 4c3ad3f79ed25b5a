"""Rows set aside: counted by reason, checked against the tolerance, given their lines, and written to a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from customer_analytics.engagement.errors import Problem
from customer_analytics.engagement.settings import SourceFormat
from customer_analytics.schema import Kind
from customer_analytics.tables.column_plan import ColumnPlan
from customer_analytics.tables.formats import Head
from customer_analytics.tables.load_log import Example, Reason
from customer_analytics.tables.mapping import name_of
from customer_analytics.tables.one_pass import FILE, REASON, ROW
from customer_analytics.tables.places import lines_of, rejected
from customer_analytics.tables.quoting import quoted
from customer_analytics.tables.source_load import UNREAD, WORTH, Outcome, Work

EXAMPLES = 3
LONGEST_VALUE = 40
# Kinds of reasons that speak for a wrong mapping rather than for a decision.
UNWANTED = ("unreadable", "missing", "ragged", "damaged")


@dataclass
class Aside:
    """What was set aside from a source, by reason in the order of the reasons."""

    rows: dict[str, int] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    unread_money: int = 0
    unclosed: list[tuple[str, int]] = field(default_factory=list)  # file and line of quotation marks

    @property
    def total(self) -> int:
        """All rows set aside."""
        return sum(self.rows.values())


def count_aside(work: Work, outcome: Outcome) -> Aside:
    """Rows and money set aside by reason, with the first examples of each."""
    aside = Aside()
    _count_rejects(work, outcome, aside)
    if outcome.aside is None:
        return aside
    table = outcome.aside
    by_reason = table.group_by(REASON).agg(rows=table.count(), money=table[WORTH].sum(), unread=table[UNREAD].sum())
    for entry in by_reason.order_by(REASON).to_pyarrow().to_pylist():
        reason = outcome.reasons[entry[REASON]]
        aside.rows[reason.name] = aside.rows.get(reason.name, 0) + entry["rows"]
        aside.money[reason.name] = aside.money.get(reason.name, Decimal(0)) + (entry["money"] or Decimal(0))
        aside.unread_money += int(entry["unread"] or 0)
        if reason not in aside.reasons:
            aside.reasons.append(reason)
    _find_examples(work, outcome, aside)
    return aside


def tolerance_problems(work: Work, outcome: Outcome, aside: Aside) -> list[Problem]:
    """Above the tolerance the mapping is probably wrong: one problem for each reason, with its values."""
    if aside.unclosed:
        return [_unclosed(*place) for place in aside.unclosed[:EXAMPLES]]
    rows_in = outcome.rows_kept + aside.total
    unwanted = [reason for reason in aside.reasons if reason.kind in UNWANTED]
    share = sum(aside.rows[reason.name] for reason in unwanted) / rows_in if rows_in else 0.0
    if share <= work.source.tolerance:
        return []
    plans = {plan.ours: plan for plan in outcome.plans}
    problems = []
    for reason in sorted(unwanted, key=lambda one: -aside.rows[one.name]):
        first = [example for example in aside.examples if example.reason == reason.name]
        place = f"{first[0].file}, line {first[0].line}" if first else name_of(work.source)
        values = ", ".join(dict.fromkeys(quoted(one.value, work.source.table) for one in first if one.value))
        problems.append(
            Problem(place, _what(reason, plans, aside.rows[reason.name], rows_in, values), _mend(reason, plans))
        )
    return problems


def _what(reason: Reason, plans: dict[str, ColumnPlan], rows: int, rows_in: int, values: str) -> str:
    share = f"{rows:,} of {rows_in:,} rows"
    if reason.kind == "unreadable":
        plan = plans[reason.column]
        named = f", for example {values}" if values else ""
        return f"column {plan.theirs!r} cannot be read as {reason.column} ({plan.kind}) in {share}{named}."
    if reason.kind == "missing":
        return f"column {plans[reason.column].theirs!r} for {reason.column} is empty in {share}."
    if reason.kind == "ragged":
        return f"{share} do not have as many values as the header."
    return f"{share} hold characters that do not belong to the file's encoding."


def _mend(reason: Reason, plans: dict[str, ColumnPlan]) -> str:
    if reason.kind == "unreadable":
        plan = plans[reason.column]
        if plan.kind in (Kind.TIME, Kind.DATE):
            return f'Map another column, or state how it is written: formats: {{{reason.column}: "%d.%m.%Y"}}.'
        return "Map another column, add a value mapping, or raise `tolerance:` to set these rows aside."
    if reason.kind == "missing":
        theirs = plans[reason.column].theirs
        return (
            "Map another column, or set these rows aside on purpose: set_aside: "
            f"[{{reason: no {reason.column}, when: [{{column: {theirs}, missing: true}}]}}]."
        )
    if reason.kind == "ragged":
        return "Check `delimiter:` and `skip_lines:`, or raise `tolerance:`."
    return "State the file's `encoding:`, for example gb18030 or latin-1."


def _count_rejects(work: Work, outcome: Outcome, aside: Aside) -> None:
    heads = {head.name: head for head in work.raw.heads.values()}
    for reason, file, line, text in rejected(work, outcome):
        if _swallows_rows(text, heads[file]):
            aside.unclosed.append((file, line))
        if reason not in aside.reasons:
            aside.reasons.append(reason)
            aside.money[reason.name] = Decimal(0)
        aside.rows[reason.name] = aside.rows.get(reason.name, 0) + 1
        aside.unread_money += 1
        if sum(example.reason == reason.name for example in aside.examples) < EXAMPLES:
            aside.examples.append(Example(reason.name, file, line))


def _swallows_rows(text: str, head: Head) -> bool:
    """Whether lines after the first of a rejected row are rows themselves: they would be lost without being counted."""
    if head.format != SourceFormat.CSV or head.sheet:
        return False
    return any(line.count(head.delimiter) == len(head.columns) - 1 for line in text.splitlines()[1:])


def _unclosed(file: str, line: int) -> Problem:
    what = "a quotation mark is not closed, and the rows after it are read as one value."
    return Problem(f"{file}, line {line}", what, "Close or double it in the export, or ask for the file again.")


def _find_examples(work: Work, outcome: Outcome, aside: Aside) -> None:
    table = outcome.aside
    assert table is not None
    plans = {plan.ours: plan for plan in outcome.plans}
    found: list[tuple[Reason, dict[str, Any]]] = []
    for i, reason in enumerate(outcome.reasons):
        if reason.name in aside.rows:
            first = table.filter(table[REASON] == i).order_by(ROW).limit(EXAMPLES)
            found += [(reason, entry) for entry in first.to_pyarrow().to_pylist()]
    lines = lines_of(work.raw, outcome, [entry for _, entry in found])
    for reason, entry in found:
        plan = plans.get(reason.column)
        value = str(entry[plan.source] or "")[:LONGEST_VALUE] if plan and reason.kind == "unreadable" else ""
        line = lines[entry[FILE], entry[ROW]]
        aside.examples.append(Example(reason.name, work.raw.name_of(entry[FILE]), line, reason.column, value))
