"""Which first deeds go with coming back, beyond how active people were anyway: searched in one half of the people,
tested in the other.

"Whoever does more, stays" is true everywhere and says nothing about the deed. So people are compared only with others
of the same channel who were active on as many days. Everything tested is one family (Benjamini, Hochberg); the
estimates come from people who had no part in the choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.habits.adjusted import Adjusted, adjusted
from customer_analytics.analysis.habits.exposure import Windows
from customer_analytics.statistics import benjamini_hochberg, holm

Floats = npt.NDArray[np.float64]
TIMES = (1, 2, 3, 5)
LEVEL = 0.01  # of the search (q) and of the test (Holm over what was found)
SUPPORT = 0.02  # of the people in the half, on either side
SEARCH, TEST = 0, 1
COLUMNS = (
    "deed", "times", "days", "people", "people_other", "rate", "rate_other", "difference", "low", "high", "p",
    "q_search", "confirmed",
)  # fmt: skip


@dataclass(frozen=True)
class Habits:
    """What the search found.

    `table`: one row a deed found in the searching half, its strongest form, with columns COLUMNS: times (at least so
    often) within so many days of age; people and rate of those who did and of the others in the testing half;
    difference (adjusted, in the testing half) with its 95 % interval and p (Holm over the rows); confirmed. `tested`:
    everything tried; `people` in both halves; `reason` where nothing was searched: "short" data, "few" people,
    "nothing" that enough people do and enough do not, "".
    """

    windows: Windows | None
    table: pd.DataFrame
    tested: int
    people: int
    base_rate: float
    reason: str = ""

    @property
    def confirmed(self) -> pd.DataFrame:
        """The rows that hold in the testing half, by the size of the difference."""
        rows = self.table[self.table["confirmed"].astype(bool)]
        return rows.sort_values("difference", key=np.abs, ascending=False, ignore_index=True)


def no_habits(reason: str, windows: Windows | None = None, people: int = 0) -> Habits:
    """Nothing searched."""
    return Habits(windows, pd.DataFrame(columns=list(COLUMNS)), 0, people, float("nan"), reason)


def search(everybody: pd.DataFrame, deeds: pd.DataFrame, windows: Windows, minimum: int) -> Habits:
    """Search the deeds: both tables as exposure.people_counts and exposure.deed_counts make them."""
    people = int(everybody["n"].sum())
    halves = everybody.groupby("half")["n"].sum().reindex([SEARCH, TEST], fill_value=0)
    if halves.min() < 4 * minimum:
        return no_habits("few", windows, people)
    trials = [
        (str(deed), times, days, name)
        for deed in sorted(deeds["deed"].unique())
        for name, days in (("short", windows.short), ("long", windows.long))
        for times in TIMES
    ]
    strata = {(half, name): _Strata.of(everybody, half, name) for half in (SEARCH, TEST) for name in ("short", "long")}
    parts = {str(deed): part for deed, part in _placed(deeds, strata).groupby("deed")}
    found: list[tuple[tuple[str, int, int, str], Adjusted]] = []
    for trial in trials:
        counts = _tables(strata, parts[trial[0]], trial, SEARCH)
        least = max(minimum, SUPPORT * halves[SEARCH])
        if counts[:, :2].sum() >= least and counts[:, 2:].sum() >= least:
            found.append((trial, adjusted(counts)))
    found = [(trial, result) for trial, result in found if not np.isnan(result.p)]
    if not found:
        return no_habits("nothing", windows, people)
    q = benjamini_hochberg(np.array([result.p for _, result in found]))
    picked: dict[str, tuple[float, float, tuple[str, int, int, str]]] = {}
    for (trial, result), value in zip(found, q, strict=True):
        if value < LEVEL and (trial[0] not in picked or result.p < picked[trial[0]][0]):
            picked[trial[0]] = (result.p, float(value), trial)
    rows = [_tested(strata, parts, trial, value) for _, value, trial in picked.values()]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    if len(table):
        p = table["p"].fillna(1.0).to_numpy(float)
        table["p"] = holm(p)
    signs = {trial[0]: result.difference for trial, result in found}
    same = [np.sign(row["difference"]) == np.sign(signs[row["deed"]]) for _, row in table.iterrows()]
    enough = (table[["people", "people_other"]] >= max(minimum, SUPPORT * halves[TEST])).all(axis=1)
    table["confirmed"] = (table["p"] < LEVEL) & np.array(same, dtype=bool) & enough
    return Habits(windows, table, len(found), people, _base_rate(everybody))


def _base_rate(everybody: pd.DataFrame) -> float:
    return float(everybody.loc[everybody["back"] == 1, "n"].sum() / everybody["n"].sum())


@dataclass(frozen=True)
class _Strata:
    """People of one half by channel and active days in a window: `cells`, and `people` (cells x back, not back)."""

    window: str
    cells: pd.MultiIndex
    people: Floats

    @classmethod
    def of(cls, everybody: pd.DataFrame, half: int, window: str) -> _Strata:
        own = everybody[everybody["half"] == half]
        pairs = pd.MultiIndex.from_frame(own[["channel", window]])
        cells = pairs.unique().sort_values()
        empty = cls(window, cells, np.zeros((len(cells), 2)))
        return cls(window, cells, empty.counted(cells.get_indexer(pairs), own["back"], own["n"]))

    def counted(self, places: npt.ArrayLike, back: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
        """Rows of counts by cell and outcome."""
        column = 2 * np.asarray(places) + 1 - np.asarray(back)
        summed = np.bincount(column, weights=np.asarray(n, dtype=float), minlength=self.people.size)
        return np.asarray(summed, dtype=float).reshape(self.people.shape)


Halves = dict[tuple[int, str], _Strata]


def _placed(deeds: pd.DataFrame, strata: Halves) -> pd.DataFrame:
    """The deeds with place_short and place_long: the cell of each row in its half."""
    placed = deeds.copy()
    for half, window in strata:
        inside = (placed["half"] == half).to_numpy()
        pairs = pd.MultiIndex.from_frame(placed.loc[inside, ["channel", window]])
        placed.loc[inside, f"place_{window}"] = strata[half, window].cells.get_indexer(pairs)
    return placed.astype({"place_short": np.int64, "place_long": np.int64})


def _tables(strata: Halves, deeds: pd.DataFrame, trial: tuple[str, int, int, str], half: int) -> Floats:
    """Counts of one trial in one half, strata x (did and back, did and not, other and back, other and not)."""
    _, times, _, window = trial
    own = strata[half, window]
    did = (deeds[f"times_{window}"].to_numpy() >= times) & (deeds["half"].to_numpy() == half)
    columns = (deeds[name].to_numpy()[did] for name in (f"place_{window}", "back", "n"))
    counts = own.counted(*columns)
    return np.hstack([counts, own.people - counts])


def _tested(
    strata: Halves, parts: dict[str, pd.DataFrame], trial: tuple[str, int, int, str], q: float
) -> dict[str, object]:
    counts = _tables(strata, parts[trial[0]], trial, TEST)
    result = adjusted(counts)
    did, other = counts[:, :2].sum(), counts[:, 2:].sum()
    return {
        "deed": trial[0], "times": trial[1], "days": trial[2], "people": int(did), "people_other": int(other),
        "rate": counts[:, 0].sum() / did if did else np.nan,
        "rate_other": counts[:, 2].sum() / other if other else np.nan,
        "difference": result.difference, "low": result.interval.low, "high": result.interval.high, "p": result.p,
        "q_search": q,
    }  # fmt: skip
