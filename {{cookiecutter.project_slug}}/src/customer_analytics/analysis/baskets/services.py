"""What a name says: a product, or postage, a fee, a voucher … A name counts as a service only as a whole.

`POST CARD` and `TEA TIPS` are products; `DOTCOM POSTAGE`, `Bank charges` and `Next day delivery` are not. Where a code
is unlike the bulk of the catalogue as well (analysis.audit.codes), it is enough that its name ends in such a word.
"""

from __future__ import annotations

import re

# Words that say a service by themselves.
SERVICES = {
    "postage", "shipping", "freight", "delivery", "carriage", "courier", "handling", "fee", "fees", "charge",
    "charges", "surcharge", "surcharges", "commission", "commissions", "discount", "discounts", "rebate", "rebates",
    "voucher", "vouchers", "coupon", "coupons", "adjustment", "adjustments", "adjust", "refund", "refunds",
    "gratuity", "rounding", "giftcard", "giftcards", "cashback", "writeoff",
}  # fmt: skip
# Words that go with them and change nothing.
BESIDE = {
    "a", "an", "and", "the", "of", "for", "to", "by", "on", "per", "incl", "inc", "with", "from", "extra", "express",
    "standard", "next", "day", "same", "home", "order", "orders", "service", "services", "international", "domestic",
    "national", "local", "uk", "eu", "us", "usa", "bank", "credit", "payment", "payments", "transaction",
    "processing", "gift", "admin", "administration", "packing", "packaging", "cost", "costs", "small", "minimum",
    "free", "amazon", "ebay", "paypal", "online", "web", "store", "shop", "cash", "customer", "manual", "price",
    "late", "booking", "misc", "miscellaneous", "other", "mfg", "stock", "rush", "economy", "tracked", "signed",
    "first", "second", "class", "club", "currency", "value", "promo", "promotion", "promotional", "bad", "debt",
    "items", "item", "str", "coup", "off",
}  # fmt: skip
# Names that are a service only when they stand alone.
ALONE = {
    "post", "manual", "sample", "samples", "bad debt", "tip", "tips", "deposit", "donation", "tax", "vat", "bank",
    "insurance", "gift card", "gift cards", "test", "write off", "stock check",
}  # fmt: skip
CHINESE = re.compile(
    r"运费|邮费|快递费|配送费|物流费|包装费|手续费|服务费|佣金|折扣|优惠券|满减|代金券|礼品卡|购物券|样品|赠品|补差价|补差|差价|"
    r"定金|押金|坏账|库存调整|退款"
)
CHINESE_BESIDE = re.compile(r"专用|专拍|链接|补拍|补邮|顺丰|快递|金额|项目|商品|费用|元|补|的|及|和|与|或|请|拍")
WORD = re.compile(r"[^\W\d_]+")
LAST = re.compile(r"(?:postage|shipping|freight|delivery|carriage|courier|handling|fees?|charges?|surcharges?|"
                  r"commissions?|discounts?|rebates?|vouchers?|coupons?|manual|samples?|adjustments?|debt|donation|"
                  r"gift cards?|rounding)$")  # fmt: skip


def is_whole_service(name: str | None) -> bool:
    """Whether a name says a service and nothing else."""
    if not name:
        return False
    words = [word.casefold() for word in WORD.findall(name)]
    if not words:
        return False
    if " ".join(words) in ALONE:
        return True
    if any("一" <= letter <= "鿿" for letter in name):
        return _is_chinese_service(name)
    return any(word in SERVICES for word in words) and all(word in SERVICES or word in BESIDE for word in words)


def ends_in_service(name: str | None) -> bool:
    """Whether the last words of a name say a service; prices and numbers after them do not count."""
    words = " ".join(word.casefold() for word in WORD.findall(name or ""))
    return bool(LAST.search(words))


def _is_chinese_service(name: str) -> bool:
    rest, found = CHINESE.subn("", name)
    rest = CHINESE_BESIDE.sub("", rest)
    return found > 0 and not re.search(r"[^\W\d_]", rest)
