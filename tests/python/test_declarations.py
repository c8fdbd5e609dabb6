"""The declarations are those of the header, and of the library."""

import ctypes as c
import inspect
import os
import re
import shutil
import subprocess
import sys
import tempfile
import typing
import unittest
from unittest import mock

from support import PACKAGE, ROOT, snndelay
from snndelay import _declarations as declarations
from snndelay._library import read, structure as structure_of
from snndelay._network import ARRAYS

RECORDS = ROOT / "tests/abi"


class Declarations(unittest.TestCase):
    def test_file_is_what_the_header_gives(self):
        subprocess.run([sys.executable, PACKAGE / "generate.py", "--check"], check=True)

    def check(self, header):
        """What generate.py says of a header."""
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(f"{folder}/examples/python/snndelay")
            os.makedirs(f"{folder}/include")
            for name in ("examples/python/generate.py", "examples/python/snndelay/_declarations.py", "meson.build"):
                shutil.copyfile(ROOT / name, f"{folder}/{name}")
            with open(f"{folder}/include/snndelay.h", "w", encoding="utf-8") as to:
                to.write(header)
            return subprocess.run([sys.executable, f"{folder}/examples/python/generate.py", "--check"],
                                  capture_output=True, text=True).stderr

    def test_a_header_that_differs_is_found(self):
        header = (ROOT / "include/snndelay.h").read_text("utf-8")
        for before, after, said in (
                (r"int32_t max_delay;", "int64_t max_delay;", "is not what the header gives"),
                (r"SNND_ERROR_IO = 3", "SNND_ERROR_IO = 33", "is not what the header gives"),
                (r"snnd_network_sigma\(const", "snnd_network_width(const", "is not what the header gives"),
                (r"int32_t sharing;", "int32_t shared;", "which members are of snnd_sharing")):
            changed, count = re.subn(before, after, header)
            self.assertEqual(count, 1, before)
            self.assertIn(said, self.check(changed))

    def test_comments_do_not_matter(self):
        header = (ROOT / "include/snndelay.h").read_text("utf-8")
        self.assertEqual(self.check(re.sub(r"/\*.*?\*/", "", header, flags=re.S)), "")

    @unittest.skipUnless(c.sizeof(c.c_void_p) == 8, "the record is of 64-bit machines")
    def test_structures_are_laid_out_as_in_c(self):
        names = set()
        for line in (RECORDS / "structs.txt").read_text().splitlines():
            words = line.split(maxsplit=3)
            structure = getattr(declarations, words[0])
            names.add(words[0])
            if len(words) == 2:
                self.assertEqual(c.sizeof(structure), int(words[1]), line)
                continue
            name = re.search(r"\(\*(\w+)\)|(\w+)(?:\[\d+\])?$", words[3])
            field = getattr(structure, name[1] or name[2])
            self.assertEqual((field.offset, field.size), (int(words[1]), int(words[2])), line)
        self.assertEqual(names, {name for name in vars(declarations) if name.startswith("snnd_")})

    def test_enumerations_have_the_values_of_c(self):
        count = 0
        for line in (RECORDS / "enums.txt").read_text().splitlines():
            enum, name, value = line.split()
            found = [v for word, v in declarations.ENUMS[enum].items() if name.lower().endswith("_" + word)]
            self.assertIn(int(value), found, line)
            count += 1
        self.assertEqual(count, sum(map(len, declarations.ENUMS.values())))

    def test_library_has_every_function(self):
        self.assertGreater(len(declarations.FUNCTIONS), 200)
        for name in declarations.FUNCTIONS:
            getattr(snndelay.library, name)

    def test_what_is_no_function_is_named(self):
        with self.assertRaisesRegex(AttributeError, "the header has no snnd_nothing"):
            snndelay.library.snnd_nothing

    def test_docstrings_have_the_headers_defaults(self):
        count = 0
        for documented, structure in (
                (snndelay.Context, "context_options"), (snndelay.Network.add_delays, "delay_options"),
                (snndelay.Network.add_batch_norm, "batch_norm_options"), (snndelay.Network.add_lif, "lif_options"),
                (snndelay.Network.add_adaptive_lif, "adaptive_lif_options"),
                (snndelay.Network.add_leaky_integrator, "leaky_integrator_options"),
                (snndelay.Optimizer, "optimizer_options"), (snndelay.Schedule, "schedule"),
                (snndelay.Sparsity, "structure"), (snndelay.DeepR, "deep_r_options"),
                (snndelay.Trainer, "trainer_options"), (snndelay.Batches, "batches_options"),
                (snndelay.Dataset.batches, "batches_options"), (snndelay.export_c, "export_c_options"),
                (snndelay.moran_maximum, "moran_options"), (snndelay.Stream, "stream_options")):
            defaults = read(structure_of(f"snnd_{structure}"))
            for name, word, number in re.findall(r"(\w+)\s+\((?:\"(\w+)\"|([-+.\de]+))", documented.__doc__):
                if name in defaults:
                    value = defaults[name]
                    value = value.decode() if isinstance(value, bytes) else value
                    self.assertEqual(value, word or float(number), f"{structure}.{name}")
                    count += 1
        self.assertGreater(count, 60)

    def test_arrays_of_layers_are_the_headers(self):
        names = list(declarations.ENUMS["snnd_array_name"])
        self.assertEqual(list(ARRAYS), names)
        self.assertEqual(list(typing.get_type_hints(snndelay.Layer)), names)

    def test_defaults_are_the_headers(self):
        net = snndelay.Network(3)
        self.assertEqual(net.add_delays(4).options, {"max_delay": 24, "synapses_per_pair": 1, "profile": "gauss",
                                                     "learn_delays": 1, "sharing": "none"})
        self.assertEqual(net.add_lif(order="update_first").options["order"], "update_first")


class Hints(unittest.TestCase):
    def test_all_that_is_public_says_its_types(self):
        names = {**vars(typing), **{name: getattr(snndelay, name) for name in snndelay.__all__}}
        count = 0
        for name in snndelay.__all__:
            thing = getattr(snndelay, name)
            members = [thing] if inspect.isfunction(thing) else vars(thing).values() if inspect.isclass(thing) else []
            for member in members:
                member = getattr(member, "fget", getattr(member, "__func__", member))
                if not inspect.isfunction(member) or member.__name__.startswith("_") or member.__name__ == "<lambda>":
                    continue
                expected = {*inspect.signature(member).parameters, "return"} - {"self", "cls"}
                self.assertEqual(set(typing.get_type_hints(member, None, names)), expected, f"{name}.{member.__name__}")
                count += 1
        self.assertGreater(count, 100)

    def test_docstrings_are_sentences(self):
        for name in snndelay.__all__:
            thing = getattr(snndelay, name)
            documented = {name: thing} if inspect.isroutine(thing) or inspect.isclass(thing) else {}
            if inspect.isclass(thing):
                documented.update({f"{name}.{key}": member for key, member in vars(thing).items()
                                   if not key.startswith("_")})
            for where, member in documented.items():
                self.assertRegex(member.__doc__ or "", r"(?s)^[A-Z].*\.\s*$", where)


def load_other(library):
    """What importing the package says of a library."""
    return subprocess.run([sys.executable, "-c", "import snndelay"], capture_output=True, text=True,
                          env={**os.environ, "SNNDELAY_LIBRARY": library, "PYTHONPATH": str(PACKAGE)}).stderr


class OtherLibraries(unittest.TestCase):
    def test_another_abi_is_refused_with_one_sentence(self):
        said = load_other(os.environ["OTHER_ABI"]).splitlines()[-1]
        self.assertRegex(said, r"LibraryError: .*is libsnndelay 7\.3\.1, but this package is made for \S+; install")

    def test_another_library_is_refused(self):
        self.assertIn("is not libsnndelay", load_other(os.environ["NO_SNNDELAY"]).splitlines()[-1])

    def test_a_library_in_the_packages_folder_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(PACKAGE / "snndelay", f"{folder}/snndelay")
            beside = f"{folder}/snndelay/libsnndelay.so.{declarations.ABI}"
            os.symlink(os.path.join(os.environ["SNNDELAY_LIBRARY"], os.path.basename(beside)), beside)
            env = {key: value for key, value in os.environ.items() if key != "SNNDELAY_LIBRARY"}
            done = subprocess.run([sys.executable, "-c", "import snndelay; print(snndelay.library.path)"], check=True,
                                  capture_output=True, text=True, env={**env, "PYTHONPATH": folder})
            self.assertEqual(done.stdout.strip(), beside)

    def test_a_file_in_the_present_folder_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(os.path.join(os.environ["SNNDELAY_LIBRARY"], "libsnndelay.so"), f"{folder}/libmine.so")
            done = subprocess.run([sys.executable, "-c", "import snndelay; print(snndelay.library.path)"], cwd=folder,
                                  capture_output=True, text=True,
                                  env={**os.environ, "SNNDELAY_LIBRARY": "libmine.so", "PYTHONPATH": str(PACKAGE)})
            self.assertEqual(done.stdout.strip(), f"{os.path.realpath(folder)}/libmine.so", done.stderr)

    def test_without_pytorch_there_is_no_snndelay_torch(self):
        with mock.patch.dict(sys.modules, {"torch": None, "snndelay.torch": None}):
            with self.assertRaisesRegex(AttributeError, "snndelay.torch needs PyTorch"):
                snndelay.torch
        with self.assertRaisesRegex(AttributeError, "has no attribute 'nothing'"):
            snndelay.nothing

    def test_no_library_is_said(self):
        self.assertIn("cannot be loaded", load_other("/nowhere/libsnndelay.so").splitlines()[-1])
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("a folder without libsnndelay.so", load_other(folder).splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
