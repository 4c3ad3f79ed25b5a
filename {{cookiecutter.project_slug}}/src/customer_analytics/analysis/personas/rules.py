"""A persona as a rule that a marketer can rebuild: a shallow tree on raw tags, printed in the audience grammar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas.result import OTHER, UNKNOWN, Feature, Rule
from customer_analytics.statistics import wilson

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
LEAVES = 3  # alternatives joined by `or`, at most
# Trees tried: conditions joined by `and` at most, and weights of the classes. A later one must be better by LEAST_GAIN.
TREES = ((2, "balanced"), (2, None), (3, "balanced"), (3, None), (4, None))
LEAST_LEAF, LEAST_LEAF_SHARE = 20, 0.01
HELD_OUT = 1 / 3
MOST_ROWS = 8_000  # customers that a tree is grown on
LEAST_GAIN = 0.02  # of the harmonic mean of precision and recall that a further alternative must bring
DIGITS = 3


Operator = Literal["<", ">=", "=", "!=", "", "not"]


@dataclass(frozen=True)
class Atom:
    """One comparison of a tag. Like the grammar's, it is false where the tag is missing."""

    tag: str
    operator: Operator
    value: float | str

    def __str__(self) -> str:
        if self.operator in ("", "not"):
            return f"not {self.tag}" if self.operator else self.tag
        if isinstance(self.value, str):
            quoted = self.value.replace("'", "''")
            return f"{self.tag} {self.operator} '{quoted}'"
        return f"{self.tag} {self.operator} {plain(self.value)}"

    def holds(self, values: pd.DataFrame) -> Flags:
        """For whom it is true."""
        tag = values[self.tag]
        known = tag.notna().to_numpy()
        if isinstance(self.value, str):
            same = (tag.astype("string") == self.value).fillna(False).to_numpy(dtype=bool)
            return same if self.operator == "=" else known & ~same
        if self.operator in ("", "not"):
            true = tag.astype("boolean").fillna(False).to_numpy(dtype=bool)
            return ~true if self.operator else true  # `not x` is everyone whom x does not return
        numbers = tag.to_numpy(float, na_value=math.nan)
        with np.errstate(invalid="ignore"):
            held: Flags = numbers >= self.value if self.operator == ">=" else numbers < self.value
        return held


Path = tuple[Atom, ...]  # joined by and


def plain(number: float) -> str:
    """A number with DIGITS significant digits and no exponent, as the grammar reads it."""
    if number == 0:
        return "0"
    places = max(DIGITS - 1 - math.floor(math.log10(abs(number))), 0)
    text = f"{number:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of(paths: Sequence[Path], known: str) -> str:
    """The audience: known well enough (`known`, a condition), and one of the paths."""
    parts = [" and ".join(map(str, path)) for path in paths]
    if not parts:
        return ""
    either = f"({' or '.join(f'({part})' for part in parts)})" if len(parts) > 1 else parts[0]
    return f"{known} and {either}"


def selected(paths: Sequence[Path], values: pd.DataFrame) -> Flags:
    """Who meets one of the paths."""
    chosen = np.zeros(len(values), dtype=bool)
    for path in paths:
        chosen |= np.logical_and.reduce([atom.holds(values) for atom in path]) if path else True
    return chosen


def rules(
    values: pd.DataFrame, labels: npt.NDArray[np.int64], k: int, features: Sequence[Feature], known: str, seed: int
) -> tuple[Rule, ...]:
    """One rule for each persona 0..k-1, grown on two thirds of the customers and judged on the others.

    Args:
        values: tags of the described customers.
        labels: their personas.
        k: number of personas.
        features: tags that rules may use.
        known: the condition under which a customer is described; part of every rule.
        seed: of the division.
    """
    generator = np.random.default_rng([seed, 5])
    order = generator.permutation(len(values))
    cut = round(len(values) * HELD_OUT)
    held, grown = np.sort(order[:cut]), np.sort(order[cut:][:MOST_ROWS])
    columns = _columns(values, features)
    made = []
    for persona in range(k):
        own = labels == persona
        paths = _paths(columns, own, grown, values)
        chosen = selected(paths, values)
        made.append(_judged(text_of(paths, known), chosen, own, held))
    return tuple(made)


def _judged(text: str, chosen: Flags, own: Flags, held: npt.NDArray[np.int64]) -> Rule:
    if not text:
        return Rule("", 0, 0, len(held), math.nan, UNKNOWN, math.nan, UNKNOWN)
    picked, members, right = int(chosen[held].sum()), int(own[held].sum()), int((chosen & own)[held].sum())
    return Rule(
        text=text,
        matched=int(chosen.sum()),
        right=int((chosen & own).sum()),
        held_out=len(held),
        precision=right / picked if picked else math.nan,
        precision_interval=wilson(right, picked),
        recall=right / members if members else math.nan,
        recall_interval=wilson(right, members),
    )


@dataclass(frozen=True)
class _Column:
    """A column that a tree may split: a number, a flag (0, 1) or one category (0, 1)."""

    tag: str
    kind: Literal["number", "flag", "text"]
    value: str
    numbers: Floats  # the missing at the median


def _columns(values: pd.DataFrame, features: Sequence[Feature]) -> list[_Column]:
    columns = []
    for feature in features:
        tag = values[feature.name]
        if feature.kind == "text":
            texts = tag.astype("string")
            for value in feature.values:
                if value != OTHER:
                    here = (texts == value).fillna(False).to_numpy(bool).astype(np.float64)
                    columns.append(_Column(feature.name, "text", value, here))
            continue
        if feature.kind == "flag":
            true = tag.astype("boolean").fillna(False).to_numpy(bool).astype(np.float64)
            columns.append(_Column(feature.name, "flag", "", true))
            continue
        numbers = tag.to_numpy(float, na_value=math.nan)
        columns.append(_Column(feature.name, "number", "", np.where(np.isnan(numbers), np.nanmedian(numbers), numbers)))
    return columns


def _paths(
    columns: Sequence[_Column], own: Flags, grown: npt.NDArray[np.int64], values: pd.DataFrame
) -> tuple[Path, ...]:
    """The leaves of a tree that together give the best harmonic mean of precision and recall, best first."""
    if not columns or not own[grown].any() or own[grown].all():
        return ()
    from sklearn.tree import DecisionTreeClassifier

    matrix = np.column_stack([column.numbers[grown] for column in columns])
    leaf = min(max(LEAST_LEAF, math.ceil(LEAST_LEAF_SHARE * len(grown))), max(len(grown) // 4, 1))
    there, truth = values.iloc[grown], own[grown]
    best: tuple[Path, ...] = ()
    score = 0.0
    for depth, weight in TREES:
        tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, class_weight=weight, random_state=0)
        leaves = [path for path in _leaves(tree.fit(matrix, truth).tree_, columns) if path]
        paths, reached = _chosen(leaves, there, truth)
        if reached > score + (LEAST_GAIN if best else 0.0):
            best, score = paths, reached
    return best


def _chosen(leaves: Sequence[Path], values: pd.DataFrame, truth: Flags) -> tuple[tuple[Path, ...], float]:
    """Leaves taken by precision as long as the harmonic mean rises by LEAST_GAIN; and the harmonic mean."""
    marks = [selected([path], values) for path in leaves]
    order = sorted(range(len(leaves)), key=lambda i: -(marks[i] & truth).sum() / max(marks[i].sum(), 1))
    chosen: tuple[Path, ...] = ()
    best, covered = 0.0, np.zeros(len(truth), dtype=bool)
    for i in order:
        together = merged((*chosen, leaves[i]))
        score = harmonic(covered | marks[i], truth)
        if len(together) <= LEAVES and score > best + (LEAST_GAIN if chosen else 0.0):
            chosen, best, covered = together, score, covered | marks[i]
    return chosen, best


def merged(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The same customers in fewer words: of (A and x < 5) or B, where A and x >= 5 implies B, x < 5 can go.

    A customer without a value of x is on neither side, and the shorter rule may select a few of them more: `_judged`
    looks at the rule as it is printed.
    """
    found = list(paths)
    for i, path in enumerate(found):
        for atom in path:
            rest = tuple(other for other in found[i] if other != atom)
            beyond = (*rest, _other_side(atom))
            if rest and any(_implies(beyond, other) for j, other in enumerate(found) if j != i):
                found[i] = rest
    kept: list[Path] = []
    for i, path in enumerate(found):
        later = found[i + 1 :]
        if not any(_implies(path, other) for other in kept) and not any(_implies(path, other) for other in later):
            kept.append(path)
    return tuple(kept)


def _other_side(atom: Atom) -> Atom:
    sides: dict[str, Operator] = {"<": ">=", ">=": "<", "=": "!=", "!=": "=", "": "not", "not": ""}
    value = 1.0 - float(atom.value) if atom.operator in ("", "not") else atom.value
    return Atom(atom.tag, sides[atom.operator], value)


def _implies(path: Path, other: Path) -> bool:
    """Whether everyone on the path is also on the other."""
    return all(any(_narrower(one, atom) for one in path) for atom in other)


def _narrower(one: Atom, atom: Atom) -> bool:
    if one.tag != atom.tag or one.operator != atom.operator:
        return False
    if one.operator in ("<", ">="):
        return float(one.value) <= float(atom.value) if one.operator == "<" else float(one.value) >= float(atom.value)
    return one.value == atom.value


def harmonic(chosen: Flags, truth: Flags) -> float:
    """Harmonic mean of precision and recall."""
    both = chosen.sum() + truth.sum()
    return float(2 * (chosen & truth).sum() / both) if both else 0.0


def _leaves(tree: object, columns: Sequence[_Column]) -> list[Path]:
    """Every leaf as its conditions, of which on one tag only the tightest stay."""
    left, right = tree.children_left, tree.children_right  # type: ignore[attr-defined]
    feature, threshold = tree.feature, tree.threshold  # type: ignore[attr-defined]
    found: list[Path] = []

    def walk(node: int, path: list[Atom]) -> None:
        if left[node] == -1:
            found.append(_tightest(path))
            return
        column = columns[feature[node]]
        below, above = _atoms(column, float(threshold[node]))
        walk(int(left[node]), [*path, below])
        walk(int(right[node]), [*path, above])

    walk(0, [])
    return found


def _atoms(column: _Column, threshold: float) -> tuple[Atom, Atom]:
    """The two sides of a split; borders are rounded to what will be printed."""
    if column.kind == "text":
        return Atom(column.tag, "!=", column.value), Atom(column.tag, "=", column.value)
    if column.kind == "flag":
        return Atom(column.tag, "not", 0.0), Atom(column.tag, "", 1.0)
    border = float(plain(threshold))
    return Atom(column.tag, "<", border), Atom(column.tag, ">=", border)


def _tightest(path: Sequence[Atom]) -> Path:
    kept: dict[tuple[str, str, str], Atom] = {}
    for atom in path:
        text = atom.value if isinstance(atom.value, str) else ""
        key = (atom.tag, atom.operator, text)
        if key not in kept:
            kept[key] = atom
        elif not isinstance(atom.value, str):
            old = float(kept[key].value)
            tight = min(old, atom.value) if atom.operator == "<" else max(old, atom.value)
            kept[key] = Atom(atom.tag, atom.operator, tight)
    return tuple(kept.values())
