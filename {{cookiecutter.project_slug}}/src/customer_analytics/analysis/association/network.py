"""The network of items that go together, as GraphML, which yEd, Gephi, Cytoscape and networkx read."""

from __future__ import annotations

import io
import math
import re
from typing import Any
from xml.etree import ElementTree

import pandas as pd

_XMLNS = "http://graphml.graphdrawing.org/xmlns"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = {"i": "long", "u": "long", "f": "double", "b": "boolean"}
MOST_EDGES = 1_000


def edges_of(told: pd.DataFrame) -> pd.DataFrame:
    """Pairs of single items among the rules, one row a pair, the strongest first: a, b (a < b) and their measures.

    confidence_ab is the share of the baskets with a that hold b.
    """
    single = told[(told["antecedent"].map(len) == 1) & (told["consequent"].map(len) == 1)]
    left = single["antecedent"].map(lambda one: one[0]).astype("int64")
    right = single["consequent"].map(lambda one: one[0]).astype("int64")
    named = single.assign(a=left.where(left < right, right), b=right.where(left < right, left))
    first = named.drop_duplicates(["a", "b"]).head(MOST_EDGES)
    forward = first["antecedent"].map(lambda one: one[0]) == first["a"]
    count_a = first["count_antecedent"].where(forward, first["count_consequent"])
    count_b = first["count_consequent"].where(forward, first["count_antecedent"])
    wanted = ["a", "b", "count", "support", "lift", "lift_low", "lift_high", "q_value"]
    return first[wanted].assign(
        confidence_ab=first["count"] / count_a, confidence_ba=first["count"] / count_b
    ).reset_index(drop=True)  # fmt: skip


def graphml(items: pd.DataFrame, edges: pd.DataFrame, n: int) -> str:
    """Undirected graph: nodes are the items with an edge (label, key, level, category, baskets, penetration).

    `edges`: a, b and attributes, as `edges_of` gives them. Characters that XML does not allow are left out of names.
    """
    ends = set(edges["a"].astype(int)) | set(edges["b"].astype(int))
    nodes = items[items["item"].isin(ends)].sort_values("item")
    shown = nodes[["label", "key", "level", "category", "baskets"]].assign(penetration=nodes["baskets"] / max(n, 1))
    root = ElementTree.Element("graphml", {"xmlns": _XMLNS})
    own_edges = edges.drop(columns=["a", "b"])
    _declare(root, "node", shown)
    _declare(root, "edge", own_edges)
    graph = ElementTree.SubElement(root, "graph", {"id": "items", "edgedefault": "undirected"})
    for item, (_, row) in zip(nodes["item"], shown.astype(object).iterrows(), strict=True):
        _fill(ElementTree.SubElement(graph, "node", {"id": f"n{int(item)}"}), "node", row)
    for number, (_, row) in enumerate(own_edges.astype(object).iterrows()):
        a, b = int(edges["a"].iloc[number]), int(edges["b"].iloc[number])
        ends_of = {"id": f"e{number}", "source": f"n{a}", "target": f"n{b}"}
        _fill(ElementTree.SubElement(graph, "edge", ends_of), "edge", row)
    ElementTree.indent(root)
    written = io.BytesIO()
    ElementTree.ElementTree(root).write(written, encoding="utf-8", xml_declaration=True)
    return written.getvalue().decode("utf-8") + "\n"


def _declare(root: ElementTree.Element, of: str, table: pd.DataFrame) -> None:
    for name in table.columns:
        kind = _KINDS.get(table[name].dtype.kind, "string")
        attributes = {"id": f"{of}_{name}", "for": of, "attr.name": str(name), "attr.type": kind}
        ElementTree.SubElement(root, "key", attributes)


def _fill(element: ElementTree.Element, of: str, row: pd.Series[Any]) -> None:
    """The attributes of a node or an edge; what is unknown is left out."""
    for name, value in row.items():
        if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
            continue
        data = ElementTree.SubElement(element, "data", {"key": f"{of}_{name}"})
        data.text = _NOT_XML.sub("", str(value))
