"""Identifiers in one spelling, and words that stand for none.

Only what surely means the same is made the same. Phones lose what groups digits, 00 becomes +, and a national number
gets a country only where the engagement states one. E-mails lose capitals and blanks; dots before the @ stay, because
only some providers ignore them. All other kinds are compared to the letter, without the blanks around them.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.engagement.identity import IdentitySettings

# Full-width forms of ASCII, and blanks of Unicode that are no ASCII blank.
_BLANKS = "\u00a0\u2002\u2003\u2009\u202f\u3000"
_WIDE = "".join(chr(code + 0xFEE0) for code in range(0x21, 0x7F)) + _BLANKS
_NARROW = "".join(chr(code) for code in range(0x21, 0x7F)) + " " * len(_BLANKS)
_GROUPING = r"[-\s().\[\]/‐‑‒–—−・·]"
_SHORTEST_PHONE = 6  # digits; what is shorter is an extension or a slip
_WORDS = (
    "unknown", "n/a", "na", "n.a.", "none", "null", "nil", "nan", "no", "-", "--", "---", ".", "?", "x", "xx", "xxx",
    "test", "tbd", "anonymous", "guest", "default", "no phone", "no email", "no e-mail", "nophone", "noemail",
    "unbekannt", "keine", "inconnu", "desconocido",
    "无", "未知", "没有", "不详", "空", "匿名", "测试", "暂无", "无手机", "无邮箱", "未提供",
)  # fmt: skip
_NO_DEVICE = "00000000-0000-0000-0000-000000000000"  # the advertising id of a phone that gives none
_NOBODY_AT = (
    "test", "none", "null", "unknown", "n/a", "nobody", "anonymous", "guest", "noreply", "no-reply", "no.reply",
    "no_reply", "donotreply", "do-not-reply", "noemail", "no-email", "no.email", "no_email", "nomail", "no-mail",
    "keineemail", "asdf", "qwerty", "xx", "xxx", "xxxx", "123", "1234", "12345", "123456",
)  # fmt: skip
_SEQUENCES = ("0123456789", "1234567890", "123456789", "12345678", "1234567", "9876543210", "987654321")


def normalised(identifiers: ir.Table, settings: IdentitySettings) -> ir.Table:
    """Each identifier once, in one spelling.

    Args:
        identifiers: text columns `account`, `kind` and `value`, as the client wrote them.
        settings: the engagement's country for phones, and the identifiers to ignore.

    Returns:
        Columns `account`, `kind` (lower case) and `value`; the value is null where the client's is no identifier: a
        placeholder, or text without the form of its kind. The table is cached in the engine.
    """
    # Each step is stored: written as one expression, a number would stand in it dozens of times.
    kind = identifiers.kind.strip().lower()
    odd = identifiers.value.re_search("[^ -~]")
    text = ibis.ifelse(odd, identifiers.value.translate(_WIDE, _NARROW), identifiers.value).strip()
    tidy = identifiers.select("account", kind=kind, text=text).distinct().cache()
    dialled = tidy.mutate(bare=ibis.cases((tidy.kind == "phone", _dialled(tidy.text.lower())),
                                          (tidy.kind == "email", _without_blanks(tidy.text.lower())),
                                          else_=tidy.text)).cache()  # fmt: skip
    value = ibis.cases(
        (dialled.kind == "phone", _phone(dialled.bare, settings)),
        (dialled.kind == "email", _email(dialled.bare)),
        else_=ibis.ifelse(is_nobody(dialled.bare.lower()), ibis.null("string"), dialled.bare),
    )
    if settings.ignore:
        ignored = {written for given in settings.ignore for written in _spellings(given, settings)}
        value = ibis.ifelse(value.isin(sorted(ignored)), ibis.null("string"), value)
    found = dialled.select("account", "kind", value=value).distinct().cache()
    tidy.release()
    dialled.release()
    return found


def is_nobody(low: ir.StringValue) -> ir.BooleanValue:
    """Whether lower-case text is a word for nothing, one digit repeated, or digits counted up."""
    nobody: ir.BooleanValue = low.isin(("", _NO_DEVICE, *_WORDS)) | _is_idle(low)
    return nobody


def _is_idle(digits: ir.StringValue) -> ir.BooleanValue:
    repeated = "|".join(f"{digit}{{4,}}" for digit in range(1, 10))
    idle: ir.BooleanValue = digits.re_search(f"^([0]+|{repeated})$") | digits.isin(_SEQUENCES)
    return idle


def _dialled(low: ir.StringValue) -> ir.StringValue:
    """Digits, with + before a country."""
    plain = low.re_search("^[+1-9][0-9]*$")
    bare = low.replace("(0)", "").re_replace(_GROUPING, "")
    # +44 (0)20 …: the zero is dialled inside the country only.
    inside = low.re_replace(_GROUPING, "")
    international = ibis.cases(
        (bare.startswith("+"), bare),
        (bare.startswith("00"), ibis.literal("+") + bare.substr(2)),
        else_=inside,
    )
    dialled: ir.StringValue = ibis.ifelse(plain, low, international)
    return dialled


def _phone(dialled: ir.StringValue, settings: IdentitySettings) -> ir.StringValue:
    """A phone number as +country… or as national digits; null where it is none."""
    idle = _is_idle(dialled.replace("+", "")) | dialled.re_search("^[+][0-9]{1,3}0+$")
    number = dialled
    code, prefix = settings.calling_code, settings.trunk_prefix
    if code is not None:
        national = ibis.ifelse(dialled.startswith(prefix), dialled.substr(len(prefix)), dialled) if prefix else dialled
        number = ibis.ifelse(dialled.startswith("+"), dialled, ibis.literal(code) + national)
        idle = idle | (dialled.startswith(code) & _is_idle(dialled.substr(len(code))))
    usable = dialled.re_search(f"^[+]?[0-9]{{{_SHORTEST_PHONE},}}$") & ~idle
    phone: ir.StringValue = ibis.ifelse(usable, number, ibis.null("string"))
    return phone


def _without_blanks(low: ir.StringValue) -> ir.StringValue:
    bare: ir.StringValue = ibis.ifelse(low.contains(" "), low.re_replace(r"\s", ""), low)
    return bare


def _email(bare: ir.StringValue) -> ir.StringValue:
    """An address; null where it is none or nobody's."""
    local = bare.substr(0, bare.find("@"))
    usable = bare.re_search(r"^[^@]+@[^@]+[.][^@]+$") & ~local.isin(_NOBODY_AT)
    email: ir.StringValue = ibis.ifelse(usable, bare, ibis.null("string"))
    return email


def _spellings(value: str, settings: IdentitySettings) -> set[str]:
    """How an identifier to be ignored may stand in the data: as it is, as a phone, as an e-mail."""
    written = value.translate(str.maketrans(_WIDE, _NARROW)).strip()
    low = written.lower()
    digits = "".join(character for character in low.replace("(0)", "") if character.isdigit() or character == "+")
    international = "+" + digits.removeprefix("00") if digits.startswith("00") else digits
    with_country = international
    if settings.calling_code and not international.startswith("+"):
        with_country = settings.calling_code + international.removeprefix(settings.trunk_prefix)
    return {written, low.replace(" ", ""), international, with_country} - {""}
