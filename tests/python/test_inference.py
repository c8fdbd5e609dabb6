"""Streams in threads, their states, export as C, and analysis."""

import os
import tempfile
import threading
import unittest

import numpy as np

from support import network, rhythms, snndelay


class Streams(unittest.TestCase):
    def setUp(self):
        self.x, _ = rhythms()
        self.plan = snndelay.Plan(network())

    def scores(self, n):
        return list(snndelay.Stream(self.plan).run(self.x[n]))[-1]

    def test_streams_in_threads(self):
        expected, found = [self.scores(n) for n in range(16)], [None] * 16

        def work(n):
            for _ in range(5):
                found[n] = self.scores(n)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        np.testing.assert_array_equal(found, expected)

    def test_states_and_clones(self):
        stream = snndelay.Stream(self.plan)
        for frame in self.x[0, :20]:
            stream.push(frame)
        other, clone = snndelay.Stream(self.plan), stream.clone()
        other.restore(stream.state())
        for frame in self.x[0, 20:]:
            expected = stream.push(frame)
            np.testing.assert_array_equal(other.push(frame), expected)
            np.testing.assert_array_equal(clone.push(frame), expected)
        self.assertEqual(stream.frames, 40)
        stream.reset()
        self.assertEqual(stream.frames, 0)
        with self.assertRaises(snndelay.Error) as caught:
            stream.restore(b"nothing")
        self.assertNotEqual(caught.exception.status, None)

    def test_events(self):
        one, other = snndelay.Stream(self.plan, readout="sum"), snndelay.Stream(self.plan, readout="sum")
        np.testing.assert_array_equal(one.push_events([1, 1, 0]), other.push([1, 2]))

    def test_export(self):
        with tempfile.TemporaryDirectory() as folder:
            source, header = os.path.join(folder, "net.c"), os.path.join(folder, "net.h")
            report = snndelay.export_c(self.plan, source, header, name="rhythm")
            self.assertEqual(report.synapses, self.plan.synapses)
            with open(source, encoding="ascii") as file:
                self.assertIn("rhythm", file.read())
            with self.assertRaisesRegex(ValueError, "numbers is 'int8'"):
                snndelay.export_c(self.plan, source, header, numbers="int8")


class Analysis(unittest.TestCase):
    def test_statistics(self):
        values = np.random.default_rng(1).normal(size=100)
        found = snndelay.summarize(values)
        np.testing.assert_allclose([found.mean, found.deviation, found.median],
                                   [values.mean(), values.std(ddof=1), np.median(values)])
        np.testing.assert_array_equal(snndelay.histogram(values, -3, 3, 6), np.histogram(values, 6, (-3, 3))[0])
        self.assertEqual(snndelay.mann_whitney([1, 2, 3], [4, 5, 6]).u, 0)
        np.testing.assert_allclose(snndelay.correct([0.01, 0.04]), [0.02, 0.04])
        self.assertEqual(snndelay.auc([4, 5], [1, 2]).estimate, 1)
        self.assertEqual(snndelay.proportion(9, 10).estimate, 0.9)
        self.assertEqual(snndelay.wilcoxon([1, 2, 3]).negative, 0)
        self.assertAlmostEqual(snndelay.welch([1, 2, 3], [2, 3, 4]).difference, -1)
        self.assertGreater(snndelay.intraclass_correlation([[1, 1.1], [5, 5.1]]).correlation, 0.9)

    def test_moran(self):
        grid = np.repeat(np.arange(6.0), 5).reshape(6, 5)
        index = snndelay.moran(grid)
        self.assertGreater(index, 0.5)
        shuffled = grid[[3, 0, 5, 1, 4, 2]]
        largest, order = snndelay.moran_maximum(shuffled, search=1, permutations=200)
        self.assertAlmostEqual(largest, snndelay.moran(shuffled[order]))
        self.assertGreaterEqual(largest, index)
        self.assertEqual(sorted(order), list(range(6)))
        found = snndelay.moran_permuted(grid, permutations=50)
        self.assertEqual((found.permutations, found.distribution.shape), (50, (50,)))

    def test_networks(self):
        net = network()
        layer = net.layers[0]
        fields, excitation, inhibition = net.receptive_fields(layer)
        self.assertEqual(fields.shape, (16, 2, 25))
        np.testing.assert_allclose(fields, excitation + inhibition)
        np.testing.assert_allclose(fields.sum(2), layer.weights[:, :, 0], rtol=1e-6)
        fan_in, fan_out = layer.degrees()
        self.assertEqual((fan_in.sum(), fan_out.sum(), sum(layer.delay_counts()).sum()), (32, 32, 32))
        before = net.clone()
        layer.position[0, 0, 0] = 3 if layer.position[0, 0, 0] < 0 else -3
        self.assertGreater(net.changes(before).largest_move, 3)
        factor, shift = net.layers[1].fold()
        np.testing.assert_allclose(factor, 1, rtol=1e-4)
        self.assertFalse(shift.any())


if __name__ == "__main__":
    unittest.main()
