"""Effects by group: the planted one is found, nothing is claimed where nothing was planted, odd data say why."""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from planted_campaigns import as_campaigns, graded, planted_units

from customer_analytics.analysis.differences import cells, differences
from customer_analytics.analysis.differences.classes import Ranges
from customer_analytics.analysis.differences.outputs import metrics, tables, without_small
from customer_analytics.analysis.differences.result import Differences
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

WIN_BACK, LATELY = "win_back", 45.0
WITHOUT_EFFECT = ("aa_test", "newsletter")


def compared(rows: pd.DataFrame, *, grades: dict[str, str] | None = None, **parameters: Any) -> Differences:
    options = {name: parameters.pop(name) for name in ("kind", "unit", "groups") if name in parameters}
    campaigns = as_campaigns(rows, **options)
    asked = CampaignEvaluationParameters(groups=options.get("groups", ()), **parameters)
    return differences(campaigns, graded(campaigns, **(grades or {})), asked)


@pytest.fixture(scope="module")
def large() -> tuple[pd.DataFrame, Differences]:
    """A client of 80,000: the planted difference is one of four points in a campaign of 26,000."""
    rows = planted_units(80_000, 4)
    return rows, compared(rows)


def test_who_bought_lately_is_not_won_back_and_the_others_are(large: tuple[pd.DataFrame, Differences]) -> None:
    rows, found = large
    assert (WIN_BACK, "recency") in set(zip(found.found["campaign"], found.found["group"], strict=True))
    levels = found.levels[(found.levels["campaign"] == WIN_BACK) & (found.levels["group"] == "recency")]
    first = levels[levels["from"] == 0].iloc[0]
    assert first["until"] == LATELY
    assert first["low"] < 0 < first["high"]
    assert (levels[levels["from"].between(LATELY, 100)]["low"] > 0).all()
    own = rows[rows["campaign"] == WIN_BACK]
    for level in levels[levels["from"].notna()].to_dict("records"):
        inside = own["recency_days"].between(level["from"], level["until"] if level["until"] == level["until"] else 1e9,
                                             inclusive="left")  # fmt: skip
        truth = own.loc[inside, "truth"].mean()
        assert level["low"] - 0.01 <= truth <= level["high"] + 0.01
        assert abs(level["effect"] - truth) < 3.5 * (level["high"] - level["low"]) / 3.92


def test_where_nothing_was_planted_no_group_is_said_to_differ(large: tuple[pd.DataFrame, Differences]) -> None:
    _, found = large
    quiet = found.tests[found.tests["campaign"].isin(WITHOUT_EFFECT)]
    assert len(quiet) == 6
    assert not quiet["found"].any()


def test_what_is_claimed_of_other_campaigns_is_true(large: tuple[pd.DataFrame, Differences]) -> None:
    """Who has left for good cannot react, so other effects differ by recency too: every claim holds in the truth."""
    rows, found = large
    for test in found.found.to_dict("records"):
        levels = found.levels_of(pd.Series(test))
        own = rows[(rows["campaign"] == test["campaign"])]
        column = {"recency": "recency_days", "frequency": "orders_before", "value": "revenue_before"}[test["group"]]
        truths = []
        for level in levels[levels["from"].notna()].to_dict("records"):
            until = level["until"] if level["until"] == level["until"] else np.inf
            truths.append(own.loc[(own[column] >= level["from"]) & (own[column] < until), "truth"].mean())
        assert max(truths) - min(truths) > 0.01, test


def test_nothing_is_found_over_eight_clients_without_any_effect() -> None:
    """At a false discovery rate of 5 % a claim is expected on one client of twenty; three of eight would be rare."""
    claimed = [len(compared(planted_units(2_500, seed, planted=False)).found) > 0 for seed in range(8)]
    assert sum(claimed) <= 2


def rows_of(sizes: dict[tuple[str, int, str], tuple[int, int]]) -> pd.DataFrame:
    """(campaign, arm, region) -> people, of whom so many bought."""
    parts = []
    for (campaign, arm, region), (n, bought) in sizes.items():
        parts.append(
            pd.DataFrame(
                {"campaign": campaign, "arm": arm, "g_region": region, "converted": [1] * bought + [0] * (n - bought)}
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(person_id=[f"p{n}" for n in range(len(rows))], orders_before=1.0)


REGIONS = {
    ("a", 0, "North"): (400, 40), ("a", 1, "North"): (400, 90), ("a", 0, "South"): (400, 40),
    ("a", 1, "South"): (400, 38), ("a", 0, "Isle"): (3, 1), ("a", 1, "Isle"): (4, 4),
}  # fmt: skip


def test_a_column_of_the_client_by_hand() -> None:
    found = compared(rows_of(REGIONS), groups=("region",))
    assert found.groups == ("region",)
    test = found.tests.iloc[0]
    variances = [sum((b + 1) / (402) * (401 - b) / 402 / 402 for b in pair) for pair in ((40, 90), (40, 38))]
    z = (0.125 - (-0.005)) / np.sqrt(sum(variances))
    assert test["statistic"] == pytest.approx(z**2)
    assert bool(test["found"])
    assert found.levels["level"].tolist() == ["North", "South"], "seven people are no level"
    assert (test["rest"], test["rest_control"]) == (4, 3)
    assert found.levels["effect"].tolist() == pytest.approx([0.125, -0.005])


def test_few_customers_in_no_level_cannot_be_found_by_subtraction() -> None:
    """Four on the Isle, all buyers, would follow from the arm less North and South: one of these is hidden too."""
    found = compared(rows_of(REGIONS), groups=("region",))
    shown = without_small(found, 10)
    assert shown["n"].isna().tolist() == [True, False]
    assert shown.loc[0, "mean":"shrunk_high"].isna().all()
    assert without_small(found, 3)["n"].notna().all()
    written = tables(found, 10)["effects_by_group"]
    assert written["level"].tolist() == ["North", "South"]
    assert metrics(found)["differences.found"] == 1


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = rows_of(REGIONS)
    once, again = (compared(part, groups=("region",)) for part in (rows, rows.sample(frac=1, random_state=1)))
    pd.testing.assert_frame_equal(once.levels, again.levels)
    pd.testing.assert_frame_equal(once.tests, again.tests)


def test_a_campaign_that_failed_its_checks_takes_no_part_and_a_doubtful_one_is_graded_so() -> None:
    assert compared(rows_of(REGIONS), groups=("region",), grades={"a": "D"}).reason == "no_campaigns"
    assert compared(rows_of(REGIONS), groups=("region",), grades={"a": "C"}).tests["grade"].tolist() == ["C"]


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ({("a", 0, "x"): (20, 2), ("a", 1, "x"): (20, 4)}, "few"),
        ({("a", 0, "x"): (200, 2), ("a", 1, "x"): (200, 4)}, "one_level"),
    ],
)
def test_too_little_is_said_to_be_so(sizes: dict[tuple[str, int, str], tuple[int, int]], reason: str) -> None:
    found = compared(rows_of(sizes), groups=("region",))
    assert found.tests["reason"].tolist() == [reason]
    assert found.tested == 0
    assert not found.tests["found"].any()


@pytest.mark.parametrize("bought", [0, 200])
def test_nobody_or_everybody_bought(bought: int) -> None:
    sizes = {("a", arm, region): (200, bought) for arm in (0, 1) for region in ("x", "y")}
    found = compared(rows_of(sizes), groups=("region",))
    assert found.tests["p"].tolist() == pytest.approx([1.0])
    assert np.isfinite(found.levels[["low", "high", "shrunk"]].to_numpy()).all()


def test_many_values_are_put_together_and_names_may_be_anything() -> None:
    sizes = {("a", arm, f"<b>{n} = {{x}} 😀"): (60, 10) for arm in (0, 1) for n in range(30)}
    found = compared(rows_of(sizes), groups=("region",))
    assert len(found.levels) == cells.MOST_LEVELS
    assert found.levels["n"].sum() == 1_800


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_sums_compile(engine: str) -> None:
    units = ibis.table({"code": "int32", "arm": "int32", "over": "bool", "y_0": "float64", "recency_days": "float64",
                        "cluster": "string"}, name="units")  # fmt: skip
    made = cells.expression(units, [0, 1], "y_0", Ranges("recency", "recency_days", (0.0, 45.0, 90.0)), clustered=True)
    assert "GROUP BY" in str(ibis.to_sql(made, dialect=engine)).upper()
