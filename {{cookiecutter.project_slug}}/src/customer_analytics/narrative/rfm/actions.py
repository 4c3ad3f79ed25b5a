"""The plan: for each segment what to offer, where and when, what to measure and whom to leave out."""

from __future__ import annotations

from typing import NamedTuple

from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import Row, TableWords
from customer_analytics.narrative.rfm.view import View


class Action(NamedTuple):
    """What to do with a segment."""

    offer: Text
    channel: Text
    time: Text
    measure: Text
    leave_out: Text


def action(view: View, segment: str) -> Action:
    """The action of a segment."""
    return _good(view).get(segment) or _middle(view).get(segment) or _gone(view)[segment]


def _good(view: View) -> dict[str, Action]:
    """Segments that buy: nothing here gives money away for what happens anyway."""
    say = view.language.say
    overdue = _overdue(view)
    return {
        "champions": Action(
            say("Early access, personal service, a reason to recommend; no discount"),
            say("Personal contact, app"),
            say("At each launch"),
            say("Share that stays in the segment"),
            say("Open complaints"),
        ),
        "loyal": Action(
            say("Member benefits, a complement to the last purchase"),
            say("E-mail, app"),
            overdue,
            say("Share that becomes champions"),
            say("Bought within the last days"),
        ),
        "potential_loyalist": Action(
            say("A reason for the third purchase: bundle, membership"),
            say("E-mail, messenger"),
            overdue,
            say("Share with one more purchase"),
            say("Open returns"),
        ),
        "new": Action(
            say("Welcome series, help with the first product; then an offer for the second purchase"),
            say("E-mail, messenger"),
            _second(view),
            say("Share with a second purchase"),
            say("First order sent back"),
        ),
        "promising": Action(
            say("A small first benefit with a short date"),
            say("E-mail, messenger"),
            _second(view),
            say("Share with a second purchase"),
            say("Buyers at a discount only"),
        ),
    }


def _middle(view: View) -> dict[str, Action]:
    say = view.language.say
    overdue = _overdue(view)
    return {
        "needing_attention": Action(
            say("What is new in the categories they bought"),
            say("E-mail, app"),
            overdue,
            say("Purchases per customer against the held-out part"),
            say("Contacted this month already"),
        ),
        "about_to_sleep": Action(
            say("Reminder, best sellers, a small benefit in a test"),
            say("E-mail"),
            _before_lost(view),
            say("Share that buys, against the held-out part"),
            say("No consent, no opening in a year"),
        ),
        "cant_lose_them": Action(
            say("Ask what went wrong, then a personal offer"),
            say("Telephone, letter"),
            say("This week"),
            say("Share that returns, against the held-out part"),
            say("Open complaints: solve them first"),
        ),
        "at_risk": Action(
            say("Win-back offer in two steps: first a reason, then a benefit"),
            say("E-mail, messenger, letter to the largest"),
            say("This month"),
            say("Share that returns, against the held-out part"),
            say("Those who return without an offer after the first step"),
        ),
    }


def _gone(view: View) -> dict[str, Action]:
    say = view.language.say
    return {
        "hibernating": Action(
            say("Newsletter only; a seasonal reminder"),
            say("E-mail"),
            say("Before the season"),
            say("Cost per returned customer"),
            say("Paid channels"),
        ),
        "lost": Action(
            say("No paid contact; one last question, then rest"),
            say("E-mail"),
            say("Once a year"),
            say("Cost saved"),
            say("All paid channels, no consent"),
        ),
    }


def _overdue(view: View) -> Text:
    """Half of the repeat purchases have come by then."""
    say, language, pace = view.language.say, view.language, view.result.rhythm
    if pace is None:
        return say("When the next purchase is due")
    return say("About day {days} after a purchase", days=language.number(pace.median_days))


def _second(view: View) -> Text:
    say, language = view.language.say, view.language
    second = next((step for step in view.result.steps if step.purchase == 2), None)
    if second is None or second.median_days is None:
        return say("In the first weeks")
    return say("Before day {days} after the first purchase", days=language.number(second.median_days))


def _before_lost(view: View) -> Text:
    say, language, pace = view.language.say, view.language, view.result.rhythm
    if pace is None:
        return say("This month")
    return say("Before day {days} without a purchase", days=language.number(pace.lost_days))


def action_table(view: View) -> TableWords:
    """One row a segment, by revenue."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for group in view.groups:
        if group.key == "small":
            continue
        plan = action(view, group.key)
        rows.append(
            (
                (view.name(group.key), None),
                (language.number(group.customers), group.customers),
                (plan.offer, None),
                (say("{channel}. {time}", channel=plan.channel, time=plan.time), None),
                (plan.measure, None),
                (plan.leave_out, None),
            )
        )
    return TableWords(
        (
            (say("Segment"), "name"),
            (say("Customers"), "number"),
            (say("Offer"), "text"),
            (say("Channel and time"), "text"),
            (say("Measure"), "text"),
            (say("Leave out"), "text"),
        ),
        tuple(rows),
        say("What to do with each segment"),
        view.how(
            (say("Unit"), say("One customer; each is in exactly one segment")),
            (
                say("Actions"),
                say("The usual first step for such a segment; days come from this client's purchase rhythm"),
            ),
        ),
    )
