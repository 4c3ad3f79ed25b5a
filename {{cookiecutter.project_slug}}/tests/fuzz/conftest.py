from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import fuzz_size


def pytest_configure(config: pytest.Config) -> None:
    fuzz_size.thorough = bool(config.getoption("--thorough"))
