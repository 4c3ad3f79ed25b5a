"""A run for each value of a column: for each report its groups side by side, as a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from customer_analytics.language import Language
from customer_analytics.report.report_names import report_name

_SCALE = {"k": 1e3, "m": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8}
_AMOUNT = re.compile(r"(−|-)?\D*?([\d,]+(?:\.\d+)?)\s*(k|m|bn|万|亿)?")
Entry = Mapping[str, Any]


def sets(entries: Sequence[Entry], groups: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """For each report all its groups side by side: a card and a table row a group."""
    by_report: dict[str, list[dict[str, Any]]] = {}
    titles = {group["folder"].strip("/"): group for group in groups["sets"]}
    for entry in entries:
        if entry["status"] != "complete":
            continue
        group = titles.get(str(entry.get("folder") or "").strip("/"), {})
        by_report.setdefault(entry["name"], []).append(
            {
                "value": group.get("value", entry.get("subset") or ""),
                "customers": language.number(group.get("customers")),
                "customers_key": group.get("customers", 0),
                "page": entry["page"],
                "title": entry["summary"]["title"],
                "kpis": [dict(kpi) | {"key": sort_key(kpi["value"])} for kpi in entry["summary"]["kpis"]],
            }
        )
    return [
        {
            "id": name.replace("_", "-"),
            "name": report_name(name, language),
            "labels": (labels := _shared_labels(rows)),
            "rows": [row | {"shared": [kpi for kpi in row["kpis"] if kpi["label"] in labels]} for row in rows],
            "caption": language.say(
                "{report} by {column}", report=report_name(name, language), column=groups["column"]
            ),
        }
        for name, rows in by_report.items()
    ]


def _shared_labels(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The figures that every group has: only these stand in one column ("Revenue from Loyal" is not Champions')."""
    others = [{kpi["label"] for kpi in row["kpis"]} for row in rows]
    return [kpi["label"] for kpi in rows[0]["kpis"] if all(kpi["label"] in labels for labels in others)]


def sort_key(shown: str) -> float | str:
    """The number in a figure as it is written ("$484k" -> 484000), so that a table sorts by amount."""
    match = _AMOUNT.match(shown)
    if match is None:
        return ""
    sign = -1 if match[1] else 1
    return sign * float(match[2].replace(",", "")) * _SCALE.get(match[3] or "", 1)


def left_out(groups: Mapping[str, Any] | None, language: Language) -> str:
    """How many groups are too small to be shown."""
    if not groups or not groups.get("left_out"):
        return ""
    return language.say_count(
        "One group is left out, because it has too few customers.",
        "{count} groups are left out, because they have too few customers.",
        groups["left_out"],
    )
