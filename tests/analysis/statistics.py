#!/usr/bin/python3
"""Writes statistics.json beside itself: what SciPy says of tests and intervals, and where it has none, their formulas
from the literature in NumPy's double precision, or all permutations one by one. Debian: python3-scipy, python3-mpmath.

    /usr/bin/python3 tests/analysis/statistics.py
"""
import itertools
import json
import math
import os
import warnings

import mpmath
import numpy as np
import scipy
from scipy import optimize, stats

mpmath.mp.dps = 30
random = np.random.default_rng(16)
SIDES = ("two-sided", "less", "greater")


def numbers(array):
    return [float(v) for v in np.ravel(array)]


# ---- tails ----

def tail_of_t(t, n):
    """SciPy's tails and their inverses are right to nine digits at times; here all are."""
    share = mpmath.betainc(mpmath.mpf(n) / 2, 0.5, 0, n / (n + mpmath.mpf(t) ** 2), regularized=True) / 2
    tail = share if t >= 0 else 1 - share
    np.testing.assert_allclose(float(tail), stats.t.sf(float(t), n), rtol=1e-9)
    return tail


def tail_of_f(f, n, m):
    tail = mpmath.betainc(mpmath.mpf(m) / 2, mpmath.mpf(n) / 2, 0, m / (m + n * mpmath.mpf(f)), regularized=True)
    np.testing.assert_allclose(float(tail), stats.f.sf(float(f), n, m), rtol=1e-9)
    return tail


def log10(tail):
    return float(mpmath.log10(tail))


def critical_t(q, n):
    return float(mpmath.findroot(lambda t: tail_of_t(t, n) - q, stats.t.isf(q, n)))


def critical_f(q, n, m):
    return float(mpmath.findroot(lambda f: tail_of_f(f, n, m) - q, stats.f.isf(q, n, m)))


def tails():
    rows = []
    for z in (-3.0, 0.0, 0.5, 1.96, 8.0, 30.0, 37.0):
        rows.append({"of": "normal", "at": z, "a": 0, "b": 0, "log10": stats.norm.logsf(z) / math.log(10)})
    for n in (1, 1.7, 2, 5, 31.5, 400, 1e5):
        for t in (-2.5, 0.0, 0.3, 2.0, 12.0, 60.0):
            if stats.t.sf(t, n) > 1e-290:
                rows.append({"of": "t", "at": t, "a": 0, "b": n, "log10": log10(tail_of_t(t, n))})
    for n, m in ((1, 1), (2, 7), (19, 40), (3, 1000), (500, 700), (1, 3e4)):
        for f in (0.01, 0.6, 1.0, 1.7, 9.0):
            if 1e-290 < stats.f.sf(f, n, m) < 1:
                rows.append({"of": "f", "at": f, "a": n, "b": m, "log10": log10(tail_of_f(f, n, m))})
    return rows


def criticals():
    rows = [{"of": "normal", "tail": q, "a": 0, "b": 0, "at": stats.norm.isf(q)} for q in (0.4, 0.025, 0.005, 1e-9)]
    rows += [{"of": "t", "tail": q, "a": 0, "b": n, "at": critical_t(q, n)}
             for q in (0.4, 0.025, 1e-4) for n in (1, 2.3, 9, 118, 1e4)]
    rows += [{"of": "f", "tail": q, "a": n, "b": m, "at": critical_f(q, n, m)}
             for q in (0.975, 0.5, 0.025, 1e-4) for n, m in ((1, 4), (2, 57), (19, 40), (300, 200))]
    return rows


# ---- Moran's I ----

def weights(rows, columns, queen):
    w = np.zeros((rows * columns, rows * columns))
    for a in range(rows * columns):
        for b in range(rows * columns):
            down, right = abs(a // columns - b // columns), abs(a % columns - b % columns)
            w[a, b] = max(down, right) == 1 if queen else down + right == 1
    return w


def index(grid, w):
    z = np.ravel(grid) - np.mean(grid)
    return len(z) / w.sum() * (z @ w @ z) / (z @ z)


def of_all_cells(grid, w):
    """Expectation and variance under randomization (Cliff and Ord 1981)."""
    z = np.ravel(grid) - np.mean(grid)
    n, s0 = len(z), w.sum()
    s1 = ((w + w.T) ** 2).sum() / 2
    s2 = ((w.sum(0) + w.sum(1)) ** 2).sum()
    k = (z ** 4).mean() / (z ** 2).mean() ** 2
    expected = -1 / (n - 1)
    above = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0 ** 2) - k * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0 ** 2)
    return expected, above / ((n - 1) * (n - 2) * (n - 3) * s0 ** 2) - expected ** 2


def moran():
    cases = []
    for rows, columns, queen, kind in ((5, 4, 1, "any"), (6, 3, 0, "any"), (4, 7, 1, "spikes"), (2, 4, 1, "any"),
                                       (3, 5, 0, "any"), (1, 7, 1, "any"), (7, 1, 0, "any"), (2, 3, 1, "any"),
                                       (1, 3, 0, "any"), (1, 2, 1, "any"), (6, 9, 1, "slope")):
        grid = random.normal(size=(rows, columns))
        if kind == "spikes":
            grid = np.where(random.random((rows, columns)) < 0.2, 1e3, 0.0) + 1e5
        if kind == "slope":
            grid += np.arange(rows)[:, None]
        w = weights(rows, columns, queen)
        moved = [index(grid[list(order)], w) for order in itertools.permutations(range(rows))]
        at = index(grid, w)
        case = {"rows": rows, "columns": columns, "queen": queen, "grid": numbers(grid), "index": at,
                "rows_expected": np.mean(moved), "rows_variance": np.var(moved) if rows > 2 else 0.0,
                "rows_share": float(np.mean(np.array(moved) >= at - 1e-12))}
        n = rows * columns
        if n <= 8:
            moved = [index(np.ravel(grid)[list(order)], w) for order in itertools.permutations(range(n))]
            expected, variance = np.mean(moved), np.var(moved)
            if n > 3:
                np.testing.assert_allclose((expected, variance), of_all_cells(grid, w), rtol=1e-9)
        else:
            expected, variance = of_all_cells(grid, w)
        case.update(cells_expected=expected, cells_variance=variance if variance > 1e-25 else 0.0)
        cases.append(case)
    return cases


# ---- pairs ----

def flips(d, side):
    """All signs of all differences, one by one."""
    ranks = stats.rankdata(np.abs(d))
    return stats.permutation_test((d,), lambda v, axis: (ranks * (v > 0)).sum(axis), vectorized=True,
                                  permutation_type="samples", n_resamples=np.inf, alternative=side).pvalue


def signed_ranks():
    cases = []

    def add(x, y, exact, p_of):
        d = np.asarray(x) - np.asarray(y)
        d = d[d != 0]
        ranks = stats.rankdata(np.abs(d))
        for side in SIDES:
            p = p_of(d, side)
            if p is not None:
                cases.append({"x": numbers(x), "y": numbers(y), "alternative": side, "exact": exact,
                              "positive": ranks[d > 0].sum(), "negative": ranks[d < 0].sum(), "p": p})

    def scipy_exact(d, side):
        return stats.wilcoxon(d, alternative=side, mode="exact").pvalue

    def scipy_normal(d, side):
        """SciPy corrects for continuity towards the mean, which is the tail's only where the tail is the smaller."""
        ranks = stats.rankdata(np.abs(d))
        larger = ranks[d > 0].sum() > ranks[d < 0].sum()
        if side != "two-sided" and larger != (side == "greater"):
            return None
        return stats.wilcoxon(d, alternative=side, mode="approx", correction=True).pvalue

    for n in (1, 2, 5, 11, 20, 48):
        y = random.normal(size=n)
        add(y + random.normal(0.4, 1, size=n), y, 1, scipy_exact)
    for n in (3, 7, 12):  # ties and zeros
        x = random.integers(0, 5, size=n).astype(float)
        y = random.integers(0, 4, size=n).astype(float)
        x[0], y[0] = 3, 1
        add(x, y, 1, flips)
    for n in (230, 260):
        y = np.round(random.normal(size=n), 1)
        add(y + np.round(random.normal(0.15, 1, size=n), 1), y, 0, scipy_normal)
    return cases


# ---- intervals ----

def auc():
    cases = []

    def newcombe(estimate, n, m, z):
        more = (n + m) / 2 - 1

        def error(s):
            return math.sqrt(s * (1 - s) * (1 + more * (1 - s) / (2 - s) + more * s / (1 + s)) / (n * m))

        def end(to):
            if estimate == to:
                return float(to)
            inside, outside = (1 - 1e-9) * estimate + 1e-9 * to, (1 - 1e-15) * to + 1e-15 * estimate
            return optimize.brentq(lambda s: abs(s - estimate) - z * error(s), inside, outside, xtol=1e-15)

        return end(0), end(1)

    for n, m, shift, digits in ((60, 60, 0.5, 9), (5, 9, -1.0, 9), (40, 33, 0.2, 0), (3, 3, 99.0, 9), (1, 4, 0.3, 9),
                                (60, 60, 3.5, 1)):
        x, y = np.round(random.normal(shift, 1, n), digits), np.round(random.normal(size=m), digits)
        estimate = stats.mannwhitneyu(x, y).statistic / (n * m)
        for level in (0.95, 0.8):
            low, high = newcombe(estimate, n, m, stats.norm.isf((1 - level) / 2))
            cases.append({"x": numbers(x), "y": numbers(y), "level": level, "estimate": estimate, "low": low,
                          "high": high})
    return cases


def proportion():
    cases = []
    for hits, trials in ((0, 1), (1, 1), (0, 20), (20, 20), (81, 263), (1, 29), (1853, 2000), (2263, 2264),
                         (123456789, 987654321)):
        for level in (0.95, 0.99):
            ci = stats.binomtest(hits, trials).proportion_ci(level, method="wilson")
            cases.append({"hits": hits, "trials": trials, "level": level, "low": ci.low, "high": ci.high})
    return cases


def welch():
    cases = []
    for n, m, shift, scale in ((3, 3, 0.5, 1), (2, 2, 3, 0.1), (5, 40, -0.4, 2), (60, 60, 4, 1), (2, 300, 0, 50)):
        x, y = random.normal(shift, scale, n) + 10, random.normal(size=m) + 10
        for side in SIDES:
            test = stats.ttest_ind(x, y, equal_var=False, alternative=side)
            a, b = x.var(ddof=1) / n, y.var(ddof=1) / m
            degrees = (a + b) ** 2 / (a * a / (n - 1) + b * b / (m - 1))
            half = critical_t(0.05, degrees) * math.sqrt(a + b)
            difference = x.mean() - y.mean()
            cases.append({"x": numbers(x), "y": numbers(y), "alternative": side, "level": 0.9, "t": test.statistic,
                          "p": test.pvalue, "degrees": degrees, "low": difference - half, "high": difference + half})
    return cases


def intraclass():
    cases = []
    for sizes, apart in (([20, 20, 20], 0.0), ([20, 20, 20], 1.5), ([4, 4, 4, 4, 4, 4], 1.0), ([1, 2, 5, 3], 0.7),
                         ([2, 2], 0.0), ([1, 1, 1, 2], 0.5)):
        groups = [random.normal(apart * random.normal(), 1, n) for n in sizes]
        values, k = np.concatenate(groups), len(groups)
        total = len(values)
        between = sum(len(g) * (g.mean() - values.mean()) ** 2 for g in groups) / (k - 1)
        within = sum(((g - g.mean()) ** 2).sum() for g in groups) / (total - k)
        size = (total - sum(n * n for n in sizes) / total) / (k - 1)
        f, p = stats.f_oneway(*groups)
        np.testing.assert_allclose(f, between / within)

        def of(f):
            return (f - 1) / (f + size - 1)

        cases.append({"values": numbers(values), "sizes": sizes, "level": 0.95, "between": between, "within": within,
                      "f": f, "p": p, "group_size": size, "correlation": of(f),
                      "low": of(f / critical_f(0.025, k - 1, total - k)),
                      "high": of(f / critical_f(0.975, k - 1, total - k))})
    return cases


# ---- corrections ----

def correction():
    cases = []
    for p in (random.random(9) ** 3, np.array([0.02]), np.array([0.04, 0.01, 0.04, 1.0, 0.0, 0.01]), random.random(30)):
        n, order = len(p), np.argsort(p, kind="stable")
        holm, hochberg = np.empty(n), np.empty(n)
        holm[order] = np.minimum(1, np.maximum.accumulate((n - np.arange(n)) * p[order]))
        hochberg[order] = np.minimum(1, np.minimum.accumulate((n / (1 + np.arange(n)) * p[order])[::-1])[::-1])
        cases.append({"p": numbers(p), "holm": numbers(holm), "benjamini_hochberg": numbers(hochberg)})
    return cases


def main():
    warnings.simplefilter("error", RuntimeWarning)
    made = {"scipy": scipy.__version__}
    for part in (tails, criticals, moran, signed_ranks, auc, proportion, welch, intraclass, correction):
        made[part.__name__] = part()
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "statistics.json")
    with open(path, "w", encoding="ascii") as file:
        lines = [f' "{name}": ' + (json.dumps(rows) if isinstance(rows, str) else
                                   "[\n  " + ",\n  ".join(json.dumps(row) for row in rows) + "]")
                 for name, rows in made.items()]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
