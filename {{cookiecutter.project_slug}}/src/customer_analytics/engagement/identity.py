"""The block `identity` of engagement.yml: when accounts are taken for one person."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from customer_analytics.engagement.block import Block
from customer_analytics.engagement.mistakes import Mistakes, nearest
from customer_analytics.schema import SCHEMAS

MOST = 100  # accounts on one identifier: above it is nobody's, and the pairs of its accounts would be thousands
Name = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(gt=0, le=1)]


def _check_most(value: Any) -> Any:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= MOST):
        return value
    raise ValueError(f"must be auto or a whole number from 2 to {MOST}")


class Linkage(Block):
    """Probabilistic linking of accounts that share no identifier; needs the extra `linkage`."""

    compare: list[Name] = Field(
        default_factory=list, description="columns of customers and kinds of identifiers to compare; empty: off"
    )
    expected_share: Share | None = Field(
        None, description="share of accounts that have another one, which the model starts from; empty: from the data"
    )
    propose_from: Share = Field(0.9, description="pairs from this probability on are written down for review")
    merge_from: Share | None = Field(None, description="pairs from this probability on are merged; empty: none")

    @model_validator(mode="after")
    def _in_order(self) -> Linkage:
        if self.merge_from is not None and self.merge_from < self.propose_from:
            raise ValueError("merge_from must not be below propose_from: what is merged is to be seen as well")
        if len(self.compare) == 1:
            raise ValueError("compare takes at least two columns: one alone proves nothing")
        return self


class IdentitySettings(Block):
    """How accounts are resolved into persons at loading, and what the data audit says about it."""

    resolve: bool = Field(False, description="whether accounts of one person become one customer at loading")
    hard: list[Name] = Field(
        ["email", "card", "openid"], description="kinds of which one shared identifier makes one person"
    )
    soft: list[Name] = Field(
        ["phone", "cookie", "device"], description="kinds that a household shares; they count with what soft_needs asks"
    )
    soft_needs: Literal["either", "profile", "two_kinds", "never"] = Field(
        "either",
        description="profile: all columns of one_value known and equal; two_kinds: two soft kinds shared and nothing "
        "differs; either of them; never",
    )
    one_value: list[Name] = Field(
        ["birth_year", "gender"],
        description="columns of customers of which a person has one value; two accounts that differ are two people",
    )
    calling_code: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,3}$")] | None = Field(
        None, description="country of phone numbers without one, for example +49; empty: they stay as they are"
    )
    trunk_prefix: Annotated[str, Field(pattern=r"^[0-9]{0,3}$")] = Field(
        "0", description="digits before a national number that the calling code replaces"
    )
    most_accounts: Annotated[Literal["auto"] | int, BeforeValidator(_check_most)] = Field(
        "auto", description="identifiers on more accounts are not used; auto: the P99.9, from 5 to 20"
    )
    ignore: list[Name] = Field(default_factory=list, description="identifiers that are nobody's: the shop's own phone")
    largest: Annotated[int, Field(ge=2, le=1000)] = Field(10, description="accounts from which a person is suspected")
    suspected: Literal["report", "split"] = Field(
        "report", description="persons too large or with two values of one_value: report, or split at the weakest link"
    )
    linkage: Linkage = Field(default_factory=Linkage)

    @field_validator("hard", "soft")
    @classmethod
    def _plain_kinds(cls, kinds: list[str]) -> list[str]:
        return [kind.strip().lower() for kind in kinds]

    @field_validator("one_value")
    @classmethod
    def _known_columns(cls, columns: list[str]) -> list[str]:
        allowed = [name for name in SCHEMAS["customers"].names if name not in ("customer_id", "consent")]
        mistakes = []
        for index, name in enumerate(columns):
            if name not in allowed:
                near = nearest(name, allowed)
                hint = f"Did you mean {near}?" if near else f"Allowed: {', '.join(allowed)}."
                mistakes.append(((index,), f"is no column that describes customers: {name!r}.", hint))
        if mistakes:
            raise Mistakes(mistakes)
        return columns

    @model_validator(mode="after")
    def _hard_or_soft(self) -> IdentitySettings:
        both = sorted(set(self.hard) & set(self.soft))
        if both:
            raise ValueError(f"a kind is hard or soft, not both: {', '.join(both)}")
        if self.soft_needs == "profile" and not self.one_value and self.soft and self.resolve:
            raise ValueError("soft_needs: profile compares the columns of one_value, and there are none")
        return self
