"""Phrases with numbers in them: how often, ages, years of birth, money, the top and the bottom."""

# ruff: noqa: E501  -- lists of words and patterns, one meaning a line
from __future__ import annotations

import re
from collections.abc import Callable

from customer_analytics.questions.numbers import NUMBER, YEAR, number, written
from customer_analytics.questions.pieces import Piece
from customer_analytics.questions.times import Rule

# Measures: how the query language writes it, and what the words for it are.
MEASURES = {
    "revenue": r"total revenue|revenue|total spend|spend(?:ing)?|money spent|total value|累计消费金额|消费总额|消费金额|消费额|累计消费|总消费|销售额|收入|金额",
    "orders": r"number of (?:orders|purchases)|order count|purchase count|orders|purchases|下单次数|购买次数|订单数量?|单数|频次",
    "average_order": r"average order(?: value)?|mean order(?: value)?|basket value|aov|客单价|笔单价|平均订单金额|平均订单",
    "recency_days": r"recency|days since (?:the )?last (?:order|purchase)|距上次(?:购买|下单)天数|距今天数",
    "tenure_days": r"tenure|days as a customer|客龄|成为客户的?天数",
    "clv": r"lifetime value|customer lifetime value|clv|ltv|value ahead|预期价值|终身价值|生命周期价值",
    "age": r"age|年龄",
}
_TIMES = r"(?: ?(?:times?|orders?|purchases?|visits?)| ?[次单回遍])"
_COHORTS = {
    r"gen(?:eration)? z|gen zs|gen-z|zoomers?": (1997, 2012),
    r"z世代": (1995, 2009),
    r"millennials?|gen(?:eration)? y|gen-y|千禧一代": (1981, 1996),
    r"gen(?:eration)? x|gen-x|x世代": (1965, 1980),
    r"(?:baby )?boomers?|婴儿潮一代": (1946, 1964),
}
_LOW, _HIGH = "low", "high"


def number_rules() -> list[Rule]:
    """All patterns with numbers, with what each means."""
    return [*_often(), *_born(), *_ages(), *_extremes(), *_compared()]


def _often() -> list[Rule]:
    n, times = f"({NUMBER})", _TIMES
    patterns: list[tuple[str, str]] = [
        (rf"(?:at least|minimum of|no fewer than|至少|不少于|不低于) ?{n}{times}", "at least"),
        (rf"{n} or more{times}|{n}\+{times}|{n}{times} or more|{n}{times}(?:及|或)?以上", "at least"),
        (
            rf"(?:at most|no more than|up to|最多|至多|不超过) ?{n}{times}|{n}{times} or (?:less|fewer)|{n}{times}(?:及|或)?以下",
            "at most",
        ),
        (rf"(?:more than|over|超过|多于|大于) ?{n}{times}", "more than"),
        (rf"(?:fewer than|less than|under|不到|少于|小于|不足) ?{n}{times}", "fewer than"),
        (rf"(?:exactly |only |just |正好|恰好|只|仅)?{n}{times}", "exactly"),
    ]
    rules: list[Rule] = [(re.compile(pattern), _frequency(word)) for pattern, word in patterns]
    rules.append((re.compile(rf"(?:between )?{n} ?(?:and|to|-|到|至) ?{n}{times}"), _frequencies))
    words = {r"(?:exactly |only |just )?once": 1, r"(?:exactly |only |just )?twice": 2}
    rules += [(re.compile(word), _same(Piece("often", f"exactly {count} times"))) for word, count in words.items()]
    rules.append((re.compile("repeatedly|more than once|多次|反复"), _same(Piece("often", "at least 2 times"))))
    least = r"(at least|至少)|(at most|最多|至多)|(?:more than|超过)|(?:fewer than|不到)"
    rules.append((re.compile(rf"(?:{least})(?= ?[\u4e00-\u9fff])"), lambda m: Piece("least", _bound(m[0]))))
    return rules


def _bound(text: str) -> str:
    known = {"at least": "at least", "至少": "at least", "at most": "at most", "最多": "at most", "至多": "at most"}
    return known.get(text, "more than" if text in ("more than", "超过") else "fewer than")


def _born() -> list[Rule]:
    y = f"({YEAR})"
    decade = r"(?:the )?(?:19|20)?(\d)0'?s"
    rules: list[Rule] = [
        (re.compile(rf"born (?:in |between |from )?{y} ?(?:to|and|-|\.\.|until|through) ?{y}"), _years),
        (re.compile(rf"{y}年? ?(?:-|到|至|\.\.) ?{y}年?(?:之间|间)?出?生的?"), _years),
        (re.compile(rf"出生(?:于|在)?{y}年? ?(?:-|到|至) ?{y}年?(?:之间)?"), _years),
        (re.compile(rf"born in {y}|{y}年出?生的?|出生于{y}年?"), _one_year),
        (re.compile(rf"born (?:in or |on or )?(?:after|since) {y}"), _from(exact=False)),
        (re.compile(rf"{y}年(?:以后|之后|后)出?生的?"), _from(exact=False)),
        (
            re.compile(rf"born before {y}|{y}年(?:以前|之前|前)出?生的?"),
            lambda m: _range("birth_year", None, _int(m) - 1),
        ),
        (re.compile(rf"born in {decade}"), lambda m: _decade(int(m[1]), 10)),
        (re.compile(r"(\d)([05])后(?:的)?"), lambda m: _decade(int(m[1]), 10 if m[2] == "0" else 5, int(m[2]))),
        (re.compile(r"(?:post-?)(\d)([05])s"), lambda m: _decade(int(m[1]), 10 if m[2] == "0" else 5, int(m[2]))),
    ]
    rules += [(re.compile(name), _same(_range("birth_year", *years))) for name, years in _COHORTS.items()]
    return rules


def _decade(tens: int, width: int, ones: int = 0) -> Piece:
    century = 2000 if tens <= 2 else 1900
    first = century + 10 * tens + ones
    return _range("birth_year", first, first + width - 1)


def _ages() -> list[Rule]:
    n = f"({NUMBER})"
    old = r"(?: years? old| years? of age|-year-olds?)"
    return [
        (re.compile(rf"(?:aged |ages |age )?(?:between |from )?{n} ?(?:to|and|-) ?{n}{old}"), _age_range),
        (re.compile(rf"(?:aged|ages?|with an age)(?: of)? (?:between |from )?{n} ?(?:to|and|-) ?{n}"), _age_range),
        (re.compile(rf"(?:年龄(?:在|为)?)?{n}岁? ?(?:-|到|至) ?{n}岁(?:之间)?的?"), _age_range),
        (re.compile(rf"(?:aged )?(?:over|older than|above) {n}(?:{old})"), _over),
        (re.compile(rf"(?:older than|aged over|aged above) {n}"), _over),
        (re.compile(rf"(?:aged )?(?:under|younger than|below) {n}(?:{old})"), _under),
        (re.compile(rf"(?:younger than|aged under|aged below) {n}"), _under),
        (
            re.compile(rf"aged {n} (?:or|and) (?:over|older|above)|{n}岁(?:及|或)?以上的?"),
            lambda m: _range("age", _int(m), None),
        ),
        (
            re.compile(rf"aged {n} (?:or|and) (?:under|younger|below)|{n}岁(?:及|或)?以下的?"),
            lambda m: _range("age", None, _int(m)),
        ),
        (re.compile(rf"(?:大于|超过){n}岁的?"), _over),
        (re.compile(rf"(?:小于|不到|不满){n}岁的?"), _under),
        (re.compile(rf"aged {n}|{n}(?:{old})|{n}岁的?"), lambda m: _range("age", _int(m), _int(m))),
    ]


def _extremes() -> list[Rule]:
    named = MEASURES | {"revenue": f"{MEASURES['revenue']}|消费|花费"}
    n, zh = f"({NUMBER})", "|".join(f"(?P<{name}>{words})" for name, words in named.items())
    en = zh
    people = r"(?: (?:of (?:all |our )?)?(?:customers|buyers|spenders))?"
    by = rf"{people}(?: (?:by|in terms of) (?:{en}))?{people}"
    return [
        (re.compile(rf"(top|best|highest|bottom|worst|lowest) {n} ?(%|percent|per cent)?{by}"), _extreme),
        (re.compile(rf"(?:{zh})?(?:排名|排在|最高的?)?(?P<front>前) ?{n} ?(%|名|位|个)(?:的)?"), _chinese_extreme),
        (re.compile(rf"(?:{zh})?(?:排名|排在)?(?P<back>最低的?|后|末) ?{n} ?(%|名|位|个)(?:的)?"), _chinese_extreme),
    ]


def _compared() -> list[Rule]:
    n = f"({NUMBER})"
    end = r"(?: ?(?:[a-z]{3}\b(?<!and)(?<!the)(?<!who)|dollars|euros|yuan|元|块钱?|%|天|days))?"
    money = r"[$€£¥￥]?"
    signs: list[tuple[str, str]] = [
        (
            rf"(?:is |are |was |of )?(?:at least|no less than|>=|至少|不低于|不少于|大于等于|达到) ?{money}{n}{end}",
            ">=",
        ),
        (rf"{money}{n} (?:or more)|{n} ?(?:元|天)?(?:及|或)?以上", ">="),
        (
            rf"(?:is |are |was |of )?(?:at most|no more than|up to|<=|最多|不超过|不高于|小于等于) ?{money}{n}{end}",
            "<=",
        ),
        (rf"{money}{n} (?:or less)|{n} ?(?:元|天)?(?:及|或)?以下", "<="),
        (
            rf"(?:is |are |was |of )?(?:more than|over|above|greater than|higher than|>|超过|大于|高于|多于) ?{money}{n}{end}",
            ">",
        ),
        (
            rf"(?:is |are |was |of )?(?:less than|fewer than|under|below|lower than|<|低于|小于|少于|不到|不足) ?{money}{n}{end}",
            "<",
        ),
        (rf"(?:is |are |=|等于|为) ?{money}{n}{end}", "="),
    ]
    rules: list[Rule] = [(re.compile(pattern), _comparison(sign)) for pattern, sign in signs]
    rules.append(
        (
            re.compile(
                rf"(?:is |are |of )?(?:between|from|在)? ?{money}{n} ?(?:and|to|-|到|至) ?{money}{n}{end}(?:之间)?"
            ),
            _span,
        )
    )
    rules += [(re.compile(words), _same(Piece("measure", name))) for name, words in MEASURES.items()]
    spent = r"spent|spending|who spent|paid|花了|花费|消费了?"
    rules.append(
        (
            re.compile(
                rf"(?:{spent})(?= ?(?:more|less|over|under|at|between|超|大|高|不|至|低|小|少|多|{money}[\d一二两三四五六七八九十百千万]))"
            ),
            _same(Piece("measure", "revenue")),
        )
    )
    return rules


def _same(piece: Piece) -> Callable[[re.Match[str]], Piece | None]:
    return lambda match: piece


def _frequency(word: str) -> Callable[[re.Match[str]], Piece | None]:
    def piece(match: re.Match[str]) -> Piece | None:
        count = number(next(group for group in match.groups() if group))
        return Piece("often", f"{word} {int(count)} times") if count.is_integer() and count <= 10_000 else None

    return piece


def _frequencies(match: re.Match[str]) -> Piece | None:
    low, high = sorted((number(match[1]), number(match[2])))
    return Piece("often", f"{written(low)}..{written(high)} times") if low.is_integer() and high.is_integer() else None


def _comparison(sign: str) -> Callable[[re.Match[str]], Piece | None]:
    return lambda match: Piece("compare", f"{sign} {written(number(next(group for group in match.groups() if group)))}")


def _span(match: re.Match[str]) -> Piece:
    low, high = sorted((number(match[1]), number(match[2])))
    return Piece("compare", f"{written(low)}..{written(high)}")


def _years(match: re.Match[str]) -> Piece:
    first, last = sorted((int(match[1]), int(match[2])))
    return _range("birth_year", first, last)


def _one_year(match: re.Match[str]) -> Piece:
    return _range("birth_year", _int(match), _int(match))


def _from(*, exact: bool) -> Callable[[re.Match[str]], Piece | None]:
    def piece(match: re.Match[str]) -> Piece:
        since = exact or "since" in match[0] or "in or " in match[0] or "on or " in match[0]
        return _range("birth_year", _int(match) + (0 if since else 1), None)

    return piece


def _age_range(match: re.Match[str]) -> Piece:
    low, high = sorted((number(match[1]), number(match[2])))
    return _range("age", int(low), int(high))


def _over(match: re.Match[str]) -> Piece:
    return _range("age", _int(match) + 1, None)


def _under(match: re.Match[str]) -> Piece:
    return _range("age", None, _int(match) - 1)


def _extreme(match: re.Match[str]) -> Piece:
    end = "top" if match[1] in ("top", "best", "highest") else "bottom"
    return Piece("condition", f"{end} {written(number(match[2]))}{'%' if match[3] else ''} by {_measure(match)}")


def _chinese_extreme(match: re.Match[str]) -> Piece:
    groups = match.groupdict()
    end = "top" if groups.get("front") else "bottom"
    count, unit = match.groups()[-2:]
    return Piece("condition", f"{end} {written(number(count))}{'%' if unit == '%' else ''} by {_measure(match)}")


def _measure(match: re.Match[str]) -> str:
    return next((name for name in MEASURES if match.groupdict().get(name)), "revenue")


def _range(name: str, low: int | None, high: int | None) -> Piece:
    if low is not None and low == high:
        return Piece("condition", f"{name} = {low}")
    return Piece("condition", f"{name} {'' if low is None else low}..{'' if high is None else high}")


def _int(match: re.Match[str]) -> int:
    return int(number(next(group for group in match.groups() if group)))
