"""Which channels are told apart: one spelling each, and the small ones together where there are too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.attribution.sums import EXACT

MOST_SPELLINGS = 5_000  # different texts of a channel that are read; rarer ones are among the small channels
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


def spelled(names: Sequence[str], counts: Sequence[float], most: int = EXACT) -> Names:
    """The channels of these spellings with how often each occurs; each keeps its most frequent spelling.

    Beyond `most` channels the largest stand alone and the others together, so that there are `most` of them.
    """
    spellings: dict[str, list[tuple[float, str]]] = {}
    for name, count in zip(names, counts, strict=True):
        spellings.setdefault(key_of(name), []).append((-count, name))
    totals = {key: sum(count for count, _ in found) for key, found in spellings.items()}
    ranked = sorted(totals, key=lambda key: (totals[key], key))
    apart, folded = ranked, 0
    if len(ranked) > most:
        apart = [key for key in ranked if key != OTHER][: most - 1]
        folded = len(ranked) - len(apart)
    shown = [" ".join(min(spellings[key])[1].split()) for key in apart]
    places = {key: place for place, key in enumerate(apart, start=1)}
    if folded:
        shown.append(OTHER)
    codes = {name: places.get(key, len(shown)) for key, found in spellings.items() for _, name in found}
    return Names(tuple(shown), codes, folded)


def coded(rows: ir.Table, most: int = EXACT) -> tuple[ir.Table, Names, int] | None:
    """The rows whose `channel` (text, null where unknown) is known, with `code`; the channels; how many rows name none.

    None where no row names a channel.
    """
    counted = rows.group_by("channel").aggregate(n=rows.count())
    frame = counted.order_by(ibis.desc("n"), "channel").limit(MOST_SPELLINGS + 1).to_pandas()
    known = frame[frame["channel"].notna()]
    if not len(known):
        return None
    names = spelled([str(name) for name in known["channel"]], [float(n) for n in known["n"]], most)
    texts: dict[int, list[str]] = {}
    for name, code in names.codes.items():
        texts.setdefault(code, []).append(name)
    # Where channels are folded the last code takes all others, those beyond the spellings read as well.
    told = [code for code in sorted(texts) if not names.folded or code < len(names.shown)]
    branches = [(rows.channel.isin(sorted(texts[code])), code) for code in told]
    rest = len(names.shown) if names.folded else 0
    numbers = ibis.cases(*branches, else_=rest) if branches else ibis.literal(rest)
    with_code = rows.filter(rows.channel.notnull()).mutate(code=numbers.cast("int16"))
    unnamed = int(frame.loc[frame["channel"].isna(), "n"].sum())
    return with_code.filter(with_code.code > 0), names, unnamed
