"""Which channels are told apart: one spelling each, and the small ones together where there are too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from customer_analytics.analysis.attribution.sums import EXACT

OTHER = "(other)"  # the channels beyond the largest, together; web analytics exports write it like this too


@dataclass(frozen=True)
class Names:
    """`shown`: the channels as the client writes them, the largest first; `codes`: each spelling -> its code (from 1);
    `folded`: how many channels OTHER holds; 0 where all are told apart."""

    shown: tuple[str, ...]
    codes: dict[str, int]
    folded: int


def key_of(name: str) -> str:
    """What makes two spellings one channel: blanks and upper case do not count."""
    return " ".join(name.split()).casefold()


def spelled(names: Sequence[str], counts: Sequence[float]) -> Names:
    """The channels of these spellings with how often each occurs; each keeps its most frequent spelling."""
    spellings: dict[str, list[tuple[float, str]]] = {}
    for name, count in zip(names, counts, strict=True):
        spellings.setdefault(key_of(name), []).append((-count, name))
    totals = {key: sum(count for count, _ in found) for key, found in spellings.items()}
    ranked = sorted(totals, key=lambda key: (totals[key], key))
    apart, folded = ranked, 0
    if len(ranked) > EXACT:
        apart = [key for key in ranked if key != OTHER][: EXACT - 1]
        folded = len(ranked) - len(apart)
    shown = [" ".join(min(spellings[key])[1].split()) for key in apart]
    places = {key: place for place, key in enumerate(apart, start=1)}
    if folded:
        shown.append(OTHER)
    codes = {name: places.get(key, len(shown)) for key, found in spellings.items() for _, name in found}
    return Names(tuple(shown), codes, folded)
