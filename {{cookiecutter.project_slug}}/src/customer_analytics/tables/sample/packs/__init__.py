"""Industry packs: the words, prices and rhythm that make the synthetic client read like a business of its kind.

Every word is written as "English|Chinese"; `Pack.words` picks one side. Names of firms and people do not occur.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module


@dataclass(frozen=True)
class Category:
    """A group of products. `price`: typical price in euros; `margin`: share of the price, 0 to 1."""

    name: str
    price: float
    margin: float
    products: tuple[str, ...]


@dataclass(frozen=True)
class Pack:
    """One industry. `events` names the seven roles of the site's funnel; `weekend`: activity relative to a weekday."""

    industry: str
    categories: tuple[Category, ...]
    plans: tuple[str, ...]
    topics: tuple[str, ...]
    weekend: float
    contract_share: float
    events: dict[str, str] = field(default_factory=dict)
    order_channels: tuple[str, ...] = ("app|APP", "web|网站", "store|门店")


def words(entry: str, language: str) -> str:
    """The side of "English|Chinese" that this language reads."""
    english, _, chinese = entry.partition("|")
    return (chinese or english) if language == "zh_CN" else english


def category(name: str, price: float, margin: float, products: str) -> Category:
    """A category from one line of products, separated by semicolons."""
    return Category(name, price, margin, tuple(product.strip() for product in products.split(";")))


def pack_of(industry: str) -> Pack:
    """The pack of an industry of engagement.yml.

    Raises:
        ValueError: there is no such industry.
    """
    if industry not in INDUSTRIES:
        raise ValueError(f"no such industry: {industry!r}. Allowed: {', '.join(INDUSTRIES)}")
    pack: Pack = import_module(f"{__name__}.{industry}").PACK
    return pack


INDUSTRIES = ("retail", "saas_content", "education", "finance", "local_services", "b2b")

ROLES = ("landing", "search", "view", "cart", "checkout", "payment", "sign_up")
SHOP_EVENTS = dict(
    zip(
        ROLES, ("page_view", "search", "view_item", "add_to_cart", "begin_checkout", "purchase", "sign_up"), strict=True
    )
)
