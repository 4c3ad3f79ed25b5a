"""A loaded client with a run and an audience, and the process that its commands are forked from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))  # harness and the small client
from harness import Nursery, copied
from tiny import AUDIENCE, make_client

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="forks, signals and limits as Linux has them")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder needs forks; what holds elsewhere as well is tested beside the modules."""
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(ON_LINUX)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One process for all commands of these tests."""
    with Nursery() as started:
        yield started


@pytest.fixture(scope="session")
def client(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with tables, an audience in its second version and a run whose reports are cached; to copy from."""
    folder = make_client(tmp_path_factory.mktemp("client") / "tiny")
    for arguments in (["load"], AUDIENCE, AUDIENCE, ["run"]):
        ended = nursery.run(folder, *arguments)
        assert ended.code == 0, ended.said
    return folder


@pytest.fixture
def work(client: Path, tmp_path: Path) -> Path:
    """A copy of the client for one test."""
    return copied(client, tmp_path / "tiny")
