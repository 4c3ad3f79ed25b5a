"""What the reports are called."""

from __future__ import annotations

from customer_analytics.language import Language


def report_name(name: str, language: Language) -> str:
    """The title of a report's kind, for example "Customer value (RFM)"; the industry's where it has one."""
    if own := language.wording.title(name):
        return own
    say = language.say
    return {
        "data_audit": say("Data audit"),
        "personas": say("Personas"),
        "rfm": say("Customer value (RFM)"),
        "funnel": say("Funnel and paths"),
        "retention": say("Retention and activity"),
        "churn": say("Churn"),
        "basket_rules": say("Basket rules"),
        "campaign_evaluation": say("Campaign evaluation"),
    }.get(name, language.say("Report {name}", name=name.replace("_", " ")))
