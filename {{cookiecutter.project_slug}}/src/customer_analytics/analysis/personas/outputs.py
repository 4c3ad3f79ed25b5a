"""What the report leaves for machines: metrics, tables behind the charts, lists of customers. Names are a contract."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas.result import PersonasResult
from customer_analytics.analysis.tags.result import TagPortrait

Metrics = dict[str, float | int | None]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
PERSONAS = [
    "persona", "customers", "share_customers", "share_revenue", "stability", "rule", "rule_fidelity",
]  # fmt: skip
MEMBERS = ["customer_id", "persona", "certainty"]


def metrics(result: PersonasResult, portrait: TagPortrait, minimum_group: int) -> Metrics:
    """Flat name -> number; None where not estimable. Counts of a discovery or look-alikes below the floor are None."""
    people, structure, validity = result.population, result.structure, result.validity
    numbers: Metrics = {
        "customers": people.customers,
        "customers_described": people.described,
        "customers_too_little_known": people.too_little,
        "tags": len(portrait.ran),
        "tags_used": len(result.preparation.used),
        "personas": len(result.personas),
        "structure": {"found": 1, "none": 0, "not_estimable": None}[structure.status],
        "structure_p_permuted": _known(structure.p_permuted),
        "structure_p_one_group": _known(structure.p_one_group),
        "silhouette": _silhouette(result),
        "gap_k": result.choice.gap_k if len(result.choice.table) else None,
        "validity": _known(validity.r2("persona")),
        "validity_permuted": _known(validity.r2("permuted")),
        "validity_rfm": _known(validity.r2("rfm")),
        "validity_rfm_and_persona": _known(validity.r2("rfm_and_persona")),
        "validity_added": _known(validity.added),
        "stayed": _known(result.movement.stayed),
    }
    counts = dict(zip(result.lookalike_counts["persona"], result.lookalike_counts["customers"], strict=True))
    for persona in result.personas:
        numbers[f"persona.{persona.key}.customers"] = persona.customers
        numbers[f"persona.{persona.key}.share_revenue"] = _known(persona.share_revenue)
        numbers[f"stability.{persona.key}"] = _known(persona.stability)
        numbers[f"rule_fidelity.{persona.key}"] = _known(persona.rule.fidelity)
        alike = int(counts.get(persona.key, 0))
        numbers[f"lookalikes.{persona.key}"] = alike if alike == 0 or alike >= minimum_group else None
    for found in result.discoveries:
        searched = found.status == "searched"
        numbers[f"combinations.{found.target}.tested"] = found.tested if searched else None
        numbers[f"combinations.{found.target}.confirmed"] = found.confirmed if searched else None
    return numbers


def tables(result: PersonasResult, portrait: TagPortrait, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> the table behind a chart. What rests on too few customers is empty but for their count.

    `portrait` is the one that the result was made of: its for_each tags say in `index` which value they stand for.
    """
    meant = {tag.name: tag.each for tag in portrait.ran if tag.each is not None}
    combined = [found.table.assign(target=found.target) for found in result.discoveries if len(found.table)]
    return {
        "personas": _personas(result),
        "profile": _without_small(result.profile, minimum_group, ("persona", "feature")),
        "index": result.index.assign(of=result.index["name"].map(meant)),
        "hours": _few_moments(result.hours, minimum_group),
        "channels": result.channels,
        "months": _few_moments(result.months, minimum_group, "purchases"),
        "number_of_personas": result.choice.table,
        "features": _features(result),
        "validity": result.validity.table,
        "movement": without_small_moves(result.movement.table, minimum_group),
        "combinations": _combinations(combined, minimum_group),
        "fairness": result.fairness,
        "lookalike_counts": _without_small(result.lookalike_counts, minimum_group, ("persona",)),
    }


def customer_tables(result: PersonasResult) -> dict[str, pd.DataFrame]:
    """File name -> one row a customer: everybody's persona (or that too little is known), and the look-alikes."""
    made = {"persona_members": result.customers[MEMBERS]}
    if len(result.lookalikes):
        made["lookalikes"] = result.lookalikes
    for persona in result.personas:
        own = result.customers[result.customers["persona"] == persona.key]
        listed = own[MEMBERS].sort_values(["certainty", "customer_id"], ascending=[False, True], ignore_index=True)
        made[f"persona_lists/{persona.key}"] = listed
    return made


def _silhouette(result: PersonasResult) -> float | None:
    table = result.choice.table
    widths = dict(zip(table["k"], table["silhouette"], strict=True))
    return _known(float(widths.get(result.choice.k, math.nan)))


def _personas(result: PersonasResult) -> pd.DataFrame:
    rows = [
        (
            one.key,
            one.customers,
            one.share_customers,
            one.share_revenue,
            one.stability,
            one.rule.text,
            one.rule.fidelity,
        )
        for one in result.personas
    ]
    return pd.DataFrame(rows, columns=PERSONAS)


def _features(result: PersonasResult) -> pd.DataFrame:
    rows = [
        (one.name, one.tag_class, one.kind, one.transformation, one.status, one.because, one.missing)
        for one in result.preparation.features
    ]
    return pd.DataFrame(rows, columns=["feature", "class", "kind", "transformation", "status", "because", "missing"])


def _combinations(parts: Sequence[pd.DataFrame], minimum_group: int) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=["target", "audience"])
    table = pd.concat(parts, ignore_index=True)
    few = (table["customers_today"] > 0) & (table["customers_today"] < minimum_group)
    today = table["customers_today"].astype(float).where(~few)
    return table.assign(customers_today=today)[["target", *(name for name in table.columns if name != "target")]]


def without_small_moves(table: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    """Cells of too few customers are empty, and so many others that no row or column gives them away by its sum."""
    if not len(table):
        return table
    hidden = np.zeros(len(table), dtype=bool)
    before = -1
    while int(hidden.sum()) != before:  # hiding in a row can leave one alone in a column
        before = int(hidden.sum())
        for side in ("from_persona", "to_persona"):
            for group in table.groupby(side).indices.values():
                place = np.asarray(group)
                hidden[place] = _hidden_in(table["customers"].to_numpy()[place], hidden[place], minimum_group)
    kept = table.astype({"customers": float})
    kept.loc[hidden, ["customers", "share", "low", "high"]] = math.nan
    return kept


def _hidden_in(counts: Counts, hidden: Flags, minimum: int) -> Flags:
    """The hidden cells of a row or column with its small ones, and with the next smallest until they are enough."""
    hidden = hidden | ((counts > 0) & (counts < minimum))
    if not hidden.any():
        return hidden
    for place in np.argsort(counts, kind="stable"):
        if counts[hidden].sum() >= minimum:
            break
        hidden[place] = True
    return hidden


def _few_moments(table: pd.DataFrame, minimum_group: int, count: str = "moments") -> pd.DataFrame:
    """Cells of fewer purchases or visits than the floor hold no number: they are fewer customers still."""
    if not len(table):
        return table
    kept = table.astype({count: float})
    numbers = [name for name in ("share", "index", "low", "high", count) if name in kept.columns]
    kept.loc[kept[count] < minimum_group, numbers] = math.nan
    return kept


def _without_small(table: pd.DataFrame, minimum_group: int, keys: tuple[str, ...]) -> pd.DataFrame:
    few = ((table["customers"] > 0) & (table["customers"] < minimum_group)).to_numpy(dtype=bool)
    kept = table.astype({"customers": float})
    kept.loc[few, [name for name in kept.columns if name not in keys]] = math.nan
    return kept


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
