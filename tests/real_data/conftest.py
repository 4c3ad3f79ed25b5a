from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from support import make_project

from customer_analytics.engagement import Project


@pytest.fixture(scope="session")
def real_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """A loaded project over one of the real data sets, made once a session: `real_project("cdnow")`."""

    @cache
    def project(name: str) -> Project:
        return make_project(tmp_path_factory.mktemp("real") / name, name)

    return project
