"""From pieces to what a question asks for: conditions, one for each phrase, and what is to be told of them.

The grammar: conditions stand side by side and all must hold; "or" joins the two beside it; "not" turns the one that
follows; a span of time holds for what was done just before it (in Chinese: just after it) and for what is named later,
until another span or "ever". docs/guide/questions.md says the same with examples.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from customer_analytics.analysis.query import Condition, parse_condition
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.questions.normal import Normal, is_han
from customer_analytics.questions.parts import EVER, EVERYONE, Part, Question, Understood
from customer_analytics.questions.pieces import Piece, quoted
from customer_analytics.questions.scanning import WHERE, scan
from customer_analytics.questions.vocabulary import Vocabulary

_OF_MESSAGES = ("contacted", "opened", "clicked", "unsubscribed")


def read_question(source: str, vocabulary: Vocabulary, as_of: dt.date) -> Question:
    """Read a question.

    Raises:
        UserError: words that are not known, or phrases that do not fit together.
    """
    read, pieces = scan(source, vocabulary, as_of)
    return _Reader(read, pieces).question()


class _Reader:
    def __init__(self, read: Normal, pieces: Sequence[Piece]) -> None:
        self.read, self.pieces = read, list(pieces)
        self.parts: list[Part] = []
        self.problems: list[Problem] = []
        self.when = ""  # the span that holds for later acts
        self.waiting = ""  # a span named before its act
        self.least = ""
        self.negated = False
        self.joined = "and"
        self.fact: Piece | None = None
        self.measure: Piece | None = None
        self.asks, self.group, self.order, self.month = "who", "", "", False
        self.which = False
        self.loose: Piece | None = None  # a word that waits for what it belongs to

    def question(self) -> Question:
        for index, piece in enumerate(self.pieces):
            following = self.pieces[index + 1 :]
            getattr(self, f"_on_{piece.kind}")(piece, following)
        self._finish_measure()
        self._finish_fact()
        self._finish_loose()
        if not (self.parts or self.group or self.month or self.problems) and self.asks == "who":
            example = 'For example: "how many customers ordered in the last 30 days?"'
            self.problems.append(Problem(WHERE, "names no condition and asks for no number.", example))
        if self.problems:
            raise UserError(self.problems)
        condition = self._condition()
        understood = tuple(
            Understood(self.read.at(part.start, part.end), str(_parsed(part.expression)), part.carried)
            for part in self.parts
        )
        return Question(self.read.source, self.asks, condition, understood, self.group, self.order, self.month)

    # --- words that hold the sentence together ------------------------------------------------------------------

    def _on_filler(self, piece: Piece, following: Sequence[Piece]) -> None:
        pass

    def _on_and(self, piece: Piece, following: Sequence[Piece]) -> None:
        if self.joined != "or":
            self.joined = "list" if self.joined == "and" else self.joined

    def _on_or(self, piece: Piece, following: Sequence[Piece]) -> None:
        if not self.parts:
            return  # "either women or men": the first "either" joins nothing yet
        self.joined = "or"

    def _on_not(self, piece: Piece, following: Sequence[Piece]) -> None:
        self.negated = True
        self.loose = piece
        if self.read.text[piece.start : piece.end] in ("never", "从未", "从没", "从来没有"):
            self.waiting = EVER

    # --- what customers did --------------------------------------------------------------------------------------

    def _on_act(self, piece: Piece, following: Sequence[Piece]) -> None:
        self._finish_measure()
        last = self.parts[-1] if self.parts else None
        if (
            last is not None
            and last.act == piece.value == "ordered"
            and not self.negated
            and last.end >= piece.start - 3
            and self.joined == "and"
        ):
            last.end = piece.end  # "bought Tea orders": one act in two words
            return
        act = f"did {quoted(piece.what)}" if piece.value == "did" else piece.value
        part = self._add(piece, act=act)
        if last is not None and last.what.startswith("campaign ") and part.act in _OF_MESSAGES:
            part.what = last.what  # "opened the spring letter but did not click": in the same letter
        if self.least:
            part.often, self.least = self.least, ""
        if self.waiting:
            part.when, self.waiting = self.waiting, ""
            if part.when != EVER:
                self.when = part.when
        elif self.when:
            part.when, part.carried = self.when, True

    def _on_good(self, piece: Piece, following: Sequence[Piece]) -> None:
        verb = "in campaign" if piece.what == "campaign" else "bought"
        last = self.parts[-1] if self.parts else None
        what = f"{piece.what} {quoted(piece.value)}" if piece.what != "campaign" else quoted(piece.value)
        of_messages = last is not None and last.act in _OF_MESSAGES
        mergeable = last is not None and last.act == "ordered" and not last.what and not last.often
        if piece.what == "campaign" and of_messages and not last.what:  # type: ignore[union-attr]  # checked above
            last.what, last.end = f"campaign {what}", piece.end  # type: ignore[union-attr]
        elif piece.what != "campaign" and mergeable and self.joined == "and":
            last.act, last.what, last.end = "bought", what, piece.end  # type: ignore[union-attr]
        elif piece.what == "campaign":
            self._add(piece, text=f"in campaign {quoted(piece.value)}")
        else:
            part = self._add(piece, act=verb)
            part.what = what
            part.when, part.carried = (self.waiting or self.when), bool(self.when and not self.waiting)
            if last is not None and last.act == "bought" and part.joined == "or":
                part.when, part.negated = last.when, last.negated
            self.waiting = ""

    def _on_time(self, piece: Piece, following: Sequence[Piece]) -> None:
        last = self.parts[-1] if self.parts else None
        chinese = any(is_han(letter) for letter in self.read.text[piece.start : piece.end])
        comes = any(one.kind in ("act", "good") for one in following)
        fits = last is not None and bool(last.act) and (not last.when or last.carried) and not self.measure
        if self.measure is not None and not chinese:
            self.measure = Piece("measure", self.measure.value, piece.value, (), self.measure.start, piece.end)
        elif fits and last is not None and (not chinese or not comes):
            last.when, last.end, last.carried = piece.value, piece.end, False
            self.when = "" if piece.value == EVER else piece.value
        elif last is not None and last.text.startswith("revenue ") and not chinese:
            last.text, last.end = last.text.replace("revenue", f"sum(purchases.net {piece.value})", 1), piece.end
        elif comes or any(one.kind == "measure" for one in following):
            self.waiting = piece.value
            self.loose = piece
        elif piece.value != EVER:
            self._misplaced(piece, "says when, but not what was done then", 'For example: "active in the last 7 days"')

    def _on_often(self, piece: Piece, following: Sequence[Piece]) -> None:
        last = self.parts[-1] if self.parts else None
        words = self.read.text[piece.start : piece.end]
        verb = "visited" if "visit" in words else "ordered"
        own = any(word in words for word in ("order", "purchase", "visit", "单"))
        if (
            last is not None
            and last.act
            and last.often in ("", "at least", "at most", "more than", "fewer than")
            and self.joined == "and"
            and not (self.measure or self.negated)
        ):
            last.often = piece.value if not last.often else f"{last.often} {' '.join(piece.value.split()[-2:])}"
            last.end = piece.end
        elif own or any(one.kind == "act" for one in following[:2]):
            part = self._add(piece, act=verb)
            part.often = piece.value
            part.when, part.carried = (self.waiting or self.when), bool(self.when and not self.waiting)
            self.waiting = ""
            self._swallow(following)
        else:
            self._misplaced(piece, "says how often, but not what was done", 'For example: "ordered at least 3 times"')

    def _swallow(self, following: Sequence[Piece]) -> None:
        """Let "3 times ordered" be one act: the verb after a frequency that stands before it."""
        for one in following[:2]:
            if one.kind == "act":
                self.parts[-1].act = f"did {quoted(one.what)}" if one.value == "did" else one.value
                self.parts[-1].end = one.end
                self.pieces[self.pieces.index(one)] = Piece("filler", start=one.start, end=one.end)
                return

    def _on_least(self, piece: Piece, following: Sequence[Piece]) -> None:
        self.least = piece.value
        self.loose = piece

    # --- what customers are --------------------------------------------------------------------------------------

    def _on_condition(self, piece: Piece, following: Sequence[Piece]) -> None:
        self._finish_measure()
        self._add(piece, text=piece.value)

    def _on_value(self, piece: Piece, following: Sequence[Piece]) -> None:
        column, value = self._meant(piece)
        if not column:
            return
        start = piece.start if self.fact is None else self.fact.start
        self.fact = None
        last = self.parts[-1] if self.parts else None
        if (
            last is not None
            and last.column == column
            and self.joined in ("or", "list")
            and not (self.negated and not last.negated)
        ):
            last.values, last.end = (*last.values, value), piece.end
            self.joined, self.negated, self.loose = "and", False, None
            return
        part = self._add(piece, column=column)
        part.start, part.values = min(start, part.start), (value,)

    def _meant(self, piece: Piece) -> tuple[str, str]:
        """Which column a value belongs to: the one named before it, else the first that has it."""
        if piece.what == "quoted":
            if self.fact is None:
                self._misplaced(piece, "is a text, but not of what", "For example: region 'North'")
                return "", ""
            return self.fact.value, self.read.source[
                self.read.places[piece.start] + 1 : self.read.places[piece.end - 1]
            ]
        named = [one for one in piece.options if self.fact is not None and one[0] == self.fact.value]
        last = self.parts[-1] if self.parts else None
        same = [one for one in piece.options if last is not None and self.joined != "and" and one[0] == last.column]
        if self.fact is not None and not named:
            self._misplaced(piece, f"is not a value of {self.fact.value}", "")
            return "", ""
        return (named or same or list(piece.options))[0]

    def _on_fact(self, piece: Piece, following: Sequence[Piece]) -> None:
        if self.which:
            self.group, self.which = piece.value, False
            self.loose = None
        else:
            self._finish_fact()
            last = self.parts[-1] if self.parts else None
            if last is not None and last.column == piece.value and last.end >= piece.start - 2:
                last.end = piece.end  # "the North region"
            else:
                self.fact = piece

    def _on_measure(self, piece: Piece, following: Sequence[Piece]) -> None:
        self._finish_measure()
        last = self.parts[-1] if self.parts else None
        compared = any(one.kind in ("compare", "often") for one in following[:3])
        if last is not None and last.text == "compare":
            last.text, last.end = f"{piece.value} {last.what}", piece.end
        elif compared:
            when = self.waiting if piece.value in ("revenue", "orders") else ""
            self.waiting = "" if when else self.waiting
            self.measure = Piece("measure", piece.value, when, (), piece.start, piece.end)
        elif piece.value == "revenue":
            self.asks = "revenue"
            self.order = "most revenue" if self.order else self.order
        elif piece.value == "orders":
            self._on_act(Piece("act", "ordered", start=piece.start, end=piece.end), following)
        else:
            self.measure = piece

    def _on_compare(self, piece: Piece, following: Sequence[Piece]) -> None:
        if self.measure is not None:
            name = self.measure.value
            if self.measure.what and self.measure.what != EVER:
                name = {"revenue": "sum(purchases.net {})", "orders": "count(purchases {})"}[name].format(
                    self.measure.what
                )
            made = Piece("condition", f"{name} {piece.value}", start=self.measure.start, end=piece.end)
            self.measure = None
            self._add(made, text=made.value)
        elif following and following[0].kind == "measure":
            part = self._add(piece, text="compare")
            part.what = piece.value
        elif self.parts and self.parts[-1].act == "ordered" and "次" not in self.read.text[piece.start : piece.end]:
            last = self.parts[-1]
            when = f" {last.when}" if last.when and last.when != EVER and not last.carried else ""
            last.text, last.act, last.end = (
                f"{f'sum(purchases.net{when})' if when else 'revenue'} {piece.value}",
                "",
                piece.end,
            )
        elif self.parts and self.parts[-1].column == "gender" and piece.value[0] in "<>":
            self._add(piece, text=f"age {piece.value}")  # women under 30
        else:
            self._misplaced(piece, "compares with a number, but not what", 'For example: "revenue over 500"')

    # --- what is asked -------------------------------------------------------------------------------------------

    def _on_which(self, piece: Piece, following: Sequence[Piece]) -> None:
        after = [one for one in following if one.kind != "filler"]
        if after and after[0].kind == "fact":
            self.which = True
        elif self.read.text[piece.start : piece.end] in (
            "by",
            "按",
            "各",
            "per",
            "for each",
            "split by",
            "grouped by",
            "分",
        ):
            self._misplaced(piece, "asks for groups, but not of what", 'For example: "by region"')

    def _on_by(self, piece: Piece, following: Sequence[Piece]) -> None:
        self._on_which(piece, following)

    def _on_most(self, piece: Piece, following: Sequence[Piece]) -> None:
        self.order = piece.value

    def _on_asks(self, piece: Piece, following: Sequence[Piece]) -> None:
        if not (piece.value == "count" and self.asks == "revenue"):
            self.asks = piece.value

    def _on_month(self, piece: Piece, following: Sequence[Piece]) -> None:
        self.month = True

    # --- putting together ----------------------------------------------------------------------------------------

    def _add(self, piece: Piece, *, text: str = "", act: str = "", column: str = "") -> Part:
        self._finish_fact()
        self._finish_measure()  # a number that comes later is not its own
        start = (
            self.loose.start if self.loose is not None and self.loose.kind in ("not", "time", "least") else piece.start
        )
        part = Part(start, piece.end, text, act, column=column, negated=self.negated)
        part.joined = "or" if self.joined == "or" else "and"
        self.parts.append(part)
        self.negated, self.joined, self.loose = False, "and", None
        return part

    def _finish_fact(self) -> None:
        if self.fact is not None:
            fact, self.fact = self.fact, None
            if self.group or (self.asks == "who" and not self.order):
                self._misplaced(
                    fact, "is named without a value", f'For example: "{fact.value} is …", or "by {fact.value}"'
                )
            else:
                self.group = fact.value  # "渠道占比", "share of channels"

    def _finish_measure(self) -> None:
        if self.measure is not None:
            measure, self.measure = self.measure, None
            self._misplaced(measure, "is named without a number", f'For example: "{measure.value} over 100"')

    def _finish_loose(self) -> None:
        if self.negated and self.loose is not None:
            self._misplaced(self.loose, "has nothing after it to turn round", 'For example: "did not order"')
        if self.waiting and self.waiting != EVER and self.loose is not None:
            self._misplaced(
                self.loose, "says when, but not what was done then", 'For example: "active in the last 7 days"'
            )
        if self.least or any(part.text == "compare" for part in self.parts):
            self._misplaced(self.pieces[-1], "is a comparison that ends too early", "")
        for part in self.parts:
            if part.often in ("at least", "at most", "more than", "fewer than"):
                self._misplaced(Piece("least", start=part.start, end=part.end), "has no number of times", "")

    def _misplaced(self, piece: Piece, what: str, mend: str) -> None:
        place = self.read.places[piece.start] + 1
        shown = self.read.at(piece.start, piece.end)
        self.problems.append(Problem(WHERE, f'"{shown}" at letter {place} {what}.', mend))

    def _condition(self) -> str:
        """All parts as one canonical condition: parts joined by "or" are one, and all of these must hold."""
        groups: list[list[str]] = []
        for part in self.parts:
            if part.joined == "or" and groups:
                groups[-1].append(part.expression)
            else:
                groups.append([part.expression])
        texts = [" or ".join(group) if len(group) == 1 else f"({' or '.join(group)})" for group in groups]
        return str(_parsed(" and ".join(texts) if texts else EVERYONE))


def _parsed(text: str) -> Condition:
    return parse_condition(text, where=WHERE)
