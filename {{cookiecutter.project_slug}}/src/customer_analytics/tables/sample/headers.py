"""The client's column names: for each export the columns in their order, and what they mean to us.

An entry is (our column, English header, Chinese header); an attribute that we have no column for begins with "+".
"""

from __future__ import annotations

HEADERS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "customers": (
        ("customer_id", "Cust No", "客户编号"),
        ("signed_up_at", "Joined", "注册时间"),
        ("+app_signed_up", "Joined (app)", "APP注册时间"),
        ("acquisition_channel", "Source", "来源渠道"),
        ("acquisition_campaign", "Source campaign", "来源活动"),
        ("gender", "Sex", "性别"),
        ("birth_year", "Born", "出生年份"),
        ("region", "Region", "大区"),
        ("city", "Town", "城市"),
        ("occupation", "Job", "职业"),
        ("income_band", "Income", "收入水平"),
        ("consent", "Mailing ok", "同意营销"),
        ("+leak", "Closing note", "结案备注"),
    ),
    "orders": (
        ("order_id", "Order No", "订单号"),
        ("customer_id", "Cust No", "客户编号"),
        ("ordered_at", "Order time", "下单时间"),
        ("paid_at", "Payment time", "付款时间"),
        ("status", "State", "订单状态"),
        ("amount", "Total", "订单金额"),
        ("discount", "Rebate", "优惠金额"),
        ("refund", "Paid back", "退款金额"),
        ("channel", "Sales channel", "销售渠道"),
        ("payment_method", "Pay type", "支付方式"),
        ("store", "Shop", "门店"),
    ),
    "order_lines": (
        ("order_id", "Order No", "订单号"),
        ("product_id", "SKU", "商品编码"),
        ("product_name", "Item", "商品名称"),
        ("category", "Group", "品类"),
        ("quantity", "Qty", "数量"),
        ("unit_price", "Price", "单价"),
        ("amount", "Line total", "行金额"),
        ("cost", "Cost", "成本"),
    ),
    "events": (
        ("customer_id", "user_id", "user_id"),
        ("visitor_id", "cookie", "cookie"),
        ("event", "event_name", "event_name"),
        ("occurred_at", "ts", "ts"),
        ("session_id", "session", "session"),
        ("page", "screen", "screen"),
        ("element", "target", "target"),
        ("product_id", "sku", "sku"),
        ("channel", "traffic_source", "traffic_source"),
        ("device", "device_class", "device_class"),
        ("properties", "props", "props"),
    ),
    "campaigns": (
        ("campaign_id", "Code", "活动编码"),
        ("name", "Campaign", "活动名称"),
        ("channel", "Medium", "触达渠道"),
        ("offer", "Offer", "优惠"),
        ("started_at", "From", "开始日期"),
        ("ended_at", "To", "结束日期"),
        ("cost", "Fixed cost", "固定成本"),
        ("+split", "Planned split", "计划分组"),
    ),
    "touches": (
        ("campaign_id", "Code", "活动编码"),
        ("customer_id", "Cust No", "客户编号"),
        ("arm", "Group", "分组"),
        ("assigned_at", "Assigned", "分组时间"),
        ("sent_at", "Sent", "发送时间"),
        ("delivered_at", "Delivered", "送达时间"),
        ("opened_at", "Opened", "打开时间"),
        ("clicked_at", "Clicked", "点击时间"),
        ("unsubscribed_at", "Opted out", "退订时间"),
    ),
    "spend": (
        ("day", "Date", "日期"),
        ("channel", "Channel", "渠道"),
        ("impressions", "Impressions", "曝光"),
        ("clicks", "Clicks", "点击"),
        ("cost", "Spend", "花费"),
    ),
    "feedback": (
        ("+ticket", "ticket", "ticket"),
        ("customer_id", "cust_no", "cust_no"),
        ("product_id", "sku", "sku"),
        ("given_at", "created", "created"),
        ("rating", "stars", "stars"),
        ("text", "comment", "comment"),
        ("topic", "filed_under", "filed_under"),
    ),
    "identities": (
        ("customer_id", "Cust No", "客户编号"),
        ("kind", "Type", "标识类型"),
        ("value", "Identifier", "标识值"),
    ),
    "products": (
        ("product_id", "SKU", "商品编码"),
        ("name", "Item", "商品名称"),
        ("category", "Group", "品类"),
        ("+list_price", "List price", "标价"),
        ("margin", "Margin", "毛利率"),
    ),
    "subscriptions": (
        ("customer_id", "Cust No", "客户编号"),
        ("plan", "Plan", "套餐"),
        ("started_at", "Start", "开始日期"),
        ("ended_at", "End", "结束日期"),
        ("price", "Fee", "费用"),
        ("+autopay", "Autopay", "自动续费"),
    ),
}

# What the client's systems write, for our values.
STATUS_WORDS = ("Completed|已完成", "Open|待付款", "Cancelled|已取消", "Returned|已退款")
GENDER_WORDS = ("F|女", "M|男", "X|其他")
YES, NO = "yes|是", "no|否"
CLOSING_NOTES = ("", "moved to competitor|转向竞品", "no longer needed|不再需要", "price|价格原因")
UNREADABLE_DATES = ("", "0000-00-00 00:00:00", "31.02.2025 12:00", "n/a")


def header(table: str, column: str, language: str) -> str:
    """The client's header of one of our columns."""
    return next(zh if language == "zh_CN" else en for name, en, zh in HEADERS[table] if name == column)


def mapping(table: str, language: str) -> dict[str, str]:
    """Our columns of a table, each with the client's header: the `columns` of a source in engagement.yml."""
    return {n: zh if language == "zh_CN" else en for n, en, zh in HEADERS[table] if not n.startswith("+")}
