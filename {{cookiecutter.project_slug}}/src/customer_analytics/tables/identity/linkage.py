"""Probabilistic linking of accounts that share no identifier, by splink (the extra `linkage`).

The model is Fellegi and Sunter's: how much more often two accounts of one person agree on a column (nearly agree,
differ) than two of different people do. Splink learns both from the data without labels. It proposes pairs; pairs are
merged only from a probability that the engagement states. I. P. Fellegi, A. B. Sunter (1969), A theory for record
linkage, Journal of the American Statistical Association 64.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.identity import Linkage
from customer_analytics.engagement.mistakes import nearest

# Where the engagement states no share of accounts that have another one, the prior counts on these.
RECALL = 0.7  # of pairs of one person that the identifiers show
EXACT = 0.4  # of pairs of one person that agree on every column to the letter
LEAST_SHARE = 0.005  # of accounts, however few pairs show
MOST_COMPARED = 20_000_000  # pairs of accounts that one blocking rule may bring together
SAMPLED = 1_000_000  # pairs for how often different people agree
SEED = 7
_EXACT = {"gender", "region", "city", "occupation", "income_band", "acquisition_channel"}
_NEAR = 0.9  # Jaro-Winkler likeness of two spellings of one name
_SLIPS = {"birth_year": 1, "phone": 1}  # characters in which two spellings of one value may differ
_PLACE = "engagement.yml, identity.linkage"


@dataclass(frozen=True)
class Proposed:
    """`pairs`: account_left < account_right, probability and one column `agrees_<column>` (0 differ, higher nearer, -1
    not known); cached in the engine. `found`: how many they are; `prior`: probability that two accounts drawn at
    random are one person, which the model starts from."""

    pairs: ir.Table
    found: int
    prior: float


def require_splink() -> Any:
    """Splink, or an error that says how to get it.

    Raises:
        UserError: the extra is not installed.
    """
    try:
        import splink
    except ImportError as error:
        what = "linkage needs the extra package splink, which is not installed."
        mend = 'Run `pip install -c constraints.txt -e ".[linkage]"`, or leave linkage.compare empty.'
        raise UserError([Problem(_PLACE, what, mend)]) from error
    return splink


def propose(
    backend: Backend, identifiers: ir.Table, customers: ir.Table | None, settings: Linkage, pairs_linked: int
) -> Proposed:
    """Pairs of accounts that are one person with the probability that the engagement asks for, or more.

    Args:
        backend: the DuckDB of the load.
        identifiers: account, kind, value, in one spelling.
        customers: account and columns that describe customers.
        settings: what to compare, and from which probability on.
        pairs_linked: pairs that identifiers make one person; the prior rests on them.

    Raises:
        UserError: splink is not installed, a column is not there, or the columns bring too many accounts together.
    """
    require_splink()
    records = _records(identifiers, customers, settings.compare).cache()
    name = "accounts_to_link"
    backend.create_table(name, records, overwrite=True, temp=True)
    rows = int(records.count().to_pyarrow().as_py())
    blocks = _blocks(records, settings.compare)
    expected = (settings.expected_share or 0.0) * rows
    if not expected:
        alike = _pairs_of(records, settings.compare)
        expected = max(pairs_linked / RECALL, alike / EXACT, LEAST_SHARE * rows, 1.0)
    prior = expected / max(rows * (rows - 1) / 2, 1.0)
    with _quietly():
        predicted = _predict(backend, name, settings, blocks, min(prior, 0.5))
    flags = {f"agrees_{column}": predicted[f"gamma_{column}"] for column in settings.compare}
    pairs = predicted.select(
        account_left=ibis.least(predicted.unique_id_l, predicted.unique_id_r),
        account_right=ibis.greatest(predicted.unique_id_l, predicted.unique_id_r),
        probability=predicted.match_probability.round(4),
        **flags,
    ).cache()
    return Proposed(pairs, int(pairs.count().to_pyarrow().as_py()), prior)


def _records(identifiers: ir.Table, customers: ir.Table | None, compare: Sequence[str]) -> ir.Table:
    """unique_id and the columns to compare as text, one row an account; null for what is not known."""
    kinds = set(identifiers.kind.to_pyarrow().unique().to_pylist())
    described = set(customers.columns) - {"account"} if customers is not None else set()
    unknown = [name for name in compare if name not in described | kinds]
    if unknown:
        allowed = sorted(described | kinds)
        raise UserError([_unknown(name, allowed) for name in unknown])
    accounts = identifiers.select("account")
    if customers is not None:
        accounts = accounts.union(customers.select("account"))
    records = accounts.distinct().rename(unique_id="account").cache()
    if customers is not None:
        columns = [name for name in compare if name in described]
        texts = {name: customers[name].cast("string").strip().lower().nullif("") for name in columns}
        tidy = customers.select(unique_id="account", **texts)
        once = tidy.group_by("unique_id").aggregate(**{name: tidy[name].max() for name in columns}).cache()
        records = records.left_join(once, "unique_id").drop("unique_id_right").cache()
    for kind in (name for name in compare if name not in described):
        held = identifiers.filter((identifiers.kind == kind) & identifiers.value.notnull())
        first = held.group_by(unique_id=held.account).aggregate(**{kind: held.value.min()}).cache()
        records = records.left_join(first, "unique_id").drop("unique_id_right").cache()
    return records


def _unknown(name: str, allowed: list[str]) -> Problem:
    near = nearest(name, allowed)
    hint = f"Did you mean {near}?" if near else f"Allowed: {', '.join(allowed)}."
    return Problem(_PLACE, f"compare: no column of customers and no kind of identifier: {name!r}.", hint)


def _blocks(records: ir.Table, compare: Sequence[str]) -> list[tuple[str, ...]]:
    """Columns whose equality makes a pair worth comparing: single ones where few accounts share a value, else two."""
    chosen: list[tuple[str, ...]] = []
    for size in (1, 2, 3):
        for columns in combinations(compare, size):
            if any(set(block) <= set(columns) for block in chosen):
                continue
            if _pairs_of(records, columns) <= MOST_COMPARED:
                chosen.append(columns)
    apart = any(not set(one) & set(two) for one, two in combinations(chosen, 2))
    if not apart:
        what = "the columns in compare bring too many accounts together, or are too few to learn from."
        raise UserError(
            [Problem(_PLACE, what, "Compare more columns, for example a name, an e-mail, a year of birth.")]
        )
    return chosen


def _pairs_of(records: ir.Table, columns: Sequence[str]) -> int:
    """Pairs of accounts that are equal in these columns."""
    known = records.filter([records[name].notnull() for name in columns])
    sizes = known.group_by(list(columns)).aggregate(size=known.count())
    count = sizes["size"].cast("float64")
    return int((count * (count - 1) / 2).sum().to_pyarrow().as_py() or 0)


def _predict(
    backend: Backend, name: str, settings: Linkage, blocks: Sequence[tuple[str, ...]], prior: float
) -> ir.Table:
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    model = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(column) for column in settings.compare],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in blocks],
        probability_two_random_records_match=prior,
    )
    linker = Linker(DuckDBAPI(connection=backend.con).register(name), model, log_level=50)
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED, seed=SEED)
    for block in _sessions(blocks):
        # What the identifiers show is the prior; from pairs that agree on the block, only agreement is learned.
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*block), fix_probability_two_random_records_match=True
        )
    predicted = linker.inference.predict(threshold_match_probability=settings.propose_from)
    table: ir.Table = backend.table(predicted.physical_name)
    return table


def _sessions(blocks: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Two blocks without a common column: what agrees by being chosen in one is learned in the other."""
    return list(next((one, two) for one, two in combinations(blocks, 2) if not set(one) & set(two)))


def _comparison(column: str) -> Any:
    import splink.comparison_library as library

    if column in _EXACT:
        return library.ExactMatch(column).configure(term_frequency_adjustments=True)
    if column in _SLIPS:
        return library.LevenshteinAtThresholds(column, _SLIPS[column])
    return library.JaroWinklerAtThresholds(column, [_NEAR]).configure(term_frequency_adjustments=True)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Splink tells what it does at length, with values in it."""
    import logging

    names = [name for name in logging.root.manager.loggerDict if name.startswith("splink")] + ["splink"]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
