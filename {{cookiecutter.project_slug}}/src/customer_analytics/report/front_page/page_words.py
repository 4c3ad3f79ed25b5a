"""The headings and labels of the front page."""

from __future__ import annotations

from customer_analytics.language import Language, Text
from customer_analytics.report.front_page.multiples import LEVEL


def page_words(language: Language) -> dict[str, Text]:
    """Every fixed text of the template, by its name there."""
    say = language.say
    return _state_words(language) | {
        "open": say("Open the report"),
        "findings": say("Main findings"),
        "figures": say("Figures"),
        "limits": say("Limits of the data"),
        "missing": say("Not in this run"),
        "missing_deck": say("The other reports do not depend on these."),
        "verdicts": say("How far the data carries"),
        "verdicts_deck": say("The data audit judges for each report whether the data is enough."),
        "made": say("How this run was made"),
        "report": say("Report"),
        "state": say("State"),
        "why": say("Why"),
        "verdict": say("Verdict"),
        "group": say("Group"),
        "customers": say("Customers"),
        "conclusion": say("Conclusion"),
        "glossary": say("What each number means"),
    }


def _state_words(language: Language) -> dict[str, Text]:
    say = language.say
    return {
        "base": say("The state of the customer base"),
        "stage": say("Stage and measure"),
        "now": say("Now"),
        "before": say("Before"),
        "change": say("Change (interval)"),
        "scorecard": say("The five stages (AARRR), from the first contact to the recommendation"),
        "scorecard_note": say(
            "The newest days against as many before, as the funnel report counts them. Bold: beyond chance, all "
            "measures allowed for."
        ),
        "growth": say("Who is active, and who fell silent"),
        "who": say("Customers by activity"),
        "bridge_note": say("Red takes revenue away. The parts add up exactly; see the report on customer value."),
        "top": say("What matters most"),
        "top_deck": say("Ranked over all reports by evidence and by the money at stake."),
        "changes": say("What changed since the last run"),
        "alerts": say("Alerts"),
        "actions": say("Actions"),
        "actions_deck": say(
            "Agree on who does it and until when. What you type stays in this window; print the page to keep it."
        ),
        "action": say("Action"),
        "lists": say("Lists"),
        "owner": say("Owner"),
        "due": say("Due date"),
        "groups": say("The groups side by side"),
        "groups_deck": say("Dot: value. Line: interval. Each figure has one scale for all groups."),
        "standing_out": say("Who stands out"),
        "groups_note": say(
            "Each group is held against the mean of the others; the false discovery rate of all comparisons together "
            "is {level}.", level=language.percent(LEVEL),
        ),
        "none_out": say("None differs from the others beyond chance."),
    }  # fmt: skip
