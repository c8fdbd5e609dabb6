"""Files of Python's in place of paths: the same bytes, and what they raise comes out."""

import io
import os
import tempfile
import unittest
import zipfile

import numpy as np

from support import network, rhythms, snndelay


class Dripping(io.RawIOBase):
    """A file that takes and gives a few bytes at a time."""

    def __init__(self, data=b""):
        self.data, self.at = bytearray(data), 0

    def readable(self):
        return True

    def writable(self):
        return True

    def readinto(self, memory):
        part = self.data[self.at:self.at + 7]
        part = part[:len(memory)]
        memory[:len(part)] = part
        self.at += len(part)
        return len(part)

    def write(self, data):
        self.data += data[:1000]
        return min(len(data), 1000)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "file")
        self.net = network()

    def test_networks(self):
        self.net.save(self.path)
        with open(self.path, "rb") as file:
            whole = file.read()
            file.seek(0)
            self.assertEqual(snndelay.load(file).to_bytes(), whole)
        self.assertEqual(self.net.to_bytes(), whole)
        for to in (io.BytesIO(), Dripping()):
            self.net.save(to)
            self.assertEqual(to.getvalue() if isinstance(to, io.BytesIO) else bytes(to.data), whole)
        self.assertEqual(snndelay.load(Dripping(whole)).to_bytes(), whole)
        with zipfile.ZipFile(self.path, "w") as archive:
            with archive.open("network", "w") as to:
                self.net.save(to)
            self.assertEqual(archive.read("network"), whole)

    def test_a_file_is_read_from_where_it_is(self):
        file = io.BytesIO(b"before" + self.net.to_bytes())
        file.seek(6)
        self.assertEqual(snndelay.load(file).to_bytes(), self.net.to_bytes())

    def test_checkpoints(self):
        x, y = rhythms()

        def trainer():
            return snndelay.Trainer(network(), epochs=3, batch=64)

        first, file = trainer(), io.BytesIO()
        first.epoch(x, y)
        first.save_checkpoint(file, "a note")
        first.save_checkpoint(self.path, "a note")
        with open(self.path, "rb") as saved:
            self.assertEqual(saved.read(), file.getvalue())
        first.epoch(x, y)
        second = trainer()
        file.seek(0)
        self.assertEqual(second.load_checkpoint(file), "a note")
        second.epoch(x, y)
        self.assertEqual(second.network.to_bytes(), first.network.to_bytes())

    def test_arrays(self):
        x, y = rhythms()
        files = []
        for values in (x, y, np.full(len(x), 39)):
            files.append(io.BytesIO())
            np.save(files[-1], values)
            files[-1].seek(0)
        data = snndelay.Dataset.load(*files, scale=0.5)
        np.testing.assert_array_equal(data[3][0], x[3, :39] / 2)
        with self.assertRaisesRegex(TypeError, "paths, or files, and not some of each"):
            snndelay.Dataset.load(self.path, files[1])

    def test_export(self):
        source, header, beside = io.BytesIO(), io.BytesIO(), self.path + ".h"
        snndelay.export_c(self.net, self.path + ".c", beside, name="rhythm")
        snndelay.export_c(self.net, source, header, name="rhythm", header_name="file.h")
        for path, file in ((self.path + ".c", source), (beside, header)):
            with open(path, "rb") as made:
                self.assertEqual(made.read(), file.getvalue())
        source = io.BytesIO()
        snndelay.export_c(self.net, source, header, name="rhythm")
        self.assertIn(b'#include "rhythm.h"', source.getvalue())
        with self.assertRaisesRegex(TypeError, "paths, or files, and not one of each"):
            snndelay.export_c(self.net, source, beside)
        with self.assertRaisesRegex(TypeError, "header_name is for files"):
            snndelay.export_c(self.net, self.path, beside, header_name="rhythm.h")

    def test_what_a_file_raises_comes_out(self):
        class Broken:
            def read(self, count):
                raise LookupError("the line is dead")

            write = read

        for call in (self.net.save, snndelay.load):
            with self.assertRaisesRegex(LookupError, "the line is dead"):
                call(Broken())
        with self.assertRaisesRegex(TypeError, "the file gives str; expected bytes"):
            snndelay.load(io.StringIO("text"))
        with self.assertRaisesRegex(TypeError, "bytes-like object is required|string argument expected"):
            self.net.save(io.StringIO())
        with self.assertRaises(io.UnsupportedOperation):
            with open(os.devnull, "rb") as file:
                self.net.save(file)
        with self.assertRaisesRegex(TypeError, "expected str, bytes or os.PathLike object, not int"):
            snndelay.load(3)
        # What has gone wrong leaves nothing behind.
        self.assertEqual(snndelay.from_bytes(self.net.to_bytes()).to_bytes(), self.net.to_bytes())

    def test_a_file_that_is_no_network(self):
        for data in (b"", b"nothing", self.net.to_bytes()[:-1]):
            with self.assertRaises(snndelay.Error) as caught:
                snndelay.load(io.BytesIO(data))
            self.assertEqual(caught.exception.status, "error_format")


if __name__ == "__main__":
    unittest.main()
