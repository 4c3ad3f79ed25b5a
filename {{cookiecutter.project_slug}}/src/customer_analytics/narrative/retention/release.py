"""Before and after a release, with the change elsewhere beside it where there is a comparison group."""

from __future__ import annotations

from customer_analytics.analysis.retention.result import as_date
from customer_analytics.analysis.survival.release import Release, Side
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.staying_words import days, how_of_ages, staying
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval

SEEN = (1.96 + 0.84) / (2 * 1.96)  # of an interval's width: a change that is found in four of five cases


def asked(view: View) -> bool:
    """Whether a release was named."""
    return view.staying is not None and view.staying.retention.parameters.release is not None


def release_section(view: View) -> SectionWords:
    """Opening of the section."""
    say, release = view.language.say, staying(view).release
    day = staying(view).retention.parameters.release
    title = say("Before and after the release")
    if release is None:
        return SectionWords(
            title, "release",
            say(
                "Not estimable: too few people began before and after {date} with their days of return complete.",
                date=view.language.date(day),
            ),
        )  # fmt: skip
    return SectionWords(title, "release", _statement(view, release))


def _statement(view: View, release: Release) -> Text:
    say, language = view.language.say, view.language
    shared = {
        "within": days(view, release.within), "date": language.date(as_date(release.day)),
        "before": language.percent(release.before.rate, 1), "after": language.percent(release.after.rate, 1),
    }  # fmt: skip
    if release.effect is None:
        return say(
            "Of those who began in the {window} before {date}, {before} were active again within {within}; of those "
            "who began after, {after}: **{change}** (interval {low} to {high}).",
            window=days(view, release.window), change=language.points(release.change),
            **_ends(view, release.change_interval), **shared,
        )  # fmt: skip
    return say(
        "Where the release came on {date}, {before} of the beginners before and {after} after were active again within "
        "{within}; elsewhere {control_before} and {control_after}. Beyond the change elsewhere: **{effect}** (interval "
        "{low} to {high}).",
        control_before=language.percent(_rate(release.control_before), 1),
        control_after=language.percent(_rate(release.control_after), 1), effect=language.points(release.effect),
        **_ends(view, release.effect_interval), **shared,
    )  # fmt: skip


def _rate(side: Side | None) -> float | None:
    return None if side is None else side.rate


def _ends(view: View, interval: Interval) -> dict[str, str]:
    return {"low": view.language.signed(100 * interval.low, 1), "high": view.language.signed(100 * interval.high, 1)}


def release_table(view: View) -> TableWords | None:
    """People and returns on both sides; None where nothing could be compared."""
    release = staying(view).release
    if release is None:
        return None
    say, language = view.language.say, view.language
    named: list[tuple[Text, Side | None, Side | None]] = [
        (say("With the release") if release.effect is not None else say("Everybody"), release.before, release.after),
        (say("Elsewhere"), release.control_before, release.control_after),
    ]
    rows: list[Row] = []
    for name, before, after in named:
        if before is None or after is None:
            continue
        rows.append(
            (
                (name, None),
                (language.number(before.people), before.people),
                (language.percent(before.rate, 1), before.rate),
                (language.number(after.people), after.people),
                (language.percent(after.rate, 1), after.rate),
                (language.points(after.rate - before.rate), after.rate - before.rate),
            )
        )
    return TableWords(
        (
            (say("Group"), "name"),
            (say("Began before"), "number"),
            (say("Active again, before"), "number"),
            (say("Began after"), "number"),
            (say("Active again, after"), "number"),
            (say("Change"), "number"),
        ),
        tuple(rows),
        say("Return before and after the release"),
        how_of_ages(
            view,
            (
                say("Windows"),
                say(
                    "Beginners of {window} on either side; those before had their {within} of return complete when the "
                    "release came", window=days(view, release.window), within=days(view, release.within),
                ),
            ),
            *_drift(view, release),
        ),
    )  # fmt: skip


def _drift(view: View, release: Release) -> tuple[tuple[Text, Text], ...]:
    """Whether the groups moved apart before the release already."""
    if release.effect is None:
        return ()
    say = view.language.say
    if release.drift is None:
        words = say("Whether the groups moved alike before the release can not be said: the data do not reach back")
    else:
        words = say(
            "In the same span before, the groups moved apart by {drift} (interval {low} to {high})",
            drift=view.language.points(release.drift), **_ends(view, release.drift_interval),
        )  # fmt: skip
    return ((say("Check"), words),)


def findings(view: View) -> list[Finding]:
    """The change around the release: D before and after alone, C with a comparison group that moved alike before."""
    release = None if view.staying is None else view.staying.release
    if release is None:
        return []
    say = view.language.say
    with_group = release.effect is not None
    interval = release.effect_interval if with_group else release.change_interval
    value = release.effect if release.effect is not None else release.change
    is_clear = interval.low > 0 or interval.high < 0
    sound = with_group and release.drift is not None and not release.drifted
    return [
        Finding(
            id="release", grade=Grade.C if sound else Grade.D,
            head=_head(view, value, is_clear),
            statement=_statement(view, release),
            meaning=say(
                "With so few people, only a change of {least} or more would have shown for sure.",
                least=view.language.points((interval.high - interval.low) * SEEN).lstrip("+"),
            )
            if not is_clear
            else say("The comparison group moved alike before, so the difference is unlikely to be the season's.")
            if sound
            else say("The groups moved apart before the release already, so the difference need not be the release's.")
            if release.drifted
            else say("Season, offers and who came changed with the date too: before and after is no proof."),
            action=say("Bring the next release to a random part first; then its effect can be measured."),
            section="release", value=100 * value, low=100 * interval.low, high=100 * interval.high,
            n=release.before.people + release.after.people, unit="points", notable=is_clear,
        )
    ]  # fmt: skip


def _head(view: View, value: float, is_clear: bool) -> Text:
    say = view.language.say
    if not is_clear:
        return say("Around the release, the return has not changed by more than chance explains")
    return say("After the release more people return") if value > 0 else say("After the release fewer people return")
