"""tasks.py: environments are used again, a failed step is explained, nothing that a tool left behind is baked."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


def test_it_uses_the_standard_library_only(repository: Path) -> None:
    lines = (repository / "tasks.py").read_text(encoding="utf-8").splitlines()
    imported = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)


def test_an_environment_is_used_again_until_what_it_depends_on_changes(tasks: ModuleType, tmp_path: Path) -> None:
    pins = tmp_path / "constraints.txt"
    pins.write_text("a==1\n", encoding="utf-8")
    one = tasks.fingerprint(["x"], [pins])
    assert one == tasks.fingerprint(["x"], [pins])
    assert one != tasks.fingerprint(["y"], [pins])
    pins.write_text("a==2\n", encoding="utf-8")
    assert one != tasks.fingerprint(["x"], [pins])
    assert tasks.fingerprint(["ab", "c"], []) != tasks.fingerprint(["a", "bc"], [])


def test_a_stamped_environment_is_not_made_again(
    tasks: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = tmp_path / "env"
    python = tasks.executable(environment, "python")
    python.parent.mkdir(parents=True)
    python.write_bytes(b"")
    stamp = tasks.fingerprint([sys.version, "wanted"], [])
    (environment / tasks.STAMP).write_text(stamp, encoding="utf-8")
    assert tasks.make_environment(environment, ["wanted"], depends_on=[]) == python
    assert capsys.readouterr().out == ""


def test_an_environment_that_someone_else_made_is_not_replaced(tasks: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "theirs").write_text("", encoding="utf-8")
    with pytest.raises(tasks.StepFailed, match="was not made by this command"):
        tasks.make_environment(tmp_path / "env", ["wanted"], depends_on=[])
    assert (tmp_path / "env" / "theirs").exists()


def test_a_failed_step_names_its_command_without_a_traceback(
    tasks: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(tasks.StepFailed) as failure:
        tasks.run(
            "a step",
            [sys.executable, "-c", "print('why'); raise SystemExit(3)"],
            folder=tmp_path,
            quiet=True,
            hint="Do this.",
        )
    assert "a step (exit code 3)" in str(failure.value) and "Do this." in str(failure.value)
    assert failure.value.exit_code == 3
    assert "why" in capsys.readouterr().out


def test_a_program_that_is_not_there_is_a_failed_step(tasks: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(tasks.StepFailed):
        tasks.run("a step", [tmp_path / "no-such-program"])


def test_all_tests_are_shared_between_the_processors_where_there_are_several(tasks: ModuleType) -> None:
    assert tasks.shared_between(1) == []
    assert tasks.shared_between(2)[:2] == ["-n", "2"]
    assert tasks.shared_between(64)[:2] == ["-n", str(tasks.MOST_WORKERS)]
    assert tasks.processors() >= 1


def test_byte_code_lies_beside_the_sources_only_while_the_tests_run(tasks: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "one.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(tasks.StepFailed), tasks.compiled(tmp_path):
        assert len(list(tmp_path.rglob("*.pyc"))) == 1
        raise tasks.StepFailed("a failing test")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["one.py"]
    assert not list(tmp_path.rglob("__pycache__"))


def test_without_the_public_data_the_other_tests_still_run(
    tasks: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks.take_test_data(tmp_path / "no-such-python")
    assert "skip" in capsys.readouterr().out


def test_what_shares_a_costly_fixture_goes_to_one_worker(repository: Path) -> None:
    spec = importlib.util.spec_from_file_location("conftest_of_the_template", repository / "tests" / "conftest.py")
    assert spec is not None and spec.loader is not None
    shared = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shared)
    assert {shared.unit_of(f"{file}::test_x[a::b]") for file in shared.DEMO} == {"demo"}
    sample = f"{shared.GENERATED_TESTS}/sample"
    assert shared.unit_of(f"{sample}/test_a.py::test_x") == shared.unit_of(f"{sample}/test_b.py::test_y") == sample
    assert shared.unit_of("tests/test_bake.py::test_x") == "tests/test_bake.py"
    named = [*shared.DEMO, *shared.LONGEST]
    assert [name for name in named if name != "demo" and not (repository / name).exists()] == []


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["demo", "a", "b"], ["lint", "--fast"]])
def test_wrong_use_ends_with_exit_code_2(repository: Path, arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, str(repository / "tasks.py"), *arguments], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"usage" in done.stderr and b"Traceback" not in done.stderr


def test_demo_does_not_write_into_a_project_that_it_did_not_make(repository: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "acme-retail" / "engagement.yml"
    theirs.parent.mkdir()
    theirs.write_text("client: Someone\n", encoding="utf-8")
    command = [sys.executable, str(repository / "tasks.py"), "demo", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"was not made by this command" in done.stdout
    assert theirs.read_text(encoding="utf-8") == "client: Someone\n"


def test_what_tools_left_behind_is_not_part_of_the_template(
    tasks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "repository"
    project = repository / "{{cookiecutter.project_slug}}"
    kept = [
        project / "src" / "tables" / "load.py",
        project / "data" / "raw" / ".gitkeep",
        repository / "hooks" / "x.py",
    ]
    left = [
        project / "src" / "__pycache__" / "load.pyc",
        project / ".ruff_cache" / "x",
        project / ".venv" / "x",
        project / "data" / "tables" / "orders.parquet",
        project / "reports" / "latest",
        project / ".analytics" / "x",
    ]
    for path in [*kept, *left, repository / "cookiecutter.json"]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    monkeypatch.setattr(tasks, "HERE", repository)
    monkeypatch.setattr(tasks, "PROJECT", project)
    monkeypatch.setattr(tasks, "MADE_BY_RUNS", {project / "data" / "tables", project / "reports"})
    tasks.copy_template(tmp_path / "copy")
    copied = {path.relative_to(tmp_path / "copy") for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    assert copied == {path.relative_to(repository) for path in [*kept, repository / "cookiecutter.json"]}


def test_the_front_page_is_that_of_the_newest_complete_run(tasks: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(tasks.StepFailed):
        tasks.newest_front_page(tmp_path)
    run = tmp_path / "reports" / "2025-01-01"
    run.mkdir(parents=True)
    (run / "index.html").write_text("", encoding="utf-8")
    (tmp_path / "reports" / "latest").write_text("2025-01-01\n", encoding="utf-8")
    assert tasks.newest_front_page(tmp_path) == run / "index.html"
