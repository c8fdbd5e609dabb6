# %% [markdown]
# # Train a network, and look inside
#
# Two rhythms differ only in the time between two pulses. A network learns to tell them apart by its delays. The cells
# of this script are those of a notebook for editors that know `# %%`; as a program it writes `train_and_look.png`.

# %%
import numpy as np

import snndelay

x, y = np.zeros((256, 40, 2), np.float32), np.arange(256) % 2
for n in range(256):
    x[n, n % 20, 0] = x[n, n % 20 + (4 if y[n] else 12), 1] = 8

net = snndelay.Network(2)
net.add_delays(16, max_delay=24)
net.add_batch_norm()
net.add_lif()
net.add_delays(2)
net.add_leaky_integrator()
before = net.clone()

# %% [markdown]
# ## Training
#
# By the paper's schedules. Three quarters of the samples are trained on.

# %%
train, test = snndelay.Dataset(x, y).split(0.75, seed=1)
trainer = snndelay.Trainer(net, epochs=40, batch=32)
reports = list(trainer.run(train))
result = trainer.evaluate(test)
print(f"{100 * result.accuracy:.1f} % of {result.samples} samples right, "
      f"{result.spike_rate:.3f} spikes a neuron and step")

# %% [markdown]
# ## What has changed, and what a sample does

# %%
changes = net.changes(before)
print(f"{changes.kept} synapses, which moved {changes.mean_move:.2f} steps on average, "
      f"{changes.largest_move:.2f} at most")

workspace = snndelay.Workspace(net, 2, 40, gradients=False)
workspace.forward(x[:2], "evaluate")
spikes = workspace.record(net.layers[2])             # [T, B, O]
fields, _, _ = net.receptive_fields(net.layers[0])   # [O, I, steps]

# %%
try:
    from matplotlib import pyplot
except ImportError:
    pyplot = None
    print("without matplotlib there is no picture")

if pyplot:
    figure, axes = pyplot.subplots(2, 2, figsize=(9, 6), constrained_layout=True)
    axes[0, 0].plot([report.epoch for report in reports], [report.loss for report in reports])
    axes[0, 0].set(xlabel="epoch", ylabel="loss")
    axes[0, 1].hist([before.layers[0].delays.ravel(), net.layers[0].delays.ravel()], bins=range(26),
                    label=["before", "after"])
    axes[0, 1].set(xlabel="delay (steps)", ylabel="synapses")
    axes[0, 1].legend()
    largest = abs(fields).max()
    axes[1, 0].imshow(fields.reshape(-1, fields.shape[2]), aspect="auto", cmap="RdBu_r", vmin=-largest, vmax=largest)
    axes[1, 0].set(xlabel="steps ago", ylabel="neuron and input", title="receptive fields")
    for b, colour in enumerate(("tab:blue", "tab:orange")):
        step, neuron = np.nonzero(spikes[:, b])
        axes[1, 1].plot(step, neuron, "|", color=colour, label=f"class {y[b]}")
    axes[1, 1].set(xlabel="step", ylabel="neuron", title="spikes")
    axes[1, 1].legend()
    figure.savefig("train_and_look.png")
    pyplot.close(figure)
