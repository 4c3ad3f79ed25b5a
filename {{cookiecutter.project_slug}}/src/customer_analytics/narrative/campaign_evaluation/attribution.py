"""Attribution in words: the seven models side by side, how far they are apart, and that none of them is a cause."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.attribution.outputs import hidden
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.channels import label, name
from customer_analytics.narrative.campaign_evaluation.view import rows, shortened
from customer_analytics.narrative.exhibits import FigureWords, How, PairRow, Row, SectionWords, TableWords
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.analysis.attribution import Attribution
    from customer_analytics.narrative.campaign_evaluation.view import View

PATHS = 5
ALL_ALIKE = 0.95  # share of the conversions with one channel only, from which the models cannot differ


def found(view: View) -> Attribution:
    """The attribution; the caller has asked `has`."""
    assert view.result.attribution is not None
    return view.result.attribution


def has(view: View) -> bool:
    """Whether any conversion could be credited."""
    return view.result.attribution is not None and not view.result.attribution.reason


def model_label(view: View, model: str) -> Text:
    """A model as the head of a column."""
    say = view.language.say
    return {
        "first": say("First contact"), "last": say("Last contact"), "linear": say("Equal shares"),
        "position": say("First and last"), "decay": say("The later the more"), "markov": say("Removal (Markov)"),
        "shapley": say("Fair division (Shapley)"),
    }[model]  # fmt: skip


def model_name(view: View, model: str) -> Text:
    """A model inside a sentence."""
    say = view.language.say
    return {
        "first": say("by first contact"), "last": say("by last contact"), "linear": say("in equal shares"),
        "position": say("by first and last contact"), "decay": say("the more the later the contact"),
        "markov": say("by removal"), "shapley": say("by fair division"),
    }[model]  # fmt: skip


def counted(view: View, count: float) -> Text:
    """A count of conversions."""
    if found(view).source == "paths":
        return view.language.say_count("{count} conversion", "{count} conversions", round(count))
    return view.language.say_count("{count} order", "{count} orders", round(count))


def shown(view: View) -> list[Any]:
    """The rows of the spread of channels large enough to be shown, by their highest share."""
    small = hidden(found(view), view.minimum_group)
    table = found(view).spread
    kept = table[~table["channel"].isin(small)].sort_values(["highest", "channel"], ascending=[False, True])
    return rows(kept)


def section(view: View) -> SectionWords:
    """Opening: how many conversions, from what, and that a share is no cause; or why there is nothing."""
    say, title = view.language.say, view.language.say("Which channels the orders are credited to")
    if not has(view):
        return SectionWords(title, "attribution", _why_not(view), inside=True)
    one = found(view)
    numbers = {
        "conversions": counted(view, one.conversions), "journeys": view.language.number(round(one.journeys)),
        "days": view.language.number(view.parameters.attribution_days),
        "models": view.language.number(len(one.models)),
    }  # fmt: skip
    deck = {
        "events": say("{conversions} with a visit in the {days} days before, of {journeys} journeys, shared out by "
                      "{models} rules. Each is a rule and none says what a channel caused.", **numbers),
        "touches": say("{conversions} with a message in the {days} days before, of {journeys} journeys, shared out by "
                       "{models} rules. Each is a rule and none says what a channel caused.", **numbers),
        "paths": say("{conversions} of {journeys} journeys in a ready-made table of paths, shared out by {models} "
                     "rules. Each is a rule and none says what a channel caused.", **numbers),
    }[one.source]  # fmt: skip
    return SectionWords(title, "attribution", deck)


def _why_not(view: View) -> Text:
    say, one = view.language.say, view.result.attribution
    reason = "" if one is None else one.reason
    return {
        "no_channel": say("Not estimable: visits, messages or paths are there, but no channel is named in them."),
        "no_conversion": say("Not estimable: no order followed a contact whose channel is known."),
        "few_conversions": say("Not estimable: fewer than {least} orders followed a contact whose channel is known.",
                               least=view.language.number(view.minimum_base)),
    }.get(reason) or say("Not estimable: the data hold neither visits with a channel and orders, nor messages with a "
                         "time, nor a table of paths.")  # fmt: skip


def has_figure(view: View) -> bool:
    """Whether the models differ, in two channels or more."""
    return has(view) and len(shown(view)) > 1 and found(view).single < ALL_ALIKE


def pairs(view: View) -> list[PairRow]:
    """Arguments of charts.Pair: the lowest and the highest share of each channel over the models."""
    percent, widest = view.language.percent, _widest(view)
    return [
        (
            label(view, row.channel), float(row.lowest), float(row.highest), percent(float(row.lowest)),
            percent(float(row.highest)), "s1" if row.channel == widest.channel else "faint",
        )
        for row in shown(view)[:10]
    ]  # fmt: skip


def heads(view: View) -> tuple[str, str]:
    """The names of the two dots."""
    return str(view.language.say("lowest")), str(view.language.say("highest"))


def _widest(view: View) -> Any:
    return max(shown(view), key=lambda row: (round(row.spread, 9), row.channel))


def figure(view: View) -> FigureWords:
    """How far the models are apart."""
    say, language, row = view.language.say, view.language, _widest(view)
    numbers = {
        "channel": name(view, row.channel), "low": language.percent(row.lowest), "high": language.percent(row.highest),
        "lowest": model_name(view, row.lowest_model), "highest": model_name(view, row.highest_model),
        "models": language.number(len(found(view).models)), "conversions": counted(view, found(view).conversions),
    }  # fmt: skip
    return FigureWords(
        say("The share of {channel} hangs on the rule: {low} to {high}", **numbers),
        say("Share of {conversions} credited to each channel, by the lowest and the highest of {models} rules",
            **numbers),
        say("Of all channels {channel} differs most between the rules: {low} {lowest}, {high} {highest}.", **numbers),
        source(view),
    )  # fmt: skip


def source(view: View) -> Text:
    """The source line of a figure."""
    one = found(view)
    return view.language.say(
        "Source: {conversions} in {journeys} journeys.", conversions=counted(view, one.conversions),
        journeys=view.language.number(round(one.journeys)),
    )  # fmt: skip


def how(view: View, *own: tuple[Text, Text]) -> How:
    """The box beside a table: own lines, then what the journeys are."""
    say, number, one, parameters = view.language.say, view.language.number, found(view), view.parameters
    days = number(parameters.attribution_days)
    told = {
        "events": say("Visits of a person up to {days} days before an order, the visit of the order itself included; "
                      "each belongs to the next order. {nulls} journeys led to none", days=days,
                      nulls=number(round(one.nulls))),
        "touches": say("Messages to a customer up to {days} days before an order; each belongs to the next order. "
                       "{nulls} journeys led to none", days=days, nulls=number(round(one.nulls))),
        "paths": say("A ready-made table; {nulls} journeys led to no conversion. It holds no times: a step back counts "
                     "as one day", nulls=number(round(one.nulls))),
    }[one.source]  # fmt: skip
    return (*own, (say("Journeys"), told))


def tables(view: View) -> list[TableWords]:
    """Shares by channel and model, then the most frequent paths."""
    if not has(view):
        return []
    return [_alike(view) if found(view).single >= ALL_ALIKE else _shares(view), *_paths(view)]


def _alike(view: View) -> TableWords:
    """One share a channel, where the models have nothing to differ in."""
    say, language, one = view.language.say, view.language, found(view)
    columns = [
        (say("Channel"), "name"), (say("Contacts"), "number"), (say("Credited"), "number"),
        (say("Share of what is credited"), "number"),
    ]  # fmt: skip
    if one.has_value:
        columns.append((say("What they brought"), "number"))
    own = one.credits[one.credits["model"] == "linear"].set_index("channel").to_dict("index")
    body = []
    for row in shown(view):
        credit = own[row.channel]
        share = language.say(
            "{value} ({between})", value=language.percent(credit["share"], 1),
            between=view.between(Interval(credit["low"], credit["high"])),
        )  # fmt: skip
        cells: list[tuple[str, Any]] = [
            (label(view, row.channel), None), (language.number(row.contacts), row.contacts),
            (language.number(credit["conversions"]), credit["conversions"]), (share, credit["share"]),
        ]  # fmt: skip
        if one.has_value:
            cells.append((language.money(credit["value"]), credit["value"]))
        body.append(tuple(cells))
    why = say("{single} of the conversions come by journeys with one channel only: there all {models} rules say the "
              "same, and equal shares are shown. Every model is in the file",
              single=language.percent(one.single), models=language.number(len(one.models)))  # fmt: skip
    return TableWords(
        tuple(columns), tuple(body), say("What is credited to each channel, by every rule alike"),
        how(view, (say("Credited"), why)), file="attribution.csv",
    )  # fmt: skip


def _shares(view: View) -> TableWords:
    say, one = view.language.say, found(view)
    days = view.parameters.half_life_days
    half_life = view.language.number(days, 0 if float(days).is_integer() else 1)
    columns = (
        (say("Channel"), "name"), *((model_label(view, model), "number") for model in one.models),
        (say("Points apart"), "number"),
    )  # fmt: skip
    shares = one.credits.set_index(["channel", "model"])
    return TableWords(
        columns, tuple(_share_row(view, row, shares) for row in shown(view)),
        say("Share of the orders credited to each channel, by model"),
        how(
            view,
            (
                say("First and last"),
                say("{end} each, what is left to those between; the later the more: half the weight every {days} days",
                    end=view.language.percent(0.4), days=half_life),
            ),
            (
                say("Removal (Markov)"),
                say("What share of the conversions goes missing in a chain of first order when the channel leads "
                    "nowhere, over the sum of these shares")
                if "markov" in one.models
                else say("Not estimable: the paths do not say how many journeys led to nothing"),
            ),
            (
                say("Fair division (Shapley)"),
                say("Over all sets of channels; a set is worth what came by journeys that touched no other channel"),
            ),
            (say("Interval"), say("Resampled people, or journeys of a ready-made table; see the file")),
        ),
        file="attribution.csv",
    )  # fmt: skip


def _share_row(view: View, row: Any, shares: Any) -> Row:
    percent = view.language.percent
    cells: list[tuple[str, Any]] = [(label(view, row.channel), None)]
    for model in found(view).models:
        share = float(shares.at[(row.channel, model), "share"])
        cells.append((percent(share, 1), share))
    apart = view.language.number(100 * float(row.spread), 1)
    return (*cells, (apart, float(row.spread)))


def _paths(view: View) -> list[TableWords]:
    table = found(view).paths
    table = table[(table["journeys"] >= view.minimum_group) & (table["conversions"] > 0)].head(PATHS)
    if len(table) < 2:
        return []
    say, language, one = view.language.say, view.language, found(view)
    columns = [(say("Path"), "name"), (say("Journeys"), "number"), (say("Converted"), "number")]
    with_rate = not math.isnan(float(table["rate"].iloc[0]))
    if with_rate:
        columns.append((say("Converted of journeys"), "number"))
    if one.has_value:
        columns.append((say("What they brought"), "number"))
    body = []
    for row in rows(table):
        cells: list[tuple[str, Any]] = [
            (_path(row.path), None), (language.number(row.journeys), row.journeys),
            (language.number(row.conversions), row.conversions),
        ]  # fmt: skip
        if with_rate:
            cells.append((view.rate(row.rate, row.journeys, 1), row.rate))
        if one.has_value:
            cells.append((language.money(row.value), row.value))
        body.append(tuple(cells))
    caption = say("The paths that most orders came by")
    return [TableWords(tuple(columns), tuple(body), caption, how(view), file="attribution_paths.csv")]


def _path(path: str) -> str:
    return " > ".join(shortened(part) for part in path.split(" > "))
