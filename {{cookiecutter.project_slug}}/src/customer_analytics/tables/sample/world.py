"""The world of the synthetic client: its calendar, its clock, and one stream of random numbers for each topic."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.packs.model import Pack
from customer_analytics.packs.reading import pack_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY = 86_400
HISTORY_DAYS = 365  # customers may have registered this long before the first exported day
END = dt.date(2026, 6, 30)
DAYS = 730

# Each topic has its own child of the seed. Append only: a new topic at the end leaves the others as they were.
TOPICS = (
    "people", "life", "catalogue", "orders", "baskets", "browsing", "campaigns", "messages", "spend",
    "feedback", "identity", "contracts", "faults", "attributes", "registry", "second accounts", "way", "facts",
)  # fmt: skip

# (month, day) from and to, activity relative to the rest of the year.
PEAKS = {
    "en": (((11, 20), (12, 23), 1.8), ((1, 2), (1, 15), 0.8)),
    "zh_CN": (((10, 25), (11, 12), 2.0), ((6, 1), (6, 18), 1.5), ((2, 1), (2, 14), 0.6)),
}


@dataclass(frozen=True)
class World:
    """Everything that all topics share. Times are seconds of local wall-clock time since 1970-01-01, as int64."""

    customers: int
    seed: int
    language: str
    industry: str
    currency: str
    time_zone: str
    end: dt.date = END
    days: int = DAYS
    planted: bool = True
    own_pack: Pack | None = None

    @cached_property
    def pack(self) -> Pack:
        """The pack that the client is made from: its own, else the industry's."""
        return self.own_pack or pack_of(self.industry)

    @property
    def start(self) -> dt.date:
        """The first exported day."""
        return self.end - dt.timedelta(days=self.days - 1)

    @cached_property
    def first_second(self) -> int:
        """Local midnight at the beginning of the first exported day."""
        return seconds_of(self.start)

    @cached_property
    def last_second(self) -> int:
        """The last second of the last exported day."""
        return seconds_of(self.end) + DAY - 1

    def stream(self, topic: str) -> np.random.Generator:
        """The topic's own random numbers: the same at every call, whatever the other topics draw."""
        children = np.random.SeedSequence(self.seed).spawn(len(TOPICS))
        return np.random.default_rng(children[TOPICS.index(topic)])

    @cached_property
    def grid(self) -> pd.DatetimeIndex:
        """The days from the first possible registration to the last exported day."""
        return pd.date_range(self.start - dt.timedelta(days=HISTORY_DAYS), self.end, freq="D")

    def day_index(self, seconds: npt.ArrayLike) -> Ints:
        """Position in `grid` of the day that a time falls on."""
        origin = self.first_second - HISTORY_DAYS * DAY
        return (np.asarray(seconds, dtype=np.int64) - origin) // DAY

    def seconds_at(self, day_index: npt.ArrayLike) -> Ints:
        """Local midnight of the days at these positions of `grid`."""
        return np.asarray(day_index, dtype=np.int64) * DAY + self.first_second - HISTORY_DAYS * DAY

    @cached_property
    def peak(self) -> Flags:
        """Which days of `grid` belong to the high season."""
        (first, last, _), *_ = PEAKS[self.language]
        return _within(self.grid, first, last)

    @cached_property
    def season(self) -> Floats:
        """Activity of each day of `grid` relative to the mean: year, high seasons and weekdays."""
        grid = self.grid
        year = 1 + 0.10 * np.cos(2 * np.pi * (grid.dayofyear.to_numpy() - 340) / 365.25)
        for first, last, factor in PEAKS[self.language]:
            year = np.where(_within(grid, first, last), year * factor, year)
        weekdays = np.array([1.0, 0.95, 0.95, 1.0, 1.1, self.pack.sample.weekend, self.pack.sample.weekend * 0.9])
        level: Floats = year * weekdays[grid.dayofweek.to_numpy()]
        level /= level.mean()
        return level

    @cached_property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        """The spans of wall-clock time that clocks skip in spring, as (from, to) in seconds."""
        return tuple(_gaps(self.grid, ZoneInfo(self.time_zone)))

    def civil(self, seconds: Ints) -> Ints:
        """Move times that no clock shows to the end of their gap. Keeps the order of times."""
        for first, last in self.gaps:
            seconds = np.where((seconds >= first) & (seconds < last), last, seconds)
        return seconds

    def to_utc(self, seconds: Ints) -> npt.NDArray[np.datetime64]:
        """Local wall-clock seconds as naive UTC timestamps; an hour that occurs twice is taken as the second one."""
        local = pd.DatetimeIndex(self.civil(seconds).astype("datetime64[s]"))
        second = np.zeros(len(local), dtype=bool)
        zoned = local.tz_localize(self.time_zone, ambiguous=second, nonexistent="shift_forward")
        return zoned.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]")

    @property
    def scale(self) -> float:
        """Units of the currency for a euro, coarse: prices have to look right, not to be exchanged."""
        return {"CNY": 8.0, "JPY": 160.0, "KRW": 1500.0, "INR": 90.0, "HKD": 8.5, "TWD": 35.0}.get(self.currency, 1.0)


def seconds_of(day: dt.date) -> int:
    """Midnight of a day as seconds since 1970-01-01, without a zone."""
    return (day - dt.date(1970, 1, 1)).days * DAY


def pick(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Ints:
    """Draw positions with the given weights."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(cumulative / cumulative[-1], rng.random(size), side="right").astype(np.int64)


def pick_by_group(rng: np.random.Generator, weights: Floats, groups: Ints) -> Ints:
    """Draw one position for each row of `groups`, with the weights of its group (groups x positions)."""
    chosen = np.empty(len(groups), dtype=np.int64)
    draws = rng.random(len(groups))
    for group in range(len(weights)):
        rows = groups == group
        cumulative = np.cumsum(weights[group])
        chosen[rows] = np.searchsorted(cumulative / cumulative[-1], draws[rows], side="right")
    return chosen


def seconds_in_day(rng: np.random.Generator, hours: Floats, groups: Ints) -> Ints:
    """A time of day for each row, from the hour profile of its group (groups x 24)."""
    return pick_by_group(rng, hours, groups) * 3600 + rng.integers(0, 3600, len(groups))


def _within(grid: pd.DatetimeIndex, first: tuple[int, int], last: tuple[int, int]) -> Flags:
    key = grid.month.to_numpy() * 100 + grid.day.to_numpy()
    return np.asarray((key >= first[0] * 100 + first[1]) & (key <= last[0] * 100 + last[1]))


def _gaps(grid: pd.DatetimeIndex, zone: ZoneInfo) -> list[tuple[int, int]]:
    gaps = []
    for day in grid:
        midnight = dt.datetime(day.year, day.month, day.day)
        before, after = (zone.utcoffset(midnight + dt.timedelta(days=days)) for days in (0, 1))
        if before is None or after is None or after <= before:
            continue
        quarters = [midnight + dt.timedelta(minutes=15 * step) for step in range(96)]
        missing = [moment for moment in quarters if not _exists(moment, zone)]
        if missing:
            first = seconds_of(day.date()) + int((missing[0] - midnight).total_seconds())
            gaps.append((first, first + 900 * len(missing)))
    return gaps


def _exists(moment: dt.datetime, zone: ZoneInfo) -> bool:
    utc = moment.replace(tzinfo=zone).astimezone(dt.UTC)
    return utc.astimezone(zone).replace(tzinfo=None) == moment
