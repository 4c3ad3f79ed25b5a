"""From sums by block to what each campaign earned, arm by arm."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Campaigns
from customer_analytics.analysis.experiment.result import Experiments
from customer_analytics.analysis.money.blocks import block_sums, weights
from customer_analytics.analysis.money.compared import Compared
from customer_analytics.analysis.money.decision import MOVED, Evidence, decide
from customer_analytics.analysis.money.ladder import Arm, ladder
from customer_analytics.analysis.money.programme import programme, quarter
from customer_analytics.analysis.money.result import ARMS, Basis, Money
from customer_analytics.analysis.money.returns import MARGIN, ORDERS, REVENUE, Plan, returns
from customer_analytics.analysis.money.scorecard import KEPT, scorecard, withheld
from customer_analytics.analysis.money.shrinkage import LEAST_CAMPAIGNS, MOST_ARMS, Shrunken, covariance, shrink
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
DISCOUNT = "discount"
ARMS_KEPT = ("campaign", "arm", "control", "n", "n_control", "messages", "cost", "grade", "decision", "reason")
DECIDED = ("grade", "decision", "reason")
SHRUNKEN = ("shrunken", "shrunken_low", "shrunken_high")


def money(
    campaigns: Campaigns,
    experiments: Experiments,
    parameters: CampaignEvaluationParameters,
    moved: Collection[tuple[str, str]] = (),
) -> Money:
    """What each campaign earned, which one to repeat, and what all of them brought together.

    Args:
        campaigns: with sums by block.
        experiments: their effects and grades.
        parameters: contact_cost, smallest_lift, seed.
        moved: (campaign, arm) whose gain was gone again after the days that follow the window.
    """
    wanted = dict.fromkeys((campaigns.main, ORDERS, REVENUE, MARGIN, DISCOUNT))
    columns = {name: known.column for name in wanted if (known := campaigns.outcome(name)) is not None}
    drawn = weights(campaigns.sums, parameters.seed)
    told = [
        one
        for row in campaigns.compared()
        if (one := _compared(campaigns, parameters, row, columns, drawn)) is not None
    ]
    basis: Basis = "margin" if MARGIN in columns else "revenue" if REVENUE in columns else ""
    if not told:
        reason = "no_sums" if any(True for _ in campaigns.compared()) else "no_comparison"
        arms = pd.DataFrame(columns=list(ARMS))
        return Money(reason, basis, campaigns.main, arms, scorecard(campaigns, experiments, arms, [])[0])
    arms = pd.concat([one.found.table for one in told], ignore_index=True)
    arms = arms.join(_decisions(campaigns, experiments, parameters, arms, frozenset(moved)))
    kept = _kept(experiments, told, moved)
    shrunken, own = _shrink(kept, told, arms, drawn)
    arms = arms.join(own)[list(ARMS)]
    table, ranked_by = scorecard(campaigns, experiments, arms, told)
    arms, table = withheld(arms, ARMS_KEPT), withheld(table, KEPT)
    return Money(
        "", basis, campaigns.main, arms, table, ranked_by, shrunken, _programme(kept, told, arms, shrunken),
        basis or campaigns.main, ladder(_ladder_arms(told, arms, drawn)),
        tuple(dict.fromkeys(arms.loc[arms["reason"] == MOVED, "campaign"].astype(str))),
        tuple(str(one.row["campaign"]) for one in told if not one.is_untouched),
    )  # fmt: skip


def _compared(
    campaigns: Campaigns, parameters: CampaignEvaluationParameters, row: pd.Series, columns: dict[str, str],
    drawn: Floats,
) -> Compared | None:  # fmt: skip
    """One campaign; None where no unit of it can be counted yet, or its main outcome is not known."""
    sums = block_sums(campaigns.sums, int(row["code"]), columns)
    if 0 not in sums.numbers or len(sums.numbers) < 2 or campaigns.main not in sums.of:
        return None
    arms = campaigns.arms_of(int(row["code"]))
    units = dict(zip(sums.numbers, sums.units.tolist(), strict=True))
    labels, messages = {}, {}
    for number, arm, sent in zip(arms["number"], arms["arm"], arms["sent"], strict=True):
        labels[int(number)] = str(arm)
        share = float(sent) if not math.isnan(sent) else float(number != 0)
        messages[int(number)] = units.get(int(number), 0) * share
    counted = sum(units.values()) / float(row["units"]) if row["units"] else 0.0
    plan = Plan(
        str(row["campaign"]), labels, messages, float(row["cost_fixed"]) * counted, parameters.contact_cost,
        campaigns.main,
    )  # fmt: skip
    sent = messages.get(0, 0.0) / units[0] if units[0] else 0.0
    return Compared(row, sums, returns(sums, plan, drawn), campaigns.main, sent)


def _decisions(
    campaigns: Campaigns,
    experiments: Experiments,
    parameters: CampaignEvaluationParameters,
    arms: pd.DataFrame,
    moved: frozenset[tuple[str, str]],
) -> pd.DataFrame:
    """grade, decision and its reason of each arm."""
    main = campaigns.outcome(campaigns.main)
    sign = -1.0 if main is not None and main.better == "lower" else 1.0
    bad = experiments.guardrails[experiments.guardrails["verdict"] == "worse"]
    worse = set(zip(bad["campaign"], bad["arm"], strict=True))
    rows = []
    paid = arms["net_low"].where(arms["cost"].notna() & (campaigns.outcome(MARGIN) is not None))
    for campaign, arm, low, high in zip(arms["campaign"], arms["arm"], paid, arms["net_high"], strict=True):
        effect = experiments.effect(campaign, arm, campaigns.main)
        if effect is None:
            rows.append(("D", "inconclusive", "not_sound"))
            continue
        lifts = (effect["relative_low"], effect["relative_high"]) if sign > 0 else (
            -effect["relative_high"], -effect["relative_low"])  # fmt: skip
        evidence = Evidence(
            str(effect["grade"]), sign * float(effect["effect"]), float(effect["p_adjusted"]),
            sign * float(effect["relative"]), float(lifts[1]), float(low),
            float(high), (campaign, arm) in worse,
            parameters.smallest_lift, (campaign, arm) in moved,
        )  # fmt: skip
        rows.append((evidence.grade, *decide(evidence)))
    return pd.DataFrame(rows, columns=list(DECIDED), index=arms.index)


def _kept(experiments: Experiments, told: list[Compared], moved: Collection[tuple[str, str]]) -> Mask:
    """Arms that are added up: of sound campaigns against no contact, whose gain was not only brought forward."""
    kept = [
        experiments.sound(str(one.row["campaign"])) and one.is_untouched and (campaign, arm) not in moved
        for one in told
        for campaign, arm in zip(one.found.table["campaign"], one.found.table["arm"], strict=True)
    ]
    return np.array(kept, dtype=bool)


def _shrink(
    kept: Mask, told: list[Compared], arms: pd.DataFrame, drawn: Floats
) -> tuple[Shrunken | None, pd.DataFrame]:
    """Value (without money: extra main outcome) for one contacted, shrunken over the arms of sound campaigns."""
    table = pd.DataFrame(np.nan, index=arms.index, columns=list(SHRUNKEN))
    parts = [one.noise(drawn) for one in told]
    point, own, shared, code = (np.concatenate([part[at] for part in parts]) for at in range(4))
    used = kept & np.isfinite(point) & (own > 0) & (shared > 0)
    if len(set(code[used])) < LEAST_CAMPAIGNS or used.sum() > MOST_ARMS:
        return None, table
    noise = covariance(code[used].astype(np.int64), own[used], shared[used])
    found = shrink(point[used], noise)
    table.loc[used, list(SHRUNKEN)] = np.column_stack([found.mean, found.low, found.high])
    return found, table


def _programme(kept: Mask, told: list[Compared], arms: pd.DataFrame, shrunken: Shrunken | None) -> pd.DataFrame:
    """Sums over the arms of sound campaigns."""
    days = {str(one.row["campaign"]): quarter(one.first_day) for one in told}
    value = np.concatenate([one.value for one in told])
    drawn = np.column_stack([one.drawn for one in told])
    used = kept & np.isfinite(value) & np.isfinite(drawn).all(axis=0)
    own = pd.DataFrame(
        {
            "campaign": arms["campaign"], "quarter": arms["campaign"].map(days), "n": arms["n"], "value": value,
            "cost": arms["cost"],
        }
    )[used]  # fmt: skip
    adjusted = spread = None
    if shrunken is not None:
        size = arms["n"].to_numpy(dtype=np.float64)
        pulled = arms["shrunken"].notna().to_numpy()
        whole, doubt = value.copy(), np.diag(np.nan_to_num(drawn.var(axis=0)))  # an arm that was not shrunken: as it is
        whole[pulled] = shrunken.mean * size[pulled]
        doubt[np.ix_(pulled, pulled)] = shrunken.covariance * np.outer(size[pulled], size[pulled])
        adjusted, spread = whole[used], doubt[np.ix_(used, used)]
    return programme(own, drawn[:, used], adjusted, spread)


def _ladder_arms(told: list[Compared], arms: pd.DataFrame, drawn: Floats) -> list[Arm]:
    """The arms of sound campaigns with extra orders (or the main outcome, where orders are not counted)."""
    made: list[Arm] = []
    grades = dict(zip(zip(arms["campaign"], arms["arm"], strict=True), arms["grade"], strict=True))
    for one in told:
        counted = ORDERS if ORDERS in one.sums.of else one.main
        control = one.sums.drawn_means(counted, drawn)[:, 0]
        for at, row in enumerate(one.found.table.to_dict("records")):
            if grades[row["campaign"], row["arm"]] != "A" or not one.is_told(at, counted):
                continue
            told_money = one.found.value is not None and one.is_told(at, one.worth)
            cost = 0.0 if math.isnan(row["cost"]) else row["cost"]
            drawn_value = one.found.value[:, at] if told_money and one.found.value is not None else None
            orders = one.found.orders if one.found.orders is not None else one.found.main
            made.append(
                Arm(
                    row["campaign"], row["arm"], str(one.row["offer"] or ""), row["n"],
                    float(one.sums.mean(counted)[0]),
                    row["incremental_orders"] if one.found.orders is not None else row["extra"],
                    row["value_per_contact"] * row["n"], row["net"], orders[:, at], control, drawn_value,
                    None if drawn_value is None else drawn_value - cost, one.discount_share(at),
                    len(one.found.table) == 1 and one.is_untouched,
                )
            )  # fmt: skip
    return made
