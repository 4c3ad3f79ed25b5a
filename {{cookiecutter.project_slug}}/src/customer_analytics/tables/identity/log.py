"""What resolving accounts into persons found and did; it goes into the load log and to the data audit.

No value of an identifier is in here: kinds and counts only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MERGED = "another account of the same person"  # the reason that the load log gives for rows of customers merged


@dataclass(frozen=True)
class KindFacts:
    """One kind of identifier. `role`: hard, soft or unused.

    `accounts`: accounts that have one; `identifiers`: different ones; `shared`: on two accounts or more; `most`:
    accounts on the busiest one; `over`: on too many accounts, not used; `placeholders`: accounts whose entry is none.
    """

    kind: str
    role: str
    accounts: int
    identifiers: int
    shared: int
    most: int
    over: int
    placeholders: int


@dataclass(frozen=True)
class Capture:
    """Of the pairs of accounts of one person: those that one of `kinds` kinds of identifiers shows, and exactly two."""

    kinds: int
    once: int
    twice: int


@dataclass(frozen=True)
class IdentityFacts:
    """Accounts and the persons behind them.

    `accounts`: accounts with an identifier; `linked`: those that share their person with another one; `people`:
    persons behind `accounts`; `sizes`: accounts a person -> persons, from two on; `limit`: accounts that an identifier
    may be on; `over_merged`: identifiers on more. Pairs of accounts that share an identifier: `pairs_linked` are one
    person; `pairs_differing` share a hard kind, and their profiles differ; `pairs_soft` share soft kinds only, without
    what these need. `too_large`, `two_values`: persons suspected to be several; `split`: taken apart for it;
    `proposed`: pairs that probabilistic linking proposes, `pairs_proposed`: of these, merged.
    """

    kinds: tuple[KindFacts, ...]
    accounts: int
    linked: int
    people: int
    sizes: Mapping[str, int]
    limit: int
    over_merged: int
    pairs_linked: int
    pairs_differing: int
    pairs_soft: int
    too_large: int
    two_values: int
    split: int
    capture: Capture | None = None
    proposed: int = 0
    pairs_proposed: int = 0

    @property
    def doubled(self) -> int:
        """Accounts beyond the first of each person."""
        return self.accounts - self.people

    @property
    def largest(self) -> int:
        """Accounts of the person who has most."""
        return max((int(size) for size in self.sizes), default=1 if self.accounts else 0)


@dataclass(frozen=True)
class IdentityLog:
    """What a load did about persons.

    `all_accounts`: accounts in customers or identities; `customers`: persons behind them. `rows_merged`: rows of
    customers that became part of another; `rows_renumbered`: rows by table that got another account's number;
    `events_recognised`: events of unknown visitors with the cookie of a customer. Against the load before: `joined`
    customers became part of another one, `parted` ones are several now, `renumbered` accounts have another customer.
    """

    facts: IdentityFacts
    all_accounts: int
    customers: int
    rows_merged: int = 0
    rows_renumbered: Mapping[str, int] = field(default_factory=dict)
    events_recognised: int = 0
    joined: int = 0
    parted: int = 0
    renumbered: int = 0


def identity_log(plain: dict[str, Any] | None) -> IdentityLog | None:
    """The log as it was written, from plain JSON values."""
    if plain is None:
        return None
    facts = dict(plain["facts"])
    facts["kinds"] = tuple(KindFacts(**kind) for kind in facts["kinds"])
    facts["capture"] = Capture(**facts["capture"]) if facts.get("capture") else None
    return IdentityLog(**{**plain, "facts": IdentityFacts(**facts)})
