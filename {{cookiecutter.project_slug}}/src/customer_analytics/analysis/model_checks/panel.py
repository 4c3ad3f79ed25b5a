"""The people of all cut-offs as arrays: who they are, who left, how long they had been here and silent.

An undated column holds one value a person, as at the export, whatever the cut-off; the tests compare who holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.churn.samples import Samples

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[Any]

TENURE, SILENCE = "days_since_first", "silent_days"
TENURE_CLASSES = (60.0, 180.0, 365.0)  # days since the first order: lower bounds of the classes after the first
MOST_NOW = 100_000  # people of now whose values are looked at; who is still here is asked of everybody
COHORTS = 20  # classes by the day on which people came: fine, or who came last seems to stay


@dataclass(frozen=True)
class Panel:
    """One entry a person and past cut-off (`person`, `cut` from 0 = oldest, `left`, `stratum`), then the people now.

    `person` and `now_person` number the people alike, below `people`; `now_rows`: rows of the frame of now looked at.
    `stratum`, `now_stratum`: class of time since the first day and of silence, by which people of different cut-offs
    are alike; `lately`, `now_lately`: silent for no longer than half of the people now. By person: `gone` (was here at
    a past cut-off, is not now), `here` (is here now and lately active, so surely still), `cohort` (when they came).
    """

    person: Ints
    cut: Ints
    left: Floats
    stratum: Ints
    lately: Flags
    now_rows: Ints
    now_person: Ints
    now_stratum: Ints
    now_lately: Flags
    people: int
    gone: Flags
    here: Flags
    cohort: Ints

    def by_person(self, rows: Rows) -> Rows:
        """A value of each person from the rows of the past cut-offs, the latest one; NaN for those who are new now."""
        values = np.full(self.people, np.nan)
        values[self.person] = rows[: len(self.person)]
        return values

    def by_row(self, values: Rows) -> Rows:
        """The rows, past and now, of a value of each person."""
        return np.asarray(np.concatenate([values[self.person], values[self.now_person]]))

    @property
    def cuts(self) -> int:
        """Number of past cut-offs."""
        return int(self.cut.max()) + 1 if len(self.cut) else 0


def panel(samples: Samples) -> Panel:
    """The panel of samples with at least one past cut-off."""
    frames = [sample.frame for sample in samples.cuts]
    now = samples.now.frame
    codes, names = pd.factorize(pd.concat([*(frame["person_id"] for frame in frames), now["person_id"]]), sort=True)
    rows = sum(len(frame) for frame in frames)
    person, everybody = codes[:rows].astype(np.int64), codes[rows:].astype(np.int64)
    cut = np.repeat(np.arange(len(frames)), [len(frame) for frame in frames])
    tenure, silence = _column(frames, TENURE), _column(frames, SILENCE)
    now_tenure, now_silence = _column([now], TENURE), _column([now], SILENCE)
    middle = float(np.nanmedian(now_silence)) if np.isfinite(now_silence).any() else np.inf
    lately = ~(now_silence > middle)
    days = np.repeat([sample.cut for sample in samples.cuts], [len(frame) for frame in frames]) - tenure
    came = np.full(len(names), np.nan)
    came[person[::-1]] = days[::-1]
    was, is_here = np.zeros(len(names), bool), np.zeros(len(names), bool)
    was[person] = True
    is_here[everybody] = True
    fresh = np.zeros(len(names), bool)
    fresh[everybody[lately]] = True
    seen = thinned(now["person_id"], MOST_NOW)
    return Panel(
        person=person,
        cut=cut,
        left=np.concatenate([frame["left"].to_numpy(np.float64) for frame in frames]),
        stratum=_stratum(tenure, silence > middle),
        lately=~(silence > middle),
        now_rows=seen,
        now_person=everybody[seen],
        now_stratum=_stratum(now_tenure, ~lately)[seen],
        now_lately=lately[seen],
        people=len(names),
        gone=was & ~is_here,
        here=was & fresh,
        cohort=_classes(came),
    )


def thinned(person: pd.Series, most: int) -> Ints:
    """Rows of at most so many people, drawn by a hash of their ids: the same in every run, in their order."""
    if len(person) <= most:
        return np.arange(len(person), dtype=np.int64)
    drawn = np.argsort(pd.util.hash_array(person.to_numpy(object)), kind="stable")[:most]
    return np.sort(drawn).astype(np.int64)


def _column(frames: list[pd.DataFrame], name: str) -> Floats:
    """A feature over all frames; NaN where the data do not have it."""
    parts = [
        frame[name].to_numpy(np.float64, na_value=np.nan) if name in frame else np.full(len(frame), np.nan)
        for frame in frames
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def _stratum(tenure: Floats, silent: Flags) -> Ints:
    classes = np.searchsorted(TENURE_CLASSES, np.nan_to_num(tenure), side="right")
    return np.asarray(2 * classes + silent, dtype=np.int64)


def _classes(came: Floats) -> Ints:
    """Class of equal size by the day of coming; one class where the days are not known."""
    known = came[np.isfinite(came)]
    if not len(known):
        return np.zeros(len(came), dtype=np.int64)
    bounds = np.unique(np.quantile(known, np.arange(1, COHORTS) / COHORTS))
    return np.searchsorted(bounds, np.nan_to_num(came, nan=float(known.min())), side="right").astype(np.int64)
