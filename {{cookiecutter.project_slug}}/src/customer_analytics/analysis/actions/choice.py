"""What to do with each customer, and whom to leave alone.

The first rule that applies decides. Whoever may not or should not be contacted comes first; then what the customer
is leaving over can be mended without an offer; then the offer, to those whom the money-optimal cut-off selects. Where
past randomised contacts order the customers by what a contact changes, that order takes the place of the risk.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions import reach
from customer_analytics.analysis.actions.tiers import LOW, UNRANKED
from customer_analytics.analysis.stream.people import VISITOR

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
NO_CONSENT, UNSUBSCRIBED, TOO_OFTEN, UNKNOWN = "no_consent", "unsubscribed", "too_often", "not_identified"
HARMED, LOW_RISK = "negative_uplift", "low_risk"
DISTURB = (UNKNOWN, NO_CONSENT, UNSUBSCRIBED, TOO_OFTEN, HARMED, LOW_RISK)
FORBIDDEN = (UNKNOWN, NO_CONSENT, UNSUBSCRIBED)  # for whatever reason they should be contacted
SERVICE, PAYMENT, OFFER, WAIT, REMIND, PILOT_OFFER, PILOT_CONTROL, NOTHING, LEAVE = (
    "service_call", "payment_help", "offer", "wait_for_pilot", "reminder", "pilot_offer", "pilot_control", "nothing",
    "leave_alone",
)  # fmt: skip
ACTIONS = (PAYMENT, SERVICE, PILOT_OFFER, PILOT_CONTROL, OFFER, WAIT, REMIND, NOTHING, LEAVE)


def do_not_disturb(
    people: pd.Series, known: pd.DataFrame, harmed: Mask, tier: npt.NDArray[np.object_], selected: Mask
) -> npt.NDArray[np.object_]:
    """Why each customer is to be left alone; "" where nothing speaks against a contact.

    Args:
        people: person ids.
        known: of reach.reach, in the same order.
        harmed: in a group that past contacts drove away, beyond chance.
        tier: of risk.
        selected: worth an offer by the cut-off; a low risk is left alone only where it is not.
    """
    consent = known["consent"].to_numpy(np.float64)
    records = bool(np.isfinite(consent).any())
    conditions = [
        people.astype(str).str.startswith(VISITOR).to_numpy(),
        (consent != 1) & records,
        known["unsubscribed"].to_numpy(np.float64) == 1,
        known["contacts"].to_numpy(np.float64) >= reach.MOST,
        harmed,
        (tier == LOW) & ~selected,
    ]
    why: npt.NDArray[np.object_] = np.select(conditions, list(DISTURB), default="").astype(object)
    return why


def mends(tier: npt.NDArray[np.object_], family: pd.Series) -> npt.NDArray[np.object_]:
    """PAYMENT or SERVICE where the first reason of a customer at risk is one that can be mended, else "".

    A complaint is mended, not tested: these customers do not take part in the pilot.
    """
    first, risky = family.to_numpy(dtype=object), tier != LOW
    conditions = [risky & (first == "payment"), risky & (first == "service")]
    found: npt.NDArray[np.object_] = np.select(conditions, [PAYMENT, SERVICE], default="").astype(object)
    return found


def choose(
    why_not: npt.NDArray[np.object_],
    tier: npt.NDArray[np.object_],
    selected: Mask,
    to_mend: npt.NDArray[np.object_],
    arm: npt.NDArray[np.object_],
    *,
    measured: bool = True,
) -> npt.NDArray[np.object_]:
    """The action of each customer.

    Args:
        why_not: of do_not_disturb.
        tier: of risk.
        selected: worth an offer by the cut-off.
        to_mend: of mends.
        arm: of the pilot: treatment, control or "".
        measured: whether past contacts have shown that an offer keeps these; else who is not in the pilot waits for it.
    """
    conditions = [
        why_not != "",
        to_mend == PAYMENT,
        to_mend == SERVICE,
        arm == "control",
        arm == "treatment",
        selected,
        (tier != LOW) & (tier != UNRANKED),
    ]
    named = [LEAVE, PAYMENT, SERVICE, PILOT_CONTROL, PILOT_OFFER, OFFER if measured else WAIT, REMIND]
    action: npt.NDArray[np.object_] = np.select(conditions, named, default=NOTHING).astype(object)
    return action
