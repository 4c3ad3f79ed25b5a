from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    specification = importlib.util.spec_from_file_location(f"query_{name}", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def world() -> ModuleType:
    """Makes small random tables: as plain rows, and as the tables of an engagement."""
    return _load("world")


@pytest.fixture(scope="session")
def slow() -> ModuleType:
    """The slow, obvious evaluation of rules: one customer and one row at a time."""
    return _load("slow")


@pytest.fixture(scope="session")
def rules() -> ModuleType:
    """Hypothesis strategies of rules."""
    return _load("rules")
