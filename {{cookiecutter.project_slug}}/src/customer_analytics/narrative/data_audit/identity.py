"""Accounts and people in words: coverage, what counting heads either way does, and where merging may be wrong."""

from __future__ import annotations

from customer_analytics.analysis.audit import Audit
from customer_analytics.analysis.audit.identity import HeadCount, Identity, cluster_sizes
from customer_analytics.language import Language, Text
from customer_analytics.narrative.data_audit.names import together
from customer_analytics.narrative.data_audit.sentences import Ranked, first_issue, issue_finding, place
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import wilson

Cell = str | tuple[str, float]
Rows = list[list[Cell]]
NOTABLE = 0.01  # share of accounts beyond the first of their person from which it is worth a finding
KINDS = {
    "phone": "phone",
    "email": "e-mail",
    "cookie": "cookie",
    "openid": "openid",
    "card": "card",
    "device": "device",
}
_ROLES = {"hard": "enough alone", "soft": "with something beside it", "unused": "not used"}
_COLUMNS = {"birth_year": "year of birth", "gender": "gender", "region": "region", "city": "city"}
_NEEDS = {
    "either": "two of them shared and nothing differs, or all known and equal: {columns}",
    "profile": "all known and equal: {columns}",
    "two_kinds": "two of them shared and nothing differs",
}


def deck(audit: Audit, language: Language) -> Text:
    """Whether accounts were merged, and how many people there are."""
    who = _who(audit)
    if who.log is not None:
        return language.say(
            "Merged at loading: {accounts} accounts are {customers} customers.",
            accounts=language.number(who.log.all_accounts),
            customers=language.number(who.log.customers),
        )
    return language.say(
        "Nothing was merged: each account counts as a customer. Accounts with an identifier: {accounts}; people "
        "behind them by the rules below: {people}.",
        accounts=language.number(who.accounts),
        people=language.number(who.people),
    )


def kind_rows(audit: Audit, language: Language) -> Rows:
    """Kinds of identifiers: role, accounts, identifiers, shared, busiest, on too many, entries that are none."""
    if audit.identity is None:
        return []
    return [
        [
            _kind(kind.kind, language),
            language.say(_ROLES[kind.role]),
            *((language.number(count), count) for count in (
                kind.accounts, kind.identifiers, kind.shared, kind.most, kind.over, kind.placeholders,
            )),
        ]
        for kind in audit.identity.kinds
    ]  # fmt: skip


def head_rows(audit: Audit, language: Language) -> Rows:
    """Headline figures when accounts are counted, and when people are; none without orders."""
    who = _who(audit)
    if not who.as_accounts.buyers:
        return []
    names = ("Each account is a customer", "Each person is a customer")
    used = language.say("as in these reports")
    rows: Rows = []
    for name, count, in_use in zip(
        names, (who.as_accounts, who.as_people), (not who.resolved, who.resolved), strict=True
    ):
        label = language.say(name)
        rows.append(
            [
                language.say("{name} ({note})", name=label, note=used) if in_use else label,
                (language.number(count.buyers), count.buyers),
                (language.percent(count.repeat, 1), count.repeat or 0.0),
                (language.money(count.revenue, compact=False), count.revenue or 0.0),
            ]
        )
    return rows


def cluster_rows(audit: Audit, language: Language, minimum_group: int) -> Rows:
    """How many people have how many accounts; the largest sizes together until they are a group."""
    who = _who(audit)
    return [
        [
            (
                language.say("{count} or more", count=language.number(size)) if more else language.number(size),
                float(size),
            ),
            (language.number(people), float(people)),
            (language.percent(people / who.people if who.people else None, 1), float(people)),
        ]
        for size, people, more in cluster_sizes(who, minimum_group)
    ]


def doubt_rows(audit: Audit, language: Language) -> Rows:
    """Where merging too much or too little is suspected: what, how many, what to do."""
    who, say = _who(audit), language.say
    facts, rules = who.facts, who.rules
    columns = _columns(who, language)
    found = [
        (
            facts.over_merged,
            say("Identifiers on more than {limit} accounts", limit=language.number(facts.limit)),
            say("Not used: a shop's own phone, a placeholder. Have them removed from the accounts."),
        ),
        (
            facts.two_values,
            say("People with two values of {columns}", columns=columns),
            say("Perhaps two people: look at them, or set suspected: split."),
        ),
        (
            facts.too_large,
            say("People with more than {largest} accounts", largest=language.number(rules.largest)),
            say("Perhaps several people: look at them, or set suspected: split."),
        ),
        (
            facts.split,
            say("People taken apart at their weakest links"),
            say("Done at loading, as engagement.yml says."),
        ),
        (
            facts.pairs_differing,
            say("Pairs that share an identifier which is enough alone, but differ in {columns}", columns=columns),
            say("Kept apart: relatives, or a slip of the pen."),
        ),
        (
            facts.pairs_soft,
            say("Pairs that share only {kinds}", kinds=_kinds(rules.soft, language)),
            say("Kept apart: a household, or one person of whom too little is known."),
        ),
    ]
    if who.crossed is not None:
        found.append(
            (
                who.crossed,
                say("People in two arms of one campaign, through two accounts"),
                say("Leave them out of its evaluation: they got what both arms got."),
            )
        )
    return [[what, (language.number(count), count), action] for count, what, action in found if count]


def words(audit: Audit, language: Language) -> list[Text]:
    """The estimate of what no identifier shows, and what the load did beside merging."""
    who, say = _who(audit), language.say
    sentences = []
    capture, missed = who.facts.capture, who.missed
    if capture is not None and missed is not None:
        sentences.append(
            say(
                "Of the pairs of accounts of one person, {once} are shown by one kind of identifier only and {twice} "
                "by two. So at least {missed} further pairs ({low} to {high}) should share no identifier at all; more "
                "where some people give away less than others.",
                once=language.number(capture.once),
                twice=language.number(capture.twice),
                missed=language.number(missed.value),
                low=language.number(missed.low),
                high=language.number(missed.high),
            )
        )
    elif who.doubled:
        sentences.append(say("How many pairs share no identifier at all is not estimable: too few are shown twice."))
    if who.log is not None and who.log.events_recognised:
        sentences.append(
            say(
                "Events of unknown visitors that carry the cookie or device of one person, and now count as that "
                "person's: {count}.",
                count=language.number(who.log.events_recognised),
            )
        )
    if who.log is not None and (who.log.joined or who.log.parted):
        sentences.append(
            say(
                "Since the load before, customers that turned out to be one with another: {joined}; customers that "
                "turned out to be several: {parted}.",
                joined=language.number(who.log.joined),
                parted=language.number(who.log.parted),
            )
        )
    return sentences


def rule_words(audit: Audit, language: Language) -> Text:
    """When two accounts are one person, for the method."""
    who, say = _who(audit), language.say
    rules, columns = who.rules, _columns(who, language)
    first = say(
        "Two accounts are one person when they share {hard} and nothing known of them differs ({columns}), or when "
        "they share identifiers of two such kinds.",
        hard=_kinds(rules.hard, language),
        columns=columns,
    )
    sentences = [first]
    if rules.soft and rules.soft_needs in _NEEDS:
        needs = say(_NEEDS[rules.soft_needs], columns=columns)
        sentences.append(
            say("A shared {soft} is enough with: {needs}.", soft=_kinds(rules.soft, language), needs=needs)
        )
    sentences.append(say("Accounts that are linked through others are one person as well."))
    if rules.linkage.merge_from is not None:
        sentences.append(
            say(
                "Pairs with a probability of {share} or more by the linkage model are merged too.",
                share=language.percent(rules.linkage.merge_from, 1),
            )
        )
    return together(language, sentences)


def one_person(audit: Audit, language: Language) -> Ranked | None:
    """Accounts of one person: what merging would change, or what it has changed."""
    if audit.identity is None or not audit.identity.doubled:
        return None
    who, say = audit.identity, language.say
    issue = first_issue(audit, ("identities.value.shared_identifier",))
    values = {
        "accounts": language.number(who.accounts),
        "people": language.number(who.people),
        "doubled": language.number(who.doubled),
        "share": language.percent(who.doubled / who.accounts, 1),
    }
    if issue is not None:
        statement = say(
            "{doubled} accounts ({share}) belong to a person who has another one: they share identifiers, and nothing "
            "known of them speaks against it.",
            **values,
        )
        head = say("{accounts} accounts are {people} people", **values)
        meaning = _meaning(who, language)
        finding = issue_finding("one_person", issue, language, head, statement, meaning, "identity")
        return Ranked(place(audit, issue), finding)
    if not who.resolved:
        return None
    low, high = wilson(who.doubled, who.accounts)
    look = say("Look at the people who may be several, before lists are made from them.")
    return Ranked(
        2 + len(audit.issues),
        Finding(
            id="one_person",
            grade=Grade.C,
            head=say("{accounts} accounts were merged into {people} customers", **values),
            statement=say(
                "{doubled} accounts ({share}) were found at loading to belong to a person who has another one; all "
                "reports count people.",
                **values,
            ),
            meaning=_meaning(who, language),
            action=look if who.suspected else say("Nothing to do; load again when accounts are added."),
            section="identity",
            value=who.doubled / who.accounts,
            low=low,
            high=high,
            n=who.accounts,
            unit="share",
            notable=who.doubled >= NOTABLE * who.accounts,
        ),
    )


def _meaning(who: Identity, language: Language) -> Text:
    """What counting people in place of accounts does to buyers, repeat share and revenue per head."""
    say, before, after = language.say, who.as_accounts, who.as_people
    if not before.buyers:
        return say("Without orders, only the number of customers changes.")
    values = _shown(before, language, "before") | _shown(after, language, "after")
    sentences = [
        say(
            "Counted as people in place of accounts, buyers go from {buyers_before} to {buyers_after}, and the share "
            "of them with two orders or more from {repeat_before} to {repeat_after}.",
            **values,
        )
    ]
    if before.revenue is not None:
        sentences.append(say("Revenue per buyer goes from {revenue_before} to {revenue_after}.", **values))
    return together(language, sentences)


def _shown(count: HeadCount, language: Language, when: str) -> dict[str, str]:
    return {
        f"buyers_{when}": language.number(count.buyers),
        f"repeat_{when}": language.percent(count.repeat, 1),
        f"revenue_{when}": language.money(count.revenue, compact=False),
    }


def _who(audit: Audit) -> Identity:
    assert audit.identity is not None
    return audit.identity


def _kind(kind: str, language: Language) -> str:
    return language.say(KINDS[kind]) if kind in KINDS else kind


def _kinds(kinds: list[str], language: Language) -> str:
    """Kinds as alternatives: phone, cookie or device."""
    return _alternatives([str(_kind(kind, language)) for kind in kinds], language)


def _alternatives(names: list[str], language: Language) -> str:
    if len(names) < 2:
        return names[0] if names else str(language.say("nothing"))
    before = ("、" if language.is_chinese else ", ").join(names[:-1])
    return str(language.say("{names} or {last}", names=before, last=names[-1]))


def _columns(who: Identity, language: Language) -> str:
    """The columns of which a person has one value, as alternatives."""
    named = [str(language.say(_COLUMNS[name])) if name in _COLUMNS else name for name in who.rules.one_value]
    return _alternatives(named, language)
