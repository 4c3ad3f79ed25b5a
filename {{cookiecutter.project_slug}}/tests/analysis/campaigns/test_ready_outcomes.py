"""Finished experiments whose outcomes are columns of touches: what they mean, and what an empty cell means."""

from __future__ import annotations

import pytest
from touches_by_hand import made, order, tables, touch, units

from customer_analytics.analysis.campaigns.settle import Ready, settle_outcomes
from customer_analytics.engagement.parameters import CampaignEvaluationParameters


def rows(**columns: list) -> list[dict]:
    """Customers a, b, c … in turn sent and control, without times, with these columns."""
    n = len(next(iter(columns.values())))
    return [
        touch("K", f"c{i:02d}", "control" if i % 2 else "sent", None, **{name: own[i] for name, own in columns.items()})
        for i in range(n)
    ]


def test_yes_and_no_in_any_spelling_and_language_is_a_share() -> None:
    found = made(
        tables(
            touches=rows(
                came=["TRUE", "false", "yes", "No"], bought=["是", "否", "是", "否"], twice=["1", "0", "0", "1"],
                spend=["12.5", "0", "-3", "4"], rounds=[3.0, 0.0, 49854.0, 7.0], score=[0.5, -1.25, 2.0, 3.0],
                visitor_id=["1", "2", "3", "4"],
            )
        )
    )  # fmt: skip
    kinds = {one.name: one.kind for one in found.outcomes}
    assert kinds == {
        "came": "binary", "bought": "binary", "twice": "binary", "spend": "money", "rounds": "count", "score": "number",
    }  # fmt: skip
    assert [row[3:] for row in units(found, "came", "bought", "twice", "spend")] == [
        (1.0, 1.0, 1.0, 12.5), (0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 0.0, -3.0), (0.0, 0.0, 1.0, 4.0),
    ]  # fmt: skip
    assert {name for name in found.columns if name.startswith("w_")} == {"w_3", "w_4", "w_5"}


def test_the_first_yes_or_no_decides_not_the_first_column() -> None:
    ready = [Ready("rounds", "count", 1.0, False, ("K",)), Ready("came", "binary", 1.0, False, ("K",))]

    def settled(**parameters):
        outcomes, main, problems = settle_outcomes(ready, ["converted"], CampaignEvaluationParameters(**parameters))
        assert not problems
        return main, [one.name for one in outcomes]

    assert settled() == ("came", ["rounds", "came", "converted"])
    assert settled(main_outcome="rounds")[0] == "rounds"
    assert settled(outcomes=("rounds",)) == ("rounds", ["rounds"])
    assert settled(outcomes=("converted",), guardrails=("came",)) == ("converted", ["came", "converted"])


def test_where_only_hits_are_written_an_empty_cell_is_a_no_else_it_is_unknown() -> None:
    hits = ["yes", None, None, "yes"] * 10
    grades = [5.0, 0.0, None, 2.0] + [1.0, 0.0] * 18
    found = made(tables(touches=rows(came=hits, grade=grades)), outcomes=("came", "grade"))
    assert [row[3] for row in units(found, "came")][:4] == [1.0, 0.0, 0.0, 1.0]
    assert found.list["unanswered"].tolist() == [1]
    assert found.sums["n"].sum() == 39 and found.arms["n"].sum() == 40


def test_an_outcome_that_is_mostly_empty_counts_only_where_it_is_asked_for() -> None:
    touches = rows(came=["yes", "no"] * 10, survey=[0.0, 3.0] + [None] * 18)
    assert [one.name for one in made(tables(touches=touches)).outcomes] == ["came"]
    asked = made(tables(touches=touches), outcomes=("survey",))
    assert asked.main == "survey" and asked.list["unanswered"].tolist() == [18]


@pytest.mark.parametrize("no", ["no", None])
def test_an_outcome_of_another_campaign_is_unknown_not_zero(no: str | None) -> None:
    touches = [
        *rows(came=["yes", no, "yes", no]),
        *[touch("L", f"d{i}", "control" if i % 2 else "sent", "05-01 09:00", came=None) for i in range(4)],
    ]
    found = made(tables(touches=touches, orders=[order("d0", "05-02")]))
    codes = dict(zip(found.list["campaign"], found.list["code"], strict=True))
    assert found.list["reason"].tolist() == ["", ""]
    came, orders = found.outcome("came").column, found.outcome("orders").column
    assert found.totals(codes["K"], 1, (came,))[1][0] == 2.0
    assert found.totals(codes["L"], 1, (came,))[1] != found.totals(codes["L"], 1, (came,))[1]  # not a number
    assert found.totals(codes["L"], 1, (orders,))[1][0] == 1.0
    assert found.totals(codes["K"], 1, (orders,))[1] != found.totals(codes["K"], 1, (orders,))[1]


def test_a_column_named_as_a_computed_outcome_wins_over_it() -> None:
    touches = [
        row | {"assigned_at": touch("K", "a")["assigned_at"]} for row in rows(converted=["yes", "no", "no", "no"])
    ]
    found = made(tables(touches=touches, orders=[order("c03", "05-02")]))
    assert found.outcome("converted").ready
    assert [row[3] for row in units(found, "converted")] == [1.0, 0.0, 0.0, 0.0]


def test_everybody_or_nobody_converting_is_an_outcome() -> None:
    found = made(tables(touches=rows(all=["yes"] * 4, none=["no"] * 4)))
    assert [one.kind for one in found.outcomes] == ["binary", "binary"]
    assert [found.totals(0, arm, ("y_0", "y_1"))[1].tolist() for arm in (0, 1)] == [[2.0, 0.0]] * 2
