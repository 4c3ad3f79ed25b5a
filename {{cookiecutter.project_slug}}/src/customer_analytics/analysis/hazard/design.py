"""From the columns that a client has to the matrix of a hazard model: numbers as they are, categories against a named
reference, and everything that a fit would break on set aside by name with its reason.

A constant column, one that follows from the others, one that is filled in only after an end, one in which nobody ends:
Newton's method does not fail on them with their name, it says "delta contains nan". So they are looked for first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.scoring.columns import set_aside

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

OTHERS, UNKNOWN = "\x00others", "\x00unknown"  # no client's value begins with a NUL
MOST_LEVELS = 20  # of a category; more are a list of names
MOST_MISSING = 0.5  # of a column
LEAST_OF_LEVEL = 30  # rows of a level that stands by itself
LEAST_INDICATOR = 5  # ends among the rows in which an indicator is one, and in which it is zero
COLLINEAR = 1e-4  # share of a variation that the columns before leave over; a price rounded to cents leaves 1e-5
KNOWN_AFTER = 0.99  # of the rows in which a column is filled in have ended: it is filled in because they did

# "constant", "mostly_missing", "many_levels", "separating" and "collinear" come from scoring.columns.
REASONS = (
    "constant", "mostly_missing", "many_levels", "separating", "levels", "identifier", "known_after", "no_end",
    "only_ends", "collinear", "unstable", "few_ends",
)  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One column of the matrix: of which covariate, at which level of it (None: a number or a switch), against which
    reference level."""

    covariate: str
    level: str | None = None
    reference: str | None = None

    @property
    def name(self) -> str:
        """Name in hazards.csv: the column, or column=level."""
        level = {OTHERS: "others", UNKNOWN: "unknown"}.get(self.level or "", self.level)
        return self.covariate if level is None else f"{self.covariate}={level}"


@dataclass(frozen=True)
class Design:
    """How raw columns become the matrix. `terms`: its columns; `levels`: known levels of each category, the reference
    first; `middle`: mean of each number, which stands for a missing one; `set_aside`: feature, reason, with_what."""

    terms: tuple[Term, ...]
    levels: dict[str, tuple[str, ...]]
    middle: dict[str, float]
    set_aside: pd.DataFrame

    def matrix(self, raw: pd.DataFrame) -> Floats:
        """Rows x terms, without missing values."""
        made = np.zeros((len(raw), len(self.terms)))
        coded = {name: coded_levels(raw[name], known) for name, known in self.levels.items() if name in raw}
        for place, term in enumerate(self.terms):
            if term.level is None:
                values = raw[term.covariate].to_numpy(float)
                made[:, place] = np.where(np.isnan(values), self.middle[term.covariate], values)
            elif term.covariate in coded:
                made[:, place] = coded[term.covariate] == term.level
            else:
                made[:, place] = np.isnan(raw[term.covariate].to_numpy(float))
        return made

    def without(self, dropped: Sequence[tuple[Term, str]]) -> Design:
        """The design with some terms set aside too."""
        kept = tuple(term for term in self.terms if term not in {each for each, _ in dropped})
        rows = pd.DataFrame([(term.name, reason, "") for term, reason in dropped], columns=self.set_aside.columns)
        return Design(kept, self.levels, self.middle, pd.concat([self.set_aside, rows], ignore_index=True))


def is_number(column: pd.Series) -> bool:
    """Whether every known value is a number, in text too."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return True
    known = column.dropna()
    if not len(known) or pd.api.types.is_bool_dtype(known):
        return False
    return bool(pd.to_numeric(known.astype(str), errors="coerce").replace([np.inf, -np.inf], np.nan).notna().all())


def tidy(raw: pd.DataFrame) -> pd.DataFrame:
    """Each column as float64 or as text with None, so that the same data always give the same design."""
    made = {}
    for name in raw.columns:
        column = raw[name]
        if is_number(column):
            values = pd.to_numeric(column.astype("string"), errors="coerce").astype("float64")
            made[name] = values.replace([np.inf, -np.inf], np.nan)
        else:
            made[name] = column.map(_as_text, na_action="ignore").astype(object).where(column.notna(), None)
    return pd.DataFrame(made, index=raw.index)


def _as_text(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return str(value).strip()


def coded_levels(column: pd.Series, known: Sequence[str]) -> npt.NDArray[np.object_]:
    """The level of each row: its own where it is known, else OTHERS; UNKNOWN where it is missing."""
    values = column.astype(object).where(column.notna(), UNKNOWN)
    if UNKNOWN not in known:
        values = values.where(values != UNKNOWN, OTHERS)
    if OTHERS not in known:
        return np.asarray(values.where(values.isin(known), known[0]), dtype=object)
    return np.asarray(values.where(values.isin(known), OTHERS), dtype=object)


def make_design(raw: pd.DataFrame, ended: Floats, switches: Sequence[str] = ()) -> Design:
    """The design of the columns of `raw`, in their order: what comes first stays, what follows from it is set aside.

    Args:
        raw: tidy columns, one row a spell.
        ended: 1 where the spell ended.
        switches: columns of 0 and 1 that are never missing.
    """
    terms: list[Term] = []
    levels: dict[str, tuple[str, ...]] = {}
    middle: dict[str, float] = {}
    aside: list[tuple[str, str, str]] = []
    gone = ended > 0
    useless = {str(row[0]): (str(row[1]), str(row[2])) for row in set_aside(raw, list(raw.columns), ended).to_numpy()}
    for name in raw.columns:
        column = raw[name]
        reason, other = _useless(column, gone), ""
        if not reason and name in useless:
            reason, other = useless[name]
        if reason:
            aside.append((name, reason, other))
        elif pd.api.types.is_float_dtype(column):
            values = column.to_numpy(float)
            middle[name] = float(np.nanmean(values))
            terms.append(Term(name))
            if name not in switches and np.isnan(values).sum() >= LEAST_OF_LEVEL:
                terms.append(Term(name, UNKNOWN, None))
        else:
            levels[name] = _levels(column)
            if len(levels[name]) < 2:
                aside.append((name, "constant" if column.nunique() < 2 else "levels", ""))
                del levels[name]
                continue
            terms += [Term(name, level, levels[name][0]) for level in levels[name][1:]]
    design = Design(tuple(terms), levels, middle, pd.DataFrame(aside, columns=["feature", "reason", "with_what"]))
    return _without_breaking(design, design.matrix(raw), gone)


def _useless(column: pd.Series, gone: Flags) -> str:
    """Why a whole column cannot be a covariate; "" where it can."""
    known = column.notna().to_numpy(bool)
    if not known.any():
        return "mostly_missing"
    filled_late = known.mean() > 0 and not known.all() and gone[known].mean() >= KNOWN_AFTER and gone.mean() < 0.9
    if filled_late and known.sum() >= LEAST_INDICATOR:
        return "known_after"
    if known.mean() < MOST_MISSING:
        return "mostly_missing"
    distinct = column.nunique()
    if pd.api.types.is_float_dtype(column):
        values = column.dropna().to_numpy(float)
        if distinct < 2:
            return "constant"
        whole = bool((values == np.round(values)).all())
        return "identifier" if whole and distinct == len(values) and len(values) > 50 and np.ptp(values) >= 1e4 else ""
    return "levels" if distinct > MOST_LEVELS and _levels_kept(column) < 2 else ""


def _levels_kept(column: pd.Series) -> int:
    sizes = column.value_counts()
    return int((sizes >= max(LEAST_OF_LEVEL, len(column) / 50)).sum())


def _levels(column: pd.Series) -> tuple[str, ...]:
    """Levels of a category, the largest first: it is the reference. Small ones are one level together."""
    sizes = column.value_counts()
    sizes = sizes.sort_index().sort_values(ascending=False, kind="stable")
    large = [str(level) for level in sizes.index[sizes >= LEAST_OF_LEVEL][:MOST_LEVELS]]
    small = int(sizes.sum()) - int(sizes[large].sum())
    missing = int(column.isna().sum())
    rest = [OTHERS] if small >= LEAST_OF_LEVEL else []
    return (*large, *rest, *([UNKNOWN] if missing >= LEAST_OF_LEVEL else []))


def _without_breaking(design: Design, matrix: Floats, gone: Flags) -> Design:
    """The design without terms that no fit can estimate: constant, without ends on a side, or following from others."""
    kept: list[int] = []
    aside: list[tuple[str, str, str]] = []
    basis = np.ones((len(matrix), 1)) / np.sqrt(max(len(matrix), 1))
    for place, term in enumerate(design.terms):
        column = matrix[:, place]
        reason, other = _breaking(column, gone), ""
        if not reason:
            spread = column - column.mean()
            left = spread - basis @ (basis.T @ spread)
            left -= basis @ (basis.T @ left)  # once more: orthogonal to the last digit
            if left @ left <= COLLINEAR * (spread @ spread):
                reason, other = "collinear", _same_as(design, matrix, kept, column)
            else:
                basis = np.column_stack((basis, left / np.linalg.norm(left)))
        if reason:
            aside.append((term.name, reason, other))
        else:
            kept.append(place)
    rows = pd.concat([design.set_aside, pd.DataFrame(aside, columns=design.set_aside.columns)], ignore_index=True)
    return Design(tuple(design.terms[place] for place in kept), design.levels, design.middle, rows)


def _breaking(column: Floats, gone: Flags) -> str:
    if np.ptp(column) == 0:
        return "constant"
    if not np.isin(column, (0.0, 1.0)).all():
        return ""
    one = column > 0
    if min(gone[one].sum(), gone[~one].sum()) == 0:
        return "no_end"
    for side in (one, ~one):
        if gone[side].all() and side.sum() >= LEAST_OF_LEVEL and gone.mean() < 0.9:
            return "only_ends"
    return "few_ends" if min(gone[one].sum(), gone[~one].sum()) < LEAST_INDICATOR else ""


def _same_as(design: Design, matrix: Floats, kept: list[int], column: Floats) -> str:
    """The term that a collinear one goes with most closely, by name."""
    if not kept:
        return ""
    with np.errstate(invalid="ignore", divide="ignore"):
        related = [abs(float(np.corrcoef(matrix[:, place], column)[0, 1])) for place in kept]
    return design.terms[kept[int(np.argmax(related))]].name
