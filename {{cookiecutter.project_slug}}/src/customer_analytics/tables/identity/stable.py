"""Customer numbers that stay: a person keeps the number of the load before when accounts come, go or move.

A person's number is always the number of one of the person's accounts, so no two persons can ever have the same one,
and any number that was once given out still leads, as an account, to the person of today:

* A number stays with the person that its own account belongs to; when that account is in the data no more, with the
  person that has most of its accounts.
* Where several numbers meet in one person, the one with more accounts stays, then the one that registered earlier,
  then the smaller one.
* A person without a number from before takes that of the account that registered first, then the smallest.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir


@dataclass(frozen=True)
class StableNumbers:
    """`map`: account_id, customer_id, earlier_customer_id (null: not in the load before), present (in the data now).

    `joined`: customers of the load before that were found to be one with another; `parted`: those whose accounts are
    now several persons'. The map is cached in the engine.
    """

    map: ir.Table
    joined: int
    parted: int


def stable_numbers(accounts: ir.Table, persons: ir.Table, previous: ir.Table | None) -> StableNumbers:
    """The number of every account's person.

    Args:
        accounts: account (each once) and registered (a time, may be null).
        persons: account and person (any text that is the same for the accounts of one person), for persons with
            several accounts; the others are persons of their own.
        previous: account_id and customer_id of the load before; None when there is none.
    """
    if previous is None:
        chosen = _first(persons, accounts)
        numbered = accounts.left_join(chosen, "account")
        mapped = numbered.select(
            account_id=numbered.account,
            customer_id=ibis.coalesce(numbered.customer_id, numbered.account),
            earlier_customer_id=ibis.null("string"),
            present=ibis.literal(True),
        )
        return StableNumbers(mapped.cache(), 0, 0)
    touched = _touched(accounts, persons, previous)
    claims = _claims(touched, previous)
    kept = _kept(claims, previous, accounts)
    new = _first(touched.anti_join(kept, "person").select("account", "person"), accounts)
    by_person = touched.join(kept, "person").select("account", "customer_id")
    chosen = by_person.union(new).cache()
    mapped = _mapped(accounts, chosen, previous, claims.join(kept, "person")).cache()
    parted = _parted(touched)
    joined = claims.anti_join(kept, claims.number == kept.customer_id)
    return StableNumbers(mapped, _rows(joined), parted)


def _touched(accounts: ir.Table, persons: ir.Table, previous: ir.Table) -> ir.Table:
    """account, person, number (of the load before): accounts that share a person with another, now or before."""
    earlier = previous.select(account=previous.account_id, number=previous.customer_id)
    sizes = earlier.group_by("number").aggregate(size=earlier.count())
    grouped = earlier.semi_join(sizes.filter(sizes["size"] > 1), "number")
    once = persons.select("account").union(grouped.select("account"), distinct=True).semi_join(accounts, "account")
    named = once.left_join(persons, "account").select("account", person=ibis.coalesce(persons.person, once.account))
    return named.left_join(earlier, "account").select("account", "person", "number").cache()


def _claims(touched: ir.Table, previous: ir.Table) -> ir.Table:
    """number and the one person that may keep it; a number without any account left in the data has none."""
    known = touched.filter(touched.number.notnull())
    counted = known.group_by(["number", "person"]).aggregate(
        accounts=known.count(), own=(known.account == known.number).max()
    )
    own = touched.select(number=touched.account, owner=touched.person)
    placed = counted.left_join(own, "number").select("number", "person", "accounts", "own", owner=own.owner)
    # The number's own account may have gone to a person that has no other account of it.
    elsewhere = placed.filter(placed.owner.notnull()).select("number", person=placed.owner).distinct()
    gone = placed.filter(placed.owner.isnull())
    order = ibis.row_number().over(group_by=gone.number, order_by=[gone.accounts.desc(), gone.person])
    most = gone.mutate(place=order)
    return elsewhere.union(most.filter(most.place == 0).select("number", "person")).cache()


def _kept(claims: ir.Table, previous: ir.Table, accounts: ir.Table) -> ir.Table:
    """person and customer_id: the number that stays, of those that meet in a person."""
    sizes = previous.group_by("customer_id").aggregate(size=previous.count())
    known = claims.join(sizes, claims.number == sizes.customer_id).select("number", "person", "size")
    dated = known.left_join(accounts, known.number == accounts.account).select(
        "number", "person", "size", registered=accounts.registered
    )
    order = ibis.row_number().over(
        group_by=dated.person,
        order_by=[dated["size"].desc(), dated.registered.isnull(), dated.registered, dated.number],
    )
    placed = dated.mutate(place=order)
    return placed.filter(placed.place == 0).select("person", customer_id=placed.number).cache()


def _first(persons: ir.Table, accounts: ir.Table) -> ir.Table:
    """account and customer_id: the account of each person that registered first."""
    dated = persons.join(accounts, "account").select("account", "person", "registered")
    order = [dated.registered.isnull(), dated.registered, dated.account]
    first = dated.mutate(place=ibis.row_number().over(group_by=dated.person, order_by=order))
    named = first.filter(first.place == 0).select("person", customer_id=first.account)
    again = persons.view()
    return again.join(named, again.person == named.person).select(again.account, named.customer_id)


def _mapped(accounts: ir.Table, chosen: ir.Table, previous: ir.Table, successors: ir.Table) -> ir.Table:
    """The map of accounts in the data, and of those that no longer are, which follow their customer's number."""
    earlier = previous.select(account_id=previous.account_id, earlier=previous.customer_id)
    numbered = accounts.left_join(chosen, "account").select("account", "customer_id")
    numbered = numbered.left_join(earlier, numbered.account == earlier.account_id)
    here = numbered.select(
        account_id=numbered.account,
        customer_id=ibis.coalesce(numbered.customer_id, numbered.account),
        earlier_customer_id=numbered.earlier,
        present=ibis.literal(True),
    )
    gone = earlier.anti_join(accounts, earlier.account_id == accounts.account).cache()
    onward = successors.select(earlier="number", now="customer_id").cache()
    followed = gone.left_join(onward, "earlier").select("account_id", "earlier", "now")
    there = followed.select(
        account_id=followed.account_id,
        customer_id=ibis.coalesce(followed.now, followed.earlier),
        earlier_customer_id=followed.earlier,
        present=ibis.literal(False),
    )
    return here.union(there)


def _parted(touched: ir.Table) -> int:
    """Customers of the load before whose accounts in the data are now several persons'."""
    known = touched.filter(touched.number.notnull())
    spread = known.group_by("number").aggregate(persons=known.person.nunique())
    return _rows(spread.filter(spread.persons > 1))


def _rows(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())
