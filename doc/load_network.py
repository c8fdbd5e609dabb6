#!/usr/bin/env python3
"""Reads a network that libsnndelay saved, with NumPy and nothing else, and prints its layers.

    python3 load_network.py NETWORK.safetensors

As a module it gives read_safetensors(path) -> (tensors, metadata), which keeps to every rule of the format, and
load_network(path) -> a list of layers with their options, arrays and, for synapses, weights and delays in steps.
"""

import json
import sys

import numpy as np

HEADER_LIMIT = 100_000_000
DTYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "F16": "<f2", "U32": "<u4", "I32": "<i4",
    "F32": "<f4", "U64": "<u8", "I64": "<i8", "F64": "<f8",
}


class NotSafetensors(ValueError):
    """What is wrong with a file."""


def require(condition, wrong):
    if not condition:
        raise NotSafetensors(wrong)


def once(pairs):
    """For json: an object that has each key once."""
    found = dict(pairs)
    require(len(found) == len(pairs), "a key is there twice")
    return found


def is_whole(number):
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0


def read_header(file):
    """The header of a file's bytes, and the bytes of data behind it."""
    require(len(file) >= 8, "no room for the header's length")
    length = int.from_bytes(file[:8], "little")
    require(length <= HEADER_LIMIT, "the header is above 100 MB")
    require(8 + length <= len(file), "the header is cut off")
    require(file[8:9] == b"{", "the header does not begin with {")
    try:
        header = json.loads(file[8 : 8 + length].decode("utf-8"), object_pairs_hook=once)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise NotSafetensors(f"the header is not JSON in UTF-8: {error}") from error
    return header, file[8 + length :]


def check_entry(name, entry, size):
    require(isinstance(entry, dict), f"{name} is not an object")
    require(entry.get("dtype") in DTYPES, f"{name} has no known dtype")
    shape, offsets = entry.get("shape"), entry.get("data_offsets")
    require(isinstance(shape, list) and all(map(is_whole, shape)), f"{name} has no shape")
    require(isinstance(offsets, list) and len(offsets) == 2 and all(map(is_whole, offsets)), f"{name} has no offsets")
    count = 1
    for extent in shape:
        count *= extent
    require(offsets[0] <= offsets[1] <= size, f"{name} lies outside the data")
    require(offsets[1] - offsets[0] == count * np.dtype(DTYPES[entry["dtype"]]).itemsize, f"{name} has another size")


def read_safetensors(path):
    with open(path, "rb") as stream:
        header, data = read_header(stream.read())
    metadata = header.pop("__metadata__", {})
    require(isinstance(metadata, dict) and all(isinstance(value, str) for value in metadata.values()),
            "the metadata are not text for text")
    for name, entry in header.items():
        check_entry(name, entry, len(data))
    end = 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        require(entry["data_offsets"][0] == end, f"there is a gap or an overlap before {name}")
        end = entry["data_offsets"][1]
    require(end == len(data), "there are bytes behind the last tensor")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata


def synapses(layer):
    """Weights and delays in steps of a layer of delays, both [outputs, inputs, synapses a pair], as in evaluation."""
    half = layer["max_delay"] // 2
    # Where there are signs, its magnitude. What the mask does not have is 0, but for synapses that DEEP R has just
    # dropped, which evaluation still uses.
    weight = layer["weight"].copy()
    if "sign" in layer:
        weight *= layer["sign"]
    delays = half - np.clip(np.rint(layer["position"]), -half, half)  # rint rounds half to even
    # Positions that synapses share are [1, inputs, ...] or [outputs, 1, ...].
    return weight, np.broadcast_to(delays.astype(np.int32), weight.shape)


def load_network(path):
    tensors, metadata = read_safetensors(path)
    require("snndelay.network" in metadata, "this is not a network of libsnndelay")
    architecture = json.loads(metadata["snndelay.network"])
    layers = architecture["layers"]
    for index, layer in enumerate(layers):
        prefix = f"layers.{index}."
        layer.update({name[len(prefix) :]: array for name, array in tensors.items() if name.startswith(prefix)})
        if layer["type"] == "delays":
            layer["weights"], layer["delays"] = synapses(layer)
    return layers


def describe(layer):
    options = ", ".join(f"{key} {value:g}" for key, value in layer.items() if isinstance(value, (int, float)))
    text = f"{layer['type']}: {options}"
    if layer["type"] == "delays":
        carrying = layer["weights"] != 0
        delays = layer["delays"][carrying]
        text += f"; {carrying.sum()} of {carrying.size} synapses carry something"
        if delays.size > 0:
            text += f", {delays.min()} to {delays.max()} steps late, {delays.mean():.2f} on average"
    return text


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for number, found in enumerate(load_network(sys.argv[1])):
        print(number, describe(found))
