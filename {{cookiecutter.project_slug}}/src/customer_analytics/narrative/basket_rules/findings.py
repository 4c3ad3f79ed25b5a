"""What the basket report says first: what goes together beyond chance, in how many baskets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View


def findings(view: View) -> list[Finding]:
    """The best combination, or that there is none."""
    return [together_finding(view)] if len(view.shown) else [nothing_finding(view)]


def together_finding(view: View) -> Finding:
    """The best rule in words."""
    say, language, best = view.language.say, view.language, view.shown.iloc[0]
    left, right = view.names(best["antecedent"]), view.names(best["consequent"])
    low, high = float(best["lift_low"]), float(best["lift_high"])
    return Finding(
        id="together", grade=Grade.C,
        head=say("{left} goes with {right}", left=left, right=right),
        statement=say(
            "Of {base} with {left}, **{confidence}** also hold {right}: {times} as many as chance gives ({interval}).",
            base=view.counted(int(best["count_antecedent"])), left=left, right=right,
            confidence=language.percent(float(best["confidence"])), times=view.times(float(best["lift"])),
            interval=view.numbers_between(low, high),
        ),
        meaning=say("They are found together in {baskets}.", baskets=view.counted(int(best["count"]))),
        action=say("Offer the one where the other is bought, and count what it brings against a control group."),
        section="rules", value=float(best["lift"]), low=low, high=high, n=int(best["count"]), unit="times",
    )  # fmt: skip


def nothing_finding(view: View) -> Finding:
    """That nothing goes together beyond chance."""
    say = view.language.say
    return Finding(
        id="together", grade=Grade.C, head=say("Nothing goes together beyond chance"),
        statement=say("Of {baskets} no two items are together more often than chance gives.",
                      baskets=view.counted(view.n)),
        meaning=say("Whoever buys one item is no likelier to buy another than anybody else."),
        action=say("Do not build bundles from these baskets; choose them by margin and test them."),
        section="rules", n=view.n, unit="baskets",
    )  # fmt: skip
