"""Whom to contact: the order by what past contacts changed, tested, valued, and drawn up for today's customers."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from customer_analytics.analysis.campaigns.campaign import Campaigns
from customer_analytics.analysis.campaigns.facts import facts_of
from customer_analytics.analysis.experiment.result import Experiments
from customer_analytics.analysis.targeting import order as ordering
from customer_analytics.analysis.targeting.lists import lists
from customer_analytics.analysis.targeting.policy import break_even, policies
from customer_analytics.analysis.targeting.result import Targeting
from customer_analytics.analysis.targeting.trial import assigned, pooled
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

LEAST_ASSIGNED = 400  # assignments below which customers are not put in order: forty in a decile


def targeting(
    campaigns: Campaigns,
    experiments: Experiments | None,
    parameters: CampaignEvaluationParameters,
    tables: Tables | None,
    moved: Collection[str] = (),
) -> Targeting:
    """Customers in order of what a contact changes, as far as past campaigns can tell.

    Args:
        campaigns: who was assigned to what.
        experiments: the checks; only campaigns graded A are pooled.
        parameters: `before_days`, `contact_cost`, `groups`, `seed`.
        tables: for the lists of today's customers; None: no lists.
        moved: campaigns (their codes) whose gain was only brought forward: whom such an offer moves is not who is won.
    """
    outcome = campaigns.outcome(campaigns.main)
    if outcome is None or experiments is None:
        return Targeting("no_campaigns", outcome)
    codes, against, out = pooled(campaigns, experiments, frozenset(moved))
    found = assigned(campaigns, codes, outcome, parameters.before_days) if codes else None
    if found is None:
        return Targeting("no_campaigns", outcome, moved=out)
    names = dict(zip(campaigns.list["code"], campaigns.list["campaign"].astype(str), strict=True))
    present = [names[int(code)] for code in sorted(found.rows["code"].unique())]
    result = Targeting(
        "few", outcome, found.worth, tuple(present), against, out, len(found.trial), found.total, found.features.names
    )
    if len(found.trial) < LEAST_ASSIGNED:
        return result
    if not found.features.names:
        return dataclasses.replace(result, reason="no_features")
    seed = parameters.seed
    by = ordering.ordered(found, seed)
    qini, orders = ordering.quality(found, by, present, seed)
    least = break_even(found, parameters.contact_cost)
    result = dataclasses.replace(result, reason=None, qini=qini, orders=orders, break_even=least)
    if not result.use:
        return result
    last = ordering.last(by, found.block, least)
    result = dataclasses.replace(
        result, deciles=ordering.deciles(found, by), last=last,
        quadrants=ordering.quadrants(found, by, last, seed),
        policies=policies(found, by, least, parameters.contact_cost, seed),
    )  # fmt: skip
    if tables is None:
        return result
    target, suppress, left_out, not_reachable = lists(
        tables, facts_of(campaigns, tables, parameters), found, parameters, last
    )
    return dataclasses.replace(
        result, target=target, suppress=suppress, left_out=left_out, not_reachable=not_reachable
    )  # fmt: skip
