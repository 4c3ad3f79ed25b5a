"""People with known truths, and models learned from them by scoring's own fits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Sample
from customer_analytics.analysis.scoring.calibrate import Calibrator
from customer_analytics.analysis.scoring.models import Model, fit_one

FAMILIES = {
    "silent_days": "rhythm", "own_gap_days": "rhythm", "days_there_90": "rhythm", "spend_90": "value",
    "complaints_90": "service", "main_category": "breadth", "age": "profile", "noise": "payment",
}  # fmt: skip
DICTIONARY = pd.DataFrame(
    {
        "feature": list(FAMILIES), "family": list(FAMILIES.values()), "meaning_id": list(FAMILIES),
        "actionable": [name != "age" for name in FAMILIES],
    }
)  # fmt: skip


def people(count: int, seed: int) -> pd.DataFrame:
    """Silence, complaints and age drive leaving; `own_gap_days` goes with silence; `noise` and the rest do nothing."""
    generator = np.random.default_rng(seed)
    silent = generator.exponential(40, count)
    frame = pd.DataFrame(
        {
            "person_id": [f"P{number:06d}" for number in range(count)],
            "silent_days": silent,
            "own_gap_days": np.where(
                generator.random(count) < 0.2, np.nan, silent / 3 + generator.exponential(5, count)
            ),
            "days_there_90": generator.poisson(3, count).astype(float),
            "spend_90": generator.exponential(50, count),
            "complaints_90": generator.poisson(0.3, count).astype(float),
            "main_category": generator.choice(["Tea", "Paper", "Towels"], count).astype(object),
            "age": generator.integers(18, 80, count).astype(float),
            "noise": generator.normal(size=count),
        }
    )
    odds = -1.5 + 0.03 * silent + 1.2 * frame["complaints_90"] - 0.02 * (frame["age"] - 40)
    frame["left"] = (generator.random(count) < 1 / (1 + np.exp(-odds))).astype(int)
    return frame


def model(frame: pd.DataFrame, name: str, calibrator: Calibrator | None = None) -> Model:
    """A model of scoring learned from these people."""
    strength = (0.03,) if name == "logistic" else (6.0, 50.0)
    left = frame["left"].to_numpy(float)
    return fit_one(name, strength, calibrator or Calibrator(0.2, 0.8), frame, left, list(FAMILIES), 1)  # type: ignore[arg-type]


def samples(cuts: Sequence[int], count: int) -> list[Sample]:
    """The same number of other people at each cut-off, a horizon of 90 days apart."""
    frames = [people(count, cut) for cut in cuts]
    return [Sample(cut, frame, len(frame), int(frame["left"].sum())) for cut, frame in zip(cuts, frames, strict=True)]
