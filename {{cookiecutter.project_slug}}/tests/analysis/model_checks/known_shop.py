"""A shop of which everything is known: who left when, and which columns were written when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Sample, Samples

CUTS, NOW, HORIZON, ACTIVE = (340, 430, 520, 610), 700, 90, 120
DAILY = 0.003  # hazard of leaving
COLUMNS = ["feature", "family", "meaning_id", "unit", "source", "dated", "actionable", "kind"]


@dataclass
class Shop:
    """People with the day they came, the day they left and the days of their orders. `days`: one array a person."""

    came: np.ndarray
    gone: np.ndarray
    days: list[np.ndarray]
    rng: np.random.Generator

    def __len__(self) -> int:
        return len(self.came)

    @property
    def left(self) -> np.ndarray:
        """Whether somebody had left when the data were exported."""
        return self.gone < NOW

    def samples(self, columns: dict[str, tuple[str, np.ndarray]], *, cuts: tuple[int, ...] = CUTS) -> Samples:
        """The people of each cut-off with silence, time and the columns as they stand in the export: name -> kind and
        values. Columns named "own.…" are the client's own; callables take the cut-off."""
        frames = [self._sample(cut, columns) for cut in (*cuts, NOW)]
        rows = [(name, "rhythm", name, "days", "orders", True, True, "numeric")
                for name in ("silent_days", "days_since_first")]  # fmt: skip
        rows += [
            (name, "profile", "own_category" if name.startswith("own.") else name, "value", name, False, False, kind)
            for name, (kind, _) in columns.items()
        ]
        return Samples(tuple(frames[:-1]), frames[-1], pd.DataFrame(rows, columns=COLUMNS), 100_000)

    def _sample(self, cut: int, columns: dict[str, tuple[str, np.ndarray]]) -> Sample:
        last = np.array([days[days < cut][-1] if (days < cut).any() else -1_000 for days in self.days])
        here = np.flatnonzero(cut - last <= ACTIVE)
        came = np.array([((self.days[one] >= cut) & (self.days[one] < cut + HORIZON)).any() for one in here], bool)
        frame = pd.DataFrame({"person_id": [f"P{one:05d}" for one in here]})
        if cut < NOW:
            frame["left"] = (~came).astype(int)
        frame["silent_days"] = (cut - last[here]).astype(float)
        frame["days_since_first"] = (cut - np.array([self.days[one][0] for one in here])).astype(float)
        for name, (_, values) in columns.items():
            frame[name] = values[here]
        return Sample(cut, frame, len(frame), int((~came).sum()) if cut < NOW else 0)


def make_shop(seed: int, people: int = 2_500, ratio: np.ndarray | None = None) -> Shop:
    """Exponential times to leaving (hazard times `ratio`), orders as a Poisson process of one in 25 days until then."""
    rng = np.random.default_rng(seed)
    came = rng.integers(0, NOW - 1, people)
    hazard = DAILY * (np.ones(people) if ratio is None else ratio)
    gone = came + rng.exponential(1 / hazard)
    days = []
    for start, end in zip(came, np.minimum(gone, NOW), strict=True):
        count = rng.poisson((end - start) / 25)
        days.append(np.unique(np.r_[start, rng.uniform(start, end, count).astype(int)]))
    return Shop(came, gone, days, rng)
