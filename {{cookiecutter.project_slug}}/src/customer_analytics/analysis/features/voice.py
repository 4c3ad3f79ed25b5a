"""Service: complaints, contacts, ratings and tone of what customers said before the cut-off."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.features.feature import (
    QUARTER,
    Block,
    Feature,
    Moment,
    by_person,
    count,
    day_of,
    joined,
)
from customer_analytics.expressions import ratio
from customer_analytics.tables.store import Tables

COMPLAINTS = ("complain", "grievance", "投诉", "抱怨", "客诉", "不满")  # in the topic as the client files it
EARLY_DAYS = 10  # after registration, or after the first day where it is not known
RATING = "decimal(18, 4)"
MOST_TEXTS = 200_000  # rows of feedback that are read for their tone


def blocks(moment: Moment) -> list[Block]:
    """The features of feedback; none where no feedback names a customer and a day."""
    if not moment.tables.has("feedback", "customer_id", "given_on"):
        return []
    feedback, complaints = moment.tables["feedback"], moment.facts.complaints
    told = {"person_id": feedback.customer_id.cast("string"), "day": day_of(feedback, "given")}
    if "rating" in feedback.columns:
        told["rating"] = feedback.rating.cast(RATING)  # sums of doubles would depend on the order of rows
    if complaints:
        told["complaint"] = feedback.topic.isin(complaints).fill_null(False)
    rows = feedback.select(**told)
    rows = moment.seen(rows.filter(rows.person_id.notnull(), rows.day.notnull()))
    late = rows.cut - rows.day <= QUARTER
    values: dict[str, ir.Value] = {"contacts_90": count(late)}
    features = [Feature("contacts_90", "service", "count", "feedback")]
    if complaints:
        values["complaints_90"] = count(late & rows.complaint)
        features.append(Feature("complaints_90", "service", "count", "feedback.topic"))
    zero = frozenset(values)
    if "rating" in rows.columns:
        values["rating_mean"] = ratio(rows.rating.sum().cast("float64"), rows.rating.count())
        features.append(Feature("rating_mean", "service", "value", "feedback.rating"))
    found = [Block(tuple(features), by_person(rows).aggregate(**values), zero)]
    if complaints:
        found.append(_early(moment, rows))
    if moment.facts.tones is not None:
        read = moment.seen(moment.facts.tones)
        table = by_person(read).aggregate(tone=ratio(read.tone.sum(), read.texts.sum()))
        found.append(Block((Feature("tone", "service", "value", "feedback.text"),), table))
    return found


def _early(moment: Moment, rows: ir.Table) -> Block:
    """Complaints within ten days of the beginning: of the registration, else of the first day there."""
    there = moment.seen(moment.life.spells.select("person_id", "day"))
    begun = by_person(there).aggregate(begun=there.day.min())
    if moment.tables.has("customers", "customer_id", "signed_up_on"):
        customers = moment.tables["customers"]
        listed = customers.group_by(listed=customers.customer_id.cast("string")).aggregate(
            registered=day_of(customers, "signed_up").min()
        )
        begun = begun.left_join(listed, [("person_id", "listed")])
        known = begun.registered < begun.cut  # a registration that is still to come is not known
        begun = begun.select(
            "person_id", "cut", begun=ibis.ifelse(known, begun.registered, None).fill_null(begun.begun)
        )
    told = joined(rows.filter(rows.complaint).select("person_id", "cut", "day"), begun)
    early = (told.day >= told.begun) & (told.day < told.begun + EARLY_DAYS)
    feature = Feature("complaints_early", "service", "count", "feedback.topic, customers.signed_up_at")
    table = by_person(told).aggregate(complaints_early=count(early))
    return Block((feature,), table, frozenset({feature.name}))


def complaint_topics(tables: Tables) -> tuple[str, ...]:
    """The client's topics that file a complaint, sorted."""
    if not tables.has("feedback", "topic"):
        return ()
    topic = tables["feedback"].topic.cast("string").name("topic")
    known = topic.as_table().distinct().limit(1_000).to_pyarrow().column(0).to_pylist()
    named = sorted(value for value in known if value and any(part in value.casefold() for part in COMPLAINTS))
    return tuple(named)


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
    grouped = tone.groupby([read["customer_id"].astype(str).rename("person_id"), days.astype("int64").rename("day")])
    counted = pd.DataFrame({"tone": grouped.sum(), "texts": grouped.size()}).reset_index()
    return ibis.memtable(counted, schema={"person_id": "string", "day": "int32", "tone": "int64", "texts": "int64"})
