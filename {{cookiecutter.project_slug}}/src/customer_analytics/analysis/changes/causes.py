"""What may make two runs differ other than the customers: definitions, data, versions, privacy.

A cause that changes what a number means forbids the comparison of a report; others are named beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# How a run says whom and when it is about, and by which draw: not definitions.
NOT_DEFINITIONS = frozenset({"as_of", "subset", "language", "output", "seed"})
_LONGEST = 80


class Kind(StrEnum):
    """Kinds of causes. Those of FORBIDDING change what a number means."""

    PARAMETER = "parameter"
    CURRENCY = "currency"
    TIME_ZONE = "time_zone"
    READING = "reading"  # columns, filters or formats of a table's sources
    IDENTITY = "identity"
    TAGS = "tags"
    TABLE_NEW = "table_new"
    TABLE_GONE = "table_gone"
    COLUMNS = "columns"
    RESTATED = "restated"
    TEMPLATE = "template"
    CODE = "code"
    ENGINE = "engine"
    PACKAGE = "package"
    PRIVACY = "privacy"
    MINIMUM_GROUP = "minimum_group"


FORBIDDING = frozenset({Kind.PARAMETER, Kind.CURRENCY, Kind.TIME_ZONE, Kind.READING, Kind.IDENTITY, Kind.TAGS})
# Settings of a basis that are told by their value, and those of which it holds a mark only.
_TOLD = (Kind.CURRENCY, Kind.TIME_ZONE, Kind.PRIVACY, Kind.MINIMUM_GROUP, Kind.ENGINE, Kind.TEMPLATE)
_MARKED = (Kind.IDENTITY, Kind.TAGS)


@dataclass(frozen=True)
class Cause:
    """One of them: what it is about (a parameter's or table's name) and its value before and now, as they are told."""

    kind: Kind
    name: str
    before: str = ""
    now: str = ""

    @property
    def forbids(self) -> bool:
        """Whether numbers before and now do not mean the same."""
        return self.kind in FORBIDDING


def causes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Cause]:
    """All differences between the bases of two reports (see report.basis); those that forbid a comparison first."""
    old, new = before["settings"], now["settings"]
    found = [
        *_changed(Kind.PARAMETER, before["parameters"], now["parameters"]),
        *(Cause(kind, "", _told(old[kind]), _told(new[kind])) for kind in _TOLD if _differ(old, new, kind)),
        *(Cause(kind, "") for kind in _MARKED if _differ(old, new, kind)),
        *_tables(before["tables"], now["tables"]),
        *_restated(before, now),
        *_changed(Kind.PACKAGE, before["versions"], now["versions"]),
    ]
    if before["code"] != now["code"] and old.get(Kind.TEMPLATE) == new.get(Kind.TEMPLATE):
        found.append(Cause(Kind.CODE, ""))
    return sorted(found, key=lambda cause: not cause.forbids)


def _differ(before: Mapping[str, Any], now: Mapping[str, Any], name: str) -> bool:
    return name in before and name in now and before[name] != now[name]


def _changed(kind: Kind, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Cause]:
    """Of what both have. A parameter that only one version of the code knows is a change of the code."""
    names = sorted(name for name in (before.keys() & now.keys()) - NOT_DEFINITIONS if before[name] != now[name])
    return [Cause(kind, name, _told(before[name]), _told(now[name])) for name in names]


def _tables(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Cause]:
    found = [Cause(Kind.TABLE_NEW, name) for name in sorted(now.keys() - before.keys())]
    found += [Cause(Kind.TABLE_GONE, name) for name in sorted(before.keys() - now.keys())]
    for name in sorted(before.keys() & now.keys()):
        old, new = before[name], now[name]
        if old["reading"] != new["reading"]:
            found.append(Cause(Kind.READING, name))
        lost, won = (sorted({*a["columns"]} - {*b["columns"]}) for a, b in ((old, new), (new, old)))
        if lost or won:
            found.append(Cause(Kind.COLUMNS, name, _told(lost), _told(won)))
    return found


def _restated(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Cause]:
    """Tables whose past months hold other rows than they did, with how many months of how many.

    Only months before that of the earlier run's last day: a later one was not over when it was delivered.
    """
    if before["fingerprint"] == now["fingerprint"]:
        return []
    over = before["as_of"][:7]
    found = []
    for table in sorted(before["history"].keys() & now["history"].keys()):
        old, new = before["history"][table], now["history"][table]
        known = [month for month in old if month < over]
        changed = sum(new.get(month) != old[month] for month in known)
        # A month that had nothing and now has something was delivered late.
        late = sum(month not in old for month in new if min(old, default="") <= month < over)
        if changed + late:
            found.append(Cause(Kind.RESTATED, table, str(changed + late), str(len(known) + late)))
    return found


def _told(value: Any) -> str:
    """A value in few words; a list by its items."""
    if isinstance(value, list | tuple):
        value = ", ".join(str(each) for each in value)
    text = str(value) if value not in (None, "") else "–"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
