"""Whoever is contacted first by the scores: how many of all leavers are reached so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.narrative.exhibits import FigureWords, SectionWords

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View
    from customer_analytics.narrative.finding import Finding

Line = tuple[str, list[float], list[float], str, list[float] | None, list[float] | None, bool]
MARKED = (0.1, 0.3)  # shares contacted that the figure names
TOLERANCE = 1e-6


def has(view: View) -> bool:
    """Whether a ranking means anything."""
    return view.predicts


def _curve(view: View, method: str) -> pd.DataFrame:
    scoring = view.scoring
    assert scoring is not None
    return scoring.gains[(scoring.gains["method"] == method) & (scoring.gains["cut"] == "all")]


def _shown(view: View) -> list[str]:
    """The method in use, then the best of the other kind."""
    scoring = view.scoring
    assert scoring is not None
    other = scoring.best_rule if scoring.is_model else scoring.best_model
    return [scoring.chosen, other] if other else [scoring.chosen]


def section(view: View) -> SectionWords:
    """Opening: what contacting the first ones reaches."""
    say, language = view.language.say, view.language
    first, second = (_at(view, share) for share in MARKED)
    deck = say(
        "Whoever contacts the {first} with the highest scores reaches {reached} of all leavers; with the {second} it "
        "is {more}.",
        first=language.percent(MARKED[0]), reached=language.percent(first), second=language.percent(MARKED[1]),
        more=language.percent(second),
    )  # fmt: skip
    return SectionWords(say("Who is reached by contacting the riskiest first"), "gains", deck)


def _at(view: View, share: float, method: str | None = None) -> float:
    table = _curve(view, method or _shown(view)[0])
    return float(table.loc[(table["share"] - share).abs() < TOLERANCE, "captured"].iloc[0])


def lines(view: View) -> list[Line]:
    """The method in use with its band, then the best of the other kind."""
    rows: list[Line] = []
    for place, method in enumerate(_shown(view)):
        table = _curve(view, method)
        x, y = ([0.0, *table[name].astype(float)] for name in ("share", "captured"))
        low, high = ([0.0, *table[name].astype(float)] for name in ("low", "high"))
        name = str(view.method_name(method))
        rows.append((name, x, y, "s1", low, high, False) if place == 0 else (name, x, y, "ink3", None, None, True))
    return rows


def axis(view: View) -> tuple[Text, Text, Text, list[tuple[float, float, str]]]:
    """Axis of who is contacted, axis of who is reached, words on the diagonal, marks on the first line."""
    say, language = view.language.say, view.language
    marks = [
        (share, _at(view, share), str(say("{contacted} contacted: {reached}", contacted=language.percent(share),
                                          reached=language.percent(_at(view, share)))))
        for share in MARKED
    ]  # fmt: skip
    return say("Share contacted, highest scores first"), say("Share of all leavers reached"), say("at random"), marks


def figure(view: View) -> FigureWords:
    """Words of the gains."""
    say, language = view.language.say, view.language
    reached = language.percent(_at(view, MARKED[1]))
    told = [
        say("{method}: {values}", method=view.method_name(method), values=language.listing([
            str(say("{reached} at {contacted}", reached=language.percent(_at(view, share, method)),
                    contacted=language.percent(share))) for share in (0.1, 0.2, 0.3, 0.5)]))
        for method in _shown(view)
    ]  # fmt: skip
    return FigureWords(
        say("Contacting {contacted} reaches {reached} of the leavers", contacted=language.percent(MARKED[1]),
            reached=reached),
        say("Share of all leavers among those contacted, by share contacted; band: interval"),
        say("Lines of the share reached. {rows}.", rows=language.joined(told)),
        say("{source} Within each test, then together; tied people at random, averaged.", source=view.source),
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """None of its own: the finding on telling who leaves carries the figures."""
    return []
