"""The findings of the RFM report, one function each, with the condition under which it is said."""

from __future__ import annotations

from customer_analytics.analysis.rfm.change import Change
from customer_analytics.analysis.rfm.reachable import POWER_Z
from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.rfm.target import comes_back_anyway, target
from customer_analytics.narrative.rfm.view import View, by_segment
from customer_analytics.statistics import Z95, Interval

CORE_TIMES = 1.5  # a segment whose share of revenue is so many times its share of customers carries the business
MANY_ONE_TIME, MOST_ONE_TIME = 0.25, 0.5
CONCENTRATED = 0.5  # share of revenue of the top fifth from which revenue counts as concentrated
BASE_MOVED = 0.25  # change of the number of customers from which it is the finding itself
MUCH_QUIET = 0.1  # share of revenue of the quiet regulars from which they are on the first screen
NAMELESS = 0.05  # share of revenue without a customer from which it is a finding
TOPS = (0.01, 0.05, 0.2)


def core_finding(view: View) -> Finding:
    """The segment with the most revenue; notable when its revenue is out of proportion to its size."""
    say, language, top = view.language.say, view.language, view.top
    assert top is not None
    row = view.segments[top.key]
    interval = Interval(float(row["share_low"]), float(row["share_high"]))
    each = top.revenue / top.customers
    is_core = top.share_revenue >= CORE_TIMES * top.share_customers
    return Finding(
        id="core",
        grade=Grade.C,
        head=say("A small core carries the business") if is_core else say("Revenue is spread over the segments"),
        statement=say(
            "“{segment}”, {customers} of {n} customers ({share}), brought **{revenue} of net revenue** ({interval}) "
            "from {period}: {each} each, {times} times the average.",
            customers=language.number(top.customers), segment=view.name(top.key), n=language.number(view.n),
            share=view.language.percent(top.share_customers), revenue=view.language.percent(top.share_revenue),
            interval=view.interval(interval), period=view.period, each=language.money(each),
            times=language.number(each / view.mean_spend, 1),
        ),
        meaning=say(
            "To replace the revenue of one of them takes {times} average customers.",
            times=language.number(each / view.mean_spend, 1),
        )
        if is_core
        else say("No segment brings much more than its share of customers; priorities matter less than the average."),
        action=say(
            "Protect them with access and service instead of discounts, and look every month at who of the "
            "{customers} has left the segment.", customers=language.number(top.customers),
        )
        if is_core
        else say("Work on what all customers share (assortment, delivery, reminders) before treating segments apart."),
        section="revenue",
        value=top.share_revenue, low=interval.low, high=interval.high, n=view.n, unit="share", notable=is_core,
    )  # fmt: skip


def slipping_finding(view: View) -> Finding | None:
    """Regular customers past the usual rhythm; None without a rhythm, not notable below the minimum base."""
    say, language, quiet, pace = view.language.say, view.language, view.result.slipping, view.result.rhythm
    if quiet is None or pace is None:
        return None
    regular = {
        "purchases": language.number(pace.mature_from),
        "active": language.number(pace.active_days),
        "lost": language.number(pace.lost_days),
    }
    if quiet.customers < view.minimum_base:
        return Finding(
            id="quiet_regulars",
            grade=Grade.D,
            head=say("Hardly a regular customer is overdue"),
            statement=say(
                "Fewer than {minimum} of {n} customers bought on at least {purchases} days and have now been silent "
                "for more than {active} and up to {lost} days.",
                minimum=language.number(view.minimum_base), n=language.number(view.n), **regular,
            ),
            meaning=say("There is no list of regulars to win back."),
            action=say("Look again next month; nothing to do now."),
            section="lifecycle", n=view.n, unit="customers", notable=False,
        )  # fmt: skip
    interval = view.share_of_customers(quiet.customers)
    returning = comes_back_anyway(quiet)
    return Finding(
        id="quiet_regulars",
        grade=Grade.C,
        head=say("Regular customers who pause come back by themselves")
        if returning
        else say("Regular customers are going quiet"),
        statement=say(
            "{customers} of {n} customers ({share}, {interval}) bought on at least {purchases} days and have been "
            "silent for more than {active} and up to {lost} days; {active_share} of repeat purchases come within "
            "{active}. They have spent **{money}**: {each} each, against {mean} for all customers.",
            customers=language.number(quiet.customers), n=language.number(view.n),
            share=view.language.percent(quiet.customers / view.n), interval=view.interval(interval),
            active_share=language.percent(pace.active_share), money=language.money(quiet.revenue),
            each=language.money(quiet.revenue / quiet.customers), mean=language.money(view.mean_spend), **regular,
        ),
        meaning=_unprompted(view),
        action=say("Spend nothing on them; contact only those who pass {lost} days.", **regular)
        if returning
        else say(
            "Contact them before they pass {lost} days, with a random part held out, so that the effect is measured "
            "and not assumed.", lost=language.number(pace.lost_days),
        ),
        section="lifecycle",
        value=quiet.customers / view.n, low=interval.low, high=interval.high, n=view.n, unit="share",
        notable=not returning and (quiet.share_revenue >= MUCH_QUIET or _is_target(view)),
    )  # fmt: skip


def _is_target(view: View) -> bool:
    first = target(view)
    return first is not None and first.kind == "quiet_regulars"


def _unprompted(view: View) -> Text:
    say, language = view.language.say, view.language
    assert view.result.slipping is not None
    again = view.result.slipping.unprompted
    if again is None:
        return say("How many of them return by themselves cannot be said: the history is too short for a look back.")
    return say(
        "Of {n} customers in the same position {days} days earlier, {rate} ({interval}) bought again in these days, "
        "with whatever contact there was then. A return alone therefore proves nothing.",
        n=language.number(again.n), days=language.number(again.days), rate=view.language.percent(again.rate),
        interval=view.interval(again.interval),
    )  # fmt: skip


def one_time_finding(view: View) -> Finding:
    """Customers with one purchase; notable from a quarter of the base."""
    say, language, result = view.language.say, view.language, view.result
    once = result.customers["frequency"] == 1
    share, interval = view.one_time_share, view.share_of_customers(result.one_time)
    revenue = float(result.customers.loc[once, "monetary"].sum()) / result.revenue
    head = say("Few customers bought only once")
    if share >= MOST_ONE_TIME:
        head = say("Most customers never came back")
    elif share >= MANY_ONE_TIME:
        head = say("Many customers bought only once")
    second = next((step for step in result.steps if step.purchase == 2 and step.base >= view.minimum_base), None)
    if second is None or result.rhythm is None or second.median_days is None:
        meaning = say("Whether they come back in time cannot be said: too few had the time for it.")
        action = say("Ask for the second purchase in the first weeks, and hold out a part at random.")
    else:
        meaning = say(
            "Of {base} customers who had {days} days for a second purchase, {rate} ({interval}) made it; half of all "
            "second purchases came within {median} days.",
            base=language.number(second.base), days=language.number(result.rhythm.lost_days),
            rate=view.language.percent(second.rate), interval=view.interval(second.interval),
            median=language.number(second.median_days),
        )  # fmt: skip
        action = say(
            "Send the first reminder well before day {median} after the first purchase, an offer at about that day, "
            "and hold out a part at random.", median=language.number(second.median_days),
        )  # fmt: skip
    return Finding(
        id="one_time_buyers",
        grade=Grade.C,
        head=head,
        statement=say(
            "{count} of {n} customers (**{share}**, {interval}) bought once only from {period}. They brought {revenue} "
            "of net revenue.",
            count=language.number(result.one_time), n=language.number(view.n), share=view.language.percent(share),
            interval=view.interval(interval), period=view.period, revenue=view.language.percent(revenue),
        ),
        meaning=meaning, action=action, section="lifecycle",
        value=share, low=interval.low, high=interval.high, n=view.n, unit="share", notable=share >= MANY_ONE_TIME,
    )  # fmt: skip


def concentration_finding(view: View) -> Finding:
    """Share of the top customers; notable when the top fifth brings half of the revenue or more."""
    say, language, spread = view.language.say, view.language, view.result.concentration
    top_1, top_20 = spread.tops[TOPS[0]], spread.tops[TOPS[2]]
    interval, is_concentrated = spread.intervals[TOPS[2]], spread.tops[TOPS[2]] >= CONCENTRATED
    biggest = max(1, round(TOPS[0] * spread.n))
    return Finding(
        id="concentration",
        grade=Grade.C,
        head=say("Few customers decide the revenue") if is_concentrated else say("Revenue does not hang on a few"),
        statement=say(
            "Of {n} customers with net revenue of zero or more, the top {twenty} brought **{top_20} of revenue** "
            "({interval}); if all spent the same, they would bring {twenty}. The Gini coefficient is {gini}.",
            twenty=language.percent(TOPS[2]), top_20=view.language.percent(top_20), interval=view.interval(interval),
            gini=language.number(spread.gini, 2), n=language.number(spread.n),
        ),
        meaning=say(
            "Each of the {biggest} biggest customers brought as much as {times} average customers.",
            biggest=language.number(biggest), times=language.number(top_1 / TOPS[0]),
        )
        if is_concentrated and biggest >= view.minimum_group
        else say("How much one customer weighs is not shown: the top group is too small.")
        if is_concentrated
        else say("No small group of customers can sink the result by leaving."),
        action=say("Give the biggest customers a person who knows them and calls when an expected order is missing.")
        if is_concentrated
        else say("Put effort where many customers are, and not into single accounts."),
        section="concentration",
        value=top_20, low=interval.low, high=interval.high, n=spread.n, unit="share", notable=is_concentrated,
    )  # fmt: skip


def change_finding(view: View) -> Finding | None:
    """The segment whose share moved most beyond chance, or that none did; None without an earlier picture."""
    say, language, change = view.language.say, view.language, view.result.change
    if change is None:
        return None
    hidden = (change.table[["customers_earlier", "customers_now"]].max(axis=1) < view.minimum_base).to_numpy()
    moved = change.moved[~change.moved["segment"].isin(change.table["segment"][hidden])]
    largest = change.table.reindex(change.table["change"].abs().sort_values().index[::-1])
    row = (moved if len(moved) else largest).iloc[0]
    name, is_up = view.name(str(row["segment"])), row["change"] > 0
    change_points, low_points, high_points = (100 * float(row[key]) for key in ("change", "low", "high"))
    numbers = {
        "segment": name,
        "date": language.date(change.earlier.last_day),
        "earlier": language.percent(row["share_earlier"], 1),
        "base_earlier": language.number(change.base_earlier),
        "now": language.percent(row["share_now"], 1),
        "base_now": language.number(change.base_now),
        "change": view.points(row["change"]),
        "low": view.points(row["low"]),
        "high": view.points(row["high"]),
    }
    if abs(change.base_now / change.base_earlier - 1) >= BASE_MOVED:
        return _base_finding(view, change)
    if not len(moved):
        return Finding(
            id="change", grade=Grade.D, head=say("No segment moved"),
            statement=say(
                "Looking at all segments together, no share differs from {date} by more than chance explains. The "
                "largest difference is {change} points (interval {low} to {high}) for “{segment}”: {earlier} of "
                "{base_earlier} then, {now} of {base_now} now.", **numbers,
            ),
            meaning=say(
                "A true change of less than about {points} points in a segment could have gone unseen.",
                points=language.number(_unseen(change), 1),
            ),
            action=say("Nothing to do; compare again at the next run."),
            section="movement", value=change_points, low=low_points, high=high_points,
            n=change.base_now, unit="points", notable=False,
        )  # fmt: skip
    return Finding(
        id="change", grade=Grade.D,
        head=say("The segment “{segment}” grew", segment=name)
        if is_up
        else say("The segment “{segment}” shrank", segment=name),
        statement=say(
            "“{segment}” was {earlier} of {base_earlier} customers on {date} and is {now} of {base_now} now: "
            "**{change} points** (interval {low} to {high}). Both pictures look back {days} days and use the same "
            "cuts.", days=language.number(change.now.days), **numbers,
        ),
        meaning=say("The shift is one between segments; what moved it is not shown here."),
        action=say("Look at the table of moves for where they came from, before crediting or blaming a campaign."),
        section="movement", value=change_points, low=low_points, high=high_points,
        n=change.base_now, unit="points",
    )  # fmt: skip


def _unseen(change: Change) -> float:
    """Largest over the segments of the change that a single comparison finds with 80 % power, in points."""
    errors = (change.table["high"] - change.table["low"]) / (2 * Z95)
    return 100 * (Z95 + POWER_Z) * float(errors.max())


def _base_finding(view: View, change: Change) -> Finding:
    """Said instead of a change of shares where the number of customers itself moved a lot."""
    say, language = view.language.say, view.language
    growth = change.base_now / change.base_earlier - 1
    return Finding(
        id="change", grade=Grade.D,
        head=say("More customers buy than before") if growth > 0 else say("Fewer customers buy than before"),
        statement=say(
            "{now} customers bought in the {days} days to {last}, against {earlier} in the {days} days to {date}: "
            "**{growth}**.",
            now=language.number(change.base_now), earlier=language.number(change.base_earlier),
            days=language.number(change.now.days), last=language.date(change.now.last_day),
            date=language.date(change.earlier.last_day),
            growth=("+" if growth > 0 else "−") + language.percent(abs(growth)),
        ),
        meaning=say("Shares of segments move with the base; read the numbers of customers beside them.")
        if growth > 0
        else say("Customers who stopped buying have left the picture: shares rise without anybody buying more."),
        action=say("Compare the number of first purchases with what was spent on winning customers.")
        if growth > 0
        else say("Find out whether fewer customers are won or more are lost, before looking at the segments."),
        section="movement", value=growth, n=change.base_now, unit="share",
    )  # fmt: skip


def prediction_finding(view: View) -> Finding | None:
    """What the segments of an earlier date did afterwards; None where the history is too short."""
    say, language, held = view.language.say, view.language, view.result.holdout
    if held is None or held.best is None:
        return None
    best, row = held.best, by_segment(held.table)[held.best]
    statement = say(
        "The {best_n} customers in “{best}” on {date} spent {best_mean} each (interval {low} to {high}) in the {days} "
        "days that followed, **{times} times** the mean of all {n} customers ({mean}).",
        date=language.date(held.before.last_day), days=language.number(held.future.days), best=view.name(best),
        best_n=language.number(row["customers"]), n=language.number(held.customers),
        best_mean=language.money(row["mean"]), mean=language.money(held.mean),
        low=language.money(row["low"]), high=language.money(row["high"]),
        times=language.number(row["mean"] / held.mean, 1),
    )  # fmt: skip
    return Finding(
        id="prediction", grade=Grade.B,
        head=say("The grouping predicts who spends next")
        if held.holds
        else say("The grouping did not predict who spends next"),
        statement=statement,
        meaning=say("The order of the segments holds in data that was not used to build them.")
        if held.holds
        else say("The intervals of the segments overlap with the mean of all: the order may be chance."),
        action=say("Use the segments to decide who comes first; use a held-out part to decide whether contact pays.")
        if held.holds
        else say("Do not set budgets by these segments until a longer history shows that they predict."),
        section="prediction",
        value=row["mean"], low=row["low"], high=row["high"],
        n=held.customers, unit="money",
    )  # fmt: skip


def nameless_finding(view: View) -> Finding | None:
    """Revenue of orders without a customer; said from a twentieth of all revenue on."""
    say, language, totals = view.language.say, view.language, view.result.totals
    share = totals.revenue_without_customer / totals.revenue if totals.revenue > 0 else 0.0
    if share < NAMELESS:
        return None
    return Finding(
        id="no_customer", grade=Grade.C, head=say("Part of the revenue has no customer"),
        statement=say(
            "**{share} of net revenue** ({money} of {total}) comes from {orders} orders that name no customer; they "
            "are in no segment.",
            share=view.language.percent(share), money=language.money(totals.revenue_without_customer),
            total=language.money(totals.revenue), orders=language.number(totals.without_customer),
        ),
        meaning=say("Every share in this report is a share of the revenue with a customer, not of the whole."),
        action=say("Ask for the customer number at the till or the checkout, and count how often it is missing."),
        section="limits", value=share, n=totals.purchases, unit="share",
    )  # fmt: skip
