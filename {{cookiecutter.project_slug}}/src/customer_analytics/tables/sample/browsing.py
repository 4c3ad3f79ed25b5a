"""Sessions and events: every order made online ends a session, and the sessions that failed are drawn around them.

The rate of each step is planted by device at the level of sessions: where O sessions of a device pay, the number that
reached the checkout and did not pay is negative binomial with the planted rate, and so on up the funnel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_analytics.tables.sample.catalogue import Catalogue
from customer_analytics.tables.sample.life import Life
from customer_analytics.tables.sample.people import DEVICES, People, hour_profiles
from customer_analytics.tables.sample.shopping import Orders, sessions_of_orders
from customer_analytics.tables.sample.world import DAY, Flags, Floats, Ints, World, pick, pick_by_group, seconds_in_day

VIEW_TO_CART, CART_TO_CHECKOUT, CHECKOUT_TO_PAYMENT = 0.46, 0.66, 0.84
DROP_DEVICE, DROP_RATE = 1, 0.55  # position in DEVICES, and its rate from checkout to payment
KNOWN_SHARE = 0.35  # of the sessions that end without an order: signed-in customers
SIGNED_OUT_SHARE = 0.25  # of the other sessions without an order: a customer's cookie without the customer
ROLE_COLUMNS = ("landing", "search", "view", "cart", "checkout", "payment", "sign_up")
LANDING, SEARCH, VIEW, CART, CHECKOUT, PAYMENT, SIGN_UP = range(7)
PAGES = (
    "home", "category", "campaign page", "search results", "product", "cart", "checkout", "confirmation", "account",
)  # fmt: skip
ELEMENTS = ("", "search box", "product card", "cart button", "checkout button", "pay button", "register button")
# Shares of the sources below, of sessions that end in an order and of those that do not: where nothing is planted they
# are the same, or a source would go with buying.
BUYING_SOURCES, LOOKING_SOURCES = (0.34, 0.2, 0.14, 0.14, 0.12, 0.06), (0.2, 0.26, 0.2, 0.22, 0.06, 0.06)
SOURCES = ("direct", "organic search", "paid search", "social", "email", "referral")
PROPERTIES = ("", '{"error": "payment_timeout"}', '{"error": "card_declined"}', '{"app_version": "5.2.0"}')


# Events are many: each column in as few bytes as its codes need.
SMALL: dict[str, type[np.signedinteger]] = {
    "session": np.int32, "role": np.int8, "customer": np.int32, "visitor": np.int32, "page": np.int8,
    "element": np.int8, "product": np.int16, "source": np.int8, "device": np.int8, "properties": np.int8,
}  # fmt: skip


@dataclass(frozen=True)
class Sessions:
    """One entry a session. `customer`: -1 for somebody unknown; `anchor`: second that it ends or begins at."""

    depth: Ints  # last step reached: VIEW, CART, CHECKOUT or PAYMENT
    device: Ints
    customer: Ints
    visitor: Ints  # cookie number
    anchor: Ints
    ends: Flags  # whether the anchor is the session's end
    product: Ints
    source: Ints


@dataclass(frozen=True)
class Events:
    """One entry an event, by time. Codes are positions in the tuples of this module; customer -1: unknown."""

    session: Ints
    role: Ints
    time: Ints
    customer: Ints
    visitor: Ints
    page: Ints
    element: Ints
    product: Ints
    source: Ints
    device: Ints
    properties: Ints

    def __len__(self) -> int:
        return len(self.session)

    def take(self, rows: Ints) -> Events:
        """These rows, in this order."""
        return Events(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def step_rates(world: World) -> Floats:
    """Planted session-level rates: devices x (view to cart, cart to checkout, checkout to payment)."""
    rates = np.tile((VIEW_TO_CART, CART_TO_CHECKOUT, CHECKOUT_TO_PAYMENT), (len(DEVICES), 1))
    if world.planted:
        rates[DROP_DEVICE, 2] = DROP_RATE
    return rates


def make_events(
    world: World, people: People, life: Life, orders: Orders, main_product: Ints, catalogue: Catalogue
) -> Events:
    """Draw the sessions and lay out their events. `main_product`: one product of each order."""
    rng = world.stream("browsing")
    paid, unpaid = sessions_of_orders(orders)
    ended = np.concatenate((paid, unpaid))
    cookies = _cookies(rng, len(people))
    certain = Sessions(
        depth=np.concatenate((np.full(len(paid), PAYMENT), np.full(len(unpaid), CHECKOUT))),
        device=orders.device[ended],
        customer=orders.customer[ended],
        visitor=cookies[orders.customer[ended], orders.device[ended] % 2],
        anchor=orders.placed[ended] + np.maximum(orders.paid_after[ended], 0),
        ends=np.ones(len(ended), dtype=bool),
        product=main_product[ended],
        source=pick(rng, BUYING_SOURCES, len(ended)),
    )
    failed = _failed_sessions(world, people, life, orders, catalogue, certain, rng, cookies)
    both = Sessions(*(np.concatenate((getattr(certain, n), getattr(failed, n))) for n in Sessions.__dataclass_fields__))
    return _with_registrations(world, people, cookies, _lay_out(world, people, both, catalogue, rng), len(both.depth))


def _cookies(rng: np.random.Generator, people: int) -> Ints:
    """Two cookie numbers for each customer (many have only the first): even numbers; unknown visitors have odd ones."""
    first = 2 * np.arange(people)
    second = np.where(rng.random(people) < 0.4, 2 * (np.arange(people) + people), first)
    return np.column_stack((first, second)) + 20_000_000


def _failed_sessions(
    world: World, people: People, life: Life, orders: Orders, catalogue: Catalogue,
    certain: Sessions, rng: np.random.Generator, cookies: Ints,
) -> Sessions:  # fmt: skip
    depth, device = _failed_counts(world, certain, rng)
    # Each failed session lies near some order of the same device: so it follows growth, seasons and activity.
    template = np.empty(len(depth), dtype=np.int64)
    for which in range(len(DEVICES)):
        pool = np.flatnonzero(orders.device == which)
        rows = np.flatnonzero(device == which)
        template[rows] = pool[rng.integers(0, len(pool), len(rows))] if len(pool) else 0
    customer = orders.customer[template]
    persona = people.persona[customer]
    midnight = orders.placed[template] // DAY * DAY + rng.integers(-20, 21, len(depth)) * DAY
    begin = world.first_second
    midnight = begin + np.abs(midnight - begin)  # folded at both ends of the export
    midnight = np.where(midnight > world.last_second, 2 * (world.last_second + 1 - DAY) - midnight, midnight)
    time = world.civil(midnight + seconds_in_day(rng, hour_profiles(), persona))
    known = (rng.random(len(depth)) < KNOWN_SHARE) & (time > people.signed_up[customer]) & (time < life.left[customer])
    # Some customers browse signed out, or did so before they registered: their cookie is known, they are not.
    own_cookie = known | (rng.random(len(depth)) < SIGNED_OUT_SHARE)
    # Unknown visitors: new cookies mostly, some come back.
    fresh = rng.integers(0, max(1, int(len(depth) * 0.8)), len(depth)) * 2 + 1 + 20_000_000
    return Sessions(
        depth=depth,
        device=device,
        customer=np.where(known, customer, -1),
        visitor=np.where(own_cookie, cookies[customer, device % 2], fresh),
        anchor=time,
        ends=np.zeros(len(depth), dtype=bool),
        product=pick_by_group(rng, catalogue.demand[0], persona),
        source=pick(rng, LOOKING_SOURCES if world.planted else BUYING_SOURCES, len(depth)),
    )


def _failed_counts(world: World, certain: Sessions, rng: np.random.Generator) -> tuple[Ints, Ints]:
    depths, devices = [], []
    rates = step_rates(world)
    for device in range(len(DEVICES)):
        mine = certain.device == device
        reached = int((mine & (certain.depth == PAYMENT)).sum())
        already = int((mine & (certain.depth == CHECKOUT)).sum())
        for depth, rate in ((CHECKOUT, rates[device, 2]), (CART, rates[device, 1]), (VIEW, rates[device, 0])):
            failed = int(rng.negative_binomial(reached, rate)) if reached else 0
            depths.append(np.full(max(failed - already, 0), depth))
            devices.append(np.full(max(failed - already, 0), device))
            reached, already = reached + failed, 0
    return np.concatenate(depths), np.concatenate(devices)


def _lay_out(
    world: World, people: People, sessions: Sessions, catalogue: Catalogue, rng: np.random.Generator
) -> Events:
    """One row an event: landing, perhaps a search, some views, then the steps reached, seconds to minutes apart."""
    count = len(sessions.depth)
    searches = (rng.random(count) < 0.35).astype(np.int64)
    views = 1 + np.minimum(rng.geometric(0.55, count), 12) - 1
    length = 1 + searches + views + (sessions.depth - VIEW)
    first = np.concatenate(([0], np.cumsum(length)[:-1]))
    session = np.repeat(np.arange(count), length)
    position = np.arange(len(session)) - first[session]
    views_from = 1 + searches[session]
    steps_from = views_from + views[session]
    role = np.where(
        position == 0,
        LANDING,
        np.where(position < views_from, SEARCH, np.where(position < steps_from, VIEW, CART + position - steps_from)),
    )
    waits = np.where(position == 0, 0, 2 + rng.exponential(45, len(session)).astype(np.int64))
    elapsed = np.cumsum(waits)
    elapsed -= elapsed[first][session]
    total = elapsed[first + length - 1]
    # A session that ends with an order begins after the registration: a hasty one is squeezed.
    earliest = np.maximum(people.signed_up[sessions.customer] + 1, world.first_second)
    room = np.where(sessions.ends, np.maximum(sessions.anchor - earliest, 0), total)
    elapsed = np.where((total > room)[session], elapsed * room[session] // np.maximum(total, 1)[session], elapsed)
    begin = np.where(sessions.ends, sessions.anchor - np.minimum(total, room), sessions.anchor)
    last_view = position == steps_from - 1
    looked_at = pick(rng, catalogue.demand[0].mean(axis=0), len(session))
    product = np.where(last_view | (role >= CART), sessions.product[session], looked_at)
    stuck = (role == CHECKOUT) & (sessions.depth[session] == CHECKOUT) & (rng.random(len(session)) < 0.6)
    error = np.where(sessions.device[session] == DROP_DEVICE if world.planted else False, 1, 2)
    landing_page = pick(rng, (0.55, 0.25, 0.20), len(session))
    columns = {
        "session": session,
        "role": role,
        "time": begin[session] + elapsed,
        "customer": sessions.customer[session],
        "visitor": sessions.visitor[session],
        "page": np.where(role == LANDING, landing_page, role + 2),
        "element": np.where(role == LANDING, 0, role),
        "product": np.where((role == VIEW) | (role == CART), product, -1),
        "source": sessions.source[session],
        "device": sessions.device[session],
        "properties": np.where(stuck, error, np.where((role == LANDING) & (sessions.device[session] < 2), 3, 0)),
    }
    return Events(**{name: values.astype(SMALL.get(name, np.int64)) for name, values in columns.items()})


def _with_registrations(world: World, people: People, cookies: Ints, events: Events, sessions: int) -> Events:
    """Add the registrations of the exported days and put everything in the order of time."""
    who = np.flatnonzero(people.signed_up >= world.first_second)
    count = len(who)
    device = people.device[who]
    source = np.array([1, 2, 3, 5, 0, 5])[people.channel[who]]
    constant = {"role": SIGN_UP, "page": 8, "element": 6, "product": -1, "properties": 0}
    columns = {
        "session": sessions + np.arange(count), "time": people.signed_up[who], "customer": who,
        "visitor": cookies[who, device % 2], "source": source, "device": device,
        **{name: np.full(count, value) for name, value in constant.items()},
    }  # fmt: skip
    registrations = Events(**{name: values.astype(SMALL.get(name, np.int64)) for name, values in columns.items()})
    joined = Events(
        *(np.concatenate((getattr(events, n), getattr(registrations, n))) for n in Events.__dataclass_fields__)
    )
    rows = np.flatnonzero((joined.time >= world.first_second) & (joined.time <= world.last_second))
    return joined.take(rows[np.lexsort((joined.role[rows], joined.session[rows], joined.time[rows]))])
