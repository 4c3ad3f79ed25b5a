"""The basket report's result: what goes together, whether it holds, and what to do with it.

Each part stands in a package of its own; here they are called in the order in which they need one another.
"""

from __future__ import annotations

from dataclasses import dataclass

from customer_analytics.analysis.association import Rules, rules
from customer_analytics.analysis.association.pair_matrix import PairMatrix, pair_matrix
from customer_analytics.analysis.association.substitutes import Substitutes, substitutes
from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.analysis.baskets.describe import Description, describe
from customer_analytics.analysis.baskets.prepare import baskets
from customer_analytics.analysis.bundles import Bundles, bundles
from customer_analytics.analysis.itemsets import Floor, Itemsets, floor_for, mine
from customer_analytics.analysis.recommend import Recommendation, recommend
from customer_analytics.analysis.rule_checks import Checks, check, earlier_rules
from customer_analytics.analysis.sequences import Sequences, sequences
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class BasketRulesResult:
    """All parts; None where a part has nothing to work on: `baskets.reason` says why."""

    parameters: BasketRulesParameters
    baskets: Baskets
    description: Description | None = None
    floor: Floor | None = None
    itemsets: Itemsets | None = None
    rules: Rules | None = None
    matrix: PairMatrix | None = None
    substitutes: Substitutes | None = None
    sequences: Sequences | None = None
    recommend: Recommendation | None = None
    checks: Checks | None = None
    bundles: Bundles | None = None


def analyse(tables: Tables, parameters: BasketRulesParameters) -> BasketRulesResult:
    """Everything about what is bought together.

    Raises:
        UserError: the parameters ask for something that the data do not hold, or for more than fits.
    """
    found = baskets(tables, parameters)
    if found.reason:
        follows = None if found.is_empty else sequences(tables, found, parameters)  # of single items, too
        return BasketRulesResult(parameters, found, describe(found), sequences=follows)
    counts, kin = found.items[["item", "baskets"]], found.items.loc[found.items["parent"] >= 0, ["item", "parent"]]
    floor = floor_for(found.n, parameters)
    itemsets = mine(
        found.lines, counts, found.n, floor.count, parameters.maximum_length,
        {int(item): int(parent) for item, parent in zip(kin["item"], kin["parent"], strict=True)},
        raise_floor=floor.chosen,
    )  # fmt: skip
    ruled, earlier = rules(itemsets, found, parameters), earlier_rules(found, itemsets.floor, parameters)
    checked = check(found, ruled, earlier, parameters, itemsets.floor)
    return BasketRulesResult(
        parameters, found, describe(found), floor, itemsets, ruled,
        pair_matrix(found, parameters.false_discovery), substitutes(found, parameters),
        sequences=sequences(tables, found, parameters),
        recommend=recommend(found, ruled, earlier, tables, parameters),
        checks=checked,
        bundles=bundles(found, ruled, checked, parameters),
    )  # fmt: skip
