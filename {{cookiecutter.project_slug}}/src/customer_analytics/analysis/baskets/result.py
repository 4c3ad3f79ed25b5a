"""The basket report's result: what goes together, whether it holds, and what to do with it.

Each part stands in a package of its own; here they are called in the order in which they need one another.
"""

from __future__ import annotations

from dataclasses import dataclass

from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.analysis.baskets.describe import Description, describe
from customer_analytics.analysis.baskets.prepare import baskets
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class BasketRulesResult:
    """All parts; None where a part has nothing to work on: `baskets.reason` says why where there are no baskets."""

    parameters: BasketRulesParameters
    baskets: Baskets
    description: Description | None = None


def analyse(tables: Tables, parameters: BasketRulesParameters) -> BasketRulesResult:
    """Everything about what is bought together.

    Raises:
        UserError: the parameters ask for something that the data do not hold, or for more than fits.
    """
    found = baskets(tables, parameters)
    if found.is_empty:
        return BasketRulesResult(parameters, found)
    return BasketRulesResult(parameters, found, describe(found))
