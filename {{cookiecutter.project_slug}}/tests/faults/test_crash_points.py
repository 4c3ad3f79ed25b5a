"""kill -9 at every write of load, run, audience, sample: the old state or the new one, and the next command succeeds.

CI takes the delicate writes, those around each renaming; --thorough takes every one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import Case, Nursery, copied, observed, troubles
from tiny import AUDIENCE, write_client

KILLED = 137
SAMPLE = ["sample", "--customers", "100", "--seed", "4"]
# The writes that CI strikes at; the first that each pattern meets.
DELICATE = {
    "load": ["load_log.json", "rename data/tables ", "rename data/.tables-new ", "remove data/.load-owner"],
    "audience": ["open audiences/.spring-new/braze.csv", "rename audiences/spring ", "rename audiences/.spring-new "],
    "run": ["-partial/.*rfm.html", "rename reports/.*-partial ", "reports/.latest.new", "reports/.index.html.new"],
    "sample": ["rename data/raw/sample ", "rename data/raw/.sample-new ", "rename .engagement.yml"],
}  # fmt: skip


@pytest.fixture(scope="module")
def cases(nursery: Nursery, client: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """Each command with a project in which it has something to change."""
    folder = tmp_path_factory.mktemp("cases")
    other = copied(client, folder / "other")
    write_client(other, orders=150, seed=8)
    synthetic = copied(client, folder / "synthetic")
    assert nursery.run(synthetic, "sample", "--customers", "120", "--seed", "3", "--force").code == 0
    starts = {"load": (other, ["load"]), "audience": (client, AUDIENCE), "run": (client, ["run"])}
    starts["sample"] = (synthetic, SAMPLE)
    return {name: observed(nursery, start, folder / "work", *command) for name, (start, command) in starts.items()}


@pytest.mark.parametrize("name", DELICATE)
def test_killed_at_a_write(nursery: Nursery, cases: dict[str, Case], tmp_path: Path, name: str, thorough: bool) -> None:
    case = cases[name]
    places = range(1, len(case.writes) + 1) if thorough else case.places(DELICATE[name])
    found = [one for at in places for one in troubles(nursery, case, tmp_path / "work", at, "kill", KILLED)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("name", "how"), [("load", "int"), ("audience", "term"), ("run", "hup")])
def test_stopped_at_a_write(
    nursery: Nursery, cases: dict[str, Case], tmp_path: Path, name: str, how: str, thorough: bool
) -> None:
    """Ctrl-C, a request to end and a closed terminal: code 130, in words, and nothing left behind at once."""
    case = cases[name]
    places = range(1, len(case.writes) + 1) if thorough else case.places(DELICATE[name][-2:])
    found = [one for at in places for one in troubles(nursery, case, tmp_path / "work", at, how, 130)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", DELICATE)
def test_no_room_from_a_write_on(
    nursery: Nursery, cases: dict[str, Case], tmp_path: Path, name: str, thorough: bool
) -> None:
    """A disk that is full from one write on: told as a problem with a mend, code 2, and the old state stays."""
    case = cases[name]
    places = range(2, len(case.writes) + 1) if thorough else case.places(DELICATE[name][:1])
    found = [one for at in places for one in troubles(nursery, case, tmp_path / "work", at, "full", 2, lasting=True)]
    assert not found, "\n".join(found)
