"""What the report says of baskets: every number from the result, in both languages, little data too."""

from __future__ import annotations

import pytest
from written import baskets_of, lines_of, tables_of

from customer_analytics.analysis.baskets import baskets, describe
from customer_analytics.analysis.baskets.result import BasketRulesResult
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.language import Language
from customer_analytics.narrative.basket_rules import View, sizes, top_items

ORDERS = {f"o{n}": "abc"[: 1 + n % 3] for n in range(60)}


def view_of(found: object, code: str = "en", group: int = 10) -> View:
    parameters = BasketRulesParameters()
    told = describe(found)  # type: ignore[arg-type]
    return View(BasketRulesResult(parameters, found, told), Language(code, "EUR"), group)  # type: ignore[arg-type]


def everything(view: View) -> str:
    """All that the two sections say, as one text."""
    parts = [str(sizes.section(view).deck), *map(str, sizes.remarks(view))]
    tables = sizes.tables(view)
    if sizes.has(view):
        parts += [str(part) for part in vars(sizes.figure(view)).values()]
    if top_items.has(view):
        parts.append(str(top_items.section(view).deck))
        tables += top_items.tables(view)
    for table in tables:
        parts += [str(table.caption), *(str(head) for head, _ in table.columns)]
        parts += [str(shown) for row in table.rows for shown, _ in row]
        parts += [f"{term} {meaning}" for term, meaning in table.how]
    for found in (*sizes.findings(view), *top_items.findings(view)):
        parts += [str(found.head), str(found.statement), str(found.meaning), str(found.action)]
    return "\n".join(parts)


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_the_sample_is_told_in_both_languages(sample_client: object, code: str) -> None:
    told = everything(view_of(baskets(sample_client.tables, BasketRulesParameters()), code))  # type: ignore[attr-defined]
    found = sample_client.baskets  # type: ignore[attr-defined]
    assert f"{found.n:,}" in told
    assert "{" not in told
    assert ("One item" in told) == (code == "en")


def test_a_very_large_basket_is_named_by_its_size_and_not_by_its_number() -> None:
    huge = [f"p{n}" for n in range(5_000)]
    told = everything(view_of(baskets_of(tables_of(order_lines=lines_of(ORDERS | {"SECRET-1": huge})))))
    assert "it holds 5,000" in told
    assert "more than 50 different items" in told
    assert "SECRET-1" not in told


def test_what_is_no_product_is_named() -> None:
    lines = lines_of(ORDERS) + lines_of({"o1": ["Postage", "Bank charges"]}) + lines_of({"o2": "a"}, quantity=-1)
    told = everything(view_of(baskets_of(tables_of(order_lines=lines))))
    assert "No product by its name: Bank charges and Postage" in told
    assert "a negative quantity" in told


@pytest.mark.parametrize("code", ["en", "zh_CN"])
@pytest.mark.parametrize("items", ["", "a", "ab"])
def test_little_data_are_told_without_a_rate(code: str, items: str) -> None:
    told = everything(view_of(baskets_of(tables_of(order_lines=lines_of({"1": [*items] or [""]}))), code))
    assert told
    assert "nan" not in told


def test_hostile_names_pass_through_as_text() -> None:
    names = ["<b>{x}</b>", "%s {0}", "=1+1", "a + b"]
    told = everything(view_of(baskets_of(tables_of(order_lines=lines_of({f"{n}": names for n in range(40)})))))
    assert all(name in told for name in names)
