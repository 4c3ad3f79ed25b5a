"""The first screen: where people fall away, how many, what it costs, what to do first."""

from __future__ import annotations

from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary, told_in_order, told_in_section
from customer_analytics.narrative.funnel import dropoff, opening
from customer_analytics.narrative.funnel.findings import ASSUMED_GAIN, leak_finding, pace_finding, silent_finding, won
from customer_analytics.narrative.funnel.holds import firm_finding
from customer_analytics.narrative.funnel.path_findings import findings as path_findings
from customer_analytics.narrative.funnel.scorecard import scorecard_finding
from customer_analytics.narrative.funnel.tools import tools_finding
from customer_analytics.narrative.funnel.view import View
from customer_analytics.narrative.once import once


def summary(view: View) -> Summary:
    """The summary of the funnel report."""
    if not view.enough:
        return _too_few(view)
    return Summary(_title(view), _standfirst(view), _kpis(view), all_findings(view), recommendation(view))


@once
def all_findings(view: View) -> tuple[Finding, ...]:
    """All findings, in the order of what a client should hear first."""
    if not view.enough:
        return _too_few(view).findings
    found: list[Finding | None] = [
        dropoff.first_finding(view),
        leak_finding(view),
        *dropoff.findings(view),
        pace_finding(view),
        firm_finding(view),
        tools_finding(view),
        silent_finding(view),
        *path_findings(view),
        scorecard_finding(view, view.card) if view.card is not None else None,
    ]
    return told_in_order(found)


def aside(view: View, section: str) -> list[Finding]:
    """Findings that belong to a section and are not on the first screen."""
    return told_in_section(all_findings(view), section)


def _title(view: View) -> Text:
    say, language, worst, group = view.language.say, view.language, view.worst, opening.largest(view)
    if group is not None:
        return opening.title(view, group)
    rate, base = view.result.conversion.value, view.counted(view.n)
    if worst is None:
        return say("All {base} that entered reached “{last}”", base=base, last=view.step(view.steps))
    if view.steps == 2:
        lost = language.number(worst.lost)
        if view.result.no_window:
            return say(
                "{rate} of {base} reach “{last}”, {lost} do not",
                rate=language.percent(rate), base=base, last=view.step(2), lost=lost,
            )  # fmt: skip
        return say(
            "{rate} of {base} reach “{last}” within {window}, {lost} do not",
            rate=language.percent(rate), base=base, last=view.step(2), window=view.window, lost=lost,
        )  # fmt: skip
    return say(
        "{rate} of {base} reach “{last}”. Most are lost before “{step}”",
        rate=language.percent(rate), base=base, last=view.step(view.steps), step=worst.name,
    )  # fmt: skip


def _standfirst(view: View) -> Text:
    say, language, worst, group = view.language.say, view.language, view.worst, opening.largest(view)
    if group is not None:
        return opening.standfirst(view, group)
    if worst is None:
        return say("{count} entered from {period}.", count=view.counted(view.n), period=view.period)
    if view.steps == 2:
        return say(
            "They entered by “{first}”, from {period}. There is no step between: what happens there is not seen.",
            first=view.step(1), period=view.period,
        )  # fmt: skip
    return say(
        "{lost} of {base} that reached “{before}” went no further, from {period}. Start there: no other step loses as "
        "many.",
        lost=language.number(worst.lost), base=view.counted(worst.base), before=view.step(worst.step - 1),
        period=view.period,
    )  # fmt: skip


def _kpis(view: View) -> tuple[Kpi, ...]:
    say, language, worst = view.language.say, view.language, view.worst
    count, base, rate, interval = view.result.conversion
    kpis = [
        Kpi(
            say("Reach “{step}”", step=view.step(view.steps)),
            language.percent(rate, 1),
            opening.change_words(
                view,
                say(
                    "{count} of {n}; {interval}",
                    count=language.number(count), n=language.number(base), interval=view.interval(interval, 1),
                ),
            ),
        )
    ]  # fmt: skip
    if worst is not None:
        kpis.append(
            Kpi(
                say("Lost before “{step}”", step=worst.name),
                language.number(worst.lost),
                say(
                    "{rate} of {n} go on; {interval}", rate=language.percent(worst.rate),
                    n=language.number(worst.base), interval=view.interval(worst.interval),
                ),
            )
        )  # fmt: skip
    group = opening.largest(view)
    if group is not None:
        kpis.append(opening.kpi(view, group))
    whole = view.result.times[view.result.times["from_step"] == 1]
    if len(whole) and int(whole.iloc[-1]["converters"]) >= view.minimum_base:
        row = whole.iloc[-1]
        kpis.append(
            Kpi(
                say("Median time to the end"),
                language.duration(float(row["p50"])),
                say("three quarters within {time}", time=language.duration(float(row["p75"]))),
            )
        )
    if view.result.immature and group is None:
        kpis.append(
            Kpi(
                say("Still under way"),
                language.number(view.result.immature),
                say("entered less than {window} ago; in no rate", window=view.window),
            )
        )
    return tuple(kpis)


def recommendation(view: View) -> Text:
    """What to do first, with a number and its assumption in one sentence."""
    say, language, worst, group = view.language.say, view.language, view.worst, opening.largest(view)
    if group is not None:
        return opening.recommendation(view, group)
    if worst is None:
        return say("Nothing is lost on this way; look at who never enters it.")
    extra = won(view, worst)
    if extra is None:
        return say(
            "Begin between “{before}” and “{step}”: {lost} are lost there, and nobody came to a later step. Check "
            "first whether all steps are recorded.",
            before=view.step(worst.step - 1), step=worst.name, lost=language.number(worst.lost),
        )  # fmt: skip
    return say(
        "Begin between “{before}” and “{step}”. If one change wins {gain} of the {lost} who are lost there, and these "
        "go on as others do, about **{extra} more** reach “{last}” in a period as long as this one. Test it with a "
        "part held back.",
        before=view.step(worst.step - 1), step=worst.name, gain=language.percent(ASSUMED_GAIN),
        lost=language.number(worst.lost), extra=view.counted(extra), last=view.step(view.steps),
    )  # fmt: skip


def _too_few(view: View) -> Summary:
    """The whole summary where the base is too small for any rate."""
    say, language = view.language.say, view.language
    finding = Finding(
        id="too_few_entries", grade=Grade.D, head=say("No rates are given"),
        statement=say(
            "{count} entered the funnel by “{step}” from {period}; rates are not estimable.",
            count=view.counted(view.n), step=view.step(1), period=view.period,
        ),
        meaning=view.why_not,
        action=say("Check the steps, the window and the as-of date; then load more history."),
        section="limits", value=float(view.n), n=view.n, unit="entries",
    )  # fmt: skip
    kpi = Kpi(say("Entered"), language.number(view.n), say("too few for rates"))
    return Summary(
        say("Too few entries for rates: {n}", n=language.number(view.n)),
        say("The report lists what was counted and gives no rates."),
        (kpi,),
        (finding,),
        say("Shorten the window, choose other steps or load more history before anybody acts on rates."),
    )
