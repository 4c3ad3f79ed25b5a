"""Heat: which element of which page is used, at which hours people come and reach the goal, what they react to."""

from __future__ import annotations

import re
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.paths.places import clean_page, clean_text
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.tables.store import Tables

PAGES, ELEMENTS = 8, 8
# What people do in reaction to content, by words in the names of events.
INTERACTIONS = {
    "comment": "comment|(write|submit|post|product)_?review|评论|回复|点评|评价",
    "like": r"\blike|_like|upvote|thumb|点赞|赞",
    "share": "share|repost|分享|转发",
    "favourite": "favou?rite|wish_?list|bookmark|save_item|收藏|心愿",
    "follow": "follow|关注",
}
_NOT = re.compile("unlike|unfollow|unsubscribe|remove|取消", re.IGNORECASE)


@dataclass(frozen=True)
class Heat:
    """`clicks`: page, element, clicks, people (the most used pages and elements; None without such columns), with
    `all_clicks`. `hours`: weekday (0 = Monday), hour, visits, reached; None where times carry no hour.
    `interactions`: kind, events, people, page (where most of them happen, "" where unknown), page_events, page_people.
    """

    clicks: pd.DataFrame | None
    all_clicks: int
    hours: pd.DataFrame | None
    interactions: pd.DataFrame


def clicks(tables: Tables) -> tuple[pd.DataFrame | None, int]:
    """How often and by how many people each element of each page is used, and the uses of all elements."""
    if not tables.has("events", "page", "element"):
        return None, 0
    events = tables["events"]
    used = events.mutate(person_id=person_id(events)).filter(
        lambda t: t.page.notnull() & t.element.notnull() & (t.element != "") & t.person_id.notnull()
    )
    kinds = used.group_by("page", "element").aggregate(n=used.count())
    kinds = kinds.mutate(
        label=clean_page(kinds.page.cast("string")), part=clean_text(kinds.element.cast("string")).substr(0, 60)
    ).cache()
    total = int(kinds.n.sum().to_pyarrow().as_py() or 0)
    if not total:
        return None, 0
    tops = [
        kinds.group_by(column)
        .aggregate(n=kinds.n.sum())
        .order_by(ibis.desc("n"), column)
        .limit(most)
        .to_pandas()[column]
        for column, most in (("label", PAGES), ("part", ELEMENTS))
    ]
    shown = kinds.filter(kinds.label.isin(list(tops[0])), kinds.part.isin(list(tops[1])))
    known = shown.select(of_page="page", of_element="element", label="label", part="part")
    rows = used.inner_join(known, [used.page == known.of_page, used.element == known.of_element])
    table: pd.DataFrame = (
        rows.group_by("label", "part").aggregate(clicks=rows.count(), people=rows.person_id.nunique()).to_pandas()
    )
    table = table.rename(columns={"label": "page", "part": "element"}).astype({"clicks": "int64", "people": "int64"})
    return table.sort_values(["clicks", "page", "element"], ascending=[False, True, True], ignore_index=True), total


def visit_hours(tables: Tables, visits: ir.Table) -> pd.DataFrame | None:
    """Beginnings of visits and of those that reach the goal by local weekday (0 = Monday) and hour."""
    local = tables.local(visits.began_at)
    rows = visits.select(
        weekday=local.date().day_of_week.index().cast("int16"), hour=local.hour().cast("int16"),
        reached=visits.goal_number.notnull().ifelse(1, 0),
    )  # fmt: skip
    return _by_hour(rows)


def order_hours(tables: Tables) -> pd.DataFrame | None:
    """Orders by local weekday and hour, for clients without events: `visits` are the orders, `reached` too."""
    if not tables.has("orders", "ordered_at"):
        return None
    orders = tables["orders"].filter(tables["orders"].ordered_at.notnull())
    local = tables.local(orders.ordered_at)
    rows = orders.select(
        weekday=local.date().day_of_week.index().cast("int16"), hour=local.hour().cast("int16"),
        reached=ibis.literal(1),
    )  # fmt: skip
    return _by_hour(rows)


def _by_hour(rows: ir.Table) -> pd.DataFrame | None:
    counted = rows.group_by("weekday", "hour").aggregate(visits=rows.count(), reached=rows.reached.sum())
    table: pd.DataFrame = counted.to_pandas()
    if table["hour"].nunique() < 2:  # times without hours: every order would lie at midnight
        return None
    return table.astype("int64").sort_values(["weekday", "hour"], ignore_index=True)


def interactions(tables: Tables) -> pd.DataFrame:
    """Comments, likes, shares, favourites and follows, where events are named so, and the page with most of each."""
    columns = ["kind", "events", "people", "page", "page_events", "page_people"]
    empty = pd.DataFrame(columns=columns)
    if not tables.has("events", "event"):
        return empty
    events = tables["events"]
    names = events.select("event").distinct().limit(10_000).to_pyarrow().column("event").to_pylist()
    kinds = {name: kind for name in names if name and (kind := interaction_of(name))}
    if not kinds:
        return empty
    cases = [(events.event == name, kind) for name, kind in sorted(kinds.items())]
    page = clean_page(events.page.cast("string")) if "page" in events.columns else ibis.null("string")
    rows = events.select(person_id=person_id(events), kind=ibis.cases(*cases, else_=""), page=page)
    rows = rows.filter(rows.kind != "", rows.person_id.notnull())
    whole = rows.group_by("kind").aggregate(events=rows.count(), people=rows.person_id.nunique())
    by_page = (
        rows.filter(rows.page.notnull())
        .group_by("kind", "page")
        .aggregate(page_events=lambda t: t.count(), page_people=lambda t: t.person_id.nunique())
    )
    order = ibis.window(group_by=by_page.kind, order_by=[by_page.page_events.desc(), by_page.page])
    top = by_page.mutate(place=ibis.row_number().over(order)).filter(ibis._.place == 0).drop("place")
    table: pd.DataFrame = whole.left_join(top, "kind").drop("kind_right").to_pandas()
    table = table.assign(page=table["page"].fillna(""), **{name: table[name].fillna(0) for name in columns[-2:]})
    whole_numbers = ["events", "people", "page_events", "page_people"]
    table = table.astype(dict.fromkeys(whole_numbers, "int64"))
    return table[columns].sort_values(["events", "kind"], ascending=[False, True], ignore_index=True)


def interaction_of(name: str) -> str:
    """The kind of interaction that an event's name tells of; "" for none, also for taking one back."""
    if _NOT.search(name):
        return ""
    lowered = name.lower()
    return next((kind for kind, words in INTERACTIONS.items() if re.search(words, lowered)), "")
