"""Places: what a visit passes through. A step of the funnel, a page that was viewed, or another event.

The most frequent places have a small number of their own, the rest share one. A number takes six bits, so that the
last places of a visit fit one whole number and a path is grouped as fast as a number is.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

MOST = 30  # places beside the funnel's steps that are told apart
BITS = 6
NONE, OTHER = 0, 2**BITS - 1

# Names under which tools record that a page was shown: the page says more than the name of the event.
VIEWS = frozenset(
    {
        "page_view", "pageview", "page view", "page", "view_page", "viewed page", "$pageview", "screen_view", "screen",
        "$screen", "pv", "page_load", "visit_page", "pages_view", "浏览页面", "页面浏览", "访问页面", "$mppageview",
    }
)  # fmt: skip
_LONGEST = 60  # letters of a page that are kept
_HIDDEN = "…"


def clean_page(page: ir.StringValue) -> ir.StringValue:
    """A page's address without what may name a person: no host, query or fragment, no part with an @ or a long number.

    /orders/482913/paid?mail=a@b.de becomes /orders/…/paid. A page that is a plain name stays as it is.
    """
    path = page.re_replace(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "").re_replace(r"[?#].*$", "")
    path = path.re_replace(r"[^/]*(@|%40|[0-9]{4,})[^/]*", _HIDDEN)
    path = path.re_replace(r"/+$", "")
    shown: ir.StringValue = ibis.ifelse(path == "", "/", path).substr(0, _LONGEST)
    return shown


def clean_text(text: ir.StringValue) -> ir.StringValue:
    """What the client calls an element, a kind or an error, without an e-mail address or a number to call in it."""
    shown: ir.StringValue = text.re_replace(r"[^\s:/?=]*(@|%40)[^\s?]*|(tel|sms):[0-9+() -]+", _HIDDEN)
    return shown


def with_places(actions: ir.Table, steps: Sequence[str], most: int = MOST) -> tuple[ir.Table, pd.DataFrame]:
    """The actions with their place, and the places.

    Args:
        actions: event, step (number of the funnel's step that the row is, 0: none) and page (text, null where unknown),
            beside the columns that are kept.
        steps: labels of the funnel's steps.
        most: other places that are told apart.

    Returns:
        the actions with `place` (int16) instead of step and page, and place, label, kind (step, page, event, other),
        events, name, by place. The steps come last, so that of two actions of the same moment the step is the later.
    """
    rows = actions.mutate(shown=actions.page.fill_null(""))
    kinds = rows.group_by("step", "event", "shown").aggregate(events=rows.count())
    is_view = kinds.event.lower().isin(sorted(VIEWS)) & (kinds.shown != "")
    kind = ibis.cases((kinds.step > 0, "step"), (is_view, "page"), else_="event")
    kinds = kinds.mutate(
        kind=kind,
        label=ibis.cases(
            (kinds.step > 0, ""), (is_view, clean_page(kinds.shown)), else_=kinds.event.substr(0, _LONGEST)
        ),
    ).cache()
    frame = _numbered(kinds, steps, most)
    known = ibis.memtable(frame[["step", "kind", "label", "place"]].astype({"step": "int16", "place": "int16"}))
    codes = kinds.left_join(known, ["step", "kind", "label"]).select(
        "step", "event", "shown", place=lambda t: t.place.fill_null(OTHER).cast("int16")
    )
    codes = codes.rename(of_step="step", of_event="event", of_page="shown").cache()
    joined = rows.inner_join(
        codes, [rows.step == codes.of_step, rows.event == codes.of_event, rows.shown == codes.of_page]
    )
    kept = [column for column in actions.columns if column not in ("page", "step", "event")]
    return joined.select(*kept, "place"), frame.drop(columns="step")


def _numbered(kinds: ir.Table, steps: Sequence[str], most: int) -> pd.DataFrame:
    """The places with their numbers: the most frequent by name, the steps, and what is left."""
    counts = kinds.filter(kinds.step == 0).group_by("kind", "label").aggregate(events=lambda t: t.events.sum())
    top: pd.DataFrame = counts.order_by(ibis.desc("events"), "kind", "label").limit(most).to_pandas()
    of_steps: pd.DataFrame = (
        kinds.filter(kinds.step > 0).group_by("step").aggregate(events=lambda t: t.events.sum()).to_pandas()
    )
    events = of_steps.set_index("step")["events"].reindex(range(1, len(steps) + 1), fill_value=0).astype("int64")
    total = int(kinds.events.sum().to_pyarrow().as_py() or 0)
    rest = total - int(top["events"].sum()) - int(events.sum())
    rows = [
        (place, 0, str(label), str(kind), int(count))
        for place, (label, kind, count) in enumerate(
            zip(top["label"], top["kind"], top["events"], strict=True), start=1
        )
    ]
    rows += [(most + place, place, "", "step", int(events[place])) for place in events.index]
    rows.append((OTHER, -1, "", "other", rest))
    frame = pd.DataFrame(rows, columns=["place", "step", "label", "kind", "events"])
    frame["name"] = [
        steps[step - 1] if step > 0 else label for step, label in zip(frame["step"], frame["label"], strict=True)
    ]
    return frame
