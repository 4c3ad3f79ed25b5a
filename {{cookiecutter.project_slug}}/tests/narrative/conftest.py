from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """The helper module that builds a result of the personas analysis by hand."""
    spec = importlib.util.spec_from_file_location("personas_example", Path(__file__).with_name("personas_example.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def funnel_made() -> ModuleType:
    """The helper module that builds a result of the funnel analysis by hand."""
    spec = importlib.util.spec_from_file_location("funnel_example", Path(__file__).with_name("funnel_example.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def churn_made() -> ModuleType:
    """The helper module that builds a result of the churn analysis by hand."""
    spec = importlib.util.spec_from_file_location("churn_example", Path(__file__).with_name("churn_example.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def basket_made() -> ModuleType:
    """The helper module that builds a result of the basket analysis by hand."""
    spec = importlib.util.spec_from_file_location("basket_example", Path(__file__).with_name("basket_example.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
