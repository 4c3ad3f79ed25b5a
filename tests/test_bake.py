"""Bakes: which answers make a project, which are refused, and what lies in the project."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from cookiecutter.environment import StrictEnvironment
from cookiecutter.exceptions import FailedHookException
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics import __version__
from customer_analytics.engagement.reading import read_engagement

Bake = Callable[..., Path]
RENDERED = {"README.md", "pyproject.toml", "engagement.yml"}
TOP = RENDERED | {
    ".gitattributes",
    ".gitignore",
    "audiences",
    "constraints.txt",
    "data",
    "engagement.schema.json",
    "notebooks",
    "src",
    "alerts.yml",
    "tags.yml",
    "tests",
}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HOSTILE = [
    'A "B" & C </title>',
    "O'Neill's",
    "three ''' quotes",
    'three """ quotes',
    "ends in a backslash \\",
    "C:\\new\\table\\unicode \\u0041 \\N{DASH} \\x41",
    "first line\nsecond line",
    "a\ttab",
    " blanks around ",
    "Müller & Söhne",
    "上海百货（集团）有限公司",
    "🛍️ Shop 👩‍👩‍👧",
    "../../etc/passwd",
    "class",
    "pandas",
    "customer_analytics",
    "null",
    "yes",
    "1e3",
    "2024-01-31",
    "# no comment",
    "key: value",
    "- entry",
    "*alias &anchor !tag",
    "%TAG",
    "${HOME} $(id) `id`",
    "{ braces } and }}",
    "=1+1",
    "con",
    "x" * 80,
]


def files(folder: Path) -> set[str]:
    """Every file below, without git's own."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if path.parts[0] != ".git"}


def answers_in(baked: Path) -> tuple[dict[str, object], dict[str, object]]:
    """pyproject.toml and engagement.yml of a baked project as plain data."""
    project = tomllib.loads((baked / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project, yaml.safe_load((baked / "engagement.yml").read_text(encoding="utf-8"))


def test_the_tree_is_that_of_the_template_and_nothing_more(baked: Path, template: Path) -> None:
    (source,) = template.glob("{{*")
    assert files(baked) == files(source)
    assert {path.name for path in baked.iterdir()} == TOP | {".git"}


def test_only_three_files_hold_jinja_and_no_brace_of_it_is_left(baked: Path, template: Path) -> None:
    (source,) = template.glob("{{*")
    for name in sorted(files(source)):
        original, made = (source / name).read_bytes(), (baked / name).read_bytes()
        if name in RENDERED:
            assert b"{{" in original, f"{name} holds no Jinja: copy it raw"
            assert not re.search(rb"\{\{|\{%|\{#|cookiecutter\.", made), name
        else:
            assert original == made, f"{name} was changed by baking"


def test_the_rendered_files_are_valid_as_they_lie(template: Path) -> None:
    (source,) = template.glob("{{*")
    assert tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == __version__


def test_every_version_number_is_the_same(baked: Path, repository: Path) -> None:
    project, engagement = answers_in(baked)
    answers = json.loads((repository / "cookiecutter.json").read_text(encoding="utf-8"))
    versions = {project["version"], engagement["template_version"], answers["_template_version"], __version__}
    assert versions == {__version__}
    assert f"## {__version__}" in (repository / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "industry"),
    list(
        itertools.product(["en", "zh_CN"], ["retail", "saas_content", "education", "finance", "local_services", "b2b"])
    ),
)
def test_every_language_and_industry_makes_a_valid_project(bake: Bake, language: str, industry: str) -> None:
    baked = bake({"language": language, "industry": industry})
    engagement = read_engagement(baked / "engagement.yml")
    assert (engagement.language, engagement.industry) == (language, industry)
    zone = ("CNY", "Asia/Shanghai") if language == "zh_CN" else ("GBP", "Europe/London")
    assert (engagement.currency, engagement.time_zone) == zone


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_arrives_to_the_letter(bake: Bake, name: str) -> None:
    baked = bake({"client_name": name, "consultancy_name": name})
    project, engagement = answers_in(baked)
    assert project["description"] == f"Customer analytics for {name}"
    assert (engagement["client"], engagement["consultancy"]) == (name, name)
    read = read_engagement(baked / "engagement.yml")
    assert (read.client, read.consultancy) == (name, name)
    assert SLUG.fullmatch(baked.name)
    heading = (baked / "README.md").read_text(encoding="utf-8").splitlines()[0]
    assert heading == "# Customer analytics: " + " ".join(name.split()).replace("<", "&lt;")


@pytest.mark.parametrize("slug", ["pandas", "papermill", "ibis-framework", "class", "test", "customer-analytics"])
def test_the_distribution_is_never_called_like_a_package_that_it_needs(bake: Bake, slug: str) -> None:
    baked = bake({"project_slug": slug})
    assert baked.name == slug
    project, _ = answers_in(baked)
    pins = (baked / "constraints.txt").read_text(encoding="utf-8").lower().splitlines()
    assert str(project["name"]) not in {pin.partition("==")[0].replace("_", "-") for pin in pins}
    assert SLUG.fullmatch(str(project["name"]))


@pytest.mark.parametrize(
    ("client", "slug"),
    [
        ("Acme Retail", "acme-retail"),
        ("Müller & Söhne", "muller-sohne"),
        ("上海百货", "shang-hai-bai-huo"),
        ("🛍️🛍️", "client-analytics"),
        ("   ", "client-analytics"),
        ("../../etc", "etc"),
        ("CON", "con-analytics"),
        ("com1", "com1-analytics"),
        ("Com Ltd", "com-ltd"),
        ("x" * 80, "x" * 40),
    ],
)
def test_the_slug_says_the_client(template: Path, client: str, slug: str) -> None:
    assert derived_slug(template, client) == slug


@given(client=st.text(max_size=80))
def test_every_client_gets_a_valid_slug(template: Path, client: str) -> None:
    assert SLUG.fullmatch(derived_slug(template, client))


def derived_slug(template: Path, client: str) -> str:
    """The slug that cookiecutter proposes."""
    questions = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
    environment = StrictEnvironment(context={"cookiecutter": questions})
    return environment.from_string(questions["project_slug"]).render(cookiecutter={"client_name": client})


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"client_name": "   "}, "client_name: must hold at least one letter."),
        ({"client_name": "x" * 81}, "client_name: must be at most 80 characters long; this one has 81."),
        ({"client_name": "bell\x07"}, "client_name: must not hold control characters."),
        ({"client_name": "line\u2028separator"}, "client_name: must not hold control characters."),
        ({"consultancy_name": "{{ 7 * 7 }}"}, "consultancy_name: must not hold {{, {% or {#"),
        ({"project_slug": "Acme Retail"}, "project_slug: must be small letters"),
        ({"project_slug": "-acme"}, "project_slug: must be small letters"),
        ({"project_slug": "acme_retail"}, "project_slug: must be small letters"),
        ({"project_slug": "nul"}, "project_slug: must not be the name of a device"),
        ({"project_slug": "a" * 61}, "project_slug: must be at most 60 characters"),
        ({"currency": "eur"}, "Did you mean EUR?"),
        ({"currency": "Euro"}, "must be an ISO 4217 currency code"),
        ({"time_zone": "Europe/london"}, "Did you mean Europe/London?"),
        ({"time_zone": "Shanghai"}, "must be an IANA time zone"),
    ],
)
def test_a_bad_answer_is_refused_with_its_rule_and_nothing_is_left(
    bake: Bake, tmp_path: Path, capfd: pytest.CaptureFixture[str], answers: dict[str, str], rule: str
) -> None:
    with pytest.raises(FailedHookException):
        bake(answers, tmp_path)
    message = capfd.readouterr().err
    assert rule in message
    assert f"given: {json.dumps(next(iter(answers.values())))}" in message
    assert f'{next(iter(answers))}="…"' in message.replace("\\u2026", "…"), "the command to run again is missing"
    assert list(tmp_path.iterdir()) == []


def test_a_slug_that_leads_out_of_the_folder_is_refused(bake: Bake, tmp_path: Path) -> None:
    with pytest.raises(FailedHookException):
        bake({"project_slug": "../outside"}, tmp_path / "inside")
    assert not (tmp_path / "outside").exists()


def test_all_bad_answers_are_named_at_once(bake: Bake, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FailedHookException):
        bake({"client_name": "", "project_slug": "A B", "currency": "x", "time_zone": "x"}, tmp_path)
    message = capfd.readouterr().err
    assert "4 answer(s) to mend" in message
    assert all(f"  {question}:" in message for question in ("client_name", "project_slug", "currency", "time_zone"))


def test_a_choice_outside_of_the_list_is_refused_by_cookiecutter(template: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cookiecutter", "--no-input", "--default-config", "-o", str(tmp_path)]
    done = subprocess.run([*command, str(template), "language=fr"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "the choices are ['en', 'zh_CN']" in done.stdout + done.stderr


def test_the_questions_are_asked_in_words(template: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cookiecutter", "--default-config", "-o", str(tmp_path), str(template)]
    typed = 'A "B" \\\nUs\n\n2\n\n\n3\n'
    done = subprocess.run(command, input=typed.encode(), capture_output=True, check=False, env=None, cwd=tmp_path)
    shown = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, shown + done.stderr.decode("utf-8", "replace")
    for words in (
        "Client, as it will stand on the cover",
        "Chinese (simplified)",
        "Time zone of the client",
        "Education",
    ):
        assert words in shown
    engagement = read_engagement(tmp_path / "a-b" / "engagement.yml")
    assert (engagement.client, engagement.language, engagement.industry) == ('A "B" \\', "zh_CN", "education")
    assert (engagement.currency, engagement.time_zone) == ("CNY", "Asia/Shanghai")
