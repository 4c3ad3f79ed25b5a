"""Counts of a resolution: coverage, clusters, and pairs that share something but are not one person."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.engagement.identity import IdentitySettings
from customer_analytics.tables.identity.links import Links, suspects
from customer_analytics.tables.identity.log import Capture, IdentityFacts, KindFacts


def count_identities(identifiers: ir.Table, links: Links, settings: IdentitySettings) -> IdentityFacts:
    """What the identifiers say.

    Args:
        identifiers: account, kind, value, as `normal.normalised` gives them.
        links: the pairs and persons found in them.
        settings: the rules that they were found by.
    """
    kinds = _kinds(identifiers, links, settings)
    usable = identifiers.filter(identifiers.value.notnull())
    accounts = _number(usable.account.nunique())
    clusters = links.persons.group_by("person").aggregate(accounts=links.persons.count())
    sizes = clusters.group_by("accounts").aggregate(persons=clusters.count()).order_by("accounts")
    by_size = {int(row["accounts"]): int(row["persons"]) for row in sizes.to_pyarrow().to_pylist()}
    linked = sum(size * persons for size, persons in by_size.items())
    pairs = links.pairs
    row = pairs.aggregate(
        linked=pairs.linked.sum(),
        differing=(~pairs.linked & (pairs.hard > 0)).sum(),
        soft=(~pairs.linked & (pairs.hard == 0) & (pairs.soft > 0)).sum(),
        proposed=(pairs.linked & pairs.proposed).sum(),
    )
    counted = {name: int(value or 0) for name, value in row.to_pyarrow().to_pylist()[0].items()}
    found = suspects(links.persons, links.profile, settings)
    doubt = found.aggregate(large=found.too_large.sum(), values=found.two_values.sum()).to_pyarrow().to_pylist()[0]
    return IdentityFacts(
        kinds=tuple(kinds),
        accounts=accounts,
        linked=linked,
        people=accounts - linked + sum(by_size.values()),
        sizes={str(size): persons for size, persons in by_size.items()},
        limit=links.limit,
        over_merged=sum(kind.over for kind in kinds),
        pairs_linked=counted["linked"],
        pairs_differing=counted["differing"],
        pairs_soft=counted["soft"],
        too_large=int(doubt["large"] or 0),
        two_values=int(doubt["values"] or 0),
        split=links.split,
        capture=_capture(links, kinds),
        pairs_proposed=counted["proposed"],
    )


def _kinds(identifiers: ir.Table, links: Links, settings: IdentitySettings) -> list[KindFacts]:
    """Coverage of each kind, the most common first."""
    held = identifiers.group_by("kind").aggregate(
        accounts=identifiers.account.nunique(where=identifiers.value.notnull()),
        placeholders=identifiers.value.isnull().sum(),
    )
    values = links.identifiers
    counts = values.group_by("kind").aggregate(
        identifiers=values.count(),
        shared=(values.accounts >= 2).sum(),
        most=values.accounts.max(),
        over=(values.accounts > links.limit).sum(),
    )
    joined = held.left_join(counts, "kind").drop("kind_right").order_by([ibis.desc("accounts"), "kind"])
    roles = dict.fromkeys(settings.hard, "hard") | dict.fromkeys(settings.soft, "soft")
    return [
        KindFacts(
            kind=str(row["kind"]),
            role=roles.get(str(row["kind"]), "unused"),
            **{name: int(row[name] or 0) for name in KindFacts.__dataclass_fields__ if name not in ("kind", "role")},
        )
        for row in joined.to_pyarrow().to_pylist()
    ]


def _capture(links: Links, kinds: list[KindFacts]) -> Capture | None:
    """How many pairs of one person are shown by one kind of identifier only, and by exactly two."""
    used = sum(kind.role != "unused" and kind.identifiers > 0 for kind in kinds)
    if used < 2:
        return None
    linked = links.pairs.filter(links.pairs.linked)
    shown = linked.hard + linked.soft
    row = linked.aggregate(once=(shown == 1).sum(), twice=(shown == 2).sum()).to_pyarrow().to_pylist()[0]
    return Capture(used, int(row["once"] or 0), int(row["twice"] or 0))


def _number(value: ir.Scalar) -> int:
    return int(value.to_pyarrow().as_py() or 0)
