"""What is refused before a kernel starts, and with which help."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline.plan import available_reports, make_plan, nearest, own_imports, read_options


def _message(project: Project, **asked: Any) -> str:
    with pytest.raises(UserError) as caught:
        make_plan(project, **asked)
    return str(caught.value)


def test_reports_run_in_the_order_of_their_numbers_not_of_their_names(project: Project) -> None:
    (project.notebooks / "3_rfm.ipynb").rename(project.notebooks / "0_rfm.ipynb")
    assert list(available_reports(project)) == ["rfm", "data_audit"]


def test_the_order_asked_for_does_not_change_the_order_of_the_run(project: Project) -> None:
    plan = make_plan(project, reports=["rfm", "data_audit"])
    assert [report.name for report in plan.reports] == ["data_audit", "rfm"]


def test_a_notebook_without_a_declaration_is_not_a_report(project: Project) -> None:
    (project.notebooks / "9_scratch.ipynb").write_text("{}", encoding="utf-8")
    (project.notebooks / "rfm copy.ipynb").write_text("{}", encoding="utf-8")
    assert list(available_reports(project)) == ["data_audit", "rfm"]


def test_a_misspelt_report_is_refused_with_the_nearest_and_the_list(project: Project) -> None:
    message = _message(project, reports=["rmf"])
    assert "Did you mean rfm?" in message
    assert "Available: data_audit, rfm." in message


def test_a_misspelt_parameter_is_refused_with_the_nearest_and_the_list(project: Project) -> None:
    message = _message(project, parameters={"bin": "4"})
    assert "there is no parameter bin" in message
    assert "Did you mean bins?" in message
    assert "frequency_unit" in message


def test_all_mistakes_are_told_at_once(project: Project) -> None:
    message = _message(project, parameters={"rfm.binz": "4", "rfm.bins": "11"}, as_of="yesterday", language="fr")
    assert len(message.splitlines()) == 4
    for part in ("binz", "bins=11: must be at most 10", "--as-of yesterday", "Available: en, zh_CN"):
        assert part in message


def test_a_bare_name_goes_to_each_report_that_has_it_and_to_no_other(project: Project) -> None:
    audit, rfm = make_plan(project, parameters={"minimum_base": "50", "bins": "4"}).reports
    assert audit.given == {"minimum_base": 50}
    assert rfm.given == {"minimum_base": 50, "bins": 4}
    assert rfm.resolved["binning"] == "independent"


def test_the_name_with_its_report_wins_over_the_bare_name_in_either_order(project: Project) -> None:
    for given in ({"minimum_base": "50", "rfm.minimum_base": "60"}, {"rfm.minimum_base": "60", "minimum_base": "50"}):
        audit, rfm = make_plan(project, parameters=given).reports
        assert (audit.given["minimum_base"], rfm.given["minimum_base"]) == (50, 60)


def test_a_parameter_of_a_report_that_does_not_run_is_not_dropped_in_silence(project: Project) -> None:
    assert "not among the reports of this run" in _message(project, reports=["data_audit"], parameters={"rfm.bins": 4})
    assert "It belongs to rfm." in _message(project, reports=["data_audit"], parameters={"bins": 4})


@pytest.mark.parametrize(
    ("value", "expected"), [("4", 4), (" 7 ", 7), (4, 4)], ids=["text", "text with blanks", "number"]
)
def test_values_are_read_by_their_declared_type(project: Project, value: object, expected: int) -> None:
    assert make_plan(project, parameters={"bins": value}).reports[1].given == {"bins": expected}


@pytest.mark.parametrize("value", ["four", "4.5", "", "true", "[4]", "1e1000", "💥" * 100])
def test_a_value_of_the_wrong_type_is_refused_and_shown_short(project: Project, value: str) -> None:
    message = _message(project, parameters={"bins": value})
    assert "-p rfm.bins=" in message
    assert len(message) < 300


def test_a_choice_names_the_choices(project: Project) -> None:
    assert "must be one of days, orders" in _message(project, parameters={"frequency_unit": "weeks"})


def test_what_is_set_for_the_whole_run_is_not_a_parameter_of_a_report(project: Project) -> None:
    assert "Use --as-of." in _message(project, parameters={"as_of": "2011-12-09"})
    assert "Use --language." in _message(project, parameters={"rfm.language": "zh_CN"})


def test_a_notebook_that_would_ignore_a_parameter_is_refused(project: Project) -> None:
    path = project.notebooks / "3_rfm.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][1]["source"] = "as_of = None\nlanguage = None\nsubset = None\noutput = None"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert "its parameters cell lacks bins" in _message(project, parameters={"bins": "4"})
    notebook["cells"][1]["metadata"] = {}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert "no single cell tagged `parameters`" in _message(project)
    path.write_text("{", encoding="utf-8")
    assert "notebooks/3_rfm.ipynb: is not a notebook" in _message(project)


def test_options_of_the_wrong_form_are_refused_at_once() -> None:
    with pytest.raises(UserError) as caught:
        read_options(["bins", "a=1", "a=2", "=3"])
    assert len(caught.value.problems) == 3
    assert read_options(["frequency_unit = orders", "x=a=b"]) == {"frequency_unit": "orders", "x": "a=b"}


def test_the_nearest_name_is_only_offered_when_it_is_near() -> None:
    assert nearest("zzz", ["rfm", "data_audit"]) == "Available: rfm, data_audit."


def test_a_project_without_notebooks_says_so(project: Project, edit: Callable[..., None]) -> None:
    for path in project.notebooks.iterdir():
        path.unlink()
    assert "there is no report notebook" in _message(project)


def test_only_modules_of_the_package_are_preloaded(project: Project) -> None:
    found = own_imports([project.notebooks / "3_rfm.ipynb", project.notebooks / "missing.ipynb"])
    assert "customer_analytics.report" in found
    assert "customer_analytics.report.parts" in found
    assert not any(name.startswith("pandas") for name in found)
