"""What may be said of each campaign: that it caused something, that nothing is seen, or that it cannot be told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.campaign_evaluation.wording import is_beyond_chance

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View


class Kind(StrEnum):
    """What may be said of a campaign."""

    CAUSED = "caused"  # randomised and sound: the main outcome got better
    PARTLY = "partly"  # randomised and sound: another outcome got better, the main one not beyond chance
    MOVED = "moved"  # randomised and sound: the gain was taken from the days after the window
    HARMED = "harmed"  # randomised and sound: the main outcome got worse
    NOTHING = "nothing"  # randomised and sound: no difference beyond chance
    DOUBTFUL = "doubtful"  # the arms are not quite as planned: a difference is told, its cause is not
    ADJUSTED = "adjusted"  # not randomised; a comparison with alike customers that balances
    UNKNOWN = "unknown"  # cannot be told


SOUND = (Kind.CAUSED, Kind.PARTLY, Kind.MOVED, Kind.HARMED, Kind.NOTHING)
GAINS = (Kind.CAUSED, Kind.PARTLY)
MATCHED = "matched"  # before the reason of a comparison: nobody was held out, and the comparison does not hold either


@dataclass(frozen=True)
class Verdict:
    """What may be said of one campaign.

    `campaign`: its code. `effect`: the row that it is judged by, of `Experiments.effects` or of the comparison; None
    where there is none. `reason`: key of why it cannot be told, or is doubtful. `grade`: A to D. `others`: effects on
    other outcomes that are beyond chance.
    """

    campaign: str
    kind: Kind
    effect: Any | None
    reason: str
    grade: str
    others: tuple[Any, ...] = ()

    @property
    def arm(self) -> str:
        """The arm that it is judged by; empty where there is none."""
        return "" if self.effect is None else str(getattr(self.effect, "arm", ""))


@dataclass(frozen=True)
class Matched:
    """An effect of the comparison with alike customers, with the names that the effects of experiments have."""

    campaign: str
    outcome: str
    n: int
    n_control: int
    mean: float
    mean_control: float
    effect: float
    low: float
    high: float
    relative: float
    p: float
    p_adjusted: float
    found: bool
    arm: str = ""
    control: str = ""


def verdicts(view: View) -> list[Verdict]:
    """A verdict of each campaign, in the order of the list."""
    return view.verdicts


def judged(view: View) -> list[Verdict]:
    """The verdicts, made anew."""
    return [_of_experiment(view, one) or _of_comparison(view, one) for one in view.listed]


def of_kind(view: View, *kinds: Kind) -> list[Verdict]:
    """The verdicts of some kinds."""
    return [one for one in verdicts(view) if one.kind in kinds]


def main_effects(view: View, campaign: str) -> list[Any]:
    """The effects of a campaign's arms on the main outcome, in the order of the arms."""
    experiments = view.result.experiments
    if experiments is None or not len(experiments.effects):
        return []
    effects = experiments.effects
    return rows(effects[(effects["campaign"] == campaign) & (effects["outcome"] == view.main)])


def other_effects(view: View, campaign: str) -> list[Any]:
    """The effects of a campaign on other outcomes than the main one that are beyond chance, guardrails left out."""
    experiments = view.result.experiments
    if experiments is None or not len(experiments.effects):
        return []
    effects = experiments.effects
    others = rows(effects[(effects["campaign"] == campaign) & (effects["outcome"] != view.main)])
    return [row for row in others if is_beyond_chance(row) and not row.guardrail]


def _of_experiment(view: View, listed: Any) -> Verdict | None:
    """The verdict of a campaign whose arms were drawn; None where they were not."""
    experiments, campaign = view.result.experiments, str(listed.campaign)
    if experiments is None or listed.kind != "randomised":
        return None
    known = rows(experiments.verdicts[experiments.verdicts["campaign"] == campaign])
    found = [row for row in main_effects(view, campaign) if not math.isnan(float(row.effect))]
    if not known:
        return Verdict(campaign, Kind.UNKNOWN, None, str(listed.reason) or "few", "D")
    grade, reason = str(known[0].grade), str(known[0].reason)
    if not found:
        return Verdict(campaign, Kind.UNKNOWN, None, reason or str(listed.reason) or "few", "D")
    best = _telling(view, found)
    others = tuple(other_effects(view, campaign))
    if grade == "A":
        if math.isnan(float(best.low)):
            return Verdict(campaign, Kind.UNKNOWN, None, "few", "D")
        return Verdict(campaign, _sound_kind(view, best, others), best, "", "A", others)
    if grade == "C":
        return Verdict(campaign, Kind.DOUBTFUL, best, reason, "C", others)
    return Verdict(campaign, Kind.UNKNOWN, None, reason, "D")


def _sound_kind(view: View, best: Any, others: tuple[Any, ...]) -> Kind:
    """What a sound experiment showed: by its main outcome, then by what else is beyond chance."""
    sure = is_beyond_chance(best)
    if sure and gain(view, best) < 0:
        return Kind.HARMED
    timing, arm = view.result.timing, (str(best.campaign), str(best.arm))
    gains = [row for row in others if gain(view, row) > 0]
    if (sure or gains) and timing is not None and arm in timing.moved_away:
        return Kind.MOVED
    if sure:
        return Kind.CAUSED
    return Kind.PARTLY if gains else Kind.NOTHING


def _telling(view: View, found: list[Any]) -> Any:
    """The arm that a campaign is judged by: of those beyond chance the one with the best effect, else the clearest."""
    sure = [row for row in found if is_beyond_chance(row)]
    if sure:
        return max(sure, key=lambda row: gain(view, row))
    return min(found, key=lambda row: (math.inf if math.isnan(float(row.p)) else float(row.p), str(row.arm)))


def gain(view: View, row: Any) -> float:
    """An effect, turned so that more is better."""
    known = view.campaigns.outcome(str(row.outcome))
    return -float(row.effect) if known is not None and known.better == "lower" else float(row.effect)


def _of_comparison(view: View, listed: Any) -> Verdict:
    """The verdict of a campaign whose customers were chosen and not drawn."""
    campaign, comparison = str(listed.campaign), view.result.comparison
    plain = str(listed.reason) or "no_arms"
    compared = None if comparison is None else comparison.of(campaign)
    if comparison is None or compared is None:
        return Verdict(campaign, Kind.UNKNOWN, None, plain, "D")
    if str(compared["grade"]) != "B":
        return Verdict(campaign, Kind.UNKNOWN, None, f"{MATCHED}:{compared['reason']}", "D")
    readings = comparison.readings
    chosen = readings[
        (readings["campaign"] == campaign) & (readings["method"] == MATCHED) & (readings["outcome"] == comparison.main)
    ]
    if not len(chosen):
        return Verdict(campaign, Kind.UNKNOWN, None, plain, "D")
    row = rows(chosen)[0]
    effect = Matched(
        campaign, comparison.main, int(row.n), int(row.n_others), float(row.mean), float(row.mean_others),
        float(row.effect), float(row.low), float(row.high), float(row.relative), float(row.p), float(row.p_adjusted),
        bool(compared["found"]),
    )  # fmt: skip
    return Verdict(campaign, Kind.ADJUSTED, effect, "", "B")
