"""Which named types (flags of the tag catalogue) occur together in the same customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.tags.result import TagPortrait
from customer_analytics.disclosure.hiding import small_groups

# In the order in which they are taken: types that marketing speaks of, then states that call for an action.
NAMED_TYPES = (
    "price_sensitive", "impulse_buyer", "rational_comparer", "looks_without_buying", "cart_left_behind",
    "long_standing_high_value", "loyal", "one_time_buyer", "overdue", "reads_messages", "complained",
    "highly_active_learner", "community_voice",
)  # fmt: skip
MOST_TYPES = 6
RAREST, COMMONEST = 0.02, 0.6  # shares between which a type parts customers
MOST_COMBINATIONS = 12


@dataclass(frozen=True)
class Overlap:
    """Types and their combinations.

    `names`, `shares`: the types, commonest first, and the share of the customers who have each. `table`: one row a
    combination, largest first: members (tuple of positions in names), customers, share; the one of nobody's type has
    no members. Combinations under the minimum group are left out together with enough others that nothing is found by
    subtraction. `customers`: all; who has no value for a
    type does not carry it.
    """

    names: tuple[str, ...]
    shares: tuple[float, ...]
    table: pd.DataFrame
    customers: int


def overlap_of_types(portrait: TagPortrait, minimum_group: int) -> Overlap | None:
    """The overlap of the named types that ran; None with fewer than two of them, or too few customers."""
    known = {tag.name for tag in portrait.ran if tag.kind == "flag" and not tag.sensitive}
    flags = portrait.values[[name for name in NAMED_TYPES if name in known]].fillna(False).astype(bool)
    shares = flags.mean()
    chosen = [str(name) for name in flags.columns if RAREST <= float(shares[name]) <= COMMONEST][:MOST_TYPES]
    if len(chosen) < 2 or len(flags) < 10 * max(minimum_group, 1):
        return None
    names = flags[chosen].mean().sort_values(ascending=False, kind="stable")
    codes = flags[names.index].to_numpy() @ (1 << np.arange(len(names)))
    sizes = pd.Series(codes).value_counts().sort_values(ascending=False, kind="stable")
    shown = sizes[~_hidden(sizes, len(names), minimum_group)].head(MOST_COMBINATIONS)
    members = [_positions(int(code), len(names)) for code in shown.index]
    table = pd.DataFrame({"members": members, "customers": shown.to_numpy(), "share": shown.to_numpy() / len(flags)})
    return Overlap(tuple(str(name) for name in names.index), tuple(names.tolist()), table, len(flags))


def _hidden(sizes: pd.Series, count: int, minimum_group: int) -> npt.NDArray[np.bool_]:
    """Combinations out of sight: the small ones, and so many that no type's size less what is seen tells a few."""
    hidden = small_groups(sizes.to_numpy().astype(np.int64), minimum_group)
    codes = sizes.index.to_numpy()
    for position in range(count):
        inside = (codes >> position & 1).astype(bool)
        for place in reversed(range(len(codes))):  # smallest first
            unseen = int(sizes.to_numpy()[hidden & inside].sum())
            if not 0 < unseen < minimum_group:
                break
            hidden[place] |= inside[place]
    return hidden


def _positions(code: int, count: int) -> tuple[int, ...]:
    return tuple(position for position in range(count) if code >> position & 1)


def tables(overlap: Overlap | None) -> dict[str, pd.DataFrame]:
    """File name -> the combinations: tags (joined by +), customers, share; nothing without an overlap."""
    if overlap is None:
        return {}
    named = [" + ".join(overlap.names[position] for position in members) for members in overlap.table["members"]]
    return {"tag_overlap": overlap.table.assign(tags=named)[["tags", "customers", "share"]]}
