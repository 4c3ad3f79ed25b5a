"""The fixed words of questions, in both languages. Words on one line mean the same."""

# ruff: noqa: E501  -- lists of words and patterns, one meaning a line
from __future__ import annotations

from collections.abc import Iterator

from customer_analytics.questions.pieces import Piece

FILLERS = """
who | whom | was | were | is | are | be | been | being | has | have | had | having | do | does | did | a | an | the
that | those | these | they | them | their | all | any | of | in | at | by the | with | from | for | to | also | please | show
show me | tell me | list | find | give me | me | us | we | our | get | there | then | currently | now | just | so far
customer | customers | client | clients | people | person | users | user | buyer | shopper | shoppers | members | member
something | anything | both | what's | who's | someone | everyone | everybody | anyone | which are | who are | living | live | lives | based | located | living in | live in
come | came | came through | came from | acquired through | acquired via | through | via | whose | it | on | years | old | having had | category | product | campaign | our
bring | brings | brought | generate | generated | contribute | contributed | 带来 | 带来了 | 贡献 | 贡献了
make | made | place | placed | can | could | i | my | actually | already | still | yet | only | what | what are | what is
的 | 了 | 过 | 是 | 有 | 有哪些 | 哪些 | 哪些人 | 谁 | 有谁 | 是谁 | 人 | 的人 | 客户 | 顾客 | 用户 | 会员 | 买家 | 消费者
请 | 请问 | 问 | 列出 | 找出 | 查 | 查询 | 查一下 | 显示 | 告诉我 | 我 | 我们 | 想知道 | 里 | 中 | 当中 | 其中 | 在 | 来自 | 位于 | 住在 | 都 | 所有 | 全部
那些 | 这些 | 呢 | 吗 | 啊 | 目前 | 现在 | 已经 | 通过 | 属于 | 为 | 群体 | 人群 | 品类 | 商品 | 类 | 一下 | 内 | 还 | 也 | 就 | 曾 | 曾经 | 从 | 来的 | 用 | 的客户 | 之中 | 一共
? | . | ! | : | ' | "
"""
ANDS = "and | but | while | & | as well as | who also | plus | , | 而 | 且 | 并 | 并且 | 而且 | 但 | 但是 | 却 | 和 | 与 | 及 | 以及 | 同时 | 又 | 还有 | 不过"
ORS = "or | either | 或 | 或者 | 或是 | 还是"
NOTS = """
not | no | never | without | without any | neither | nor | except | excluding | but not | didn't | did not | don't | do not | doesn't | does not
haven't | have not | hasn't | has not | wasn't | was not | weren't | were not | isn't | is not | aren't | are not | and not | other than | no longer
没 | 没有 | 未 | 未曾 | 不 | 不是 | 非 | 从未 | 从没 | 从来没有 | 没有过 | 尚未 | 还没 | 还没有 | 除了 | 排除 | 不在 | 无 | 不含 | 不再
"""
ACTS = {
    "active": "active | been active | being active | activity | 活跃 | 有活动 | 有活跃",
    "ordered": """order | orders | ordered | ordering | buy | buys | bought | buying | purchase | purchased | purchases | purchasing | made a purchase | placed an order
        an order | a purchase | made an order | any order | any orders | buyers | 下单 | 购买 | 买 | 买过 | 下过单 | 成交 | 消费 | 消费过 | 有订单 | 订单 | 购买过 | 下单过 | 复购过""",
    "returned goods": "returned goods | returned something | returned an order | got a refund | refund | refunds | refunded | returned items | gave something back | 退货 | 退款 | 退过货 | 退过款",
    "visited": "visit | visits | visited | visiting | came to the site | browsed | browse | 访问 | 浏览 | 来访 | 逛过 | 访问过 | 浏览过",
    "contacted": "contacted | were contacted | got a message | received a message | messaged | 触达 | 联系过 | 被触达 | 收到消息 | 触达过",
    "opened": "opened | opened a message | opened messages | open a message | opened an email | opened emails | 打开消息 | 打开过消息 | 打开邮件 | 打开过",
    "clicked": "clicked | clicked a message | clicked an email | click a message | click | 点击 | 点击消息 | 点击过消息 | 点击过",
    "unsubscribed": "unsubscribed | unsubscribe | opted out | 退订 | 退订过",
    "registered": "registered | register | signed up | sign up | joined | 注册 | 注册过 | 新注册",
    "gave feedback": "gave feedback | give feedback | left a review | wrote a review | reviewed | complained | 评价 | 评价过 | 反馈 | 反馈过 | 投诉 | 投诉过",
    "subscribed": "subscribed | subscribe | began a contract | 签约 | 签约过 | 开始订阅",
}
ASKS = {
    "count": "how many | number of customers | how many customers | count | count of | 多少 | 多少人 | 有多少 | 有多少人 | 多少客户 | 几个 | 人数 | 几个人 | 数量",
    "revenue": """how much revenue | how much money | how much did they spend | how much do they spend | how much have they spent | what revenue | how much | revenue of | total revenue of | spend of
        带来多少收入 | 贡献多少收入 | 收入多少 | 多少收入 | 贡献了多少收入 | 收入是多少 | 消费了多少 | 多少钱 | 花了多少钱 | 带来了多少收入 | 多少销售额 | 贡献了多少销售额""",
    "share": "what share | what share of | what percentage | what percentage of | what proportion | what proportion of | share of | percentage of | 占比 | 占比多少 | 比例 | 占多少 | 占比是多少 | 比例是多少 | 百分之多少 | 百分比",
}
MONTHS = "by month | per month | each month | monthly | over time | month by month | trend | the trend | 按月 | 每月 | 每个月 | 月度 | 趋势 | 走势 | 各月"
WHICH = "which | what | in which | per | for each | each | by | split by | grouped by | broken down by | 哪个 | 哪些 | 哪一个 | 哪种 | 按 | 各 | 各个 | 每个 | 分 | 不同"
MOST = {
    "most": "most | the most | highest | the highest | largest | the largest | most customers | the most customers | 最多 | 最高 | 最大",
    "least": "least | the least | fewest | the fewest | lowest | the lowest | smallest | 最少 | 最低 | 最小",
    "most revenue": "most revenue | the most revenue | highest revenue | the highest revenue | brings the most revenue | bring the most revenue | 收入最高 | 收入最多 | 销售额最高 | 带来收入最多",
}
WOMEN = "woman | women | female | females | lady | ladies | 女性 | 女 | 女士 | 女生 | 女人"
MEN = "man | men | male | males | gentleman | gentlemen | 男性 | 男 | 男士 | 男生 | 男人"
GENDERS = {
    WOMEN: ("f", "w", "female", "woman", "women", "女", "女性", "2"),
    MEN: ("m", "male", "man", "men", "男", "男性", "1"),
}
CONSENT = "agreed to marketing | may be contacted | contactable | with consent | have consent | opted in | 同意营销 | 同意接收营销 | 可联系 | 可触达"
FACTS = {  # words for columns that many clients have; the labels of tags.yml come to these
    "region": "region | regions | province | provinces | 地区 | 大区 | 省份 | 区域",
    "city": "city | cities | town | 城市",
    "gender": "gender | sex | genders | 性别",
    "acquisition_channel": "acquisition channel | acquisition channels | channel they came through | channel | channels | 获客渠道 | 渠道 | 来源渠道",
    "main_channel": "main channel | main channels | order channel | order channels | 下单渠道",
    "occupation": "occupation | occupations | job | profession | 职业",
    "income_band": "income band | income | income bands | 收入档",
    "age_band": "age band | age group | age groups | age bands | 年龄段",
    "birth_cohort": "birth cohort | generation | generations | birth cohorts | 出生年代 | 年代",
    "rfm_group": "rfm segment | rfm segments | segment | segments | rfm group | rfm groups | 分群 | rfm分群 | 客户分群",
    "value_tier": "value tier | value tiers | 价值层级 | 价值等级",
    "stage": "lifecycle stage | lifecycle stages | stage | stages | 生命周期状态 | 生命周期",
    "favourite_category": "favourite category | favorite category | favourite categories | 最常购品类 | 偏好品类",
}
TIERS = {  # phrase -> tag and value; what the catalogue calls by a word that says little alone
    "high value | high-value | best customers | most valuable customers | most valuable | best | 最有价值 | 最有价值的客户 | 最好的客户 | high value tier | 高价值": (
        "value_tier",
        "high",
    ),
    "middle value | medium value | mid value | 中价值 | 中等价值": ("value_tier", "middle"),
    "low value | low-value | 低价值": ("value_tier", "low"),
    "rising spend | spending more | 消费上升": ("spend_direction", "rising"),
    "falling spend | spending less | 消费下降": ("spend_direction", "falling"),
    "sleeping | dormant | asleep | inactive | 沉睡 | 休眠": ("stage", "sleeping"),
    "churned | lost customers | gone | 流失 | 已流失": ("stage", "lost"),
    "new customers | 新客 | 新客户": ("stage", "new"),
    "returned customers | reactivated | won back | 回流 | 回流客户": ("stage", "returned"),
    "in the warning phase | likely to leave | likely to churn | about to churn | at risk of churn | churn risk | 预警期 | 流失预警 | 有流失风险 | 可能流失": (
        "phase",
        "warning",
    ),
    "one-time buyers | one time buyers | one-time buyer | bought only once | 一次性客户 | 只买过一次": (
        "one_time_buyer",
        "",
    ),
    "repeat buyers | repeat buyer | repeat customers | 复购 | 复购客户 | 回头客": ("repeat_buyer", ""),
    "never bought | registered only | 从未购买 | 未购": ("registered_only", ""),
    "loyal customers": ("loyal", ""),
    "price sensitive | discount hunters | 价格敏感": ("price_sensitive", ""),
    "cart abandoners | abandoned cart | abandoned their cart | abandoned a cart | left a cart | 弃购 | 加购未买": (
        "cart_left_behind",
        "",
    ),
}


def phrases(text: str) -> list[str]:
    """The phrases of a line, as they are matched."""
    return [" ".join(one.split()) for part in text.splitlines() for one in part.split(" | ") if one.strip()]


def fixed() -> Iterator[tuple[str, Piece]]:
    """Every fixed phrase with its meaning; of phrases that stand twice the later wins."""
    for text, piece in (
        (FILLERS, Piece("filler")),
        (ANDS, Piece("and")),
        (ORS, Piece("or")),
        (NOTS, Piece("not")),
        (WHICH, Piece("which")),
        (MONTHS, Piece("month")),
        (CONSENT, Piece("condition", "consent")),
    ):
        for phrase in phrases(text.replace("|", " | ")):
            yield phrase.strip(), piece
    for kind, table in (("act", ACTS), ("asks", ASKS), ("most", MOST)):
        for value, text in table.items():
            for phrase in phrases(text):
                yield phrase, Piece(kind, value)  # type: ignore[arg-type]  # one of three kinds
