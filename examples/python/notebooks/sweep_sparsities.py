# %% [markdown]
# # How many synapses does it take?
#
# The same network at several sparsities, by DEEP R and with masks that stay, three seeds each. Four rhythms, each with
# a time of its own between two pulses, are told apart. Networks as small as this one are done sooner by one thread.

# %%
import numpy as np

import snndelay

INTERVALS = (3, 7, 11, 15)
draw = np.random.default_rng(0)
y = np.arange(384) % len(INTERVALS)
x = np.zeros((384, 40, 4), np.float32)
for n, label in enumerate(y):
    begin = draw.integers(20)
    x[n, begin, :2] = x[n, begin + INTERVALS[label], 2:] = 8
x += draw.poisson(0.005, x.shape)
data = snndelay.Dataset(x, y, context=snndelay.Context(threads=1))


def accuracy(rule, sparsity, seed, epochs=40):
    """Accuracy on samples that were not trained on, and how many synapses there are."""
    train, test = data.split(0.75, seed=seed)
    net = snndelay.Network(4, context=data.context)
    net.add_delays(64)
    net.add_batch_norm()
    net.add_lif()
    net.add_delays(len(INTERVALS))
    net.add_leaky_integrator()
    net.initialize(seed)
    controller = rule(net, sparsity=sparsity, seed=seed) if sparsity else None
    trainer = snndelay.Trainer(net, epochs=epochs, batch=32, seed=seed, sparsity=controller)
    for _ in trainer.run(train):
        pass
    return trainer.evaluate(test).accuracy, net.active


# %%
table = {}
for rule in (snndelay.DeepR, snndelay.FixedMask):
    for sparsity in (0, 0.5, 0.75, 0.875) if rule is snndelay.DeepR else (0.5, 0.75, 0.875):
        found = [accuracy(rule, sparsity, seed) for seed in range(3)]
        table[rule.__name__, sparsity] = [share for share, _ in found]
        summary = snndelay.summarize(table[rule.__name__, sparsity])
        print(f"{rule.__name__:10} {100 * sparsity:5.1f} % absent, {found[0][1]:4} synapses: "
              f"{100 * summary.mean:5.1f} % right, +- {100 * summary.deviation:.1f}")

# %% [markdown]
# Three seeds are few: an interval for the difference says how much they show.

# %%
one, other = table["DeepR", 0.875], table["FixedMask", 0.875]
if len(set(one)) > 1 or len(set(other)) > 1:
    test = snndelay.welch(one, other)
    print(f"DEEP R less fixed masks: {100 * test.difference:.1f} %, "
          f"95 % interval {100 * test.low:.1f} to {100 * test.high:.1f}")
else:
    print("all runs of a rule ended alike: there is nothing to compare")
