"""What is published of survival and hazards: numbers for metrics.json, and the tables behind the charts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.hazard.design import OTHERS, UNKNOWN
from customer_analytics.analysis.hazard.result import HazardResult, Hazards
from customer_analytics.analysis.survival.comparison import OTHERS as SMALL_GROUPS
from customer_analytics.analysis.survival.estimate import Curve

MOST_ROWS = 400  # ages of a curve in the table; a longer curve is thinned
PREFIX = {"contracts": "contracts.", "lives": "lives."}
SURVIVAL = ["group", "time", "at_risk", "survival", "low", "high", "population"]
HAZARDS = [
    "covariate", "coefficient", "hazard_ratio", "low", "high", "p", "proportional_p", "q", "reference", "early",
    "early_low", "early_high", "late", "late_low", "late_high", "population",
]  # fmt: skip


def metrics(result: HazardResult | None) -> dict[str, float | int | None]:
    """Numbers of the main population under their plain names, of each under contracts. and lives.; null where not
    estimable."""
    main = None if result is None else result.main
    found: dict[str, float | int | None] = {
        "survival.median": None if main is None or main.curve is None else main.curve.median(),
        "concordance": None if main is None else _known(main.concordance.value),
        "concordance_held_out": None,
        "concordance_uno": None,
        "integrated_brier": None,
        "integrated_brier_skill": None,
    }
    if main is not None and main.quality is not None:
        quality = main.quality
        found |= {
            "concordance_held_out": _known(quality.harrell.value), "concordance_uno": _known(quality.uno.value),
            "integrated_brier": _known(quality.brier), "integrated_brier_skill": _known(quality.skill.value),
        }  # fmt: skip
    for part in () if result is None else result.parts:
        head = PREFIX[part.kind]
        found |= {
            f"{head}counted": part.people, f"{head}ended": part.ended,
            f"{head}median": None if part.curve is None else part.curve.median(),
            f"{head}concordance": _known(part.concordance.value),
            f"{head}expected_ends": float(part.scores["probability"].sum()) if len(part.scores) else None,
        }  # fmt: skip
        for comparison in part.comparisons:
            found[f"{head}log_rank.{comparison.column}"] = _known(comparison.p_adjusted)
    return found


def tables(result: HazardResult | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """survival, hazards (with their fixed columns first), survival_groups, hazard_by_tenure, hazard_checks,
    hazard_set_aside, end_reasons: those that there are."""
    parts = () if result is None else result.parts
    made = {
        "survival": _joined([_survival(part, minimum_group) for part in parts]),
        "survival_groups": _joined([_groups(part) for part in parts]),
        "hazards": _joined([_hazards(part) for part in parts]),
        "hazard_by_tenure": _joined([part.tenure.assign(population=part.kind) for part in parts]),
        "hazard_checks": _joined([_checks(part) for part in parts]),
        "hazard_set_aside": _joined([_set_aside(part) for part in parts]),
        "end_reasons": _joined([_reasons(part, minimum_group) for part in parts]),
    }
    return {name: table for name, table in made.items() if len(table)}


def customer_tables(result: HazardResult | None) -> dict[str, pd.DataFrame]:
    """contract_scores: one row a running contract with its probability to end within the horizon, given its age."""
    found = None if result is None or result.contracts is None else result.contracts.scores
    if found is None or not len(found):
        return {}
    assert result is not None and result.contracts is not None
    return {"contract_scores": found.assign(within=result.contracts.horizon, unit=result.contracts.unit)}


def _joined(found: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in found if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _survival(part: Hazards, minimum_group: int) -> pd.DataFrame:
    curves = [] if part.curve is None else [_curve("all", part.curve, minimum_group)]
    for comparison in part.comparisons:
        for group, curve in comparison.curves.items():
            curves.append(_curve(f"{comparison.column}={_level(group)}", curve, minimum_group))
    return _joined(curves).assign(population=part.kind) if curves else pd.DataFrame(columns=SURVIVAL)


def _curve(name: str, curve: Curve, minimum_group: int) -> pd.DataFrame:
    """A curve as far as at least `minimum_group` are under observation, thinned where it is long."""
    table = pd.DataFrame(
        {
            "group": name, "time": curve.time, "at_risk": curve.at_risk.astype(np.int64), "survival": curve.survival,
            "low": curve.low, "high": curve.high,
        }
    )  # fmt: skip
    table = table[table["at_risk"] >= max(minimum_group, 1)]
    if len(table) > MOST_ROWS:
        table = table.iloc[np.unique(np.linspace(0, len(table) - 1, MOST_ROWS).astype(int))]
    return table


def _groups(part: Hazards) -> pd.DataFrame:
    return _joined(
        [
            each.groups.assign(
                group=[f"{each.column}={_level(name)}" for name in each.groups["group"]],
                median=np.array([each.curves[name].median() for name in each.groups["group"]], dtype=float),
                until=each.limit, log_rank_p=each.p_adjusted, population=part.kind,
            )
            for each in part.comparisons
        ]
    )  # fmt: skip


def _hazards(part: Hazards) -> pd.DataFrame:
    if part.cox is None or not len(part.effects):
        return pd.DataFrame()
    table = part.effects.merge(part.proportional, on="covariate", how="left")
    table["reference"] = [None if level is None else _level(str(level)) for level in table["reference"]]
    return table.assign(population=part.kind)[HAZARDS]


def _checks(part: Hazards) -> pd.DataFrame:
    """The measures one under the other: check, at (age or day), value, low, high, n."""
    rows: list[tuple[str, float, float, float, float, int]] = []
    quality = part.quality
    if quality is not None:
        none = math.nan
        rows += [
            ("harrell", none, *_measure(quality.harrell), quality.people),
            ("uno", quality.tau, *_measure(quality.uno), quality.people),
            ("integrated_brier", quality.tau, quality.brier, none, none, quality.people),
            ("integrated_brier_kaplan_meier", quality.tau, quality.brier_reference, none, none, quality.people),
            ("integrated_brier_skill", quality.tau, *_measure(quality.skill), quality.people),
        ]
        rows += [
            ("area_under_curve", row["age"], row["area"], row["low"], row["high"], int(row["ended"] + row["left"]))
            for row in quality.areas.to_dict("records")
        ]
        rows += _fifths("calibration_held_out", quality.calibration)
    if part.later is not None:
        rows += _fifths("calibration_later", part.later.groups)
        rows.append(("brier_skill_later", math.nan, part.later.skill, math.nan, math.nan, len(part.later.cuts)))
    table = pd.DataFrame(rows, columns=["check", "at", "value", "low", "high", "n"])
    return table.assign(population=part.kind)


def _fifths(name: str, groups: pd.DataFrame) -> list[tuple[str, float, float, float, float, int]]:
    """`at`: the predicted share, `value`: the one seen."""
    return [
        (name, row["predicted"], row["observed"], row["low"], row["high"], int(row["people"]))
        for row in groups.to_dict("records")
    ]


def _measure(measure: object) -> tuple[float, float, float]:
    return tuple(float(getattr(measure, name)) for name in ("value", "low", "high"))  # type: ignore[return-value]


def _set_aside(part: Hazards) -> pd.DataFrame:
    return part.set_aside.assign(population=part.kind)


def _reasons(part: Hazards, minimum_group: int) -> pd.DataFrame:
    if not len(part.incidence):
        return pd.DataFrame()
    table = part.incidence[part.incidence["at_risk"] >= max(minimum_group, 1)]
    return table.assign(reason=[_level(str(name)) for name in table["reason"]], population=part.kind)


def _level(name: str) -> str:
    """A level as the tables write it."""
    return {OTHERS: "others", SMALL_GROUPS: "others", UNKNOWN: "unknown"}.get(name, name)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
