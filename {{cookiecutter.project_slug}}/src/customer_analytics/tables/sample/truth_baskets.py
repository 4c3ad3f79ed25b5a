"""The truths of the baskets: what goes together, what replaces what, what follows, and what only shares a season."""

from __future__ import annotations

from typing import Any

from customer_analytics.tables.sample.baskets import SEQUENCE_DAYS, PairTruth, pair_truth
from customer_analytics.tables.sample.frames import Business


def basket_truth(business: Business) -> dict[str, Any]:
    """Expected shares and lifts over the exported orders, from the generator's own probabilities."""
    planted, given = business.planted, business.world.planted

    def of(pair: tuple[int, int], **how: Any) -> PairTruth:
        b = business
        return pair_truth(b.world, b.people, b.orders, b.lines, b.catalogue, pair, **how)

    if not given:
        return {"affinities": [], "substitutes": [], "sequences": [], "confounded": None}
    affinities = [
        {
            **_named(business, a, b),
            "attach": share,
            **_shares(of((a, b), attach=share)),
            "lift_without": of((a, b)).lift,
        }
        for a, b, share in planted.affinities
    ]
    substitutes = [
        {
            **_named(business, a, b),
            "put_back": share,
            **_shares(of((a, b), put_back=share)),
            "lift_without": of((a, b)).lift,
        }
        for a, b, share in planted.substitutes
    ]
    sequences = [
        {**_named(business, a, b), "probability": share, "within_days": SEQUENCE_DAYS}
        for a, b, share in planted.sequences
    ]
    pair = planted.confounded
    return {
        "definition": "expected shares of the orders that hold a, b, both, and lift = both / (a * b), given each "
        "order's persona, season and number of draws. attach: probability that b is added to an order with a and "
        "without b; put_back: that b is taken out of an order with both; sequence: that the customer's next order, if "
        "within the days, holds b because of a. confounded: two products that sell far better in the high season and "
        "have nothing to do with each other: they seem to go together over the year, and not within either season",
        "affinities": affinities,
        "substitutes": substitutes,
        "sequences": sequences,
        "confounded": {
            **_named(business, *pair),
            **_shares(of(pair)),
            "lift_in_high_season": of(pair, peak=True).lift,
            "lift_otherwise": of(pair, peak=False).lift,
        },
    }


def _named(business: Business, a: int, b: int) -> dict[str, Any]:
    codes, names = business.catalogue.codes, business.catalogue.names
    return {"a": f"P{codes[a]}", "b": f"P{codes[b]}", "names": [names[a], names[b]]}


def _shares(pair: PairTruth) -> dict[str, float]:
    return {"share_a": pair.share_a, "share_b": pair.share_b, "share_both": pair.share_both, "lift": pair.lift}
