from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def helper(name: str) -> ModuleType:
    """A module of this folder that builds a result by hand, under its own name."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Builds a result of the personas analysis by hand."""
    return helper("personas_example")


@pytest.fixture(scope="session")
def funnel_made() -> ModuleType:
    """Builds a result of the funnel analysis by hand."""
    return helper("funnel_example")


@pytest.fixture(scope="session")
def churn_made() -> ModuleType:
    """Builds a result of the churn analysis by hand."""
    return helper("churn_example")


@pytest.fixture(scope="session")
def basket_made() -> ModuleType:
    """Builds a result of the basket analysis by hand."""
    return helper("basket_example")


@pytest.fixture(scope="session")
def campaigns_made() -> ModuleType:
    """Builds a result of campaign evaluation by hand."""
    return helper("campaign_example")
