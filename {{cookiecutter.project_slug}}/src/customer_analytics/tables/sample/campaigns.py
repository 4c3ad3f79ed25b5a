"""The campaigns: who was assigned to which arm, and what the contact truly caused.

An effect is additive: a customer of an arm who is still here places one more order within the window with the planted
probability. So the true effect on orders a head is the mean of these probabilities over everybody assigned (those who
had left have 0), and the true effect on conversion counts only customers who would not have ordered anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from customer_analytics.tables.sample.life import Life
from customer_analytics.tables.sample.people import People, hour_profiles
from customer_analytics.tables.sample.world import DAY, Flags, Floats, Ints, World, pick, seconds_in_day

WINDOW_DAYS = 14
MOVED_DAYS = 30  # orders of this many days after the window that a pull-forward campaign moves into it
ACTIVE_DAYS = 365  # an order within so many days before makes a customer eligible
RECENT_DAYS = 45  # "recent buyers" of the campaign whose effect differs between groups
SEND_HOUR = 10


@dataclass(frozen=True)
class Arm:
    """One arm: planned share, probability of one more order, share of later orders moved forward, discount offered."""

    name: str
    share: float
    effect: float = 0.0
    moved: float = 0.0
    offer: float = 0.0
    sent: bool = True


CONTROL = Arm("control", 0.5, sent=False)


@dataclass(frozen=True)
class Campaign:
    """One campaign, `days_before_end` of the export. `kind`: randomised or targeted. The first arm is compared with."""

    key: str
    name: str
    channel: str
    offer: str
    days_before_end: int
    arms: tuple[Arm, ...]
    kind: str = "randomised"
    effect_if_recent: float | None = (
        None  # effect for customers with an order in the last RECENT_DAYS, where it differs
    )
    lost_control: float = 0.0  # share of the control group's rows that never reached the export


CAMPAIGNS = (
    Campaign("aa_test", "Sender name test|发件人名称测试", "email|邮件", "no offer|无优惠", 500,
             (Arm("A", 0.5), Arm("B", 0.5))),
    Campaign("voucher", "Spring voucher|春季优惠券", "email|邮件", "10 % off|九折", 440,
             (CONTROL, Arm("voucher", 0.5, effect=0.13, offer=0.10))),
    Campaign("newsletter", "Brand newsletter|品牌通讯", "email|邮件", "no offer|无优惠", 380,
             (Arm("control", 0.2, sent=False), Arm("newsletter", 0.8))),
    Campaign("ladder", "Offer ladder|阶梯优惠", "push|推送", "5, 10 or 20 % off|95折、九折或八折", 320,
             (Arm("control", 0.25, sent=False), Arm("off_5", 0.25, effect=0.04, offer=0.05),
              Arm("off_10", 0.25, effect=0.12, offer=0.10), Arm("off_20", 0.25, effect=0.14, offer=0.20))),
    Campaign("vip", "Thank-you call|感谢回访", "phone|电话", "gift|赠品", 262,
             (Arm("", 1.0, effect=0.04),), kind="targeted"),
    Campaign("win_back", "We miss you|想念你", "sms|短信", "15 % off|85折", 205,
             (CONTROL, Arm("win_back", 0.5, effect=0.18, offer=0.15)), effect_if_recent=0.0),
    Campaign("early_bird", "Early bird|早鸟活动", "push|推送", "free delivery|包邮", 150,
             (CONTROL, Arm("early_bird", 0.5, moved=0.5))),
    Campaign("app_banner", "App banner|应用横幅", "app|应用内", "10 % off|九折", 90,
             (CONTROL, Arm("banner", 0.5, effect=0.05, offer=0.10)), lost_control=0.20),
    Campaign("summer", "Summer voucher|夏季优惠券", "email|邮件", "10 % off|九折", 40,
             (CONTROL, Arm("voucher", 0.5, effect=0.11, offer=0.10))),
)  # fmt: skip

# Who gets the targeted campaign: log odds = intercept + slope * orders in the last 90 days (at most 3).
TARGETING = (-2.0, 1.1)


@dataclass(frozen=True)
class Wave:
    """What one campaign did, one entry for each assigned customer. `written`: whether the export has the row."""

    campaign: int
    sent: int
    customer: Ints
    arm: Ints
    written: Flags
    recent: Flags
    orders_before: Ints  # orders in the 90 days before
    base_orders: Ints  # orders in the window that nobody caused
    expected: Floats  # customers x arms: expected additional orders in the window under each arm
    responded: Flags


@dataclass
class Basis:
    """The orders so far, unsorted; campaigns add to it one after the other."""

    customer: Ints
    time: Ints
    campaign: Ints
    offer: Floats
    waves: list[Wave] = field(default_factory=list)

    def count(self, people: int, first: int, last: int) -> Ints:
        """Orders of each customer from `first` up to and without `last`."""
        rows = (self.time >= first) & (self.time < last)
        return np.bincount(self.customer[rows], minlength=people).astype(np.int64)


def run_campaigns(world: World, people: People, life: Life, customer: Ints, time: Ints) -> Basis:
    """Assign, send, and add or move the orders that follow, campaign by campaign in the order of time."""
    count = len(customer)
    basis = Basis(customer, time, np.full(count, -1, dtype=np.int64), np.full(count, np.nan))
    rng = world.stream("campaigns")
    for number, campaign in enumerate(CAMPAIGNS):
        sent = world.last_second + 1 - campaign.days_before_end * DAY + SEND_HOUR * 3_600
        basis.waves.append(_wave(world, people, life, basis, rng, number, sent))
    return basis


def _wave(
    world: World, people: People, life: Life, basis: Basis, rng: np.random.Generator, number: int, sent: int
) -> Wave:
    campaign = CAMPAIGNS[number]
    before = basis.count(len(people), sent - 90 * DAY, sent)
    active = basis.count(len(people), max(world.first_second, sent - ACTIVE_DAYS * DAY), sent) > 0
    eligible = people.consent & active & (people.signed_up < sent - 30 * DAY)
    if campaign.kind == "targeted":
        odds = np.exp(TARGETING[0] + TARGETING[1] * np.minimum(before, 3))
        eligible &= rng.random(len(people)) < odds / (1 + odds)
    who = np.flatnonzero(eligible)
    arm = pick(rng, [a.share for a in campaign.arms], len(who))
    lost = (arm == 0) & (rng.random(len(who)) < campaign.lost_control) & world.planted
    recent = basis.count(len(people), sent - RECENT_DAYS * DAY, sent)[who] > 0
    here = life.left[who] > sent + WINDOW_DAYS * DAY
    base = basis.count(len(people), sent, sent + WINDOW_DAYS * DAY)[who]
    expected = np.zeros((len(who), len(campaign.arms)))
    if world.planted:
        later = basis.count(len(people), sent + WINDOW_DAYS * DAY, sent + (WINDOW_DAYS + MOVED_DAYS) * DAY)[who]
        for column, option in enumerate(campaign.arms):
            effect = np.full(len(who), option.effect)
            if campaign.effect_if_recent is not None and option.effect:
                effect[recent] = campaign.effect_if_recent
            expected[:, column] = effect * here + option.moved * later
        _move(basis, rng, len(people), who, np.array([a.moved for a in campaign.arms])[arm], sent)
    added = np.array([a.moved == 0 for a in campaign.arms])[arm]
    responded = added & (rng.random(len(who)) < expected[np.arange(len(who)), arm])
    _add(world, people, basis, rng, number, who[responded], arm[responded], sent)
    return Wave(number, sent, who, arm, ~lost, recent, before[who], base, expected, responded)


def _add(
    world: World, people: People, basis: Basis, rng: np.random.Generator, number: int, who: Ints, arm: Ints, sent: int
) -> None:
    """Orders of those who responded: most within a few days, none on the day of sending, all within the window."""
    days = 1 + np.minimum(rng.exponential(2.5, len(who)).astype(np.int64), WINDOW_DAYS - 3)
    midnight = sent - SEND_HOUR * 3_600
    times = midnight + days * DAY + seconds_in_day(rng, hour_profiles(), people.persona[who])
    basis.customer = np.concatenate((basis.customer, who))
    basis.time = np.concatenate((basis.time, times))
    basis.campaign = np.concatenate((basis.campaign, np.full(len(who), number)))
    basis.offer = np.concatenate((basis.offer, np.array([a.offer for a in CAMPAIGNS[number].arms])[arm]))


def _move(basis: Basis, rng: np.random.Generator, people: int, who: Ints, moved: Floats, sent: int) -> None:
    """Move orders of the month after the window into it, with the probability of the customer's arm."""
    chance = np.zeros(people)
    chance[who] = moved
    end = sent + WINDOW_DAYS * DAY
    rows = np.flatnonzero((basis.time >= end) & (basis.time < end + MOVED_DAYS * DAY))
    rows = rows[rng.random(len(rows)) < chance[basis.customer[rows]]]
    time = basis.time.copy()
    # The time of day stays; the new day lies between the day after sending and the day before the window ends.
    midnight = sent - SEND_HOUR * 3_600
    time[rows] = midnight + rng.integers(1, WINDOW_DAYS, len(rows)) * DAY + time[rows] % DAY
    basis.time = time


def effect_truth(wave: Wave, arm: int, rows: Flags) -> dict[str, float]:
    """True effect of an arm against the first one, for some of the wave's customers: orders a head, and conversion.

    A moved order counts for conversion where the customer has no other order in the window; with several later
    orders the chance of at least one is taken as 1 - (1 - p)^n.
    """
    option = CAMPAIGNS[wave.campaign].arms[arm]
    expected = wave.expected[rows, arm]
    at_least_one = expected
    if option.moved:
        at_least_one = 1 - (1 - option.moved) ** (expected / option.moved)
    return {
        "orders": float(expected.mean()) if rows.any() else 0.0,
        "conversion": float((at_least_one * (wave.base_orders[rows] == 0)).mean()) if rows.any() else 0.0,
    }
