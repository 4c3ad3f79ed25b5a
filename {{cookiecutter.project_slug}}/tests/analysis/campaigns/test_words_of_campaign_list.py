"""The list of campaigns in words: what makes a comparison weaker is told, and small counts are not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from touches_by_hand import made, order, tables, touch

from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.language import Language
from customer_analytics.narrative.campaign_evaluation import campaign_list
from customer_analytics.narrative.campaign_evaluation.view import View

NAME = "<b>{Spring}</b> =1+1 🎉 a.b"


@pytest.fixture(scope="module")
def client():
    """A campaign with everything that can be wrong, one without arms, and one to which nobody was assigned."""
    rows = [touch("K", f"c{i:03d}", "control" if i % 2 else "mail", shop=f"S{i // 10}") for i in range(200)]
    rows += [touch("K", f"c{i:03d}", "control", shop=f"S{i // 10}") for i in range(0, 40, 2)]  # in both arms
    rows += [touch("K", f"x{i:03d}", None, shop="S1") for i in range(30)]
    rows += [touch("L", f"c{i:03d}", None, shop="S1") for i in range(4)]
    data = tables(
        touches=rows, orders=[order("c000", "05-02")],
        campaigns=[{"campaign_id": "K", "name": NAME}, {"campaign_id": "M", "name": "Nobody"}],
    )  # fmt: skip
    return made(data, unit="shop")


def view(campaigns, code: str = "en", **parameters) -> View:
    result = SimpleNamespace(campaigns=campaigns, parameters=CampaignEvaluationParameters(unit="shop", **parameters))
    return View(result, Language(code, "EUR"), minimum_group=10)


def test_the_table_names_arms_sizes_and_what_is_compared(client) -> None:
    table = campaign_list.tables(view(client))[0]
    cells = {str(row[0][0]): [str(cell[0]) for cell in row] for row in table.rows}
    assert len(table.columns) == 5  # nothing is known of channel and offer
    assert cells[NAME][2] == "control 100, mail 80" and "got nothing" in cells[NAME][4]
    assert cells["L"][2] == "few" and "nobody was held out" in cells["L"][4]


def test_what_makes_the_comparison_weaker_is_told(client) -> None:
    told = [str(one) for one in campaign_list.remarks(view(client))]
    assert len(told) == 4
    assert "20 customers stood in several arms" in told[0] and "30 customers have no arm" in told[1]
    assert "16 of 20 units of “shop”" in told[2] and "nobody was assigned to it" in told[3]


def test_the_chinese_words_hold_no_english_ones(client) -> None:
    shown = view(client, "zh_CN")
    section, table = campaign_list.section(shown), campaign_list.tables(shown)[0]
    words = [str(section.title), str(section.deck), str(table.caption), *(str(head) for head, _ in table.columns)]
    words += [str(one).replace("shop", "").replace(NAME, "") for one in campaign_list.remarks(shown)]
    assert not [one for one in words if any(letter.isascii() and letter.isalpha() for letter in one)]


def test_without_campaigns_nothing_is_listed() -> None:
    nobody = view(made(tables(orders=[order("a", "05-02")])))
    assert not campaign_list.has(nobody) and campaign_list.tables(nobody) == [] == campaign_list.remarks(nobody)
