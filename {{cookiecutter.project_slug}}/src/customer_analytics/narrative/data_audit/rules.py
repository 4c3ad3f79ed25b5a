"""Each rule in words: what was found, and what to do about it. Every entry is a message of the catalogue."""

from __future__ import annotations

from typing import NamedTuple

from customer_analytics.analysis.audit import Issue
from customer_analytics.language import Language, Text


class Rule(NamedTuple):
    """`title`: the fault as a short phrase. `fix`: the next step, for the client or for us."""

    title: str
    fix: str


RULES = {
    "missing": Rule("No value", "Ask whether the value is kept elsewhere; until then these rows count as unknown."),
    "missing@customer_id": Rule(
        "No customer",
        "Ask for the customer behind these rows (guest checkout, till, marketplace); until then they count as unknown.",
    ),
    "missing@amount": Rule("No amount", "Ask for the amount; rows without one carry no money in any report."),
    "no_person": Rule("Neither customer nor visitor", "Record a visitor id with every event."),
    "placeholder": Rule("A word that stands for nothing", "Map these words to empty in engagement.yml under values."),
    "personal_data": Rule(
        "Personal data where none is needed",
        "Leave the column out of the export, or send a keyed hash; the reports do not need it.",
    ),
    "duplicate_key": Rule(
        "Key used more than once", "Ask which row is right; joins on this key count the others twice."
    ),
    "exact_duplicate": Rule(
        "Exact copies of an earlier row",
        "Ask whether a line can truly occur twice; if not, set duplicates: set_aside for this source.",
    ),
    "duplicate_event": Rule(
        "The same person, event and second again", "Have the tracker checked for double firing; count such events once."
    ),
    "orphan": Rule("Parent row is missing", "Ask for the full parent table of the same day, deleted rows included."),
    "orphan@customer_id": Rule(
        "Not in the customer table",
        "Ask for the customer table of the same day, deleted and merged customers included.",
    ),
    "orphan@product_id": Rule("Not in the product table", "Ask for the product table with delisted products included."),
    "orphan@order_id": Rule(
        "Lines of an order that is not there", "Ask for the orders of the same period as the lines."
    ),
    "spelled_otherwise": Rule(
        "The same value in several spellings", "Map the spellings to one in engagement.yml under values."
    ),
    "price_out_of_line": Rule(
        "Price far above the usual one", "Ask whether the decimal point is right; leave out of averages until then."
    ),
    "sent_without_consent": Rule(
        "Message to somebody who refused", "Stop it at the source: have the sending list checked against consent."
    ),
    "future": Rule(
        "Dated after the delivery", "Ask for the right dates; an as-of date keeps these rows out until then."
    ),
    "after_as_of": Rule(
        "Dated after the as-of day", "Left out of every report; ask for the right dates where they are wrong."
    ),
    "default_date": Rule("A system's default date", "Treat as unknown: map the date to empty in engagement.yml."),
    "paid_before_ordered": Rule("Paid before ordered", "Check the clocks and time zones of shop and payment provider."),
    "before_registration": Rule(
        "Active before the registration", "Ask what the registration date means: first order, account, or migration."
    ),
    "negative_amount": Rule(
        "Amount below zero", "Decide whether revenue is net of these; the reports count them as returns."
    ),
    "zero_amount": Rule(
        "Amount of zero", "Ask what they are: gifts, tests, corrections; they count as orders, not as money."
    ),
    "negative_refund": Rule("Refund below zero", "Ask for the sign convention of refunds and map it."),
    "refund_over_payment": Rule(
        "Refund above the payment",
        "Do not compute net as received less refund here; ask whether the refund is already taken off.",
    ),
    "received_over_amount": Rule(
        "Received more than the amount", "Ask whether shipping or tax is in one and not in the other."
    ),
    "paid_without_date": Rule(
        "Paid, without a date of payment", "Ask for the date of payment, or use the order date and say so."
    ),
    "unpaid_with_date": Rule("Unpaid or cancelled, with a date of payment", "Ask which of the two is right."),
    "negative_quantity": Rule("Quantity below zero", "Keep returns and stock corrections apart; see the order series."),
    "zero_quantity": Rule("Quantity of zero", "Ask what they are: cancelled lines, weighed goods, coupons."),
    "negative_unit_price": Rule("Price below zero", "Keep out of sales: these are corrections of the books."),
    "zero_unit_price": Rule(
        "Price of zero", "Ask which are gifts and which are corrections; keep them out of prices and baskets."
    ),
    "amount_not_quantity_times_price": Rule(
        "Amount is not quantity times price", "Ask what the amount includes: discount, tax, coupon."
    ),
    "not_sum_of_lines": Rule(
        "Order is not the sum of its lines", "Ask what the order amount includes: shipping, tax, discount."
    ),
    "step_before_the_last": Rule("A step before the one it follows", "Check the clocks of the sending system."),
    "control_contacted": Rule(
        "Held-out people were contacted", "Keep the assignment; find out how the hold-out was broken."
    ),
    "impossible_birth_year": Rule("Impossible year of birth", "Treat as unknown; ask what the form pre-fills."),
    "negative_cost": Rule("Cost below zero", "Ask whether these are credits; book them in the month they belong to."),
    "clicks_over_impressions": Rule("More clicks than impressions", "Ask the agency for the report's definitions."),
    "margin_out_of_range": Rule("Margin outside zero to one", "Send the margin as a share of the price."),
    "ended_before_started": Rule("Ended before it started", "Ask which of the two days is right."),
    "negative_price": Rule("Price below zero", "Ask what a negative price of a contract means."),
    "bot": Rule(
        "Machines among the visitors", "Leave these visitors out of funnel and retention; filter them in the tracker."
    ),
    "test_account": Rule("Test accounts", "Leave out; have test accounts marked in the source system."),
    "staff": Rule("Staff accounts", "Leave out of customer reports; have them marked in the source system."),
    "consent_unknown": Rule(
        "Consent not known", "Do not contact; ask for the consent record before any list is exported."
    ),
    "shared_identifier": Rule(
        "Accounts of people who have another one", "Set resolve: true under identity in engagement.yml and load again."
    ),
    "several_people": Rule(
        "People who may be several", "Look at them; suspected: split under identity takes them apart at loading."
    ),
    "two_customers": Rule(
        "Orders whose lines name two customers",
        "Ask whose order it is; where orders are made from their lines, the number that sorts first counts.",
    ),
    "over_merged": Rule(
        "An identifier on too many accounts", "Leave it out of matching: a shop's own phone, a placeholder."
    ),
    "gap": Rule(
        "Days without data", "Ask whether the business was shut or the export failed; have failed days sent again."
    ),
    "collapse": Rule("Days with far too little", "Ask what happened: outage, partial export, strike."),
    "spike": Rule("Days with far too much", "Ask what happened: promotion, bulk import, double booking."),
    "incomplete_day": Rule(
        "The last day is cut off", "End the reports on the day before, or have the last day sent again."
    ),
    "clock": Rule(
        "The clock does not fit the time zone", "Ask which zone the times are in and set time_zone for the source."
    ),
    "non_product": Rule(
        "Codes that are no product", "Leave out of baskets and product lists; keep in revenue if the books do."
    ),
    "odd_code": Rule("Codes unlike the rest of the catalogue", "Have someone who knows the catalogue look at them."),
    "cancellation": Rule(
        "Cancellations", "Decide whether revenue is gross or net; match them to their orders before counting orders."
    ),
    "bad_debt": Rule("Bad debt entries", "Leave out: these are book-keeping entries, not sales."),
    "entry": Rule("A rare series of order numbers", "Ask what the series is for; leave it out if it is book-keeping."),
    "stock_adjustment": Rule("Stock adjustments", "Leave out: units written off, at no price and for no customer."),
    "heavy_order": Rule(
        "Single orders that move every average", "Check each with the client; show medians beside means."
    ),
}


def rule_of(issue: Issue) -> Rule:
    """The words of an issue's rule, the column's own where there are any."""
    fault = issue.fault
    return RULES.get(f"{fault.rule}@{fault.column}", RULES[fault.rule])


def say_title(issue: Issue, language: Language) -> Text:
    """The fault as a short phrase."""
    return language.say(rule_of(issue).title)


def say_fix(issue: Issue, language: Language) -> Text:
    """The next step."""
    return language.say(rule_of(issue).fix)
