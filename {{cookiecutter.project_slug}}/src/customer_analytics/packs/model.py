"""An industry pack as validated objects; nothing here reads a file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator, model_validator

from customer_analytics.engagement.block import Block
from customer_analytics.engagement.explaining import rule_of
from customer_analytics.engagement.mistakes import Mistake, Mistakes, nearest
from customer_analytics.engagement.parameters import ReportParameters
from customer_analytics.packs import wording

# The seven kinds of events of a site or an app, in their order; the names of the synthetic client's own.
ROLES = ("landing", "search", "view", "cart", "checkout", "payment", "sign_up")
FEWEST_PRODUCTS = 24  # eight pairs of products of different categories carry what is planted
Name = Annotated[str, Field(min_length=1, max_length=60)]
Said = Annotated[str, Field(min_length=1, max_length=200)]
Both = Annotated[str, Field(pattern=r"^[^|]+\|[^|]+$", max_length=200)]  # English|Chinese
Share = Annotated[float, Field(ge=0, le=1)]


class InTwoLanguages(Block):
    """A text in the two languages of the reports."""

    en: Said
    zh_CN: Said


class Noun(Block):
    """What the industry calls something. `en`: one and many; `measure`: the Chinese measure word where it is not 件."""

    en: Annotated[tuple[Name, Name], Field(description="one and many, for example [learner, learners]")]
    zh_CN: Name
    measure: Annotated[str, Field(max_length=2)] = ""


class Words(Block):
    """The industry's nouns; what is not given keeps our word."""

    customer: Noun | None = None
    order: Noun | None = None
    product: Noun | None = None
    basket: Noun | None = None

    def exchanges(self, language: str) -> wording.Exchanges:
        """What `language.Language` exchanges in our sentences."""
        given = {name: noun for name, noun in self if noun is not None}
        if language == "zh_CN":
            return wording.chinese({name: (noun.zh_CN, noun.measure) for name, noun in given.items()})
        return wording.english({name: noun.en for name, noun in given.items()})


class Step(Block):
    """A step of the industry's own way. `also`: other names that exports use; `share` and `days` make the sample.

    share: of those who made the step before, who make this one; days: typical time until then.
    """

    event: Name
    also: tuple[Name, ...] = ()
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    days: Annotated[float, Field(ge=0, le=365)] = 0.0
    weak: bool = Field(False, description="in the sample, users of one device fall away here")

    @property
    def text(self) -> str:
        """As a step of a funnel is written: either name."""
        return " | ".join(f"'{name}'" if " " in name else name for name in (self.event, *self.also))


class Audience(Block):
    """A list that the industry asks for: its rule in the query language, and what it is for."""

    rule: Annotated[str, Field(min_length=1, max_length=1_000)]
    meaning: InTwoLanguages


class Category(Block):
    """A group of products. `price`: typical one in euros; `margin`: share of it; `products`: English|Chinese; …"""

    name: Both
    price: Annotated[float, Field(gt=0)]
    margin: Share
    products: str

    @property
    def listed(self) -> tuple[str, ...]:
        """The products one by one."""
        return tuple(product.strip() for product in self.products.split(";"))

    @field_validator("products")
    @classmethod
    def _in_two_languages(cls, products: str) -> str:
        bad = [product.strip() for product in products.split(";") if product.count("|") != 1]
        if bad:
            raise ValueError(f"must be written English|Chinese; and so on: {bad[0][:40]!r}")
        return products


class Fact(Block):
    """What the industry records of each customer, in levels from low to high. `shares`: of customers, summing to 1."""

    column: Annotated[str, Field(min_length=1, max_length=40)]
    header: Both
    levels: Annotated[tuple[Both, ...], Field(min_length=2, max_length=9)]
    shares: tuple[Share, ...]
    by_spend: bool = Field(False, description="whether customers who spend more stand higher")

    @model_validator(mode="after")
    def _a_share_for_each(self) -> Fact:
        if len(self.shares) != len(self.levels) or abs(sum(self.shares) - 1) > 1e-9:
            raise ValueError("shares must be one for each level and come to 1")
        return self


class Sample(Block):
    """The synthetic client. `weekend`: activity relative to a weekday; `contract_share`: customers with a contract."""

    weekend: Annotated[float, Field(gt=0, le=5)] = 1.0
    contract_share: Share = 0.3
    plans: Annotated[tuple[Both, Both], Field(description="a monthly and a yearly plan")]
    topics: Annotated[tuple[Both, ...], Field(min_length=1, description="what feedback is about")]
    order_channels: Annotated[tuple[Both, Both, Both], Field(description="the third is where people meet staff")]
    facts: tuple[Fact, ...] = ()
    categories: Annotated[tuple[Category, ...], Field(min_length=2, max_length=8)]

    @field_validator("categories")
    @classmethod
    def _each_once(cls, categories: tuple[Category, ...]) -> tuple[Category, ...]:
        products = [product for category in categories for product in category.listed]
        largest = max(len(category.listed) for category in categories)
        if len(products) < FEWEST_PRODUCTS or 2 * largest > len(products):
            raise ValueError(f"needs {FEWEST_PRODUCTS} products or more, at most half of them in one category")
        for language in (0, 1):
            names = [product.split("|")[language].strip() for product in products]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"the product {twice[0][:40]!r} stands in the list twice")
        return categories


def _parameters(given: dict[str, dict[str, Any]]) -> list[Mistake]:
    """What of the parameters the reports do not take."""
    mistakes: list[Mistake] = []
    for report, values in given.items():
        if report not in ReportParameters.model_fields:
            near = nearest(report, ReportParameters.model_fields)
            mistakes.append(((report,), f"there is no report {report!r}.", f"Did you mean {near}?" if near else ""))
            continue
        model: Any = ReportParameters.model_fields[report].annotation
        for name in values.keys() - model.model_fields.keys():
            near = nearest(name, model.model_fields)
            mend = f"Did you mean {near}?" if near else f"Allowed: {', '.join(model.model_fields)}."
            mistakes.append(((report, name), f"{report} has no parameter {name!r}.", mend))
        try:
            model.model_validate({name: value for name, value in values.items() if name in model.model_fields})
        except ValidationError as error:
            mistakes += [((report, *detail["loc"]), f"{rule_of(detail)}.", "") for detail in error.errors()]
    return mistakes


class Pack(Block):
    """The whole of a pack."""

    name: InTwoLanguages
    words: Words = Field(default_factory=Words)
    titles: dict[str, InTwoLanguages] = Field(default_factory=dict, description="names of reports")
    events: dict[str, Name] = Field(default_factory=dict, description="the site's events by their role")
    way: tuple[Step, ...] = Field((), description="the industry's own steps after the registration")
    parameters: dict[str, dict[str, Any]] = Field(default_factory=dict, description="defaults of reports")
    audiences: dict[str, Audience] = Field(default_factory=dict)
    sample: Sample

    @field_validator("titles")
    @classmethod
    def _of_reports(cls, titles: dict[str, InTwoLanguages]) -> dict[str, InTwoLanguages]:
        unknown = [name for name in titles if name not in ReportParameters.model_fields]
        if unknown:
            raise Mistakes([((name,), f"there is no report {name!r}.", "") for name in unknown])
        return titles

    @field_validator("events")
    @classmethod
    def _all_roles(cls, events: dict[str, str]) -> dict[str, str]:
        unknown, lacking = sorted(events.keys() - set(ROLES)), [role for role in ROLES if role not in events]
        if unknown or lacking:
            allowed = f"Allowed, and all needed: {', '.join(ROLES)}."
            raise Mistakes(
                [((role,), f"there is no role {role!r}.", allowed) for role in unknown]
                + [((), f"lacks the role {role}.", allowed) for role in lacking]
            )
        return events

    @field_validator("parameters")
    @classmethod
    def _taken_by_the_reports(cls, parameters: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        if mistakes := _parameters(parameters):
            raise Mistakes(mistakes)
        return parameters

    @model_validator(mode="after")
    def _names_of_steps(self) -> Pack:
        begins = self.begins_with_registration
        names = [name for role, name in self.events.items() if not (begins and role == "sign_up")]
        names += [name for step in self.way for name in (step.event, *step.also)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise Mistakes(
                [(("way",), f"the event {name!r} is named twice.", "Name each event once.") for name in twice]
            )
        if len(self.way) == 1:
            raise Mistakes([(("way",), "one step makes no funnel.", "Name at least two, or none.")])
        return self

    def wording(self, language: str) -> wording.Wording:
        """What reports in a language say in this industry."""
        titles = tuple((report, getattr(title, language)) for report, title in self.titles.items())
        return wording.Wording(self.words.exchanges(language), titles)

    @property
    def begins_with_registration(self) -> bool:
        """Whether the first step of the way is the registration itself."""
        return bool(self.way) and self.way[0].event == self.events.get("sign_up")

    @property
    def defaults(self) -> dict[str, dict[str, Any]]:
        """Report -> parameter -> value; the way is the usual funnel, unless the parameters say another."""
        found = {report: dict(values) for report, values in self.parameters.items()}
        if self.way:  # one definition: funnel and synthetic client
            found.setdefault("funnel", {}).setdefault("usual_steps", [step.text for step in self.way])
        return found
