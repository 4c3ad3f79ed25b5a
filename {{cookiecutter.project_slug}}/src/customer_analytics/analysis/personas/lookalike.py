"""Customers of whom too little is known for a persona, but who already look like one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas.clustering import assign
from customer_analytics.analysis.personas.describe import Members
from customer_analytics.analysis.personas.space import Space

Floats = npt.NDArray[np.float64]
LEAST_KNOWN = 0.6  # of the tags
COLUMNS = ["customer_id", "persona", "similarity"]


def lookalikes(
    space: Space, values: pd.DataFrame, purchases: Floats, candidates: npt.NDArray[np.bool_], members: Members,
    centres: Floats,
) -> pd.DataFrame:  # fmt: skip
    """customer_id, persona, similarity of candidates who bought at least once, most similar first.

    Similarity is how much nearer the centre of the persona is than the second nearest; listed are those nearer than
    the middle of the persona's own members, with a value in most tags.
    """
    chosen = candidates & (purchases >= 1)
    if not members.keys or not chosen.any():
        return pd.DataFrame({"customer_id": pd.Series(dtype=object), "persona": [], "similarity": []})[COLUMNS]
    names = [feature.name for feature in space.used]
    there, bought = values[chosen], purchases[chosen]
    known = there[names].notna().mean(axis=1).to_numpy() >= LEAST_KNOWN
    there, bought = there[known], bought[known]
    labels, similarity = assign(space.coordinates(space.matrix(there, bought)), centres)
    k = range(len(members.keys))
    middle = np.array([np.median(members.certainty[members.labels == label]) for label in k])
    close = similarity >= middle[labels]
    found = pd.DataFrame(
        {
            "customer_id": there["customer_id"].to_numpy(dtype=object)[close],
            "persona": np.array(members.keys, dtype=object)[labels[close]],
            "similarity": similarity[close],
        }
    )
    return found.sort_values(["similarity", "customer_id"], ascending=[False, True], ignore_index=True)
