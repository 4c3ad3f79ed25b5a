"""Ready-made paths, as `channel_paths` holds them, as the sums that the models need.

A row stands for many journeys, which nobody can tell apart any more. Each is put into a block by lot, so that a
resample of the blocks is a resample of journeys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy import sparse

from customer_analytics.analysis.attribution import rules
from customer_analytics.analysis.attribution.names import Names, spelled
from customer_analytics.analysis.attribution.sums import Floats, Integers, Sums
from customer_analytics.analysis.survival.blocks import BLOCKS

SPACED, CLOSE = re.compile(r"\s+>(?=\s)"), re.compile(">")  # as the table is described; as some write it
ONE_BY_ONE = 64  # journeys of a row up to which each is drawn by itself


@dataclass(frozen=True)
class ReadyPaths:
    """The paths as sums, and as they were counted.

    paths: path (channels as shown, joined by " > "), contacts, conversions, value, nulls; the most conversions first.
    with_nulls, with_value: whether the table says how many did not convert, and what conversions were worth. empty:
    rows that name no channel.
    """

    sums: Sums
    names: Names
    paths: pd.DataFrame
    contacts: Floats
    with_nulls: bool
    with_value: bool
    empty: int


def read(table: ir.Table, half_life: float, seed: int) -> ReadyPaths | None:
    """The table of paths as sums; None where no row names a channel."""
    frame = _numbers(table)
    split = _split(frame["path"].tolist())
    lengths: Integers = np.array([len(path) for path in split], dtype=np.int64)
    kept: Integers = lengths[lengths > 0]
    frame = frame[lengths > 0].reset_index(drop=True)
    if not len(frame):
        return None
    flat = pd.Series([name for path in split for name in path])
    row: Integers = np.repeat(np.arange(len(frame), dtype=np.int64), kept)
    journeys = (frame["conversions"] + frame["nulls"]).to_numpy(dtype=np.float64)
    counted = flat.to_frame("name").assign(n=journeys[row]).groupby("name", as_index=False)["n"].sum()
    names = spelled(counted["name"].tolist(), counted["n"].tolist())
    codes: Integers = flat.map(names.codes).to_numpy().astype(np.int64)
    sums = _sums(frame, kept, row, codes, len(names.shown), half_life, seed)
    shown = pd.Series(np.asarray(names.shown, dtype=object)[codes - 1]).groupby(row).agg(" > ".join)
    paths = frame.assign(path=shown.to_numpy(), contacts=kept)
    paths = paths.groupby("path", as_index=False).agg(
        contacts=("contacts", "first"), conversions=("conversions", "sum"), value=("value", "sum"),
        nulls=("nulls", "sum"),
    )  # fmt: skip
    ranked = paths.sort_values(["conversions", "value", "path"], ascending=[False, False, True], ignore_index=True)
    contacts = np.bincount(codes - 1, weights=journeys[row], minlength=len(names.shown)).astype(np.float64)
    with_nulls = bool(frame["nulls"].sum() > 0)
    return ReadyPaths(sums, names, ranked, contacts, with_nulls, "value" in table.columns, len(split) - len(frame))


def _split(paths: list[str]) -> list[list[str]]:
    """The channels of each path; a name may hold the sign itself where the others stand apart from theirs."""
    separator = SPACED if any(SPACED.search(path) for path in paths) else CLOSE
    parts = [separator.split(f" {path} ") for path in paths]
    return [[name for part in own if (name := " ".join(part.split()))] for own in parts]


def _numbers(table: ir.Table) -> pd.DataFrame:
    """path, conversions, value and nulls in a fixed order; what is missing or below 0 counts as 0."""
    columns = {"path": table.path.cast("string").fill_null("")}
    for name in ("conversions", "value", "nulls"):
        known = name in table.columns
        columns[name] = table[name].cast("float64").fill_null(0.0) if known else ibis.literal(0.0)
    if "conversions" not in table.columns and "nulls" not in table.columns:  # one row a journey that converted
        columns["conversions"] = columns["conversions"] + 1.0
    frame: pd.DataFrame = table.select(**columns).to_pandas()
    numbers = frame[["conversions", "value", "nulls"]]
    frame[["conversions", "value", "nulls"]] = numbers.where(np.isfinite(numbers), 0.0).clip(lower=0.0)
    return frame.sort_values(["path", "conversions", "value", "nulls"], ignore_index=True)


def _sums(
    frame: pd.DataFrame, lengths: Integers, row: Integers, codes: Integers, channels: int, half_life: float, seed: int
) -> Sums:
    generator = np.random.default_rng(seed)
    conversions, nulls = frame["conversions"].to_numpy(), frame["nulls"].to_numpy()
    converted, lost = _by_block(conversions, generator), _by_block(nulls, generator)
    each = np.divide(frame["value"].to_numpy(), conversions, out=np.zeros(len(frame)), where=conversions > 0)
    # Money of a row without a conversion belongs to no journey and is left out.
    worth = converted @ sparse.diags(each)
    shared = rules.weights(lengths, half_life)
    credits = np.empty((BLOCKS, len(shared), channels, 2))
    for number, weight in enumerate(shared):
        by_row = sparse.csr_matrix((weight, (row, codes - 1)), shape=(len(frame), channels))
        credits[:, number, :, 0] = (converted @ by_row).toarray()
        credits[:, number, :, 1] = (worth @ by_row).toarray()
    steps = np.zeros((BLOCKS, 2, channels + 1, channels + 2))
    steps[:, 0] = _steps(converted, lost, lengths, row, codes, channels)
    sets, place = np.unique(_masks(row, codes, len(frame)), return_inverse=True)
    of_set = sparse.csr_matrix((np.ones(len(frame)), (np.arange(len(frame)), place)), shape=(len(frame), len(sets)))
    totals = np.stack([(part @ of_set).toarray() for part in (converted, worth, lost)], axis=-1)
    return Sums(credits, steps, sets.astype(np.int64), totals)


def _by_block(counts: Floats, generator: np.random.Generator) -> sparse.csr_matrix:
    """Blocks x rows: the journeys of each row, each put into a block by lot; a broken rest goes to one block."""
    whole = np.floor(counts).astype(np.int64)
    rest = counts - whole
    few = whole <= ONE_BY_ONE
    single = np.repeat(np.flatnonzero(few), whole[few])
    broken = np.flatnonzero(rest > 0)
    many = np.flatnonzero(~few)
    spread = generator.multinomial(whole[many], np.full(BLOCKS, 1 / BLOCKS))
    rows = np.concatenate([single, broken, np.repeat(many, BLOCKS)])
    blocks = np.concatenate(
        [generator.integers(0, BLOCKS, len(single) + len(broken)), np.tile(np.arange(BLOCKS), len(many))]
    )
    values = np.concatenate([np.ones(len(single)), rest[broken], spread.ravel().astype(np.float64)])
    return sparse.csr_matrix((values, (blocks, rows)), shape=(BLOCKS, len(counts)))


def _steps(
    converted: sparse.csr_matrix, lost: sparse.csr_matrix, lengths: Integers, row: Integers, codes: Integers,
    channels: int,
) -> Floats:  # fmt: skip
    """Blocks x (K + 1) x (K + 2): from the start or a channel to a channel, conversion or none."""
    begins = np.cumsum(lengths) - lengths
    before = np.concatenate([[0], codes[:-1]])
    before[begins] = 0
    last = codes[begins + lengths - 1]
    wide, cells = channels + 2, (channels + 1) * (channels + 2)
    inside = sparse.csr_matrix((np.ones(len(row)), (row, before * wide + codes - 1)), shape=(len(lengths), cells))
    rows = np.arange(len(lengths))
    bought, none = (
        sparse.csr_matrix((np.ones(len(lengths)), (rows, last * wide + to)), shape=(len(lengths), cells))
        for to in (channels, channels + 1)
    )
    found = (converted + lost) @ inside + converted @ bought + lost @ none
    return np.asarray(found.toarray(), dtype=np.float64).reshape(-1, channels + 1, wide)


def _masks(row: Integers, codes: Integers, rows: int) -> Integers:
    """The set of channels of each row as a bit mask."""
    pairs = np.unique(np.stack([row, codes]), axis=1)
    return np.bincount(pairs[0], weights=2.0 ** (pairs[1] - 1), minlength=rows).astype(np.int64)
