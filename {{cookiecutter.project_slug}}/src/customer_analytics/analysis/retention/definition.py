"""What is asked of the retention analysis against what the data hold: every `auto` decided, every mistake told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import pandas as pd

from customer_analytics.analysis.retention.attributes import NAMES, group_columns
from customer_analytics.analysis.retention.periods import DAY, MONTH, WEEK, last_complete, number_of
from customer_analytics.analysis.stream.people import is_visitor, person_id
from customer_analytics.analysis.stream.person_days import has_events, has_orders
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.mistakes import nearest
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.engagement.periods import bracket_span
from customer_analytics.tables.store import Tables

NONE = "none"
CUSTOMER_SHARE = 1 / 3  # of the rows with a person: from here on customers are followed alone
MOST_GROUPS = 1_000  # values of a column of customers that people are compared by
ENOUGH_PERIODS = 6  # complete ones, before a longer period is taken
HABIT_DAYS = 3  # people who come back within so many days (median) have weeks rather than months
HABIT_SPAN = 400  # unless the data reach further than this
TRUNCATED_DAYS = 30  # first days of the data in which people look new who are not (D5.6)
USUAL_BRACKETS = {
    DAY: ((1, 1), (2, 3), (4, 7), (8, 14), (15, 30)),
    WEEK: ((1, 1), (2, 4), (5, 8), (9, 13), (14, 26)),
    MONTH: ((1, 1), (2, 3), (4, 6), (7, 12)),
}


@dataclass(frozen=True)
class Asked:
    """Whose activity of which kind is followed."""

    activity: str
    people: str
    rows_without_person: int
    visitors: int
    visitor_rows: int


def ask(tables: Tables, parameters: RetentionParameters) -> Asked:
    """Decide activity and people.

    Raises:
        UserError: something is asked for that the data cannot give, all of it at once.
    """
    _check(tables, parameters)
    available = [name for name, there in (("events", has_events(tables)), ("orders", has_orders(tables))) if there]
    activity: str = parameters.activity
    if not available:
        return Asked(NONE, "customers", 0, 0, 0)
    if activity in ("auto", "any"):
        activity = "any" if len(available) > 1 else available[0]
    nobody, named, anonymous = _rows(tables, activity, parameters.return_events)
    share = named / (named + anonymous) if named + anonymous else 1.0
    people = parameters.people
    if people == "auto":
        people = "customers" if share >= CUSTOMER_SHARE else "everyone"
    left = people == "customers" and anonymous > 0
    visitors = _visitors(tables, parameters.return_events) if left else 0
    return Asked(activity, people, nobody, visitors, anonymous if left else 0)


def _rows(tables: Tables, activity: str, names: Iterable[str]) -> tuple[int, int, int]:
    """Rows of the activity that name nobody, a customer, only a visitor."""
    nobody = named = anonymous = 0
    if activity in ("any", "events"):
        events = tables["events"]
        wanted = sorted(names)
        events = events.filter(events.event.isin(wanted)) if wanted else events
        both = {name: name in events.columns for name in ("customer_id", "visitor_id")}
        customer = events.customer_id.notnull() if both["customer_id"] else ibis.literal(False)
        visitor = events.visitor_id.notnull() if both["visitor_id"] else ibis.literal(False)
        row = events.aggregate(
            every=events.count(),
            named=events.count(where=customer),
            anonymous=events.count(where=~customer & visitor),
        ).to_pandas()
        every, named, anonymous = (int(row[name].iloc[0]) for name in ("every", "named", "anonymous"))
        nobody = every - named - anonymous
    if activity != "events":
        orders = tables["orders"]
        row = orders.aggregate(every=orders.count(), named=orders.customer_id.count()).to_pandas()
        named += int(row["named"].iloc[0])
        nobody += int(row["every"].iloc[0]) - int(row["named"].iloc[0])
    return nobody, named, anonymous


def _visitors(tables: Tables, names: Iterable[str]) -> int:
    events = tables["events"]
    wanted = sorted(names)
    events = events.filter(events.event.isin(wanted)) if wanted else events
    people = events.select(person=person_id(events))
    return int(people.filter(is_visitor(people.person)).person.nunique().to_pandas())


def choose_period(wanted: str, first: int, end: int, gaps: pd.DataFrame) -> str:
    """Day, week or month: the longest of which six are complete; weeks for people who come every few days."""
    if wanted != "auto":
        return wanted
    whole = {period: last_complete(end, period) - number_of(first - 1, period) for period in (WEEK, MONTH)}
    if whole[MONTH] >= ENOUGH_PERIODS and not (end - first < HABIT_SPAN and _median_gap(gaps) <= HABIT_DAYS):
        return MONTH
    return WEEK if whole[WEEK] >= ENOUGH_PERIODS else DAY


def _median_gap(gaps: pd.DataFrame) -> float:
    returned = gaps["returned"].cumsum()
    if not len(gaps) or returned.iloc[-1] == 0:
        return float("inf")
    return float(gaps["gap"].to_numpy()[int((returned >= returned.iloc[-1] / 2).to_numpy().argmax())])


def brackets_of(parameters: RetentionParameters, period: str) -> tuple[tuple[int, int], ...]:
    """The asked brackets, else the usual ones of the period."""
    asked = [bracket_span(bracket) for bracket in parameters.brackets]
    return tuple(span for span in asked if span is not None) or USUAL_BRACKETS[period]


def _check(tables: Tables, parameters: RetentionParameters) -> None:
    problems: list[Problem] = []
    events, orders = has_events(tables), has_orders(tables)
    for what, there in (("events", events), ("orders", orders)):
        needed = parameters.activity == what or (what == "orders" and parameters.activity == "purchases")
        if needed and not there:
            problems.append(_missing("activity", parameters.activity, f"no {what} with a time and a person"))
    if parameters.start == "signed_up" and not tables.has("customers", "customer_id", "signed_up_at"):
        problems.append(_missing("start", "signed_up", "no customers.signed_up_at"))
    if parameters.start == "first_purchase" and not orders:
        problems.append(_missing("start", "first_purchase", "no orders with a time and a customer"))
    if parameters.release_for and parameters.release is None:
        what = "there is no release to compare before and after."
        problems.append(Problem("retention, release_for", what, "Give its day as release, or leave release_for empty."))
    if parameters.return_events:
        problems.extend(_unknown_events(tables, parameters, events))
    problems.extend(_unknown_groups(tables, parameters))
    if problems:
        raise UserError(problems)


def _missing(name: str, value: str, what: str) -> Problem:
    default = RetentionParameters.model_fields[name].default
    return Problem(f"retention, {name}: {value}", f"the data hold {what}.", f"Use {name}: {default}, or load them.")


def _unknown_events(tables: Tables, parameters: RetentionParameters, there: bool) -> list[Problem]:
    where = "retention, return_events"
    if parameters.activity in ("orders", "purchases"):
        what = f"they do not count with activity: {parameters.activity}."
        return [Problem(where, what, "Use activity: events or any, or leave return_events empty.")]
    if not there:
        return [Problem(where, "the data hold no events with a time and a person.", "Leave return_events empty.")]
    known = sorted(str(name) for name in tables["events"].event.as_table().distinct().to_pandas()["event"].dropna())
    problems = []
    for name in parameters.return_events:
        if name not in known:
            near = nearest(name, known)
            hint = f"Did you mean {near}? " if near else ""
            listed = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
            problems.append(Problem(where, f"there is no event {name!r}.", f"{hint}Available: {listed}."))
    return problems


def _unknown_groups(tables: Tables, parameters: RetentionParameters) -> list[Problem]:
    known = group_columns(tables)
    problems = []
    for name in parameters.groups:
        if name not in known:
            near = nearest(name, known)
            hint = f"Did you mean {near}? " if near else ""
            what = f"there is no column {name!r} of people."
            problems.append(Problem("retention, groups", what, f"{hint}Available: {', '.join(known)}."))
        elif name not in NAMES and (values := _values(tables, name)) > MOST_GROUPS:
            what = f"column {name!r} holds {values} different values: free text or an id, no groups."
            mend = f"Use a column with at most {MOST_GROUPS} values, or put its values into classes in the export."
            problems.append(Problem("retention, groups", what, mend))
    return problems


def _values(tables: Tables, name: str) -> int:
    return int(tables["customers"][name].nunique().to_pyarrow().as_py())
