"""When and where a persona acts: hours of the week, best hours, channels, season."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.personas.view import View, records

Floats = npt.NDArray[np.float64]
WINDOW = 3  # hours of a contact window
HOURS = 24
CLEARLY = 1.25  # times the share among all, from which a window, channel or month is the persona's own
LEAST_MOMENTS = 100  # of a persona, below which its week is not drawn


class Window(NamedTuple):
    """The hours in which most of a persona's moments fall. `hour`: the first; `share`, `base`: here and among all."""

    hour: int
    share: float
    base: float

    @property
    def own(self) -> bool:
        """Whether the persona stands out in it."""
        return self.share >= CLEARLY * self.base


class Way(NamedTuple):
    """A channel, payment method or device that a persona uses. `source`: which of these."""

    source: str
    value: str
    share: float
    base: float


def week(view: View, key: str) -> Floats | None:
    """Shares of a persona's moments, weekdays x hours, summing to 1; None where there are too few."""
    counts = _moments(view.result.hours, key)
    return None if counts.sum() < max(LEAST_MOMENTS, view.minimum_base) else counts / counts.sum()


def has_hours(view: View) -> bool:
    """Whether any persona's week can be drawn."""
    return any(week(view, persona.key) is not None for persona in view.personas)


def window(view: View, key: str) -> Window | None:
    """The hours in a row, over midnight too, in which most of a persona's moments fall; None where not known."""
    own, every = week(view, key), _moments(view.result.hours, None)
    if own is None:
        return None
    by_hour, base = own.sum(axis=0), every.sum(axis=0) / every.sum()
    sums = [sum(by_hour[(first + step) % HOURS] for step in range(WINDOW)) for first in range(HOURS)]
    first = int(np.argmax(sums))
    return Window(first, float(sums[first]), float(sum(base[(first + step) % HOURS] for step in range(WINDOW))))


def hours_word(view: View, hour: int, length: int = WINDOW) -> Text:
    """From which hour to which."""
    return view.language.say(
        "{first} to {last}", first=f"{hour:02d}:00", last=f"{(hour + length) % HOURS:02d}:00"
    )  # fmt: skip


def marked(view: View, key: str) -> tuple[int, int, int] | None:
    """The busiest hours in a row on one weekday: (weekday from 0, first hour, hours); None where not known."""
    own = week(view, key)
    if own is None:
        return None
    sums = np.stack([own[:, first : first + WINDOW].sum(axis=1) for first in range(HOURS - WINDOW + 1)], axis=1)
    day, first = np.unravel_index(int(np.argmax(sums)), sums.shape)
    return int(day), int(first), WINDOW


def ways(view: View, key: str, source: str) -> list[Way]:
    """What a persona uses, most first."""
    table = view.result.channels
    rows = table[(table["persona"] == key) & (table["source"] == source)] if len(table) else table
    found = [Way(source, str(row["value"]), float(row["share"]), float(row["base_share"])) for row in records(rows)]
    return sorted((way for way in found if way.share == way.share), key=lambda way: -way.share)


def best_way(view: View, key: str) -> Way | None:
    """The channel or device to use: the one that stands out most among those a fifth of the moments come from."""
    found = [way for source in ("order_channel", "device") for way in ways(view, key, source) if way.share >= 0.2]
    return max(found, key=lambda way: way.share / max(way.base, 1e-9), default=None)


def season(view: View, key: str) -> tuple[int, float] | None:
    """The month (1 to 12) that stands out most by its lower bound, with its index; None where none does."""
    table = view.result.months
    rows = table[(table["persona"] == key) & (table["low"] > 100 * CLEARLY)] if len(table) else table
    if not len(rows):
        return None
    best = max(records(rows), key=lambda row: float(row["low"]))
    return int(best["month"]), float(best["index"])


def source_name(view: View, source: str) -> Text:
    """What a source of ways is called."""
    say = view.language.say
    return {
        "order_channel": say("Order channel"),
        "payment_method": say("Payment method"),
        "device": say("Device"),
        "visit_channel": say("Channel of visits"),
        "acquisition_channel": say("Came through"),
    }.get(source, say("{name}", name=view.label_of(source)))


def month_name(view: View, month: int) -> str:
    """A month by its name."""
    say = view.language.say
    names = (
        say("January"), say("February"), say("March"), say("April"), say("May"), say("June"), say("July"),
        say("August"), say("September"), say("October"), say("November"), say("December"),
    )  # fmt: skip
    return names[month - 1]


def weekday_names(view: View) -> list[str]:
    """Monday to Sunday, short."""
    say = view.language.say
    return [say("Mon"), say("Tue"), say("Wed"), say("Thu"), say("Fri"), say("Sat"), say("Sun")]


def _moments(table: pd.DataFrame, key: str | None) -> Floats:
    """Moments by weekday and hour of one persona, or of all."""
    counts = np.zeros((7, HOURS))
    if not len(table):
        return counts
    rows = table if key is None else table[table["persona"] == key]
    known = rows[rows["moments"].notna()]
    places = known["weekday"].to_numpy(int) - 1, known["hour"].to_numpy(int)
    np.add.at(counts, places, known["moments"].to_numpy(float))
    return counts
