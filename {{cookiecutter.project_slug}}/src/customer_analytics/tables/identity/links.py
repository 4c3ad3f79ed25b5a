"""Which accounts belong to one person: pairs that share identifiers, what speaks against a pair, and who follows.

Two accounts are linked when they share an identifier of a hard kind and nothing known of them differs (year of birth,
gender); identifiers of two hard kinds outweigh a difference. An identifier of a soft kind counts only with what the
engagement asks beside it. Identifiers on unusually many accounts are nobody's. Linked accounts, directly or through
others, are one person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from customer_analytics.engagement.identity import IdentitySettings
from customer_analytics.tables.identity.components import components
from customer_analytics.tables.identity.normal import is_nobody

OVER_MERGE_QUANTILE = 0.999
LEAST_OVER_MERGE = 5  # a family shares a phone; below this nobody is suspicious
MOST_OVER_MERGE = 20  # nor has anybody more accounts than this, however common shared numbers are
ENOUGH_IDENTIFIERS = 1000  # for a P99.9; with fewer it would be about the largest value itself
ENOUGH_KINDS = 2  # of hard identifiers: two people may share a phone, or a card, but hardly both


@dataclass(frozen=True)
class Links:
    """Accounts that share identifiers, and the persons behind them; all tables are cached in the engine.

    `nodes`: account, node (numbered by account). `identifiers`: kind, value, accounts. `pairs`: left < right (nodes),
    a flag by_<n> for each of `kinds`, hard and soft (kinds shared), differs and agrees (profile), strength, linked.
    `persons`: node, person (its smallest node), for the accounts of persons with two or more. `limit`: accounts that
    an identifier may be on.
    """

    kinds: tuple[str, ...]
    nodes: ir.Table
    identifiers: ir.Table
    profile: ir.Table | None
    pairs: ir.Table
    persons: ir.Table
    limit: int
    split: int  # persons that were suspected and taken apart


def find_links(
    identifiers: ir.Table, customers: ir.Table | None, settings: IdentitySettings, proposed: ir.Table | None = None
) -> Links:
    """Pairs of accounts and the persons that they make.

    Args:
        identifiers: account, kind, value, each once, as `normal.normalised` gives them.
        customers: account and columns that describe customers; None where there are none.
        settings: the engagement's rules.
        proposed: account_left, account_right: further pairs to be merged, from probabilistic linking.
    """
    usable = identifiers.filter(identifiers.value.notnull())
    counted = usable.group_by(["kind", "value"]).aggregate(accounts=usable.count()).cache()
    limit = _limit(counted, settings)
    kinds = (*settings.hard, *settings.soft)
    shared = counted.filter(counted.accounts.between(2, limit) & counted.kind.isin(kinds))
    shared = shared.select("kind", "value", identifier=ibis.row_number())
    members = usable.join(shared, ["kind", "value"]).select("identifier", "kind", "account").cache()
    parts = [members.select("account")]
    if proposed is not None:
        parts += [proposed.select(account=proposed[side]) for side in ("account_left", "account_right")]
    accounts = ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0].distinct()
    nodes = accounts.select("account", node=ibis.row_number().over(order_by=accounts.account)).cache()
    profile = None if customers is None else _profile(nodes, customers, settings.one_value)
    pairs = _pairs(members, nodes, profile, settings, proposed)
    members.release()
    persons = components(pairs.filter(pairs.linked)).rename(person="component")
    persons, split = _split(persons, pairs, profile, settings) if settings.suspected == "split" else (persons, 0)
    return Links(kinds, nodes, counted, profile, pairs, persons.cache(), limit, split)


def _limit(counted: ir.Table, settings: IdentitySettings) -> int:
    """Accounts that an identifier may be on: as stated, else the P99.9 of all identifiers, within bounds."""
    if settings.most_accounts != "auto":
        return settings.most_accounts
    high = counted.accounts.cast("float64").quantile(OVER_MERGE_QUANTILE)
    row = counted.aggregate(identifiers=counted.count(), high=high).to_pyarrow().to_pylist()[0]
    if row["identifiers"] < ENOUGH_IDENTIFIERS:
        return LEAST_OVER_MERGE
    return min(max(LEAST_OVER_MERGE, int(row["high"])), MOST_OVER_MERGE)


def _profile(nodes: ir.Table, customers: ir.Table, one_value: Sequence[str]) -> ir.Table | None:
    """node and p0, p1, …: the columns of which a person has one value, as text, null for words that say nothing."""
    present = [name for name in one_value if name in customers.columns]
    if not present:
        return None
    texts = {f"p{i}": customers[name].cast("string").strip().lower() for i, name in enumerate(present)}
    described = customers.select("account", **texts)
    known = {name: ibis.ifelse(is_nobody(described[name]), ibis.null("string"), described[name]) for name in texts}
    joined = nodes.join(described.mutate(**known), "account")
    return joined.group_by("node").aggregate(**{name: joined[name].max() for name in texts}).cache()


def columns_of(profile: ir.Table | None) -> list[str]:
    """p0, p1, …"""
    return [] if profile is None else [name for name in profile.columns if name != "node"]


def _pairs(
    members: ir.Table, nodes: ir.Table, profile: ir.Table | None, settings: IdentitySettings, proposed: ir.Table | None
) -> ir.Table:
    numbered = members.join(nodes, "account").select("identifier", "kind", "node").cache()
    other = numbered.view()
    meets = numbered.join(other, (numbered.identifier == other.identifier) & (numbered.node < other.node))
    met = meets.select(left=numbered.node, right=other.node, kind=numbered.kind)
    kinds = (*settings.hard, *settings.soft)
    by_kind = {f"by_{i}": (met.kind == kind).max() for i, kind in enumerate(kinds)}
    pairs = met.group_by(["left", "right"]).aggregate(**by_kind)
    if proposed is not None:
        pairs = _with_proposed(pairs, list(by_kind), nodes, proposed)
    pairs = pairs.cache()
    hard = _count([pairs[f"by_{i}"] for i in range(len(settings.hard))])
    soft = _count([pairs[f"by_{i}"] for i in range(len(settings.hard), len(kinds))])
    pairs = pairs.mutate(
        hard=hard, soft=soft, **({} if "proposed" in pairs.columns else {"proposed": ibis.literal(False)})
    )
    pairs = _compared(pairs, profile)
    pairs = pairs.mutate(
        linked=_rule(pairs, settings) | pairs.proposed,
        strength=2 * pairs.hard + pairs.soft + pairs.agrees.cast("int64"),
    )
    return pairs.cache()


def _with_proposed(pairs: ir.Table, flags: list[str], nodes: ir.Table, proposed: ir.Table) -> ir.Table:
    """The pairs, and those that probabilistic linking adds."""
    one, two = nodes.view(), nodes.view()
    found = proposed.join(one, proposed.account_left == one.account).join(two, proposed.account_right == two.account)
    added = found.select(
        left=ibis.least(one.node, two.node),
        right=ibis.greatest(one.node, two.node),
        **{flag: ibis.literal(False) for flag in flags},
        proposed=ibis.literal(True),
    )
    both = pairs.mutate(proposed=ibis.literal(False)).union(added)
    return both.group_by(["left", "right"]).aggregate(**{name: both[name].max() for name in (*flags, "proposed")})


def _count(flags: Sequence[ir.BooleanValue]) -> ir.IntegerValue:
    total: ir.IntegerValue = reduce(lambda one, two: one + two, [flag.cast("int64") for flag in flags], ibis.literal(0))
    return total


def _compared(pairs: ir.Table, profile: ir.Table | None) -> ir.Table:
    """The pairs with `differs` (a known value differs) and `agrees` (all values are known and equal)."""
    if profile is None:
        return pairs.mutate(differs=ibis.literal(False), agrees=ibis.literal(False))
    one, two = profile.view(), profile.view()
    joined = pairs.left_join(one, pairs.left == one.node).left_join(two, pairs.right == two.node)
    names = columns_of(profile)
    differs = reduce(lambda a, b: a | b, [(one[name] != two[name]).fill_null(False) for name in names])
    agrees = reduce(lambda a, b: a & b, [(one[name] == two[name]).fill_null(False) for name in names])
    return joined.select(*[pairs[name] for name in pairs.columns], differs=differs, agrees=agrees)


def _rule(pairs: ir.Table, settings: IdentitySettings) -> ir.BooleanValue:
    """Whether a pair is one person."""
    linked: ir.BooleanValue = ((pairs.hard >= 1) & ~pairs.differs) | (pairs.hard >= ENOUGH_KINDS)
    if settings.soft_needs in ("profile", "either"):
        linked = linked | ((pairs.soft >= 1) & pairs.agrees)
    if settings.soft_needs in ("two_kinds", "either"):
        linked = linked | ((pairs.soft >= ENOUGH_KINDS) & ~pairs.differs)
    return linked


def suspects(persons: ir.Table, profile: ir.Table | None, settings: IdentitySettings) -> ir.Table:
    """The persons that may be several: person, accounts, too_large, two_values."""
    joined = persons if profile is None else persons.left_join(profile, "node").drop("node_right")
    names = columns_of(profile)
    sizes = joined.group_by("person").aggregate(
        accounts=joined.count(), **{f"values_{name}": joined[name].nunique() for name in names}
    )
    conflict = reduce(lambda a, b: a | b, [sizes[f"values_{name}"] > 1 for name in names], ibis.literal(False))
    marked = sizes.select("person", "accounts", too_large=sizes.accounts > settings.largest, two_values=conflict)
    return marked.filter(marked.too_large | marked.two_values)


def _split(
    persons: ir.Table, pairs: ir.Table, profile: ir.Table | None, settings: IdentitySettings
) -> tuple[ir.Table, int]:
    """Take suspected persons apart at their weakest links, until nothing is suspicious or no link is left."""
    linked = pairs.filter(pairs.linked)
    strongest = linked.strength.max().to_pyarrow().as_py() or 0
    begun = suspects(persons, profile, settings).cache()
    first = int(begun.count().to_pyarrow().as_py())
    suspected = begun
    for weakest in range(1, strongest + 2):
        if not int(suspected.count().to_pyarrow().as_py()):
            break
        doubtful = persons.semi_join(suspected, "person").cache()
        kept = linked.filter(linked.strength >= weakest).semi_join(doubtful, linked.left == doubtful.node)
        apart = components(kept).rename(person="component")
        persons = persons.anti_join(suspected, "person").union(apart).cache()
        suspected = suspects(apart, profile, settings).cache()
    return persons, first
