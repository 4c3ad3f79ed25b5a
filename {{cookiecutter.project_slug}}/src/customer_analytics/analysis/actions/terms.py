"""What a contact costs and brings: the profit of contacting customers of whom a share is leaving.

Neslin, Gupta, Kamakura, Lu and Mason (2006), Defection Detection, Journal of Marketing Research 43: of the contacted,
a share β is leaving; of these a share γ takes the offer and stays. Who was staying anyway always takes the offer.

    profit of a contact = β·γ·(V - d) - (1 - β)·d - c = β·[γ·V + d·(1 - γ)] - d - c

V: value of a customer who stays, d: cost of the offer to whoever takes it, c: cost of the contact. γ, d and c are
assumptions; V comes from the data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Terms:
    """The assumptions: acceptance (share of the leaving who stay for the offer), incentive and contact cost (money)."""

    acceptance: float
    incentive: float
    contact_cost: float


def expected_profit(probability: Floats, value: Floats, terms: Terms) -> Floats:
    """Expected profit of contacting each customer, from the probability of leaving and the value of staying."""
    gain = terms.acceptance * value + terms.incentive * (1 - terms.acceptance)
    profit: Floats = probability * gain - terms.incentive - terms.contact_cost
    return profit


def realised_profit(left: Floats, value: Floats, terms: Terms) -> Floats:
    """Profit of having contacted each customer, now that it is known who left (1) and who stayed (0).

    What is still an expectation is the acceptance: of those who left, that share would have stayed.
    """
    return expected_profit(left, value, terms)


def break_even(value: float, terms: Terms) -> float:
    """Share of leaving customers among the contacted from which a contact pays; above 1: none does."""
    gain = terms.acceptance * value + terms.incentive * (1 - terms.acceptance)
    return (terms.incentive + terms.contact_cost) / gain if gain > 0 else math.inf


def break_even_acceptance(probability: float, value: float, terms: Terms) -> float:
    """Acceptance from which a contact pays at this probability of leaving; above 1 or inf: none does."""
    if probability <= 0 or value <= terms.incentive:
        return math.inf
    return ((1 - probability) * terms.incentive + terms.contact_cost) / (probability * (value - terms.incentive))
