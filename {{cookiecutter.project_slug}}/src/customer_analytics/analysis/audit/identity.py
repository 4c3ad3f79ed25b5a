"""One person, several accounts: what shared identifiers say about how many customers there really are.

The rules are those of the loader (tables.identity), whether it merged the accounts or not: what merging would do, or
has done, to the number of customers, the repeat share and the revenue per head is the same comparison.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.audit.measures import money, number, one_row, total, whole
from customer_analytics.engagement.identity import IdentitySettings
from customer_analytics.tables.identity.counts import count_identities
from customer_analytics.tables.identity.links import Links, find_links
from customer_analytics.tables.identity.log import Capture, IdentityFacts, IdentityLog, KindFacts
from customer_analytics.tables.identity.normal import normalised
from customer_analytics.tables.load_log import LoadLog
from customer_analytics.tables.store import Tables

ACCOUNT = "account_id"
ENOUGH_TWICE = 8  # pairs shown by exactly two kinds, from which the estimate is steady
Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True)
class HeadCount:
    """Headline figures when heads are counted one way. `buyers`: heads with an order; None where there are none."""

    buyers: int
    repeat: float | None  # share of buyers with two orders or more
    revenue: float | None  # per buyer


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Identity:
    """What the identifiers say.

    `facts`: of the load where accounts were merged there, otherwise of the tables as opened. `log`: what the load
    merged; None when it did not. `as_accounts`, `as_people`: headline figures counted either way. `missed`: pairs of
    accounts of one person that share no identifier, at least; None where too little is known. `crossed`: people who
    are in two arms of one campaign; None without arms.
    """

    facts: IdentityFacts
    log: IdentityLog | None
    as_accounts: HeadCount
    as_people: HeadCount
    missed: Estimate | None
    crossed: int | None
    rules: IdentitySettings

    @property
    def resolved(self) -> bool:
        """Whether the loader merged the accounts."""
        return self.log is not None

    @property
    def kinds(self) -> tuple[KindFacts, ...]:
        """Coverage by kind of identifier."""
        return self.facts.kinds

    @property
    def accounts(self) -> int:
        """Accounts with an identifier."""
        return self.facts.accounts

    @property
    def people(self) -> int:
        """Persons behind them."""
        return self.facts.people

    @property
    def doubled(self) -> int:
        """Accounts beyond the first of each person."""
        return self.facts.doubled

    @property
    def suspected(self) -> int:
        """Persons that may be several: too many accounts, or two values where a person has one."""
        return self.facts.too_large + self.facts.two_values


def identity(tables: Tables, settings: IdentitySettings, log: LoadLog | None = None) -> Identity | None:
    """Who is one person, and what it does to the headline figures; None where the client sent no identifiers.

    Args:
        tables: the loaded tables.
        settings: the engagement's rules.
        log: the load; it says whether accounts were merged.
    """
    if not tables.has("identities", "customer_id", "kind", "value"):
        return None
    done = log.identity if log is not None else None
    if done is not None and tables.has("identities", ACCOUNT):
        return _identity(tables, done.facts, done, None, settings)
    source = tables["identities"]
    identifiers = normalised(source.select("kind", "value", account=source.customer_id), settings)
    customers = tables["customers"].rename(account="customer_id") if tables.has("customers", "customer_id") else None
    links = find_links(identifiers, customers, settings)
    facts = count_identities(identifiers, links, settings)
    if not facts.kinds:
        return None
    return _identity(tables, facts, None, _person_of(links), settings)


def _identity(
    tables: Tables,
    facts: IdentityFacts,
    log: IdentityLog | None,
    person_of: ir.Table | None,
    settings: IdentitySettings,
) -> Identity:
    as_accounts, as_people = _head_counts(tables, person_of)
    return Identity(
        facts=facts,
        log=log,
        as_accounts=as_accounts,
        as_people=as_people,
        missed=missed_pairs(facts.capture),
        crossed=_crossed(tables, person_of),
        rules=settings,
    )


def _person_of(links: Links) -> ir.Table:
    """account -> person (its smallest account), for accounts of persons with several."""
    members = links.persons.join(links.nodes, "node").select("account", "person").cache()
    named = members.group_by("person").aggregate(name=members.account.min())
    return members.join(named, "person").select(named_account="account", name="name").cache()


def _with_heads(table: ir.Table, person_of: ir.Table | None) -> ir.Table:
    """The rows of known customers with `head_account` and `head_person`."""
    known = table.filter(table.customer_id.notnull())
    if person_of is None:
        account = known[ACCOUNT] if ACCOUNT in known.columns else known.customer_id
        return known.mutate(head_account=account.fill_null(known.customer_id), head_person=known.customer_id)
    joined = known.left_join(person_of, known.customer_id == person_of.named_account)
    named = joined.select(*(known[name] for name in known.columns), head_person=person_of.name)
    return named.mutate(head_account=named.customer_id, head_person=named.head_person.fill_null(named.customer_id))


def _head_counts(tables: Tables, person_of: ir.Table | None) -> tuple[HeadCount, HeadCount]:
    """Buyers, their repeat share and revenue: per account, and per person."""
    if not tables.has("orders", "customer_id", "order_id"):
        return HeadCount(0, None, None), HeadCount(0, None, None)
    orders = tables["orders"]
    amount = money("orders", orders)
    valued = orders.mutate(worth_=ibis.literal(0.0) if amount is None else amount)
    headed = _with_heads(valued, person_of)
    counts = []
    for head in ("head_account", "head_person"):
        by_head = headed.group_by(head).aggregate(orders=headed.order_id.nunique(), worth=headed.worth_.sum())
        row = one_row(
            by_head.aggregate(
                buyers=by_head.count(), repeat=(by_head.orders >= 2).sum().fill_null(0), worth=total(by_head.worth)
            )
        )
        buyers = whole(row["buyers"])
        worth = None if amount is None else number(row["worth"])
        counts.append(
            HeadCount(
                buyers,
                whole(row["repeat"]) / buyers if buyers else None,
                worth / buyers if buyers and worth is not None else None,
            )
        )
    return counts[0], counts[1]


def _crossed(tables: Tables, person_of: ir.Table | None) -> int | None:
    """People who are in two arms of one campaign: what one arm got, the other knows of."""
    if not tables.has("touches", "customer_id", "campaign_id", "arm"):
        return None
    headed = _with_heads(tables["touches"], person_of)
    arms = headed.group_by(["campaign_id", "head_person"]).aggregate(
        arms=headed.arm.nunique(), accounts=headed.head_account.nunique()
    )
    crossed = arms.filter((arms.arms > 1) & (arms.accounts > 1))
    return whole(crossed.head_person.nunique().execute())


def missed_pairs(capture: Capture | None) -> Estimate | None:
    """Pairs of one person that no identifier shows, at least, from how many are shown by one kind only and by two.

    Chao's lower bound, in its bias-corrected form for a known number of lists, with a log-normal interval: many pairs
    that hang on one identifier mean that more hang on none. It is exact where every pair is as easy to see as any
    other, and too small where some people give away less than others. A. Chao (1987), Estimating the population size
    for capture-recapture data with unequal catchability, Biometrics 43; R. K. Colwell et al. (2012), Journal of Plant
    Ecology 5, for the variance.
    """
    if capture is None or capture.twice < ENOUGH_TWICE:
        return None
    once, twice, share = capture.once, capture.twice, (capture.kinds - 1) / capture.kinds
    value = share * once * (once - 1) / (2 * (twice + 1))
    if value <= 0:
        return Estimate(0.0, 0.0, 0.0)
    variance = (
        value
        + share**2 * once * (2 * once - 1) ** 2 / (4 * (twice + 1) ** 2)
        + share**2 * once**2 * twice * (once - 1) ** 2 / (4 * (twice + 1) ** 4)
    )
    spread = math.exp(Z * math.sqrt(math.log1p(variance / value**2)))
    return Estimate(value, value / spread, value * spread)


def cluster_sizes(found: Identity, minimum_group: int) -> list[tuple[int, int, bool]]:
    """(accounts of a person, people, whether "or more" is meant): the largest together until they are a group."""
    sizes = {1: found.accounts - found.facts.linked}
    sizes |= {int(size): persons for size, persons in found.facts.sizes.items()}
    rows: list[tuple[int, int, bool]] = []
    tail = 0
    for size in sorted(sizes, reverse=True):
        tail += sizes[size]
        if tail >= minimum_group or size == 1:
            rows.append((size, tail, not rows and size < max(sizes)))
            tail = 0
    return rows[::-1]


def identity_metrics(found: Identity | None) -> dict[str, float | int | None]:
    """The flat figures of a run: `identity.…`; empty where the client sent no identifiers."""
    if found is None:
        return {}
    facts, missed = found.facts, found.missed
    metrics: dict[str, float | int | None] = {
        "identity.resolved": int(found.resolved),
        "identity.accounts": facts.accounts,
        "identity.people": facts.people,
        "identity.largest": facts.largest,
        "identity.over_merged": facts.over_merged,
        "identity.suspected": found.suspected,
        "identity.pairs_linked": facts.pairs_linked,
        "identity.pairs_differing": facts.pairs_differing,
        "identity.pairs_soft": facts.pairs_soft,
        "identity.pairs_missed": missed.value if missed is not None else None,
        "identity.crossed_arms": found.crossed,
        "identity.events_recognised": found.log.events_recognised if found.log is not None else None,
    }
    for name, count in (("accounts", found.as_accounts), ("people", found.as_people)):
        metrics |= {
            f"identity.as_{name}.buyers": count.buyers,
            f"identity.as_{name}.repeat_share": count.repeat,
            f"identity.as_{name}.revenue_per_head": count.revenue,
        }
    return metrics
