"""Small invented exports with the true headings of their platforms; nobody in them is real."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from collections.abc import Iterable, Mapping

SHOPIFY = [
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Fulfilled at",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Shipping Method",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem compare at price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    "Billing Name",
    "Billing Street",
    "Billing Address1",
    "Billing Address2",
    "Billing Company",
    "Billing City",
    "Billing Zip",
    "Billing Province",
    "Billing Country",
    "Billing Phone",
    "Shipping Name",
    "Shipping Street",
    "Shipping Address1",
    "Shipping Address2",
    "Shipping Company",
    "Shipping City",
    "Shipping Zip",
    "Shipping Province",
    "Shipping Country",
    "Shipping Phone",
    "Notes",
    "Note Attributes",
    "Cancelled at",
    "Payment Method",
    "Payment Reference",
    "Refunded Amount",
    "Vendor",
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Lineitem discount",
    "Tax 1 Name",
    "Tax 1 Value",
]
SHOPIFY_CUSTOMERS = [
    "First Name",
    "Last Name",
    "Email",
    "Accepts Email Marketing",
    "Company",
    "Address1",
    "Address2",
    "City",
    "Province",
    "Province Code",
    "Country",
    "Country Code",
    "Zip",
    "Phone",
    "Accepts SMS Marketing",
    "Total Spent",
    "Total Orders",
    "Tags",
    "Note",
    "Tax Exempt",
]
WECHAT = [
    "交易时间",
    "公众账号ID",
    "商户号",
    "特约商户号",
    "设备号",
    "微信订单号",
    "商户订单号",
    "用户标识",
    "交易类型",
    "交易状态",
    "付款银行",
    "货币种类",
    "应结订单金额",
    "代金券金额",
    "微信退款单号",
    "商户退款单号",
    "退款金额",
    "充值券退款金额",
    "退款类型",
    "退款状态",
    "商品名称",
    "商户数据包",
    "手续费",
    "费率",
    "订单金额",
    "申请退款金额",
    "费率备注",
]
TAOBAO = [
    "订单编号",
    "买家会员名",
    "买家支付宝账号",
    "买家应付货款",
    "买家应付邮费",
    "买家支付积分",
    "总金额",
    "返点积分",
    "买家实际支付金额",
    "买家实际支付积分",
    "订单状态",
    "买家留言",
    "收货人姓名",
    "收货地址 ",
    "运送方式",
    "联系电话",
    "联系手机",
    "订单创建时间",
    "订单付款时间 ",
    "宝贝标题",
    "宝贝种类",
    "物流单号",
    "物流公司",
    "订单备注",
    "宝贝总数量",
    "店铺名称",
    "订单关闭原因",
    "退款金额",
]
STRIPE = [
    "id",
    "Customer ID",
    "Customer Email",
    "Customer Name",
    "Plan",
    "Quantity",
    "Currency",
    "Interval",
    "Amount",
    "Status",
    "Cancellation Reason",
    "Created (UTC)",
    "Start (UTC)",
    "Start Date (UTC)",
    "Current Period Start (UTC)",
    "Current Period End (UTC)",
    "Trial Start (UTC)",
    "Trial End (UTC)",
    "Canceled At (UTC)",
    "Ended At (UTC)",
]
STRIPE_PAYMENTS = [
    "id",
    "Created date (UTC)",
    "Amount",
    "Amount Refunded",
    "Currency",
    "Captured",
    "Fee",
    "Status",
    "Description",
    "Customer ID",
]
WOO_ORDERS = ["order_id", "customer_id", "date_created_gmt", "status", "total_sales", "refunded"]
WOO_LINES = [
    "order_id",
    "customer_id",
    "date_created",
    "product_id",
    "post_title",
    "product_qty",
    "product_gross_revenue",
    "coupon_amount",
]
HUBSPOT_DEALS = [
    "Record ID",
    "Deal Name",
    "Deal Stage",
    "Close Date",
    "Deal owner",
    "Amount",
    "Create Date",
    "Pipeline",
    "Associated Contact IDs",
]
HUBSPOT_CONTACTS = [
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Phone Number",
    "Lead Status",
    "Create Date",
    "Lifecycle Stage",
    "State/Region",
    "City",
]
GA4_EVENTS = [
    "event_name",
    "event_timestamp",
    "user_id",
    "user_pseudo_id",
    "ga_session_id",
    "page_location",
    "item_id",
    "device_category",
    "traffic_medium",
    "analytics_storage",
]
GA4_PURCHASES = ["transaction_id", "customer", "event_timestamp", "purchase_revenue", "refund_value"]
START = dt.datetime(2024, 1, 2, 9)
Row = dict[str, str]


def text_of(headings: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as CSV; what a row does not name is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(headings), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def sales(orders: int) -> list[tuple[int, str, dt.datetime, int, str]]:
    """(number, customer, when, cents, fate) of invented orders over a year; fate: paid, refunded, unpaid, lost."""
    draw = random.Random(7)
    return [
        (
            1001 + n,
            f"c{draw.randrange(max(5, orders // 4))}",
            START + dt.timedelta(minutes=n * 500_000 // orders),
            500 + draw.randrange(20_000),
            ("paid", "paid", "paid", "paid", "part", "refunded", "unpaid", "lost")[n % 8],
        )
        for n in range(orders)
    ]


def shopify(orders: int = 40) -> dict[str, str]:
    words = {
        "paid": "paid",
        "part": "partially_refunded",
        "refunded": "refunded",
        "unpaid": "pending",
        "lost": "voided",
    }
    rows: list[Row] = []
    for number, who, when, cents, fate in sales(orders):
        stamp, total = f"{when:%Y-%m-%d %H:%M:%S} +0200", cents / 100
        first = {
            "Name": f"#{number}",
            "Email": f"{who}@example.com",
            "Financial Status": words[fate],
            "Paid at": stamp,
            "Currency": "EUR",
            "Total": f"{total:.2f}",
            "Discount Amount": "1.00",
            "Created at": stamp,
            "Refunded Amount": f"{ {'part': 1.5, 'refunded': total}.get(fate, 0):.2f}",
            "Lineitem quantity": "2",
            "Lineitem name": "Tea",
            "Lineitem price": "3.00",
            "Lineitem sku": "T1",
            "Billing Name": "Nobody Real",
            "Source": "web",
        }
        more = {key: first[key] for key in ("Name", "Email", "Created at")}
        rows += [first, {**more, "Lineitem quantity": "1", "Lineitem name": "Cup", "Lineitem price": "4.50"}]
    people = [
        {"Email": f"c{n}@example.com", "Accepts Email Marketing": "yes" if n % 2 else "no", "Province Code": "BE"}
        for n in range(max(5, orders // 4))
    ]
    return {"orders_export_1.csv": text_of(SHOPIFY, rows), "customers_export.csv": text_of(SHOPIFY_CUSTOMERS, people)}


def woocommerce(orders: int = 40) -> dict[str, str]:
    words = {"paid": "wc-completed", "part": "wc-completed", "refunded": "wc-refunded", "unpaid": "wc-pending"}
    heads, lines = [], []
    for number, who, when, cents, fate in sales(orders):
        refund = {"part": 1.5, "refunded": cents / 100}.get(fate, 0)
        heads.append(
            {
                "order_id": str(number),
                "customer_id": who,
                "date_created_gmt": f"{when}",
                "status": words.get(fate, "wc-cancelled"),
                "total_sales": f"{cents / 100}",
                "refunded": f"{refund}",
            }
        )
        lines.append(
            {
                "order_id": str(number),
                "customer_id": who,
                "date_created": f"{when}",
                "product_id": "9",
                "post_title": "Cup",
                "product_qty": "1",
                "product_gross_revenue": f"{cents / 100}",
            }
        )
    return {"orders.csv": text_of(WOO_ORDERS, heads), "lines.csv": text_of(WOO_LINES, lines)}


def taobao(orders: int = 40) -> dict[str, bytes]:
    words = {"unpaid": "等待买家付款", "lost": "交易关闭"}
    rows = [
        {
            "订单编号": str(number),
            "买家会员名": who,
            "总金额": f"{cents / 100}",
            "订单状态": words.get(fate, "交易成功"),
            "买家实际支付金额": f"{cents / 100}",
            "收货人姓名": "无名",
            "收货地址 ": "某省某路",
            "订单创建时间": f"{when}",
            "退款金额": f"{ {'part': 1.5, 'refunded': cents / 100}.get(fate, 0) }",
        }
        for number, who, when, cents, fate in sales(orders)
    ]
    return {"订单报表.csv": text_of(TAOBAO, rows).encode("gb18030")}


def wechat(orders: int = 40) -> dict[str, str]:
    lines = [",".join(WECHAT)]
    for number, who, when, cents, fate in sales(orders):
        common = {
            "交易时间": f"{when}",
            "商户订单号": str(number),
            "微信订单号": f"42{number}",
            "用户标识": f"o{who}",
            "货币种类": "CNY",
            "交易类型": "JSAPI",
        }
        paid = {
            **common,
            "交易状态": "SUCCESS",
            "订单金额": f"{cents / 100:.2f}",
            "应结订单金额": f"{cents / 100:.2f}",
            "代金券金额": "0.00",
            "退款金额": "0.00",
            "微信退款单号": "0",
        }
        back = {**paid, "交易状态": "REFUND", "订单金额": "0.00", "微信退款单号": f"50{number}", "退款金额": "1.50"}
        for row in [paid, *([back] if fate == "part" else [])]:
            lines.append(",".join(f"`{row.get(name, '')}" for name in WECHAT))
    lines += ["总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"]
    lines += [",".join(["`9"] * 7)]
    return {"bill.csv": "\n".join(lines) + "\n"}


def stripe(contracts: int = 40) -> dict[str, str]:
    rows, payments = [], []
    for number, _, when, cents, fate in sales(contracts):
        start = START + (when - START) / 2
        over = fate in ("refunded", "lost")
        ended = start + dt.timedelta(days=20 + number % 90)
        rows.append(
            {
                "id": f"sub_{number}",
                "Customer ID": f"cus_{number}",
                "Plan": "pro",
                "Amount": "29.00",
                "Currency": "eur",
                "Interval": "month",
                "Customer Email": "nobody@example.com",
                "Status": "incomplete_expired" if fate == "unpaid" else "canceled" if over else "active",
                "Created (UTC)": f"{start:%Y-%m-%d %H:%M}",
                "Start Date (UTC)": f"{start:%Y-%m-%d %H:%M}",
                "Ended At (UTC)": f"{ended:%Y-%m-%d %H:%M}" if over else "",
            }
        )
        payments.append(
            {
                "id": f"ch_{number}",
                "Created date (UTC)": f"{when}",
                "Amount": f"{cents / 100:.2f}",
                "Amount Refunded": "1.50" if fate == "part" else "0.00",
                "Currency": "eur",
                "Status": "Failed" if fate == "unpaid" else "Paid",
                "Customer ID": f"cus_{number}",
            }
        )
    return {
        "subscriptions.csv": text_of(STRIPE, rows),
        "unified_payments.csv": text_of(STRIPE_PAYMENTS, payments),
    }


def hubspot(deals: int = 40) -> dict[str, str]:
    words = {"unpaid": "Contract Sent", "lost": "Closed Lost"}
    rows = [
        {
            "Record ID": str(number),
            "Deal Name": f"Deal {number}",
            "Deal Stage": words.get(fate, "Closed Won"),
            "Close Date": f"{when:%Y-%m-%d %H:%M}",
            "Amount": f"{cents / 100:.2f}",
            "Associated Contact IDs": who,
        }
        for number, who, when, cents, fate in sales(deals)
    ]
    people = [
        {"Record ID": f"c{n}", "Email": f"c{n}@example.com", "Create Date": "2023-01-05 10:00", "City": "Ulm"}
        for n in range(max(5, deals // 4))
    ]
    return {
        "hubspot-crm-exports-deals.csv": text_of(HUBSPOT_DEALS, rows),
        "hubspot-crm-exports-contacts.csv": text_of(HUBSPOT_CONTACTS, people),
    }


def _micro(when: dt.datetime) -> str:
    return str(int(when.replace(tzinfo=dt.UTC).timestamp()) * 1_000_000)


def ga4(visits: int = 40) -> dict[str, str]:
    steps = ("session_start", "view_item", "add_to_cart", "purchase")
    events, bought = [], []
    for number, who, when, cents, fate in sales(visits):
        deep = {"unpaid": 2, "lost": 3}.get(fate, 4)
        for at, name in enumerate(steps[:deep]):
            events.append(
                {
                    "event_name": name,
                    "event_timestamp": _micro(when + dt.timedelta(minutes=at)),
                    "user_id": who,
                    "user_pseudo_id": f"p{number}",
                    "ga_session_id": str(number),
                    "item_id": "T1",
                    "device_category": "mobile",
                    "traffic_medium": "organic",
                }
            )
        if deep == 4:
            bought.append(
                {
                    "transaction_id": str(number),
                    "customer": who,
                    "event_timestamp": _micro(when),
                    "purchase_revenue": f"{cents / 100}",
                    "refund_value": "1.5" if fate == "part" else "",
                }
            )
    return {"events.csv": text_of(GA4_EVENTS, events), "purchases.csv": text_of(GA4_PURCHASES, bought)}


def ga4_nested(events: int = 20) -> dict[str, str]:
    rows = [
        {
            "event_date": f"{when:%Y%m%d}",
            "event_timestamp": _micro(when),
            "event_name": "page_view",
            "user_id": None,
            "user_pseudo_id": f"p{who}",
            "platform": "WEB",
            "event_params": [{"key": "ga_session_id", "value": {"int_value": str(number)}}],
        }
        for number, who, when, _, _ in sales(events)
    ]
    return {"events_20240102.json": "".join(json.dumps(row) + "\n" for row in rows)}


EXPORTS = {
    "shopify": shopify,
    "woocommerce": woocommerce,
    "taobao": taobao,
    "wechat_miniprogram": wechat,
    "stripe": stripe,
    "hubspot": hubspot,
    "ga4": ga4,
}
