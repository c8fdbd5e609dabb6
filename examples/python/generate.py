#!/usr/bin/env python3
"""Writes snndelay/_declarations.py, the header as ctypes has it, from include/snndelay.h.

    python3 generate.py            writes the file
    python3 generate.py --check    fails where the file is not what the header gives
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
HEADER = HERE / "../../include/snndelay.h"
PROJECT = HERE / "../../meson.build"
TARGET = HERE / "snndelay/_declarations.py"

SCALARS = {
    "void": "None", "char": "c.c_char", "int": "c.c_int", "float": "c.c_float", "double": "c.c_double",
    "size_t": "c.c_size_t", "int32_t": "c.c_int32", "int64_t": "c.c_int64", "uint8_t": "c.c_uint8",
    "uint16_t": "c.c_uint16", "uint64_t": "c.c_uint64",
}


# The enumeration of a member whose name is not the enumeration's own; None of one that is a number nevertheless.
WORDS = {
    ("snnd_batches_options", "shuffle"): None,
    ("snnd_delay_options", "profile"): "snnd_delay_profile", ("snnd_lif_options", "tau_per_neuron"): "snnd_tau",
    ("snnd_leaky_integrator_options", "tau_per_neuron"): "snnd_tau",
    ("snnd_optimizer_options", "kind"): "snnd_optimizer_kind", ("snnd_schedule", "kind"): "snnd_schedule_kind",
    ("snnd_export_c_options", "numbers"): "snnd_c_numbers",
}


class Header:
    """What the header declares: enumerations, structures and functions, in its order. Comments are not looked at."""

    def __init__(self, text):
        self.text = text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        self.enums = {name: members(body) for name, body in typedefs(text, "enum")}
        self.structs = dict(typedefs(text, "struct"))
        self.opaque = set(re.findall(r"typedef struct (snnd_\w+) \1;", text))

    def functions(self):
        found = re.findall(r"SNND_API\s+([^;(]+?)(snnd_\w+)\(([^;]*)\);", self.text)
        marked = len(re.findall(r"^SNND_API", self.text, re.M))
        if len(found) != marked:
            raise SystemExit(f"generate.py: the header has {marked} functions, of which {len(found)} were understood")
        return found

    def type(self, declaration):
        """The ctypes type of a C type. Numbers behind a pointer are an address, as NumPy has it."""
        stars = declaration.count("*")
        name = re.sub(r"\bconst\b|\*", "", declaration).strip()
        if name in self.enums:
            name = "int"
        if name in self.opaque:
            return ["c.c_void_p", "c.POINTER(c.c_void_p)"][stars - 1]
        if name in self.structs:
            return f"c.POINTER({name})" if stars else name
        if stars == 1 and name == "char":
            return "c.c_char_p" if "const" in declaration else "c.c_void_p"
        if stars == 2 and name == "char" and "const" in declaration:
            return "c.POINTER(c.c_char_p)"
        if stars:
            return ["c.c_void_p", "c.POINTER(c.c_void_p)"][stars - 1]
        return SCALARS[name]

    def field(self, declaration):
        """Name and type of a member of a structure."""
        callback = re.match(r"(.*?)\(\*(\w+)\)\((.*)\)$", declaration, re.S)
        if callback:
            result, name, parameters = callback.groups()
            types = [self.type(result)] + [self.type(kind) for _, kind in arguments(parameters)]
            return name, f"c.CFUNCTYPE({', '.join(types)})"
        array = re.match(r"(.*?)(\w+)\[(\d+)\]$", declaration)
        if array:
            return array[2], f"{self.type(array[1])} * {array[3]}"
        (name, kind), = arguments(declaration)
        return name, self.type(kind)

    def fields(self, structure):
        """Name and type of each member of a structure."""
        return [self.field(" ".join(declaration.split())) for declaration in self.structs[structure].split(";")[:-1]]

    def words(self, structure):
        """Members of a structure that are of an enumeration: they are of type int32_t, and have the name of it."""
        for name, kind in self.fields(structure):
            words = WORDS.get((structure, name), f"snnd_{name}")
            if kind == "c.c_int32" and words in self.enums:
                yield name, words

    def unused(self):
        """Enumerations that neither a function nor a member has, which is then missing in WORDS."""
        used = {words for structure in self.structs for _, words in self.words(structure)}
        return [name for name in self.enums if name not in used and len(re.findall(rf"\b{name}\b", self.text)) == 2]


def typedefs(text, kind):
    return re.findall(r"typedef %s (snnd_\w+) \{(.*?)\} \1;" % kind, text, re.S)


def arguments(parameters):
    """Name and C type of each parameter."""
    if parameters.strip() == "void":
        return []
    return [re.findall(r"(.*?)(\w+)$", " ".join(p.split()))[0][::-1] for p in parameters.split(",")]


def members(body):
    """An enumeration's words, which are its names without what all of them begin with, and their values."""
    pairs = [(name, int(value)) for name, value in re.findall(r"(SNND_\w+)\s*=\s*(\d+)", body)]
    parts = [name.split("_") for name, _ in pairs]
    common = 0
    while all(len(p) > common + 1 and p[common] == parts[0][common] for p in parts):
        common += 1
    return {"_".join(p[common:]).lower(): value for p, (_, value) in zip(parts, pairs)}


def abi(project):
    """The part of the version that the interface goes by, as the soname."""
    (major, minor), = re.findall(r"version: '(\d+)\.(\d+)\.\d+'", project)
    return f"0.{minor}" if major == "0" else major


def source(header, project):
    if header.unused():
        raise SystemExit(f"generate.py: WORDS does not say which members are of {', '.join(header.unused())}")
    lines = ['"""The header as ctypes has it: made by generate.py from include/snndelay.h, not to be edited."""', "",
             "import ctypes as c", "", f'ABI = "{abi(project)}"', "", "# Words of each enumeration.", "ENUMS = {"]
    for name, words in header.enums.items():
        lines.append(f'    "{name}": {{')
        lines += [f'        "{word}": {value},' for word, value in words.items()]
        lines.append("    },")
    lines += ["}", "", "", "class Structure(c.Structure):",
              '    """`_words_` has the enumeration of each member that is of one."""', "",
              "    _words_: dict[str, str] = {}", ""]
    for name in header.structs:
        lines += ["", f"class {name}(Structure):", "    _fields_ = ["]
        lines += [f'        ("{field}", {kind}),' for field, kind in header.fields(name)]
        lines.append("    ]")
        words = [f'        "{field}": "{words}",' for field, words in header.words(name)]
        lines += ["    _words_ = {", *words, "    }", ""] if words else [""]
    lines += ["", "# Result and parameters of each function.", "FUNCTIONS = {"]
    for result, name, parameters in header.functions():
        types = [header.type(kind) for _, kind in arguments(parameters)]
        lines.append(f'    "{name}": ({header.type(result)}, [{", ".join(types)}]),')
    return "\n".join(lines + ["}", ""])


def main():
    made = source(Header(HEADER.read_text("utf-8")), PROJECT.read_text("utf-8"))
    if sys.argv[1:] == ["--check"]:
        if TARGET.read_text("utf-8") != made:
            raise SystemExit("snndelay/_declarations.py is not what the header gives: run examples/python/generate.py")
    elif sys.argv[1:]:
        raise SystemExit(__doc__.strip())
    else:
        TARGET.write_text(made, "utf-8")


if __name__ == "__main__":
    main()
