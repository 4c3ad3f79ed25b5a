"""The hooks, rendered as cookiecutter renders them and imported."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cookiecutter.environment import StrictEnvironment

GOOD = {
    "client_name": "Acme",
    "consultancy_name": "Us",
    "project_slug": "acme",
    "language": "en",
    "currency": "EUR",
    "time_zone": "UTC",
    "industry": "retail",
    "_template": "template",
}


def render(repository: Path, folder: Path, name: str, answers: dict[str, Any]) -> ModuleType:
    """The hook as a module, with these answers in it."""
    source = (repository / "hooks" / f"{name}.py").read_text(encoding="utf-8")
    text = StrictEnvironment(context={"cookiecutter": {}}).from_string(source).render(cookiecutter=answers)
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def pre(repository: Path, tmp_path: Path) -> ModuleType:
    return render(repository, tmp_path, "pre_gen_project", GOOD)


@pytest.fixture
def post(repository: Path, tmp_path: Path) -> ModuleType:
    return render(repository, tmp_path, "post_gen_project", GOOD)


@pytest.mark.parametrize("name", ["pre_gen_project", "post_gen_project"])
@pytest.mark.parametrize(
    "hostile",
    [
        "'''",
        '"""',
        '"""); import os; os.abort() #',
        "\\",
        "\\\\",
        "\n",
        "</script>",
        "{{",
        "上海",
        "😀",
        "\u2028",
        "'\"\\\x00",
    ],
)
def test_no_answer_can_break_out_of_the_data(repository: Path, tmp_path: Path, name: str, hostile: str) -> None:
    answers = {**GOOD, "client_name": hostile, hostile: ["x"]}
    assert answers == render(repository, tmp_path, name, answers).ANSWERS


def test_a_hook_uses_the_standard_library_only_and_no_shell(repository: Path) -> None:
    for hook in (repository / "hooks").glob("*.py"):
        text = hook.read_text(encoding="utf-8")
        imported = {
            line.split()[1].partition(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))
        }
        assert imported <= set(sys.stdlib_module_names), hook.name
        assert "shell=" not in text and "os.system" not in text, hook.name


def test_good_answers_pass(pre: ModuleType) -> None:
    assert pre.check(GOOD) == []
    assert pre.main() == 0


@pytest.mark.parametrize("name", ["A", "Müller", "上海", "👩‍👩‍👧", "a\nb", "x" * 80, '"', "}}"])
def test_names_that_may_stand_on_a_cover(pre: ModuleType, name: str) -> None:
    assert pre.check_name("client_name", name) == []


@pytest.mark.parametrize(
    "name", ["", " \t\n", "x" * 81, "\x00", "\x7f", "\x85", "\u2029", "\ud800", "\ufffe", "{%", "{#"]
)
def test_names_that_may_not(pre: ModuleType, name: str) -> None:
    assert pre.check_name("client_name", name)


def test_two_rules_broken_by_one_name_are_both_named(pre: ModuleType) -> None:
    assert [refusal.question for refusal in pre.check_name("client_name", "{{" + "x" * 80)] == ["client_name"] * 2


@pytest.mark.parametrize("slug", ["a", "acme-retail", "3m", "class", "a" * 60])
def test_slugs_that_may_be(pre: ModuleType, slug: str) -> None:
    assert pre.check_slug(slug) == []


@pytest.mark.parametrize(
    "slug", ["", "-", "a--b", "a-", "A", "a b", "a/b", "../a", "a.b", "ä", "上海", "aux", "lpt9", "a\n"]
)
def test_slugs_that_may_not(pre: ModuleType, slug: str) -> None:
    assert pre.check_slug(slug)


def test_the_currencies_are_those_that_the_product_knows(pre: ModuleType) -> None:
    from babel.numbers import list_currencies

    assert set(list_currencies()) >= pre.CURRENCIES
    assert {"EUR", "GBP", "USD", "CNY", "JPY", "CHF", "INR"} <= pre.CURRENCIES
    assert all(len(code) == 3 for code in pre.CURRENCIES)


def test_a_system_without_time_zones_leaves_the_check_to_the_product(pre: ModuleType) -> None:
    assert pre.check_time_zone("Nowhere/Land", known=set()) == []
    assert pre.check_time_zone("Nowhere/Land", known={"UTC"})


def test_the_command_to_run_again_is_that_of_the_tool_that_was_used(pre: ModuleType) -> None:
    bad = {**GOOD, "currency": "x", "project_slug": "X"}
    assert 'cookiecutter template project_slug="…" currency="…"' in pre.explain(pre.check(bad), bad)
    cruft = {**bad, "_commit": "abc"}
    given = json.dumps({"project_slug": "…", "currency": "…"}, ensure_ascii=False)
    assert f"cruft create template --extra-context '{given}'" in pre.explain(pre.check(cruft), cruft)


def test_refused_answers_end_with_exit_code_1(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = render(repository, tmp_path, "pre_gen_project", {**GOOD, "currency": "x"})
    with capsys.disabled():
        done = subprocess.run([sys.executable, module.__file__], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"currency" in done.stderr and b"Traceback" not in done.stderr


def test_a_new_project_is_a_repository_on_main_without_a_commit(post: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    assert post.initialise_repository(folder) == ""
    head = (folder / ".git" / "HEAD").read_text(encoding="utf-8").strip()
    assert head == "ref: refs/heads/main"


def test_a_project_inside_another_repository_gets_its_own(post: ModuleType, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    folder = tmp_path / "new"
    folder.mkdir()
    assert post.initialise_repository(folder) == ""
    assert (folder / ".git").is_dir()


def test_a_repository_that_is_there_is_left_alone(post: ModuleType, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert post.initialise_repository(tmp_path) == ""
    assert list((tmp_path / ".git").iterdir()) == []


def test_without_git_the_project_is_made_all_the_same(
    post: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    assert shutil.which("git") is None
    assert "git is not installed" in post.initialise_repository(tmp_path)


def test_a_git_that_fails_is_quoted_and_does_not_stop_the_bake(post: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "target").write_text("a file where a folder should be", encoding="utf-8")
    note = post.initialise_repository(tmp_path / "target" / ".." / "target") if sys.platform == "win32" else ""
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / ".git").symlink_to(tmp_path / "nowhere" / "deep") if sys.platform != "win32" else None
    note = note or post.initialise_repository(blocked)
    assert "git init" in note


def test_the_next_steps_are_those_of_the_system(post: ModuleType) -> None:
    unix = post.next_steps("acme", [], windows=False)
    windows = post.next_steps("acme", ["A note."], windows=True)
    assert ". .venv/bin/activate" in unix and "python3 -m venv" in unix
    assert r".venv\Scripts\activate" in windows and "python -m venv" in windows
    assert windows.endswith("A note.")
    for text in (unix, windows):
        assert "analytics demo" in text and 'pip install -c constraints.txt -e ".[lab]"' in text
