"""The next test in words: what it repeats, how large it has to be, who takes part, and where the assignment lies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.next_test.draw import VALUE
from customer_analytics.analysis.next_test.outputs import sizes
from customer_analytics.analysis.next_test.result import AUDIENCE, LEAST_ARM, NextTest
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

DOCUMENT = "test_plans/next_test.md"


def has(view: View) -> bool:
    """Whether the next test is planned at all."""
    return view.result.next_test is not None


def _test(view: View) -> NextTest:
    test = view.result.next_test
    assert test is not None
    return test


def section(view: View) -> SectionWords:
    """Opening: what the test decides, or why its size cannot be told."""
    say, title = view.language.say, view.language.say("The next test, drawn and ready")
    test = _test(view)
    if test.reason:
        deck = say("No size can be stated: how often {outcome} occurs without a contact is not known, or it never "
                   "varies.", outcome=_outcome(view))  # fmt: skip
        return SectionWords(say("The next test"), "next_test", deck)
    if test.pool_reason:
        return SectionWords(say("The next test"), "next_test", _why_not_drawn(view))
    deck = say("Planned with what this report has measured; whoever has the seed can draw it again.")
    return SectionWords(title, "next_test", deck)


def _why_not_drawn(view: View) -> Text:
    say, test = view.language.say, _test(view)
    if test.pool_reason == "few":
        return say(
            "The size is stated below, but nobody is drawn: of {free} who may be contacted an arm would get fewer than "
            "{least}.", free=view.few(_free(test)), least=view.language.number(LEAST_ARM),
        )  # fmt: skip
    return say("The size is stated below, but nobody is drawn: the data hold no customers to draw from.")


def _free(test: NextTest) -> int:
    return 0 if test.pool is None else len(test.pool.people)


def _outcome(view: View) -> Text:
    return view.outcome(_test(view).outcome)


def definitions(view: View) -> list[tuple[Text, Text]]:
    """The plan, line by line."""
    test = _test(view)
    if test.reason:
        return []
    say = view.language.say
    lines = [(say("What is tested"), _tested(view)), (say("What decides"), _decides(view)),
             (say("How many are needed"), _needed(view))]  # fmt: skip
    if test.pool is not None:
        lines.append((say("Who may take part"), _pool(view)))
    if test.assignment is not None:
        lines += [
            (say("Arms of the test"), _arms(view)),
            (say("What it can see"), _sees(view)),
            (say("Cost of the test"), _costs(view)),
            (say("How the lot was drawn"), _drawn(view)),
            (say("Where the assignment lies"), _place(view)),
        ]
    return lines


def _tested(view: View) -> Text:
    say, test = view.language.say, _test(view)
    if not test.model:
        return say("A contact against no contact; the data hold no campaign that could be repeated.")
    campaign = view.name(test.model)
    many = sum(one.campaign == test.model for one in view.result.money.arms.itertuples()) if view.result.money else 0
    what = say("{campaign}, arm {arm}", campaign=campaign, arm=view.arm(test.model_arm)) if many > 1 else campaign
    return {
        "promising": say("{what} again, with its contact unchanged: of all sound campaigns it brought most for one "
                         "contact, luck taken out where that can be told.", what=what),
        "named": say("{what} again, as engagement.yml says.", what=what),
    }.get(test.chosen) or say("{what} again, the latest campaign whose arms could be compared.", what=what)  # fmt: skip


def _is_untouched(view: View) -> bool:
    """Whether the first arm gets nothing; else it gets what the model's first arm got."""
    row = view.campaign(_test(view).model)
    return row is None or row.control_kind == "untouched"


def _decides(view: View) -> Text:
    say, test = view.language.say, _test(view)
    numbers = {
        "outcome": view.outcome_label(test.outcome), "base": _level(view, test.base.mean),
        "n": view.counted_customers(test.base_n), "campaign": view.name(test.model),
        "window": view.language.say_count("{count} day", "{count} days", test.window_days),
        "within": view.within(test.outcome, test.model), "control": view.against(test.model),
    }  # fmt: skip
    if test.base_from != "control":
        return say("{outcome} within {window}, everybody counted in the arm drawn: {base} now ({n}, their last "
                   "{window}).", **numbers)  # fmt: skip
    if _is_untouched(view):
        return say("{outcome}{within}, everybody counted in the arm drawn: {base} without a contact ({n} held out of "
                   "{campaign}).", **numbers)  # fmt: skip
    return say("{outcome}{within}, everybody counted in the arm drawn: {base} with {control} ({n} of {campaign}).",
               **numbers)  # fmt: skip


def _end(view: View) -> str:
    """Until when the arms are kept apart: a day, or in words where a ready-made outcome has its own time."""
    test = _test(view)
    known = None if view.campaigns is None else view.campaigns.outcome(test.outcome)
    if known is not None and known.ready:
        return view.language.say("the test is over")
    return view.language.date(test.result_on)


def _level(view: View, value: float) -> str:
    """A mean of the outcome, also where no campaign knows its kind."""
    if _test(view).base.binary:
        return view.language.percent(value, 1)
    if _test(view).kind == "money":
        return view.language.money(value)
    return view.level(_test(view).outcome, value)


def _needed(view: View) -> Text:
    say, test, number = view.language.say, _test(view), view.language.number
    if not math.isfinite(test.needed):
        return say("No number of customers sees a lift of {lift}: it would take the outcome beyond what is possible.",
                   lift=view.language.signed_percent(test.lift))  # fmt: skip
    numbers = {
        "needed": number(test.needed), "lift": view.language.signed_percent(test.lift),
        "base": _level(view, test.base.mean), "target": _level(view, test.target),
        "power": view.language.percent(test.shape.power), "level": view.language.percent(test.shape.level, 1),
        "cuped": number(test.needed_cuped), "saved": view.language.percent(test.saved),
    }  # fmt: skip
    told = [
        say("**{needed}** in all see a lift of {lift} (from {base} to {target}) with a chance of {power}, at a "
            "two-sided level of {level} for each comparison.", **numbers)
    ]  # fmt: skip
    if test.saved > 0:
        told.append(
            say("Adjusted for what customers did before (CUPED) {cuped} are enough: that took {saved} of the variance "
                "away.", **numbers)
        )  # fmt: skip
    if not math.isnan(test.weeks):
        told.append(
            view.language.say_count(
                "At the present traffic so many different ones come by within one week.",
                "At the present traffic so many different ones come by within {count} weeks.", int(test.weeks),
            )
        )  # fmt: skip
    elif test.pool is not None and test.pool.people["last_day"].notna().any():
        told.append(say("At the present traffic not so many different ones come by within a year."))
    return _one_text(view, told)


def _one_text(view: View, told: list[Text]) -> Text:
    """Sentences together, emphasis kept."""
    if len(told) == 1:
        return told[0]
    return view.language.say("{first} {rest}", first=told[0], rest=view.together(told[1:]))


def _pool(view: View) -> Text:
    say, test = view.language.say, _test(view)
    assert test.pool is not None
    numbers = {"active": view.counted_customers(test.pool.active), "free": view.language.number(_free(test))}
    dated = bool(test.pool.people["last_day"].notna().any())
    told = [
        say("{free} of {active} who were there in the last year.", **numbers)
        if dated
        else say("{free} of {active}; the data do not say when they were there last.", **numbers)
    ]
    why = {
        "no_consent": say("no consent"), "unsubscribed": say("unsubscribed"),
        "too_often": say("contacted too often in the last month"),
        "held_out": say("held out of a list that still holds"),
    }  # fmt: skip
    out = [say("{name}: {n}", name=why[name], n=view.few(n)) for name, n in test.pool.out.items() if n]
    if out:
        told.append(say("Left out: {listed}.", listed=Text(view.language.joined(out))))
    if not test.pool.knows_consent:
        told.append(say("The data do not say who agreed to messages: check that before sending."))
    return view.together(told)


def _arms(view: View) -> Text:
    say, test = view.language.say, _test(view)
    usual = {"control": say("control group"), "treatment": say("treatment group")}
    told = [
        say("{name}: {n}", name=usual.get(name) or view.shortened(name), n=view.language.number(size))
        for name, size in zip(test.arms, test.sizes, strict=True)
    ]
    numbers = {"listed": Text(view.language.joined(told)), "day": _end(view),
               "control": view.against(test.model)}  # fmt: skip
    if _is_untouched(view):
        return say("{listed}. The first one gets no message, and nobody looks at the result, until {day}; the others "
                   "get theirs on the day after the draw.", **numbers)  # fmt: skip
    return say("{listed}. The first one gets what {control} got; nobody looks at the result until {day}.", **numbers)


def _sees(view: View) -> Text:
    say, test = view.language.say, _test(view)
    numbers = {
        "lift": view.language.signed_percent(test.detectable), "least": view.language.signed_percent(test.lift),
        "n": view.counted_customers(test.n), "measured": view.language.signed_percent(test.measured),
    }  # fmt: skip
    if test.is_large_enough:
        told = say("With {n} it sees the lift of {least} that is worth while.", **numbers)
    elif math.isnan(test.detectable):
        told = say("With {n} it sees no lift that is possible.", **numbers)
    else:
        told = say("With {n} it sees a lift of {lift} or more; the {least} that are worth while may go unseen, and a "
                   "result within the interval decides nothing.", **numbers)  # fmt: skip
    if math.isnan(test.measured):
        return told
    return view.together([told, say("Last time {measured} were measured; the best of several is often overrated.",
                                    **numbers)])  # fmt: skip


def _costs(view: View) -> Text:
    say, test = view.language.say, _test(view)
    cost = (
        say("What it will cost is not known: no campaign and no contact_cost says it.")
        if math.isnan(test.cost)
        else say("{cost}: fixed costs as last time, and the messages.", cost=view.language.money(test.cost))
    )
    if not test.forgone > 0 or not (view.result.money and view.result.money.basis):
        return cost
    held = say("Holding out costs about {money} that the contact might have brought: the price of knowing.",
               money=view.language.money(test.forgone))  # fmt: skip
    return view.together([cost, held])


def _drawn(view: View) -> Text:
    say, test = view.language.say, _test(view)
    assert test.strata is not None
    if len(test.strata) == 1:
        return say("By a hash of the customer’s number with the seed {seed}: the same seed gives the same arms.",
                   seed=str(test.seed))  # fmt: skip
    names = view.language.listing([view.shortened(name) for name in test.strata_by])
    by = say("classes of value") if test.strata_by == (VALUE,) else Text(names)
    return say("In the same shares within each of {strata} strata ({by}), by a hash of the customer’s number with the "
               "seed {seed}: the same seed gives the same arms.", strata=view.language.number(len(test.strata)),
               by=by, seed=str(test.seed))  # fmt: skip


def _place(view: View) -> Text:
    return view.language.say(
        "tables/{folder}/assignment.parquet, and as a plain list tables/{folder}_assignment.csv. With the privacy "
        "level operations they hold the client’s own customer numbers: the list can be sent, and the folder, copied as "
        "audiences/{folder}, is in the ledger, so that other lists leave its control group out and the next run of "
        "this report finds the arms. With analyst the numbers are hashed, and the files only show the draw.",
        folder=AUDIENCE,
    )


def tables(view: View) -> list[TableWords]:
    """How the size depends on the lift that is to be seen."""
    test = _test(view)
    found = sizes(test)
    if not len(found):
        return []
    say, language = view.language.say, view.language
    with_weeks = bool(found["weeks"].notna().any())
    lines: list[Row] = []
    for row in rows(found):
        line: Row = (
            (language.signed_percent(row.lift), row.lift), (_level(view, row.mean), row.mean),
            (language.number(row.needed), row.needed), (language.number(row.control), row.control),
            ("–" if math.isnan(row.weeks) else language.number(row.weeks), row.weeks),
        )  # fmt: skip
        lines.append(line if with_weeks else line[:-1])
    columns = (
        (say("Lift to be seen"), "number"), (say("Outcome with it"), "number"), (say("Customers in all"), "number"),
        (say("Of them in the control group"), "number"), (say("Weeks of traffic"), "number"),
    )  # fmt: skip
    how = [
        (say("Chance and level"), say("Seen with a chance of {power}, two-sided level {level} for each contact arm.",
                                      power=language.percent(test.shape.power),
                                      level=language.percent(test.shape.level, 1))),
    ]  # fmt: skip
    if with_weeks:
        how.append((say("Weeks"), say("In which so many different customers who may be contacted come by; a dash: not "
                                      "within a year, or not known.")))  # fmt: skip
    return [
        TableWords(
            columns if with_weeks else columns[:-1], tuple(lines), say("What a test has to be to see a lift"),
            view.how(*how), file="next_test_sizes",
        )
    ]  # fmt: skip


def findings(view: View) -> list[Finding]:
    """What the next test could show."""
    if not has(view) or _test(view).assignment is None:
        return []
    say, test = view.language.say, _test(view)
    numbers = {
        "n": view.counted_customers(test.n), "held": view.language.number(test.sizes[0]),
        "lift": view.language.signed_percent(test.detectable), "least": view.language.signed_percent(test.lift),
        "needed": view.language.number(test.needed), "day": _end(view),
        "outcome": _outcome(view),
    }  # fmt: skip
    meaning = (
        say("Smaller lifts than {least} are not worth while; this one would be seen.", **numbers)
        if test.is_large_enough
        else say("To see {least} it would take {needed}: repeat it, and add the results up.", **numbers)
    )
    return [
        Finding(
            id="next_test", grade=Grade.C, head=say("The next test is drawn"),
            statement=say("A test with {n}, {held} of them in the control group, would see a lift of **{lift}** or "
                          "more in {outcome}.", **numbers),
            meaning=meaning,
            action=say("Treat its arms as they were drawn until {day}, and run this report again.", **numbers),
            section="next_test", value=None if math.isnan(test.detectable) else test.detectable, n=test.n,
            unit="relative lift", notable=math.isfinite(test.detectable),
        )
    ]  # fmt: skip


def documents(view: View) -> dict[str, str]:
    """The plan as Markdown."""
    if not has(view) or not definitions(view):
        return {}
    lines = [f"# {view.language.say('Plan of the next test')}", ""]
    for heading, text in definitions(view):
        lines += [f"## {heading}", "", str(text).replace("_", "\\_"), ""]
    return {DOCUMENT: "\n".join(lines)}
