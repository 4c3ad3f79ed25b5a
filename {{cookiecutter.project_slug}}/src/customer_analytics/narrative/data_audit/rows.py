"""Findings about rows and people: copies, codes that are no products, machines, several accounts of one person."""

from __future__ import annotations

from customer_analytics.analysis.audit import Audit
from customer_analytics.language import Language
from customer_analytics.narrative.data_audit.names import listing, together
from customer_analytics.narrative.data_audit.sentences import Ranked, first_issue, issue_finding, place
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.table_names import table_name


def strangers(audit: Audit, language: Language) -> Ranked | None:
    """Machines, test accounts and staff among the customers."""
    say = language.say
    issues = [issue for issue in audit.issues if issue.fault.rule in ("bot", "test_account", "staff")]
    if not issues:
        return None
    messages = {
        "bot": "{people} visitors act like machines and make {rows} of {total} events ({share}).",
        "test_account": "{people} accounts are named as tests; their orders come to {money}.",
        "staff": "{people} accounts are marked as staff; their orders come to {money}.",
    }
    sentences = [
        say(
            messages[issue.fault.rule],
            people=language.number(issue.fault.customers),
            rows=language.number(issue.fault.rows),
            total=language.number(issue.fault.evaluated),
            share=language.percent(issue.fault.share, 1),
            money=language.money(issue.fault.money or 0.0),
        )
        for issue in issues
    ]
    people = sum(issue.fault.customers or 0 for issue in issues)
    head = say("{people} visitors or accounts are no customers", people=language.number(people))
    statement = together(language, sentences)
    meaning = say("They inflate visits and thin out conversion; none of them can be won or lost.")
    return Ranked(
        place(audit, issues[0]), issue_finding("strangers", issues[0], language, head, statement, meaning, "people")
    )


def copies(audit: Audit, language: Language) -> Ranked | None:
    """Rows and events that are there twice, and keys that are not unique."""
    say = language.say
    rules = ("duplicate_key", "duplicate_event", "exact_duplicate")
    issues = [issue for issue in audit.issues if issue.fault.rule in rules]
    if not issues:
        asked = [fault for fault in audit.checks if fault.rule in rules]
        if not asked:
            return None
        finding = Finding(
            id="copies",
            grade=Grade.C,
            head=say("Nothing is there twice"),
            statement=say(
                "No key, row or event repeats in {rows} rows.",
                rows=language.number(sum(table.rows for table in audit.tables)),
            ),
            meaning=say("Counts and sums need no correction for copies."),
            action=say("Nothing to do."),
            section="duplicates",
            value=0.0,
            unit="rows",
            notable=False,
        )
        return Ranked(93, finding)
    # A copy of a whole row repeats its key as well: of each table only the rule that found most is counted.
    by_table = {issue.fault.table: issue for issue in sorted(issues, key=lambda issue: issue.fault.rows)}
    largest = sorted(by_table.values(), key=lambda issue: -issue.fault.share)
    messages = {
        "exact_duplicate": "{rows} of {total} {table} ({share}) repeat an earlier row in every column.",
        "duplicate_event": "{rows} of {total} events ({share}) have the same person, name and second as another.",
        "duplicate_key": "{rows} of {total} {table} ({share}) use a key that an earlier row has.",
    }
    sentences = [
        say(
            messages[issue.fault.rule],
            rows=language.number(issue.fault.rows),
            total=language.number(issue.fault.evaluated),
            table=table_name(language, issue.fault.table),
            share=language.percent(issue.fault.share, 1),
        )
        for issue in largest[:3]
    ]
    total = sum(issue.fault.rows for issue in largest)
    # Orders and their lines carry the same money: it is counted once.
    copied = [issue.fault.money or 0.0 for issue in issues if issue.fault.rule == "exact_duplicate"]
    money = max(copied, default=0.0)
    head = say("{rows} rows are there twice", rows=language.number(total))
    meaning = say("If they are errors, every count and {money} of revenue are too high.", money=language.money(money))
    if not money:
        meaning = say("If they are errors, counts are too high; revenue is not touched.")
    statement = together(language, sentences)
    return Ranked(
        place(audit, issues[0]), issue_finding("copies", largest[0], language, head, statement, meaning, "duplicates")
    )


def no_products(audit: Audit, language: Language) -> Ranked | None:
    """Codes that are postage, fees, vouchers and the like, and stock adjustments."""
    issue = first_issue(audit, ("order_lines.product_id.non_product",))
    if issue is None:
        return None
    say, fault = language.say, issue.fault
    values = {
        "codes": language.number(fault.values["codes"]),
        "lines": language.number(fault.rows),
        "money": language.money(fault.money or 0.0),
        "named": listing(language, list(fault.values["named"]), 6),
    }
    head = say("{codes} product codes are no products", **values)
    statement = say(
        "{lines} lines are postage, fees, vouchers or corrections: {named}. Together they come to {money}.", **values
    )
    adjusted = audit.adjustments.lines
    if adjusted:
        stock = say(
            "A further {count} lines are stock adjustments: units written off, at no price, for no customer.",
            count=language.number(adjusted),
        )
        statement = together(language, [statement, stock])
    meaning = say('Left in, they turn up as best sellers and as rules of the kind "everything goes with postage".')
    return Ranked(
        place(audit, issue), issue_finding("no_products", issue, language, head, statement, meaning, "money-rules")
    )


def not_on_file(audit: Audit, language: Language) -> Ranked | None:
    """Customers with orders who are not in the customer table."""
    issue = first_issue(audit, ("orders.customer_id.orphan", "order_lines.customer_id.orphan"))
    if issue is None:
        return None
    say, fault, revenue = language.say, issue.fault, audit.totals.revenue
    values = {
        "people": language.number(fault.customers),
        "customers": language.number(audit.totals.customers),
        "money": language.money(fault.money or 0.0),
        "share": language.percent((fault.money or 0.0) / revenue if revenue else None),
    }
    head = say("{people} of {customers} customers are in no customer table", **values)
    statement = say("They have spent {money}, or {share} of the revenue.", **values)
    meaning = say(
        "What they bought is known; region, age or consent is not. Groups by attribute speak of the others only."
    )
    return Ranked(
        place(audit, issue), issue_finding("not_on_file", issue, language, head, statement, meaning, "duplicates")
    )
