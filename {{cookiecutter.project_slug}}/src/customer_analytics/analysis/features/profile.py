"""Origin and profile: what the list of customers says. Only the registration has a time; the rest is as at the export.

Whoever registered at the cut-off or later was not on the list then: nothing is known of them.
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import (
    CATEGORY,
    FLAG,
    NUMERIC,
    Block,
    Feature,
    Moment,
    by_person,
    day_of,
)
from customer_analytics.analysis.features.life import EPOCH

TABLE = "customers"
ORIGIN = ("acquisition_channel", "acquisition_campaign")
PROFILE = ("gender", "region", "city", "occupation", "income_band")
OLDEST, YOUNGEST = 110, 5  # years: beyond, the year of birth is no year of birth


def blocks(moment: Moment) -> list[Block]:
    """The features of customers; none where there is no list of them."""
    if not moment.tables.has(TABLE, "customer_id"):
        return []
    customers = moment.tables[TABLE]
    own, own_features, named = moment.facts.own_columns(TABLE, customers, "profile")
    levels = [name for name in (*ORIGIN, *PROFILE) if f"{TABLE}.{name}" in moment.facts.levels]
    told: dict[str, ir.Value] = {name: customers[name].cast("string") for name in levels} | own
    # As a float a year of birth may be anything, also a phone number that came into the wrong column.
    numbers = {"birth_year": "float64", "consent": "int32"}
    told |= {name: customers[name].cast(kind) for name, kind in numbers.items() if name in customers.columns}
    if "signed_up_on" in customers.columns:
        told["registered"] = day_of(customers, "signed_up")
    rows = customers.select(person_id=customers.customer_id.cast("string"), **told)
    rows = rows.filter(rows.person_id.notnull()).inner_join(moment.people, "person_id")
    if "registered" in told:
        rows = rows.filter((rows.registered < rows.cut).fill_null(True))
    values: dict[str, ir.Value] = {name: rows[name].min() for name in (*levels, *own)}
    features = [
        _undated(name, "origin" if name in ORIGIN else "profile", "value", CATEGORY) for name in levels
    ] + own_features
    if "registered" in told:
        values["days_since_registration"] = (rows.cut - rows.registered).max().cast("float64")
        source = f"{TABLE}.signed_up_at"
        features.append(Feature("days_since_registration", "origin", "days", source, actionable=False))
    if "birth_year" in told:
        values["age"] = _age(moment, rows)
        features.append(_undated("age", "profile", "years", NUMERIC, f"{TABLE}.birth_year"))
    if "consent" in told:
        values["consent"] = rows.consent.min().cast("float64")
        features.append(_undated("consent", "profile", "flag", FLAG))
    return [Block(tuple(features), by_person(rows).aggregate(**values).rename(named))] if features else []


def _age(moment: Moment, rows: ir.Table) -> ir.FloatingValue:
    """Years from the year of birth to the year of the cut-off; null where that is no age."""
    years = {cut: (EPOCH + dt.timedelta(days=cut)).year for cut in moment.cuts}
    age = (moment.by_cut(rows, years) - rows.birth_year).max().cast("float64")
    sound: ir.FloatingValue = ibis.ifelse((age >= YOUNGEST) & (age <= OLDEST), age, None)
    return sound


def _undated(name: str, family: str, unit: str, kind: str, source: str = "") -> Feature:
    return Feature(name, family, unit, source or f"{TABLE}.{name}", dated=False, actionable=False, kind=kind)
