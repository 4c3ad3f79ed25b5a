"""Any argument of any command is taken, or refused in words with exit code 2: never a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from fuzz_size import examples
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from customer_analytics.audiences.options import LARGEST_SHARE, Request, read_request
from customer_analytics.cli import app
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import ReportParameters
from customer_analytics.pipeline.plan import make_plan, read_options

HERE = Path(__file__).parents[2]
ODD = (
    "", " ", "x", "-1", "0", "9" * 400, "1e999", "nan", "inf", "\0", "\ud800", "\u202e", "🎉", "a" * 5000, "../x",
    "CON", "/etc/passwd", "=1+1", "{{x}}", "{x}", "%s", "--", "-", "10%", "０", "٣", "1_000", "0x10", "\n", "\x1b[31m",
    "-0%", "2025-02-30", "0001-01-01", "9999-12-31", "2025-01-01", "2 in 30 days", "9" * 30 + " in 1 days", "a,b,c",
    ",,,", "customer_id", "held_out_of", "nan%", "100.0000001%", "0.1", "1/0", "1e-9",
)  # fmt: skip
VALUES = (
    *ODD, "9" * 5000, "2024-13-45", "12:30:99", "0b", "0b2", "[", "[" * 2000, "{" * 2000, "a: b: c", "&a [*a]",
    "!!python/object/apply:os.system [id]", "!!timestamp x", "!!int x", "!!float x", "!!bool x", "!!set {a}", "? a",
    "---\n---", '"\\U00110000"', '"\\uD800"', "'", '"', "{a: 1}", "{[]: 1}", "[{}]", "[a, null]", "true", "null", "<<",
    "2001-01-01T25:00:00", "2001-01-01 00:00:00 +99:99", "1:60", "-.inf", ".nan", "a," * 5000, "'a, b", "(a, b",
    "a > b > c", "9-1", "4-999999999999999999999", "1\nbins: 3",
)  # fmt: skip
OPTIONS = {
    "audience": ("--name", "--holdout", "--seed", "--strata", "--contact-cap", "--columns", "--format", "--campaign",
                 "--expires", "--as-of", "--file"),
    "run": ("-p", "--as-of", "--language", "--for-each", "--jobs", "--output"),
    "tags": ("--as-of",),
}  # fmt: skip
WORD = st.one_of(st.sampled_from(ODD), st.text(max_size=12))
PARAMETERS = [
    (name, parameter)
    for name, field in ReportParameters.model_fields.items()
    for parameter in getattr(field.annotation, "model_fields", {})
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with reports and tags and no data."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "engagement.yml").write_text("client: A\nconsultancy: B\n", encoding="utf-8")
    shutil.copy(HERE / "tags.yml", folder)
    (folder / "notebooks").mkdir()
    for notebook in (HERE / "notebooks").glob("*.ipynb"):
        shutil.copy(notebook, folder / "notebooks")
    return folder


@examples(150, 50_000)
@given(
    options=st.fixed_dictionaries(
        {"name": WORD, "holdout": WORD},
        optional={
            "seed": st.integers(), "strata": WORD, "contact_cap": WORD, "columns": WORD, "formats": WORD,
            "campaign": WORD, "expires": WORD, "as_of": WORD,
        },
    )
)  # fmt: skip
def test_any_options_of_an_audience_are_read_within_their_limits_or_refused(options: dict[str, Any]) -> None:
    try:
        request = read_request("region = 'x'", **options)
    except UserError as error:
        assert all(problem.where and problem.what for problem in error.problems)
        return
    assert isinstance(request, Request)
    assert 0 <= request.share <= LARGEST_SHARE
    assert request.name and request.campaign_id.isprintable() and len(request.campaign_id) <= 200
    assert request.contact_cap is None or (request.contact_cap.limit > 0 and request.contact_cap.days > 0)


def test_any_value_of_any_parameter_is_taken_or_refused(folder: Path, thorough: bool) -> None:
    project = Project.find(folder)
    taken = refused = 0
    for number, (report, name) in enumerate(PARAMETERS):
        for value in VALUES if thorough else (VALUES[number % len(VALUES)],):
            try:
                plan = make_plan(project, reports=[report], parameters=read_options([f"{report}.{name}={value}"]))
            except UserError as error:
                refused += 1
                assert len(str(error)) < 2_000 and "Input should" not in str(error), str(error)
            else:
                taken += 1
                (planned,) = plan.reports
                assert planned.resolved[name] == planned.given[name]
    assert taken and refused


def test_any_argument_ends_in_words(folder: Path, monkeypatch: pytest.MonkeyPatch, thorough: bool) -> None:
    monkeypatch.chdir(folder)
    before = sorted(path.name for path in folder.iterdir())
    for number, (command, option) in enumerate((c, option) for c, options in OPTIONS.items() for option in options):
        for value in ODD if thorough else (ODD[(11 * number) % len(ODD)],):
            arguments = [command, option, value]
            if command == "audience":
                arguments += ["region = 'x'", *(["--name", "n"] if option != "--name" else [])]
            done = CliRunner().invoke(app, arguments)
            shown = f"{arguments!a}: {done.output!a}"
            assert done.exit_code in (0, 2), shown
            assert done.exception is None or isinstance(done.exception, SystemExit), shown
            assert done.output.strip() and "Traceback" not in done.output, shown
    left = {path.name for path in folder.iterdir()} - set(before)
    assert left <= {".analytics", "audiences", "data", "reports"}, left
