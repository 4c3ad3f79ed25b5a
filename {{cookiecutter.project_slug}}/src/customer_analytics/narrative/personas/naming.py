"""Names of personas in words, from what sets each apart: "Night buyers who prefer Electronics"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from customer_analytics.analysis.personas.result import Persona, Standout
from customer_analytics.analysis.tags.result import TagResult
from customer_analytics.language import Language, Text
from customer_analytics.narrative.personas.phrases import Phrase, of_label, of_value, phrases

FIRST = 4  # standouts among which a name looks for a noun
Label = Callable[[str], str]
FindTag = Callable[[str], TagResult | None]


def persona_names(
    language: Language, personas: Sequence[Persona], label_of: Label, tag_of: FindTag
) -> tuple[dict[str, Text], dict[str, Text]]:  # fmt: skip
    """Key -> name, and key -> short name for charts and tables.

    Different personas have different names: a third trait parts those that two would not. A short name is the noun
    alone where no other persona has the same.
    """
    found = {persona.key: _phrases(language, persona, label_of, tag_of) for persona in personas}
    for length in (2, 3, 4):
        names = {key: _joined(language, own[:length]) for key, own in found.items()}
        if _different(names):
            break
    else:
        names = {
            key: language.say("{name}, group {number}", name=name, number=language.number(place))
            for place, (key, name) in enumerate(names.items(), 1)
        }
    nouns = {key: _joined(language, own[:1]) for key, own in found.items()}
    counts = Counter(str(noun) for noun in nouns.values())
    return names, {key: nouns[key] if counts[str(nouns[key])] == 1 else name for key, name in names.items()}


def _different(names: Mapping[str, Text]) -> bool:
    return len({str(name) for name in names.values()}) == len(names)


def _phrases(language: Language, persona: Persona, label_of: Label, tag_of: FindTag) -> list[Phrase]:
    """What the persona is, clearest first, each family once.

    One that says what they do leads, not what they lack; a lack without words of its own comes last.
    """
    found: list[tuple[bool, bool, Phrase]] = []
    for standout in persona.standouts:
        phrase = _known(language, standout, tag_of)
        plain = phrase or of_label(language, label_of(standout.feature), standout.direction, standout.feature)
        if all(plain.family != earlier.family for _, _, earlier in found):
            found.append((phrase is None, standout.direction == "low", plain))
    found.sort(key=lambda one: one[0])
    lead = next((place for place, (unknown, low, _) in enumerate(found[:FIRST]) if not low and not unknown), 0)
    if found:
        found.insert(0, found.pop(lead))
    return [phrase for _, _, phrase in found]


def _known(language: Language, standout: Standout, tag_of: FindTag) -> Phrase | None:
    """The phrase of a tag that has one."""
    known = phrases(language).get((standout.feature, standout.direction))
    tag = tag_of(standout.feature)
    if known is None and tag is not None and tag.each is not None:
        is_category = any(source in ("order_lines", "products") for source in tag.source)
        family = "category" if is_category else tag.name.partition("_share")[0]
        return of_value(language, tag.each, family, standout.direction)
    if known is None and standout.direction == "is":
        value = standout.value
        if tag is not None and value in tag.values:
            words = tag.values[value]
            value = words.zh_CN if language.is_chinese else words.en
        return of_value(language, value, standout.feature, "high")
    return known


def _joined(language: Language, own: Sequence[Phrase]) -> Text:
    say = language.say
    if not own:
        return say("Customers without a mark of their own")
    if len(own) == 1:
        return own[0].noun
    clauses = language.listing([str(phrase.clause) for phrase in own[1:]])
    return say("{noun} {clauses}", noun=own[0].noun, clauses=clauses)
