"""What acting is worth, from the tables and the tested forecasts."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions import choice, tiers
from customer_analytics.analysis.actions.assumed import assumed_terms
from customer_analytics.analysis.actions.choice import choose, do_not_disturb, mends
from customer_analytics.analysis.actions.curve import Cases, ProfitCurve, profit_curve
from customer_analytics.analysis.actions.delay import Delay, delay, out_of_reach
from customer_analytics.analysis.actions.judged import confusion, expected_maximum, needed, other_curves
from customer_analytics.analysis.actions.pilot import Pilot, Pool, design, ledger_rows
from customer_analytics.analysis.actions.reach import reach
from customer_analytics.analysis.actions.result import ActionsResult, counted, empty_result, scores_table
from customer_analytics.analysis.actions.terms import Terms, break_even, expected_profit
from customer_analytics.analysis.actions.undated import undated
from customer_analytics.analysis.actions.value_at_risk import Held, at_risk, held_up
from customer_analytics.analysis.actions.worth import Worth, past_money, worth_from_orders, worth_from_prices
from customer_analytics.analysis.churn.samples import Samples
from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.features.life import CONTRACTS, SNAPSHOT
from customer_analytics.analysis.hazard.result import HazardResult
from customer_analytics.analysis.reasons.result import ReasonsResult
from customer_analytics.analysis.scoring.result import ScoringResult
from customer_analytics.analysis.uplift import assemble as lifting
from customer_analytics.analysis.uplift.hundredths import blocks_of
from customer_analytics.analysis.uplift.result import UpliftResult
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
LONGEST_VALID, SHORTEST_VALID = 30, 7  # days that a score may be used: a third of the horizon within these


@dataclass(frozen=True)
class Known:
    """The tested cut-offs with money, and what follows from them; None where money is not known."""

    tested: Cases
    moments: pd.DataFrame
    worth: Worth | None
    profit: ProfitCurve | None
    held: Held | None


def analyse(
    tables: Tables,
    study: Study,
    scoring: ScoringResult | None,
    reasons: ReasonsResult | None,
    parameters: ChurnParameters,
    samples: Samples | None = None,
    hazard: HazardResult | None = None,
) -> ActionsResult:
    """Profit, tiers, value at risk, cost of delay, actions, the savable and the pilot. See ActionsResult.

    `samples`: people of all past cut-offs, for the value of staying; without them those of the tested ones serve.
    `hazard`: how long contracts last; what is known of those without dates.
    """
    terms = assumed_terms(tables, study.kind, parameters)
    if study.kind == SNAPSHOT:
        return undated(tables, study, hazard, parameters, terms)
    if scoring is None or scoring.reason or not len(scoring.now) or not len(scoring.predictions):
        reason = study.reason or (scoring.reason if scoring is not None else "") or "no_scores"
        return empty_result(tables.as_of, study.windows.horizon_days, terms, reason)
    known = _known(tables, study, scoring, parameters, terms, samples)
    now = scoring.now.sort_values("person_id", kind="stable").reset_index(drop=True)
    moments = pd.DataFrame({"person_id": now["person_id"].astype(str), "cut": study.windows.now})
    past = past_money(tables, known.worth, moments) if known.worth is not None else np.full(len(now), np.nan)
    people = _people(scoring, now, past, known, terms, parameters)
    lifted = lifting.analyse(tables, study, people.frame["person_id"], parameters.seed)
    people = _with_uplift(people, lifted, terms)
    contactable = reach(tables, people.frame["person_id"], study.windows.now)
    why_not = do_not_disturb(people.frame["person_id"], contactable, people.harmed, people.tier, people.selected)
    own_reasons = _reasons(reasons, people.frame["person_id"])
    to_mend = mends(people.tier, own_reasons["family_1"])
    free = (why_not == "") & (to_mend == "")
    pilot = _pilot(people, free, study, parameters, tables.as_of, _pays(known, lifted))
    arm = _arms(pilot, people.frame["person_id"])
    action = choose(why_not, people.tier, people.selected, to_mend, arm, measured=lifted.use or bool(pilot.reason))
    decided = Decided(own_reasons, contactable, why_not, action, pilot)
    return _result(tables, study, known, people, decided, lifted, past, terms)


@dataclass(frozen=True)
class Decided:
    """What is done with whom: reasons and contactable (as reasons and reach give them), why_not, action, and the
    pilot."""

    reasons: pd.DataFrame
    contactable: pd.DataFrame
    why_not: npt.NDArray[np.object_]
    action: npt.NDArray[np.object_]
    pilot: Pilot


@dataclass(frozen=True)
class People:
    """Who is scored now, sorted by id: frame (person_id, probability, low, high, value, order, uplift), tier, who is
    selected by the cut-off, and who is in a group that contacts drove away."""

    frame: pd.DataFrame
    tier: npt.NDArray[np.object_]
    bounds: tiers.Bounds
    selected: Mask
    harmed: Mask


def _known(
    tables: Tables, study: Study, scoring: ScoringResult, parameters: ChurnParameters, terms: Terms,
    samples: Samples | None,
) -> Known:  # fmt: skip
    rows = scoring.predictions.sort_values(["cut", "person_id"], kind="stable").reset_index(drop=True)
    moments = rows[["cut", "person_id", "left"]].assign(person_id=rows["person_id"].astype(str))
    worth = _worth(tables, study, _followed(samples, moments), parameters)
    unknown = np.full(len(rows), np.nan)
    value = worth.values(past_money(tables, worth, moments)) if worth is not None else unknown
    tested = Cases(
        pd.factorize(rows["cut"], sort=True)[0].astype(np.int64), blocks_of(moments["person_id"]),
        rows[scoring.chosen].to_numpy(np.float64), value, rows["left"].to_numpy(np.float64),
    )  # fmt: skip
    if worth is None:
        return Known(tested, moments, None, None, None)
    return Known(tested, moments, worth, profit_curve(tested, terms, parameters.seed), held_up(tested, parameters.seed))


def _worth(tables: Tables, study: Study, moments: pd.DataFrame, parameters: ChurnParameters) -> Worth | None:
    windows, share = study.windows, parameters.margin_share
    by_price = worth_from_prices(tables, share) if study.kind == CONTRACTS else None
    if by_price is not None:
        return by_price
    reach_days = windows.gap_days + windows.horizon_days
    return worth_from_orders(tables, moments, windows.first, windows.now, reach_days, share)


def _followed(samples: Samples | None, moments: pd.DataFrame) -> pd.DataFrame:
    """cut, person_id, left of every past cut-off, also of those that models only learned from."""
    if samples is None or not samples.cuts:
        return moments
    parts = [one.frame[["person_id", "left"]].assign(cut=one.cut) for one in samples.cuts]
    return pd.concat(parts, ignore_index=True).astype({"person_id": str})


def _people(
    scoring: ScoringResult, now: pd.DataFrame, past: Floats, known: Known, terms: Terms, parameters: ChurnParameters
) -> People:
    probability = now["probability"].to_numpy(np.float64)
    value = known.worth.values(past) if known.worth is not None else np.full(len(now), np.nan)
    order = expected_profit(probability, value, terms)
    frame = now.assign(value=value, order=order, uplift=np.nan)
    base = float(known.tested.left.mean())
    pays_from = break_even(float(value.mean()), terms) if known.worth is not None else math.nan
    bounds = tiers.bounds(base, pays_from, known.tested.probability, parameters.minimum_base)
    if scoring.nothing_predicts:
        bounds = tiers.Bounds(math.nan, math.nan, False)
    selected = np.zeros(len(now), dtype=np.bool_)
    if known.profit is not None and known.profit.pays:
        many = int(known.profit.share * len(now) + 0.5)
        selected[np.argsort(-order, kind="stable")[:many]] = True
    return People(frame, bounds.of(probability), bounds, selected, np.zeros(len(now), dtype=np.bool_))


def _with_uplift(people: People, lifted: UpliftResult, terms: Terms) -> People:
    """Where past contacts tell whom a contact changes, that decides in place of the risk."""
    if lifted.qini is None or not lifted.qini.holds:
        return people
    own = people.frame[["person_id"]].merge(lifted.uplift, how="left", on="person_id")
    change, group = own["uplift"].to_numpy(np.float64), own["group"]
    harmed = group.isin(lifted.harmed).to_numpy()
    frame = people.frame.assign(uplift=change)
    if not lifted.use:
        return replace(people, frame=frame, harmed=harmed)
    value = frame["value"].to_numpy(np.float64)
    takers = 1 - frame["probability"].to_numpy(np.float64) + np.maximum(change, 0.0)
    order = change * value - takers * terms.incentive - terms.contact_cost
    worthy = (order > 0) if np.isfinite(value).all() else np.ones(len(frame), dtype=np.bool_)
    selected = group.isin(lifted.savable).to_numpy() & worthy
    return replace(people, frame=frame.assign(order=order), selected=selected, harmed=harmed)


def _pays(known: Known, lifted: UpliftResult) -> bool:
    """Whether an offer may pay: in the tests, by what past contacts changed, or nobody knows for want of money."""
    return known.profit is None or known.profit.pays or lifted.use


def _pilot(people: People, free: Mask, study: Study, parameters: ChurnParameters, as_of: dt.date, pays: bool) -> Pilot:
    pool: Pool = "selected" if (people.selected & free).sum() >= 2 * parameters.minimum_base else "at_risk"
    inside = free & (people.selected if pool == "selected" else people.tier != tiers.LOW)
    if not pays:
        return Pilot("does_not_pay", pool, int(inside.sum()))
    frame = people.frame.assign(tier=people.tier)
    if not np.isfinite(frame["order"].to_numpy(np.float64)).all():
        frame["order"] = frame["probability"]
    days = study.windows.gap_days + study.windows.horizon_days
    return design(frame[inside], pool, parameters.acceptance, parameters.seed, as_of, days)


def _result(
    tables: Tables,
    study: Study,
    known: Known,
    people: People,
    decided: Decided,
    lifted: UpliftResult,
    past: Floats,
    terms: Terms,
) -> ActionsResult:
    frame, worth, pilot = people.frame, known.worth, decided.pilot
    until, free = valid_until(tables.as_of, study), decided.why_not == ""
    scores = scores_table(
        frame, people.tier, decided.reasons, decided.action, until.isoformat(), decided.why_not,
        decided.contactable["channel"],
    )  # fmt: skip
    probability, value = frame["probability"].to_numpy(np.float64), frame["value"].to_numpy(np.float64)
    whole = None
    if worth is not None:
        whole = at_risk(probability, value, known.held, worth.relative_error(probability, past))
    tested = known.tested
    return ActionsResult(
        reason="",
        money_reason="" if worth is not None else "few" if _has_money(tables, study) else "no_money",
        terms=terms, as_of=tables.as_of, horizon_days=study.windows.horizon_days, valid_until=until, scores=scores,
        tiers=_tier_table(people, known, past), bounds=people.bounds,
        actions=counted(scores, "action", choice.ACTIONS), disturb=counted(scores, "do_not_disturb", choice.DISTURB),
        contactable=int(free.sum()), selected=int((people.selected & free).sum()),
        base_rate=float(tested.left.mean()), mean_value=float(value.mean()) if worth is not None else math.nan,
        break_even=break_even(float(value.mean()), terms) if worth is not None else math.nan,
        needed_acceptance=needed(tested, known.profit),
        worth=worth, profit=known.profit, others=other_curves(tested, known.profit, lifted),
        confusion=confusion(tested, known.profit),
        maximum=expected_maximum(tested, terms) if worth is not None else None,
        at_risk=whole, held=known.held, delay=_delay(tables, study, known), uplift=lifted, pilot=pilot,
        ledger=None if pilot.reason else ledger_rows(pilot, _end_of_day(tables)),
    )  # fmt: skip


def valid_until(as_of: dt.date, study: Study) -> dt.date:
    """Last day on which a score may be used: after a third of the horizon, a month at most, the customer has done so
    much since that the score is of somebody else."""
    days = min(max(study.windows.horizon_days // 3, SHORTEST_VALID), LONGEST_VALID)
    return as_of + dt.timedelta(days=days)


def _reasons(reasons: ReasonsResult | None, people: pd.Series) -> pd.DataFrame:
    """reason_1..3 and family_1 of each person, in their order; None where there is none."""
    columns = ["reason_1", "reason_2", "reason_3", "family_1"]
    asked = pd.DataFrame({"person_id": people.to_numpy(dtype=object)})
    if reasons is None or not len(reasons.per_customer):
        return asked.assign(**dict.fromkeys(columns, None))
    own = asked.merge(reasons.per_customer, how="left", on="person_id").reindex(columns=["person_id", *columns])
    return own.astype(object).where(own.notna(), None)


def _arms(pilot: Pilot, people: pd.Series) -> npt.NDArray[np.object_]:
    if pilot.assignment is None:
        return np.full(len(people), "", dtype=object)
    arm = people.map(pilot.assignment.set_index("person_id")["arm"]).fillna("")
    named: npt.NDArray[np.object_] = arm.to_numpy(dtype=object)
    return named


def _tier_table(people: People, known: Known, past: Floats) -> pd.DataFrame:
    frame, worth = people.frame, known.worth
    probability, value = frame["probability"].to_numpy(np.float64), frame["value"].to_numpy(np.float64)
    rows = []
    for name in tiers.TIERS if not math.isnan(people.bounds.medium) else (tiers.UNRANKED,):
        own = people.tier == name
        low = high = math.nan
        if worth is not None and own.any():
            low, high = at_risk(
                probability[own], value[own], known.held, worth.relative_error(probability[own], past[own])
            ).interval
        rows.append(
            (name, int(own.sum()), float(probability[own].sum()), float(value[own].sum()),
             float((probability * value)[own].sum()), low, high, int((people.selected & own).sum()))
        )  # fmt: skip
    columns = ["tier", "customers", "expected", "value", "value_at_risk", "at_risk_low", "at_risk_high", "selected"]
    table = pd.DataFrame(rows, columns=columns)
    last = known.tested.cut == known.tested.cut.max()
    seen = known.tested.probability[last]
    tested = tiers.tested(people.bounds.of(seen), seen, known.tested.left[last], 30)
    return table.merge(tested.rename(columns={"expected": "tested_expected"}), how="left", on="tier")


def _delay(tables: Tables, study: Study, known: Known) -> Delay | None:
    days = out_of_reach(tables, study, known.moments)
    if days is None:
        return None
    tested = known.tested
    money = tested.probability * tested.value if known.worth is not None else tested.probability
    return delay(days, known.moments["cut"].to_numpy(np.int64), tested.block, money, study.windows.now, 0)


def _has_money(tables: Tables, study: Study) -> bool:
    from customer_analytics.analysis.actions.moments import has_money

    return study.kind in ("orders", "activity", "contracts") and has_money(tables)


def _end_of_day(tables: Tables) -> dt.datetime:
    """An arm counts as drawn at the end of the as-of day: nothing that is known of that day came after it."""
    return utc_of_local_midnight(tables.reference_day, tables.zone) - dt.timedelta(seconds=1)
