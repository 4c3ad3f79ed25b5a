"""How steady reasons are: the share of people who keep their first reason when the model learns from other people.

A bootstrap of persons stands for "other people of the same kind". What hardly survives it is not told as a reason of
one person with the same confidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.analysis.reasons.contributions import Explainer, explain
from customer_analytics.analysis.reasons.customers import NONE, Places, Ranking
from customer_analytics.analysis.scoring.models import Model

REFITS = 5
MOST_PEOPLE = 1_000
COLUMNS = ("family", "people", "same_first", "among_three")


@dataclass(frozen=True)
class Stability:
    """`same_first`: share of people whose first reason is of the same family after a refit, mean over the refits, with
    the lowest and highest refit; `among_three`: share whose first reason is still among their three. `table` (COLUMNS):
    the same by the family of the first reason. NaN without people or refits."""

    refits: int
    people: int
    same_first: float
    lowest: float
    highest: float
    among_three: float
    table: pd.DataFrame


def stability(
    explainer: Explainer,
    refitted: Iterable[Model],
    frame: pd.DataFrame,
    topic_of: Mapping[str, str],
    family_of: Mapping[str, str],
) -> Stability:
    """Compare the reasons of some people by one model with those by models of other draws.

    Args:
        explainer: of the model in use.
        refitted: models of other draws.
        frame: feature rows of the people; they are their own base population here, for all models alike.
        topic_of: topic by feature.
        family_of: family by topic that may be a reason.
    """
    own = _families(explain(explainer.model, frame, topic_of), frame, family_of)
    first = own[:, 0]
    told = first != ""
    kept, among = [], []
    for model in refitted:
        other = _families(explain(model, frame, topic_of), frame, family_of)
        kept.append(other[told, 0] == first[told])
        among.append((other[told] == first[told, None]).any(axis=1))
    if not told.any() or not kept:
        return Stability(len(kept), int(told.sum()), *(np.nan,) * 4, pd.DataFrame(columns=list(COLUMNS)))
    same, still = np.array(kept, dtype=float), np.array(among, dtype=float)
    rows = []
    for family in sorted(set(first[told])):
        mine = first[told] == family
        rows.append((family, int(mine.sum()), float(same[:, mine].mean()), float(still[:, mine].mean())))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    each = same.mean(axis=1)
    return Stability(
        len(kept), int(told.sum()), float(each.mean()), float(each.min()), float(each.max()), float(still.mean()),
        table.sort_values(["people", "family"], ascending=[False, True], ignore_index=True),
    )  # fmt: skip


def _families(explainer: Explainer, frame: pd.DataFrame, family_of: Mapping[str, str]) -> np.ndarray:
    """Families of the reasons, people x 3; "" where there is none."""
    ranking = Ranking(explainer.topics, family_of)
    places: Places = ranking.ranked(explainer.contributions(frame))[0]
    names = np.array([*ranking.families, ""], dtype=object)
    return names[np.where(places == NONE, len(ranking.families), places)]
