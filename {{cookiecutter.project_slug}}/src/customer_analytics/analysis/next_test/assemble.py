"""The next test, from this report's own base rate, spread and costs, to an assignment that can be used tomorrow."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import ibis.expr.types as ir

from customer_analytics.analysis.assignment.rows import ledger_rows
from customer_analytics.analysis.campaigns.campaign import COMPUTED, Campaigns
from customer_analytics.analysis.experiment.result import Experiments
from customer_analytics.analysis.money.result import Money
from customer_analytics.analysis.next_test.draw import VALUE, assign
from customer_analytics.analysis.next_test.model import LEAST, Model, model
from customer_analytics.analysis.next_test.pool import Pool, pool
from customer_analytics.analysis.next_test.result import AUDIENCE, LEAST_ARM, NextTest
from customer_analytics.analysis.next_test.sizes import Base, Shape, unknown
from customer_analytics.analysis.rfm.customers import day_number
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.mistakes import nearest
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables

WHERE = "reports, campaign_evaluation, "
CONVERTED, REVENUE = "converted", "revenue"
MOST_BUY = 0.5  # share with a purchase in the window, above which money decides


def design(
    campaigns: Campaigns | None,
    experiments: Experiments | None,
    money: Money | None,
    tables: Tables,
    ledger: ir.Table | None,
    parameters: CampaignEvaluationParameters,
) -> NextTest:
    """The plan of the next test and the draw of who takes part.

    Raises:
        UserError: a parameter of the next test names what there is not.
    """
    _check(campaigns, tables, parameters)
    own = model(campaigns, experiments, money, parameters.next_test)
    days = int(own.window_days) if own.window_days == own.window_days and own.window_days else parameters.window_days
    there = pool(tables, ledger, parameters.next_strata, days, AUDIENCE)
    base, base_n, base_from = _base(own, there)
    outcome = CONVERTED if base.binary else REVENUE
    outcome = campaigns.main if campaigns is not None and own.base_n else outcome
    known = campaigns.outcome(outcome) if campaigns is not None else None
    shape = Shape(parameters.next_holdout, len(parameters.next_arms) - 1, parameters.power)
    plan = NextTest(
        reason="" if _usable(base) else "no_base", pool_reason="", model=own.campaign, model_arm=own.arm,
        chosen=own.chosen, outcome=outcome, kind=known.kind if known is not None else COMPUTED[outcome], base=base,
        base_n=base_n, base_from=base_from, window_days=days, shape=shape, arms=parameters.next_arms,
        lift=parameters.smallest_lift, seed=parameters.seed, assigned_on=tables.as_of, saved=own.saved,
        measured=own.measured, pool=there,
    )  # fmt: skip
    return _drawn(plan, there, own, tables, parameters)


def _drawn(
    plan: NextTest, there: Pool | None, own: Model, tables: Tables, parameters: CampaignEvaluationParameters
) -> NextTest:
    """The plan with those who take part; with the reason where nobody does."""
    if there is None:
        return replace(plan, pool_reason="no_customers")
    if plan.reason:
        return replace(plan, pool_reason="no_size")
    weeks = there.weeks_for(plan.needed, day_number(tables.reference_day))
    n = int(min(len(there.people), plan.needed))
    smallest = min(plan.shape.holdout, (1 - plan.shape.holdout) / plan.shape.contacts)
    if n * smallest < LEAST_ARM:
        return replace(plan, pool_reason="few", weeks=weeks)
    assignment, strata = assign(
        there.people, parameters.next_strata, plan.arms, parameters.next_holdout, n, parameters.seed
    )
    sizes = tuple(int(strata[f"arm_{number}"].sum()) for number in range(len(plan.arms)))
    at = utc_of_local_midnight(tables.reference_day, tables.zone) - dt.timedelta(seconds=1)
    rows = ledger_rows(AUDIENCE, assignment, parameters.seed, tables.as_of, at, plan.result_on)
    strata_by = parameters.next_strata or ((VALUE,) if len(strata) > 1 else ())
    return replace(
        plan, n=n, weeks=weeks, sizes=sizes, assignment=assignment, strata=strata, ledger=rows,
        cost=_cost(own.fixed, parameters.contact_cost * (n - sizes[0])),
        forgone=max(own.value, 0.0) * sizes[0], strata_by=strata_by,
    )  # fmt: skip


def _cost(fixed: float, messages: float) -> float:
    """What the test will cost: the model's fixed cost once more, and its messages; NaN where neither is known."""
    if math.isnan(fixed):
        return messages or math.nan
    return fixed + messages


def _base(own: Model, there: Pool | None) -> tuple[Base, int, str]:
    """Of the model's control group; else the present share of customers with a purchase in so many days. Where most buy
    anyway, a share can hardly rise, and what they spend decides."""
    if own.base_n:
        return own.base, own.base_n, "control"
    if there is not None and there.asked >= LEAST:
        rate = there.rate
        if rate > MOST_BUY and there.spent > 0:
            return Base(there.spent, there.spread, False), there.asked, "customers"
        return Base(rate, math.sqrt(rate * (1 - rate)), True), there.asked, "customers"
    return unknown(), 0, ""


def _usable(base: Base) -> bool:
    """Whether the outcome varies, and a relative lift of it means something."""
    return base.mean > 0 and base.deviation > 0


def _check(campaigns: Campaigns | None, tables: Tables, parameters: CampaignEvaluationParameters) -> None:
    problems: list[Problem] = []
    codes = [] if campaigns is None else campaigns.list["campaign"].astype(str).tolist()
    if parameters.next_test and parameters.next_test not in codes:
        near = nearest(parameters.next_test, codes)
        mend = f"Did you mean {near!r}?" if near else "Leave it empty, and the most promising campaign is taken."
        problems.append(Problem(WHERE + "next_test", f"there is no campaign {parameters.next_test!r}.", mend))
    arms = parameters.next_arms
    if len(arms) < 2 or len(set(arms)) < len(arms):
        what = f"{len(arms)} arms, {len(set(arms))} of them different."
        problems.append(Problem(WHERE + "next_arms", what, "Name two arms or more, each once; the first gets nothing."))
    columns = tables["customers"].columns if tables.has("customers") else ()
    for name in parameters.next_strata:
        if name not in columns:
            near = nearest(name, columns)
            mend = f"Did you mean {near!r}?" if near else f"Known: {', '.join(sorted(columns)) or 'none'}."
            problems.append(Problem(WHERE + "next_strata", f"customers have no column {name!r}.", mend))
    if problems:
        raise UserError(problems)
