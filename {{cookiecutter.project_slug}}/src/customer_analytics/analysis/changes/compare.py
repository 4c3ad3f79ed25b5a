"""Reports of two runs side by side: findings matched by their names, differences tested together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from customer_analytics.analysis.changes.causes import causes
from customer_analytics.analysis.changes.difference import SURE, Estimate, difference, false_discovery
from customer_analytics.analysis.changes.result import Change, ReportChanges, Snapshot, Verdict

_QUOTED = re.compile(r"[“「]([^”」]*)[”」]")
_NOTHING = Estimate(None, None, None)


def compare(before: Sequence[Snapshot], now: Sequence[Snapshot]) -> list[ReportChanges]:
    """Every report that both runs have, in the order of `now`.

    A finding is matched by its id. It moved where the difference of the two estimates has a q-value below 5 % over all
    findings of all reports compared here (Benjamini, Hochberg 1995).
    """
    earlier = {snapshot.report: snapshot for snapshot in before}
    found = [_report(earlier[snapshot.report], snapshot) for snapshot in now if snapshot.report in earlier]
    tested = [change for each in found for change in each.changes if change.difference is not None]
    q = false_discovery([change.difference.p for change in tested if change.difference is not None])
    judged = {id(change): _judged(change, value) for change, value in zip(tested, q, strict=True)}
    return [replace(each, changes=tuple(judged.get(id(change), change) for change in each.changes)) for each in found]


def _report(before: Snapshot, now: Snapshot) -> ReportChanges:
    why = tuple(causes(before.conditions, now.conditions))
    comparable = not any(cause.forbids for cause in why)
    same_language = before.language == now.language
    earlier = {str(finding["id"]): finding for finding in before.findings}
    ids = {str(finding["id"]) for finding in now.findings}
    changes = [
        _matched(now.report, earlier.get(str(finding["id"])), finding, comparable, same_language)
        for finding in now.findings
    ]
    changes += [
        _change(now.report, finding, finding, Verdict.GONE, now=_NOTHING, before=_estimate(finding))
        for name, finding in earlier.items()
        if name not in ids
    ]
    return ReportChanges(now.report, tuple(changes), why)


def _matched(
    report: str, before: Mapping[str, Any] | None, now: Mapping[str, Any], comparable: bool, same_language: bool
) -> Change:
    if before is None:
        return _change(report, now, now, Verdict.NEW, before=_NOTHING, now=_estimate(now))
    then, estimate = _estimate(before), _estimate(now)
    if not comparable or then.unit != estimate.unit:
        return _change(report, before, now, Verdict.NOT_COMPARABLE, before=then, now=estimate)
    if same_language and _subject(before) != _subject(now):
        return _change(report, before, now, Verdict.OTHER_SUBJECT, before=then, now=estimate)
    found = _change(report, before, now, Verdict.UNTESTED, before=then, now=estimate)
    return replace(found, difference=difference(then, estimate))


def _judged(change: Change, q: float) -> Change:
    return replace(change, q=q, verdict=Verdict.MOVED if q < SURE else Verdict.STEADY)


def _subject(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """Whom a finding is about: the names that its head and the beginning of its statement quote."""
    first = str(finding.get("statement", "")).split(". ")[0].split("。")[0]
    return tuple(dict.fromkeys(_QUOTED.findall(f"{finding.get('head', '')} {first}")))


def _estimate(finding: Mapping[str, Any]) -> Estimate:
    value, low, high = (_number(finding.get(key)) for key in ("value", "low", "high"))
    return Estimate(value, low, high, str(finding.get("unit") or ""))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _change(
    report: str,
    earlier: Mapping[str, Any],
    told: Mapping[str, Any],
    verdict: Verdict,
    *,
    before: Estimate,
    now: Estimate,
) -> Change:
    return Change(
        report=report,
        id=str(told["id"]),
        verdict=verdict,
        head=str(told.get("head", "")),
        head_before=str(earlier.get("head", "")),
        statement=str(told.get("statement", "")),
        section=str(told.get("section", "")),
        grade=str(told.get("grade", "")),
        before=before,
        now=now,
    )
