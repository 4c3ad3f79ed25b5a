"""Section five: what changed since an earlier day."""

from __future__ import annotations

from customer_analytics.analysis.rfm.change import Change
from customer_analytics.narrative.rfm.exhibits import FigureWords, PairRow, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.view import View, by_segment


def change_section(view: View) -> SectionWords:
    """Opening of the section on change; with the reason where there is no earlier picture."""
    say, language, change = view.language.say, view.language, view.result.change
    title = say("What changed")
    if change is None:
        deck = (
            say("No comparison was asked for.")
            if view.result.parameters.compare_days == 0
            else say(
                "Not estimable: the data do not reach back far enough for a second picture of the same length "
                "{days} days earlier.", days=language.number(view.result.parameters.compare_days),
            )
        )  # fmt: skip
        return SectionWords(title, "change", deck)
    numbers = {
        "days": language.number(change.now.end - change.earlier.end),
        "length": language.number(change.now.days),
    }
    if view.result.parameters.window_days:
        deck = say(
            "The segments now and {days} days earlier. Both look back {length} days and use the same cuts.", **numbers
        )
    else:
        deck = say(
            "The segments now and {days} days earlier. Both look back {length} days and use the same cuts, so shares "
            "differ a little from the table above.",
            **numbers,
        )
    return SectionWords(title, "change", deck)


def _comparable(view: View, change: Change) -> list[str]:
    """Segments with the minimum group at both dates or empty at one."""
    least = max(view.minimum_group, 1)
    table = change.table
    return [
        str(segment)
        for segment, earlier, now in zip(
            table["segment"], table["customers_earlier"], table["customers_now"], strict=True
        )
        if all(count == 0 or count >= least for count in (earlier, now)) and earlier + now > 0
    ]


def change_pairs(view: View) -> list[PairRow]:
    """Rows of the chart of change: name, earlier share, share now, both in words, role."""
    change = view.result.change
    assert change is not None
    table, language = by_segment(change.table), view.language
    moved = set(change.moved["segment"])
    return [
        (
            view.name(segment),
            table[segment]["share_earlier"],
            table[segment]["share_now"],
            language.percent(table[segment]["share_earlier"], 1),
            language.percent(table[segment]["share_now"], 1),
            "s1" if segment in moved else "faint",
        )
        for segment in _comparable(view, change)
    ]  # fmt: skip


def change_heads(view: View) -> tuple[str, str]:
    """Names of the two dots."""
    change, language = view.result.change, view.language
    assert change is not None
    return language.short_date(change.earlier.last_day), str(language.say("now"))


def change_figure(view: View) -> FigureWords:
    """Words of the chart of change."""
    say, language, change = view.language.say, view.language, view.result.change
    assert change is not None
    shown = set(_comparable(view, change))
    moved = [segment for segment in change.moved["segment"] if segment in shown]
    title = (
        say("No segment's share differs by more than chance explains")
        if not moved
        else say(
            "{count} of {all} segments changed their share by more than chance explains",
            count=language.number(len(moved)), all=language.number(len(shown)),
        )
    )  # fmt: skip
    rows = change.table[change.table["segment"].isin(shown)]
    return FigureWords(
        title,
        say(
            "Share of customers; ring: {date}, dot: now. Coloured: beyond chance, corrected for looking at "
            "all segments",
            date=language.date(change.earlier.last_day),
        ),
        say(
            "Pairs of dots by segment. {rows}.",
            rows=language.joined(
                [
                    say(
                        "{segment}: {earlier} then, {now} now", segment=view.name(str(segment)),
                        earlier=language.percent(earlier, 1), now=language.percent(now, 1),
                    )
                    for segment, earlier, now in zip(
                        rows["segment"], rows["share_earlier"], rows["share_now"], strict=True
                    )
                ]
            ),
        ),
        say(
            "Source: orders; {now} customers with a purchase in the {days} days to {last}, {earlier} in those to "
            "{date}.",
            now=language.number(change.base_now), earlier=language.number(change.base_earlier),
            days=language.number(change.now.days), last=language.date(change.now.last_day),
            date=language.date(change.earlier.last_day),
        ),
    )  # fmt: skip


def change_table(view: View) -> TableWords:
    """Shares then and now with the interval of the difference."""
    say, language, change = view.language.say, view.language, view.result.change
    assert change is not None
    table = by_segment(change.table)
    rows: list[Row] = []
    for segment in _comparable(view, change):
        row = table[segment]
        is_moved = bool(row["p_adjusted"] < 0.05)
        rows.append(
            (
                (view.name(segment), None),
                (language.number(row["customers_earlier"]), row["customers_earlier"]),
                (language.number(row["customers_now"]), row["customers_now"]),
                (language.percent(row["share_earlier"], 1), row["share_earlier"]),
                (language.percent(row["share_now"], 1), row["share_now"]),
                (view.points(row["change"]), row["change"]),
                (
                    say("{low} to {high}", low=view.points(row["low"]), high=view.points(row["high"])),
                    None,
                ),
                (say("yes") if is_moved else say("no"), None),
            )
        )
    return TableWords(
        (
            (say("Segment"), "name"),
            (say("Customers then"), "number"),
            (say("Customers now"), "number"),
            (say("Share then"), "number"),
            (say("Share now"), "number"),
            (say("Points"), "number"),
            (say("Interval"), "number"),
            (say("Beyond chance"), "text"),
        ),
        tuple(rows),
        say("Segments then and now"),
        view.how(
            (say("Unit"), say("One customer; the same person can stand in both pictures")),
            (
                say("Interval"),
                say(
                    "Paired by customer, for the difference in percentage points; confidence {level} "
                    "for each by itself",
                    level=language.percent(0.95),
                ),
            ),
            (say("Beyond chance"), say("After Holm's correction for looking at all segments")),
            (say("Cuts"), say("Days, purchases and money of the scores now, used at both dates")),
            window=say(
                "The {days} days to {date}, and the {days} days to {last}",
                days=language.number(change.now.days),
                date=language.date(change.earlier.last_day),
                last=language.date(change.now.last_day),
            ),
        ),
        file="changes.csv",
    )  # fmt: skip
