"""What campaign evaluation leaves in files: flat metrics, the tables behind every chart, tables of customers.

Each part of the result brings its own; here they are joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.attribution import outputs as attributing
from customer_analytics.analysis.campaigns import campaign_outputs as own
from customer_analytics.analysis.channels import outputs as bringing
from customer_analytics.analysis.claim import outputs as auditing
from customer_analytics.analysis.comparison import outputs as comparing
from customer_analytics.analysis.differences import outputs as differing
from customer_analytics.analysis.experiment import outputs as experimenting
from customer_analytics.analysis.messages import outputs as sending
from customer_analytics.analysis.money import outputs as earning
from customer_analytics.analysis.next_test import outputs as planning
from customer_analytics.analysis.targeting import outputs as aiming
from customer_analytics.analysis.timing import outputs as following

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult

Metrics = dict[str, float | int | None]


def metrics(result: CampaignEvaluationResult) -> Metrics:
    """Name -> number, None where not estimable: docs/guide/metrics.md."""
    made = own.metrics(result.campaigns)
    made |= attributing.metrics(result.attribution, result.parameters.minimum_base)
    made |= bringing.metrics(result.channels, result.parameters.minimum_base)
    made |= earning.metrics(result.money) | planning.metrics(result.next_test)
    made |= sending.metrics(result.messages, result.parameters.minimum_base) | following.metrics(result.timing)
    made |= comparing.metrics(result.comparison) | auditing.metrics(result.claim)
    made |= differing.metrics(result.differences) | aiming.metrics(result.targeting)
    return made | experimenting.metrics(result.campaigns, result.experiments)


def tables(result: CampaignEvaluationResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table."""
    made = own.tables(result.campaigns, minimum_group)
    made |= attributing.tables(result.attribution, minimum_group) | bringing.tables(result.channels, minimum_group)
    made |= earning.tables(result.money, minimum_group) | planning.tables(result.next_test, minimum_group)
    made |= sending.tables(result.messages, minimum_group) | following.tables(result.timing, minimum_group)
    made |= comparing.tables(result.comparison, minimum_group) | auditing.tables(result.claim)
    made |= differing.tables(result.differences, minimum_group) | aiming.tables(result.targeting, minimum_group)
    return made | experimenting.tables(result.experiments, minimum_group)


def customer_tables(result: CampaignEvaluationResult) -> dict[str, pd.DataFrame]:
    """Tables with one row a customer: engagement.privacy decides what is written."""
    return planning.customer_tables(result.next_test) | aiming.customer_tables(result.targeting)


def documents(result: CampaignEvaluationResult, minimum_group: int) -> dict[str, str]:
    """File name with its ending -> its text."""
    return experimenting.documents(result.experiments, minimum_group)
