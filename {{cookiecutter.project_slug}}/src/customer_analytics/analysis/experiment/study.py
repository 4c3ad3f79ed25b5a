"""One campaign: from the sizes of its arms to its effects, and how far they may be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from customer_analytics.analysis.experiment import guardrails, looks, verdict
from customer_analytics.analysis.experiment.moments import Arms, Moments
from customer_analytics.analysis.experiment.pairs import Pair, effect_row, ratio_rows
from customer_analytics.analysis.experiment.result import LEVEL
from customer_analytics.analysis.experiment.sample_ratio import SampleRatio, sample_ratio
from customer_analytics.analysis.experiment.tables import Collected

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

Rows = list[dict[str, Any]]
MIXED = 0.1  # share of customers in clusters of several arms, from which clusters were not what was drawn


@dataclass(frozen=True)
class Arm:
    """One arm. `drawn`: units that the lot fell on: customers, or clusters. Moments are of complete windows only."""

    label: str
    drawn: int
    sent: float
    moments: Moments | None
    clusters: Moments | None


@dataclass(frozen=True)
class Study:
    """One campaign with its arms, the control first. `information`: share of the units whose window is over."""

    campaigns: Campaigns
    parameters: CampaignEvaluationParameters
    row: pd.Series
    arms: list[Arm]

    @property
    def campaign(self) -> str:
        """The client's code."""
        return str(self.row["campaign"])

    @property
    def information(self) -> float:
        """Share of the units whose window is over."""
        return float(self.row["over"])

    @property
    def bound(self) -> float:
        """|z| that is asked for at this look; 0 where a single look was planned."""
        if self.parameters.planned_looks == 1:
            return 0.0
        if not self.information > 0:
            return math.inf
        return looks.boundaries(looks.information_times(self.parameters.planned_looks, self.information))[-1]

    @property
    def is_mixed(self) -> bool:
        """Whether customers of the same cluster stand in several arms: then clusters are not what was drawn."""
        sums = self.campaigns.cluster_sums
        if sums is None:
            return False
        own = sums[sums["code"] == self.row["code"]]
        mixed = own.groupby("cluster")["arm"].transform("nunique") > 1
        return bool(own.loc[mixed, "n"].sum() > MIXED * own["n"].sum())

    def ratio(self) -> SampleRatio:
        """The sample ratio."""
        sizes = {arm.label: arm.drawn for arm in self.arms}
        return sample_ratio(sizes, self.row["planned"], bool(self.row["plan_known"]))

    def balance(self) -> verdict.Balance:
        """The arms before the draw; without a test where clusters were drawn, whose people resemble each other."""
        there = [(arm.label, arm.moments) for arm in self.arms if arm.moments is not None]
        if len(there) < 2 or there[0][0] != self.arms[0].label:
            return verdict.Balance([], [], math.nan)
        before = tuple(name for name in self.campaigns.columns if name.startswith(("x_", "z_")))
        is_tested = all(arm.clusters is None for arm in self.arms)
        labels, moments = [label for label, _ in there], [arm for _, arm in there]
        return verdict.balance(self.campaign, labels, moments, before, is_tested)

    def pairs(self) -> list[Pair]:
        """Every arm with the control."""
        control = self.arms[0]
        if control.moments is None:
            return []
        return [
            Pair(self.campaign, arm.label, control.label, arm.moments, control.moments, arm.clusters,
                 control.clusters, arm.sent - control.sent)
            for arm in self.arms[1:] if arm.moments is not None
        ]  # fmt: skip

    def effects(self, pairs: list[Pair], rng: np.random.Generator) -> pd.DataFrame:
        """The rows of `effects`, without grade; Holm over all of them."""
        made = []
        for pair in pairs:
            resamples = pair.resamples(rng)
            made += [effect_row(pair, one, self.parameters, rng, resamples) for one in self.campaigns.outcomes]
        rows = pd.DataFrame(made)
        if len(rows):
            rows["main"] = rows["outcome"] == self.campaigns.main
            rows["p_adjusted"] = verdict.adjusted_p(rows)
        return rows


def study(
    campaigns: Campaigns, arms: Arms, row: pd.Series, parameters: CampaignEvaluationParameters, found: Collected
) -> None:
    """One campaign, added to what was found of the others."""
    one = Study(campaigns, parameters, row, _arms(campaigns, arms, int(row["code"])))
    ratio, alike, pairs = one.ratio(), one.balance(), one.pairs()
    found.ratio += _ratio_rows(one, ratio)
    found.balance += alike.rows
    found.balance_tests += alike.tests
    effects = one.effects(pairs, np.random.default_rng((parameters.seed, int(row["code"]))))
    stage = verdict.status(parameters.planned_looks, one.information)
    nothing = "mixed_clusters" if one.is_mixed else _nothing(effects)
    grade, reason = verdict.graded(ratio, alike.is_even, stage, nothing)
    if len(effects):
        _claim(effects, grade, one.bound)
        found.effects += records(effects)
        columns = {outcome.name: outcome.column for outcome in campaigns.outcomes}
        ratios = [line for pair in pairs for line in ratio_rows(pair, columns, parameters)]
        found.ratios += [line | {"grade": "D" if line["reason"] else grade} for line in ratios]
        better = {outcome.name: outcome.better for outcome in campaigns.outcomes}
        found.guardrails += [
            guardrails.guardrail_row(line, better[str(line["outcome"])], parameters.smallest_lift)
            for line in records(effects[effects["guardrail"]])
        ]
        found.looks += [_look(one, line) for line in records(effects[effects["main"]])]
    found.verdicts.append(_verdict(one, ratio, alike, effects, stage) | {"grade": grade, "reason": reason})


def records(frame: pd.DataFrame) -> Rows:
    """The rows of a table, each by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _arms(campaigns: Campaigns, arms: Arms, code: int) -> list[Arm]:
    made = []
    for line in campaigns.arms_of(code).to_dict("records"):
        number = int(line["number"])
        clusters = arms.clusters_of(code, number)
        drawn = int(line["n"]) if clusters is None else clusters.n
        made.append(Arm(str(line["arm"]), drawn, float(line["sent"]), arms.of(code, number), clusters))
    return made


def _ratio_rows(one: Study, ratio: SampleRatio) -> Rows:
    total = max(1, sum(arm.drawn for arm in one.arms))
    return [
        {
            "campaign": one.campaign, "arm": arm.label, "n": arm.drawn, "share": arm.drawn / total,
            "planned_share": ratio.shares[arm.label],
        }
        for arm in one.arms
    ]  # fmt: skip


def _nothing(effects: pd.DataFrame) -> str:
    """Why no outcome of any arm could be compared; "" where one could."""
    if not len(effects):
        return "few"
    reasons = set(effects["reason"])
    if reasons & {"", "constant"}:
        return ""
    return "few_clusters" if "few_clusters" in reasons else "few" if "few" in reasons else "unknown"


def _claim(effects: pd.DataFrame, grade: str, bound: float) -> None:
    """Grade every row, and say which differ beyond chance: after Holm, and beyond the bound of a planned look."""
    is_there = effects["reason"].isin(["", "constant"])
    effects["grade"] = np.where(is_there, grade, "D")
    statistic = stats.norm.isf(effects["p"].to_numpy(dtype=np.float64) / 2)
    effects["found"] = (effects["p_adjusted"] < LEVEL) & (statistic >= bound) & (grade != "D")


def _look(one: Study, line: dict[str, Any]) -> dict[str, Any]:
    """The main outcome of one arm at this look."""
    planned, bound = one.parameters.planned_looks, one.bound
    effect, error, p = float(line["effect"]), float(line["standard_error"]), float(line["p"])
    sized_for = float(line["smallest"]) * math.sqrt(one.information)  # what the whole experiment could see
    always = looks.always_valid(effect, error, sized_for)
    half = bound * error if bound > 0 else math.nan
    return {
        "campaign": line["campaign"], "arm": line["arm"], "control": line["control"], "outcome": line["outcome"],
        "planned": planned, "look": looks.look_number(planned, one.information), "information": one.information,
        "level_spent": looks.spent(one.information) if planned > 1 else LEVEL,
        "boundary": bound if planned > 1 else math.nan,
        "statistic": float(stats.norm.isf(p / 2)) if p > 0 else math.inf if p == 0 else math.nan,
        "crossed": bool(line["found"]), "low": effect - half, "high": effect + half,
        "always_low": always.interval.low, "always_high": always.interval.high, "always_p": always.p,
    }  # fmt: skip


def _verdict(
    one: Study, ratio: SampleRatio, alike: verdict.Balance, effects: pd.DataFrame, stage: str
) -> dict[str, Any]:
    two, units = float(one.row["in_two_arms"]), float(one.row["units"])
    main = effects[effects["main"] & effects["p"].notna()] if len(effects) else effects
    return {
        "campaign": one.campaign, "ratio_p": ratio.p, "ratio_level": ratio.level,
        "plan_known": bool(one.row["plan_known"]), "in_two_arms_share": two / (two + units) if two else 0.0,
        "balance_p": alike.p, "balanced": alike.is_even, "status": stage, "information": one.information,
        "found": bool(len(main) and main["found"].any()),
        "main_p": min(1.0, float(main["p"].min()) * len(main)) if len(main) else math.nan,
    }  # fmt: skip
