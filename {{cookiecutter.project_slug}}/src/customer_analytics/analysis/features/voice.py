"""Service: complaints, contacts, ratings and tone of what customers said before the cut-off."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.features.feature import Block, Feature, Moment
from customer_analytics.analysis.features.rhythm import QUARTER
from customer_analytics.expressions import ratio
from customer_analytics.tables.store import Tables

COMPLAINTS = ("complain", "grievance", "投诉", "抱怨", "客诉", "不满")  # in the topic as the client files it
EARLY_DAYS = 10  # after registration, or after the first day where it is not known
RATING = "decimal(18, 4)"


def blocks(moment: Moment) -> list[Block]:
    """The features of feedback; none where no feedback names a customer and a day."""
    tables = moment.tables
    if not tables.has("feedback", "customer_id", "given_on"):
        return []
    feedback = tables["feedback"]
    rows = feedback.mutate(
        person_id=feedback.customer_id.cast("string"), day=feedback.given_on.epoch_days().cast("int32")
    )
    rows = moment.of_people(rows.filter(rows.day < moment.cut, rows.day >= moment.start))
    late = rows.day >= moment.cut - QUARTER
    values: dict[str, ir.Value] = {"contacts_90": late.ifelse(1, 0).sum().cast("float64")}
    features = [Feature("contacts_90", "service", "count", "feedback")]
    if "rating" in rows.columns:
        # Ratings are doubles; their sum over an unknown order of rows would not be the same to the last digit.
        exact = rows.rating.cast(RATING)
        values["rating_mean"] = ratio(exact.sum().cast("float64"), exact.count())
        features.append(Feature("rating_mean", "service", "value", "feedback.rating"))
    if moment.facts.complaints:
        complaint = rows.topic.isin(moment.facts.complaints).fill_null(False)
        values["complaints_90"] = (late & complaint).ifelse(1, 0).sum().cast("float64")
        features.append(Feature("complaints_90", "service", "count", "feedback.topic"))
    found = [Block(tuple(features), rows.group_by("person_id").aggregate(**values), _counts(features))]
    if moment.facts.complaints:
        found.append(_early(moment, rows))
    if moment.facts.tones is not None:
        found.append(_tone(moment, moment.facts.tones))
    return found


def _counts(features: list[Feature]) -> frozenset[str]:
    return frozenset(feature.name for feature in features if feature.unit == "count")


def _early(moment: Moment, rows: ir.Table) -> Block:
    """Complaints within ten days of the beginning: of the registration, else of the first day there."""
    spells = moment.of_people(moment.life.spells)
    begun = spells.filter(spells.day < moment.cut).group_by(other=spells.person_id).aggregate(first=spells.day.min())
    if moment.tables.has("customers", "customer_id", "signed_up_on"):
        customers = moment.tables["customers"]
        joined = customers.group_by(listed=customers.customer_id.cast("string")).aggregate(
            registered=customers.signed_up_on.epoch_days().min().cast("int32")
        )
        begun = begun.left_join(joined, [("other", "listed")])
        begun = begun.select("other", begun=begun.registered.fill_null(begun["first"]))
    else:
        begun = begun.select("other", begun="first")
    told = rows.filter(rows.topic.isin(moment.facts.complaints).fill_null(False)).select("person_id", "day")
    told = told.inner_join(begun, [("person_id", "other")])
    early = (told.day >= told.begun) & (told.day < told.begun + EARLY_DAYS)
    shaped = told.group_by("person_id").aggregate(complaints_early=early.ifelse(1, 0).sum().cast("float64"))
    feature = Feature("complaints_early", "service", "count", "feedback.topic, customers.signed_up_at")
    return Block((feature,), shaped, frozenset({feature.name}))


def _tone(moment: Moment, tones: ir.Table) -> Block:
    """Mean of −1 (negative), 0 and 1 (positive) over the texts that the lexicon reads."""
    rows = moment.of_people(tones.filter(tones.day < moment.cut, tones.day >= moment.start))
    shaped = rows.group_by("person_id").aggregate(tone=ratio(rows.tone.sum(), rows.texts.sum()))
    return Block((Feature("tone", "service", "value", "feedback.text"),), shaped)


def complaint_topics(tables: Tables) -> tuple[str, ...]:
    """The client's topics that file a complaint, sorted."""
    if not tables.has("feedback", "topic"):
        return ()
    topic = tables["feedback"].topic.cast("string")
    known = topic.as_table().distinct().limit(1_000).to_pyarrow().column(0).to_pylist()
    named = sorted(value for value in known if value and any(part in value.casefold() for part in COMPLAINTS))
    return tuple(named)


MOST_TEXTS = 200_000  # rows of feedback that are read for their tone


def tones(tables: Tables) -> ir.Table | None:
    """person_id, day, tone (sum of −1, 0, 1), texts: what the lexicon reads in each day's texts; None without texts,
    or with more than two hundred thousand rows of them."""
    from customer_analytics.analysis.sentiment.result import NEGATIVE, POSITIVE
    from customer_analytics.analysis.sentiment.texts import UNREAD, read_feedback

    if not tables.has("feedback", "customer_id", "given_on", "text"):
        return None
    if int(tables["feedback"].count().to_pandas()) > MOST_TEXTS:
        return None
    read = read_feedback(tables, with_topics=False)
    if read is None:
        return None
    read = read[read["customer_id"].notna() & read["day"].notna() & (read["label"] != UNREAD)]
    if not len(read):
        return None
    tone = (read["label"] == POSITIVE).astype("int64") - (read["label"] == NEGATIVE).astype("int64")
    days = (pd.to_datetime(read["day"]) - pd.Timestamp(1970, 1, 1)).dt.days
    grouped = tone.groupby([read["customer_id"].astype(str), days.astype("int64")])
    counted = pd.DataFrame({"tone": grouped.sum(), "texts": grouped.size()}).reset_index()
    counted.columns = pd.Index(["person_id", "day", "tone", "texts"])
    return ibis.memtable(counted, schema={"person_id": "string", "day": "int32", "tone": "int64", "texts": "int64"})
