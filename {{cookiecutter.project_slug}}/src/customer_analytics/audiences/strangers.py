"""Names in a condition that the data do not know: a misspelt campaign selects everyone who is not in it, in silence."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import ibis.expr.types as ir

from customer_analytics.analysis.query import Condition, Name, Text
from customer_analytics.analysis.query.nodes import Among, Behaviour, Comparison, Member
from customer_analytics.engagement.errors import Problem
from customer_analytics.tables.store import Tables

MOST = 1_000  # different values among which a near one is looked for
FEW = 40  # different values of which some are shown although none is near
SHOWN = 5
IDS = ("customer_id", "account_id")
GROUPS = ("campaign", "audience")  # a name of these that nothing bears is a mistake, not an empty answer
PLACES = {
    "category": (("products", "category"), ("order_lines", "category")),
    "product": (
        ("products", "product_id"), ("products", "name"), ("order_lines", "product_id"), ("order_lines", "product_name")
    ),
    "campaign": (("touches", "campaign_id"), ("campaigns", "campaign_id"), ("campaigns", "name")),
    "event": (("events", "event"),),
}  # fmt: skip
Attribute = Callable[[str], ir.Column]


@dataclass(frozen=True)
class Stranger:
    """A name that nothing in the data bears. `values`: what the data have, those that are most alike first.

    `kind`: category, product, campaign, event, audience, or the name of a fact or tag.
    """

    kind: str
    name: str
    values: tuple[str, ...] = ()

    @property
    def is_mistake(self) -> bool:
        """Whether no list should be made of it: an audience or campaign that there is not."""
        return self.kind in GROUPS

    @property
    def problem(self) -> Problem:
        """The stranger as something to mend."""
        return Problem("the condition", f"there is no {self.kind} '{self.name}'.", self._known)

    def __str__(self) -> str:
        if self.kind in PLACES:
            return f"The data know no {self.kind} '{self.name}'. {self._known}".strip()
        return f"No customer has {self.kind} = '{self.name}'. {self._known}".strip()

    @property
    def _known(self) -> str:
        values = ", ".join(f"'{value}'" for value in self.values)
        case = any(value.casefold() == self.name.casefold() for value in self.values)
        return f"The data have {values}{' (case counts)' if case else ''}." if values else ""


def strangers(
    condition: Condition, tables: Tables, ledger: ir.Table | None, attribute: Attribute, minimum_group: int
) -> tuple[Stranger, ...]:
    """The names of categories, products, campaigns, events, audiences and values of facts and tags that nothing bears.

    Args:
        condition: the condition, already found to be sound.
        tables: the tables.
        ledger: earlier assignments.
        attribute: the values of a fact or tag, one for each customer.
        minimum_group: a value that fewer customers have is never shown: it may say who somebody is.
    """
    found = []
    for kind, name in dict.fromkeys(_named(condition)):
        if kind == "audience" and ledger is None:
            found.append(Stranger(kind, name))
            continue
        is_group = kind in PLACES or kind == "audience"
        columns = _columns(kind, tables, ledger) if is_group else [attribute(kind.removeprefix("="))]
        if columns and not any(_is_there(column, name) for column in columns):
            plain = kind.removeprefix("=")
            values = () if plain in IDS else _near(columns, name, 1 if is_group else minimum_group)
            found.append(Stranger(plain, name, values))
    return tuple(found)


def _named(condition: Condition) -> Iterator[tuple[str, str]]:
    """(kind, name) of everything that the condition names in quotes; kind is "=fact" for the value of a fact or tag."""
    for node in condition.walk():
        if isinstance(node, Behaviour) and node.what is not None and node.name is not None:
            yield node.what, node.name
        elif isinstance(node, Member) and node.name is not None:
            yield ("campaign" if node.kind == "campaign" else "audience"), node.name
        elif isinstance(node, Comparison) and isinstance(node.left, Name) and isinstance(node.right, Text):
            if node.sign in ("=", "!="):
                yield f"={node.left.name}", node.right.value
        elif isinstance(node, Among) and isinstance(node.value, Name):
            yield from ((f"={node.value.name}", one.value) for one in node.options if isinstance(one, Text))


def _columns(kind: str, tables: Tables, ledger: ir.Table | None) -> list[ir.Column]:
    """Where a name of this kind would stand; empty where nothing could tell."""
    if kind == "audience":
        return [] if ledger is None else [ledger.audience]
    columns = [tables[table][column] for table, column in PLACES[kind] if tables.has(table, column)]
    return [*columns, ledger.campaign_id] if kind == "campaign" and ledger is not None else columns


def _is_there(column: ir.Column, name: str) -> bool:
    return bool((column.cast("string") == name).any().fill_null(False).to_pyarrow().as_py())


def _near(columns: list[ir.Column], name: str, minimum_group: int) -> tuple[str, ...]:
    """Values that are alike; where there are only few, the commonest of them too."""
    counts: dict[str, int] = {}
    for column in columns:
        counted = column.cast("string").name("value").as_table().group_by("value").aggregate(n=lambda t: t.count())
        common = counted.filter(counted.value.notnull(), counted.n >= minimum_group).limit(MOST + 1)
        found = common.to_pyarrow().to_pylist()
        if len(found) <= MOST:
            counts |= {row["value"]: row["n"] for row in found}
    lowered: dict[str, str] = {}
    for value in sorted(counts):
        lowered.setdefault(value.casefold(), value)
    alike = [lowered[one] for one in difflib.get_close_matches(name.casefold(), lowered, n=SHOWN, cutoff=0.6)]
    others = sorted(counts, key=lambda value: (-counts[value], value)) if len(counts) <= FEW else []
    return tuple(dict.fromkeys([*alike, *others]))[:SHOWN]
