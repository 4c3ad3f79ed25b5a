"""The bundle calculator: what a bundle of A and B at a reduced price brings, and what it gives away.

The offer is made with A: whoever takes A and B together pays a share `discount` less for both. Per period:

    given away a bundle     D  = discount · (price A + price B)
    baskets with A alone    O  = baskets with A − baskets with both
    bundles sold anyway     K  = k · baskets with both, which would be bought without the offer: each gives D away
    new bundles             N  = k · conversion · O, each brings the margin of B less D

    expected gain           N · (margin B − D) − K · D
    break-even share        of all bundles sold, so many must be new:        D / margin B
    units needed            new bundles a period that pay for the old ones:  K · D / (margin B − D)
    break-even conversion   the share of O that buys them:                   units needed / (k · O)
    largest discount        at which the assumed conversion just pays:       N · margin B / (N + K), as a share of price

k is the usual number of bundles in a basket with both; who is persuaded is taken to buy as many. K · D is lost if the
offer changes nobody's mind: that is the loss if wrong. A and B that are bought together often are the dearest bundle,
since most of the reduction goes to who buys both anyway. Margin that B would have brought at a later visit is not known
here, and not taken off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Terms:
    """The assumptions: discount on the bundle, and the share of buyers of A without B who take B when it is offered."""

    discount: float
    conversion: float


@dataclass(frozen=True)
class Offers:
    """Pairs, one entry each: prices and margins of one unit, a period's baskets with A and with both, and the usual
    number of bundles in the latter. NaN where not known."""

    price_a: Floats
    price_b: Floats
    margin_b: Floats
    buyers: Floats
    both: Floats
    each: Floats


def calculate(offers: Offers, terms: Terms) -> pd.DataFrame:
    """One row a pair: bundle_price, given_away, only_a, anyway, new_bundles, expected_gain, loss_if_wrong,
    break_even_share, units_needed, break_even_conversion, largest_discount, margin_needed, full_price_gain, pays.

    Money in the engagement's currency a period. break_even_share above 1 and infinite units: no number of buyers pays.
    `margin_needed`: margin of B as a share of its price from which the assumed conversion pays: known without costs.
    `full_price_gain`: the same conversion with nothing given away. `pays` is False where the margin is not known.
    """
    price = offers.price_a + offers.price_b
    away = terms.discount * price
    only = np.maximum(offers.buyers - offers.both, 0.0)
    anyway, new = offers.each * offers.both, offers.each * terms.conversion * only
    kept = offers.margin_b - away
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lost = anyway * away
        needed = np.where(lost == 0, 0.0, np.where(kept > 0, lost / kept, np.inf))
        needed = np.where(np.isnan(kept) | np.isnan(lost), np.nan, needed)
        gain = new * kept - lost
        share = np.where(offers.margin_b > 0, away / offers.margin_b, np.inf)
        share = np.where(np.isnan(kept), np.nan, share)
        won_over = np.where(only > 0, needed / (offers.each * only), np.where(needed == 0, 0.0, np.inf))
        bears = np.where(new + anyway > 0, new * offers.margin_b / (new + anyway), np.nan)
        frame = pd.DataFrame(
            {
                "bundle_price": price - away,
                "given_away": away,
                "only_a": only,
                "anyway": anyway,
                "new_bundles": new,
                "expected_gain": gain,
                "loss_if_wrong": lost,
                "break_even_share": share,
                "units_needed": needed,
                "break_even_conversion": won_over,
                "largest_discount": np.clip(bears / price, 0.0, 1.0),
                "margin_needed": np.where(new > 0, away * (1 + anyway / new), np.inf) / offers.price_b,
                "full_price_gain": new * offers.margin_b,
            }
        )
    frame.loc[np.isnan(needed), "break_even_conversion"] = np.nan
    frame.loc[np.isnan(price), "margin_needed"] = np.nan
    frame["pays"] = (gain > 0) & np.isfinite(gain)
    return frame


def break_even_conversion(attach: float, away: float, margin_b: float) -> float:
    """Share of the baskets with A alone that must add B, from the share of baskets with A that hold B anyway.

    Rises with the attach rate, so that an interval of the one is an interval of the other. Infinite: no share pays.
    """
    if away == 0:
        return 0.0
    if attach >= 1 or margin_b <= away:
        return float("inf")
    return attach / (1 - attach) * away / (margin_b - away)
