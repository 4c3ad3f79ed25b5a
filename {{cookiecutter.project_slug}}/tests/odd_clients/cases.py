"""All odd clients, in the order in which the guide lists them."""

from __future__ import annotations

from . import campaigns, gaps, groups_and_names, sizes_and_money, tables_and_products, times
from .registry import ALL, CASES, Case

ROOMS = (sizes_and_money, times, tables_and_products, campaigns, groups_and_names, gaps)  # each enters its own cases

__all__ = ["ALL", "CASES", "ROOMS", "Case"]
