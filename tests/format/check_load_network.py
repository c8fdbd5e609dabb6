"""Whether doc/load_network.py reads what the library saves, and refuses what the format's rules do not allow.

    check_load_network.py MAKE-NETWORKS LOAD-NETWORK.PY
"""

import glob
import importlib.util
import os
import subprocess
import sys
import tempfile

import numpy as np


def load_module(path):
    spec = importlib.util.spec_from_file_location("load_network", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_network(script, prefix):
    layers = script.load_network(f"{prefix}.safetensors")
    assert len(layers) == len(glob.glob(f"{prefix}.*.record.npy")), "there are not as many layers"
    for index, layer in enumerate(layers):
        if layer["type"] == "delays":
            for what in ("weights", "delays"):
                expected = np.load(f"{prefix}.{index}.{what}.npy")
                assert layer[what].dtype == expected.dtype, f"the type of layer {index}'s {what} is another"
                assert np.array_equal(layer[what], expected), f"layer {index}'s {what} are others"
        assert script.describe(layer).startswith(layer["type"])


def check_printing(path, prefix):
    text = subprocess.run([sys.executable, path, f"{prefix}.safetensors"], check=True, capture_output=True, text=True)
    assert len(text.stdout.splitlines()) == len(glob.glob(f"{prefix}.*.record.npy")), "not a line for each layer"


def file_of(header, data=bytes(8), length=None):
    return (len(header) if length is None else length).to_bytes(8, "little") + header + data


GOOD = b'{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
BROKEN = {
    "nothing": b"",
    "no header": bytes(8),
    "a header that is cut off": file_of(GOOD, b"", len(GOOD) + 1),
    "a header above the limit": file_of(GOOD, bytes(8), 100_000_001),
    "a space first": file_of(b" " + GOOD),
    "bytes that are not UTF-8": file_of(GOOD.replace(b'"x"', b'"\xe9"')),
    "what is not JSON": file_of(GOOD[:-1] + b"]"),
    "a name that is there twice": file_of(GOOD[:-1] + b',"x":{"dtype":"U8","shape":[0],"data_offsets":[8,8]}}'),
    "metadata that are not text": file_of(GOOD.replace(b'"b"', b"1")),
    "an unknown type": file_of(GOOD.replace(b"F32", b"f32")),
    "a shape of other size": file_of(GOOD.replace(b"[2]", b"[3]")),
    "a shape below 0": file_of(GOOD.replace(b"[2]", b"[-2]")),
    "offsets outside": file_of(GOOD.replace(b"[0,8]", b"[8,16]")),
    "a gap": file_of(GOOD.replace(b"[0,8]", b"[4,12]"), bytes(12)),
    "an overlap": file_of(GOOD[:-1] + b',"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'),
    "bytes at the end": file_of(GOOD, bytes(9)),
}


def check_broken(script, folder):
    path = os.path.join(folder, "by-hand")
    with open(path, "wb") as file:
        file.write(file_of(GOOD))
    tensors, metadata = script.read_safetensors(path)
    assert tensors["x"].shape == (2,) and metadata == {"a": "b"}, "a good file is read as another"
    for name, content in BROKEN.items():
        with open(path, "wb") as file:
            file.write(content)
        try:
            script.read_safetensors(path)
        except script.NotSafetensors:
            continue
        raise AssertionError(f"a file with {name} is read")


def main():
    script = load_module(sys.argv[2])
    held = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        cases = {"broken files": lambda: check_broken(script, folder)}
        for path in sorted(glob.glob(os.path.join(folder, "*.safetensors"))):
            prefix = path[: -len(".safetensors")]
            cases[os.path.basename(prefix)] = lambda prefix=prefix: check_network(script, prefix)
            cases[f"{os.path.basename(prefix)}, printed"] = lambda prefix=prefix: check_printing(sys.argv[2], prefix)
        for name, check in cases.items():
            try:
                check()
                held += 1
            except (AssertionError, ValueError) as error:
                print(f"{name}: {error}")
                failed += 1
    print(f"{held} cases hold, {failed} do not")
    return 1 if failed or held < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
