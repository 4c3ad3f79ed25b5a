"""Groups of a column, and folder names that every system takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline import survey as surveying
from customer_analytics.pipeline.cache import Cache
from customer_analytics.pipeline.plan import make_plan
from customer_analytics.pipeline.survey import Groups, find_groups, kept_survey, survey


def _groups(project: Project, column: str = "region", fingerprint: str = "f") -> Groups:
    return find_groups(project, Cache(project.folder / ".analytics"), make_plan(project), fingerprint, column)


def test_groups_are_the_values_with_enough_customers_largest_first(project: Project) -> None:
    found = _groups(project)
    # by hand: 60 customers in blocks of 18 in the order of the regions, and one customer alone
    assert [(group.value, group.customers) for group in found.groups] == [
        ("../<b>x</b>", 18), ("North", 18), ("北京", 18),
    ]  # fmt: skip
    # and so were the six of the smallest group shown: all customers less theirs and the others' would be the one alone
    assert found.left_out == 2
    assert found.groups[1].subset == "region=North"


def test_hostile_values_cannot_leave_the_run_folder(project: Project) -> None:
    for group in _groups(project).groups:
        assert re.fullmatch(r"[a-z0-9-]+", group.folder)


def test_an_unknown_column_is_refused_with_the_nearest(project: Project) -> None:
    with pytest.raises(UserError, match="Did you mean region"):
        _groups(project, "regoin")


def test_a_column_with_a_value_for_each_customer_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="no value has 5 customers"):
        _groups(project, "order_id")
    monkeypatch.setattr(surveying, "MOST_GROUPS", 2)
    with pytest.raises(UserError, match="has 3 values; at most 2"):
        _groups(project)


def test_a_column_whose_name_would_be_cut_at_the_equals_sign_is_refused(project: Project) -> None:
    with pytest.raises(UserError, match="Map it to another name"):
        _groups(project, "=1+1")


@given(st.lists(st.text(min_size=1), unique=True, max_size=8))
def test_folder_names_are_safe_and_distinct_on_a_disk_without_case(values: list[str]) -> None:
    names = surveying._folder_names(values)
    assert len({name.lower() for name in names.values()}) == len(values)
    for name in names.values():
        assert re.fullmatch(r"[a-z0-9-]{1,60}", name)
        assert name not in surveying._RESERVED


def test_readable_values_keep_their_name_and_look_alikes_do_not_share_one() -> None:
    names = surveying._folder_names(["North West", "south", "South", "con", "Zürich"])
    assert names["North West"] == "north-west"
    assert names["south"] != names["South"]
    assert names["con"].startswith("con-")
    assert names["Zürich"].startswith("zurich-")


def test_a_survey_is_kept_until_the_data_or_the_base_changes(project: Project) -> None:
    cache = Cache(project.folder / ".analytics")
    plan = make_plan(project)
    asked = survey(project, cache, plan, "f", None)
    assert asked.verdicts["rfm"].level > 0
    assert kept_survey(project, cache, plan, "f", None) == asked
    assert kept_survey(project, cache, plan, "g", None) is None
    assert kept_survey(project, cache, make_plan(project, parameters={"minimum_base": 31}), "f", None) is None


def test_a_verdict_says_why_in_the_language_of_the_run(project: Project) -> None:
    cache = Cache(project.folder / ".analytics")
    for language, words in (("en", "customers"), ("zh_CN", "客户")):
        plan = make_plan(project, language=language, parameters={"minimum_base": 1000})
        verdict = survey(project, cache, plan, "f", None).verdicts["rfm"]
        assert verdict.level == 0
        assert words in verdict.reason
