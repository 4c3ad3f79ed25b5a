"""The orders: a Poisson process with seasons while a customer stays, then orders that campaigns cause."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_analytics.tables.sample.life import Life, order_seasons
from customer_analytics.tables.sample.people import PERSONAS, People, hour_profiles
from customer_analytics.tables.sample.world import Flags, Floats, Ints, World, pick, pick_by_group, seconds_in_day

STATUSES = ("paid", "unpaid", "cancelled", "refunded")
PAYMENTS = ("card|银行卡", "wallet|微信支付", "invoice|账期", "cash|现金")
STORE = 2  # position of the channel without a device in Pack.order_channels
DISCOUNTS = (0.05, 0.10, 0.15, 0.20)


@dataclass(frozen=True)
class Orders:
    """One entry an order, by time. `campaign`: position of the one that caused it, -1: none. `device`: -1 in store."""

    customer: Ints
    placed: Ints
    paid_after: Ints  # seconds from order to payment; -1: never paid
    status: Ints
    channel: Ints
    device: Ints
    payment: Ints
    discount: Floats  # share of the goods' value
    refund_share: Floats  # share of the amount given back
    campaign: Ints

    def __len__(self) -> int:
        return len(self.customer)


def draw_times(world: World, people: People, life: Life) -> tuple[Ints, Ints]:
    """Customer and time of every order that nobody caused, from registration on, unsorted."""
    rng = world.stream("orders")
    first = np.flatnonzero(life.has_first_order)
    first_times = people.signed_up[first] + rng.integers(120, 2_700, len(first))
    customers, days = order_days(world, people, life, rng)
    times = world.seconds_at(days) + seconds_in_day(rng, hour_profiles(), people.persona[customers])
    return np.concatenate((first, customers)), np.concatenate((first_times, times))


def order_days(world: World, people: People, life: Life, rng: np.random.Generator, first: int = 0) -> tuple[Ints, Ints]:
    """Customers and grid days of the orders after the registration's own, from the grid day `first` on.

    Drawn by inverting each persona's cumulative activity between the day after registration and the day of leaving.
    """
    seasons = order_seasons(world)
    last = np.minimum(world.day_index(life.left), len(world.grid))
    begin = np.minimum(np.maximum(world.day_index(people.signed_up) + 1, first), last)
    customers, days = [], []
    for persona in range(len(PERSONAS)):
        rows = np.flatnonzero(people.persona == persona)
        activity = np.concatenate(([0.0], np.cumsum(seasons[persona])))
        low, high = activity[begin[rows]], activity[last[rows]]
        counts = rng.poisson(life.rate[rows] * (high - low))
        who = np.repeat(rows, counts)
        point = rng.uniform(np.repeat(low, counts), np.repeat(high, counts))
        customers.append(who)
        days.append(np.searchsorted(activity, point, side="right") - 1)
    return np.concatenate(customers), np.concatenate(days).astype(np.int64)


def make_orders(world: World, people: People, customers: Ints, times: Ints, campaigns: Ints, offers: Floats) -> Orders:
    """Give every order its status, channel, payment and discount.

    Args:
        world: the calendar.
        people: the customers.
        customers: position of the customer of each order.
        times: local second of each order.
        campaigns: position of the campaign that caused it, -1: none.
        offers: discount that the campaign promised, as a share; NaN: none.
    """
    exported = (times >= world.first_second) & (times <= world.last_second)
    rows = np.flatnonzero(exported)
    rows = rows[np.lexsort((customers[rows], times[rows]))]
    customer, placed = customers[rows], world.civil(times[rows])
    rng = world.stream("attributes")
    count = len(rows)
    status = pick(rng, (0.935, 0.015, 0.028, 0.022), count)
    in_store = rng.random(count) < 0.18
    own = rng.random(count) < 0.85
    devices = np.array([persona.devices for persona in PERSONAS])
    device = np.where(own, people.device[customer], pick_by_group(rng, devices, people.persona[customer]))
    first = _is_first(customer, len(people)) & (placed - people.signed_up[customer] < 3_600)
    return Orders(
        customer=customer,
        placed=placed,
        paid_after=np.where((status == 1) | (status == 2), -1, rng.exponential(180, count).astype(np.int64) + 4),
        status=status,
        channel=np.where(in_store, STORE, np.where(np.isin(device, (0, 1, 4)), 0, 1)),
        device=np.where(in_store, -1, device),
        payment=np.where(in_store, pick(rng, (0.6, 0.1, 0, 0.3), count), pick(rng, (0.5, 0.38, 0.12, 0), count)),
        discount=_discounts(rng, people, customer, first, offers[rows]),
        refund_share=_refund_shares(rng, status),
        campaign=campaigns[rows],
    )


def _is_first(customer: Ints, people: int) -> Flags:
    first = np.zeros(len(customer), dtype=bool)
    _, positions = np.unique(customer, return_index=True)
    first[positions] = True
    return first


def _discounts(rng: np.random.Generator, people: People, customer: Ints, first: Flags, offers: Floats) -> Floats:
    share = np.array([persona.discount_share for persona in PERSONAS])[people.persona[customer]]
    given = np.where(first, people.first_discounted[customer], rng.random(len(customer)) < share)
    depth = np.array(DISCOUNTS)[pick(rng, (0.2, 0.4, 0.25, 0.15), len(customer))]
    return np.where(np.isnan(offers), np.where(given, depth, 0.0), offers)


def _refund_shares(rng: np.random.Generator, status: Ints) -> Floats:
    partly = (status == 0) & (rng.random(len(status)) < 0.03)
    return np.where(status == 3, 1.0, np.where(partly, rng.uniform(0.1, 0.7, len(status)), 0.0))


def sessions_of_orders(orders: Orders) -> tuple[Ints, Ints]:
    """Orders that have a session on the site or in the app: positions of those paid, and of those not paid."""
    online = orders.device >= 0
    return np.flatnonzero(online & (orders.paid_after >= 0)), np.flatnonzero(online & (orders.paid_after < 0))


def last_order_day(world: World, orders: Orders, people: int, before: int) -> Ints:
    """Grid day of every customer's last order before a grid day, -1: none. Orders of any status count."""
    last = np.full(people, -1, dtype=np.int64)
    days = world.day_index(orders.placed)
    known = days < before
    np.maximum.at(last, orders.customer[known], days[known])
    return last
