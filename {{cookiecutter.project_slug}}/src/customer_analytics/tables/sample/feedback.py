"""Reviews, survey answers and complaints, in English and Chinese, with a known sentiment and topic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_analytics.packs import side
from customer_analytics.tables.sample.life import Life
from customer_analytics.tables.sample.people import People
from customer_analytics.tables.sample.shopping import Orders
from customer_analytics.tables.sample.world import DAY, Flags, Ints, World, pick

SENTIMENTS = ("negative", "neutral", "positive")
TOPIC = "complaint|投诉"  # topic of the complaints that the hazard depends on

# {p}: product or service in the client's words, {t}: topic. Negations and mixed sentences are meant to be hard.
SENTENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "negative": (
            "The {p} broke after a week and nobody answered.", "Very disappointed with the {t}.",
            "Not worth the money, I want a refund.", "{t}: slow, rude and confusing.",
            "I waited for days and the {p} never worked.", "The {p} is not good at all.",
            "Wrong item again, terrible {t}.", "I would not recommend the {p} to anyone.",
            "Looked great in the picture, but the {p} is poor.", "Waste of time. The {t} is getting worse.",
        ),
        "neutral": (
            "The {p} is okay, nothing special.", "It does what it says.", "About the {t}: average, as expected.",
            "Ordered the {p} for a friend, no opinion yet.", "Good {p}, but the {t} could be better.",
            "Neither good nor bad.", "Arrived on Tuesday.", "How do I change my address?",
        ),
        "positive": (
            "Love the {p}, will buy again!", "Excellent {t}, thank you.", "The {p} is perfect and was here quickly.",
            "Not bad at all, I am really happy with the {p}.", "Great value, friendly {t}.",
            "Best {p} I have had in years.", "Everything went smoothly, five stars for the {t}.",
            "I had doubts, but the {p} is wonderful.", "No problems whatsoever with the {t}.",
        ),
    },
    "zh_CN": {
        "negative": (
            "{p}用了一周就坏了，没人理。", "对{t}非常失望。", "根本不值这个价，要求退款。", "{t}太差，又慢又敷衍。",
            "等了好几天，{p}一直不能用。", "{p}一点也不好。", "又发错货了，{t}糟糕透了。", "不会推荐{p}给任何人。",
            "图片好看，实物{p}很差。", "浪费时间，{t}越来越差。",
        ),
        "neutral": (
            "{p}还行，没什么特别的。", "跟描述一样。", "{t}一般般，和预想的差不多。", "帮朋友买的{p}，还没用。",
            "{p}不错，但是{t}有待改进。", "说不上好也说不上坏。", "周二到的。", "请问怎么改地址？",
        ),
        "positive": (
            "很喜欢{p}，会回购！", "{t}非常好，谢谢。", "{p}很完美，到得也快。", "真不错，对{p}很满意。",
            "性价比高，{t}态度好。", "这几年用过最好的{p}。", "一切顺利，{t}给五星。", "本来有点担心，结果{p}太棒了。",
            "{t}没有任何问题，好评。",
        ),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Feedback:
    """One entry a contact. `product` -1: none. `rating` 0: not given. `topic` -1: filed as complaint."""

    customer: Ints
    product: Ints
    given: Ints
    rating: Ints
    sentiment: Ints
    topic: Ints
    chinese: Flags
    sentence: Ints

    def __len__(self) -> int:
        return len(self.customer)


def make_feedback(world: World, people: People, life: Life, orders: Orders, main_product: Ints) -> Feedback:
    """Reviews follow one order in six; the early complaints of the hazard come within the first ten days."""
    rng = world.stream("feedback")
    reviewed = np.flatnonzero(rng.random(len(orders)) < 1 / 6)
    complaining = np.flatnonzero(people.early_complaint & (people.signed_up >= world.first_second))
    good = rng.random(len(reviewed))
    leaning = np.where(orders.status[reviewed] == 3, 0.6, 0.16)
    sentiment = np.concatenate(
        (np.where(good < leaning, 0, np.where(good < leaning + 0.2, 1, 2)), np.zeros(len(complaining), dtype=np.int64))
    )
    customer = np.concatenate((orders.customer[reviewed], complaining))
    given = np.concatenate(
        (
            orders.placed[reviewed] + DAY + rng.exponential(5 * DAY, len(reviewed)).astype(np.int64),
            people.signed_up[complaining] + rng.integers(3_600, 10 * DAY, len(complaining)),
        )
    )
    count = len(customer)
    rating = np.clip(np.array([1, 3, 5])[sentiment] + pick(rng, (0.2, 0.65, 0.15), count) - 1, 1, 5)
    rating = np.where(rng.random(count) < 0.1, 0, rating)
    topic = np.concatenate(
        (rng.integers(0, len(world.pack.sample.topics), len(reviewed)), np.full(len(complaining), -1))
    )
    chinese = rng.random(count) < (0.9 if world.language == "zh_CN" else 0.15)
    sizes = np.array([[len(SENTENCES[code][name]) for name in SENTIMENTS] for code in ("en", "zh_CN")])
    sentence = (rng.random(count) * sizes[chinese.astype(int), sentiment]).astype(np.int64)
    product = np.concatenate((main_product[reviewed], np.full(len(complaining), -1)))
    feedback = Feedback(customer, product, world.civil(given), rating, sentiment, topic, chinese, sentence)
    rows = np.flatnonzero(feedback.given <= world.last_second)
    rows = rows[np.argsort(feedback.given[rows], kind="stable")]
    return Feedback(*(getattr(feedback, name)[rows] for name in Feedback.__dataclass_fields__))


def texts(world: World, feedback: Feedback) -> list[str]:
    """The words of every contact: one sentence, filled with the product and the topic in the language of the text.

    Built for each different combination once; a contact without a product speaks of its order.
    """
    products = [product for category in world.pack.sample.categories for product in category.listed]
    names = [*products, "order|订单"]
    topics = [*world.pack.sample.topics, "service|服务"]
    key = np.stack(
        (feedback.chinese.astype(np.int64), feedback.sentiment, feedback.sentence,
         feedback.product % len(names), feedback.topic % len(topics))
    )  # fmt: skip
    unique, where = np.unique(key, axis=1, return_inverse=True)
    built = []
    for chinese, sentiment, sentence, product, topic in unique.T.tolist():
        code = "zh_CN" if chinese else "en"
        name, about = side(names[product], code), side(topics[topic], code)
        name = name if chinese else name.lower()
        text = SENTENCES[code][SENTIMENTS[sentiment]][sentence].format(p=name, t=about)
        built.append(text[0].upper() + text[1:])
    return [built[position] for position in where.ravel().tolist()]
