"""Who is a person in events and orders: a customer where the row names one, else the visitor (cookie or device).

Both are texts of the client, and the same text can name a customer and a visitor. A visitor's id gets a blank before
it: ids lose the blanks at their ends when they are loaded, so no customer's id begins with one. Short ids stay short,
and a customer's person_id is the customer_id itself.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

VISITOR = " "


def person_id(table: ir.Table) -> ir.StringValue:
    """The person of each row of a table with customer_id, visitor_id or both; null where the row names neither."""
    customer = table.customer_id.cast("string") if "customer_id" in table.columns else None
    if "visitor_id" not in table.columns:
        return ibis.null("string") if customer is None else customer
    visitor = ibis.literal(VISITOR) + table.visitor_id.cast("string")
    person: ir.StringValue = visitor if customer is None else ibis.coalesce(customer, visitor)
    return person


def is_visitor(person: ir.StringValue) -> ir.BooleanValue:
    """Whether a person is known by a visitor_id only."""
    visitor: ir.BooleanValue = person.startswith(VISITOR)
    return visitor


def customer_id_of(person: ir.StringValue) -> ir.StringValue:
    """The customer_id of a person; null for visitors."""
    customer: ir.StringValue = ibis.ifelse(is_visitor(person), ibis.null("string"), person)
    return customer
