"""Section two: the personas side by side: shares of revenue, radar, and a table of every measure."""

from __future__ import annotations

import math

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Cell, FigureWords, PairRow, Row, SectionWords, TableWords
from customer_analytics.narrative.personas.view import CLEAR, View, records

SPOKES = 7
_HOURS = tuple(f"{name}_share" for name in ("early", "forenoon", "midday", "afternoon", "evening", "night"))
_MOST_OF_A_KIND = {"hours": 3, "again": 0}
MEASURES = 12  # rows of the table, the rest is in the file
ProfileRow = tuple[str, list[float | None], str]  # name, values from 0 to 1, role


def compare_section(view: View) -> SectionWords:
    """Opening of the comparison."""
    say = view.language.say
    return SectionWords(
        say("The personas side by side"), "compare",
        say("Size, revenue and habits of each, measured in the same way."),
    )  # fmt: skip


def revenue_pairs(view: View) -> list[PairRow]:
    """Rows of the chart of shares: name, share of customers, share of revenue, both in words, role."""
    language, most = view.language, view.most_worth
    return [
        (
            view.short(one.key), one.share_customers, one.share_revenue, language.percent(one.share_customers),
            language.percent(one.share_revenue), "s1" if most and one.key == most.key else "faint",
        )
        for one in sorted(view.personas, key=lambda persona: -persona.revenue)
    ]  # fmt: skip


def revenue_heads(view: View) -> tuple[str, str]:
    """Names of the two dots."""
    return str(view.language.say("customers")), str(view.language.say("revenue"))


def revenue_figure(view: View) -> FigureWords:
    """Words of the chart of shares."""
    say, language, most = view.language.say, view.language, view.most_worth
    rows = [
        say("{segment}: {customers} of customers, {revenue} of revenue", segment=row[0], customers=row[3],
            revenue=row[4])
        for row in revenue_pairs(view)
    ]  # fmt: skip
    title = (
        say("Each persona brings about its share of revenue")
        if most is None
        else say(
            "{segment}: {customers} of customers, {revenue} of revenue", segment=view.name(most.key),
            customers=language.percent(most.share_customers), revenue=language.percent(most.share_revenue),
        )
    )  # fmt: skip
    return FigureWords(
        title,
        say("Share of customers and share of net revenue by persona"),
        say("Pairs of dots by persona. {rows}.", rows=language.joined(rows)),
        view.source,
    )


def size_table(view: View) -> TableWords:
    """Size, money and stability of each persona, with intervals."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for one in view.personas:
        rows.append(
            (
                (view.short(one.key), None),
                (language.number(one.customers), one.customers),
                (view.share(one.share_customers, one.share_customers_interval), one.share_customers),
                (view.share(one.share_revenue, one.share_revenue_interval), one.share_revenue),
                (language.money(one.revenue_per_customer), one.revenue_per_customer),
                (language.number(one.stability, 2), one.stability),
            )
        )  # fmt: skip
    people = view.result.population
    each = people.described_revenue / people.described if view.has_money and people.described else math.nan
    foot: Row = (
        (say("Total"), None), (language.number(people.described), people.described), (language.percent(1.0), 1.0),
        (language.percent(1.0 if view.has_money else None), 1.0), (language.money(each), each),
        (language.number(None), None),
    )  # fmt: skip
    return TableWords(
        (
            (say("Persona"), "name"), (say("Customers"), "number"), (say("Share of customers"), "number"),
            (say("Share of revenue"), "number"), (say("Revenue per customer"), "number"), (say("Stability"), "number"),
        ),
        tuple(rows),
        say("Personas: size, money, stability"),
        view.how(
            (say("Revenue"), say("Net of refunds and returns, in {currency}", currency=language.currency_name)),
            (
                say("Interval"),
                say("Confidence {level}; customers are taken as a sample", level=language.percent(0.95)),
            ),
            (
                say("Stability"),
                say(
                    "Mean overlap (Jaccard) of the persona with its like in {resamples} bootstrap samples: under "
                    "{low} dissolved, to {pattern} a pattern, above stable",
                    resamples=language.number(view.result.parameters.resamples), low=language.number(0.6, 1),
                    pattern=language.number(0.75, 2),
                ),
            ),
        ),
        foot,
        "personas.csv",
    )  # fmt: skip


def spokes(view: View) -> list[str]:
    """The measures in which the personas differ most, one of a kind, for the radar."""
    return _leading(view)[:SPOKES]


def radar_spokes(view: View) -> list[str]:
    """Their names."""
    return [view.label_of(name) for name in spokes(view)]


def radar_profiles(view: View) -> list[ProfileRow]:
    """Name, values from 0 to 1 and role of each persona; 0.5 is the mean of all customers."""
    values = {(row["persona"], row["feature"]): float(row["z"]) for row in records(view.result.profile)}
    return [
        (
            str(view.name(persona.key)),
            [_place(values.get((persona.key, name), math.nan)) for name in spokes(view)],
            "s1",
        )
        for persona in view.personas
    ]


def _place(z: float) -> float | None:
    """Share of a normal distribution below z: 0.5 at the mean of all customers."""
    return None if math.isnan(z) else 0.5 * (1 + math.erf(z / math.sqrt(2)))


def radar_figure(view: View) -> FigureWords:
    """Words of the radar."""
    say, language = view.language.say, view.language
    told = [
        say(
            "{persona}: {what}", persona=view.name(persona.key),
            what=language.listing([str(view.standout(one)) for one in persona.standouts[:3]]),
        )
        for persona in view.personas
    ]  # fmt: skip
    widest = max(view.personas, key=lambda persona: sum(one.z**2 for one in persona.standouts[:SPOKES]))
    return FigureWords(
        say("“{persona}” differ most from the average customer", persona=view.name(widest.key)),
        say("Outer ring: far above all customers; dashed ring: their mean; centre: far below"),
        say("Radar charts by persona. {told}.", told=language.joined(told)),
        say(
            "{source} Position: the persona's mean in standard deviations of all customers, as a normal share; "
            "figures in the table.", source=view.source,
        ),
    )  # fmt: skip


def measure_table(view: View) -> TableWords:
    """Every measure in each persona and among all; bold where the persona differs clearly."""
    say, language = view.language.say, view.language
    cells = {(row["persona"], row["feature"]): row for row in records(view.result.profile)}
    names = _leading(view, one_of_a_kind=False)[:MEASURES]
    rows: list[Row] = []
    for name in names:
        row: list[Cell] = [(Text(view.label_of(name)), None)]
        for persona in view.personas:
            cell = cells.get((persona.key, name))
            if cell is None or math.isnan(cell["mean"]):
                row.append((language.number(None), None))
                continue
            shown = view.measure(name, cell["mean"])
            row.append((Text(pieces=["", shown]) if abs(cell["z"]) >= CLEAR else shown, cell["mean"]))
        base = next((cells[key]["base_mean"] for key in cells if key[1] == name), math.nan)
        row.append((view.measure(name, base), base))
        rows.append(tuple(row))
    return TableWords(
        (
            (say("Measure, mean"), "name"),
            *((view.short(persona.key), "number") for persona in view.personas),
            (say("All"), "number"),
        ),
        tuple(rows),
        say("How each persona buys and looks"),
        view.how(
            (
                say("Bold"),
                say(
                    "The mean lies {clear} standard deviations of all customers or more from theirs",
                    clear=language.number(CLEAR, 1),
                ),
            ),
            (say("Shares"), say("Shrunk towards the share of all customers, so that one order is no habit")),
        ),
        file="profile.csv",
    )  # fmt: skip


def _leading(view: View, *, one_of_a_kind: bool = True) -> list[str]:
    """Measures by how far the personas lie apart in them; `one_of_a_kind`: few of one pattern and no hour twice."""
    table = view.result.profile
    if not len(table):
        return []
    widths = table.groupby("feature")["z"].agg(lambda z: float(z.max() - z.min())).sort_values(ascending=False)
    found: list[str] = []
    kinds: dict[str, int] = {}
    for name in (str(name) for name in widths.index if not math.isnan(widths[name])):
        tag = view.result_tag(name)
        kind = tag.name.partition("_share")[0] if tag is not None and tag.each is not None else name
        hours = name.removeprefix("visit_")
        if one_of_a_kind and hours in _HOURS:
            kind = "hours" if f"same {hours}" not in kinds else "again"
            kinds[f"same {hours}"] = 1
        kinds[kind] = kinds.get(kind, 0) + 1
        if not one_of_a_kind or kinds[kind] <= _MOST_OF_A_KIND.get(kind, 2):
            found.append(name)
    return found
