#!/usr/bin/python3
"""Computes every table and test of doc/experiments.md anew from the files beside this one, with NumPy and SciPy and
without the library. Debian: python3-scipy.

    python3 tables.py           prints them, and the parts of sentences that have numbers from these files
    python3 tables.py --check   fails where ../experiments.md lacks one of them, or has a line of a table that is not one
"""
import collections
import csv
import itertools
import math
import os
import sys

try:
    import numpy as np
    from scipy import optimize, stats
except ImportError as error:
    sys.exit(f"tables.py: {error}; NumPy and SciPy are needed (Debian: python3-scipy)")

HERE = os.path.dirname(os.path.abspath(__file__))
lines, sentences = [], []


def read(name):
    with open(os.path.join(HERE, name), newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def put(*cells):
    lines.append("| " + " | ".join(cells) + " |")


def say(text, *numbers):
    """A part of a sentence of the page, with the numbers that it has there."""
    sentences.append(text.format(*numbers))


def begin(title, *headings):
    lines.append("\n# " + title + "\n")
    put(*headings)
    put(*["---"] * len(headings))


def p_text(p):
    return f"{p:.2g}"


def rounded(value, digits):
    text = f"{value:.{digits}f}"
    return text[1:] if float(text) == 0 and text[0] == "-" else text


def spread(values, digits=1):
    """Mean and standard deviation in percent."""
    values = 100 * np.asarray(values)
    return f"{values.mean():.{digits}f} ± {values.std(ddof=1):.{digits}f}"


def holm(p):
    order = np.argsort(p)
    corrected = np.empty(len(p))
    worst = 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, (len(p) - rank) * p[i]))
        corrected[i] = worst
    return corrected


# ---- Tests ----

def auc(x, y):
    """The share of pairs in which x is larger, with Newcombe's interval (2006, method 5)."""
    n, m = len(x), len(y)
    share = stats.mannwhitneyu(x, y).statistic / (n * m)
    z, more = stats.norm.isf(0.025), (n + m) / 2 - 1

    def beyond(s):
        error = math.sqrt(s * (1 - s) * (1 + more * (1 - s) / (2 - s) + more * s / (1 + s)) / (n * m))
        return abs(s - share) - z * error

    low = optimize.brentq(beyond, 0, share) if share > 0 and beyond(1e-12) > 0 else 0.0
    high = optimize.brentq(beyond, share, 1) if share < 1 and beyond(1 - 1e-12) > 0 else 1.0
    return share, low, high


def rank_test(x, y):
    exact = max(len(x), len(y)) <= 8
    return stats.mannwhitneyu(x, y, method="exact" if exact else "asymptotic")


def signed_rank(x, y):
    """Wilcoxon's, exact: in how many ways signs give sums as far from the middle."""
    difference = np.asarray(x) - np.asarray(y)
    difference = difference[difference != 0]
    ranks = np.rint(2 * stats.rankdata(abs(difference))).astype(int)
    ways = np.zeros(ranks.sum() + 1)
    ways[0] = 1
    for rank in ranks:
        ways[rank:] = ways[rank:] / 2 + ways[:-rank] / 2
        ways[:rank] /= 2
    below = ranks[difference < 0].sum()
    return min(1.0, 2 * min(ways[: below + 1].sum(), ways[below:].sum()))


def alike(groups):
    """The intraclass correlation, of one-way analysis of variance (Shrout and Fleiss 1979, ICC(1)), and its interval."""
    sizes = np.array([len(g) for g in groups])
    everything = np.concatenate(groups)
    between = sum(len(g) * (np.mean(g) - everything.mean()) ** 2 for g in groups) / (len(groups) - 1)
    within = sum(((g - np.mean(g)) ** 2).sum() for g in groups) / (len(everything) - len(groups))
    size = (len(everything) - (sizes**2).sum() / len(everything)) / (len(groups) - 1)
    f, of_groups, of_rest = between / within, len(groups) - 1, len(everything) - len(groups)
    return tuple((ratio - 1) / (ratio + size - 1)
                 for ratio in (f, f / stats.f.isf(0.025, of_groups, of_rest), f * stats.f.isf(0.025, of_rest, of_groups)))


def welch_of(mean, deviation, count, other_mean, other_deviation, other_count):
    """The difference of two means, its interval of 95 %, and p."""
    a, b = deviation**2 / count, other_deviation**2 / other_count
    difference, error = mean - other_mean, math.sqrt(a + b)
    degrees = (a + b) ** 2 / (a**2 / (count - 1) + b**2 / (other_count - 1))
    wide = stats.t.isf(0.025, degrees) * error
    return difference, difference - wide, difference + wide, 2 * stats.t.sf(abs(difference) / error, degrees)


def welch(x, y):
    """The same of accuracies, in points."""
    x, y = 100 * np.asarray(x), 100 * np.asarray(y)
    return welch_of(x.mean(), x.std(ddof=1), len(x), y.mean(), y.std(ddof=1), len(y))


# ---- Figure 1 ----

def fields(rows, column_of):
    """Values of the fields whose class has samples: [kind, trained][seed][output], by the column of a draw."""
    values = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows:
        if row["class has samples"] != "1":
            continue
        for trained, column in column_of(row):
            value = float(row[column])
            if not math.isnan(value):
                values[row["kind"], trained][row["seed"]].append((row["output"], value))
    return values


COMPARISONS = (
    ("dense, trained against untrained", ("dense", 1), ("dense", 0)),
    ("sparse, trained against untrained", ("deep-r", 1), ("deep-r", 0)),
    ("fixed, trained against untrained", ("fixed", 1), ("fixed", 0)),
    ("fixed against sparse, both trained", ("fixed", 1), ("deep-r", 1)),
)


def compare(values, first, second):
    x = [dict(v) for v in values[first].values()]
    y = [dict(v) for v in values[second].values()]
    flat_x, flat_y = ([v for g in groups for v in g.values()] for groups in (x, y))
    found = {"n": len(flat_x), "m": len(flat_y), "means": (np.mean(flat_x), np.mean(flat_y))}
    test = rank_test(flat_x, flat_y)
    found.update(u=test.statistic, p=test.pvalue, auc=auc(flat_x, flat_y))
    found["alike"] = tuple(alike([np.array(list(g.values())) for g in groups]) for groups in (x, y))
    of_networks = [[np.mean(list(g.values())) for g in groups] for groups in (x, y)]
    pairs = [(a[o], b[o]) for a, b in zip(x, y) for o in a if o in b]
    found["paired"] = signed_rank(*zip(*pairs)) if first[0] == second[0] else math.nan
    found.update(network=signed_rank(*of_networks), network_t=stats.ttest_rel(*of_networks).pvalue)
    return found


def figure_1(title, draws):
    begin(title, "", "mean I", "n", "U", "AUC (95 %)", "p", "corrected", "in pairs, corrected", "alike", "by network",
          "by network, t")
    found = [[compare(values, *c[1:]) for values in draws] for c in COMPARISONS]
    median = [np.median([f["p"] for f in of]) for of in found]
    paired = [np.median([f["paired"] for f in of]) for of in found]
    corrected, of_pairs = holm(median), list(holm(paired[:3])) + [math.nan]
    for i, (comparison, of) in enumerate(zip(COMPARISONS, found)):
        first, several = of[0], len(of) > 1
        p = p_text(median[i])
        if several:
            p += f" ({p_text(min(f['p'] for f in of))} to {p_text(max(f['p'] for f in of))})"
        share = [np.median([f["auc"][k] for f in of]) for k in range(3)]
        put(comparison[0], " and ".join(rounded(mean, 3) for mean in first["means"]), f"{first['n']} and {first['m']}",
            f"{first['u']:.0f}", "{:.2f} ({:.2f} to {:.2f})".format(*share), p, p_text(corrected[i]),
            "" if math.isnan(of_pairs[i]) else p_text(of_pairs[i]), " and ".join("{} ({} to {})".format(*(rounded(k, 2) for k in one)) for one in first["alike"]),
            p_text(first["network"]), p_text(first["network_t"]))
        first["auc_median"] = share[0]
    return [of[0] for of in found]


def figure_1_of(name, data):
    natural = fields(read(f"{data}-moran.tsv"), lambda row: ((0, "untrained I"), (1, "trained I")))
    found = figure_1(f"{name}: rows in the order of the channels", [natural])
    rows = read(f"{data}-draws.tsv")
    columns = [column for column in rows[0] if column.startswith("draw ")]
    return found, figure_1(f"{name}: as in the paper",
                           [fields(rows, lambda row, c=column: ((int(row["trained"]), c),)) for column in columns])


def figure_1_in_words(digits, fsdd):
    """Of each set: the first draw's findings with rows in their order, and as in the paper the medians of AUC."""
    every = [f for of_set in (digits, fsdd) for of in of_set for f in of]
    say("intervals that reach to {:.2f}", max(one[2] for f in every for one in f["alike"]))
    say("cannot be below {} with five pairs", p_text(2 / 2**5))
    say("With rows in their order AUCs are {:.2f}", min(of[0][0]["auc"][0] for of in (digits, fsdd)))
    say("as in the paper they are {:.3f} and {:.3f}", *(of[1][0]["auc_median"] for of in (digits, fsdd)))
    say("By network t is {} and {} with rows in their order", *(p_text(of[0][2]["network_t"]) for of in (digits, fsdd)))
    say("it is {} on the made digits, where nothing was detected, and {} on FSDD",
        *(p_text(of[1][2]["network_t"]) for of in (digits, fsdd)))
    say("intervals reach to AUCs of {:.2f}", fsdd[0][3]["auc"][1])
    say("t is {} there with rows in their order", p_text(fsdd[0][3]["network_t"]))
    say("Wilcoxon's test of the same five pairs has {}", p_text(fsdd[0][3]["network"]))
    if max(of[k][1]["network_t"] for of in (digits, fsdd) for k in (0, 1)) < 0.02:
        say("By network t is below 0.02 in all four tables")


def the_paper():
    """What it reports on the Raw Heidelberg Digits: U of 60 fields against 60, and p."""
    begin("The paper", "the paper, on RawHD", "U", "AUC", "p")
    for comparison, u, p in zip((COMPARISONS[0], COMPARISONS[1], COMPARISONS[3]), (3598, 3169, 166.5),
                                ("3.9e-21", "6.7e-13", "1.0e-17")):
        put(comparison[0], f"{u:g}", f"{u / 3600:.3f}", p)


def accuracies_of_fields():
    rows = read("fields-runs.tsv")
    begin("Accuracies of the networks of figure 1", "", "made digits", "FSDD")
    for kind, name in (("dense", "dense"), ("deep-r", "sparse"), ("fixed", "fixed")):
        of = [[float(r["last"]) for r in rows if r["kind"] == kind and r["data"] == data] for data in ("digits", "fsdd")]
        put(name, *(", ".join(f"{100 * a:.1f}" for a in one) + f"; mean {100 * np.mean(one):.1f}" for one in of))


# ---- Figure 3 ----

def percent(sparsity):
    return f"{100 * float(sparsity):.6g}"


def put_differences(title, tests, found):
    begin(title, "", "sparsity (%)", "difference (95 %)", "p", "corrected")
    for (a, b, sparsity), (difference, low, high, p), corrected in zip(tests, found, holm([f[3] for f in found])):
        put(f"{a} minus {b}", percent(sparsity),
            f"{rounded(difference, 1)} ({rounded(low, 1)} to {rounded(high, 1)})", p_text(p), p_text(corrected))


MODELS_OF_FIGURE_3 = {"both": "both learned", "structure": "structure learned", "delays": "delays learned",
                      "neither": "neither"}
CONTROLS = ("delays+dale+paths", "neither+dale+paths")


def ablation():
    """Test accuracies after the last epoch, by model and sparsity, and how many outputs had no path then."""
    last, unreached = collections.defaultdict(list), collections.defaultdict(list)
    for row in read("ablation.tsv"):
        last[row["model"], row["sparsity"]].append(float(row["last_test_accuracy"]))
        unreached[row["model"], row["sparsity"]].append(int(row["unreached"]))
    return last, unreached


def sparsities_of(last, model):
    return sorted((s for m, s in last if m == model), key=float)


def compare_models(title, last, pairs, sparsities):
    """There is no test where all runs of both have the same accuracy."""
    tests = [(a, b, s) for a, b in pairs for s in sparsities if len(set(last[a, s] + last[b, s])) > 1]
    found = {test: welch(last[test[0], test[2]], last[test[1], test[2]]) for test in tests}
    put_differences(title, tests, list(found.values()))
    return found


def figure_3():
    last, unreached = ablation()
    sparsities = sparsities_of(last, "both")
    say("{} runs", sum(len(last[m, s]) for m in MODELS_OF_FIGURE_3 for s in sparsities))
    begin("Figure 3", "sparsity (%)", "synapses", *MODELS_OF_FIGURE_3.values())
    for sparsity in sparsities:
        put(percent(sparsity), f"{15360 * (1 - float(sparsity)):,.0f}",
            *(spread(last[model, sparsity]) for model in MODELS_OF_FIGURE_3))
    found = compare_models("Figure 3: learned delays, and learned structure", last,
                           (("both", "structure"), ("delays", "neither"), ("both", "delays"), ("structure", "neither")),
                           sparsities)
    of_controls = controls(last, unreached)
    figure_3_in_words(last, unreached, {**found, **of_controls})


def controls(last, unreached):
    sparsities = sparsities_of(last, CONTROLS[0])
    begin("Controls", "sparsity (%)", *CONTROLS)
    for sparsity in sparsities:
        put(percent(sparsity), *(spread(last[model, sparsity]) for model in CONTROLS))
    every = (*MODELS_OF_FIGURE_3, *CONTROLS)
    begin("Unreached", "sparsity (%)", *every)
    for sparsity in sparsities:
        put(percent(sparsity), *(", ".join(str(n) for n in unreached[model, sparsity]) for model in every))
    return compare_models("Controls: differences", last,
                          (("both", "delays+dale+paths"), ("structure", "neither+dale+paths"),
                           ("delays+dale+paths", "neither+dale+paths"), ("neither", "neither+dale+paths")), sparsities)


def figure_3_in_words(last, unreached, found):
    low, high, highest = "0.875", "0.984375", "0.99609375"
    mean = {of: 100 * np.mean(values) for of, values in last.items()}
    say("at 98.4 % it is {:.0f} and {:.0f} points, at 99.6 % {:.0f} and {:.0f}",
        *(found[a, b, s][0] for s in (high, highest) for a, b in (("both", "delays"), ("structure", "neither"))))
    say("come to {:.0f} and {:.0f} % at 98.4 % and to {:.0f} % at 99.6 %", mean["delays+dale+paths", high],
        mean["neither+dale+paths", high], mean["delays+dale+paths", highest])
    without = [n for m in ("both", "structure") for n in unreached[m, highest]]
    say("leave {} to {} of 20 outputs without a path at 99.6 %", min(without), max(without))
    say("Dale's law takes {:.0f} points", found["neither", "neither+dale+paths", low][0])
    say("is {:.0f} and {:.0f} points higher", found["both", "delays+dale+paths", low][0],
        found["structure", "neither+dale+paths", low][0])
    say("with Dale's law at 87.5 %, by {:.1f} points", found["delays+dale+paths", "neither+dale+paths", low][0])
    more = "0.9375"
    say("At 94 % it is {:.0f} and {:.0f} points", found["both", "delays", more][0], found["structure", "neither", more][0])
    say("intervals reach up to {:.0f} points", max(found[a, b, s][2] for a, b in (("both", "delays"),
                                                                                ("structure", "neither"))
                                                   for s in ("0.5", "0.75", low)))
    say("seen at 87.5 and 94 %, by {:.1f} and {:.1f} points", *(found["delays", "neither", s][0] for s in (low, more)))
    say("they help there about as much, by {:.1f} and {:.1f} points", *(found["both", "structure", s][0]
                                                                        for s in (low, more)))
    elsewhere = [found["both", "structure", s][0] for s in sparsities_of(last, "both") if s not in (low, more)]
    say("at every other sparsity as well, by {:.1f} to {:.1f} points", min(elsewhere), max(elsewhere))
    say("come to {:.0f} % and less", max(mean[m, s] for m in ("delays", "neither")
                                         for s in sparsities_of(last, m) if float(s) >= float(high)))


# ---- Perturbations ----

def perturbations():
    rows = read("perturbations.tsv")
    runs = list(dict.fromkeys(r["run"] for r in rows))
    begin("Perturbations", "perturbation", "level", "draws of each network", *(f"{run}" for run in runs), "mean")
    left = {}
    kinds = dict.fromkeys((r["perturbation"], r["level"]) for r in rows)
    for kind, level in kinds:
        of = {run: [int(r["correct"]) / int(r["n"]) for r in rows
                    if r["run"] == run and (r["perturbation"], r["level"]) == (kind, level)] for run in runs}
        left[kind, level] = 100 * np.mean([np.mean(of[run]) for run in runs])
        put(kind, level, str(len(of[runs[0]])), *(f"{100 * np.mean(of[run]):.1f}" for run in runs),
            f"{left[kind, level]:.1f}")
    say("{:.1f} % are left of {:.1f} %, and {:.1f} % if they change places among synapses of the same sign only",
        left["shuffle-delays", "neuron:1"], left["none", "-"], left["shuffle-delays", "sign:1"])
    say("with a deviation of one step {:.1f} % are left, with one of four steps {:.1f} %", left["jitter", "1"],
        left["jitter", "4"])
    say("accuracy (%) on {:,} test samples", int(rows[0]["n"]))


# ---- Other neurons ----

MODELS = {"paper": "paper", "update-first": "update first", "axonal": "axonal", "learned-tau": "learned tau",
          "adaptive": "adaptive"}


def neurons():
    rows = read("neurons.tsv")
    of = collections.defaultdict(list)
    for row in rows:
        of[row["data"], row["structure"], row["model"]].append(row)

    def mean(some, column):
        return np.mean([float(r[column]) for r in some])

    for data, name in (("digits", "made digits"), ("fsdd", "FSDD")):
        begin(f"Neurons on {name}", name, "accuracy", "parameters", "accumulations", "multiplications", "seconds")
        for structure, model in itertools.product(("dense", "sparse"), MODELS):
            some = of[data, structure, model]
            put(f"{MODELS[model]}, {structure}", spread([float(r["accuracy"]) for r in some]),
                *(f"{round(mean(some, c)):,}" for c in ("parameters", "accumulations", "multiplications")),
                f"{mean(some, 'seconds'):.0f}")
    tests = [(data, structure, model) for data, structure in itertools.product(("digits", "fsdd"), ("dense", "sparse"))
             for model in list(MODELS)[1:]]
    found = [welch(*([float(r["accuracy"]) for r in of[d, s, which]] for which in (m, "paper"))) for d, s, m in tests]
    begin("Neurons minus the paper's", "", "difference (95 %)", "p", "corrected")
    for (data, structure, model), (difference, low, high, p), corrected in zip(tests, found,
                                                                              holm([f[3] for f in found])):
        put(f"{'made digits' if data == 'digits' else 'FSDD'}, {structure}: {MODELS[model]}",
            f"{rounded(difference, 1)} ({rounded(low, 1)} to {rounded(high, 1)})", p_text(p), p_text(corrected))


def words():
    rows = read("words.tsv")
    begin("Made words", "noise", "train (%)", "validation (%)", "test (%)", "test at the best validation (%)", "seconds")
    test = {}
    for noise in dict.fromkeys(r["noise"] for r in rows):
        of = [r for r in rows if r["noise"] == noise]
        test[noise] = [float(r["test"]) for r in of]
        put(noise, *(spread([float(r[c]) for r in of]) for c in ("train", "validation", "test", "test_of_best")),
            f"{np.mean([float(r['seconds']) for r in of]):.0f}")
    difference, low, high, p = welch(test["0.5"], test["0"])
    begin("Noise minus none", "difference (95 %)", "p")
    put(f"{rounded(difference, 1)} ({rounded(low, 1)} to {rounded(high, 1)})", p_text(p))


def events():
    rows = read("events.tsv")
    published = {"shd": "95.1 at best, 93.8 ± 0.7", "ssc": "80.7"}
    begin("Events", "", "after the last epoch", "mean", "where validation was best", "published for the real set",
          "measured here on it")
    for recipe, name in (("shd", "`shd` on made digits"), ("ssc", "`ssc` on made words")):
        of = [r for r in rows if r["recipe"] == recipe]
        last = [float(r["test_accuracy"]) for r in of]
        best = [float(r["test_at_best"]) for r in of]
        put(name, ", ".join(f"{100 * a:.1f}" for a in last), spread(last),
            "there is no set to validate" if math.isnan(best[0]) else ", ".join(f"{100 * a:.1f}" for a in best),
            published[recipe], "not measured here")
    minutes = [float(r["seconds"]) / 60 for r in rows]
    words_for = "no one two three four five six seven eight nine ten".split()
    say("A run took {} to {} minutes", words_for[round(min(minutes))], words_for[round(max(minutes))])
    say("its best accuracies are {} %", ", ".join(f"{100 * float(r['best_validation']):.1f}" for r in rows
                                                  if r["recipe"] == "ssc"))


def pytorch():
    rows = read("pytorch.tsv")
    begin("Beside PyTorch", "", "accuracy (%)", "mean")
    of = {who: [float(r["accuracy"]) for r in rows if r["who"] == who] for who in ("library", "pytorch")}
    for who, name in (("library", "dense"), ("pytorch", "dense, in PyTorch")):
        put(name, ", ".join(f"{100 * a:.1f}" for a in of[who]), f"{100 * np.mean(of[who]):.1f}")
    difference, low, high, p = welch(of["library"], of["pytorch"])
    begin("Library minus PyTorch", "difference (95 %)", "p")
    put(f"{rounded(difference, 1)} ({rounded(low, 1)} to {rounded(high, 1)})", p_text(p))


def main():
    figure_1_in_words(figure_1_of("Made digits", "digits"), figure_1_of("FSDD", "fsdd"))
    the_paper()
    accuracies_of_fields()
    figure_3()
    perturbations()
    neurons()
    words()
    events()
    pytorch()
    if sys.argv[1:] != ["--check"]:
        print("\n".join(lines + ["\n# In sentences\n"] + sentences))
        return 0
    with open(os.path.join(HERE, "..", "experiments.md"), encoding="utf-8") as file:
        page = file.read().splitlines()
    text = " ".join(" ".join(page).split())
    wrong = ["not in experiments.md: " + line for line in lines if line.startswith("| ") and line not in page]
    wrong += ["not in a sentence of experiments.md: " + part for part in sentences if part not in text]
    wrong += ["not computed from the files: " + line for line in page if line.startswith("|") and line not in lines]
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
