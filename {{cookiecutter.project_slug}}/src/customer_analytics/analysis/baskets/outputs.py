"""What a basket report leaves in files: flat metrics, the tables behind every chart, tables of customers.

Each part of the result brings its own; here they are joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.association import outputs as ruling
from customer_analytics.analysis.association import pair_matrix
from customer_analytics.analysis.baskets import basket_outputs as own
from customer_analytics.analysis.bundles import outputs as bundling
from customer_analytics.analysis.recommend import outputs as recommending
from customer_analytics.analysis.rule_checks import outputs as checking
from customer_analytics.analysis.sequences import outputs as following

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets.result import BasketRulesResult

Metrics = dict[str, float | int | None]


def metrics(result: BasketRulesResult) -> Metrics:
    """Name -> number, None where not estimable: docs/guide/metrics.md."""
    made = own.metrics(result.baskets, result.description) | following.metrics(result.sequences)
    return (
        made
        | recommending.metrics(result.recommend)
        | ruling.metrics(result)
        | checking.metrics(result.checks, result.rules)
        | bundling.metrics(result.bundles)
    )


def tables(result: BasketRulesResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table."""
    made = own.tables(result.baskets, result.description, minimum_group)
    made |= pair_matrix.tables(result.baskets, result.matrix)
    made |= following.tables(result.sequences, result.baskets, minimum_group)
    made |= recommending.tables(result.recommend, minimum_group) | ruling.tables(result, minimum_group)
    made |= bundling.tables(result.bundles, result.baskets, result.rules, minimum_group)
    return made | checking.tables(result.checks, result.rules, result.baskets, minimum_group)


def customer_tables(result: BasketRulesResult) -> dict[str, pd.DataFrame]:
    """Tables with one row a customer: engagement.privacy decides what is written."""
    return following.customer_tables(result.sequences, result.baskets)


def operations_tables(result: BasketRulesResult) -> dict[str, pd.DataFrame]:
    """Tables with order numbers, written with `privacy: operations` only."""
    return own.operations_tables(result.baskets)


def documents(result: BasketRulesResult, minimum_group: int) -> dict[str, str]:
    """File name -> its text."""
    return ruling.documents(result, minimum_group)
