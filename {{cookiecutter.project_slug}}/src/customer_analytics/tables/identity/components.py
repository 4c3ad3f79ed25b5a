"""Connected components in the engine, by randomised contraction.

In each round every node takes the smallest hash in its closed neighbourhood, and nodes that took the same hash become
one. A round leaves well under two thirds of the nodes, whatever the graph looks like, so the rounds grow with the
logarithm of its size (a chain of 100,000 takes 17) and the work with its size. After Bögeholz, Brand and Todor,
"In-database connected component analysis", ICDE 2020. Here the hashes are fixed, and a component is named after its
smallest member: the result depends neither on the order of the links nor on the hashes.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

PRIME = 2_147_483_647  # 2**31 - 1: products of two numbers below it fit into 64 bits
_GOLDEN, _SILVER = 1_327_217_884, 889_516_852  # PRIME times 0.618… and 0.414…: no two rounds sift alike


@dataclass(frozen=True)
class _Hash:
    """x -> (factor * x + shift) mod PRIME: one to one on 0 … PRIME - 1, so that no two names ever meet."""

    factor: int
    shift: int

    def of(self, number: ir.IntegerValue) -> ir.IntegerValue:
        hashed: ir.IntegerValue = (number * self.factor + self.shift) % PRIME
        return hashed

    def then(self, later: _Hash) -> _Hash:
        """This one first, then a later one."""
        return _Hash(self.factor * later.factor % PRIME, (self.shift * later.factor + later.shift) % PRIME)


def components(links: ir.Table) -> ir.Table:
    """The component of every node that has a link.

    Args:
        links: integer columns `left` and `right`, nodes from 0 to 2**31 - 2; a pair may stand several times, either
            way round, or lead from a node to itself.

    Returns:
        Columns `node` and `component`: the smallest node of its component. The table is cached in the engine and
        lives as long as somebody holds it.
    """
    left, right = links.left.cast("int64"), links.right.cast("int64")
    forward = links.select(left=left, right=right)
    edges = forward.union(links.select(left=right, right=left), distinct=True).cache()
    rounds: list[tuple[ir.Table, _Hash]] = []
    with ExitStack() as held:
        held.callback(edges.release)
        while True:
            hash_of = _Hash((_GOLDEN * pow(_SILVER, len(rounds), PRIME)) % PRIME, (_SILVER * (len(rounds) + 1)) % PRIME)
            nearest = edges.group_by("left").aggregate(near=hash_of.of(edges.right).min())
            taken = nearest.select(node=nearest.left, name=ibis.least(hash_of.of(nearest.left), nearest.near)).cache()
            held.callback(taken.release)
            rounds.append((taken, hash_of))
            edges = _contracted(edges, taken).cache()
            held.callback(edges.release)
            if not int(edges.count().to_pyarrow().as_py()):
                break
        return _named_after_smallest(_composed(rounds, held)).cache()


def _contracted(edges: ir.Table, taken: ir.Table) -> ir.Table:
    """The links between the nodes that are left."""
    ours, theirs = taken.view(), taken.view()
    renamed = (
        edges.join(ours, edges.left == ours.node)
        .join(theirs, edges.right == theirs.node)
        .select(left=ours.name, right=theirs.name)
    )
    return renamed.filter(renamed.left != renamed.right).distinct()


def _composed(rounds: list[tuple[ir.Table, _Hash]], held: ExitStack) -> ir.Table:
    """node -> name after all rounds, put together from the last one, which is the smallest.

    A node whose component was finished early is in no later round: its name moves on by the hashes alone, and stays
    different from all others.
    """
    composed, later = rounds[-1]
    for taken, hash_of in reversed(rounds[:-1]):
        onward = composed.view()
        name = ibis.coalesce(onward.name, later.of(taken.name))
        composed = taken.left_join(onward, taken.name == onward.node).select(node=taken.node, name=name).cache()
        held.callback(composed.release)
        later = hash_of.then(later)
    return composed


def _named_after_smallest(composed: ir.Table) -> ir.Table:
    smallest = composed.group_by("name").aggregate(component=composed.node.min())
    return composed.join(smallest, "name").select("node", "component")
