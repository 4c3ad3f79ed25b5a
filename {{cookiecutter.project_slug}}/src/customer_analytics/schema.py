"""The canonical tables: their grain, keys and columns.

Every client's export is mapped to these names once, at loading. Columns that a client has beside them are kept as
attributes under the client's own names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; it decides how text is parsed and how the column is stored."""

    ID = "id"  # text, kept to the letter: leading zeros count
    TEXT = "text"
    TIME = "time"  # a moment: naive UTC timestamp in storage
    DATE = "date"  # a calendar day in the engagement's zone
    MONEY = "money"  # DECIMAL(18, 4) in the engagement's currency
    NUMBER = "number"  # DOUBLE
    INTEGER = "integer"  # BIGINT
    FLAG = "flag"  # BOOLEAN


@dataclass(frozen=True)
class Column:
    """One canonical column. `required`: a row without it cannot be used and is set aside."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class TableSchema:
    """One canonical table. `key`: the columns that identify a row. `time`: the column that the as-of date limits."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    time: str | None = None

    def column(self, name: str) -> Column | None:
        """The canonical column of this name, or None when the name is a client's attribute."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical column names in their stated order."""
        return tuple(column.name for column in self.columns)


def _id(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Kind.ID, meaning, required)


def _text(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Kind.TEXT, meaning, required)


def _time(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Kind.TIME, meaning, required)


def _money(name: str, meaning: str) -> Column:
    return Column(name, Kind.MONEY, meaning)


def _number(name: str, meaning: str) -> Column:
    return Column(name, Kind.NUMBER, meaning)


SCHEMAS: dict[str, TableSchema] = {
    schema.name: schema
    for schema in (
        TableSchema(
            "customers",
            "customer",
            ("customer_id",),
            (
                _id("customer_id", "the client's own customer number", required=True),
                _time("signed_up_at", "when the customer registered"),
                _text("acquisition_channel", "channel that brought the customer"),
                _text("acquisition_campaign", "campaign that brought the customer"),
                _text("gender", "gender as the client records it"),
                Column("birth_year", Kind.INTEGER, "year of birth"),
                _text("region", "region or province"),
                _text("city", "city"),
                _text("occupation", "occupation"),
                _text("income_band", "income band"),
                Column("consent", Kind.FLAG, "may be contacted for marketing"),
            ),
            time="signed_up_at",
        ),
        TableSchema(
            "orders",
            "order",
            ("order_id",),
            (
                _id("order_id", "order or invoice number", required=True),
                _id("customer_id", "who ordered; empty when the client does not know"),
                _time("ordered_at", "when the order was placed", required=True),
                _time("paid_at", "when it was paid"),
                _text("status", "paid, unpaid, cancelled or refunded, after value mapping"),
                _money("amount", "what the order came to, before refunds"),
                _money("discount", "discount given"),
                _money("received", "money that arrived, where the export says so apart from the amount"),
                _money("refund", "money returned to the customer"),
                _text("channel", "channel of the order"),
                _text("payment_method", "how it was paid"),
                _text("store", "store or shop"),
            ),
            time="ordered_at",
        ),
        TableSchema(
            "order_lines",
            "line of an order",
            (),
            (
                _id("order_id", "order or invoice number", required=True),
                _id("customer_id", "who ordered, where the export of lines says so"),
                _time("ordered_at", "when the order was placed, where the export of lines says so"),
                _id("product_id", "product or stock code"),
                _text("product_name", "product name"),
                _text("category", "category of the product"),
                _number("quantity", "units; negative when taken back"),
                _money("unit_price", "price of one unit"),
                _money("amount", "what the line came to; quantity x unit price where the export does not say"),
                _money("cost", "cost of the line"),
            ),
            time="ordered_at",
        ),
        TableSchema(
            "events",
            "event",
            (),
            (
                _id("customer_id", "known customer; empty for an anonymous visitor"),
                _id("visitor_id", "cookie or device"),
                _text("event", "name of the event", required=True),
                _time("occurred_at", "when it happened", required=True),
                _id("session_id", "session"),
                _text("page", "page or screen"),
                _text("element", "what was clicked on the page"),
                _id("product_id", "product concerned"),
                _text("channel", "traffic source"),
                _text("device", "device class"),
                _text("properties", "everything else, as JSON text"),
            ),
            time="occurred_at",
        ),
        TableSchema(
            "campaigns",
            "campaign",
            ("campaign_id",),
            (
                _id("campaign_id", "campaign number", required=True),
                _text("name", "name of the campaign"),
                _text("channel", "channel it was sent on"),
                _text("offer", "what was offered"),
                _time("started_at", "first day of the campaign"),
                _time("ended_at", "last day of the campaign"),
                _money("cost", "fixed cost"),
            ),
            time="started_at",
        ),
        TableSchema(
            "touches",
            "message to a customer",
            (),
            (
                _id("campaign_id", "campaign number", required=True),
                _id("customer_id", "who was assigned", required=True),
                _text("arm", "arm of the experiment, for example treatment or control"),
                _time("assigned_at", "when the arm was drawn"),
                _time("sent_at", "when the message left"),
                _time("delivered_at", "when it arrived"),
                _time("opened_at", "first opening"),
                _time("clicked_at", "first click"),
                _time("unsubscribed_at", "when the customer unsubscribed"),
            ),
            time="assigned_at",
        ),
        TableSchema(
            "spend",
            "day and channel",
            (),
            (
                Column("day", Kind.DATE, "calendar day", required=True),
                _text("channel", "channel", required=True),
                _id("campaign_id", "campaign, where the spend is booked on one"),
                Column("impressions", Kind.INTEGER, "times shown"),
                Column("clicks", Kind.INTEGER, "clicks bought"),
                _money("cost", "money spent"),
            ),
            time="day",
        ),
        TableSchema(
            "feedback",
            "review, survey answer or service contact",
            (),
            (
                _id("customer_id", "who said it"),
                _id("product_id", "product concerned"),
                _time("given_at", "when it was said", required=True),
                _number("rating", "rating as given"),
                _text("text", "the words"),
                _text("topic", "topic as the client files it"),
            ),
            time="given_at",
        ),
        TableSchema(
            "identities",
            "identifier of a customer",
            (),
            (
                _id("customer_id", "account that the identifier was seen on", required=True),
                _text("kind", "phone, email, cookie, openid, card or device", required=True),
                _id("value", "the identifier", required=True),
            ),
        ),
        TableSchema(
            "products",
            "product",
            ("product_id",),
            (
                _id("product_id", "product or stock code", required=True),
                _text("name", "product name"),
                _text("category", "category"),
                _number("margin", "margin as a share of the price, 0 to 1"),
            ),
        ),
        TableSchema(
            "subscriptions",
            "contract",
            (),
            (
                _id("customer_id", "who holds the contract", required=True),
                _text("plan", "plan or product"),
                _time("started_at", "first day"),
                _time("ended_at", "last day; empty while it runs"),
                _money("price", "price of a period"),
                _number("tenure", "length so far, in the unit that the engagement states"),
                Column("ended", Kind.FLAG, "whether the contract has ended"),
            ),
            time="started_at",
        ),
        TableSchema(
            "channel_paths",
            "sequence of channels",
            (),
            (
                _text("path", "channels in order, joined by ' > '", required=True),
                _number("conversions", "how many converted"),
                _money("value", "what they were worth"),
                _number("nulls", "how many did not convert"),
            ),
        ),
    )
}

# Parents that a child's key must be found in, for orphan checks: (child, column) -> parent.
REFERENCES: dict[tuple[str, str], str] = {
    ("orders", "customer_id"): "customers",
    ("order_lines", "order_id"): "orders",
    ("order_lines", "product_id"): "products",
    ("events", "customer_id"): "customers",
    ("touches", "customer_id"): "customers",
    ("touches", "campaign_id"): "campaigns",
    ("feedback", "customer_id"): "customers",
    ("identities", "customer_id"): "customers",
    ("subscriptions", "customer_id"): "customers",
}
