"""Visits: the places that somebody passes through in one go, in the order of time.

A visit is a session of the client's own where its events name one, else the events of a person with no silence of more
than half an hour between two of them (the usual limit of web analytics). Repeats of a place that follow each other are
one stop; everything that is asked of paths is asked of the stops, which are worked out once.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.paths.places import BITS, NONE

GAP_SECONDS = 1_800
LONGEST_VISIT = 500  # actions; a visit with more is made by a machine
DEPTH = 6  # last places that a stop carries along, itself included
FIRSTS = 5  # first places of a visit that are kept


def by_silence(actions: ir.Table) -> ir.Table:
    """The actions with `visit`, a text for each visit: a person's silence of more than GAP_SECONDS begins another."""
    within = ibis.window(group_by=actions.person_id, order_by=[actions.at, actions.place])
    gap = actions.at.epoch_seconds() - actions.at.lag().over(within).epoch_seconds()
    begun = actions.mutate(begins=(gap > GAP_SECONDS).fill_null(False).ifelse(1, 0).cast("int32"))
    running = ibis.window(group_by=begun.person_id, order_by=[begun.at, begun.place], preceding=None, following=0)
    number = begun.begins.sum().over(running).cast("string")
    return begun.mutate(visit=number + ibis.literal(" ") + begun.person_id).drop("begins")


def stops(actions: ir.Table, goal: int) -> ir.Table:
    """One row a stop: a place in a visit, its immediate repeats merged. Materialise it before asking it twice.

    Args:
        actions: person_id, visit (unique text), at, place, and cell (a number for device and channel).
        goal: the place that the visit should reach.

    Returns:
        person_id, visit, at (of the first action of the stop), place, cell; number (1 = first stop of the visit),
        previous, before_previous, following (places, 0: none), following_at (null: the visit ends here), repeats
        (actions of the stop), trail (the last DEPTH places up to this one, the latest in the lowest bits), position (of
        its first action in the visit), goal_position (that of the visit's first stop at the goal, null: none) and
        by_machine (more than LONGEST_VISIT actions).
    """
    within = ibis.window(group_by=actions.visit, order_by=[actions.at, actions.place])
    numbered = actions.mutate(
        before=actions.place.lag().over(within).fill_null(NONE),
        after=actions.place.lead().over(within).fill_null(NONE),
        position=(ibis.row_number().over(within) + 1).cast("int32"),
    )
    # Beside the first action of each stop the last action of a visit, so that the last stop's repeats are known.
    ends = (numbered.after == NONE) & (numbered.before == numbered.place)
    kept = numbered.mutate(ends=ends).filter((numbered.before != numbered.place) | ends).drop("before", "after")
    along = ibis.window(group_by=kept.visit, order_by=kept.position)
    lags = [kept.place.lag(back).over(along).fill_null(NONE) for back in range(1, DEPTH)]
    trail = kept.place.cast("int64")
    for back, place in enumerate(lags, start=1):
        trail = trail + place.cast("int64") * 2 ** (BITS * back)
    is_last = kept.ends.lead().over(along).fill_null(True)  # nothing follows but the visit's last action
    length = kept.position.lead().over(along) - kept.position
    whole = ibis.window(group_by=kept.visit, order_by=kept.position, preceding=None, following=None)  # the same sort
    at_goal = ibis.ifelse(kept.place == goal, kept.position, ibis.null("int32"))
    found = kept.mutate(
        number=(ibis.row_number().over(along) + 1).cast("int32"),
        previous=lags[0],
        before_previous=lags[1],
        following=ibis.ifelse(is_last, NONE, kept.place.lead().over(along)).cast("int16"),
        following_at=ibis.ifelse(is_last, ibis.null("timestamp"), kept.at.lead().over(along)),
        repeats=ibis.ifelse(is_last, length.fill_null(0) + 1, length).cast("int32"),
        trail=trail,
        by_machine=kept.position.max().over(whole) > LONGEST_VISIT,
        goal_position=at_goal.min().over(whole),
    )
    return found.filter(~found.ends).drop("ends")


def before_goal(stops: ir.Table, *, and_goal: bool = False) -> ir.BooleanValue:
    """Whether a stop comes before the visit's first one at the goal; with `and_goal` that one too."""
    reached = stops.position <= stops.goal_position if and_goal else stops.position < stops.goal_position
    before: ir.BooleanValue = stops.goal_position.isnull() | reached
    return before


def visits(stops: ir.Table) -> ir.Table:
    """One row a visit, its way up to the goal. Materialise it before asking it twice.

    Returns:
        person_id, visit, cell, began_at, stops (up to the goal), goal_number (which stop is the first at the goal;
        null: none), goal_at, first_1 … first_5 (places up to the goal, 0: none), exit (last place; 0 where the goal was
        reached), way_to_goal (trail at the first stop at the goal, null: never there), again (0: the person's first
        visit in the data, 1: a later one).
    """
    at_goal = stops.position == stops.goal_position
    upto = before_goal(stops, and_goal=True)
    firsts = {
        f"first_{number}": stops.place.max(where=upto & (stops.number == number)).fill_null(NONE)
        for number in range(1, FIRSTS + 1)
    }
    found = stops.group_by("visit").aggregate(
        person_id=stops.person_id.max(),  # a visitor sorts before the customer that a visit turns out to be
        cell=stops.cell.max(),
        began_at=stops.at.min(),
        stops=stops.number.max(where=upto),
        goal_number=stops.number.max(where=at_goal),
        goal_at=stops.at.min(where=at_goal),
        exit=stops.place.max(where=(stops.following == NONE) & stops.goal_position.isnull()).fill_null(NONE),
        way_to_goal=stops.trail.max(where=at_goal),
        **firsts,
    )
    within = ibis.window(group_by=found.person_id, order_by=[found.began_at, found.visit])
    return found.mutate(again=(ibis.row_number().over(within) > 0).ifelse(1, 0).cast("int16"))


def unpacked(trail: int) -> tuple[int, ...]:
    """The places of a trail in the order of time."""
    found = []
    while trail:
        found.append(trail % 2**BITS)
        trail //= 2**BITS
    return tuple(reversed(found))
