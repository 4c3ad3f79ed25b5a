"""Small random logs of a shop, and every feature of them by hand: plain Python, one person at a time."""

from __future__ import annotations

import datetime as dt
import random
import statistics
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Any

Row = dict[str, Any]
Log = dict[str, list[Row]]
EPOCH = dt.datetime(1970, 1, 1)
SPAN = 420  # days of a log
TIMES = {
    "orders": ("ordered", "paid"), "events": ("occurred",), "feedback": ("given",),
    "touches": ("sent", "opened", "unsubscribed"), "subscriptions": ("started", "ended"), "customers": ("signed_up",),
}  # fmt: skip
MAIN = {"orders": "ordered", "events": "occurred", "feedback": "given", "touches": "sent",
        "subscriptions": "started", "customers": "signed_up"}  # fmt: skip


def moment(day: int, second: int) -> dt.datetime:
    return EPOCH + dt.timedelta(days=day, seconds=second)


def make_log(seed: int, people: int = 6) -> Log:
    """A log of some people over 420 days; gaps, ties, unpaid orders, returns and double rows included."""
    rng = random.Random(seed)
    log: Log = {name: [] for name in (*TIMES, "order_lines")}

    def some(probability: float, value: Any) -> Any:
        return value if rng.random() < probability else None

    for number in range(people):
        person = f"P{number}"
        for _ in range(rng.randint(0, 9)):
            at = moment(rng.randrange(SPAN), rng.choice((0, 1, 43_200, 86_399)))
            order = f"O{len(log['orders'])}"
            log["orders"].append(
                {
                    "order_id": order, "customer_id": person, "ordered_at": at,
                    "paid_at": some(0.8, at + dt.timedelta(seconds=rng.choice((-60, 0, 90, 90_000, 900_000)))),
                    "amount": some(0.95, Decimal(rng.choice((-900, 0, 1, 2_550, 10_000))) / 100),
                    "discount": some(0.8, Decimal(rng.choice((0, 0, 150))) / 100),
                    "channel": some(0.9, rng.choice("ab")),
                    "status": rng.choice(("paid", "refunded")), "refund": Decimal(rng.randrange(900)) / 100,
                }
            )  # fmt: skip
            for _ in range(rng.randint(0, 3)):
                log["order_lines"].append(
                    {"order_id": order, "product_id": rng.choice("xyz"), "category": some(0.9, rng.choice("kl"))}
                )
        for _ in range(rng.randint(0, 8)):
            log["events"].append(
                {
                    "customer_id": person, "visitor_id": None, "session_id": f"s{rng.randrange(5)}",
                    "event": rng.choice(("view", "add_to_cart", "payment_failed")),
                    "occurred_at": moment(rng.randrange(SPAN), rng.randrange(86_400)),
                }
            )  # fmt: skip
        for _ in range(rng.randint(0, 3)):
            log["feedback"].append(
                {
                    "customer_id": person, "topic": rng.choice(("complaint", "price", None)),
                    "rating": some(0.8, float(rng.randint(1, 5))), "given_at": moment(rng.randrange(SPAN), 5),
                }
            )  # fmt: skip
        for _ in range(rng.randint(0, 4)):
            sent = moment(rng.randrange(SPAN), 7)
            log["touches"].append(
                {
                    "customer_id": person, "campaign_id": "C", "sent_at": some(0.8, sent),
                    "opened_at": some(0.5, sent + dt.timedelta(days=rng.randrange(40))),
                    "unsubscribed_at": some(0.1, sent + dt.timedelta(days=rng.randrange(40))),
                }
            )  # fmt: skip
        for _ in range(rng.randint(0, 2)):
            begun = rng.randrange(SPAN)
            log["subscriptions"].append(
                {
                    "customer_id": person, "started_at": moment(begun, 0),
                    "ended_at": some(0.6, moment(begun + rng.randrange(-5, 200), 0)),
                    "price": Decimal(rng.randint(1, 9)),
                    "plan": rng.choice(("month", "year")), "Auto pay": rng.choice(("yes", "no")),
                }
            )  # fmt: skip
        if rng.random() < 0.9:
            log["customers"].append(
                {
                    "customer_id": person, "signed_up_at": some(0.8, moment(rng.randrange(SPAN), 3)),
                    "gender": some(0.9, rng.choice("fm")), "birth_year": rng.choice((1950, 1960, 1800, None)),
                    "consent": rng.choice((True, False)), "person_id": rng.choice(("red", "blue", None)),
                }
            )  # fmt: skip
    return log


def until(log: Log, cut: int) -> Log:
    """The log as it was known at the cut-off: later rows deleted, later times of earlier rows empty. What has no time
    of its own is replaced by other values: it must not matter."""
    known: Log = {}
    for name, rows in log.items():
        kept = []
        for row in rows:
            main = row.get(f"{MAIN[name]}_at") if name in MAIN else None
            if main is not None and day(main) >= cut:
                continue
            times = {f"{time}_at": before(row.get(f"{time}_at"), cut) for time in TIMES.get(name, ())}
            kept.append(row | times)
        known[name] = kept
    placed = {row["order_id"] for row in known["orders"]}
    known["order_lines"] = [row for row in known["order_lines"] if row["order_id"] in placed]
    known["orders"] = [row | {"status": "cancelled", "refund": Decimal(777)} for row in known["orders"]]
    return known


def before(time: dt.datetime | None, cut: int) -> dt.datetime | None:
    return time if time is not None and day(time) < cut else None


def day(time: dt.datetime) -> int:
    return (time - EPOCH).days


def features(log: Log, person: str, cut: int, start: int) -> Row:
    """Every feature of one person as of the cut-off, looking back to the day `start`."""
    own = {name: [row for row in rows if row.get("customer_id") == person] for name, rows in log.items()}
    placed = [row for row in own["orders"] if not (row["amount"] or 0) < 0 and start <= day(row["ordered_at"]) < cut]
    days = sorted({day(row["ordered_at"]) for row in placed})
    return {
        **_rhythm(days, cut, start), **_money(placed, cut, start), **_lines(log, placed), **_last(placed),
        **_returns(own["orders"], cut, start), **_feedback(own, days, cut, start),
        **_events(own["events"], log, person, cut, start), **_touches(own["touches"], cut, start),
        **_contracts(own["subscriptions"], cut), **_customer(own["customers"], cut),
    }  # fmt: skip


def _rhythm(days: list[int], cut: int, start: int) -> Row:
    gaps = [later - earlier for earlier, later in pairwise(days)]
    silence, age = cut - days[-1], cut - days[0]
    mean = sum(gaps) / len(gaps) if gaps else None
    two = len(gaps) >= 2
    return {
        "silent_days": silence,
        "own_gap_days": mean,
        "silence_in_own_gaps": silence / mean if mean else None,
        "own_gaps_shorter": (sum(gap < silence for gap in gaps) + 0.5) / (len(gaps) + 1) if gaps else None,
        "gap_variation": statistics.stdev(gaps) / mean if two else None,
        "last_gap_in_own_gaps": gaps[-1] / mean if two else None,
        "days_there_30": within(days, cut, 30),
        "days_there_90": within(days, cut, 90),
        "days_there_year_rate": within(days, cut, 365) * 30 / reach(cut, start),
        "days_there_all_rate": len(days) * 30 / max(age, 30),
        "days_there": len(days),
        "days_there_trend": trend(within(days, cut, 90), within(days, cut, 180) - within(days, cut, 90)),
        "days_since_first": age,
    }


def _money(placed: list[Row], cut: int, start: int) -> Row:
    worth = {
        id(row): row["amount"] or Decimal(0) if before(row["paid_at"], cut) is not None else Decimal(0)
        for row in placed
    }
    earning = [row for row in placed if worth[id(row)] > 0]

    def spent(days: int) -> float:
        return float(sum((worth[id(row)] for row in placed if cut - day(row["ordered_at"]) <= days), Decimal(0)))

    total = float(sum((worth[id(row)] for row in earning), Decimal(0)))
    average = total / len(earning) if earning else None
    latest = max((day(row["ordered_at"]) for row in earning), default=None)
    last = [float(worth[id(row)]) for row in earning if day(row["ordered_at"]) == latest]
    given = [row["discount"] or Decimal(0) for row in placed]
    listed = float(sum((row["amount"] or Decimal(0)) + (row["discount"] or Decimal(0)) for row in placed))
    begun = min(row["ordered_at"] for row in placed)
    paid = [row for row in placed if before(row["paid_at"], cut) is not None]
    waits = [(row["paid_at"] - row["ordered_at"]).total_seconds() for row in paid]
    waits = [wait for wait in waits if wait >= 0]
    return {
        "spend_90": spent(90),
        "spend_year_rate": spent(365) * 30 / reach(cut, start),
        "spend_trend": trend(spent(90), spent(180) - spent(90)),
        "average_order": average,
        "last_order_in_own_orders": statistics.fmean(last) / average if average else None,
        "discount_share": sum(value > 0 for value in given) / len(placed),
        "discount_depth": float(sum(given)) / listed if listed else None,
        "first_order_discounted": float(
            any((row["discount"] or 0) > 0 for row in placed if row["ordered_at"] == begun)
        ),
        "unpaid_share": 1 - len(paid) / len(placed),
        "payment_delay_hours": sum(waits) / len(waits) / 3600 if waits else None,
    }


def _lines(log: Log, placed: list[Row]) -> Row:
    orders = {row["order_id"] for row in placed}
    lines = [row for row in log["order_lines"] if row["order_id"] in orders]
    counts = Counter(row["category"] for row in lines if row["category"] is not None)
    best = max(counts.values(), default=0)
    return {
        "lines_per_order": len(lines) / len({row["order_id"] for row in lines}) if lines else None,
        "products": len({row["product_id"] for row in lines}) if lines else None,
        "categories": len(counts) if lines else None,
        "main_category": min((name for name, n in counts.items() if n == best), default=None),
    }


def _last(placed: list[Row]) -> Row:
    known = [row for row in placed if row["channel"] is not None]
    latest = max((row["ordered_at"] for row in known), default=None)
    return {
        "last_channel": min((row["channel"] for row in known if row["ordered_at"] == latest), default=None),
        "channels_used": len({row["channel"] for row in known}),
    }


def _returns(orders: list[Row], cut: int, start: int) -> Row:
    days = [day(row["ordered_at"]) for row in orders if (row["amount"] or 0) < 0]
    return {"returns_year": within([each for each in days if start <= each < cut], cut, 365)}


def _feedback(own: Log, days: list[int], cut: int, start: int) -> Row:
    told = [row for row in own["feedback"] if start <= day(row["given_at"]) < cut]
    complaints = [day(row["given_at"]) for row in told if row["topic"] == "complaint"]
    registered = [day(row["signed_up_at"]) for row in own["customers"] if before(row["signed_up_at"], cut) is not None]
    begun = min(registered, default=days[0])
    ratings = [row["rating"] for row in told if row["rating"] is not None]
    return {
        "contacts_90": within([day(row["given_at"]) for row in told], cut, 90),
        "complaints_90": within(complaints, cut, 90),
        "complaints_early": sum(begun <= each < begun + 10 for each in complaints),
        "rating_mean": statistics.fmean(ratings) if ratings else None,
    }


def _events(events: list[Row], log: Log, person: str, cut: int, start: int) -> Row:
    known = [row for row in events if start <= day(row["occurred_at"]) < cut]
    days = {day(row["occurred_at"]) for row in known}
    recent = [row for row in known if cut - day(row["occurred_at"]) <= 90]
    carts = {day(row["occurred_at"]) for row in recent if row["event"] == "add_to_cart"}
    bought = {
        day(row["ordered_at"]) for row in log["orders"] if row["customer_id"] == person and not (row["amount"] or 0) < 0
    }
    return {
        "silent_visit_days": cut - max(days) if days else None,
        "visit_days_30": within(days, cut, 30),
        "visit_days_90": within(days, cut, 90),
        "visits_trend": trend(within(days, cut, 90), within(days, cut, 180) - within(days, cut, 90)) if days else None,
        "events_90": len(recent),
        "sessions_90": len({row["session_id"] for row in recent}),
        "failed_payments_90": sum(row["event"] == "payment_failed" for row in recent),
        "cart_days_90": len(carts),
        "carts_unbought_share": len(carts - bought) / len(carts) if carts else None,
    }


def _touches(touches: list[Row], cut: int, start: int) -> Row:
    sent = [row for row in touches if row["sent_at"] is not None and start <= day(row["sent_at"]) < cut]
    days = [day(row["sent_at"]) for row in sent]
    opened = sum(before(row["opened_at"], cut) is not None for row in sent)
    return {
        "messages_90": within(days, cut, 90),
        "messages": len(sent),
        "days_since_message": cut - max(days) if days else None,
        "messages_opened_share": opened / len(sent) if sent else None,
        "unsubscribed": float(any(before(row["unsubscribed_at"], cut) is not None for row in sent)),
    }


def _contracts(contracts: list[Row], cut: int) -> Row:
    known = []
    for row in contracts:
        begun = day(row["started_at"])
        over = None if row["ended_at"] is None else day(row["ended_at"])
        if begun < cut and (over is None or over >= begun):
            known.append((row, begun, over is None or over >= cut))
    running = [(row, begun) for row, begun, runs in known if runs]
    return {
        "contracts_running": len(running),
        "contracts_ended": len(known) - len(running),
        "contract_days": max((cut - begun for _, begun in running), default=None),
        "contract_price": max((float(row["price"]) for row, _ in running), default=None),
        "contract_plan": min((row["plan"] for row, _ in running), default=None),
        "subscriptions.Auto pay": min((row["Auto pay"] for row, _ in running), default=None),
    }


def _customer(rows: list[Row], cut: int) -> Row:
    known = [row for row in rows if row["signed_up_at"] is None or day(row["signed_up_at"]) < cut]
    row = known[0] if known else {}
    age = 1970 + (dt.date(1970, 1, 1) + dt.timedelta(days=cut)).year - 1970 - (row.get("birth_year") or 0)
    return {
        "gender": row.get("gender"),
        "age": age if row.get("birth_year") and 5 <= age <= 110 else None,
        "consent": float(row["consent"]) if row else None,
        "customers.person_id": row.get("person_id"),
        "days_since_registration": cut - day(row["signed_up_at"]) if row.get("signed_up_at") else None,
    }


def within(days: Iterable[int], cut: int, length: int) -> int:
    return sum(cut - each <= length for each in days)


def trend(late: float, early: float) -> float | None:
    return (late - early) / (late + early) if late + early else None


def reach(cut: int, start: int) -> int:
    return max(1, min(365, cut - start))
