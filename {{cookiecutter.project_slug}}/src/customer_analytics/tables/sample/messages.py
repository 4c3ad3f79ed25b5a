"""What happened to each message, and what the channels cost by the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_analytics.tables.sample.campaigns import CAMPAIGNS, Basis
from customer_analytics.tables.sample.people import CHANNELS, PAID_CHANNELS, People
from customer_analytics.tables.sample.world import DAY, HISTORY_DAYS, Flags, Ints, World

DELIVERED, OPENED, CLICKED = 0.965, 0.42, 0.24  # of sent, of delivered, of opened
UNSUBSCRIBED, FATIGUE = 0.004, 0.5  # of delivered at the first message; relative rise with each earlier message
COST_PER_CUSTOMER = {1: 21.0, 2: 15.0, 3: 9.0, 5: 6.0}  # by channel, in euros: the leaving channel looks cheap


@dataclass(frozen=True)
class Messages:
    """One entry a written assignment. Times are local seconds; -1: did not happen."""

    campaign: Ints
    customer: Ints
    arm: Ints
    assigned: Ints
    sent: Ints
    delivered: Ints
    opened: Ints
    clicked: Ints
    unsubscribed: Ints


@dataclass(frozen=True)
class Spend:
    """One entry a day and paid channel, days counted from the first exported one. `cost` in cents."""

    day: Ints
    channel: Ints
    impressions: Ints
    clicks: Ints
    cost: Ints


def make_messages(world: World, people: People, basis: Basis) -> Messages:
    """Follow every message from sending to the click; tired customers unsubscribe more often."""
    rng = world.stream("messages")
    earlier = np.zeros(len(people), dtype=np.int64)
    parts: list[tuple[Ints, ...]] = []
    for wave in basis.waves:
        arms = CAMPAIGNS[wave.campaign].arms
        customer, arm, responded = wave.customer[wave.written], wave.arm[wave.written], wave.responded[wave.written]
        count = len(customer)
        assigned = np.full(count, wave.sent - 3_600)
        is_sent = np.array([a.sent for a in arms])[arm]
        sent = np.where(is_sent, wave.sent + rng.integers(0, 1_200, count), -1)
        delivered = _later(sent, rng.exponential(40, count), responded | (rng.random(count) < DELIVERED), 1)
        opened = _later(delivered, rng.exponential(5 * 3_600, count), responded | (rng.random(count) < OPENED), 20)
        clicked = _later(opened, rng.exponential(60, count), responded | (rng.random(count) < CLICKED), 3)
        # Those who ordered because of it had read it before their order, which comes on the next day at the earliest.
        latest = wave.sent + 8 * 3_600
        opened = np.where(responded, np.minimum(opened, latest), opened)
        clicked = np.where(responded, np.minimum(clicked, latest + 300), clicked)
        tired = UNSUBSCRIBED * (1 + FATIGUE * earlier[customer])
        unsubscribed = _later(delivered, rng.exponential(DAY, count), rng.random(count) < tired, 60)
        parts.append(
            (np.full(count, wave.campaign), customer, arm, assigned, sent, delivered, opened, clicked, unsubscribed)
        )
        earlier[customer[is_sent]] += 1
    return Messages(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def make_spend(world: World, people: People) -> Spend:
    """Spend that brought the registrations of each week, with the noise of an auction."""
    rng = world.stream("spend")
    registered = world.day_index(people.signed_up) - HISTORY_DAYS
    parts = []
    for channel in PAID_CHANNELS:
        daily = np.bincount(registered[(people.channel == channel) & (registered >= 0)], minlength=world.days).astype(
            float
        )
        smooth = np.convolve(np.pad(daily, 7, mode="reflect"), np.ones(7) / 7, mode="same")[7:-7]
        cents = COST_PER_CUSTOMER[channel] * world.scale * 100 * (smooth + 0.05)
        clicks = rng.poisson(28 * smooth + 2)
        parts.append(
            (
                np.arange(world.days),
                np.full(world.days, channel),
                clicks * 35 + rng.poisson(40 * (clicks + 1)),
                clicks,
                np.round(cents * rng.lognormal(0, 0.12, world.days)).astype(np.int64),
            )
        )
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    by_day = np.lexsort((columns[1], columns[0]))
    return Spend(*(column[by_day] for column in columns))


def channel_cost(world: World, people: People, spend: Spend) -> dict[str, dict[str, float]]:
    """Money and registrations in the exported days, by the English name of the paid channel."""
    registered = world.day_index(people.signed_up) >= HISTORY_DAYS
    result = {}
    for channel in PAID_CHANNELS:
        customers = int((registered & (people.channel == channel)).sum())
        cost = int(spend.cost[spend.channel == channel].sum()) / 100
        result[CHANNELS[channel].split("|", maxsplit=1)[0]] = {
            "cost": cost,
            "customers": customers,
            "cost_per_customer": cost / customers if customers else 0.0,
        }
    return result


def _later(after: Ints, seconds: np.typing.NDArray[np.float64], happens: Flags, least: int) -> Ints:
    return np.where((after >= 0) & happens, after + seconds.astype(np.int64) + least, -1)
