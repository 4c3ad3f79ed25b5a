"""Messages, put together from the units of the campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.analysis.messages.compare import count, rates
from customer_analytics.analysis.messages.fatigue import fatigue
from customer_analytics.analysis.messages.responders import responders
from customer_analytics.analysis.messages.result import Messages
from customer_analytics.analysis.messages.rows import contacts
from customer_analytics.analysis.messages.send_time import send_time
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters


def messages(campaigns: Campaigns, tables: Tables, parameters: CampaignEvaluationParameters) -> Messages:
    """What became of the messages of all campaigns.

    The engine keeps one row a contacted customer and campaign; what leaves it are counts. Without a record of sending
    only those who responded are described.
    """
    if campaigns.reason is not None:
        return Messages("no_touches")
    traits, responded, contacted = responders(campaigns)
    found = contacts(campaigns, tables, parameters.machine_open_seconds)
    if found is None:
        return Messages("not_sent", responders=traits, responded=responded, contacted=contacted)
    cube = count(found)
    table = rates(campaigns, found, cube)
    names = dict(zip(campaigns.list["code"], campaigns.list["campaign"], strict=True))
    untracked = {
        time: tuple(str(names[code]) for code in found.codes if code not in found.tracked[time])
        for time in ("delivered", "opened", "clicked")
    }
    hours, tired = send_time(found, cube, table, parameters.minimum_base), fatigue(campaigns, found, tables, parameters)
    return Messages("", table, hours, tired, traits, responded, contacted, untracked, found.customers)
