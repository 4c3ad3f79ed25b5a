"""Questions that can be asked, one of each kind; the names in them are those of the synthetic client."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "English": (
        "who was active in the last 7 days, did not order, and is a woman born 1995 to 1999?",
        "How many customers ordered at least 3 times in the last 6 months?",
        "how much revenue did women over 40 years old bring?",
        "What share of customers ordered in the last 30 days?",
        "Which region has the most customers at risk of churn?",
        "Which channel brings the most revenue?",
        "champions who have not ordered for 60 days",
        "top 10% by revenue who did not visit in the last 30 days",
        "customers who spent more than 500 in the last 90 days",
        "Gen Z customers by region",
        "neither women nor men, aged 25 to 34",
        "trend by month of high value customers",
    ),
    "中文": (
        "最近7天活跃但没有下单的95后女性有谁？",
        "近三十天下单两次以上的客户有多少？",
        "90后男性带来多少收入？",
        "最近半年没有下单的高价值客户占比多少？",
        "哪个地区的客户最多？",
        "各渠道的收入",
        "消费前10%的客户中近30天没有访问的",
        "上个月下单的女性",
        "25到34岁、平均订单超过50的客户",
        "今年注册但从未下单的客户",
        "沉睡的核心客户",
        "按月趋势：女性",
    ),
}
