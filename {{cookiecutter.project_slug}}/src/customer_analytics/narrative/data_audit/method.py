"""How each table was computed, the method, and what the report cannot show."""

from __future__ import annotations

from customer_analytics.analysis.audit import Audit
from customer_analytics.analysis.audit.codes import RARE_SHAPE
from customer_analytics.analysis.audit.fitness import (
    CHURN_DAYS,
    CHURN_LEAST_DAYS,
    CHURN_LEAST_DAYS_OF_EVENTS,
    MONEY_WITHOUT_CUSTOMER,
    RETENTION_DAYS,
    RETENTION_LEAST_DAYS,
    RFM_DAYS,
)
from customer_analytics.analysis.audit.found import OUT_OF_LINE
from customer_analytics.analysis.audit.issues import MATERIAL
from customer_analytics.analysis.audit.people import SLEEPLESS_HOURS
from customer_analytics.analysis.audit.profile import FENCE
from customer_analytics.analysis.audit.volume import NEIGHBOURS
from customer_analytics.engagement.parameters import DataAuditParameters
from customer_analytics.language import Language, Text
from customer_analytics.narrative.data_audit.identity import rule_words
from customer_analytics.tables.identity.links import OVER_MERGE_QUANTILE

Pairs = list[tuple[str, str]]


def how(audit: Audit, language: Language) -> dict[str, Pairs]:
    """The "how it was computed" box of each table."""
    say = language.say
    unit, window = say("Unit"), say("Window")
    left_out, base, money = say("Left out"), say("Base"), say("Money")
    rows = say("a row of the clean table")
    nothing = say("nothing; rows set aside on loading are in the reconciliation")
    net = say("sum of the amounts of the rows concerned, returns taken off; where two amounts disagree, the gap")
    span = say("all data up to {day}, calendar days in {zone}", day=language.date(audit.as_of), zone=audit.zone)
    net_of_all = say("sum of the amounts of all orders with a customer, as loaded")
    days = {"weeks": language.number(NEIGHBOURS)}
    return {
        "inventory": [(unit, rows), (window, span), (say("Days old"), say("from the last row to the as-of day"))],
        "verdicts": [
            (unit, say("a report against what it needs; the weakest requirement decides")),
            (base, say("customers and days as loaded, nothing cleaned")),
            (say("Thresholds"), say("conventions, listed under method")),
        ],
        "issues": [
            (unit, rows),
            (window, span),
            (base, say("rows that the rule applies to, with the columns filled that it needs")),
            (money, net),
            (
                say("Weight"),
                say("material: limits a report, or concerns {share} of the revenue", share=_p(MATERIAL, language)),
            ),
        ],
        "missing": [
            (unit, rows),
            (base, say("all rows of the table")),
            (say("Stand for nothing"), say("words such as n/a, unknown or a question mark")),
            (
                say("Far out"),
                say(
                    "beyond the quartiles by {times} times their distance; not wrong in itself",
                    times=_n(FENCE, language),
                ),
            ),
        ],
        "days": [
            (unit, say("a calendar day in {zone}", zone=audit.zone)),
            (say("Expected"), say("median of the same weekday in {weeks} weeks before and after", **days)),
            (left_out, say("weekdays that never trade; public holidays are named and not counted as faults")),
        ],
        "checks": [(unit, rows), (base, say("rows that the rule applies to")), (money, net), (left_out, nothing)],
        "keys": [
            (say("Copies"), say("rows beyond the first of each group; money is what the copies add")),
            (
                say("Orphans"),
                say("rows with a key that the parent table does not have; rows without a key are missing"),
            ),
            (left_out, say("tables that we made from others")),
        ],
        "series": [
            (unit, say("a line of an order")),
            (say("Series"), say("orders whose numbers begin with the same letters")),
            (say("Cancellation"), say("a series with letters in which nearly every line is negative")),
            (money, net),
        ],
        "codes": [
            (unit, say("a product code")),
            (
                say("Unlike the bulk"),
                say(
                    "its pattern of letters and digits is shared by fewer than {share} of the codes",
                    share=_p(RARE_SHAPE, language),
                ),
            ),
            (say("No product"), say("its name says postage, fee, voucher, sample, discount, adjustment or the like")),
            (money, net),
        ],
        "readings": [
            (unit, say("an order; revenue is the sum of the amounts that are kept")),
            (window, span),
            (say("Two orders or more"), say("share of known customers; others are left out of this column")),
        ],
        "reconciliation": [
            (unit, say("a row of the client's files")),
            (money, say("sum of the amounts, in decimals, to the cent")),
            (say("Difference"), say("received less kept less set aside; zero when everything is accounted for")),
        ],
        "people": [
            (
                say("Machines"),
                say(
                    "a day with too many events, or events in {hours} hours of a day",
                    hours=_n(SLEEPLESS_HOURS, language),
                ),
            ),
            (say("Test accounts"), say("test, demo or dummy in the id, name or e-mail")),
            (say("Staff"), say("a column that says staff, employee or internal")),
            (money, say("orders of these accounts")),
        ],
        "identifiers": [
            (unit, say("an identifier: kind and value, in one spelling")),
            (say("Shared"), say("seen on two accounts or more")),
            (say("No identifier"), say("entries such as unknown, one digit repeated, or an e-mail without @")),
            (say("On too many"), _too_many(audit, language)),
        ],
        "heads": [
            (unit, say("an account, or a person with all accounts")),
            (window, span),
            (say("Revenue"), net_of_all),
        ],
        "clusters": [
            (unit, say("a person with an identifier")),
            (say("Order"), say("the largest together, so that no row is too small to show")),
        ],
        "doubts": [(unit, say("an identifier, a person, or a pair of accounts, as the row says"))],
        "dictionary": [
            (say("Holds"), say("smallest to largest value, or the commonest category that enough rows share")),
            (left_out, say("values of ids, names, free text and anything that looks personal")),
        ],
        "fixes": [(say("Order"), say("weight, then money of the rows concerned")), (money, net)],
        "unlock": [(say("Order"), say("reports that cannot be run first"))],
    }


def method(audit: Audit, language: Language, parameters: DataAuditParameters) -> Pairs:
    """Terms and definitions, thresholds included."""
    say = language.say
    return [
        (
            say("Verdicts"),
            say(
                "A report needs {base} customers. RFM wants {rfm} days, retention {retention} (at least "
                "{retention_least}), churn {churn} (at least {churn_least}, {churn_events} of events). From {share} of "
                "the revenue without a customer, reports by customer have limits.",
                base=_n(parameters.minimum_base, language),
                rfm=_n(RFM_DAYS, language),
                retention=_n(RETENTION_DAYS, language),
                retention_least=_n(RETENTION_LEAST_DAYS, language),
                churn=_n(CHURN_DAYS, language),
                churn_least=_n(CHURN_LEAST_DAYS, language),
                churn_events=_n(CHURN_LEAST_DAYS_OF_EVENTS, language),
                share=_p(MONEY_WITHOUT_CUSTOMER, language),
            ),
        ),
        (
            say("Spikes and collapses"),
            say(
                "Logarithm of a day's rows against the median of its weekday, in robust standard deviations; "
                "marked from {threshold}.",
                threshold=language.number(parameters.spike_threshold, 1),
            ),
        ),
        (
            say("Machines"),
            say("{events} events in a day, or more.", events=_n(parameters.bot_events_per_day, language)),
        ),
        (
            say("Prices out of line"),
            say("{times} times the median price of the same product, or more.", times=_n(OUT_OF_LINE, language)),
        ),
        *([(say("Persons"), rule_words(audit, language))] if audit.identity is not None else []),
        (
            say("Intervals"),
            say("Shares carry a Wilson interval, which reads the rows as a sample of what this system will send."),
        ),
    ]


def limits(language: Language) -> Text:
    """What the audit cannot see."""
    return language.say(
        "A rule finds what contradicts itself. Values that are wrong and plausible, rows that were never sent, and "
        "days on which the shop was truly shut look like good data. The client's own ledger is the test of those: "
        "compare the totals above with it."
    )


def _too_many(audit: Audit, language: Language) -> Text:
    """From how many accounts on an identifier is nobody's."""
    if audit.identity is None:
        return language.say("not asked")
    limit = language.number(audit.identity.facts.limit)
    if audit.identity.rules.most_accounts != "auto":
        return language.say("on more than {limit} accounts, as engagement.yml says; not used", limit=limit)
    share = language.percent(OVER_MERGE_QUANTILE, 1)
    return language.say(
        "on more than {limit} accounts: the {share} point of all identifiers, within bounds; not used",
        limit=limit,
        share=share,
    )


def _n(value: float, language: Language) -> str:
    return language.number(value)


def _p(share: float, language: Language) -> str:
    return language.percent(share)
