"""Any answers to the template's questions: refused by the hook, or a project whose files say them to the letter."""

from __future__ import annotations

import ast
import importlib.util
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cookiecutter.environment import StrictEnvironment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_analytics.engagement.reading import read_engagement

RENDERED = ("engagement.yml", "pyproject.toml", "README.md")
HOOKS = ("pre_gen_project", "post_gen_project")
SIGNS = (
    "aZ09 _-.:,;#'\"\\/{}[]()<>*&!|%@`=~?+$^\t\n\r\0\x1b\x7f\x85\u00a0\u2028\ufeff\u200b\u202e\ufffe\ud800é中🎉\u0301"
)
WORDS = ("{{ x }}", "{% raw %}", "{#", "null", "yes", "2024-01-31", "1e3", "---", "'''", '"""', "</script>", "\\u0041")
SOUND = st.sampled_from(("Acme Retail", 'Müller "B" \\\\', "上海百货 🎉", "O'Neil & <Sons>", "100% #1: A/S"))
NAMES = SOUND | st.one_of(st.text(st.sampled_from(SIGNS), max_size=16), st.text(max_size=16), st.sampled_from(WORDS))
SLUGS = st.from_regex(r"[a-zA-Z0-9_.-]{1,12}", fullmatch=True) | st.text(max_size=6)
ANSWERS = st.fixed_dictionaries(
    {"client_name": NAMES, "consultancy_name": NAMES},
    optional={"project_slug": SLUGS, "currency": st.sampled_from(("EUR", "eur", "")), "language": st.just("zh_CN")},
)
Render = Callable[[dict[str, Any]], tuple[dict[str, Any], dict[str, str]]]
QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="session")
def render(repository: Path) -> Render:
    """All answers, those that follow from others too, and the files and hooks that they make."""
    questions = json.loads((repository / "cookiecutter.json").read_text(encoding="utf-8"))
    environment = StrictEnvironment(context={"cookiecutter": questions}, keep_trailing_newline=True)
    sources = {name: repository / "{{cookiecutter.project_slug}}" / name for name in RENDERED}
    sources |= {name: repository / "hooks" / f"{name}.py" for name in HOOKS}
    templates = {name: environment.from_string(path.read_text(encoding="utf-8")) for name, path in sources.items()}

    def make(answers: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        full = {name: value[0] if isinstance(value, list) else value for name, value in questions.items()} | answers
        for name, value in questions.items():  # in their order: later ones are made from those before
            if name not in answers and isinstance(value, str):
                full[name] = environment.from_string(value).render(cookiecutter=full)
        return full, {name: template.render(cookiecutter=full) for name, template in templates.items()}

    return make


@pytest.fixture(scope="session")
def hook(repository: Path, render: Render, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The hook that judges answers."""
    path = tmp_path_factory.mktemp("hook") / "pre_gen_project.py"
    path.write_text(render({})[1]["pre_gen_project"], encoding="utf-8")
    specification = importlib.util.spec_from_file_location("fuzzed_hook", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_any_answers_are_refused_or_arrive_to_the_letter(
    render: Render, hook: ModuleType, tmp_path: Path, thorough: bool
) -> None:
    made = refused = 0

    @settings(
        max_examples=5_000 if thorough else 40, derandomize=not thorough, deadline=None, suppress_health_check=QUIET
    )
    @given(answers=ANSWERS)
    def any_answers(answers: dict[str, Any]) -> None:
        nonlocal made, refused
        full, files = render(answers)
        for name in HOOKS:  # a hook gets the answers as data, whatever they hold
            assert answers_in(files[name])["client_name"] == full["client_name"]
        refusals = hook.check(full)
        if refusals:
            refused += 1
            assert all(refusal.question in full and refusal.rule for refusal in refusals)
            assert "Nothing was written" in hook.explain(refusals, full)
            return
        made += 1
        (tmp_path / "engagement.yml").write_bytes(files["engagement.yml"].encode("utf-8"))
        read = read_engagement(tmp_path / "engagement.yml")
        client, consultancy = full["client_name"], full["consultancy_name"]
        assert (read.client, read.consultancy) == (client, consultancy)
        project = tomllib.loads(files["pyproject.toml"])["project"]
        assert project["description"] == f"Customer analytics for {client}"
        heading = files["README.md"].partition("\n")[0]
        assert heading == "# Customer analytics: " + " ".join(client.split()).replace("<", "&lt;")
        assert "{{" not in files["engagement.yml"] and "cookiecutter." not in files["engagement.yml"]

    any_answers()
    assert made > 5 and refused > 5


def answers_in(script: str) -> dict[str, Any]:
    """The answers that a rendered hook holds, read without running it."""
    (text,) = (
        node.value.args[0].value
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call) and node.value.args
        if isinstance(node.value.args[0], ast.Constant)
    )
    found: dict[str, Any] = json.loads(text)
    return found
