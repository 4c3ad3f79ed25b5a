"""What drop-offs did next, pages without personal data, hours of the client's zone, reactions, leads."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from customer_analytics.analysis import funnel, paths
from customer_analytics.analysis.funnel import Definition, Step
from customer_analytics.analysis.paths import heat, leads
from customer_analytics.analysis.paths.assemble import asked_ways
from customer_analytics.analysis.paths.places import clean_page, clean_text
from customer_analytics.analysis.paths.visits import GAP_SECONDS
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.tables.store import Tables

MakeEvents = Callable[..., Tables]
NOON = dt.datetime(2024, 5, 6, 12, 0)  # a Monday
STEPS = ("view", "cart", "pay")


def at(minutes: float, event: str, who: str = "C1", session: str | None = "s1", **more: Any) -> dict[str, Any]:
    moment = NOON + dt.timedelta(minutes=minutes)
    return {"customer_id": who, "event": event, "occurred_at": moment, "session_id": session, **more}


@dataclass(frozen=True)
class Steps:
    """A funnel of which only the steps matter."""

    definition: Definition
    attempts: ir.Table


def analysed(tables: Tables, steps: Sequence[str] = STEPS, compare_paths: Sequence[str] = ()) -> paths.PathsResult:
    """Paths of a funnel in any order: nobody stops at a step, so that the attempts are not asked."""
    parameters = FunnelParameters(minimum_base=1, compare_paths=tuple(compare_paths))
    found = tuple(Step(number, name, name, (name,)) for number, name in enumerate(steps, 1))
    return paths.analyse(tables, Steps(Definition(found, order="any"), ibis.memtable({"none": [0]})), parameters)


def traced(tables: Tables) -> tuple[funnel.FunnelResult, paths.PathsResult]:
    """Paths with what the drop-offs of the whole funnel did next."""
    parameters = FunnelParameters(steps=STEPS, window_days=1, unit="customer", minimum_base=1)
    result = funnel.analyse(tables, parameters)
    return result, paths.analyse(tables, result, parameters)


def test_drop_offs_are_traced_to_the_next_place_of_the_same_visit(make_events: MakeEvents) -> None:
    rows = [
        at(0, "view"), at(1, "cart"), at(2, "help"), at(3, "search"),
        at(0, "view", "C2", "s2"), at(1, "cart", "C2", "s2"),
        at(0, "view", "C3", "s3"), at(2, "view", "C3", "s3"), at(3, "search", "C3", "s3"),
        at(0, "view", "C4", "s4"), at(1, "cart", "C4", "s4"), at(2, "pay", "C4", "s4"),
        at(300, "search", "C2", "s5"),
    ]  # fmt: skip
    _, found = traced(make_events(rows))
    after, routes = found.onward, found.routes
    assert after is not None and routes is not None
    steps = after.steps.set_index("name")
    assert steps.loc["cart", ["dropped", "traced", "left", "back_later"]].tolist() == [2, 2, 1, 1]
    assert steps.loc["view", ["dropped", "traced", "left", "back_later"]].tolist() == [1, 1, 0, 0]
    nexts = {(row.step, routes.names.get(row.place, "")): row.units for row in after.next.itertuples()}
    assert nexts == {(1, "search"): 1, (2, "help"): 1, (2, ""): 1}
    ends = {(row.step, routes.names[row.place]): row.units for row in after.last.itertuples()}
    assert ends == {(1, "search"): 1, (2, "search"): 1, (2, "cart"): 1}


def _random_rows(seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    rows = []
    for person in range(120):
        for session in range(chance.randrange(1, 4)):
            begin = chance.randrange(0, 20_000)
            for _ in range(chance.randrange(1, 8)):
                begin += chance.choice((0, 1, 1, 4, 20))
                event = chance.choice(("view", "view", "cart", "pay", "help", "search"))
                rows.append(at(begin, event, f"C{person}", f"{person}-{session}"))
    return rows


def test_tracing_equals_a_search_by_hand(make_events: MakeEvents) -> None:
    rows = _random_rows(5)
    result, found = traced(make_events(rows))
    assert found.onward is not None and found.routes is not None
    names, order = found.routes.names, {name: place for place, name in found.routes.names.items()}
    attempts = result.attempts.to_pandas()
    dropped = attempts[attempts["mature"] & (attempts["furthest"] < 3) & (attempts["furthest"] >= 1)]
    expected: dict[tuple[int, str], int] = {}
    for row in dropped.to_dict("records"):
        moment = row[f"at_{row['furthest']}"]
        own = sorted(
            (r for r in rows if r["customer_id"] == row["person_id"]),
            key=lambda r: (r["occurred_at"], order[r["event"]]),
        )
        sessions = {r["session_id"]: [s for s in own if s["session_id"] == r["session_id"]] for r in own}
        candidates = []
        for name, inside in sessions.items():
            stops = [r for n, r in enumerate(inside) if n == 0 or inside[n - 1]["event"] != r["event"]]
            for n, stop in enumerate(stops):
                after = stops[n + 1] if n + 1 < len(stops) else None
                if stop["occurred_at"] <= moment and (after is None or after["occurred_at"] > moment):
                    candidates.append(
                        (stop["occurred_at"], n, [-ord(c) for c in name], after["event"] if after else "")
                    )
        place = max(candidates)[-1]
        key = (int(row["furthest"]), place)
        expected[key] = expected.get(key, 0) + 1
    assert {(row.step, names.get(row.place, "")): row.units for row in found.onward.next.itertuples()} == expected
    back = (dropped["last_seen_at"] - dropped.apply(lambda r: r[f"at_{r['furthest']}"], axis=1)).dt.total_seconds()
    assert found.onward.steps["back_later"].sum() == (back > GAP_SECONDS).sum()
    assert found.onward.steps["dropped"].sum() == len(dropped)


def test_events_without_sessions_make_visits_by_silence(make_events: MakeEvents) -> None:
    rows = [at(0, "view", session=None), at(10, "cart", session=None), at(60, "pay", session=None)]
    found = analysed(make_events(rows))
    assert found.routes is not None and found.routes.basis == "silence"
    assert (found.routes.visits, found.routes.reached) == (2, 1)


def test_a_session_id_that_counts_by_person_parts_people(make_events: MakeEvents) -> None:
    rows = [at(n, "view", f"C{n}", session="1") for n in range(5)]
    rows += [at(9, "cart", "C1", session="1"), at(10, "pay", "C1", session="1")]
    found = analysed(make_events(rows))
    assert found.routes is not None and found.routes.visits == 5


def test_the_last_step_may_come_from_orders(make_events: MakeEvents) -> None:
    """Orders carry no session: then visits are made by silence and the order lies in the visit around it."""
    tables = make_events([at(0, "view"), at(3, "cart"), at(100, "view")])
    orders = ibis.memtable(
        {"order_id": ["O1"], "customer_id": ["C1"], "ordered_at": [NOON + dt.timedelta(minutes=5)]},
        schema={"order_id": "string", "customer_id": "string", "ordered_at": "timestamp(6)"},
    )
    both = Tables(tables.backend, tables.as_of, tables.zone, {**tables.tables, "orders": orders}, tables.first_moment)
    found = analysed(both, ("view", "cart", "order placed"))
    assert found.routes is not None and found.routes.basis == "silence"
    assert (found.routes.visits, found.routes.reached) == (2, 1)


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("home", "home"),
        ("https://shop.example/men/shoes/?utm=x&mail=a@b.de#top", "/men/shoes"),
        ("https://shop.example", "/"),
        ("/orders/482913/paid", "/orders/…/paid"),
        ("/account/anna@example.com", "/account/…"),
        ("/account/anna%40example.com/settings", "/account/…/settings"),
        ("/p/shirt-0049171234567", "/p/…"),
        ("/", "/"),
        ("campaign page", "campaign page"),
    ],
)
def test_a_page_says_nothing_of_a_person(page: str, shown: str) -> None:
    table = ibis.memtable({"page": [page]})
    assert table.select(shown=clean_page(table.page)).to_pandas()["shown"].tolist() == [shown]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Buy now", "Buy now"),
        ("mailto:anna@example.com", "mailto:…"),
        ("write to anna@example.com now", "write to … now"),
        ("tel:+49 171 2345678", "…"),
        ("iPhone15,2", "iPhone15,2"),
        ("120330000123456789", "120330000123456789"),  # the number of an advertisement is a kind, and no person
    ],
)
def test_an_element_says_nothing_of_a_person(text: str, shown: str) -> None:
    table = ibis.memtable({"text": [text]})
    assert table.select(shown=clean_text(table.text)).to_pandas()["shown"].tolist() == [shown]


def test_hours_with_few_visits_do_not_say_who_came_to_the_end() -> None:
    hours = pd.DataFrame({"weekday": [0, 0, 0], "hour": [1, 2, 3], "visits": [3, 50, 12], "reached": [2, 9, 4]})
    day = NOON.date()
    found = paths.PathsResult(None, None, heat.Heat(None, 0, hours, pd.DataFrame()), None, 30, day, day)
    shown = paths.tables(found, 10)["visit_hours"]
    assert shown["reached"].isna().tolist() == [True, False, True], "one alone would follow from the sum"
    assert shown["visits"].tolist() == [3, 50, 12]


def test_pages_of_views_are_places_and_hostile_names_are_only_text(make_events: MakeEvents) -> None:
    name = "<script>alert(1)</script>{0} =1+1"
    rows = [at(0, "page_view", page="/men?id=1"), at(1, "page_view", page="/men?id=2"), at(2, name), at(3, "view")]
    found = analysed(make_events(rows))
    assert found.routes is not None
    names = set(found.routes.names.values())
    assert {"/men", name} <= names and not any("id=" in each for each in names)
    assert found.routes.paths["path"].map(len).tolist() == [3]  # both views of the page are one stop


def test_clicks_are_counted_by_page_and_element(make_events: MakeEvents) -> None:
    rows = [at(n, "click", f"C{n % 3}", page="/a?x=1" if n % 2 else "/a", element="buy") for n in range(9)]
    rows += [at(n, "click", page="/b", element="note") for n in range(4)]
    rows += [
        at(20, "click", page="/b", element=""),
        at(21, "click", page="/b"),
        at(22, "click", None, page="/b", element="note"),
    ]
    found, total = heat.clicks(make_events(rows))
    assert found is not None and total == 13
    assert found.to_numpy().tolist() == [["/a", "buy", 9, 3], ["/b", "note", 4, 1]]


def test_hours_are_those_of_the_clients_zone_on_both_sides_of_the_clock_change(make_events: MakeEvents) -> None:
    winter, summer = dt.datetime(2024, 3, 29, 23, 30), dt.datetime(2024, 4, 1, 22, 30)
    rows = [
        {"customer_id": "C1", "event": "view", "occurred_at": moment, "session_id": str(moment)}
        for moment in (winter, summer)
    ]
    found = analysed(make_events(rows, zone="Europe/Berlin"))
    hours = found.heat.hours
    assert hours is None  # both lie at 00:30 local time: one hour only tells of times without hours
    rows.append({**rows[0], "occurred_at": summer + dt.timedelta(hours=5), "session_id": "x"})
    found = analysed(make_events(rows, zone="Europe/Berlin"))
    assert found.heat.hours is not None
    counted = {(row.weekday, row.hour): row.visits for row in found.heat.hours.itertuples()}
    assert counted == {(5, 0): 1, (1, 0): 1, (1, 5): 1}  # Saturday, Tuesday, Tuesday


def test_orders_alone_give_hours_and_nothing_else(make_events: MakeEvents) -> None:
    tables = make_events([])
    moments = [NOON + dt.timedelta(hours=n) for n in range(5)]
    orders = ibis.memtable(
        {"order_id": [str(n) for n in range(5)], "customer_id": [f"C{n}" for n in range(5)], "ordered_at": moments}
    )
    alone = Tables(tables.backend, tables.as_of, tables.zone, {"orders": orders}, tables.first_moment)
    found = analysed(alone, ("order placed", "order placed again"))
    assert found.routes is None and found.onward is None and found.leads is None
    assert found.heat.hours is not None and found.heat.hours["visits"].sum() == 5
    assert paths.metrics(found) == {} and set(paths.tables(found, 10)) == {"visit_hours"}
    with pytest.raises(UserError, match="no events"):
        analysed(alone, ("order placed", "order placed again"), ("home", "search"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("add_comment", "comment"), ("product_review", "comment"), ("review_order", ""),
        ("点赞", "like"), ("unlike", ""), ("share_product", "share"), ("follow_shop", "follow"),
        ("wishlist_add", "favourite"), ("收藏商品", "favourite"), ("remove_from_wishlist", ""), ("purchase", ""),
    ],
)  # fmt: skip
def test_reactions_are_told_by_name_and_taking_one_back_is_none(name: str, kind: str) -> None:
    assert heat.interaction_of(name) == kind


def test_reactions_name_the_page_with_most_of_them(make_events: MakeEvents) -> None:
    rows = [at(n, "like", f"C{n}", page="/a" if n < 3 else "/b") for n in range(5)] + [at(9, "unlike")]
    found = heat.interactions(make_events(rows))
    assert found.to_numpy().tolist() == [["like", 5, 5, "/a", 3, 3]]


def test_leads_close_by_the_curve_of_kaplan_and_meier(make_events: MakeEvents) -> None:
    chance = np.random.default_rng(8)
    rows, lives = [], []
    end = dt.datetime(2024, 7, 1)
    for number in range(300):
        contact = dt.datetime(2024, 1, 1) + dt.timedelta(hours=int(chance.integers(0, 24 * 170)))
        wait = int(chance.exponential(24 * 60))
        rows.append({"customer_id": f"C{number}", "event": "lead_created", "occurred_at": contact})
        closed = contact + dt.timedelta(hours=wait) < end
        if closed:
            rows.append(
                {"customer_id": f"C{number}", "event": "deal_won", "occurred_at": contact + dt.timedelta(hours=wait)}
            )
        age = int((end - contact).total_seconds() // 3600)
        lives.append((wait if closed else age, closed))
    found = leads.leads_of(make_events(rows))
    assert found is not None and found.leads == 300
    times, closed_flags = zip(*lives, strict=True)
    fitted = KaplanMeierFitter().fit(times, closed_flags)
    for row in found.closed_within.itertuples():
        assert row.share == pytest.approx(1 - float(fitted.predict(row.days * 24)))
        low, high = fitted.confidence_interval_.asof(row.days * 24)
        assert (row.low, row.high) == pytest.approx((1 - high, 1 - low), abs=1e-9)
        assert row.at_risk == sum(time >= row.days * 24 for time in times)
    assert found.median_days == pytest.approx(float(fitted.median_survival_time_) / 24)


def test_a_lead_of_old_that_closed_before_its_contact_has_not_closed(make_events: MakeEvents) -> None:
    rows = [at(0, "deal_won"), at(60, "contact_created"), at(0, "contact_created", "C2"), at(60, "deal_won", "C2")]
    found = leads.leads_of(make_events(rows))
    assert found is not None
    assert dict(zip(found.stages["stage"], found.stages["people"], strict=True)) == {"contact": 2, "closed": 1}


@pytest.mark.parametrize(
    ("name", "stage"),
    [("contact_created", "contact"), ("request_quote", "qualified"), ("quote_accepted", "closed"), ("deal_lost", ""),
     ("unqualified", ""), ("add_to_cart", ""), ("线索", "contact"), ("签约", "closed"),
     ("lead_qualified", "qualified")],
)  # fmt: skip
def test_stages_of_leads_are_told_by_name(name: str, stage: str) -> None:
    assert leads.stage_of(name) == stage


def test_without_a_contact_there_are_no_leads(make_events: MakeEvents) -> None:
    assert leads.leads_of(make_events([at(0, "view"), at(1, "quote_accepted")])) is None


def test_ways_that_were_asked_for_wrongly_are_all_named_at_once() -> None:
    places = pd.DataFrame({"place": [1, 2, 31, 63], "name": ["home", "Search", "pay", ""]})
    assert asked_ways(("Home > search", "home"), places, 31) == [(1, 2), (1,)]
    assert asked_ways((), places, 31) == []
    with pytest.raises(UserError) as caught:
        asked_ways(("hom > search", "pay", "a > b > c"), places, 31)
    text = " ".join(f"{each.what} {each.mend}" for each in caught.value.problems)
    assert "3 ways" in text and "'home'" in text and "goal itself" in text and "3 places" in text
    with pytest.raises(UserError):
        asked_ways(("home", "HOME"), places, 31)


def test_asked_ways_are_compared_by_the_one_that_is_taken_first(make_events: MakeEvents) -> None:
    rows = []
    for number in range(40):
        who, session = f"C{number}", f"s{number}"
        first = ("home", "new") if number % 2 else ("home", "find")
        rows += [at(n, event, who, session) for n, event in enumerate((*first, "view"))]
        if number % 2 or number % 8 == 0:
            rows += [at(4, "cart", who, session), at(5, "pay", who, session)]
    found = analysed(make_events(rows), compare_paths=("home > new", "find"))
    assert found.routes is not None and found.routes.pair_asked
    pair = found.routes.pair
    assert pair is not None and (pair.visits, pair.other_visits) == (20, 20)
    assert (pair.rate, pair.other_rate) == pytest.approx((1.0, 0.25))
    assert not math.isnan(pair.low) and pair.low > 0.5
