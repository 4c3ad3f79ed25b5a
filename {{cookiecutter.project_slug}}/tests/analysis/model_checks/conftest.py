from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))  # known_shop
from known_shop import Shop, make_shop


@pytest.fixture(scope="session")
def shop() -> Callable[..., Shop]:
    made: dict[int, Shop] = {}

    def of(seed: int) -> Shop:
        if seed not in made:
            made[seed] = make_shop(seed)
        return made[seed]

    return of


@pytest.fixture
def orders() -> SimpleNamespace:
    """What the screening needs of the study."""
    return SimpleNamespace(kind="orders")
