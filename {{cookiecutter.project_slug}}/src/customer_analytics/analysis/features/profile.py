"""Origin and profile: what the list of customers says. Only the registration has a time; the rest is as at the export.

Whoever registered at the cut-off or later was not on the list then: nothing is known of them.
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import CATEGORY, FLAG, Block, Feature, Moment
from customer_analytics.analysis.features.life import EPOCH

TABLE = "customers"
ORIGIN = ("acquisition_channel", "acquisition_campaign")
PROFILE = ("gender", "region", "city", "occupation", "income_band")
OLDEST, YOUNGEST = 110, 5  # years: beyond, the year of birth is no year of birth


def blocks(moment: Moment) -> list[Block]:
    """The features of customers; none where there is no list of them."""
    tables = moment.tables
    if not tables.has(TABLE, "customer_id"):
        return []
    customers = tables[TABLE]
    rows = customers.mutate(person_id=customers.customer_id.cast("string"))
    values: dict[str, ir.Value] = {}
    features: list[Feature] = []
    if "signed_up_on" in rows.columns:
        registered = rows.signed_up_on.epoch_days().cast("int32")
        rows = rows.filter((registered < moment.cut).fill_null(True))
        since = ibis.literal(moment.cut) - rows.signed_up_on.epoch_days().cast("int32")
        values["days_since_registration"] = since.max().cast("float64")
        features.append(Feature("days_since_registration", "origin", "days", f"{TABLE}.signed_up_at", actionable=False))
    rows = moment.of_people(rows)
    for name in (*ORIGIN, *PROFILE):
        if f"{TABLE}.{name}" in moment.facts.levels:
            values[name] = rows[name].cast("string").min()
            features.append(_undated(name, "origin" if name in ORIGIN else "profile", "value", CATEGORY))
    if "birth_year" in rows.columns:
        age = (ibis.literal(_year_of(moment.cut)) - rows.birth_year.min()).cast("float64")
        values["age"] = ibis.ifelse((age >= YOUNGEST) & (age <= OLDEST), age, None)
        features.append(_undated("age", "profile", "years", "numeric", f"{TABLE}.birth_year"))
    if "consent" in rows.columns:
        values["consent"] = rows.consent.ifelse(1, 0).min().cast("float64")
        features.append(_undated("consent", "profile", "flag", FLAG))
    own_values, own = moment.facts.own_features(TABLE, rows, "profile", None)
    values |= own_values
    features += own
    if not features:
        return []
    return [Block(tuple(features), rows.group_by("person_id").aggregate(**values))]


def _undated(name: str, family: str, unit: str, kind: str, source: str = "") -> Feature:
    return Feature(name, family, unit, source or f"{TABLE}.{name}", dated=False, actionable=False, kind=kind)


def _year_of(day: int) -> int:
    return (EPOCH + dt.timedelta(days=day)).year
