"""Small models, learned once a session."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))  # slow references and small models

from small_models import model, people

from customer_analytics.analysis.scoring.models import Model


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return people(1_200, 1)


@pytest.fixture(scope="session", params=["logistic", "trees"])
def fitted(request: pytest.FixtureRequest, frame: pd.DataFrame) -> Model:
    return model(frame, request.param)
