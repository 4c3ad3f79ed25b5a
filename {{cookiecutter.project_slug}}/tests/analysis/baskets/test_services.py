"""A name sets a product aside only if the whole of it says a service."""

from __future__ import annotations

import pytest

from customer_analytics.analysis.baskets.services import ends_in_service, is_whole_service

SERVICES = [
    "POSTAGE", "CARRIAGE", "Next Day Carriage", "PACKING CHARGE", "Bank Charges", "AMAZON FEE",
    "Discount", "Gift voucher", "gift card", "Manual", "SAMPLES", "Adjust bad debt", "Free shipping", "Delivery (UK)",
    "Handling fee", "Service charge", "COUPONS/STORE & MFG", "Tips", "refund", "运费", "邮费补差价", "补运费专拍",
    "快递费", "优惠券", "代金券", "礼品卡", "样品",
]  # fmt: skip
PRODUCTS = [
    "TEA TIPS", "POST CARD", "Postbox red", "Fabric samples book", "Delivery van toy", "Coupon wallet",
    "Voucher holder", "Gift box", "BANK OF ENGLAND MUG", "Manual coffee grinder", "Tax law explained",
    "Free range eggs", "Discount Queen LP", "Service bell", "First class stamps tin", "Card", "Items", "", "12345",
    "Insurance for students", "新款运动鞋", "快递员玩偶", "样品架", "优惠大礼包",
]  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_no_product(name: str) -> None:
    assert is_whole_service(name)


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_with_such_a_word_stays_a_product(name: str) -> None:
    assert not is_whole_service(name)


@pytest.mark.parametrize("name", ["DOTCOM POSTAGE", "CRUK Commission", "Dotcomgiftshop Gift Voucher £20.00"])
def test_an_odd_code_is_a_service_when_its_name_ends_so(name: str) -> None:
    assert ends_in_service(name)


@pytest.mark.parametrize("name", ["POSTAGE STAMPS ALBUM", "PADS TO MATCH ALL CUSHIONS", "", None])
def test_an_odd_code_with_a_product_name_stays_a_product(name: str | None) -> None:
    assert not ends_in_service(name)
