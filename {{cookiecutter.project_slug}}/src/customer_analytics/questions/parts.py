"""What a question comes to: its parts while it is read, and what is known of it then."""

from __future__ import annotations

from dataclasses import dataclass

from customer_analytics.questions.pieces import quoted

EVER = "ever"
EVERYONE = "true"


@dataclass
class Part:
    """One condition: `act` while its time and frequency may still come, else `text`. `phrase`: as it was asked."""

    start: int
    end: int
    text: str = ""
    act: str = ""
    what: str = ""
    often: str = ""
    when: str = ""
    carried: bool = False  # the time was said of an earlier act
    negated: bool = False
    joined: str = "and"
    column: str = ""
    values: tuple[str, ...] = ()

    @property
    def expression(self) -> str:
        """The condition in the query language."""
        text = self.text
        if self.column:
            listed = ", ".join(quoted(value) for value in self.values)
            text = f"{self.column} = {listed}" if len(self.values) == 1 else f"{self.column} in ({listed})"
        if self.act:
            when = "" if self.when == EVER else self.when
            text = " ".join(part for part in (self.act, self.what, self.often, when) if part)
        return f"not {text}" if self.negated else text


@dataclass(frozen=True)
class Understood:
    """A phrase of the question, the condition that it became, and whether its time came from an earlier phrase."""

    phrase: str
    expression: str
    carried: bool = False


@dataclass(frozen=True)
class Question:
    """What was asked. `asks`: who, count, revenue, share; `group`: fact to split by; `order`: most, least, or revenue;
    `month`: by month. `condition`: canonical text in the query language."""

    source: str
    asks: str
    condition: str
    understood: tuple[Understood, ...]
    group: str = ""
    order: str = ""
    month: bool = False

    @property
    def everyone(self) -> bool:
        """Whether no condition was named."""
        return self.condition == EVERYONE
