"""Which columns of the client go into the hazard model and into the curves, and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.mistakes import nearest
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.store import Tables

AGE, COMPLAINT, DISCOUNTED = "age_decades", "early_complaint", "first_order_discounted"
MADE = (AGE, COMPLAINT, DISCOUNTED)  # worked out here, not columns of an export
OF_CUSTOMER = ("acquisition_channel", "consent", "gender", "region", "occupation", "income_band")
EARLY_DAYS = 10  # of being a customer: a complaint within them is an early one
COMPLAINTS = ("complain", "投诉")  # in the topic under which the client files it
LOW_RATING = 2.0
AGES = (14, 110)  # years; others are mistakes
YEAR_DAYS = 365.25
_KEYS = frozenset({"customer_id", "started_at", "ended_at", "started_on", "ended_on", "tenure", "ended"})


@dataclass(frozen=True)
class Source:
    """A column of the model: `name`; `table` "subscriptions", "customers" or "" for what is worked out here."""

    name: str
    table: str


def own_columns(tables: Tables, table: str) -> list[str]:
    """The client's own columns of a table, without the local days that come with times."""
    known = set(SCHEMAS[table].names)
    known |= {name.removesuffix("_at") + "_on" for name in tables[table].columns if name.endswith("_at")}
    return [name for name in tables[table].columns if name not in known]


def contract_sources(tables: Tables, parameters: ChurnParameters) -> list[Source]:
    """The columns of the hazard model of contracts, those first that stay where others follow from them.

    Raises:
        UserError: `covariates` names a column that is not there.
    """
    made = [name for name in MADE if name != DISCOUNTED and can_be_made(tables, name)]
    contract = [name for name in ("plan", *_own_terms(tables, parameters), "price") if name in _columns(tables)]
    customer = [name for name in OF_CUSTOMER if tables.has("customers", "customer_id", name)]
    usual = [Source(name, "subscriptions") for name in contract]
    usual += [Source(name, "customers") for name in customer] + [Source(name, "") for name in made]
    return _asked(tables, parameters, usual, ["subscriptions", "customers"], made)


def life_sources(tables: Tables, parameters: ChurnParameters) -> list[Source]:
    """The columns of the hazard model of lives: only what is known when a customer begins, or shortly after.

    Raises:
        UserError: `covariates` names a column that is not there.
    """
    made = [name for name in MADE if can_be_made(tables, name)]
    customer = [name for name in OF_CUSTOMER if tables.has("customers", "customer_id", name)]
    usual = [Source(name, "customers") for name in customer] + [Source(name, "") for name in made]
    return _asked(tables, parameters, usual, ["customers"], made)


def _columns(tables: Tables) -> Sequence[str]:
    return tuple(tables["subscriptions"].columns)


def _own_terms(tables: Tables, parameters: ChurnParameters) -> list[str]:
    return [name for name in own_columns(tables, "subscriptions") if name != parameters.end_reason]


def _asked(
    tables: Tables, parameters: ChurnParameters, usual: list[Source], places: Sequence[str], made: Sequence[str]
) -> list[Source]:
    """The columns that `covariates` names, each from the first table that has it; else the usual ones."""
    if not parameters.covariates:
        return usual
    there: dict[str, str] = dict.fromkeys(made, "")
    for table in places:
        if tables.has(table, "customer_id"):
            for name in tables[table].columns:
                if name not in _KEYS and name != parameters.end_reason:
                    there.setdefault(name, table)
    # The same list serves contracts and lives: what only contracts have is no mistake, lives do without it.
    elsewhere = set(tables["subscriptions"].columns) if tables.has("subscriptions", "customer_id") else set()
    wrong = [name for name in parameters.covariates if name not in there and name not in elsewhere - _KEYS]
    if wrong:
        raise UserError([_unknown("covariates", name, there) for name in wrong])
    return [Source(name, there[name]) for name in dict.fromkeys(parameters.covariates) if name in there]


def _unknown(parameter: str, name: str, there: Sequence[str] | dict[str, str]) -> Problem:
    meant = nearest(name, there)
    hint = f"Did you mean {meant!r}? " if meant else ""
    what = f"{name!r} is no column of the contracts or the customers."
    return Problem(f"reports.churn.{parameter}", what, f"{hint}Available: {', '.join(sorted(there)) or 'none'}.")


def reason_column(tables: Tables, parameters: ChurnParameters) -> str | None:
    """The column that says why a contract ended; None where none is named.

    Raises:
        UserError: subscriptions have no such column, or there are none.
    """
    wanted = parameters.end_reason.strip()
    if not wanted:
        return None
    if not tables.has("subscriptions", "customer_id"):
        what = f"{wanted!r} would be a column of contracts, and the data hold no table subscriptions."
        raise UserError([Problem("reports.churn.end_reason", what, "Leave it empty, or map the contracts.")])
    if wanted not in tables["subscriptions"].columns:
        raise UserError([_unknown("end_reason", wanted, own_columns(tables, "subscriptions"))])
    return wanted


def with_groups(
    tables: Tables, parameters: ChurnParameters, sources: Sequence[Source], places: Sequence[str]
) -> list[Source]:
    """The columns of the model and those of the tables `places` that only the curves are compared by.

    Raises:
        UserError: `groups` names a column that neither contracts nor customers have.
    """
    found = {
        place: [name for name in tables[place].columns if name not in _KEYS]
        for place in ("customers", "subscriptions")
        if tables.has(place, "customer_id")
    }
    everywhere = list(dict.fromkeys(name for names in found.values() for name in names))
    wrong = [name for name in parameters.groups if name not in everywhere]
    if wrong:
        raise UserError([_unknown("groups", name, everywhere) for name in wrong])
    there = {name: place for place in reversed(places) for name in found.get(place, ())}
    known = {source.name for source in sources}
    extra = [name for name in dict.fromkeys(parameters.groups) if name in there and name not in known]
    return [*sources, *(Source(name, there[name]) for name in extra)]


def group_columns(parameters: ChurnParameters, sources: Sequence[Source]) -> list[str]:
    """Columns that the curves are compared by: those named in `groups`, else plan and the client's own terms of the
    contract that are categories, channel and region."""
    names = [source.name for source in sources if source.table]
    if parameters.groups:
        return [name for name in parameters.groups if name in names]
    terms = [source.name for source in sources if source.table == "subscriptions"]
    own = [name for name in terms if name not in ("plan", "price")]
    wanted = ("plan", *own, "acquisition_channel", "region")
    return [name for name in wanted if name in names]


def can_be_made(tables: Tables, name: str) -> bool:
    """Whether the data hold what a worked-out column needs."""
    if name == AGE:
        return tables.has("customers", "customer_id", "birth_year")
    if name == DISCOUNTED:
        return tables.has("orders", "customer_id", "ordered_at", "discount")
    has_words = tables.has("feedback", "customer_id", "given_on") and (
        tables.has("feedback", "topic") or tables.has("feedback", "rating")
    )
    return has_words and tables.has("customers", "customer_id", "signed_up_on")


def early_complaints(tables: Tables) -> ir.Table:
    """customer_id and complained_on (day number): the first complaint within the first days of being a customer."""
    feedback, customers = tables["feedback"], tables["customers"]
    said = feedback.filter(_is_complaint(feedback)).select("customer_id", day=feedback.given_on.epoch_days())
    own = customers.select("customer_id", since=customers.signed_up_on.epoch_days())
    joined = said.inner_join(own, "customer_id")
    early = joined.filter(joined.day >= joined.since, joined.day <= joined.since + EARLY_DAYS)
    return early.group_by("customer_id").aggregate(complained_on=early.day.min().cast("int32"))


def _is_complaint(feedback: ir.Table) -> ir.BooleanValue:
    """Filed as a complaint; where the client files no topics, rated low."""
    if "topic" in feedback.columns:
        topic = feedback.topic.cast("string").lower()
        found: ir.BooleanValue = ibis.or_(*[topic.contains(word) for word in COMPLAINTS]).fill_null(False)
        return found
    low: ir.BooleanValue = (feedback.rating <= LOW_RATING).fill_null(False)
    return low


def age_decades(birth_year: ir.IntegerValue, start: ir.IntegerValue) -> ir.FloatingValue:
    """Age in decades on a day number; null where it cannot be."""
    years = 1970 + start.cast("float64") / YEAR_DAYS - birth_year.cast("float64") - 0.5
    return ibis.ifelse((years >= AGES[0]) & (years <= AGES[1]), years / 10, None)
