"""What the lists of customers are called for those who will use them."""

from __future__ import annotations

import re

from customer_analytics.language import Language

_PERSONA = re.compile(r"persona_(\d+)")


def list_name(language: Language, stem: str) -> str:
    """The name of a list by its file's name; a list that an own report writes is called like its file."""
    say = language.say
    if persona := _PERSONA.fullmatch(stem):
        return say("Persona {number}", number=persona[1])
    names = {
        "champions": say("Champions"),
        "loyal": say("Loyal"),
        "potential_loyalist": say("Potential loyalists"),
        "new": say("New"),
        "promising": say("Promising"),
        "needing_attention": say("Needing attention"),
        "about_to_sleep": say("About to sleep"),
        "cant_lose_them": say("Can't lose them"),
        "at_risk": say("At risk"),
        "hibernating": say("Hibernating"),
        "lost": say("Lost"),
        "negative_money": say("Returned more than they bought"),
        "quiet_regulars": say("Regulars who went quiet"),
        "one_time_buyers": say("One-time buyers"),
        "due_list": say("Due by their own rhythm"),
        "at_risk_of_lapse": say("Late by their own rhythm"),
        "repurchase_scores": say("Chance of a second order"),
        "conversion_scores": say("Chance of a first order"),
        "dropped_off": say("Stopped on the way"),
        "next_best": say("Products to offer next"),
        "buy_again": say("Products to buy again"),
        "reminders_due": say("Reminders that are due"),
        "lookalikes": say("Lookalikes"),
        "segment_traits": say("Upload for Segment"),
        "braze_attributes": say("Upload for Braze"),
    }
    return names.get(stem) or stem.replace("_", " ").capitalize()
