"""What of a published table counts people, and the table without the numbers that tell of few of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.disclosure.hiding import Flags, Numbers, enough_together, is_small, steps_of_few, too_close

DECIMALS = 3  # of a share whose base is not told
WHOLE = ""  # of `adds_up` and `nested`: all rows of the table


@dataclass(frozen=True)
class People:
    """A column that counts people.

    `of`: the column with those they are a part of, so that who is left over is counted too; `first/second` divides two.
    `also`: the numbers that go with the count; empty: all numbers of the row. `adds_up`: for each entry, rows alike in
    these columns (`day:7`: in the first seven letters) add up to a number that is told somewhere. `nested`: rows alike
    in these columns follow each other with ever fewer people, or ever more. `rate`: the column holds the share of
    `of`, not the count. `staying`: the share that stays, of a curve. `rounded`: shares that are kept to three decimals
    where the count is not told, so that it does not follow from them. `after`: numbers of the next row that are worked
    out from this count.
    """

    column: str
    of: str | None = None
    also: str = ""
    adds_up: tuple[str, ...] = ()
    nested: str | None = None
    rate: bool = False
    staying: str | None = None
    rounded: str = ""
    after: str = ""


@dataclass(frozen=True)
class Table:
    """The people of a table.

    `keys`: columns that are never emptied. `sums`: a column and those that make it up; `before_<column>` is the column
    in the row before. `shortened`: rows without numbers are left out.
    """

    keys: str
    people: tuple[People, ...]
    sums: tuple[tuple[str, str], ...] = ()
    shortened: bool = False


def group(column: str, *adds_up: str) -> People:
    """The group that a row is about: without it the row has no numbers."""
    return People(column, adds_up=adds_up)


def count(column: str, also: str = "", *, adds_up: tuple[str, ...] = (), nested: str | None = None) -> People:
    """People counted beside others of the row."""
    return People(column, also=f"{column} {also}", adds_up=adds_up, nested=nested)


def part(column: str, of: str, also: str = "", *, adds_up: tuple[str, ...] = (), nested: str | None = None) -> People:
    """People who are a part of a larger number in the same row."""
    return People(column, of, f"{column} {also}", adds_up, nested)


def base(column: str, counted: str, rounded: str, *, adds_up: tuple[str, ...] = ()) -> People:
    """The people that shares are of, a little more or fewer in each row: by the difference somebody came or went."""
    return People(column, also=f"{column} {counted}", adds_up=adds_up, nested=WHOLE, rounded=rounded)


def steps(column: str, also: str, after: str) -> People:
    """People who come as far as each step, one row a step."""
    return People(column, also=f"{column} {also}", nested=WHOLE, after=after)


def share(column: str, of: str, also: str = "") -> People:
    """A share of the people in another column of the row."""
    return People(column, of, f"{column} {also}", rate=True)


def curve(at_risk: str, staying: str, by: str) -> People:
    """People under observation along a curve of those who stay."""
    return People(at_risk, nested=by, staying=staying)


def table(keys: str, *people: People, sums: tuple[tuple[str, str], ...] = (), shortened: bool = False) -> Table:
    """The people of a table."""
    return Table(keys, people, sums, shortened)


NOBODY = table("")  # a table that counts no people: orders, products, columns of the data, parameters, money


def protected(frame: pd.DataFrame, rule: Table, minimum: int) -> pd.DataFrame:
    """The table with an empty cell wherever a number tells of 1 to `minimum` - 1 people, or would help to find one."""
    if minimum <= 1 or not len(frame) or not rule.people:
        return frame
    ruled = [one for one in rule.people if one.column in frame and (one.of is None or _has(frame, one.of))]
    hidden = [_hidden(frame, one, minimum) for one in ruled]
    _hide_in_sums(frame, rule, ruled, hidden, minimum)
    shown = frame.copy(deep=False)
    keys = set(rule.keys.split())
    for one, rows in zip(ruled, hidden, strict=True):
        if rows.any():
            names = set(one.also.split()) if one.also else set(map(str, frame.columns)) - keys
            for name in sorted(names & set(map(str, frame.columns))):
                _empty(shown, name, rows)
            for name in one.after.split():
                _empty(shown, name, np.concatenate([[False], rows[:-1]]))
            for name in one.rounded.split():
                shown[name] = shown[name].where(~rows, shown[name].astype("float64").round(DECIMALS))
    if rule.shortened:
        gone = np.any([rows for one, rows in zip(ruled, hidden, strict=True) if not one.also], axis=0)
        shown = shown[~gone].reset_index(drop=True)
    return shown


def _has(frame: pd.DataFrame, of: str) -> bool:
    return all(name in frame for name in of.split("/"))


def _hidden(frame: pd.DataFrame, one: People, minimum: int) -> Flags:
    """The rows in which the column must not be told."""
    people, left = _numbers(frame, one.column), None
    if one.of is not None:
        first, *second = (_numbers(frame, name) for name in one.of.split("/"))
        with np.errstate(divide="ignore", invalid="ignore"):
            whole = np.rint(first / second[0]) if second else first
            people = np.rint(people * whole) if one.rate else people
        left = whole - people
    hidden = is_small(people, minimum)
    if left is not None:
        hidden |= is_small(left, minimum)
        if not one.rate:  # a part that the analysis has emptied itself takes with it what follows from it
            hidden |= np.isnan(people) & ~np.isnan(whole)
    if one.nested is not None:
        stays = None if one.staying is None else _numbers(frame, one.staying)
        for rows in _alike(frame, one.nested):
            own = people[rows]
            hidden[rows] |= too_close(own, minimum) if stays is None else steps_of_few(own, stays[rows], minimum)
    for names in one.adds_up:
        for rows in _alike(frame, names):
            hidden[rows] = enough_together(people[rows], hidden[rows], minimum)
            if left is not None:
                hidden[rows] = enough_together(left[rows], hidden[rows], minimum)
    return hidden


def _hide_in_sums(frame: pd.DataFrame, rule: Table, ruled: list[People], hidden: list[Flags], minimum: int) -> None:
    """Flag further parts, in place, where a shown total less its shown parts would tell of few people."""
    flags = {one.column: rows for one, rows in zip(ruled, hidden, strict=True)}
    for _ in rule.sums:  # what one sum hides may be a part of another
        for whole, parts in rule.sums:
            names = [name for name in parts.split() if name in flags]
            if not names or whole.removeprefix("before_") not in frame:
                continue  # contracts alone have no such numbers
            total, unknown = _total(frame, whole, flags)
            people = np.array([_numbers(frame, name) for name in names])
            for row in np.flatnonzero(~np.isnan(total) & ~unknown):
                own = np.array([flags[name][row] for name in names])
                for name, flag in zip(names, enough_together(people[:, row], own, minimum), strict=True):
                    flags[name][row] = flag


def _total(frame: pd.DataFrame, name: str, flags: dict[str, Flags]) -> tuple[Numbers, Flags]:
    """A total, and where it is hidden itself."""
    own = name.removeprefix("before_")
    numbers, unknown = _numbers(frame, own), flags.get(own, np.zeros(len(frame), dtype=bool))
    if own == name:
        return numbers, unknown
    return np.concatenate([[np.nan], numbers[:-1]]), np.concatenate([[True], unknown[:-1]])


def _numbers(frame: pd.DataFrame, name: str) -> Numbers:
    found: Numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return found


def _alike(frame: pd.DataFrame, names: str) -> Iterator[npt.NDArray[np.intp]]:
    """The places of the rows that agree in some columns."""
    if not names:
        yield np.arange(len(frame))
        return
    columns = [name.partition(":") for name in names.split()]
    keys = [frame[name].astype(str).str[: int(letters) if letters else None] for name, _, letters in columns]
    alike = pd.DataFrame({place: key.to_numpy() for place, key in enumerate(keys)})
    for rows in alike.groupby(list(alike.columns), sort=False).indices.values():
        yield np.sort(rows)


def _empty(frame: pd.DataFrame, name: str, rows: Flags) -> None:
    """Empty cells of a column of numbers in place; whole numbers stay whole, and words are no numbers."""
    column = frame[name]
    if pd.api.types.is_bool_dtype(column):
        return
    if pd.api.types.is_integer_dtype(column):
        frame[name] = column.astype("Int64").mask(rows)
    elif pd.api.types.is_numeric_dtype(column):
        frame[name] = column.mask(rows)
    elif pd.to_numeric(column, errors="coerce").notna().any():
        frame[name] = column.astype(object).mask(rows, None)
