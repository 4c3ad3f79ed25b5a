"""Names of events that mean the same everywhere, in English and Chinese, and the order in which they follow.

The lists hold the names that GA4, the big shop systems and the industry packs use. A name is compared without case,
blanks and signs: "Add to cart", add_to_cart and AddToCart are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Stages in the order of a customer's way; each funnel takes those that the client's events have.
STAGES: Mapping[str, str] = {
    "visit": "session_start page_view app_open app_launch launch visit portal_visit landing home open_app start_app "
    "screen_view first_visit first_open homepage 访问 启动 打开app 启动app "
    "进入首页 首页 首页浏览 浏览首页 浏览页面 页面浏览 进店 到访",
    "contact": "contact lead new_lead lead_created generate_lead "
    "inquiry enquiry contact_form submit_form form_submit "
    "咨询 线索 留资 新线索 线索创建 提交表单 联系",
    "qualified": "qualified lead_qualified mql sql opportunity opportunity_created demo demo_booked meeting "
    "商机 合格线索 有效线索 演示 预约演示 拜访",
    "view": "view_item view_product product_view view_content "
    "content_view view_offer view_course item_view detail_view "
    "view_detail product_detail goods_view view_deal 浏览商品 商品浏览 商品详情 "
    "查看商品 商品详情页 浏览商品详情 浏览课程 课程详情 查看课程 查看产品 浏览内容",
    "trial": "start_trial trial_start trial_started trial free_trial 试用 开始试用 试听 预约试听",
    "cart": "add_to_cart addtocart cart add_cart cart_add add_to_basket add_to_plan add_to_list request_quote "
    "加购 加入购物车 添加购物车 加入计划 询价 请求报价",
    "checkout": "begin_checkout checkout start_checkout initiate_checkout checkout_start begin_booking start_booking "
    "start_enrolment start_enrollment start_application quote_accepted proposal_sent proposal quote "
    "结算 去结算 开始结算 发起结算 进入结算 开始预订 开始报名 开始申请 报价 提交方案",
    "details": "add_shipping_info add_payment_info shipping_info payment_info identity_check verify_identity kyc "
    "填写地址 填写收货地址 选择支付方式 实名认证 身份验证",
    "order": "place_order submit_order order_submit create_order "
    "order_created order order_submitted submit_application "
    "下单 提交订单 创建订单 生成订单 提交申请",
    "pay": "purchase pay payment paid order_paid pay_success payment_success order_completed complete_order "
    "checkout_completed pay_course pay_booking subscribe "
    "subscription_start subscribe_or_buy product_opened order_placed "
    "closed_won contract_signed closed deal_won conversion "
    "支付 付款 支付成功 付款成功 支付订单 完成支付 购买 购买成功 成交 签约 赢单 订阅 开通",
    "register": "sign_up signup register registration "
    "registered create_account account_created complete_registration "
    "注册 注册成功 完成注册 用户注册",
}
# Stages of the second kind stand beside the way and are not steps of a found funnel: people search or not.
BESIDE: Mapping[str, str] = {
    "search": "search search_course view_search_results search_results site_search 搜索 搜索商品 搜索课程",
    "repeat": "repurchase reorder repeat_purchase order_again 复购 再次购买 二次购买",
    "error": "error payment_error payment_failed checkout_error exception 报错 支付失败 错误",
}
# Which part of the way a stage belongs to.
PARTS: Mapping[str, str] = {
    "visit": "visit",
    "view": "visit",
    "search": "visit",
    "register": "visit",
    "contact": "visit",
    "qualified": "order",
    "trial": "order",
    "cart": "order",
    "checkout": "order",
    "details": "order",
    "order": "order",
    "pay": "payment",
    "repeat": "again",
}
_SIGNS = re.compile(r"[\W_]+")


def plain(name: str) -> str:
    """A name without case, blanks and signs."""
    return _SIGNS.sub("", name).lower()


_STAGE_OF: Mapping[str, str] = {
    plain(name): stage for lists in (STAGES, BESIDE) for stage, names in lists.items() for name in names.split()
}
_DERIVED: Mapping[str, str] = {
    "signed up": "register",
    "order placed": "order",
    "order paid": "pay",
    "order kept": "pay",
}


def stage_of(*names: str) -> str:
    """The stage of an event's name (of the first that is well known); "" where none is."""
    for name in names:
        if name in _DERIVED:
            return _DERIVED[name]
        if stage := _STAGE_OF.get(plain(name), ""):
            return stage
    return ""
