"""What may make two runs differ other than the customers: definitions, data, versions, privacy.

A cause that changes what a number means forbids the comparison of a report; others are named beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# How a run says whom and when it is about, and where it wrote: not definitions.
NOT_DEFINITIONS = frozenset({"as_of", "subset", "language", "output"})


class Kind(StrEnum):
    """Kinds of causes. The first four forbid a comparison, the others are named beside it."""

    PARAMETER = "parameter"
    CURRENCY = "currency"
    TIME_ZONE = "time_zone"
    IDENTITY = "identity"
    TABLE_NEW = "table_new"
    TABLE_GONE = "table_gone"
    RESTATED = "restated"
    VERSION = "version"
    CODE = "code"
    PACKAGE = "package"
    PRIVACY = "privacy"
    MINIMUM_GROUP = "minimum_group"
    VERDICT = "verdict"


FORBIDDING = frozenset({Kind.PARAMETER, Kind.CURRENCY, Kind.TIME_ZONE, Kind.IDENTITY})


@dataclass(frozen=True)
class Cause:
    """One of them: what it is about (a parameter's or table's name) and its value before and now, as they are told."""

    kind: Kind
    name: str
    before: str
    now: str

    @property
    def forbids(self) -> bool:
        """Whether numbers before and now do not mean the same."""
        return self.kind in FORBIDDING


@dataclass(frozen=True)
class Conditions:
    """Under what a report was made. `days`: day -> rows of each table on it, where the run holds them."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[Kind, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def causes(before: Conditions, now: Conditions) -> list[Cause]:
    """All differences of conditions; those that forbid a comparison come first."""
    found = [
        *_parameters(before.parameters, now.parameters),
        *(
            Cause(kind, kind.value, before.settings[kind], value)
            for kind, value in now.settings.items()
            if kind in before.settings and before.settings[kind] != value
        ),
        *(Cause(Kind.TABLE_NEW, name, "", "") for name in sorted(set(now.tables) - set(before.tables))),
        *(Cause(Kind.TABLE_GONE, name, "", "") for name in sorted(set(before.tables) - set(now.tables))),
        *_restated(before.days, now.days),
        *(
            Cause(Kind.PACKAGE, name, before.packages[name], version)
            for name, version in sorted(now.packages.items())
            if before.packages.get(name, version) != version
        ),
    ]
    return sorted(found, key=lambda cause: not cause.forbids)


def _parameters(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Cause]:
    names = [name for name in (before.keys() | now.keys()) - NOT_DEFINITIONS if name in before and name in now]
    return [
        Cause(Kind.PARAMETER, name, _told(before[name]), _told(now[name]))
        for name in sorted(names)
        if before[name] != now[name]
    ]


def _restated(before: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> list[Cause]:
    """Tables whose past days hold other numbers of rows than they did, with how many days of how many.

    The last day of the earlier run is left out: it may have been loaded before it was over.
    """
    found = []
    for table in sorted(before.keys() & now.keys()):
        known = sorted(before[table].keys() & now[table].keys())[:-1]
        changed = sum(before[table][day] != now[table][day] for day in known)
        if changed:
            found.append(Cause(Kind.RESTATED, table, str(changed), str(len(known))))
    return found


def _told(value: Any) -> str:
    if value is None:
        return "–"
    return ", ".join(map(str, value)) or "–" if isinstance(value, list | tuple) else str(value)
