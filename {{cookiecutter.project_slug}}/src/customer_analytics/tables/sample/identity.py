"""Identifiers on accounts: who is truly one person, and shared numbers that must not merge people."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from customer_analytics.tables.sample.people import People
from customer_analytics.tables.sample.world import Ints, World

KINDS = ("phone", "email", "card", "cookie", "openid", "device")
SECOND_ACCOUNT, THIRD_ACCOUNT = 0.05, 0.006  # of accounts: belong to the person of an earlier account
COVERAGE = (0.90, 0.82, 0.45, 1.0, 0.35, 0.55)  # accounts with an identifier, by kind
LINKED_BY = (0.7, 0.5, 0.5, 0.3, 0.4, 0.4)  # accounts of the same person that share it, by kind
FAMILY_SHARE = 0.015  # of accounts: share the phone of a member of another household person
HOTLINE_ACCOUNTS = 45  # accounts that a till registered under the shop's own number
YEAR_SLIPS, GENDER_SLIPS, MOVED = 0.03, 0.01, 0.2  # of further accounts: what they say otherwise than the first one


@dataclass(frozen=True)
class Identities:
    """One entry an identifier of an account. `holder`: account whose identifier it is; `written`: spelling variant."""

    account: Ints
    kind: Ints
    holder: Ints
    written: Ints
    person: Ints  # of each account: the first account of the same person
    families: list[list[int]] = field(default_factory=list)  # accounts of different people with one phone
    hotline: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def make_identities(world: World, people: People) -> Identities:
    """Draw persons, identifiers, families and the till's own number."""
    rng = world.stream("identity")
    count = len(people)
    person = _persons(rng, people)
    parts: list[tuple[Ints, Ints, Ints]] = []
    linked = person != np.arange(count)
    some_link = np.zeros(count, dtype=bool)
    for which, (coverage, share) in enumerate(zip(COVERAGE, LINKED_BY, strict=True)):
        has = rng.random(count) < coverage
        shares = linked & (rng.random(count) < share) & (KINDS[which] != "cookie")
        if KINDS[which] == "card":
            shares |= linked & ~some_link  # nobody stays without a link
        some_link |= shares
        holder = np.where(shares, person, np.arange(count))
        # The first account has to show the identifier too, or nothing links.
        has |= shares
        has[person[shares]] = True
        rows = np.flatnonzero(has)
        parts.append((rows, np.full(len(rows), which), holder[rows]))
    account, kind, holder = (np.concatenate(column) for column in zip(*parts, strict=True))
    families = _share_phones(rng, people, person, account, kind, holder)
    hotline = _hotline(rng, person, families, account, kind)
    rows = np.lexsort((kind, account))
    written = rng.integers(0, 3, len(account))
    return Identities(account[rows], kind[rows], holder[rows], written[rows], person, families, np.sort(hotline))


def as_one_person(world: World, people: People, person: Ints) -> People:
    """The customers, with further accounts described as their person's first one, but for slips and removals."""
    rng = world.stream("second accounts")
    count = len(people)
    further = person != np.arange(count)
    slip = np.where(rng.random(count) < YEAR_SLIPS, rng.integers(1, 11, count), 0)
    birth_year = np.where(further, np.maximum(people.birth_year[person] - slip, 1930), people.birth_year)
    keeps_gender = further & (rng.random(count) >= GENDER_SLIPS)
    stays = further & (rng.random(count) >= MOVED)
    return replace(
        people,
        birth_year=birth_year,
        gender=np.where(keeps_gender, people.gender[person], people.gender),
        region=np.where(stays, people.region[person], people.region),
        city=np.where(stays, people.city[person], people.city),
    )


def _persons(rng: np.random.Generator, people: People) -> Ints:
    """The first account of each account's person: some accounts are drawn as further ones, owners registered before."""
    count = len(people)
    person = np.arange(count)
    later = np.flatnonzero((rng.random(count) < SECOND_ACCOUNT + THIRD_ACCOUNT) & (np.arange(count) > count // 10))
    owners = (rng.random(len(later)) * later).astype(np.int64)
    owners = owners[~np.isin(owners, later)][: len(later)]
    later = later[: len(owners)]
    ahead = owners < later  # an owner registered before
    person[later[ahead]] = owners[ahead]
    return person


def _share_phones(
    rng: np.random.Generator, people: People, person: Ints, account: Ints, kind: Ints, holder: Ints
) -> list[list[int]]:
    """Give some accounts the phone of an unrelated account: families of two to four. Changes `holder` in place."""
    phone_row = np.full(len(people), -1, dtype=np.int64)
    phone_row[account[kind == 0]] = np.flatnonzero(kind == 0)
    shared = np.bincount(person, minlength=len(people))[person] > 1
    candidates = np.flatnonzero((phone_row >= 0) & ~shared)
    candidates = rng.permutation(candidates)[: max(4, int(FAMILY_SHARE * len(people)))]
    sizes = rng.integers(2, 5, len(candidates) // 2)
    ends = np.cumsum(sizes)
    families = [sorted(part.tolist()) for part in np.split(candidates, ends[ends < len(candidates)]) if len(part) > 1]
    for family in families:
        holder[phone_row[family]] = family[0]
    return families


def _hotline(rng: np.random.Generator, person: Ints, families: list[list[int]], account: Ints, kind: Ints) -> Ints:
    """Accounts that show the shop's own number as one more phone: they are chosen here and written later."""
    taken = np.isin(np.arange(len(person)), [member for family in families for member in family])
    single = np.bincount(person, minlength=len(person))[person] == 1
    free = np.flatnonzero(~taken & single)
    return rng.permutation(free)[: min(HOTLINE_ACCOUNTS, len(free) // 10)]


def spelled(kind: Ints, holder: Ints, written: Ints, base: int) -> list[str]:
    """The identifiers as text, with the spellings that a client's systems produce.

    Phones begin with +999, a country code that is not assigned; e-mails end on example.com; all else is made of
    counters. Variant 0 is plain; the others differ in blanks, hyphens, capitals or the international prefix.
    """
    result = []
    for which, number, variant in zip(kind.tolist(), (holder + base).tolist(), written.tolist(), strict=True):
        result.append(_SPELLINGS[which](number, variant))
    return result


def _phone(number: int, variant: int) -> str:
    digits = f"555{number:08d}"
    spaced = f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return (f"+999{digits}", f"00999 {spaced}", f"+999-{digits[:3]}-{digits[3:]}")[variant]


def _email(number: int, variant: int) -> str:
    return (f"user{number}@example.com", f"User{number}@Example.com", f" user{number}@example.com")[variant]


_SPELLINGS = (
    _phone,
    _email,
    lambda number, _: f"card-{number * 7919 % 10**9:09d}",
    lambda number, _: f"ck{2 * (number - 100_001) + 20_000_000}",
    lambda number, _: f"oid_{number * 104_729 % 10**10:010d}",
    lambda number, _: f"dev-{number * 15_485_863 % 10**10:010d}",
)
