"""Which features speak of the same thing: topics within families. A topic is what one sentence can say."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

# The families whose features can be a reason: somebody can speak of them or act on them. What somebody is (age, region)
# and where they came from counts in the probability and is no reason that a call could be about.
LISTED = ("rhythm", "value", "breadth", "discount", "service", "engagement", "payment", "contract")
# Topic by the name of the feature, the first that fits; "rest" of its family where none does.
PATTERNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "rhythm": (
        ("newness", r"^days_since_first$"),
        ("variation", r"variation|last_gap"),
        ("frequency", r"^days_there"),
        ("silence", r"silen|gap"),
    ),
}


def topic_of(feature: str, family: str) -> str:
    """family.topic of a feature."""
    for topic, pattern in PATTERNS.get(family, ()):
        if re.search(pattern, feature):
            return f"{family}.{topic}"
    return f"{family}.rest"


def topics(dictionary: pd.DataFrame) -> dict[str, str]:
    """The topic of each feature of a dictionary (feature, family)."""
    rows = dictionary[["feature", "family"]].itertuples(index=False)
    return {str(feature): topic_of(str(feature), str(family)) for feature, family in rows}


def listed(dictionary: pd.DataFrame) -> dict[str, str]:
    """The family of each topic that may be a reason: of the listed families, with something to act on."""
    of_feature = topics(dictionary)
    rows = dictionary[dictionary["actionable"].astype(bool) & dictionary["family"].isin(LISTED)]
    return {
        of_feature[str(feature)]: str(family) for feature, family in zip(rows["feature"], rows["family"], strict=True)
    }


def by_family(dictionary: pd.DataFrame) -> dict[str, list[str]]:
    """The features of each family, in the order of the dictionary."""
    return {str(family): [str(name) for name in own["feature"]] for family, own in dictionary.groupby("family")}


def by_topic(dictionary: pd.DataFrame) -> dict[str, list[str]]:
    """The features of each topic, in the order of the dictionary."""
    found: dict[str, list[str]] = {}
    for feature, topic in topics(dictionary).items():
        found.setdefault(topic, []).append(feature)
    return dict(sorted(found.items()))
