"""Accounts become persons, after the tables are made and before they are swapped in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.identity import IdentitySettings
from customer_analytics.tables.identity.counts import count_identities
from customer_analytics.tables.identity.linkage import propose
from customer_analytics.tables.identity.links import Links, find_links
from customer_analytics.tables.identity.log import MERGED, IdentityLog
from customer_analytics.tables.identity.merge import merge_customers, renumber
from customer_analytics.tables.identity.normal import normalised
from customer_analytics.tables.identity.stable import StableNumbers, stable_numbers
from customer_analytics.tables.load_log import TableLog

MAP = "identity_map.parquet"
PROPOSED = "identity_proposed.parquet"  # pairs of accounts that probabilistic linking proposes, for review
COOKIES = ("cookie", "device")  # kinds that visitor_id may hold


def resolve(
    backend: Backend,
    new: Path,
    previous: Path,
    settings: IdentitySettings,
    logs: Mapping[str, TableLog],
) -> tuple[dict[str, TableLog], IdentityLog | None]:
    """Resolve the accounts of the tables in `new`; what it did, and the logs with merged rows counted.

    The map from accounts to persons is written beside the tables, so that it takes its place with them. Where the
    engagement does not ask for it, or there are no identifiers, nothing changes; the map of an earlier load is kept.
    """
    if not settings.resolve or not (new / "identities.parquet").exists():
        if (previous / MAP).is_file():
            (new / MAP).write_bytes((previous / MAP).read_bytes())
        return dict(logs), None
    identities = backend.read_parquet(str(new / "identities.parquet"))
    identifiers = normalised(identities.select("kind", "value", account=identities.customer_id), settings)
    customers = _customers(backend, new)
    links = find_links(identifiers, customers, settings)
    proposed = None
    if settings.linkage.compare:
        proposed, links = _link(backend, new, identifiers, customers, links, settings)
    named = links.persons.join(links.nodes, "node")
    persons = named.select("account", person=named.person.cast("string")).cache()
    numbers = stable_numbers(_accounts(identifiers, customers), persons, _previous(backend, previous))
    backend.to_parquet(numbers.map.order_by("account_id"), new / MAP)
    moved = numbers.map.filter(numbers.map.account_id != numbers.map.customer_id)
    moved = moved.select("account_id", "customer_id").cache()
    rows = merge_customers(backend, new, moved)
    changed, recognised = renumber(backend, new, moved, _known_visitors(identifiers, numbers))
    facts = count_identities(identifiers, links, settings)
    facts = replace(facts, proposed=proposed or 0)
    here = numbers.map.filter(numbers.map.present)
    row = here.aggregate(
        all_accounts=here.count(),
        customers=here.customer_id.nunique(),
        renumbered=(here.earlier_customer_id != here.customer_id).sum(),
    )
    counts = {name: int(value or 0) for name, value in row.to_pyarrow().to_pylist()[0].items()}
    log = IdentityLog(
        facts,
        **counts,
        rows_merged=rows,
        rows_renumbered=changed,
        events_recognised=recognised,
        joined=numbers.joined,
        parted=numbers.parted,
    )
    return _with_merged(logs, rows), log


def _link(
    backend: Backend,
    new: Path,
    identifiers: ir.Table,
    customers: ir.Table | None,
    links: Links,
    settings: IdentitySettings,
) -> tuple[int, Links]:
    """Pairs that probabilistic linking proposes beside the identifiers, written down; the links with those to merge."""
    linked = int(links.pairs.linked.sum().to_pyarrow().as_py() or 0)
    found = propose(backend, identifiers, customers, settings.linkage, linked).pairs
    known = links.persons.join(links.nodes, "node").select("account", "person").cache()
    one, two = known.view(), known.view()
    placed = found.left_join(one, found.account_left == one.account).left_join(two, found.account_right == two.account)
    named = placed.select(*(found[name] for name in found.columns), one=one.person, two=two.person)
    fresh = named.filter(~(named.one == named.two).fill_null(False)).drop("one", "two")
    fresh = fresh.order_by([ibis.desc("probability"), "account_left", "account_right"]).cache()
    backend.to_parquet(fresh, new / PROPOSED)
    count = int(fresh.count().to_pyarrow().as_py())
    least = settings.linkage.merge_from
    if least is None or not count:
        return count, links
    merged = fresh.filter(fresh.probability >= least).select("account_left", "account_right").cache()
    return count, find_links(identifiers, customers, settings, merged)


def _customers(backend: Backend, folder: Path) -> ir.Table | None:
    path = folder / "customers.parquet"
    if not path.exists():
        return None
    return backend.read_parquet(str(path)).rename(account="customer_id")


def _accounts(identifiers: ir.Table, customers: ir.Table | None) -> ir.Table:
    """Every account once, with its registration."""
    named = identifiers.select(account=identifiers.account, registered=ibis.null("timestamp"))
    if customers is not None:
        registered = customers.signed_up_at if "signed_up_at" in customers.columns else ibis.null("timestamp")
        named = named.union(customers.select(account=customers.account, registered=registered.cast("timestamp")))
    return named.group_by("account").aggregate(registered=named.registered.min()).cache()


def read_map(backend: ibis.BaseBackend, path: Path) -> ir.Table:
    """account_id (each once) and customer_id of a map, without doubles and blanks: only an editor can have made them,
    and they would double or lose rows.

    Raises:
        UserError: it is damaged. To go on without it would give customers other numbers than before.
    """
    try:
        names = set(pq.read_schema(path).names)
    except (OSError, pa.ArrowException):
        names = set()
    if not {"account_id", "customer_id"} <= names:
        mend = "Put it back from a backup, or delete it: then customers with several accounts may get another number."
        raise UserError([Problem(f"{path.parent.name}/{MAP}", "the map from accounts to customers is damaged.", mend)])
    known = backend.read_parquet(str(path)).select("account_id", "customer_id")
    known = known.filter(known.account_id.notnull() & known.customer_id.notnull())
    single: ir.Table = known.group_by("account_id").aggregate(customer_id=known.customer_id.min())
    return single


def _previous(backend: Backend, previous: Path) -> ir.Table | None:
    path = previous / MAP
    return read_map(backend, path).cache() if path.is_file() else None


def _known_visitors(identifiers: ir.Table, numbers: StableNumbers) -> ir.Table | None:
    """visitor and customer: cookies and devices that one person only was seen on."""
    held = identifiers.filter(identifiers.kind.isin(COOKIES) & identifiers.value.notnull())
    named = held.join(numbers.map, held.account == numbers.map.account_id)
    seen = named.select(visitor=named.value, customer=named.customer_id)
    by_value = seen.group_by("visitor").aggregate(customer=seen.customer.min(), people=seen.customer.nunique())
    return by_value.filter(by_value.people == 1).select("visitor", "customer").cache()


def _with_merged(logs: Mapping[str, TableLog], rows: int) -> dict[str, TableLog]:
    """The logs, with the rows of customers that became part of another one as a reason of their own."""
    changed = dict(logs)
    if rows:
        log = changed["customers"]
        aside = {**log.rows_set_aside, MERGED: rows}
        changed["customers"] = replace(log, rows_kept=log.rows_kept - rows, rows_set_aside=aside)
    return changed
