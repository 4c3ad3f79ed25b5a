"""What acting is worth: the result."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions.curve import ProfitCurve
from customer_analytics.analysis.actions.delay import Delay
from customer_analytics.analysis.actions.emp import ExpectedMaximum
from customer_analytics.analysis.actions.pilot import Pilot
from customer_analytics.analysis.actions.terms import Terms
from customer_analytics.analysis.actions.tiers import Bounds
from customer_analytics.analysis.actions.value_at_risk import AtRisk, Held
from customer_analytics.analysis.actions.worth import Worth
from customer_analytics.analysis.uplift.result import UpliftResult

SCORES = (
    "customer_id", "probability", "tier", "value", "reason_1", "reason_2", "reason_3", "action", "valid_until", "low",
    "high", "value_at_risk", "expected_profit", "do_not_disturb", "channel", "uplift",
)  # fmt: skip

OTHERS = ("what", "acceptance", "share", "profit")


@dataclass(frozen=True)
class Confusion:
    """Contacted or not against left or not, at the chosen share, over the tested cut-offs (fractions of people where
    equal orders were cut through)."""

    share: float
    contacted_left: float
    contacted_stayed: float
    missed: float
    spared: float

    @property
    def precision(self) -> float:
        """Share of leaving among the contacted."""
        contacted = self.contacted_left + self.contacted_stayed
        return self.contacted_left / contacted if contacted else math.nan

    @property
    def recall(self) -> float:
        """Share of the leaving that were contacted."""
        leaving = self.contacted_left + self.missed
        return self.contacted_left / leaving if leaving else math.nan


@dataclass(frozen=True)
class ActionsResult:
    """What acting is worth, and for whom.

    `reason`: "" or why there are no scores (scoring's). `money_reason`: "" or why money cannot be told ("no_money": the
    data hold none; "few": too few past customers were followed).

    `terms`: the assumptions. `worth`: how the value of staying was found; `mean_value` of the scored customers.
    `profit`, `confusion`, `maximum` (EMP), `break_even` (share of leaving from which a contact of mean value pays),
    `needed_acceptance` (from which the planned contact would have paid in the tests; NaN: none). `others`: curves by
    what (half: half the assumed acceptance; past: as past randomised contacts kept; past_high: as they kept at best).
    `tiers`: tier, customers, expected (leaving), value, value_at_risk, at_risk_low, at_risk_high, selected, and of the
    last tested cut-off n, tested_expected, left, rate, low, high. `bounds`: probabilities at which they begin.
    `at_risk`: all scored customers; `held`: how that held up in the tests; `delay`: what a week of waiting costs.
    `actions`: action, customers, value_at_risk; `disturb`: reason, customers. `contactable`: scored customers against
    whom nothing speaks; `selected`: of them, worth an offer by the cut-off.
    `uplift`: what past randomised contacts changed; `pilot`: the next experiment.
    `scores`: SCORES with keys in place of words; reason_k are topic keys. `valid_until`: last day of the scores; None
    for contracts without dates, whose horizon is `horizon_tenure` in the export's own unit.
    """

    reason: str
    money_reason: str
    terms: Terms
    as_of: dt.date
    horizon_days: int
    valid_until: dt.date | None
    scores: pd.DataFrame
    tiers: pd.DataFrame
    bounds: Bounds
    actions: pd.DataFrame
    disturb: pd.DataFrame
    contactable: int = 0
    selected: int = 0
    base_rate: float = math.nan
    mean_value: float = math.nan
    break_even: float = math.nan
    needed_acceptance: float = math.nan
    worth: Worth | None = None
    profit: ProfitCurve | None = None
    others: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(OTHERS)))
    confusion: Confusion | None = None
    maximum: ExpectedMaximum | None = None
    at_risk: AtRisk | None = None
    held: Held | None = None
    delay: Delay | None = None
    uplift: UpliftResult | None = None
    pilot: Pilot | None = None
    ledger: pd.DataFrame | None = field(default=None, repr=False)
    horizon_tenure: float = math.nan

    @property
    def is_money(self) -> bool:
        """Whether money can be told."""
        return self.worth is not None

    @property
    def is_margin(self) -> bool:
        """Whether money is margin; else it is revenue."""
        return self.worth is not None and self.worth.is_margin

    @property
    def has_offer(self) -> bool:
        """Whether some cut-off pays."""
        return self.profit is not None and self.profit.pays


def empty_result(as_of: dt.date, horizon_days: int, terms: Terms, reason: str) -> ActionsResult:
    """The result where nobody is scored, with its reason."""

    def empty(columns: tuple[str, ...]) -> pd.DataFrame:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})

    return ActionsResult(
        reason=reason, money_reason=reason, terms=terms, as_of=as_of, horizon_days=horizon_days, valid_until=None,
        scores=empty(SCORES), tiers=empty(("tier", "customers")), bounds=Bounds(math.nan, math.nan, False),
        actions=empty(("action", "customers", "value_at_risk")),
        disturb=empty(("do_not_disturb", "customers", "value_at_risk")),
    )  # fmt: skip


def scores_table(
    frame: pd.DataFrame,
    tier: npt.NDArray[np.object_],
    reasons: pd.DataFrame,
    action: npt.NDArray[np.object_],
    until: str,
    why_not: npt.NDArray[np.object_],
    channel: pd.Series,
) -> pd.DataFrame:
    """SCORES, one row a scored customer, the most worthwhile to contact first; all arguments in the same order.

    `frame`: person_id, probability, low, high, value, order (expected profit) and uplift; NaN where not known.
    """
    value, probability = frame["value"].to_numpy(np.float64), frame["probability"].to_numpy(np.float64)
    scores = pd.DataFrame(
        {
            "customer_id": frame["person_id"].to_numpy(dtype=object),
            "probability": probability.round(6), "tier": tier, "value": value.round(2),
            **{f"reason_{k}": reasons[f"reason_{k}"].to_numpy(dtype=object) for k in (1, 2, 3)},
            "action": action, "valid_until": until,
            "low": frame["low"].to_numpy(np.float64).round(6), "high": frame["high"].to_numpy(np.float64).round(6),
            "value_at_risk": (probability * value).round(2),
            "expected_profit": frame["order"].to_numpy(np.float64).round(2),
            "do_not_disturb": why_not, "channel": channel.to_numpy(dtype=object),
            "uplift": frame["uplift"].to_numpy(np.float64).round(6),
        }
    )[list(SCORES)]  # fmt: skip
    first = "expected_profit" if scores["expected_profit"].notna().all() else "probability"
    return scores.sort_values([first, "customer_id"], ascending=[False, True], kind="stable", ignore_index=True)


def counted(scores: pd.DataFrame, column: str, names: tuple[str, ...]) -> pd.DataFrame:
    """Customers and value at risk by the values of a column of the scores, in the order of `names`; "" is left out."""
    grouped = scores.groupby(column).agg(customers=("customer_id", "size"), value_at_risk=("value_at_risk", "sum"))
    there = [name for name in names if name in grouped.index]
    table: pd.DataFrame = grouped.loc[there].reset_index()
    return table
