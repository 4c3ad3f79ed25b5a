"""From everyone who meets the condition to everyone who may be contacted: each step counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.analysis.assignment.strata import value_classes
from customer_analytics.analysis.rfm import customers as base
from customer_analytics.analysis.rfm.lifecycle import rhythm
from customer_analytics.audiences import facts
from customer_analytics.audiences.facts import Earlier
from customer_analytics.audiences.options import Request
from customer_analytics.tables.store import Tables

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
MINIMUM_GAPS = 30  # repeat purchases from which a rhythm can be told
USUAL_DAYS = 90  # active where there is no rhythm to go by
BETWEEN = "; "


@dataclass(frozen=True)
class Counts:
    """Customers at each step. matched = all that follow, from `no_consent` to `final`, with `left_out_held_out`.

    `marked_held_out`: on the list although held out of an earlier audience, and marked there.
    """

    matched: int
    no_consent: int
    unknown_consent: int
    unsubscribed: int
    over_contact_cap: int
    left_out_held_out: int
    marked_held_out: int
    final: int


@dataclass(frozen=True)
class Overlap:
    """Customers of this list, both arms, who are on an earlier audience that still holds; `held_out`: of it."""

    audience: str
    customers: int
    share: float
    held_out: int


@dataclass(frozen=True)
class Worth:
    """Net money of the list in the last `days` days, and of all orders in the same days."""

    money: float
    all_money: float
    days: int = facts.VALUE_DAYS

    @property
    def share(self) -> float:
        """Share of all net money; NaN where there was none."""
        return self.money / self.all_money if self.all_money > 0 else float("nan")


@dataclass(frozen=True)
class Selection:
    """The list before the draw, one row a customer, in the order of the ids' bytes.

    `frame`: customer_id, held_out_of and the columns asked for. `keys`: what the strata are made of. `measures`: what
    the arms are compared on. `knows_consent`: the client records consent. `knows_contacts`: something says who was
    contacted. `active_days`: days since the last purchase up to which a customer counts as active in the strata; None
    where the strata are others.
    """

    frame: pd.DataFrame
    counts: Counts
    overlaps: tuple[Overlap, ...]
    worth: Worth | None
    keys: Mapping[str, pd.Series]
    measures: Mapping[str, Floats]
    knows_consent: bool
    knows_unsubscribed: bool
    knows_contacts: bool
    active_days: int | None


def select(tables: Tables, matched: ir.Table, ledger: ir.Table | None, request: Request) -> Selection:
    """Apply consent, contact cap and earlier holdouts to those who meet the condition.

    Args:
        tables: the tables on their as-of date.
        matched: customer_id of everyone who meets the condition, each once, with the columns that the request names.
        ledger: earlier assignments, as `open_ledger` gives them.
        request: what was asked for.
    """
    joined, earlier = _joined(tables, matched, ledger, request)
    frame = _crossed(joined)
    frame, counts = _kept(frame, request, earlier)
    money = _numbers(frame, facts.YEAR)
    has_orders = facts.has_orders(tables)
    pace = _active_days(tables) if has_orders and request.share and not request.strata else None
    worth = None
    if has_orders:
        total = facts.all_money(tables).to_pyarrow().as_py()
        worth = Worth(round(float(np.nansum(money)), 2), round(float(total or 0.0), 2))
    overlaps = _overlaps(frame, earlier, request.name)
    asked = _asked(request)
    listed = frame[["customer_id", "held_out_of", *(asked[name] for name in request.columns)]]
    return Selection(
        frame=listed.set_axis(["customer_id", "held_out_of", *request.columns], axis=1),
        counts=counts,
        overlaps=overlaps,
        worth=worth,
        keys=_keys(frame, request, tables, pace),
        measures=_measures(frame, tables),
        knows_consent=facts.CONSENT in frame.columns,
        knows_unsubscribed=facts.UNSUBSCRIBED in frame.columns,
        knows_contacts=request.contact_cap is None or facts.CONTACTS in frame.columns,
        active_days=pace,
    )


def _joined(
    tables: Tables, matched: ir.Table, ledger: ir.Table | None, request: Request
) -> tuple[ir.Table, tuple[Earlier, ...]]:
    """Everything that is known of the matched, still in the engine."""
    parts = [facts.consent(tables), facts.unsubscribed(tables), facts.money(tables)]
    if request.contact_cap is not None:
        parts.append(facts.contacts(tables, ledger, request.contact_cap, request.name))
    earlier: tuple[Earlier, ...] = ()
    if ledger is not None and (names := facts.earlier_names(ledger, tables.as_of)):
        arms, earlier = facts.arms(ledger, names, request.name, tables.as_of)
        parts.append(arms)
    joined = matched.select("customer_id", **{column: matched[name] for name, column in _asked(request).items()})
    for part in parts:
        if part is not None:
            joined = joined.left_join(part, "customer_id", rname="__right_{name}").drop("__right_customer_id")
    return joined, earlier


def _asked(request: Request) -> dict[str, str]:
    """The columns of the list and its strata, by number: a client's column may have any name, also one of ours."""
    return {name: f"_{place}" for place, name in enumerate(dict.fromkeys((*request.columns, *request.strata)))}


def _crossed(joined: ir.Table) -> pd.DataFrame:
    """The crossing into pandas, in the order of the ids' bytes: engines sort texts each in their own way."""
    table: pa.Table = joined.to_pyarrow()
    ids = table["customer_id"].combine_chunks().cast(pa.string())
    frame: pd.DataFrame = table.take(pc.array_sort_indices(ids)).to_pandas()
    return frame


def _kept(frame: pd.DataFrame, request: Request, earlier: Sequence[Earlier]) -> tuple[pd.DataFrame, Counts]:
    """Those who stay, with their held_out_of, and how many left at each step."""
    everyone = np.ones(len(frame), dtype=np.bool_)
    consent = _numbers(frame, facts.CONSENT) if facts.CONSENT in frame.columns else np.ones(len(frame))
    contacts = np.nan_to_num(_numbers(frame, facts.CONTACTS))
    limit = request.contact_cap.limit if request.contact_cap else np.inf
    frame = frame.assign(held_out_of=_held_out_of(frame, earlier))
    held = frame["held_out_of"].to_numpy() != ""
    steps = {
        "no_consent": consent == 0,
        "unknown_consent": np.isnan(consent),
        "unsubscribed": _numbers(frame, facts.UNSUBSCRIBED) == 1,
        "over_contact_cap": contacts >= limit,
        "left_out_held_out": held & request.exclude_held_out,
    }
    left, counted = everyone, {}
    for name, leaves in steps.items():
        counted[name] = int((left & leaves).sum())
        left = left & ~leaves
    counts = Counts(matched=len(frame), **counted, marked_held_out=int((left & held).sum()), final=int(left.sum()))
    return frame[left].reset_index(drop=True), counts


def _held_out_of(frame: pd.DataFrame, earlier: Sequence[Earlier]) -> npt.NDArray[np.object_]:
    """Names of the earlier audiences that each customer is held out of, joined; empty for most."""
    codes, texts = np.zeros(len(frame), dtype=np.int64), [""]
    for one in earlier:
        held = (_numbers(frame, one.held_out) == 1).astype(np.int64)
        if not held.any():
            continue
        pairs, codes = np.unique(2 * codes + held, return_inverse=True)
        texts = [
            BETWEEN.join(filter(None, (texts[pair // 2], one.name))) if pair % 2 else texts[pair // 2]
            for pair in pairs.tolist()
        ]
    named: npt.NDArray[np.object_] = np.array(texts, dtype=object)[codes]
    return named


def _overlaps(frame: pd.DataFrame, earlier: Sequence[Earlier], name: str) -> tuple[Overlap, ...]:
    found = []
    for one in earlier:
        here = int((_numbers(frame, one.on_list) == 1).sum())
        held = int((_numbers(frame, one.held_out) == 1).sum())
        if one.name != name:
            found.append(Overlap(one.name, here, here / len(frame) if len(frame) else 0.0, held))
    return tuple(found)


def _keys(frame: pd.DataFrame, request: Request, tables: Tables, active_days: int | None) -> dict[str, pd.Series]:
    """What the strata are made of: the columns asked for, else value class and activity where there are orders."""
    if request.strata:
        return {name: frame[_asked(request)[name]] for name in request.strata}
    if active_days is None:
        return {}
    recency = base.day_number(tables.reference_day) - _numbers(frame, facts.LAST)
    bought = np.isfinite(recency)
    active = pd.Series(np.where(bought & (recency <= active_days), "active", "not active"))
    return {"value": value_classes(np.where(bought, _numbers(frame, facts.MONEY), np.nan)), "activity": active}


def _measures(frame: pd.DataFrame, tables: Tables) -> dict[str, Floats]:
    if facts.YEAR not in frame.columns:
        return {}
    recency = base.day_number(tables.reference_day) - _numbers(frame, facts.LAST)
    return {
        "net_money_365_days": np.nan_to_num(_numbers(frame, facts.YEAR)),
        "net_money_ever": np.nan_to_num(_numbers(frame, facts.MONEY)),
        "recency_days": recency,
    }


def _active_days(tables: Tables) -> int:
    """Days within which three in four repeat purchases came, as in the RFM report; 90 where there are too few."""
    pace = rhythm(base.gap_table(base.customer_days(tables)), MINIMUM_GAPS)
    return USUAL_DAYS if pace is None else pace.active_days


def _numbers(frame: pd.DataFrame, column: str) -> Floats:
    """A column as floats; NaN for nothing, and everywhere where there is no such column."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
