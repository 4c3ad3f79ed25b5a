"""Every case of the corpus: exactly the sentences, or exactly the rows; the tables before or the tables after."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from bad_inputs.case import Case, Loaded, Refused, csv_of
from bad_inputs.every_case import CASES, MENDED
from bad_inputs.running import outcome_of, project_of, tree_of

from customer_analytics.tables.load import load

ALL = [case for group in CASES.values() for case in group]
BEFORE = Case("before", "", {"a.csv": csv_of("7,z,2023-01-01,7")}, Loaded(()))


@pytest.fixture(scope="session")
def earlier_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of an earlier load, which a refused one must leave as they are."""
    project = project_of(BEFORE, tmp_path_factory.mktemp("before"))
    load(project)
    return project.tables


def skip_unless_there(case: Case) -> None:
    """Skip what this system cannot make."""
    if "posix" in case.needs and os.name == "nt":
        pytest.skip("Windows has no such files or names")
    if "user" in case.needs and hasattr(os, "geteuid") and os.geteuid() == 0:
        pytest.skip("root reads everything")


@pytest.mark.parametrize("case", ALL, ids=[case.name for case in ALL])
def test_bad_input(
    case: Case, thorough: bool, tmp_path: Path, earlier_tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_unless_there(case)
    quick = isinstance(case.outcome, Refused) and not case.outcome.late
    if not (thorough or quick or case.name in MENDED):
        pytest.skip("a whole load: runs with --thorough")
    project = project_of(case, tmp_path)
    shutil.copytree(earlier_tables, project.tables)
    before, raw = tree_of(project.tables), tree_of(project.raw)
    if case.meanwhile is not None:
        case.meanwhile(tmp_path, monkeypatch)
    assert outcome_of(case, project) == case.outcome
    if isinstance(case.outcome, Refused):
        assert tree_of(project.tables) == before
    if case.meanwhile is None:
        assert tree_of(project.raw) == raw
    left = {path.name for path in project.tables.parent.iterdir()}
    assert left <= {"raw", "tables", ".load-lock"}
    assert not (project.tables / ".work").exists()


def test_names_of_cases_are_different() -> None:
    names = [case.name for case in ALL]
    assert len(names) == len(set(names))
    assert set(names) >= MENDED


def test_each_refusal_says_how_to_mend_it() -> None:
    """A problem is a place, what is wrong, and at least one sentence on what to do."""
    sentences = {case.name: one for case in ALL if isinstance(case.outcome, Refused) for one in case.outcome.problems}
    assert not [name for name, one in sentences.items() if one.rstrip(".?").count(". ") + one.count("? ") < 1]
