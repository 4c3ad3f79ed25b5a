"""Findings about money: who it belongs to, what was set aside or taken back, what depends on a choice."""

from __future__ import annotations

from customer_analytics.analysis.audit import Audit
from customer_analytics.language import Language, Text
from customer_analytics.narrative.data_audit.names import READING_NAMES, together
from customer_analytics.narrative.data_audit.sentences import (
    LARGE,
    MATERIAL,
    Ranked,
    first_issue,
    issue_finding,
    place,
)
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.table_names import table_name
from customer_analytics.statistics import wilson


def unknown_customers(audit: Audit, language: Language) -> Ranked | None:
    """Rows of trade without a customer, and their money."""
    say = language.say
    issue = first_issue(audit, ("orders.customer_id.missing", "order_lines.customer_id.missing"))
    revenue = audit.totals.revenue
    if not audit.totals.orders:
        return None
    if issue is None:
        finding = Finding(
            id="unknown_customers",
            grade=Grade.C,
            head=say("Every order has a customer"),
            statement=language.say_count(
                "The only order carries a customer id.",
                "All {count} orders carry a customer id.",
                audit.totals.orders,
            ),
            meaning=say("Reports by customer speak of the whole revenue."),
            action=say("Nothing to do."),
            section="missing",
            value=0.0,
            n=audit.totals.orders,
            unit="share",
            notable=False,
        )
        return Ranked(90, finding)
    fault = issue.fault
    share = fault.money / revenue if fault.money is not None and revenue else None
    values = {
        "rows": language.number(fault.rows),
        "total": language.number(fault.evaluated),
        "table": table_name(language, fault.table),
        "row_share": language.percent(fault.share),
        "money": language.money(fault.money),
        "money_share": language.percent(share),
        "revenue": language.money(revenue),
    }
    nobody = fault.rows == fault.evaluated
    if nobody:
        head = say("Nobody knows who bought")
        statement = say("None of the {total} {table} carries a customer id.", **values)
        if revenue:
            statement = say("None of the {total} {table} carries a customer id; revenue is {revenue}.", **values)
        share = share if revenue else 1.0
        meaning = say("No report by customer can be run: no RFM, no retention, no churn.")
    else:
        head = say("{money_share} of the revenue has no customer", **values)
        statement = say(
            "{rows} of {total} {table} ({row_share}) carry no customer id. They hold {money}, or {money_share} of the "
            "revenue of {revenue}.",
            **values,
        )
        meaning = say(
            "RFM, retention and churn describe the known customers only. Whether the unknown ones behave alike cannot "
            "be seen in this data."
        )
    finding = issue_finding("unknown_customers", issue, language, head, statement, meaning, "missing", share)
    return Ranked(1 if nobody or (share or 0.0) >= LARGE else place(audit, issue), finding)


def set_aside(audit: Audit, language: Language) -> Ranked | None:
    """What the loader set aside, and whether everything is accounted for."""
    say = language.say
    entries = [entry for entry in audit.cleaning if not entry.derived_from]
    if not entries:
        return None
    rows, aside = sum(entry.rows_in for entry in entries), sum(entry.rows_set_aside for entry in entries)
    if not rows:
        return None
    money = sum(float(entry.money_set_aside) for entry in entries)
    stated = sum(one.rows for entry in entries for one in entry.set_aside if one.kind == "stated")
    values = {
        "rows": language.number(rows),
        "aside": language.number(aside),
        "share": language.percent(aside / rows if rows else None, 1),
        "money": language.money(money),
        "tables": language.say_count("one table", "{count} tables", len(entries)),
    }
    exact = all(entry.reconciles for entry in entries)
    if exact:
        meaning = say("Rows in, rows kept and rows set aside agree to the row, and the money agrees to the cent.")
    else:
        broken = [table_name(language, entry.table) for entry in entries if not entry.reconciles]
        meaning = say(
            "The log does not reconcile for {tables}; do not use them.", tables=language.listing(list(broken))
        )
    if aside:
        head = say("{aside} rows were set aside on loading", **values)
        statement = say("Of {rows} rows received, {aside} ({share}) were set aside.", **values)
        if money:
            statement = together(language, [statement, say("They carry {money}.", **values)])
        if stated:
            filtered = say("{stated} of them as engagement.yml says.", stated=language.number(stated))
            statement = together(language, [statement, filtered])
        action = say("Look through the reasons below; the rows are kept in a file beside the tables.")
    else:
        head = say("Every row received is in the tables")
        statement = say("All {rows} rows of {tables} were kept.", **values)
        action = say("Nothing to do.")
    low, high = wilson(aside, rows)
    heavy = aside > 0 and audit.totals.revenue is not None and abs(money) > MATERIAL * audit.totals.revenue
    finding = Finding(
        id="set_aside",
        grade=Grade.C,
        head=head,
        statement=statement,
        meaning=meaning,
        action=action,
        section="reconciliation",
        value=aside / rows if rows else None,
        low=low,
        high=high,
        n=rows,
        unit="share",
        notable=aside > stated or heavy or not exact,
    )
    return Ranked(1.5 if heavy or not exact else 60, finding)


def taken_back(audit: Audit, language: Language) -> Ranked | None:
    """Cancellations, read from a series of order numbers."""
    issue = first_issue(audit, ("order_lines.order_id.cancellation",))
    if issue is None:
        return None
    say, fault = language.say, issue.fault
    net = audit.totals.revenue or 0.0
    gross = net - (fault.money or 0.0)
    share = abs(fault.money or 0.0) / gross if gross else None
    values = {
        "lines": language.number(fault.rows),
        "orders": language.number(fault.values["orders"]),
        "all_orders": language.number(audit.totals.orders),
        "prefix": language.listing(list(fault.values["prefixes"])),
        "money": language.money(abs(fault.money or 0.0)),
        "share": language.percent(share, 1),
        "gross": language.money(gross),
        "net": language.money(net),
    }
    head = say("Cancellations take back {share} of what was sold", **values)
    statement = say(
        "{orders} of {all_orders} order numbers begin with {prefix}, and their {lines} lines take back {money}, or "
        "{share} of {gross}.",
        **values,
    )
    meaning = say(
        "Revenue is {gross} before and {net} after cancellations. Counted as orders they make buyers look busier.",
        **values,
    )
    return Ranked(
        place(audit, issue),
        issue_finding("taken_back", issue, language, head, statement, meaning, "money-rules", share),
    )


def refunds(audit: Audit, language: Language) -> Ranked | None:
    """Refunds above the payment: net revenue cannot be computed as it is usually done."""
    issue = first_issue(audit, ("orders.refund.refund_over_payment",))
    if issue is None:
        return None
    say, fault = language.say, issue.fault
    values = {"rows": language.number(fault.rows), "total": language.number(fault.evaluated)}
    values["share"] = language.percent(fault.share)
    head = say("{share} of the refunds are larger than the payment", **values)
    statement = say("{rows} of {total} refunded orders ({share}) return more than was received.", **values)
    meaning = say(
        "In these orders the money received is already net of the refund, or it was never booked. Received less refund "
        "is wrong here."
    )
    return Ranked(
        place(audit, issue), issue_finding("refunds", issue, language, head, statement, meaning, "money-rules")
    )


def readings(audit: Audit, language: Language) -> Ranked | None:
    """How far the headline figures depend on what is left out."""
    table = audit.sensitivity
    if len(table) < 2:
        return None
    say = language.say
    base = table.iloc[0]
    order = table["revenue"].to_numpy()
    low, high = table.iloc[int(order.argmin())], table.iloc[int(order.argmax())]
    span: float = max(
        abs(float(low["revenue"]) / base["revenue"] - 1), abs(float(high["revenue"]) / base["revenue"] - 1)
    )
    repeat = table["repeat_share"].dropna()
    values = {
        "span": language.percent(span),
        "base": language.money(float(base["revenue"])),
        "low": language.money(float(low["revenue"])),
        "high": language.money(float(high["revenue"])),
        "low_reading": _inside(say(READING_NAMES[low["reading"]])),
        "high_reading": _inside(say(READING_NAMES[high["reading"]])),
        "repeat_low": language.percent(repeat.min() if len(repeat) else None),
        "repeat_high": language.percent(repeat.max() if len(repeat) else None),
    }
    if span < MATERIAL and (not len(repeat) or repeat.max() - repeat.min() < MATERIAL):
        head = say("No cleaning choice changes the headline figures")
        statement = say("Revenue moves by {span} at most, whatever is left out.", **values)
        meaning, action = say("The figures can be quoted without a footnote."), say("Nothing to do.")
    else:
        head = say("What is left out moves revenue by up to {span}", **values)
        statement = say(
            "Revenue is {base} as loaded, {low} at the lowest ({low_reading}) and {high} at the highest "
            "({high_reading}).",
            **values,
        )
        if len(repeat):
            message = "The share of customers with two orders or more lies between {repeat_low} and {repeat_high}."
            if values["repeat_low"] == values["repeat_high"]:
                message = "The share of customers with two orders or more stays at {repeat_low}."
            statement = together(language, [statement, say(message, **values)])
        meaning = say("Two reports that clean differently will not agree, and neither need be wrong.")
        agree = say("Agree on one reading with the client before the first report is sent.")
        action = agree
    finding = Finding(
        id="readings",
        grade=Grade.C,
        head=head,
        statement=statement,
        meaning=meaning,
        action=action,
        section="readings",
        value=float(base["revenue"]),
        n=int(base["rows"]),
        unit="money",
        notable=bool(span >= MATERIAL),
    )
    return Ranked(3.5 if finding.notable else 92, finding)


def _inside(text: Text) -> str:
    """A heading as it stands inside a sentence."""
    return text[:1].lower() + text[1:]


def order_totals(audit: Audit, language: Language) -> Ranked | None:
    """Orders that do not agree with their own lines."""
    issue = first_issue(audit, ("orders.amount.not_sum_of_lines",))
    if issue is None:
        return None
    say, fault = language.say, issue.fault
    values = {
        "rows": language.number(fault.rows),
        "total": language.number(fault.evaluated),
        "share": language.percent(fault.share, 1),
        "money": language.money(fault.money or 0.0),
    }
    head = say("{rows} orders are not the sum of their lines", **values)
    statement = say("{rows} of {total} orders ({share}) differ from their lines, by {money} in all.", **values)
    meaning = say("Revenue by order and revenue by product will not agree.")
    return Ranked(
        place(audit, issue), issue_finding("order_totals", issue, language, head, statement, meaning, "money-rules")
    )
