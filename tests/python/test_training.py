"""Trainers, checkpoints, interruption, data, and what is refused."""

import copy
import io
import os
import pickle
import signal
import tempfile
import threading
import time
import unittest
from unittest import mock

import numpy as np

from support import network, rhythms, snndelay


def temporary(test, name):
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    return os.path.join(folder.name, name)


class Training(unittest.TestCase):
    def setUp(self):
        self.x, self.y = rhythms()

    def trained(self, epochs, **given):
        net = network()
        trainer = snndelay.Trainer(net, epochs=4, batch=32, sparsity=snndelay.DeepR(net, sparsity=0.5), **given)
        for _ in range(epochs):
            trainer.epoch(self.x, self.y)
        return trainer

    def test_example_of_the_manual(self):
        net = snndelay.Network(2)
        net.add_delays(32, max_delay=24)
        net.add_batch_norm()
        net.add_lif()
        net.add_dropout(0.4)
        net.add_delays(2)
        net.add_leaky_integrator()
        trainer = snndelay.Trainer(net, epochs=30, batch=64, sparsity=snndelay.DeepR(net, sparsity=0.875))
        report = trainer.epoch(self.x, self.y)
        self.assertEqual((report.samples, report.active, report.stopped), (256, 16, False))
        self.assertLessEqual(trainer.evaluate(self.x, self.y).accuracy, 1)
        path = temporary(self, "net.safetensors")
        net.save(path)
        scores = snndelay.Stream(snndelay.load(path)).push(self.x[0, 0])
        self.assertEqual(scores.shape, (2,))

    def test_ctrl_c_stops_at_the_next_step_with_a_checkpoint(self):
        whole = self.trained(2).network.to_bytes()
        path = temporary(self, "checkpoint")
        steps = []

        def progress(at):
            steps.append(at.step)
            if len(steps) == 11:
                signal.raise_signal(signal.SIGINT)

        with self.assertRaises(KeyboardInterrupt):
            trainer = self.trained(0, progress=progress)
            trainer.epoch(self.x, self.y)
            trainer.epoch(self.x, self.y, checkpoint=path)
        self.assertEqual(steps[-1], 3)
        self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)
        resumed = self.trained(0)
        self.assertEqual(resumed.load_checkpoint(path), "")
        resumed.epoch(self.x, self.y)
        self.assertEqual(resumed.network.to_bytes(), whole)

    def test_progress_stops_and_goes_on(self):
        whole = self.trained(1).network.to_bytes()
        trainer = self.trained(0, progress=lambda at: at.step == 5)
        self.assertTrue(trainer.epoch(self.x, self.y).stopped)
        self.assertEqual(trainer.epochs_done, 0)
        self.assertFalse(trainer.epoch(self.x, self.y).stopped)
        self.assertEqual(trainer.network.to_bytes(), whole)

    def test_what_progress_raises_comes_out(self):
        def progress(at):
            raise LookupError(f"step {at.step}")

        with self.assertRaisesRegex(LookupError, "step 1"):
            self.trained(1, progress=progress)

    def test_epoch_within_progress_is_an_error(self):
        said = []

        def progress(at):
            with self.assertRaises(snndelay.Error) as caught:
                trainer.epoch(self.x, self.y)
            said.append(caught.exception.status)
            self.assertEqual(trainer.evaluate(self.x, self.y).samples, 256)

        trainer = self.trained(0, progress=progress)
        trainer.epoch(self.x, self.y)
        self.assertEqual(said, ["error_state"] * 8)

    def test_notes_of_checkpoints(self):
        path = temporary(self, "checkpoint")
        self.trained(1).save_checkpoint(path, "größer")
        self.assertEqual(self.trained(0).load_checkpoint(path), "größer")

    def test_steps_are_epochs(self):
        trainer = self.trained(0)
        for x, y, lengths in snndelay.Dataset(self.x, self.y).batches(32, shuffle=1):
            self.assertIsNone(lengths)
            trainer.step(x, y)
        trainer.end_epoch()
        self.assertEqual(trainer.network.to_bytes(), self.trained(1).network.to_bytes())

    def test_options_of_trainers(self):
        trainer = self.trained(1, weights={"weight_decay": 0.1, "decoupled": 1}, clip_norm=1.0, label_smoothing=0.1,
                               weight_schedule={"kind": "constant", "value": 1e-3}, class_weight=[1, 2],
                               sigma_schedule=snndelay.Schedule("constant", value=2), picojoules={"accumulation": 1})
        report = trainer.epoch(self.x, self.y)
        self.assertEqual((report.weight_rate, report.sigma), (1e-3, 2))
        self.assertEqual(report.picojoules, report.accumulations)
        with self.assertRaisesRegex(TypeError, "no option 'epoch'; there are epochs, batch"):
            self.trained(0, epoch=3)

    def test_a_bar_where_it_is_asked_for(self):
        with mock.patch("sys.stderr", io.StringIO()) as shown, mock.patch.dict("sys.modules", {"tqdm.auto": None}):
            self.trained(1, bar=True)
            self.assertIn("epoch 1: step 8 of 8, loss", shown.getvalue())
            self.assertTrue(shown.getvalue().endswith("\r\x1b[K"))
        with mock.patch("sys.stderr", io.StringIO()) as shown:
            self.trained(1)
            self.assertEqual(shown.getvalue(), "")

    def test_a_bar_never_ends_a_run(self):
        class Broken(io.StringIO):
            def write(self, _):
                raise OSError("nobody reads")

        for stream, tqdm in ((Broken(), {"tqdm.auto": None}), (Broken(), {}), (None, {})):
            with mock.patch("sys.stderr", stream), mock.patch.dict("sys.modules", tqdm):
                self.assertEqual(self.trained(1, bar=True).epochs_done, 1)

    def test_threads_run_while_the_library_works(self):
        net = snndelay.Network(40)
        net.add_delays(256)
        net.add_lif()
        net.add_delays(20)
        workspace = snndelay.Workspace(net, 16, 100)
        workspace.forward(np.ones((16, 100, 40), np.float32))
        counted, began, stop = [], threading.Event(), threading.Event()

        def count():
            while not stop.is_set():
                counted.append(time.perf_counter())
                began.set()
                time.sleep(0)

        thread = threading.Thread(target=count)
        thread.start()
        began.wait()
        middle = []
        # A busy machine may have no time for the thread in one call, or in several.
        for _ in range(100):
            begin = time.perf_counter()
            workspace.forward(np.ones((16, 100, 40), np.float32))
            end = time.perf_counter()
            middle = [at for at in counted if begin + 0.1 * (end - begin) < at < end - 0.1 * (end - begin)]
            if middle:
                break
        stop.set()
        thread.join()
        self.assertTrue(middle)


class Data(unittest.TestCase):
    def setUp(self):
        self.x, self.y = rhythms()

    def weights_after(self, data, **given):
        net = network()
        snndelay.Trainer(net, epochs=3, batch=32, **given).epoch(data)
        return net.to_bytes()

    def test_all_kinds_of_samples_are_the_same(self):
        whole = self.weights_after(snndelay.Dataset(self.x, self.y))
        counts = (self.x / 8).astype(np.uint8)
        self.assertEqual(self.weights_after(snndelay.Dataset(counts, self.y, scale=8)), whole)
        sample, step, channel = np.nonzero(counts)
        first = np.searchsorted(sample, np.arange(257))
        events = snndelay.Dataset.from_events(first, step, channel, self.y, steps=40, channels=2, scale=8)
        self.assertEqual(self.weights_after(events), whole)
        made = snndelay.Dataset.from_function(lambda index, epoch: self.x[index], self.y, steps=40, channels=2)
        self.assertEqual(self.weights_after(made, prefetch=4), whole)
        paths = temporary(self, "x.npy"), temporary(self, "y.npy")
        np.save(paths[0], self.x)
        np.save(paths[1], self.y)
        self.assertEqual(self.weights_after(snndelay.Dataset.load(*paths)), whole)

    def test_borrowed_arrays_stay(self):
        data = snndelay.Dataset(self.x.copy(), self.y.copy(), copy=False)
        part, rest = data.split(0.25, seed=3)
        del data
        self.assertEqual((len(part), len(rest)), (64, 192))
        x, label = part[0]
        self.assertIn((x.tobytes(), label), {(a.tobytes(), int(b)) for a, b in zip(self.x, self.y)})

    def test_lengths(self):
        lengths = 21 + np.arange(256) % 20
        data = snndelay.Dataset(self.x, self.y, lengths)
        self.assertEqual(data[5][0].shape, (26, 2))
        self.assertEqual(list(next(data.batches(4))[2]), [21, 22, 23, 24])
        self.assertEqual(data.select([3, 3, -1 + 1])[0][0].shape, (24, 2))
        with self.assertRaises(IndexError):
            data[256]

    def test_what_a_function_raises_comes_out(self):
        def fetch(index, epoch):
            raise LookupError("no such recording")

        data = snndelay.Dataset.from_function(fetch, self.y, steps=40, channels=2)
        with self.assertRaisesRegex(LookupError, "no such recording"):
            data[0]
        with self.assertRaisesRegex(LookupError, "no such recording"):
            self.weights_after(data)

    def test_samples_of_a_function_have_their_shape_and_type(self):
        for given, error, said in ((self.x[0][:1], ValueError, r"sample 0 has the shape \(1, 2\); expected \(40, 2\)"),
                                   (self.x[0].T, ValueError, r"\(2, 40\)"),
                                   (self.x[0][:, :1], ValueError, r"\(40, 1\)"),
                                   (np.ones((41, 2)), ValueError, r"\(41, 2\)"), (1, ValueError, "0 axes; expected 2"),
                                   (None, TypeError, "expected numbers"), ([["1"] * 2] * 40, TypeError, "numbers"),
                                   (self.x[0] * 1j, TypeError, "complex")):
            data = snndelay.Dataset.from_function(lambda index, epoch: given, self.y, steps=40, channels=2)
            with self.assertRaisesRegex(error, said):
                data[0]

    def test_labels_and_lengths_may_change(self):
        def change(*_):
            y[:] = lengths[:] = 10**9

        y, lengths = self.y.astype(np.int32), np.full(256, 30, np.int32)
        expected = network()
        snndelay.Trainer(expected, epochs=3, batch=32).epoch(self.x, y, lengths)
        data = snndelay.Dataset(self.x, y, lengths, copy=False)
        change()
        self.assertEqual(data[0][0].shape, (30, 2))
        self.assertEqual(self.weights_after(data), expected.to_bytes())
        y, lengths, net = self.y.astype(np.int32), np.full(256, 30, np.int32), network()
        snndelay.Trainer(net, epochs=3, batch=32, progress=change).epoch(self.x, y, lengths)
        self.assertEqual(net.to_bytes(), expected.to_bytes())

    def test_what_would_be_ignored_is_refused(self):
        with self.assertRaisesRegex(TypeError, "x are a masked array"):
            snndelay.Dataset(np.ma.masked_greater(self.x, 1), self.y)
        with self.assertRaisesRegex(ValueError, "scale is 2, which multiplies counts; x is of type float32"):
            snndelay.Dataset(self.x, self.y, scale=2)

    def test_a_function_may_ask_another_dataset(self):
        other = snndelay.Dataset(self.x, self.y)
        data = snndelay.Dataset.from_function(lambda index, epoch: other[index][0], self.y, steps=40, channels=2)
        self.assertEqual(self.weights_after(data), self.weights_after(other))

    def test_data_of_another_context(self):
        data = snndelay.Dataset(self.x, self.y, context=snndelay.Context())
        with self.assertRaisesRegex(ValueError, "another context"):
            self.weights_after(data)


class Refused(unittest.TestCase):
    def test_errors_have_the_librarys_sentence(self):
        with self.assertRaisesRegex(snndelay.Error, "inputs is 0; expected 1 to 1048576") as caught:
            snndelay.Network(0)
        self.assertEqual(caught.exception.status, "error_argument")
        with self.assertRaises(snndelay.Error) as caught:
            snndelay.load("/nowhere/net.safetensors")
        self.assertEqual(caught.exception.status, "error_io")

    def test_numbers_and_words(self):
        net = snndelay.Network(2)
        with self.assertRaisesRegex(ValueError, "max_delay is 4294967320; expected -2147483648 to 2147483647"):
            net.add_delays(3, max_delay=2**32 + 24)
        with self.assertRaisesRegex(ValueError, "profile is 'gaus'; expected one of 'gauss', 'max'"):
            net.add_delays(3, profile="gaus")
        with self.assertRaisesRegex(TypeError, "there is no option 'max_delays'; there are max_delay,"):
            net.add_delays(3, max_delays=24)
        with self.assertRaisesRegex(TypeError, "outputs is 2.5; expected a whole number"):
            net.add_delays(2.5)

    def test_arrays(self):
        x, y = rhythms()
        with self.assertRaisesRegex(ValueError, "there are 256 samples in x, and 255 in y"):
            snndelay.Dataset(x, y[1:])
        with self.assertRaisesRegex(ValueError, "x have 2 axes; expected 3"):
            snndelay.Dataset(x[0], y)
        with self.assertRaisesRegex(TypeError, "y are of type float64; expected whole numbers"):
            snndelay.Dataset(x, y.astype(float))
        with self.assertRaisesRegex(ValueError, "y have a number outside"):
            snndelay.Dataset(x, y + 2**32)
        with self.assertRaisesRegex(ValueError, r"frame has the shape \(3,\); expected \(2,\)"):
            snndelay.Stream(network()).push(np.zeros(3))
        net = network()
        workspace = snndelay.Workspace(net, 4, 40)
        workspace.forward(x[:4])
        with self.assertRaisesRegex(ValueError, r"y has the shape \(5,\); expected \(4,\)"):
            workspace.loss(y[:5])
        with self.assertRaises(snndelay.Error):
            net.layers[0].weight = np.full((16, 2, 1), np.nan)

    def test_a_layer_says_what_it_has(self):
        net = network()
        delays, norm = net.layers[:2]
        self.assertEqual([hasattr(delays, name) for name in ("weight", "scale", "delays")], [True, False, True])
        self.assertEqual([hasattr(norm, name) for name in ("weight", "scale", "delays")], [False, True, False])
        with self.assertRaisesRegex(snndelay.Error, "no array 'scale'"):
            delays.scale
        with self.assertRaisesRegex(snndelay.Error, "batch_norm 16 -> 16> has no synapses"):
            norm.delay_counts()
        with self.assertRaisesRegex(AttributeError, "wieght"):
            delays.wieght = delays.weight
        with self.assertRaisesRegex(AttributeError, "a Network has no 'sgima'"):
            net.sgima = 3

    def test_layers_are_equal_if_they_are_one(self):
        net = network()
        self.assertEqual(net.layers[0], net.layers[0])
        self.assertIn(net.layers[1], set(net.layers))
        self.assertNotEqual(net.layers[0], net.layers[1])
        self.assertNotEqual(net.layers[0], net.clone().layers[0])
        for function in (copy.copy, copy.deepcopy, pickle.dumps):
            with self.assertRaisesRegex(TypeError, "a Layer cannot be (copied|pickled); its network can"):
                function(net.layers[0])

    def test_what_was_made_from_a_network_outlives_its_end(self):
        x, y = rhythms()
        net = network()
        workspace, trainer = snndelay.Workspace(net, 4, 40), snndelay.Trainer(net, batch=32)
        net.close()
        workspace.forward(x[:4])
        self.assertEqual(workspace.scores().shape, (4, 2))
        self.assertEqual(trainer.step(x[:32], y[:32]).samples, 32)

    def test_options_that_are_no_numbers_or_functions_are_named(self):
        _, y = rhythms()
        net = network()
        for call, said in ((lambda: net.add_dropout("0.4"), "probability is '0.4'; expected a number"),
                           (lambda: setattr(net, "sigma", "a"), "sigma is 'a'; expected a number"),
                           (lambda: net.add_lif(tau="x"), "tau is 'x'; expected a number"),
                           (lambda: net.add_lif(tau=None), "tau is None; expected a number"),
                           (lambda: snndelay.Trainer(net, weights=None), "weights is None; expected a dict"),
                           (lambda: snndelay.Trainer(net, weights="adam"), "weights is 'adam'; expected a dict"),
                           (lambda: snndelay.Trainer(net, progress=5), "progress is 5; expected a function"),
                           (lambda: snndelay.Trainer(net, reduce=5), "reduce is 5; expected a function"),
                           (lambda: snndelay.Context(log=5), "log is 5; expected a function"),
                           (lambda: snndelay.Dataset.from_function(5, y, steps=40, channels=2), "fetch is 5"),
                           (lambda: snndelay.random_uniform(1.5, 0, 0), "seed is 1.5; expected a whole number")):
            with self.assertRaisesRegex(TypeError, said):
                call()
        with self.assertRaisesRegex(ValueError, "stream is -1; expected 0 to"):
            snndelay.random_uniform(0, -1, 0)

    def test_sentences_have_words_and_methods_of_python(self):
        x, y = rhythms()
        net = network()
        snndelay.DeepR(net).close()
        with self.assertRaisesRegex(snndelay.Error, r"already has a mask; start from it \('keep'\)"):
            snndelay.RigL(net)
        trainer = snndelay.Trainer(net, batch=32, progress=lambda at: trainer.step(x[:32], y[:32]))
        with self.assertRaisesRegex(snndelay.Error, r"complete the epoch with Trainer.epoch\(\) first"):
            trainer.epoch(x, y)
        with self.assertRaisesRegex(snndelay.Error, "expected 'shared', 'given' or 'learned'"):
            net.clone().add_lif(tau_per_neuron=7)

    def test_an_empty_list_is_of_whole_numbers(self):
        self.assertEqual(snndelay.Stream(network()).push_events([]).shape, (2,))

    def test_objects_of_another_kind(self):
        x, y = rhythms()
        net = network()
        plan, trainer, optimizer = snndelay.Plan(net), snndelay.Trainer(net), snndelay.Optimizer(net)
        workspace, data = snndelay.Workspace(net, 4, 40), snndelay.Dataset(x, y)
        controller = snndelay.DeepR(net)
        for call, said in (
                (lambda: snndelay.Network(2, context=net), "context is of type Network; expected Context"),
                (lambda: snndelay.from_bytes(net.to_bytes(), context=net), "context is of type Network"),
                (lambda: snndelay.Dataset(x, y, context=trainer), "context is of type Trainer"),
                (lambda: snndelay.Plan(plan), "network is of type Plan; expected Network"),
                (lambda: snndelay.Stream(trainer), "network is of type Trainer; expected Network or Plan"),
                (lambda: snndelay.Workspace(plan, 4, 40), "network is of type Plan"),
                (lambda: snndelay.Optimizer(plan), "network is of type Plan"),
                (lambda: snndelay.DeepR(trainer), "network is of type Trainer"),
                (lambda: snndelay.Trainer(workspace), "network is of type Workspace"),
                (lambda: snndelay.Trainer(net, sparsity=trainer), "sparsity is of type Trainer; expected Sparsity"),
                (lambda: snndelay.Batches(net), "dataset is of type Network"),
                (lambda: snndelay.export_c(net, "no.c", "no.h", samples=x), "samples is of type ndarray"),
                (lambda: net.rewind(data), "initial is of type Dataset"),
                (lambda: net.copy_parameters(plan), "other is of type Plan"),
                (lambda: net.changes(plan), "before is of type Plan"),
                (lambda: net.receptive_fields(0), "layer is of type int; expected Layer"),
                (lambda: optimizer.step(optimizer), "workspace is of type Optimizer"),
                (lambda: optimizer.moment(net, "weight"), "layer is of type Network"),
                (lambda: controller.step(trainer), "workspace is of type Trainer"),
                (lambda: controller.step(workspace, trainer), "optimizer is of type Trainer"),
                (lambda: controller.end_epoch(workspace), "optimizer is of type Workspace"),
                (lambda: workspace.record(data), "layer is of type Dataset"),
                (lambda: workspace.add_gradient("weight", x), "layer is of type str"),
                (lambda: workspace.spike_rates(None), "layer is of type NoneType"),
                (lambda: workspace.set_dropout_mask(0, None), "layer is of type int"),
                (lambda: trainer.set_factor(net, "weight", 0), "layer is of type Network"),
                (lambda: snndelay.Stream(net).restore(5), "bytes-like")):
            with self.assertRaisesRegex(TypeError, said):
                call()

    def test_copies(self):
        net = network()
        self.assertEqual(pickle.loads(pickle.dumps(net)).to_bytes(), net.to_bytes())
        with self.assertRaisesRegex(TypeError, "a Plan cannot be pickled"):
            pickle.dumps(snndelay.Plan(net))


if __name__ == "__main__":
    unittest.main()
