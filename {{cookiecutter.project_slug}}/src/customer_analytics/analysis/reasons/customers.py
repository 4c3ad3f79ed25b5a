"""The reasons of each person: at most three, those that raise the probability most, one from each family."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.reasons.contributions import Explainer, in_chunks
from customer_analytics.analysis.reasons.leaves import Floats

MOST = 3
LEAST = math.log(1.1)  # whatever raises the odds of leaving by less than a tenth is nothing to speak of
NONE = -1
COLUMNS = tuple(
    name for k in range(1, MOST + 1) for name in (f"reason_{k}", f"family_{k}", f"contribution_{k}")
)  # fmt: skip
Places = npt.NDArray[np.int64]


def per_customer(explainer: Explainer, frame: pd.DataFrame, family_of: Mapping[str, str]) -> pd.DataFrame:
    """Reasons of each row.

    Args:
        explainer: of the chosen method.
        frame: person_id and the features.
        family_of: the family of each topic that may be a reason; other topics count but are never listed.

    Returns:
        person_id, and for k = 1 .. 3 reason_k (topic), family_k, contribution_k (log odds that the family adds against
        the base population, above LEAST, falling); None and NaN where fewer raise the probability.
    """
    ranking = Ranking(explainer.topics, family_of)
    parts = [ranking.table(explainer.contributions(rows)) for rows in in_chunks(frame)]
    return named(pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS)), frame)


def named(table: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The table with the ids of the frame's rows, which it has in the same order."""
    table.insert(0, "person_id", frame["person_id"].to_numpy())
    return table


class Ranking:
    """Orders contributions by family; in each family the topic that adds most stands for it."""

    def __init__(self, topics: tuple[str, ...], family_of: Mapping[str, str]) -> None:
        self.topics = np.array([*topics, None], dtype=object)
        self.families = tuple(sorted({family_of[topic] for topic in topics if topic in family_of}))
        self._members = [
            np.array([place for place, topic in enumerate(topics) if family_of.get(topic) == family])
            for family in self.families
        ]
        self._names = np.array([*self.families, None], dtype=object)

    def ranked(self, contributions: Floats) -> tuple[Places, Places, Floats]:
        """For each person and k: family, leading topic (NONE where there is none) and what the family adds."""
        people = len(contributions)
        sums, leading = np.zeros((people, len(self.families))), np.zeros((people, len(self.families)), dtype=np.int64)
        for number, members in enumerate(self._members):
            own = contributions[:, members]
            sums[:, number] = own.sum(axis=1)
            leading[:, number] = members[own.argmax(axis=1)] if people else 0
        order = np.argsort(-sums, axis=1, kind="stable")[:, :MOST]
        added = np.take_along_axis(sums, order, axis=1)
        topics = np.take_along_axis(leading, order, axis=1)
        missing = MOST - order.shape[1]
        if missing > 0:
            pad = ((0, 0), (0, missing))
            order, topics = (np.pad(each, pad, constant_values=NONE) for each in (order, topics))
            added = np.pad(added, pad, constant_values=0.0)
        told = added > LEAST
        return np.where(told, order, NONE), np.where(told, topics, NONE), np.where(told, added, np.nan)

    def table(self, contributions: Floats) -> pd.DataFrame:
        """The columns COLUMNS."""
        families, topics, added = self.ranked(contributions)
        columns: dict[str, object] = {}
        for k in range(MOST):
            columns[f"reason_{k + 1}"] = self.topics[topics[:, k]]
            columns[f"family_{k + 1}"] = self._names[families[:, k]]
            columns[f"contribution_{k + 1}"] = added[:, k]
        return pd.DataFrame(columns, columns=list(COLUMNS))
