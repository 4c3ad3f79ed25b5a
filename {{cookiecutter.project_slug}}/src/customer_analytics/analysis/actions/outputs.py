"""What acting leaves for machines: metrics, the tables behind the charts, the lists of customers."""

from __future__ import annotations

import math

import pandas as pd

from customer_analytics.analysis.actions.choice import LOW_RISK
from customer_analytics.analysis.actions.result import ActionsResult
from customer_analytics.analysis.actions.tiers import TIERS
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
LEAST = 30  # scored people below whom nothing is said of all of them together (D0.2)
CAMPAIGN_COUNTS = ("followed", "treated_n", "treated_stayed", "control_n", "control_stayed")
COUNTS = ("customers", "control", "selected", "n", "left")
MONEY, MONEY_PLACES = ("value", "value_at_risk", "at_risk_low", "at_risk_high"), 2


def metrics(result: ActionsResult | None) -> Metrics:
    """Flat name -> number; None where not estimable. Money in the engagement's currency, shares as fractions."""
    numbers: Metrics = {
        "value_at_risk": None, "value_at_risk_low": None, "value_at_risk_high": None, "value_mean": None,
        "break_even": None, "needed_acceptance": None, "profit_share": None, "profit_share_low": None,
        "profit_share_high": None, "profit": None, "profit_low": None, "profit_high": None, "pays": None,
        "expected_maximum_profit": None, "delay_week": None, "delay_week_low": None, "delay_week_high": None,
        "contactable": 0, "selected": 0, **{f"tier.{name}": 0 for name in TIERS}, **_tests(result),
    }  # fmt: skip
    if result is None:
        return numbers
    numbers |= {"contactable": result.contactable, "selected": result.selected}
    enough = len(result.scores) >= LEAST
    if result.is_money and enough:
        numbers |= {
            "value_mean": _known(result.mean_value), "break_even": _finite(result.break_even),
            "needed_acceptance": _known(result.needed_acceptance),
        }  # fmt: skip
    if result.at_risk is not None and enough:
        low, high = result.at_risk.interval
        numbers |= {
            "value_at_risk": _known(result.at_risk.expected), "value_at_risk_low": _known(low),
            "value_at_risk_high": _known(high),
        }  # fmt: skip
    if result.profit is not None:
        found = result.profit
        numbers |= {
            "profit_share": found.share, "profit_share_low": found.share_interval.low,
            "profit_share_high": found.share_interval.high, "profit": found.profit,
            "profit_low": found.profit_interval.low, "profit_high": found.profit_interval.high, "pays": int(found.pays),
        }  # fmt: skip
    if result.maximum is not None:
        numbers["expected_maximum_profit"] = _known(result.maximum.profit)
    if result.delay is not None:
        share, (low, high) = result.delay.first
        numbers |= {"delay_week": share, "delay_week_low": low, "delay_week_high": high}
    if not enough:
        return numbers
    by_tier = dict(zip(result.tiers["tier"], result.tiers["customers"], strict=True))
    numbers |= {f"tier.{name}": int(by_tier.get(name, 0)) for name in TIERS}
    return numbers


def _tests(result: ActionsResult | None) -> Metrics:
    """Of past contacts and of the next one."""
    lifted, pilot = (result.uplift, result.pilot) if result is not None else (None, None)
    found: Metrics = {
        "campaigns_sound": lifted.pooled if lifted is not None else 0, "acceptance_measured": None,
        "acceptance_measured_low": None, "acceptance_measured_high": None, "qini": None, "qini_low": None,
        "qini_high": None, "pilot": None, "pilot_detectable": None, "pilot_needed": None,
    }  # fmt: skip
    if lifted is not None:
        found |= {
            "acceptance_measured": _known(lifted.kept), "acceptance_measured_low": _known(lifted.kept_interval.low),
            "acceptance_measured_high": _known(lifted.kept_interval.high),
        }  # fmt: skip
        if lifted.qini is not None:
            low, high = lifted.qini.interval
            found |= {"qini": lifted.qini.coefficient, "qini_low": low, "qini_high": high}
    if pilot is not None and not pilot.reason:
        found |= {"pilot": pilot.n, "pilot_detectable": _known(pilot.detectable), "pilot_needed": 2 * pilot.needed}
    return found


def tables(result: ActionsResult | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> table. Groups too small to be shown are empty but for their name."""
    if result is None or result.reason:
        return {}
    made = {
        "tiers": _without_small(result.tiers, minimum_group, ("tier",)),
        "actions": _without_small(result.actions, minimum_group, ("action",)),
        "do_not_disturb_reasons": _without_small(result.disturb, minimum_group, ("do_not_disturb",)),
    }
    if result.profit is not None:
        made |= {"profit_curve": result.profit.curve, "profit_sensitivity": result.profit.sensitivity}
    if result.delay is not None:
        made["cost_of_delay"] = result.delay.weeks
    lifted = result.uplift
    if lifted is not None and len(lifted.campaigns):
        days = [as_date(int(day)).isoformat() if day == day else None for day in lifted.campaigns["day"]]
        own = lifted.campaigns.assign(day=pd.Series(days, dtype=object))
        made["past_campaigns"] = own.astype(dict.fromkeys(CAMPAIGN_COUNTS, "Int64"))
    if lifted is not None and lifted.qini is not None:
        made |= {"uplift_curve": lifted.qini.curve, "uplift_groups": lifted.groups}
    if result.pilot is not None and result.pilot.strata is not None:
        made["pilot"] = _without_small(result.pilot.strata, minimum_group, ("stratum",))
    return made


def customer_tables(result: ActionsResult | None) -> dict[str, pd.DataFrame]:
    """Lists of customers beside the scores: whom not to disturb, whom to save, and the pilot's assignment in the layout
    of the ledger. The scores themselves are written with their words, see narrative.churn.scores."""
    if result is None or result.reason:
        return {}
    scores = result.scores
    quiet = scores[scores["do_not_disturb"].ne("") & scores["do_not_disturb"].ne(LOW_RISK)]
    made = {"do_not_disturb": quiet[["customer_id", "do_not_disturb"]].sort_values("customer_id")}
    if result.uplift is not None and result.uplift.use:
        own = scores[scores["action"].isin(("offer", "pilot_offer", "pilot_control"))]
        made["savable"] = own[["customer_id", "uplift", "value", "expected_profit", "action"]]
    if result.ledger is not None:
        made["churn_pilot/assignment.parquet"] = result.ledger
    return made


def _without_small(table: pd.DataFrame, minimum_group: int, kept: tuple[str, ...]) -> pd.DataFrame:
    if not len(table) or "customers" not in table.columns:
        return table
    hidden = small_groups(table["customers"].to_numpy(), minimum_group)
    emptied = table.copy()
    for name in [name for name in table.columns if name not in kept]:
        whole = name in COUNTS
        column = table[name].astype("Int64" if whole else "float64").mask(hidden)
        emptied[name] = column.round(MONEY_PLACES) if name in MONEY else column
    return emptied


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
