"""What goes with leaving: hazard ratios with everything else alike, whether they last, when they leave."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.hazard.result import DAYS, Hazards
from customer_analytics.language import Text
from customer_analytics.narrative.churn.hazard_words import (
    CLAIM,
    OURS,
    against,
    column_name,
    counted,
    is_contracts,
    level_name,
    p_value,
    parts,
    ratio,
    ratio_interval,
    section_id,
    span,
    stepped,
    term_name,
)
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

MOST_TERMS = 8  # on the page; the file holds all
IndexRow = tuple[str, float, float, float, str, str]


def hazard_section(view: View, part: Hazards) -> SectionWords:
    """Opening of the section, or why there is no model."""
    say, language = view.language.say, view.language
    title = say("What goes with an earlier end") if is_contracts(part) else say("What goes with leaving earlier")
    if not len(part.effects):
        deck = _no_model(view, part)
    else:
        clear = int((part.effects["q"] < CLAIM).sum())
        deck = say(
            "{clear} of {terms} effects are beyond chance. A ratio of {two} means: twice as many leave in any span of "
            "time, with everything else in the model alike.", clear=language.number(clear),
            terms=language.number(len(part.effects)), two=language.number(2),
        )  # fmt: skip
    return SectionWords(title, section_id(view, part, "hazards"), deck)


def _no_model(view: View, part: Hazards) -> Text:
    say, language, reason = view.language.say, view.language, part.no_model
    if not part.ended:
        return say("Not estimable: nobody has left so far.")
    if reason is None:
        return say("Not estimable: too few came back to tell those who left from those who buy seldom.")
    if reason.reason == "covariates":
        return say("Nothing is known of them that could be compared.")
    return say("Not estimable: {ends} ended, too few for a model.", ends=language.number(reason.ends))


def shown_terms(part: Hazards) -> list[dict[str, object]]:
    """The terms on the page: the clearest first by how sure they are, then drawn by size."""
    if not len(part.effects):
        return []
    table = part.effects.assign(sure=(part.effects["coefficient"] / part.effects["error"]).abs())
    table = table.merge(part.proportional, on="covariate", how="left")
    table = table.sort_values("sure", ascending=False, kind="stable").head(MOST_TERMS)
    rows = [stepped({str(key): value for key, value in row.items()}) for row in table.to_dict("records")]
    return sorted(rows, key=lambda row: -float(str(row["hazard_ratio"])))


def ratio_rows(view: View, part: Hazards) -> tuple[str, list[IndexRow]]:
    """Heading and rows as arguments of charts.Index (a ratio of one is an index of a hundred)."""
    rows = []
    for row in shown_terms(part):
        value, low, high = (float(str(row[name])) * 100 for name in ("hazard_ratio", "low", "high"))
        is_clear = float(str(row["q"])) < CLAIM
        role = "mute" if not is_clear else "alert" if value > 100 else "s1"
        rows.append((str(term_name(view, row)), value, low, high, ratio(view, value / 100), role))
    return str(view.language.say("Times as likely to leave, everything else alike")), rows


def reference(view: View) -> str:
    """Words at the line of one."""
    return str(view.language.say("as likely"))


def ratio_figure(view: View, part: Hazards) -> FigureWords:
    """Words of the ratios."""
    say, language = view.language.say, view.language
    rows = shown_terms(part)
    clear = [row for row in rows if float(str(row["q"])) < CLAIM]
    if clear:
        strongest = max(clear, key=lambda row: float(str(row["sure"])))
        title = say(
            "{term} – {ratio} times as likely to leave", term=term_name(view, strongest),
            ratio=ratio(view, float(str(strongest["hazard_ratio"]))),
        )  # fmt: skip
    else:
        title = say("Nothing that is known of them goes clearly with leaving earlier")
    told = language.joined(
        say("{term}: {ratio}", term=term_name(view, row), ratio=ratio(view, float(str(row["hazard_ratio"]))))
        for row in rows
    )
    method = (
        say("Hazard ratios with their intervals (Cox); grey: not beyond chance")
        if is_contracts(part)
        else say("Hazard ratios with their intervals (own-rate purchases until leaving); grey: not beyond chance")
    )
    return FigureWords(
        title, method, say("Dots on a scale of ratios. {rows}.", rows=told),
        say("Source: {people}, of which {ended} left.", people=counted(view, part, part.people),
            ended=language.number(part.ended)),
    )  # fmt: skip


def ratio_table(view: View, part: Hazards) -> TableWords:
    """The same as a table, with what each is compared with and the test whether it lasts."""
    say, lives = view.language.say, not is_contracts(part)
    rows: list[Row] = []
    for row in shown_terms(part):
        value, low, high, q = (float(str(row[name])) for name in ("hazard_ratio", "low", "high", "q"))
        lasts = float(str(row["proportional_p"]))
        last: tuple[str, float] = (
            (ratio(view, float(str(row["by_silence"]))), float(str(row["by_silence"])))
            if lives
            else (p_value(view, lasts), lasts)
        )
        rows.append(
            (
                (term_name(view, row), None), (against(view, row), None), (ratio(view, value), value),
                (ratio_interval(view, low, high), None), (p_value(view, q), q), last,
            )
        )  # fmt: skip
    fifth = say("Ratio by silence alone") if lives else say("Lasts (p)")
    return TableWords(
        (
            (say("What is known"), "name"), (say("Compared with"), "text"), (say("Hazard ratio"), "number"),
            (say("Ratio's interval"), "number"), (say("q over all terms"), "number"), (fifth, "number"),
        ),
        tuple(rows),
        say("Hazard ratios of contracts, everything else alike")
        if is_contracts(part)
        else say("Hazard ratios of customers, everything else alike"),
        view.how(_model_line(view, part), _lasting_line(view, part), *_sample_line(view, part)),
        file="hazards.csv",
    )  # fmt: skip


def _model_line(view: View, part: Hazards) -> tuple[Text, Text]:
    say, language = view.language.say, view.language
    shown, terms = language.number(min(MOST_TERMS, len(part.effects))), language.number(len(part.effects))
    if is_contracts(part):
        return say("Model"), say(
            "Cox, ties by Efron, no penalty; the {shown} surest of {terms} terms. q: Benjamini-Hochberg over all terms",
            shown=shown, terms=terms,
        )  # fmt: skip
    return say("Model"), say(
        "Everybody buys at an own rate until they leave; both are estimated together, the hazard constant within "
        "stretches of age. The {shown} surest of {terms} terms. q: Benjamini-Hochberg over all terms",
        shown=shown, terms=terms,
    )  # fmt: skip


def _sample_line(view: View, part: Hazards) -> list[tuple[Text, Text]]:
    """How many the model was fitted to, where these are not all."""
    if part.share >= 1 or part.cox is None:
        return []
    say = view.language.say
    return [
        (
            say("Sample"),
            say("Fitted to {people}, drawn by a hash of the customer's id; curves and probabilities are of all",
                people=counted(view, part, part.cox.rows)),
        )
    ]  # fmt: skip


def _lasting_line(view: View, part: Hazards) -> tuple[Text, Text]:
    say = view.language.say
    if is_contracts(part):
        return say("Lasts"), say(
            "Schoenfeld residuals against the rank of time: a small p says that the ratio changes with the age of the "
            "contract"
        )
    return say("Ratio by silence alone"), say(
        "Cox on “silent for {days}, so gone”: who buys seldom looks gone and who left lately does not yet, so the "
        "ratios come out nearer to one than they are", days=view.days(part.silence),
    )  # fmt: skip


def remarks(view: View, part: Hazards) -> list[Text]:
    """What changes with age, what was set aside and why, when they leave, how well the model orders them."""
    return [
        text
        for text in (
            *_changing(view, part),
            _entangled(view, part),
            _aside(view, part),
            _when(view, part),
            _quality(view, part),
        )
        if text
    ]


def _changing(view: View, part: Hazards) -> list[Text]:
    """The readable consequence of a failed test of proportional hazards."""
    if not is_contracts(part) or not len(part.proportional) or not len(part.effects):
        return []
    say = view.language.say
    table = part.effects.merge(part.proportional[part.proportional["changes"]], on="covariate")
    told = []
    for term in table.to_dict("records"):
        row = stepped({str(key): value for key, value in term.items()})
        early, late = (
            (ratio(view, float(str(row[name]))),
             ratio_interval(view, float(str(row[f"{name}_low"])), float(str(row[f"{name}_high"]))))
            for name in ("early", "late")
        )  # fmt: skip
        if math.isnan(term["early"]) or math.isnan(term["late"]):
            continue
        told.append(
            say(
                "**{term}** does not act alike at every age: up to {split} the ratio is {early} ({early_between}), "
                "after that {late} ({late_between}). Read the ratio in the table as a mean over both.",
                term=term_name(view, row), split=span(view, part, term["split"]), early=early[0], late=late[0],
                early_between=early[1], late_between=late[1],
            )
        )  # fmt: skip
    return told


def _entangled(view: View, part: Hazards) -> Text | None:
    """Columns that go together so closely that their ratios can only be read together."""
    if part.cox is None or not part.cox.entangled:
        return None
    say, language = view.language.say, view.language
    pairs = language.joined(
        say("{first} and {second}", first=column_name(view, first), second=column_name(view, second))
        for first, second in part.cox.entangled[:3]
    )
    return say(
        "Some columns go together so closely that the ratio of one alone says little: {pairs}. Read them together, or "
        "name one of them only in the parameter of covariates.", pairs=pairs,
    )  # fmt: skip


def _aside(view: View, part: Hazards) -> Text | None:
    """The columns set aside before the fit, each with its reason."""
    if not len(part.set_aside):
        return None
    say, language = view.language.say, view.language
    told = [
        say("{column} ({why})", column=_feature(view, str(row["feature"])),
            why=_why(view, str(row["reason"]), str(row["with_what"])))
        for row in part.set_aside.to_dict("records")
    ]  # fmt: skip
    return say("Set aside before the fit: {columns}.", columns=language.joined(told[:MOST_TERMS]))


def _feature(view: View, name: str) -> Text:
    column, equals, level = name.partition("=")
    if not equals:
        return column_name(view, column)
    level_words = {"others": view.language.say("the others together"), "unknown": view.language.say("not known")}
    return view.language.say("{column}: {level}", column=column_name(view, column),
                             level=level_words.get(level) or level_name(view, level))  # fmt: skip


def _why(view: View, reason: str, other: str) -> Text:
    say = view.language.say
    return {
        "constant": say("the same for all"), "mostly_missing": say("mostly missing"),
        "many_levels": say("too many values"), "levels": say("too many values"),
        "identifier": say("a number of its own for each"), "known_after": say("filled in only after the end"),
        "separating": say("tells ended from running without error: it knows the end"),
        "no_end": say("nobody of it has left"), "only_ends": say("everybody of it has left"),
        "few_ends": say("too few of it have left"), "unstable": say("no finite estimate"),
    }.get(reason) or (
        say("follows from {other}", other=_feature(view, other)) if other else say("follows from the others")
    )  # fmt: skip


def _when(view: View, part: Hazards) -> Text | None:
    """At which ages they leave: the highest and the lowest stretch."""
    table = part.tenure
    if len(table) < 2 or not part.tenure_p < CLAIM:
        return None
    say, language = view.language.say, view.language
    ordered = table.sort_values("rate", kind="stable")
    first, last = ordered.iloc[-1], ordered.iloc[0]
    numbers = {
        "high": language.percent(1 - math.exp(-float(first["rate"])), 1), "high_from": language.number(first["from"]),
        "high_until": span(view, part, float(first["until"])),
        "low": language.percent(1 - math.exp(-float(last["rate"])), 1), "low_from": language.number(last["from"]),
        "low_until": span(view, part, float(last["until"])), "month": view.days(30),
    }  # fmt: skip
    if part.unit == DAYS:
        return say(
            "When they leave: most at an age of {high_from} to {high_until} (of those here then, {high} leave within "
            "{month}), least at {low_from} to {low_until} ({low}).", **numbers,
        )  # fmt: skip
    return say(
        "When they leave: most at an age of {high_from} to {high_until} (of those here then, {high} leave in each "
        "unit), least at {low_from} to {low_until} ({low}).", **numbers,
    )  # fmt: skip


def _quality(view: View, part: Hazards) -> Text | None:
    """How well the model orders people whom it has not seen."""
    found = part.quality
    if found is None:
        return None
    say, language = view.language.say, view.language
    numbers = {
        "people": counted(view, part, found.people), "uno": language.percent(found.uno.value),
        "uno_between": view.in_bracket(found.uno.interval), "harrell": language.percent(found.harrell.value),
        "tau": span(view, part, found.tau), "skill": language.percent(found.skill.value, 1),
        "skill_between": view.in_bracket(found.skill.interval, 1), "half": language.percent(0.5),
    }  # fmt: skip
    if found.uno.low <= 0.5:
        return say(
            "On {people} left out of the fit in turn, it orders who leaves first no better than chance would: right in "
            "{uno} of pairs ({uno_between}; Uno's C up to {tau}).", **numbers,
        )  # fmt: skip
    return say(
        "On {people} left out of the fit in turn, it tells of two who leaves first in **{uno}** of pairs "
        "({uno_between}; Uno's C up to {tau}; Harrell's {harrell}; chance {half}). Its errors are {skill} smaller than "
        "those of one curve for all (integrated Brier score, {skill_between}).", **numbers,
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The surest effect beyond chance of each part."""
    found = []
    for part in parts(view):
        clear = part.effects[part.effects["q"] < CLAIM] if len(part.effects) else part.effects
        if len(clear):
            row = clear.iloc[int((clear["coefficient"] / clear["error"]).abs().to_numpy().argmax())]
            found.append(_strongest(view, part, stepped({str(key): value for key, value in row.to_dict().items()})))
    return found


def is_term_of_contract(row: dict[str, object]) -> bool:
    """Whether a column is something that can be given: a plan or another term of the contract."""
    return str(row["column"]) not in OURS or row["column"] == "plan"


def _strongest(view: View, part: Hazards, row: dict[str, object]) -> Finding:
    say, language = view.language.say, view.language
    value, low, high = (float(str(row[name])) for name in ("hazard_ratio", "low", "high"))
    tested = part.quality is not None and part.quality.uno.low > 0.5
    numbers = {
        "term": term_name(view, row), "ratio": ratio(view, value), "between": ratio_interval(view, low, high),
        "against": against(view, row), "people": counted(view, part, part.people),
        "ended": language.number(part.ended),
    }  # fmt: skip
    return Finding(
        id=f"hazard_{part.kind}", grade=Grade.B if tested else Grade.C,
        head=say("{term} goes with leaving sooner", **numbers)
        if value > 1
        else say("{term} goes with staying longer", **numbers),
        statement=say(
            "**{term}**: with everything else alike **{ratio} times** as likely to leave in any span of time as "
            "{against} (interval {between}; {people}, of which {ended} left).", **numbers,
        ),
        meaning=say("The model compares only those of whom the same is known otherwise. It is no proof of a cause."),
        action=say("Give it to a random half of newcomers, and count who stays.")
        if value < 1 and is_term_of_contract(row)
        else say("Look first at the others, and test what is offered to them on a random half.")
        if value < 1
        else say("Look first at those whom it holds for, and test what is offered to them on a random half."),
        section=section_id(view, part, "hazards"), value=value, low=low, high=high, n=part.people, unit="times",
        notable=is_contracts(part) == view.is_contractual,
    )  # fmt: skip
