"""Lists of customers to contact: only those who may be contacted, and how many were left out.

The rule is that of audiences: where the client records consent, whoever has not given it is left out, and so is whoever
has not said; whoever unsubscribed from any message is left out in any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions.reach import reach
from customer_analytics.report.privacy import ID_COLUMNS

if TYPE_CHECKING:
    from customer_analytics.report.context import Report

# Tables of a report that name customers in order to contact them. All others describe or score: whoever is not to be
# contacted is in them, too.
LISTS: Mapping[str, tuple[str, ...]] = {
    "personas": ("persona_lists/*", "lookalikes", "cdp/*"),
    "rfm": ("segment_lists/*", "due_list"),
    "funnel": ("dropped_off",),
    "retention": ("at_risk_of_lapse",),
    "churn": ("savable", "repurchase_scores", "conversion_scores"),
    "basket_rules": ("reminders_due", "next_best", "buy_again"),
    "campaign_evaluation": ("target",),
}
NAME = "contact_lists"
WHY = ("no_consent", "consent_unknown", "unsubscribed")
_EPOCH = pd.Timestamp("1970-01-01").date()


@dataclass(frozen=True)
class Reachable:
    """The customer tables with lists of those who may be contacted only.

    `counts`: a row a list: list, found, customers (left on it), no_consent, consent_unknown, unsubscribed (left out, by
    the first reason that applies). `left_out`: different customers by reason, over all lists. `records_consent`: the
    client records it.
    """

    tables: Mapping[str, pd.DataFrame]
    counts: pd.DataFrame
    left_out: Mapping[str, int]
    records_consent: bool


def only_reachable(report: Report, tables: Mapping[str, pd.DataFrame]) -> Reachable | None:
    """The customer tables, with those who may not be contacted left out of the lists among them; None without lists."""
    patterns = LISTS.get(report.name, ())
    lists = [name for name in tables if any(fnmatchcase(name, pattern) for pattern in patterns)]
    if not lists:
        return None
    ids = {name: _ids(tables[name]) for name in lists}
    people = pd.Series(pd.unique(pd.concat(ids.values()).dropna()))
    told = reach(report.tables, people, (report.tables.as_of - _EPOCH).days + 1)
    records = report.tables.has("customers", "customer_id", "consent")
    why = pd.Series(_why(told, records), index=told["person_id"])
    kept, rows = dict(tables), []
    for name in lists:
        own = ids[name].map(why).fillna("consent_unknown" if records else "")
        kept[name] = tables[name][(own == "").to_numpy()].reset_index(drop=True)
        different = pd.DataFrame({"id": ids[name], "why": own}).drop_duplicates()["why"].value_counts()
        rows.append((name, int(different.sum()), *(int(different.get(one, 0)) for one in ("", *WHY))))
    return Reachable(
        kept,
        pd.DataFrame(rows, columns=["list", "found", "customers", *WHY]),
        {one: int((why == one).sum()) for one in WHY},
        records,
    )


def _ids(table: pd.DataFrame) -> pd.Series[str]:
    """The customer of each row, as text; missing for a visitor."""
    column = next((name for name in ID_COLUMNS if name in table.columns), None)
    if column is None and not len(table):  # a list of nobody
        return pd.Series(dtype=object)
    found: pd.Series[str] = table[column].astype("string").astype(object)
    return found


def _why(told: pd.DataFrame, records: bool) -> npt.NDArray[np.object_]:
    """Why somebody may not be contacted; empty where nothing speaks against it."""
    consent, gone = told["consent"].to_numpy(np.float64), told["unsubscribed"].to_numpy(np.float64)
    cases = [(consent == 0) & records, np.isnan(consent) & records, gone == 1]
    found: npt.NDArray[np.object_] = np.select(cases, WHY, "").astype(object)
    return found
