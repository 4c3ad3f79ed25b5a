"""The state of the customer base: main figures, the five stages, and who is active, as the reports published them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from customer_analytics.language import Language, Text
from customer_analytics.report.front_page.results import Results, Row, known, of

STAGES = ("acquisition", "activation", "retention", "revenue", "referral")


def kpis(results: Sequence[Results], language: Language) -> list[dict[str, Any]]:
    """Up to four figures, each with its interval or the figure before."""
    found = [_active(results, language), _back(results, language), _revenue(results, language)]
    found.append(_kept(results, language))
    return [each for each in found if each is not None]


def _active(results: Sequence[Results], language: Language) -> dict[str, Any] | None:
    now, before = _periods(results)
    active = known(now.get("active")) if now else None
    if now is None or active is None:
        return None
    earlier = known(before.get("active")) if before else None
    say = language.say
    note = say("in the period from {date}", date=_day(now["period"], language))
    if earlier is not None:
        note = say(
            "in the period from {date}; {before} in the one before",
            date=_day(now["period"], language), before=language.number(earlier),
        )  # fmt: skip
    return {"label": say("Active people"), "value": language.number(active), "note": note}


def _back(results: Sequence[Results], language: Language) -> dict[str, Any] | None:
    row = _first_return(of(results, "retention"))
    share = known(row.get("bounded")) if row else None
    if row is None or share is None:
        return None
    note = _interval(language, known(row.get("bounded_low")), known(row.get("bounded_high")))
    return {"label": language.say("Back in the next period"), "value": language.percent(share), "note": note}


def _first_return(retention: Results | None) -> Row | None:
    rows = retention.table("retention_curve") if retention else []
    return next((row for row in rows if known(row.get("period")) == 1), None)


def _revenue(results: Sequence[Results], language: Language) -> dict[str, Any] | None:
    rfm = of(results, "rfm")
    now, before = (rfm.metric("bridge.now"), rfm.metric("bridge.previous")) if rfm else (None, None)
    if rfm is None or now is None:
        return None
    say, finding = language.say, rfm.finding("bridge") or {}
    note: Text = say("{before} in the period before", before=language.money(before))
    low, high = finding.get("low"), finding.get("high")
    if low is not None and high is not None:
        note = say(
            "{before} in the period before; change {change} (interval {low} to {high})",
            before=language.money(before), change=signed_money(language, rfm.metric("bridge.change")),
            low=signed_money(language, low), high=signed_money(language, high),
        )  # fmt: skip
    return {"label": say("Net revenue"), "value": language.money(now), "note": note}


def _kept(results: Sequence[Results], language: Language) -> dict[str, Any] | None:
    retention = of(results, "retention")
    share = retention.metric("nrr") if retention else None
    if retention is None or share is None:
        return None
    note = _interval(language, retention.metric("nrr_low"), retention.metric("nrr_high"))
    label = language.say("Revenue kept, with growth")
    return {"label": label, "value": language.percent(share), "note": note}


def standing(results: Sequence[Results], language: Language) -> Text:
    """The base in two sentences: the revenue and its change as RFM tells it, and how many were active."""
    rfm = of(results, "rfm")
    bridge = rfm.finding("bridge") if rfm else None
    sentences = [str(bridge["statement"])] if bridge else []
    now, before = _periods(results)
    if now and known(now.get("active")) is not None:
        values = {"date": _day(now["period"], language), "active": language.number(known(now["active"]))}
        earlier = known(before.get("active")) if before else None
        sentences.append(
            language.say("{active} people were active in the period from {date}.", **values)
            if earlier is None
            else language.say(
                "{active} people were active in the period from {date}, {before} in the one before.",
                before=language.number(earlier), **values,
            )
        )  # fmt: skip
    return Text(("" if language.is_chinese else " ").join(sentences))


def scorecard(results: Sequence[Results], language: Language) -> list[dict[str, Any]]:
    """Rows of the five stages; a stage that no report measures says so."""
    funnel = of(results, "funnel")
    rows = funnel.table("scorecard") if funnel else []
    by_stage = {stage: [row for row in rows if row.get("stage") == stage] for stage in STAGES}
    shown: list[dict[str, Any]] = []
    for stage in STAGES:
        measured = [row for row in by_stage[stage] if known(row.get("value")) is not None]
        told = [_measure(row, language) for row in measured] or _otherwise(stage, results, language)
        if not told:
            told = [
                {"measure": "", "value": language.say("not measured"), "before": "", "change": "", "is_sure": False}
            ]
        shown += [each | {"name": _named(stage, each["measure"], language)} for each in told]
    return shown


def _named(stage: str, measure: str, language: Language) -> str:
    if not measure:
        return _stage(language, stage)
    return language.say("{stage}: {measure}", stage=_stage(language, stage), measure=measure)


def _otherwise(stage: str, results: Sequence[Results], language: Language) -> list[dict[str, Any]]:
    """What the other reports know of a stage, where there is no funnel."""
    source = {"acquisition": "new"}.get(stage)
    now, before = _periods(results)
    if source and now and known(now.get(source)) is not None:
        earlier = known(before.get(source)) if before else None
        return [_plain(language.say("New people"), known(now[source]), earlier, language)]
    figure = {"retention": _back, "revenue": _revenue}.get(stage)
    found = figure(results, language) if figure else None
    if found is None:
        return []
    return [
        {"measure": found["label"], "value": found["value"], "before": "", "change": found["note"], "is_sure": False}
    ]


def _plain(name: str, value: float | None, before: float | None, language: Language) -> dict[str, Any]:
    return {
        "measure": name, "value": language.number(value), "before": language.number(before), "change": "",
        "is_sure": False,
    }  # fmt: skip


def _measure(row: Row, language: Language) -> dict[str, Any]:
    kind = row["kind"]
    low, high = known(row.get("together_low")), known(row.get("together_high"))
    value = _shown(language, kind, known(row["value"]))
    if known(row.get("low")) is not None and known(row.get("high")) is not None:
        ends = {end: _shown(language, kind, known(row[end])) for end in ("low", "high")}
        value = language.say("{value} ({low} to {high})", value=value, **ends)
    change: str = ""
    if low is not None and high is not None:
        change = language.say(
            "{change} ({low} to {high})", change=_changed(language, kind, known(row["change"])),
            low=_changed(language, kind, low), high=_changed(language, kind, high),
        )  # fmt: skip
    is_clear = low is not None and high is not None and (low > 0 or high < 0)
    before = _shown(language, kind, known(row.get("before")))
    return {"measure": _name(language, row["measure"]), "value": value, "before": before, "change": change,
            "is_sure": is_clear}  # fmt: skip


def _shown(language: Language, kind: str, value: float | None) -> str:
    if kind == "share":
        return language.percent(value, 1)
    return language.number(value) if kind == "count" else language.money(value)


def _changed(language: Language, kind: str, value: float | None) -> str:
    if kind == "share":
        return language.points(value)
    return language.signed(value) if kind == "count" else signed_money(language, value)


def _stage(language: Language, stage: str) -> Text:
    say = language.say
    return {
        "acquisition": say("Acquisition"),
        "activation": say("Activation (key act)"),
        "retention": say("Retention"),
        "revenue": say("Revenue"),
        "referral": say("Referral"),
    }[stage]


def _name(language: Language, measure: str) -> str:
    say = language.say
    names: Mapping[str, Text] = {
        "new_people": say("New people"),
        "activated": say("New people who did the key act"),
        "returned": say("Active people who were active again"),
        "buyers": say("Paying customers"),
        "revenue": say("Net revenue"),
        "revenue_per_buyer": say("Net revenue per buyer"),
        "referred": say("New customers brought by others"),
        "sharers": say("Active people who passed it on"),
    }
    return names.get(measure, measure)


def growth(results: Sequence[Results], language: Language) -> list[dict[str, Any]]:
    """Who the active people are, and who fell silent, in the last whole period and the one before."""
    now, before = _periods(results)
    if now is None:
        return []
    say = language.say
    names = {
        "active": say("Active people"),
        "new": say("of these new"),
        "returning": say("of these active before as well"),
        "resurrecting": say("of these back after a pause"),
        "dormant": say("Active before and silent now"),
    }
    return [
        {
            "name": name, "now": language.number(known(now.get(kind))),
            "before": language.number(known(before.get(kind))) if before else "",
            "swatch": {"new": "s2", "returning": "s1", "resurrecting": "s3", "dormant": "alert"}.get(kind, "ink"),
        }
        for kind, name in names.items()
    ]  # fmt: skip


def growth_dates(results: Sequence[Results], language: Language) -> tuple[str, str]:
    """First days of both periods, in words."""
    now, before = _periods(results)
    say = language.say
    return (
        say("From {date}", date=_day(now["period"], language)) if now else "",
        say("From {date}", date=_day(before["period"], language)) if before else "",
    )


def _periods(results: Sequence[Results]) -> tuple[Row | None, Row | None]:
    """The last whole period of the growth accounting, and the whole one before it."""
    retention = of(results, "retention")
    rows = [row for row in retention.table("activity") if row.get("complete") == "True"] if retention else []
    return (rows[-1] if rows else None), (rows[-2] if len(rows) > 1 else None)


def signed_money(language: Language, amount: float | None) -> str:
    """Money with its sign."""
    shown = language.money(amount)
    return f"+{shown}" if amount is not None and amount > 0 and shown.strip("−0.,") else shown


def _interval(language: Language, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return language.say("interval {low} to {high}", low=language.percent(low), high=language.percent(high))


def _day(period: str, language: Language) -> str:
    return language.date(dt.date.fromisoformat(period[:10]))
