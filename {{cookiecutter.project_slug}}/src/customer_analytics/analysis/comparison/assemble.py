"""Campaigns without a control group, from the tables to effects with their grades."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.comparison import estimate, sensitivity
from customer_analytics.analysis.comparison.balance import ALIKE, LEAST_KEPT, balance_table, best_matches, worst
from customer_analytics.analysis.comparison.design import Design, Floats, design
from customer_analytics.analysis.comparison.estimate import Estimate
from customer_analytics.analysis.comparison.matching import Matches
from customer_analytics.analysis.comparison.pool import MOST_CAMPAIGNS, pool
from customer_analytics.analysis.comparison.responses import responders, responses, targeted_people
from customer_analytics.analysis.comparison.result import (
    BALANCE,
    CAMPAIGNS,
    METHODS,
    READINGS,
    SENSITIVITY,
    Comparison,
)
from customer_analytics.statistics import benjamini_hochberg, holm

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns.campaign import Campaigns, Outcome
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters
    from customer_analytics.tables.store import Tables

LEVEL = 0.05
COMPARED = ("converted", "orders", "revenue", "margin", "visits")
ALL_BUY = 0.8  # share with an order from which that share says nothing, and the revenue decides instead
OTHERWISE = 0.1  # difference of the shares that other campaigns reached in the window, above which it is theirs too


def comparison(campaigns: Campaigns, tables: Tables, parameters: CampaignEvaluationParameters) -> Comparison:
    """Every campaign that was aimed at somebody, against those who were not contacted and could have been."""
    listed = campaigns.list
    aimed = listed[listed["kind"] == "targeted"].sort_values(["units", "campaign"], ascending=[False, True])
    answered = responses(campaigns, tables)
    found: dict[str, Any] = {
        "responses": answered, "responders": responders(campaigns, tables) if len(answered) else 0,
        "targeted": targeted_people(campaigns, [int(code) for code in aimed["code"]]),
    }  # fmt: skip
    if not len(aimed):
        return Comparison("no_campaigns", **found)
    outcomes = [one for one in campaigns.outcomes if not one.ready and one.name in COMPARED]
    if not campaigns.has_orders or not outcomes:
        return Comparison("no_orders", **found)
    dated = aimed[aimed["first_on"].notna() & aimed["window_days"].notna()].head(MOST_CAMPAIGNS)
    if not (dated["over"] > 0).any():
        return Comparison("no_start", **found)
    arms = campaigns.arms
    dated = dated[dated["code"].isin(arms.loc[(arms["role"] != "control") & (arms["n"] > 0), "code"])]
    if not len(dated):
        return Comparison("no_contacted", **found)
    people = pool(campaigns, tables, parameters, [int(code) for code in dated["code"]])
    main = _main(campaigns, parameters, outcomes, people.people)
    parts = [
        Part(str(row["campaign"]), people.people[people.people["code"] == row["code"]], outcomes, main, parameters)
        for _, row in dated.sort_values(["first_on", "campaign"]).iterrows()
    ]
    if not any((part.people["contacted"] == 0).any() for part in parts):
        return Comparison("no_pool", main=main, **found)
    unknown = {str(row["campaign"]): people.unknown.get(int(row["code"]), 0) for _, row in dated.iterrows()}
    clusters = {str(row["campaign"]): bool(pd.notna(row["clusters"])) for _, row in dated.iterrows()}
    return _assembled(parts, unknown, clusters, main, found)


def _main(
    campaigns: Campaigns, parameters: CampaignEvaluationParameters, outcomes: list[Outcome], people: pd.DataFrame
) -> str:
    """The outcome that decides: that of the report; the revenue where nearly everybody buys in the window anyway."""
    names = [one.name for one in outcomes]
    main = campaigns.main if campaigns.main in names else names[0]
    column = next(one.column for one in outcomes if one.name == main)
    others = people.loc[people["contacted"] == 0, column] if column in people else pd.Series(dtype=float)
    if main == "converted" and not parameters.main_outcome and "revenue" in names and others.mean() > ALL_BUY:
        return "revenue"
    return main


class Part:
    """One campaign compared: design, partners, balance, and every reading of every outcome."""

    def __init__(
        self, campaign: str, people: pd.DataFrame, outcomes: list[Outcome], main: str,
        parameters: CampaignEvaluationParameters,
    ) -> None:  # fmt: skip
        self.campaign, self.main, self.least = campaign, main, parameters.minimum_base
        self.people = people.reset_index(drop=True)
        self.outcomes = [one for one in outcomes if one.column in people and people[one.column].notna().any()]
        self.design: Design = design(self.people)
        self.matches, self.balance = self._matched(parameters.seed)
        self.estimates = {one.name: self._readings(one) for one in self.outcomes}

    def _matched(self, seed: int) -> tuple[Matches, pd.DataFrame]:
        if not len(self.people) or not self.design.fitted:
            empty = Matches.none(len(self.people))
            return empty, balance_table(self.design, empty)
        return best_matches(self.design, seed)

    def column(self, name: str) -> Floats:
        """A column as numbers, what is missing as 0."""
        if name not in self.people:
            return np.zeros(len(self.people))
        return np.asarray(self.people[name].astype(float).fillna(0.0), dtype=np.float64)

    def _readings(self, outcome: Outcome) -> dict[str, Estimate]:
        after, before = self.column(outcome.column), self.column(f"b_{outcome.column[2:]}")
        inside = self.design.contacted
        if self.few:
            return dict.fromkeys(METHODS, estimate.NONE._replace(n=int(inside.sum()), n_others=int((~inside).sum())))
        return {
            "before_after": estimate.change(after[inside], before[inside]),
            "not_contacted": estimate.difference(after, inside),
            "difference": estimate.difference(after - before, inside),
            "weighted": estimate.weighted(after, self.design),
            "matched": estimate.matched(after, self.design, self.matches),
        }

    def placebo(self) -> Estimate:
        """The matched comparison of the main outcome in a time that the contact cannot have changed."""
        own = next((one for one in self.outcomes if one.name == self.main), None)
        if own is None or self.few:
            return estimate.NONE
        column = f"p_{own.column[2:]}"
        if self.people[column].isna().any():  # the data do not reach back so far
            return estimate.NONE
        return estimate.matched(self.column(column), self.design, self.matches)

    @property
    def few(self) -> bool:
        """Whether one of the two groups is too small for any mean."""
        inside = self.design.contacted
        return min(int(inside.sum()), int((~inside).sum())) < self.least

    @property
    def kept_share(self) -> float:
        """Share of the contacted with partners; NaN where nobody was contacted."""
        n = int(self.design.contacted.sum())
        return len(self.matches.contacted) / n if n else math.nan

    @property
    def others(self) -> tuple[float, float]:
        """Share that other campaigns contacted in the window: of the contacted, and of their partners."""
        inside, reached, weight = self.design.contacted, self.column("others"), self.matches.weight
        partners = np.where(inside, 0.0, weight)
        own = float(reached[inside].mean()) if inside.any() else math.nan
        return own, float(partners @ reached / partners.sum()) if partners.sum() > 0 else math.nan

    def verdict(self, unknown: int, *, clustered: bool) -> tuple[str, str]:
        """Grade B, or D and why."""
        inside, placebo, others = self.design.contacted, self.placebo(), self.others
        if not inside.any():
            return "D", "unknown" if unknown else "not_over"
        if self.few or self.main not in self.estimates:
            return "D", "few"
        if len(self.matches.contacted) < self.least or math.isnan(self.estimates[self.main]["matched"].error):
            return "D", "no_partners"
        if not self.estimates[self.main]["matched"].error > 0:
            return "D", "same"
        if clustered:
            return "D", "clusters"
        if self.kept_share < LEAST_KEPT:
            return "D", "support"
        if not worst(self.balance, "after") <= ALIKE:
            return "D", "unbalanced"
        if math.isnan(placebo.p):
            return "D", "no_placebo"
        if placebo.p < LEVEL:
            return "D", "placebo"
        if abs(others[0] - others[1]) > OTHERWISE:
            return "D", "others"
        return "B", ""


def _assembled(
    parts: list[Part], unknown: dict[str, int], clusters: dict[str, bool], main: str, found: dict[str, Any]
) -> Comparison:
    rows = [_campaign(part, unknown[part.campaign], clusters[part.campaign]) for part in parts]
    table = pd.DataFrame(rows).reindex(columns=list(CAMPAIGNS))
    sound = ((table["grade"] == "B") & table["p"].notna()).to_numpy()
    table["q"] = math.nan
    if sound.any():
        table.loc[sound, "q"] = benjamini_hochberg(table.loc[sound, "p"].to_numpy(np.float64))
    table["found"] = (table["q"] < LEVEL).to_numpy()
    grades = dict(zip(table["campaign"], table["grade"], strict=True))
    readings = pd.DataFrame([row for part in parts for row in _readings(part, grades[part.campaign])])
    balance = pd.concat([part.balance.assign(campaign=part.campaign) for part in parts], ignore_index=True)
    limits = pd.DataFrame([row for part in parts for row in _sensitivity(part)])
    return Comparison(
        "", table, readings.reindex(columns=list(READINGS)), balance.reindex(columns=list(BALANCE)),
        limits.reindex(columns=list(SENSITIVITY)), main=main, **found,
    )  # fmt: skip


def _campaign(part: Part, unknown: int, clustered: bool) -> dict[str, Any]:
    inside, placebo = part.design.contacted, part.placebo()
    own = part.estimates.get(part.main, {}).get("matched", estimate.NONE)
    grade, reason = part.verdict(unknown, clustered=clustered)
    after = part.balance["after"].abs()
    return {
        "campaign": part.campaign, "n": int(inside.sum()), "unknown": unknown, "pool": int((~inside).sum()),
        "kept": len(part.matches.contacted), "kept_share": part.kept_share, "partners": part.matches.plan.partners,
        "calliper": part.matches.plan.calliper, "apart_before": worst(part.balance, "before"),
        "apart_after": worst(part.balance, "after"),
        "worst_property": str(part.balance.at[after.idxmax(), "covariate"]) if after.notna().any() else "",
        "others": part.others[0], "others_partners": part.others[1],
        "placebo": placebo.effect, "placebo_low": placebo.low, "placebo_high": placebo.high, "placebo_p": placebo.p,
        "effect": own.effect, "low": own.low, "high": own.high, "p": own.p, "grade": grade, "reason": reason,
    }  # fmt: skip


def _readings(part: Part, grade: str) -> list[dict[str, Any]]:
    rows = []
    adjusted = _holm([part.estimates[one.name]["matched"].p for one in part.outcomes])
    for one, p_adjusted in zip(part.outcomes, adjusted, strict=True):
        for method in METHODS:
            found = part.estimates[one.name][method]
            relative = found.effect / found.mean_others if found.mean_others > 0 else math.nan
            rows.append({
                "campaign": part.campaign, "outcome": one.name, "method": method, "n": found.n,
                "n_others": found.n_others, "mean": found.mean, "mean_others": found.mean_others,
                "effect": found.effect, "low": found.low, "high": found.high, "relative": relative, "p": found.p,
                "p_adjusted": p_adjusted if method == "matched" else math.nan,
                "grade": grade if method in ("matched", "weighted") else "D",
            })  # fmt: skip
    return rows


def _holm(p: list[float]) -> list[float]:
    values = np.array(p, dtype=np.float64)
    known = ~np.isnan(values)
    values[known] = holm(values[known])
    return [float(value) for value in values]


def _sensitivity(part: Part) -> list[dict[str, Any]]:
    rows = []
    for one in part.outcomes:
        found, plain = part.estimates[one.name]["matched"], part.estimates[one.name]["not_contacted"]
        if one.kind == "binary":
            own = math.sqrt(max(found.mean * (1 - found.mean), 0.0) / found.n) if found.n else math.nan
            limits = sensitivity.of_shares(found.mean, found.mean_others, found.error, own)
        else:
            values = part.column(one.column)
            limits = sensitivity.of_means(found.effect, found.error, float(values.std()) if len(values) else 0.0)
        known = plain.mean_others > 0 and found.mean_others > 0 and plain.mean > 0 and found.mean > 0
        explained = (plain.mean / plain.mean_others) / (found.mean / found.mean_others) if known else math.nan
        rows.append({"campaign": part.campaign, "outcome": one.name, **limits._asdict(), "explained": explained})
    return rows
