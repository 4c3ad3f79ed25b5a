"""Today's customers in the order: whom to contact, and whom a contact does not pay for."""

from __future__ import annotations

import datetime as dt

import ibis
import numpy as np
import pandas as pd

from customer_analytics.analysis.actions.reach import reach
from customer_analytics.analysis.campaigns.facts import Facts
from customer_analytics.analysis.campaigns.histories import described
from customer_analytics.analysis.rfm.customers import EPOCH
from customer_analytics.analysis.targeting.order import PENALTY, TENTHS
from customer_analytics.analysis.targeting.result import NO_GAIN, PUT_OFF, SUPPRESS, TARGET, Last
from customer_analytics.analysis.targeting.trial import Assigned
from customer_analytics.analysis.uplift.learner import fit
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables

PLACES = 6
CONSENT = {1.0: "yes", 0.0: "no"}


def lists(
    tables: Tables, known: Facts, found: Assigned, parameters: CampaignEvaluationParameters, last: Last
) -> tuple[pd.DataFrame, pd.DataFrame, int, int]:
    """TARGET, SUPPRESS, how many are of a kind that was in no campaign, and how many may not be contacted.

    Target: everybody who may be contacted and is not among the last deciles, the largest predicted change first.
    Suppress: those who may be contacted but whom the last deciles advise against.
    """
    people = _today(tables, known, parameters)
    if not len(people):
        return _empty(TARGET), _empty(SUPPRESS), 0, 0
    alike = found.features.alike(people)
    people, left_out = people[alike].reset_index(drop=True), int((~alike).sum())
    final = fit(found.trial, parameters.seed, by_campaign=True, penalties=(PENALTY,))
    edges = np.quantile(final.at(found.trial.x), np.arange(1, TENTHS) / TENTHS)
    change = final.at(found.features.matrix(people))
    decile = TENTHS - np.searchsorted(edges, change, side="left")
    told = reach(tables, people["person_id"], (tables.reference_day - EPOCH).days)
    may = (told["consent"].to_numpy(np.float64) != 0) & (told["unsubscribed"].to_numpy(np.float64) != 1)
    consent = told["consent"].map(CONSENT).fillna("unknown")
    table = pd.DataFrame(
        {"customer_id": people["person_id"], "decile": decile, "change": change.round(PLACES), "consent": consent}
    )
    table = table[may].sort_values(["change", "customer_id"], ascending=[False, True], ignore_index=True)
    quiet = (table["decile"] > TENTHS - last.deciles).to_numpy()
    target, suppress = table[~quiet].reset_index(drop=True), table[quiet].reset_index(drop=True)
    target["rank"] = np.arange(1, len(target) + 1)
    suppress["why"] = PUT_OFF if last.put_off else NO_GAIN
    return target[list(TARGET)], suppress[list(SUPPRESS)], left_out, int((~may).sum())


def _today(tables: Tables, known: Facts, parameters: CampaignEvaluationParameters) -> pd.DataFrame:
    """Everybody known, described at the end of the as-of day; sorted by id."""
    moment: dt.datetime = utc_of_local_midnight(tables.reference_day, tables.zone)
    moments = known.people.select("person_id", start=ibis.timestamp(moment), window_days=ibis.literal(1, "int32"))
    frame: pd.DataFrame = described(tables, moments, parameters, (), known).to_pandas()
    return frame.sort_values("person_id", ignore_index=True)


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))
