"""Statistics for what a network has learned. Arrays are float64; errors are those of the thread's own context."""

from __future__ import annotations

import ctypes as c
from typing import Any, Iterable, Optional

import numpy as np

from ._context import context_or_default
from ._library import Numbers, Result, Word, array_of, options, pointer, result, structure, value_of, whole


def _values(values, name, dimensions=1):
    return array_of(values, np.float64, name, dimensions)


def _call(name, *arguments):
    context = context_or_default(None)
    context._call(name, *arguments)


def summarize(values: Numbers) -> Result:
    """Summarizes values [count]. The result has count, mean, deviation, least, lower_quartile, median, upper_quartile
    and largest."""
    values, made = _values(values, "values"), structure("snnd_summary")
    _call("snnd_summarize", pointer(values), len(values), c.byref(made))
    return result(made)


def histogram(values: Numbers, low: float, high: float, bins: int) -> np.ndarray:
    """Counts values [count] in equal bins from `low` to `high`, and returns int64 [bins]."""
    values, counts = _values(values, "values"), np.empty(max(whole(bins, "bins"), 1), np.int64)
    _call("snnd_histogram", pointer(values), len(values), low, high, bins, pointer(counts))
    return counts


def moran(grid: Numbers, neighbours: Word = "queen") -> float:
    """Returns Moran's I of a grid [rows, columns]; neighbours are "queen" or "rook"."""
    grid, found = _values(grid, "grid", 2), c.c_double()
    _call("snnd_moran", pointer(grid), *grid.shape, value_of("snnd_neighbours", neighbours), c.byref(found))
    return found.value


def _moran_options(given, rows):
    orders = given.pop("orders", None)
    if orders is not None:
        orders = array_of(orders, np.int32, "orders", 2)
        if orders.shape[1] != rows:
            raise ValueError(f"orders have {orders.shape[1]} rows, and the grid {rows}")
        given.setdefault("permutations", len(orders))
        if given["permutations"] > len(orders):
            raise ValueError(f"there are {len(orders)} orders for {given['permutations']} permutations")
    made = options("snnd_moran_options", given)
    made.orders = pointer(orders)
    return made, orders


def moran_maximum(grid: Numbers, **given: Any) -> tuple[float, np.ndarray]:
    """Returns the largest Moran's I over orders of the rows of a grid [rows, columns], and that order, int32 [rows].
    The options are neighbours ("queen", "rook"), permutations (2000), seed (0), orders [permutations, rows] to be tried
    instead of drawn ones, and search (0), which is 1 if the best order is improved further."""
    grid, found = _values(grid, "grid", 2), c.c_double()
    made, _held = _moran_options(given, len(grid))
    order = np.empty(len(grid), np.int32)
    _call("snnd_moran_maximum", pointer(grid), *grid.shape, c.byref(made), c.byref(found), pointer(order))
    return found.value, order


def moran_permuted(grid: Numbers, shuffle: Word = "rows", **given: Any) -> Result:
    """Tests Moran's I of a grid [rows, columns] against random orders of its "rows" or its "cells". The options are
    those of moran_maximum(). The result has index, expected, variance, z, permutations, as_large, p, and
    `distribution`, float64 [permutations]."""
    grid, test = _values(grid, "grid", 2), structure("snnd_moran_test")
    made, _held = _moran_options(given, len(grid))
    distribution = np.empty(max(made.permutations, 1))
    _call("snnd_moran_permuted", pointer(grid), *grid.shape, value_of("snnd_shuffle", shuffle), c.byref(made),
          c.byref(test), pointer(distribution))
    found = result(test)
    found.distribution = distribution
    return found


def _two(name, made, x, y, *arguments):
    x, y = _values(x, "x"), _values(y, "y")
    _call(name, pointer(x), len(x), pointer(y), len(y), *arguments, c.byref(made))
    return result(made)


def mann_whitney(x: Numbers, y: Numbers, alternative: Word = "two_sided") -> Result:
    """Makes Mann and Whitney's U test of x [count] against y [count]. The alternative is "two_sided", "less" or
    "greater". The result has u, p, log10_p and exact."""
    return _two("snnd_mann_whitney", structure("snnd_rank_test"), x, y, value_of("snnd_alternative", alternative))


def auc(x: Numbers, y: Numbers, level: float = 0.95) -> Result:
    """Returns the probability that one of x [count] is larger than one of y [count], with its interval. The result has
    estimate, low and high."""
    return _two("snnd_auc", structure("snnd_interval"), x, y, level)


def welch(x: Numbers, y: Numbers, alternative: Word = "two_sided", level: float = 0.95) -> Result:
    """Makes Welch's t test of x [count] against y [count]. The alternative is "two_sided", "less" or "greater". The
    result has t, degrees, p, log10_p, and the difference of the means with its interval, low to high."""
    return _two("snnd_welch", structure("snnd_t_test"), x, y, value_of("snnd_alternative", alternative), level)


def wilcoxon(x: Numbers, y: Optional[Numbers] = None, alternative: Word = "two_sided") -> Result:
    """Makes Wilcoxon's signed-rank test of the pairs x [count] and y [count], or of x about 0. The alternative is
    "two_sided", "less" or "greater". The result has positive, negative, effect, p, log10_p, pairs, equal and exact."""
    x, test = _values(x, "x"), structure("snnd_signed_rank_test")
    y = None if y is None else _values(y, "y")
    if y is not None and len(y) != len(x):
        raise ValueError(f"there are {len(x)} numbers in x, and {len(y)} in y")
    _call("snnd_wilcoxon", pointer(x), pointer(y), len(x), value_of("snnd_alternative", alternative), c.byref(test))
    return result(test)


def proportion(hits: int, trials: int, level: float = 0.95) -> Result:
    """Returns a share, such as an accuracy, with Wilson's interval. The result has estimate, low and high, 0 to 1."""
    made = structure("snnd_interval")
    _call("snnd_proportion", whole(hits, "hits", 64), whole(trials, "trials", 64), level, c.byref(made))
    return result(made)


def intraclass_correlation(groups: Iterable[Numbers], level: float = 0.95) -> Result:
    """Tells how alike values of one group are; `groups` is a sequence of arrays. The result has correlation, low, high,
    between, within, f, p and group_size."""
    groups = [_values(group, "a group") for group in groups]
    sizes, made = np.array([len(group) for group in groups], np.int32), structure("snnd_intraclass")
    values = np.concatenate(groups) if groups else np.empty(0)
    _call("snnd_intraclass_correlation", pointer(values), pointer(sizes), len(sizes), level, c.byref(made))
    return result(made)


def correct(p: Numbers, correction: Word = "holm") -> np.ndarray:
    """Corrects p [count] of several tests by "holm" or "benjamini_hochberg", and returns float64 [count]."""
    p = _values(p, "p")
    corrected = np.empty_like(p)
    _call("snnd_correct", pointer(p), len(p), value_of("snnd_correction", correction), pointer(corrected))
    return corrected
