"""Made-up people with known chances of leaving: samples for the scoring engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

HORIZON = 90
PARAMETERS = SimpleNamespace(minimum_base=30, seed=2011)
FEATURES = ("silent", "orders", "age", "channel", "discount", "gap")


def sample(cut: int, frame: pd.DataFrame) -> Any:
    left = int(frame["left"].sum()) if "left" in frame else 0
    return SimpleNamespace(cut=cut, frame=frame, population=len(frame), left=left)


def people(n: int, seed: int, *, known: bool = True) -> pd.DataFrame:
    """Chances by silence, orders, a channel and a cliff in age; `chance` is the truth."""
    draw = np.random.default_rng(seed)
    silent, orders = draw.exponential(40, n).round(), 1.0 + draw.poisson(draw.gamma(0.7, 4, n))
    age = draw.integers(1, 700, n).astype(float)
    channel = draw.choice(["ads", "deal", "search"], n, p=[0.5, 0.3, 0.2]).astype(object)
    linear = -0.3 + 0.02 * silent - 0.35 * np.log1p(orders) + 0.9 * (channel == "deal") + 0.8 * (abs(age - 175) < 25)
    chance = 1 / (1 + np.exp(-linear))
    names = [f"c{number:06d}" for number in draw.choice(2 * n, n, replace=False)]
    frame = pd.DataFrame(
        {
            "person_id": names, "silent": silent, "orders": orders, "age": age, "channel": channel,
            "discount": (draw.random(n) < 0.3).astype(float), "gap": np.where(orders > 1, age / orders, np.nan),
            "chance": chance,
        }
    )  # fmt: skip
    if known:
        frame.insert(1, "left", (draw.random(n) < chance).astype(int))
    return frame.sort_values("person_id", ignore_index=True)


def samples(n: int = 400, cuts: int = 5, seed: int = 1, features: tuple[str, ...] = FEATURES) -> Any:
    past = [sample(20_000 + HORIZON * place, people(n, 100 * seed + place)) for place in range(cuts)]
    now = sample(20_000 + HORIZON * cuts, people(n, 100 * seed + cuts, known=False))
    return made(past, now, features)


def made(past: list[Any], now: Any, features: tuple[str, ...] = FEATURES) -> Any:
    return SimpleNamespace(
        cuts=tuple(past), now=now, dictionary=pd.DataFrame({"feature": list(features)}), features=list(features)
    )


def changed(whole: Any, change: Any) -> Any:
    """The same samples with each frame changed."""
    past = [sample(one.cut, change(one.frame.copy())) for one in whole.cuts]
    return made(past, sample(whole.now.cut, change(whole.now.frame.copy())), tuple(whole.features))
