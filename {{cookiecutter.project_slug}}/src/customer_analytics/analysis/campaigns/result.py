"""The result of campaign evaluation: what contacts caused, what they earned, which channels bring customers who stay.

Each part stands in a package of its own; here they are called in the order in which they need one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from customer_analytics.analysis.attribution import Attribution, attribution
from customer_analytics.analysis.campaigns.campaign import Campaigns
from customer_analytics.analysis.campaigns.prepare import prepare
from customer_analytics.analysis.channels import Channels, channels
from customer_analytics.analysis.claim import Claim, claim
from customer_analytics.analysis.comparison import Comparison, comparison
from customer_analytics.analysis.differences import Differences, differences
from customer_analytics.analysis.experiment import Experiments, experiments
from customer_analytics.analysis.messages import Messages, messages
from customer_analytics.analysis.money import Money, money
from customer_analytics.analysis.next_test import NextTest, design
from customer_analytics.analysis.targeting import Targeting, targeting
from customer_analytics.analysis.timing import Timing, timing
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class CampaignEvaluationResult:
    """All parts; those that need assignments are None where `campaigns.reason` says that nobody was assigned.

    Each part has a `reason` of its own where its question cannot be answered.
    """

    parameters: CampaignEvaluationParameters
    campaigns: Campaigns
    experiments: Experiments | None = None
    timing: Timing | None = None
    money: Money | None = None
    messages: Messages | None = None
    comparison: Comparison | None = None
    claim: Claim | None = None
    differences: Differences | None = None
    targeting: Targeting | None = None
    attribution: Attribution | None = None
    next_test: NextTest | None = None
    channels: Channels | None = None


def analyse(
    tables: Tables, ledger: ir.Table | None, parameters: CampaignEvaluationParameters
) -> CampaignEvaluationResult:
    """Everything about campaigns and channels.

    Args:
        tables: the engagement's tables.
        ledger: who was put on which list (`tables.ledger.open_ledger`); None before the first list.
        parameters: the report's parameters.

    Raises:
        UserError: the parameters ask for something that the data do not hold.
    """
    found = prepare(tables, ledger, parameters)
    if found.reason is not None:
        return CampaignEvaluationResult(
            parameters, found, attribution=attribution(tables, None, parameters), channels=channels(tables, parameters),
            next_test=design(None, None, None, tables, ledger, parameters),
        )  # fmt: skip
    caused = experiments(found, parameters)
    course = timing(found, caused, tables, parameters)
    pairs = set(course.moved_away)
    earned = money(found, caused, parameters, pairs)
    return CampaignEvaluationResult(
        parameters, found, caused, course,
        money=earned,
        next_test=design(found, caused, earned, tables, ledger, parameters),
        messages=messages(found, tables, parameters),
        comparison=comparison(found, tables, parameters),
        claim=claim(tables, found, parameters),
        differences=differences(found, caused, parameters),
        targeting=targeting(found, caused, parameters, tables, {campaign for campaign, _ in pairs}),
        attribution=attribution(tables, found, parameters, caused),
        channels=channels(tables, parameters, found),
    )  # fmt: skip
