"""Whether NIR files that snnd-nir writes are what readers expect, and compute what the library computes.

    check_nir.py MAKE-NETWORKS SNND-NIR

Prints for each network how far outputs are from the library's, and of the readers that update first how many spikes they
share with it.
"""

import glob
import os
import subprocess
import sys
import tempfile

import numpy as np

from nir_reader import Graph, NotNIR

TOLERANCE = 1e-5


def load(prefix, what):
    return np.load(f"{prefix}.{what}.npy").astype(np.float64)


def layers_of(prefix):
    """What the library's layers gave on, by number."""
    paths = glob.glob(f"{prefix}.*.record.npy")
    return {int(path.split(".")[-3]): np.load(path).astype(np.float64) for path in paths}


def check_exact(prefix, path, dt):
    """The graph's neurons and output are the library's, step by step, in a reader of the order that the file is for."""
    graph = Graph(path)
    given = graph.run(load(prefix, "input").transpose(1, 0, 2), dt, graph.updates_first(), True)
    records, worst, spikes = layers_of(prefix), 0.0, 0
    for name, signal in given.items():
        kind = graph.nodes[name].type
        if kind not in ("LIF", "LI"):
            continue
        record = records[int(name.split("_")[1])]
        if kind == "LIF":
            assert (signal == record).all(), f"{name}: {(signal != record).sum()} of {record.size} spikes differ"
            spikes += int(record.sum())
        worst = max(worst, np.abs(signal - record).max())
    output = load(prefix, "output")
    worst = max(worst, np.abs(given["output"] - output).max()) / max(1, np.abs(output).max())
    assert worst < TOLERANCE, f"an output differs by {worst:g}"
    return f"{spikes} spikes equal, outputs within {worst:.1e}"


def check_update_first(prefix, path):
    """Until its first spike, a neuron of the first LIF layer does what the library's does."""
    graph = Graph(path, old=True)
    given = graph.run(load(prefix, "input").transpose(1, 0, 2), 0.001, True)
    records = layers_of(prefix)
    spiking = sorted((int(name.split("_")[1]), name) for name, node in graph.nodes.items() if node.type == "LIF")
    shared = total = 0
    for index, name in spiking:
        shared += int((given[name] * records[index]).sum())
        total += int(np.maximum(given[name], records[index]).sum())
    if spiking:
        index, name = spiking[0]
        first = [np.where(s.any(0), s.argmax(0), len(s)) for s in (given[name], records[index])]
        assert (first[0] == first[1]).all(), f"{name}: the first spikes are not those of the library"
    return f"of {total} spikes of either, {shared} shared"


def check_dropped(prefix, path, earlier):
    """Without its shift, the graph gives the library's output `earlier`, with nodes that all readers know."""
    graph = Graph(path)
    kinds = {node.type for node in graph.nodes.values()}
    assert kinds <= {"Input", "Output", "Linear", "LIF"}, f"there are nodes of {kinds}"
    given = graph.run(load(prefix, "input").transpose(1, 0, 2), 0.01)["output"]
    output = load(prefix, "output")
    assert (given[:-earlier] == output[earlier:]).all(), f"the output is not the library's {earlier} steps later"
    assert output.sum() > 0, "nothing fires"
    return f"; without shifts {earlier} steps earlier"


def check_resistance(path):
    """Many readers ignore r, or refuse another than 1."""
    for node in Graph(path).nodes.values():
        assert "r" not in node.field or (node.r == 1).all(), f"{node.name} has another r than 1"


def check_metadata(path, dt):
    graph = Graph(path)
    assert graph.metadata["dt"] == dt and graph.metadata["time_unit"] == b"s", "the metadata do not say dt"


def check_old(path):
    """Files with v_reset are refused by versions that do not know it, and only those."""
    graph = Graph(path)
    if not any("v_reset" in node.field for node in graph.nodes.values()):
        Graph(path, old=True)
        return
    try:
        Graph(path, old=True)
    except NotNIR:
        return
    raise AssertionError("a file with v_reset passes where there is none")


def export(prefix, path, *options):
    """What the program says."""
    command = [sys.argv[2], "export", f"{prefix}.safetensors", path, *options]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def check_no_delays(path):
    """Without delays, a network that updates first is what all readers know."""
    kinds = {node.type for node in Graph(path).nodes.values()}
    assert kinds <= {"Input", "Output", "Linear", "LIF"}, f"there are nodes of {kinds}"


def check_network(prefix):
    exact = f"{prefix}.nir"
    export(prefix, exact)
    check_metadata(exact, 0.01)
    check_old(exact)
    check_resistance(exact)
    first = os.path.basename(prefix).startswith("first")
    assert Graph(exact).updates_first() == first, "the order is another than the network's"
    text = check_exact(prefix, exact, 0.01)
    if os.path.basename(prefix) == "first-undelayed":
        check_no_delays(exact)
    return text if first else text + check_other_order(prefix)


def check_other_order(prefix):
    """A network of the paper's order, for readers that update first."""
    other, text = f"{prefix}.update-first.nir", ""
    export(prefix, other, "--order", "update-first", "--without-reset", "--dt", "0.001")
    check_metadata(other, 0.001)
    check_resistance(other)
    if all(node.type != "LIF" for node in Graph(other).nodes.values()):
        text += "; update first: " + check_exact(prefix, other, 0.001)
    else:
        text += "; update first: " + check_update_first(prefix, other)
    if os.path.basename(prefix) == "undelayed":
        dropped = f"{prefix}.dropped.nir"
        said = export(prefix, dropped, "--drop-shift")
        assert said == "the graph produces its output 3 steps before the network does\n", said
        text += check_dropped(prefix, dropped, 3)
    return text


def main():
    held = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        for path in sorted(glob.glob(os.path.join(folder, "*.safetensors"))):
            prefix = path[: -len(".safetensors")]
            try:
                print(f"{os.path.basename(prefix)}: {check_network(prefix)}")
                held += 1
            except (AssertionError, NotNIR) as error:
                print(f"{os.path.basename(prefix)}: {error}")
                failed += 1
    print(f"{held} cases hold, {failed} do not")
    return 1 if failed or not held else 0


if __name__ == "__main__":
    sys.exit(main())
