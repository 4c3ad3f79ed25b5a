"""Rules, patterns and reasons on small tables: what runs, what is skipped and why, and what a mistake is called."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from customer_analytics.analysis.query import parse_condition
from customer_analytics.analysis.tags import TagPortrait, Why, tag_portrait, tag_query
from customer_analytics.analysis.tags.distribution import OTHER, frequencies
from customer_analytics.analysis.tags.entries import slug
from customer_analytics.analysis.tags.outputs import customer_tables, dictionary_table, tags_table
from customer_analytics.analysis.tags.staleness import Newest, is_stale, newest_rows, oldest_source, usual_pause
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.settings import Industry
from customer_analytics.engagement.tags import Refresh, TagCatalogue, read_tags
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 6, 30)
HOSTILE = [
    "Tea' or 1=1 --",
    "=cmd|' /C calc'!A0",
    "{0} {each} %s",
    "<script>alert(1)</script>",
    "茶与咖啡",
    "🙂🙃",
    "L’Oréal",
]
MakeTables = Callable[..., Tables]


def catalogue(folder: Path, **rules: str) -> TagCatalogue:
    """A catalogue of value tags; `for_each` and the like come after a | in the rule."""
    text = "owner: a\ntags:\n  value:\n"
    for name, rule in rules.items():
        rule, _, more = rule.partition(" | ")
        text += (
            f'    {name}:\n      label: {name} {{each}}\n      meaning: m\n      rule: "{rule}"\n      source: orders\n'
        )
        text += f"      {more}\n" if more else ""
    (folder / "tags.yml").write_text(text, encoding="utf-8")
    return read_tags(folder / "tags.yml")


@pytest.fixture
def shop(make_tables: MakeTables) -> Tables:
    """Seventy customers with an order each by noon, and the odd ones with one in the evening as well."""
    people = [f"K{n:02d}" for n in range(70)]
    rows = [(f"A{n}", who, f"2024-03-{n % 28 + 1:02d} 12:00", 10.0 + n) for n, who in enumerate(people)]
    rows += [(f"B{n}", who, "2024-06-01 20:30", 5.0) for n, who in enumerate(people) if n % 2]
    orders = pd.DataFrame(rows, columns=["order_id", "customer_id", "ordered_at", "amount"])
    orders["ordered_at"] = pd.to_datetime(orders["ordered_at"])
    lines = orders[["order_id"]].assign(category=[HOSTILE[n % 2] if n < 70 else HOSTILE[2 + n % 5] for n in range(105)])
    return make_tables(orders=orders, order_lines=lines)


@pytest.fixture
def make_tables(small_tables: MakeTables) -> MakeTables:
    return small_tables


def skipped(portrait: TagPortrait) -> dict[str, str]:
    return {tag.name: str(tag.reason) for tag in portrait.skipped}


def problems(data: Tables, tags: TagCatalogue) -> list[str]:
    with pytest.raises(UserError) as caught:
        tag_portrait(data, tags)
    return [str(problem) for problem in caught.value.problems]


def test_every_mistake_in_every_rule_is_named_with_line_tag_and_word(shop: Tables, tmp_path: Path) -> None:
    found = problems(
        shop,
        catalogue(tmp_path, a="count(purchase)", b="sum(purchases.net", c="1 + ", d="count(orders) + each"),
    )
    assert len(found) == 4
    for line, name, text in zip((7, 12, 17, 22), "abcd", found, strict=True):
        assert text.startswith(f"tags.yml, line {line}, tag {name}")
    assert "purchases" in found[0] and "^" in found[0]
    assert "`each` stands for a value of for_each" in found[3]


def test_unknown_names_wrong_kinds_and_circles_are_found_before_anything_runs(shop: Tables, tmp_path: Path) -> None:
    found = problems(shop, catalogue(tmp_path, a="revenu * 2", b="'x' + 1", c="d + 1", d="c + 1"))
    text = "\n".join(found)
    assert "revenu" in text and "revenue" in text
    assert all(f"tag {name}" in text for name in "abcd")


def test_each_reason_is_named_and_nothing_else_is_skipped(shop: Tables, tmp_path: Path) -> None:
    tags = catalogue(
        tmp_path,
        fine="revenue",
        no_table="count(events)",
        no_column="most(orders.store)",
        through="no_column",
        nobody="mean(purchases.net where amount > 1000000)",
        other="count(orders) | industries: finance",
        each_day="count(orders where channel = each) | for_each: orders.channel",
    )
    portrait = tag_portrait(shop, tags)
    assert skipped(portrait) == {
        "no_table": "the data have no events",
        "no_column": "the data have no orders.store",
        "through": "the data have no orders.store",
        "nobody": "no customer has a value",
        "other": "not for this industry, only for finance",
        "each_day": "the data have no orders.channel",
    }
    assert [tag.name for tag in portrait.ran] == ["fine"]
    finance = dataclasses.replace(tags, industry=Industry.FINANCE)
    assert "other" in {tag.name for tag in tag_portrait(shop, finance).ran}


def test_days_without_hours_do_not_put_everybody_at_midnight(make_tables: MakeTables, tmp_path: Path) -> None:
    days = pd.to_datetime(["2024-01-01", "2024-02-01"])
    frame = pd.DataFrame({"order_id": ["1", "2"], "customer_id": ["a", "b"], "ordered_at": days, "amount": [1.0, 2.0]})
    rules = {
        "late": "share(purchases where hour >= 20)",
        "often": "most(orders.hour)",
        "weekend": "count(orders where weekend)",
    }
    rules |= {"through": "late > 0.5"}
    for zone in ("UTC", "Asia/Shanghai"):
        portrait = tag_portrait(make_tables(as_of=AS_OF, zone=zone, orders=frame), catalogue(tmp_path, **rules))
        reasons = {tag.name: tag.reason for tag in portrait.skipped}
        assert set(reasons) == {"late", "often", "through"}
        assert {reason.why for reason in reasons.values() if reason} == {Why.NO_HOURS}


def test_a_rule_about_events_of_other_names_counts_nothing_and_says_so(make_tables: MakeTables, tmp_path: Path) -> None:
    events = pd.DataFrame(
        {"customer_id": ["a", "b"], "event": ["view", "cart"], "occurred_at": pd.to_datetime(["2024-01-01"] * 2)}
    )
    tags = catalogue(
        tmp_path,
        seen="count(events where event in ('view_item', 'view'))",
        not_seen="count(events where event in ('view_item', 'look'))",
        part="count(events where event contains 'sea')",
        through="not_seen / 2",
        did="did 'checkout' within 900 days",
    )
    portrait = tag_portrait(make_tables(as_of=AS_OF, events=events), tags)
    assert [tag.name for tag in portrait.ran] == ["seen"]
    assert skipped(portrait)["not_seen"] == "no event is called view_item, look"


def test_hostile_categories_make_tags_with_safe_names_and_true_values(shop: Tables, tmp_path: Path) -> None:
    rule = "count(order_lines where category = each) | for_each: order_lines.category"
    portrait = tag_portrait(shop, catalogue(tmp_path, bought=rule))
    by_value = {tag.each: tag for tag in portrait.ran}
    assert set(by_value) == {HOSTILE[0], HOSTILE[1]}, "the others have fewer than 30 customers"
    for value, tag in by_value.items():
        assert tag.name.isidentifier() and tag.name.startswith("bought_")
        assert tag.label.en == f"bought {value}"
        assert portrait.values[tag.name].sum() == 35
        again = parse_condition(f"{tag.rule} >= 1", where="test")
        assert tag_query(shop, catalogue(tmp_path, bought=rule)).query.customers(again).count().to_pandas() == 35
    cells = dictionary_table(portrait, 10).astype(str).to_numpy().ravel()
    assert not any("{each}" in cell for cell in cells)


@pytest.mark.parametrize("value", [*HOSTILE, "", "   ", "a" * 200, "../../etc", "ＦＵＬＬ width"])
def test_a_slug_is_always_part_of_a_name(value: str) -> None:
    assert f"x_{slug(value)}".isidentifier() and len(slug(value)) <= 40


def test_two_values_with_one_slug_get_two_names(make_tables: MakeTables, tmp_path: Path) -> None:
    people = [f"K{n}" for n in range(80)]
    orders = pd.DataFrame({"order_id": people, "customer_id": people, "amount": 1.0})
    orders["ordered_at"], orders["channel"] = pd.Timestamp("2024-05-01 10:00"), ["App!", "app?"] * 40
    rule = "count(orders where channel = each) | for_each: orders.channel"
    portrait = tag_portrait(make_tables(as_of=AS_OF, orders=orders), catalogue(tmp_path, by=rule))
    assert [(tag.name, tag.each) for tag in portrait.ran] == [("by_app", "App!"), ("by_app_2", "app?")]


def test_an_earlier_day_takes_over_the_same_patterns_and_only_what_is_asked(shop: Tables, tmp_path: Path) -> None:
    tags = catalogue(
        tmp_path, bought="count(order_lines where category = each) | for_each: order_lines.category", money="revenue"
    )
    now = tag_portrait(shop, tags)
    march = shop["orders"].filter(shop["orders"].ordered_on <= dt.date(2024, 3, 10))
    earlier = dataclasses.replace(shop, as_of=dt.date(2024, 3, 10), tables={**shop.tables, "orders": march})
    assert not [tag for tag in tag_portrait(earlier, tags).ran if tag.each], "too few of each by then"
    wanted = [tag.name for tag in now.ran if tag.each]
    again = tag_portrait(earlier, tags, like=now, only=wanted)
    assert [tag.name for tag in again.ran] == wanted
    assert list(again.values.columns) == ["customer_id", *wanted]


def test_a_tag_that_is_a_plain_fact_does_not_protect_itself(shop: Tables, tmp_path: Path) -> None:
    tags = catalogue(tmp_path, money="revenue", same="sum(purchases.net)", half="money / 2", score="rfm_m")
    portrait = tag_portrait(shop, tags)
    assert [(drop.name, drop.keep) for drop in portrait.drops] == [("same", "money"), ("score", "money")]
    alone = tag_portrait(shop, catalogue(tmp_path, money="revenue", same="sum(purchases.net)"))
    assert [drop.name for drop in alone.drops] == ["same"]


def test_a_skipped_tag_that_is_named_says_why(shop: Tables, tmp_path: Path) -> None:
    tags = catalogue(tmp_path, seen="count(events)", segment="rfm_segment")
    ready = tag_query(shop, tags, wanted=frozenset({"revenue"}))
    assert ready.skipped["seen"] == "the data have no events"
    found = tag_query(shop, tags, wanted=frozenset({"segment"})).query
    condition = parse_condition("segment = 'lost' or segment != 'lost'", where="test")
    assert found.customers(condition).count().to_pandas() == 70


def test_stale_means_older_than_the_tag_may_be() -> None:
    newest = {"orders": Newest(dt.date(2024, 6, 30)), "touches": Newest(dt.date(2024, 5, 30))}
    assert oldest_source(("orders", "touches"), newest) == newest["touches"], "the oldest source decides"
    assert oldest_source(("products",), newest) is None
    assert is_stale(Newest(dt.date(2024, 5, 30)), AS_OF, Refresh.MONTHLY) is False
    assert is_stale(Newest(dt.date(2024, 5, 29)), AS_OF, Refresh.MONTHLY) is True
    assert is_stale(None, AS_OF, Refresh.DAILY) is None


def test_a_source_that_usually_pauses_is_not_stale_within_its_pause() -> None:
    every_month = [dt.date(2023, 1, 1) + dt.timedelta(days=30 * n) for n in range(18)]
    assert usual_pause(every_month) == 30
    assert usual_pause(every_month[:1]) == 1 == usual_pause([])
    assert is_stale(Newest(dt.date(2024, 6, 5), 30), AS_OF, Refresh.DAILY) is False
    assert is_stale(Newest(dt.date(2024, 5, 5), 30), AS_OF, Refresh.DAILY) is True


def test_lines_are_as_fresh_as_their_orders(shop: Tables) -> None:
    newest = newest_rows(shop)
    assert set(newest) == {"orders", "order_lines"}
    assert newest["orders"] == newest["order_lines"]
    assert newest["orders"].day == dt.date(2024, 6, 1)


def test_small_groups_cannot_be_found_by_subtraction() -> None:
    column = pd.Series(["a"] * 50 + ["b"] * 12 + ["c"] * 3)
    assert frequencies(column, 10) == {"a": 50, OTHER: 15}
    assert frequencies(pd.Series(["a"] * 50 + ["b"] * 12 + ["c"] * 6 + ["d"] * 6), 10) == {"a": 50, "b": 12, OTHER: 12}
    assert frequencies(pd.Series(["a"] * 9), 10) == {}


def test_the_list_hides_how_few_have_a_rare_tag(shop: Tables, tmp_path: Path) -> None:
    tags = catalogue(tmp_path, rare="mean(purchases.net where amount > 74)", money="revenue")
    table = tags_table(tag_portrait(shop, tags), 10)
    assert list(table) == ["tag", "class", "rule", "source", "customers", "coverage", "refreshed_at"]
    assert table["customers"].isna().tolist() == [True, False]
    assert table["coverage"].isna().tolist() == [True, False]


def test_layouts_for_cdps_name_the_id_as_they_do_and_hold_no_sensitive_tag(portrait: TagPortrait) -> None:
    made = customer_tables(portrait)
    sensitive = {tag.name for tag in portrait.ran if tag.sensitive}
    assert sensitive and sensitive <= set(made["tags.parquet"])
    for name, own in (("cdp/segment_traits", "userId"), ("cdp/braze_attributes", "external_id")):
        assert made[name].columns[0] == own
        assert not sensitive & set(made[name])
        assert set(made[name]["reachable"].dropna()) == {"true", "false"}


def test_the_sources_of_the_shipped_tags_are_the_tables_that_their_rules_read(
    portrait: TagPortrait, data: Tables, catalogue_of_all: TagCatalogue
) -> None:
    query = tag_query(data, catalogue_of_all, wanted=()).query
    lacking = {tag.name for tag in catalogue_of_all.tags if tag.entry.needs}  # columns that these data do not have
    rules = {tag.name: tag for tag in portrait.tags if tag.name not in lacking}
    for name, tag in rules.items():
        read = {column.split(".")[0] for column in query.reads(parse_condition(tag.rule, where="test"), name=name)}
        of_models = {"rfm": "orders", "value": "orders", "sentiment": "feedback"}
        expected = {of_models.get(table, table) for table in read}
        assert set(tag.source) == (expected if name != "held_out_now" else {"ledger"}), name


def test_beside_hashed_ids_stands_no_word_that_too_few_customers_share(portrait: TagPortrait) -> None:
    texts = [tag.name for tag in portrait.ran if tag.kind == "text" and tag.name in portrait.values]
    before, fewest = customer_tables(portrait)["tags.parquet"], 5
    after = customer_tables(portrait, fewest)["tags.parquet"]
    rare = 0
    for name in texts:
        counts = before[name].value_counts()
        shared = before[name].isin(set(counts.index[counts >= fewest]))
        rare += int((before[name].notna() & ~shared).sum())
        assert after[name].dropna().tolist() == before[name][shared].tolist()
    assert rare > 0
    assert customer_tables(portrait, fewest)["cdp/segment_traits"]["userId"].tolist() == before["customer_id"].tolist()
