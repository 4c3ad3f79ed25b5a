"""Which named types (flags of the tag catalogue) occur together in the same customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.groups import small_groups
from customer_analytics.analysis.tags.result import TagPortrait

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
    while len(chosen) >= 2:
        found = _overlap(flags[chosen], minimum_group)
        if found is None or isinstance(found, Overlap):
            return found
        chosen.remove(found)
    return None


def _overlap(flags: pd.DataFrame, minimum_group: int) -> Overlap | str | None:
    """The overlap, or the name of a type of which too few customers would be left out of sight."""
    if len(flags) < max(minimum_group, 1) * 10:
        return None
    names = flags.mean().sort_values(ascending=False, kind="stable").index
    complete = flags[names]
    codes = complete.to_numpy() @ (1 << np.arange(len(names)))
    sizes = pd.Series(codes).value_counts().sort_index()
    hidden = small_groups(sizes.to_numpy().astype(np.int64), minimum_group)
    for position, name in enumerate(names):
        unseen = int(sizes[hidden & ((sizes.index.to_numpy() >> position) & 1).astype(bool)].sum())
        if 0 < unseen < minimum_group:  # the size of the type less its visible combinations would tell
            return str(name)
    shown = sizes[~hidden].sort_values(ascending=False, kind="stable").head(MOST_COMBINATIONS)
    members = [_positions(int(code), len(names)) for code in shown.index]
    table = pd.DataFrame({"members": members, "customers": shown.to_numpy(), "share": shown.to_numpy() / len(complete)})
    return Overlap(tuple(str(name) for name in names), tuple(complete.mean().tolist()), table, len(complete))


def _positions(code: int, count: int) -> tuple[int, ...]:
    return tuple(position for position in range(count) if code >> position & 1)


def tables(overlap: Overlap | None) -> dict[str, pd.DataFrame]:
    """File name -> the combinations: tags (joined by +), customers, share; nothing without an overlap."""
    if overlap is None:
        return {}
    named = [" + ".join(overlap.names[position] for position in members) for members in overlap.table["members"]]
    return {"tag_overlap": overlap.table.assign(tags=named)[["tags", "customers", "share"]]}
