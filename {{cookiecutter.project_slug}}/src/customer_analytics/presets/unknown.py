"""Unknown exports: a table and a mapping proposed from headings and first values, with what is unsure as questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from customer_analytics.presets.found_files import Found
from customer_analytics.presets.known import Written
from customer_analytics.schema import SCHEMAS, Kind

# Headings in small letters without blanks and marks; the first of ours that fits takes the heading.
WORDS: dict[str, str] = {
    "order_id": "orderid ordernumber orderno invoice invoiceno invoicenumber invoiceid transactionid receiptid "
    "basketid bestellnr bestellnummer auftragsnummer rechnungsnummer 订单编号 订单号 订单id 交易号",
    "customer_id": "customerid customer customernumber customerno clientid memberid userid buyerid accountid contactid "
    "householdid kundennr kundennummer kunde kundenid 客户编号 客户id 会员编号 会员id 用户id 用户编号 买家id",
    "ordered_at": "orderedat orderdate ordertime invoicedate purchasedate transactiondate transactiontimestamp "
    "bestelldatum rechnungsdatum 下单时间 订单创建时间 订单时间 交易时间 购买时间",
    "paid_at": "paidat paymentdate datepaid bezahltam 付款时间 支付时间 订单付款时间",
    "status": "status orderstatus bestellstatus 订单状态 状态",
    "amount": "amount total ordertotal totalamount revenue sales salesvalue linetotal betrag gesamtbetrag summe "
    "金额 总金额 订单金额 销售额 实付金额",
    "discount": "discount discountamount rabatt 优惠金额 折扣金额",
    "refund": "refund refundamount refundedamount erstattung 退款金额 退款",
    "product_id": "productid sku stockcode itemid articlenumber articleno artikelnr artikelnummer "
    "商品编号 商品id 商品编码 货号",
    "product_name": "productname product item itemname description artikel bezeichnung 商品名称 宝贝标题 商品",
    "category": "category productcategory department warengruppe kategorie 类目 品类 商品类别",
    "quantity": "quantity qty units menge anzahl 数量 购买数量",
    "unit_price": "unitprice price itemprice einzelpreis preis 单价 价格",
    "cost": "cost unitcost cogs 成本",
    "event": "event eventname eventtype action behaviortype ereignis 事件 事件名称 行为类型",
    "occurred_at": "occurredat timestamp eventtime eventtimestamp eventdate 事件时间 发生时间",
    "session_id": "sessionid session visitid 会话id",
    "visitor_id": "visitorid anonymousid userpseudoid cookieid deviceid 访客id 设备id",
    "page": "page url pageurl pagelocation 页面",
    "channel": "channel source medium trafficsource kanal 渠道 来源",
    "device": "device devicetype devicecategory 设备",
    "signed_up_at": "signedupat signupdate registeredat registrationdate createdat created 注册时间 注册日期",
    "gender": "gender sex geschlecht 性别",
    "birth_year": "birthyear yearofbirth geburtsjahr 出生年份",
    "region": "region state province bundesland 省份 地区 省",
    "city": "city town stadt ort 城市",
    "consent": "consent acceptsmarketing optin newsletter 营销同意",
    "plan": "plan subscription tariff tarif 套餐",
    "started_at": "startedat startdate begin 开始时间",
    "ended_at": "endedat enddate cancelledat churndate 结束时间",
    "payment_method": "paymentmethod zahlungsart 支付方式",
    "store": "store shop branch filiale 门店 店铺名称",
}
UNSURE = {
    "customer",
    "product",
    "source",
    "created",
    "price",
    "cost",
    "total",
    "kunde",
    "begin",
    "金额",
    "退款",
    "商品",
}
PERSONAL = re.compile(
    r"(first|last|full|sur|billing|shipping|customer|buyer|contact)[ _]?name|^name$|e-?mail|phone|mobile|telefon|handy|"
    r"street|address|strasse|straße|anschrift|zip|postal|plz|vorname|nachname|姓名|手机|电话|地址|邮箱|身份证",
    re.IGNORECASE,
)
# What a table is known by: the first of these whose columns are all there.
KNOWN_BY: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("events", ("event", "occurred_at")),
    ("order_lines", ("order_id", "ordered_at", "product_id")),
    ("order_lines", ("order_id", "ordered_at", "product_name")),
    ("order_lines", ("order_id", "product_id", "quantity")),
    ("orders", ("order_id", "ordered_at")),
    ("subscriptions", ("customer_id", "started_at")),
    ("products", ("product_id", "category")),
    ("customers", ("customer_id", "signed_up_at")),
    ("customers", ("customer_id", "gender")),
    ("customers", ("customer_id", "region")),
    ("customers", ("customer_id", "consent")),
)
_FITS = {
    Kind.MONEY: re.compile(r"[^A-Za-z]*\d[^A-Za-z]*|.{0,4}[\d.,' ]+.{0,4}"),
    Kind.NUMBER: re.compile(r"[^A-Za-z]*\d[^A-Za-z]*"),
    Kind.TIME: re.compile(r".*\d.*\d.*\d.*"),
}
_LETTER_FIRST = re.compile(r"([A-Za-z]+)\d+")


def proposed(found: Found) -> Written | None:
    """A mapping of one unknown export, or None where no table fits."""
    by_name = _by_heading(found.headings)
    table = next((name for name, needed in KNOWN_BY if set(needed) <= set(by_name)), None)
    if table is None:
        return None
    schema = SCHEMAS[table]
    columns = {_ours(table, ours): heading for ours, heading in by_name.items()}
    columns = {name: columns[name] for name in schema.names if name in columns}
    values = found.values()
    comments = ["Proposed from the headings of the file. Look through it, then delete the questions."]
    sure = [ours for ours, heading in columns.items() if _plain(heading) not in UNSURE]
    comments.append(f"Sure: {', '.join(sure) or 'none'}.")
    comments += [f"QUESTION: is {heading} {_meaning(table, ours)} ({ours})?" for ours, heading in columns.items()
                 if ours not in sure]  # fmt: skip
    comments += _doubts(table, columns, values)
    source: dict[str, object] = {"table": table, "files": found.pattern, "columns": columns}
    further = [heading for heading in found.headings if heading and heading not in columns.values()]
    personal = [heading for heading in further if PERSONAL.search(heading)]
    if personal:
        comments.append(f"Left out as personal: {', '.join(personal)}.")
        source["attributes"] = [heading for heading in further if heading not in personal] or "none"
    elif further:
        comments.append(f"Kept as they are: {', '.join(further)}.")
    return Written(source, tuple(comments))


def _by_heading(headings: Sequence[str]) -> dict[str, str]:
    result: dict[str, str] = {}
    for ours, words in WORDS.items():
        possible = words.split()
        matches = [(possible.index(plain), heading) for heading in headings if (plain := _plain(heading)) in possible]
        taken = set(result.values())
        matches = [match for match in matches if match[1] not in taken]
        if matches:
            result[ours] = min(matches)[1]
    if "occurred_at" not in result and "ordered_at" not in result:
        _take_date(headings, result)
    return result


def _take_date(headings: Sequence[str], result: dict[str, str]) -> None:
    """A heading that is only called date or time means what the rest of the file is about."""
    date = next(
        (heading for heading in headings if _plain(heading) in {"date", "time", "datetime", "datum", "日期", "时间"}),
        "",
    )
    if date:
        result["occurred_at" if "event" in result else "ordered_at"] = date


def _ours(table: str, name: str) -> str:
    return {"product_name": "name"}.get(name, name) if table == "products" else name


def _plain(heading: str) -> str:
    return re.sub(r"[\s_\-.#:()/]+", "", heading).lower()


def _meaning(table: str, ours: str) -> str:
    column = SCHEMAS[table].column(ours)
    return column.meaning if column else ours


def _doubts(table: str, columns: Mapping[str, str], values: Mapping[str, list[str]]) -> list[str]:
    """What the first values say against the mapping, or leave to be asked."""
    doubts = []
    for ours, heading in columns.items():
        column, seen = SCHEMAS[table].column(ours), values.get(heading, [])
        shape = _FITS.get(column.kind) if column else None
        if shape and seen and sum(shape.fullmatch(value) is None for value in seen) * 5 > len(seen):
            doubts.append(f"QUESTION: the values of {heading} do not look like {ours}; is it another column?")
    if "order_id" in columns:
        letters = {m[1] for value in values.get(columns["order_id"], []) if (m := _LETTER_FIRST.fullmatch(value))}
        plain = any(value.isdigit() for value in values.get(columns["order_id"], []))
        if plain and letters:
            shown = ", ".join(sorted(letters)[:3])
            doubts.append(
                f"QUESTION: some order numbers begin with {shown}: cancellations? Then set them aside: "
                f"set_aside: [{{reason: cancellation, when: [{{column: {columns['order_id']}, starts_with: "
                f"{sorted(letters)[0]}}}]}}]"
            )
    if table in ("orders", "order_lines") and "status" not in columns:
        doubts.append("QUESTION: are cancelled and unpaid orders in this file, and how can they be told?")
    if "status" in columns:
        words = sorted(set(values.get(columns["status"], [])))[:8]
        seen_words = f" Seen: {', '.join(words)}." if words else ""
        doubts.append(
            f"QUESTION: which words mean paid, unpaid, cancelled, refunded? Map them with values.{seen_words}"
        )
    if table in ("orders", "order_lines", "events"):
        doubts.append("QUESTION: are the times local times of the client? Else state time_zone.")
    return doubts
