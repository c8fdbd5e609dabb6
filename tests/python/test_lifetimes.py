"""Objects keep alive what they were made from, and are freed in the right order, whatever order they are dropped in."""

import gc
import os
import random
import signal
import sys
import threading
import traceback
import unittest

import numpy as np

from support import network, rhythms, snndelay


def resident():
    """Bytes of this process in memory."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


class Recorder:
    """Notes what is freed, and that nothing is freed before what was made from it."""

    def __init__(self):
        self.made, self.freed, self.wrong = {}, [], []

    def watch(self, thing):
        handle = thing._handle
        free = handle.free

        def freeing(pointer):
            self.wrong += [kind for kind, parents in self.made.values() if handle in parents]
            del self.made[handle]
            self.freed.append(handle)
            free(pointer)

        self.made[handle] = type(thing).__name__, handle.parents
        handle.free = freeing
        return thing


class Lifetimes(unittest.TestCase):
    def test_a_view_outlives_all(self):
        weight = snndelay.Network(3).add_delays(4).weight
        before = weight.copy()
        gc.collect()
        others = [snndelay.Network(3).add_delays(4) for _ in range(20)]
        np.testing.assert_array_equal(weight, before)
        weight[:] = 2
        self.assertEqual(weight.sum(), 24)
        del others

    def test_a_view_is_the_librarys_memory(self):
        net = network()
        net.layers[0].weight[:] = 0
        self.assertFalse(np.any(net.layers[0].weights))
        net.layers[0].weight[3, 1, 0] = 0.5
        self.assertEqual(snndelay.from_bytes(net.to_bytes()).layers[0].weights[3, 1, 0], 0.5)

    def test_closed_objects_say_so(self):
        with network() as net:
            layer = net.layers[0]
        with self.assertRaisesRegex(snndelay.Error, "this Network is closed"):
            net.save("nowhere")
        net.close()
        self.assertEqual(layer.outputs, 16)
        self.assertIn("closed", repr(net))

    @unittest.skipUnless(hasattr(os, "fork"), "there is no fork()")
    def test_a_child_leaves_alone_what_has_threads(self):
        def used():
            with self.assertRaisesRegex(snndelay.Error, "this was made before fork"):
                trainer.epoch(x, y)
            mine = network()
            snndelay.Trainer(mine, epochs=3, batch=64).epoch(x, y)
            self.assertEqual(mine.to_bytes(), expected)

        def collected():
            made.clear()
            gc.collect()

        def used_without_threads():
            single.epoch(x, y)
            self.assertEqual(single.network.to_bytes(), expected)

        (x, y), made = rhythms(), []
        for _ in range(2):
            made.append(snndelay.Trainer(network(context=snndelay.Context(threads=2)), epochs=3, batch=64))
            made[-1].epoch(x, y)
        trainer = made.pop()
        single = snndelay.Trainer(network(context=snndelay.Context(threads=1)), epochs=3, batch=64)
        expected = trainer.network.to_bytes()
        for work in (used, collected, used_without_threads):
            child = os.fork()
            if child == 0:
                # What waits for a thread that there is not waits for ever.
                signal.alarm(60)
                try:
                    work()
                    os._exit(0)
                except BaseException:
                    traceback.print_exc()
                finally:
                    os._exit(1)
            self.assertEqual(os.waitpid(child, 0)[1], 0, work.__name__)

    def test_random_lifetimes(self):
        draw, recorder, x, y = random.Random(1), Recorder(), *rhythms()
        made = []

        def one_of(kind):
            found = [thing for thing in made if type(thing) is kind]
            return draw.choice(found) if found else None

        def grow():
            net = one_of(snndelay.Network)
            if net is None or draw.random() < 0.2:
                return recorder.watch(network(4, context=recorder.watch(snndelay.Context(threads=draw.choice([1, 2])))))
            kind = draw.randrange(8)
            if kind == 0:
                return recorder.watch(snndelay.Workspace(net, 2, 5))
            if kind == 1:
                return recorder.watch(snndelay.Optimizer(net))
            if kind == 2:
                return recorder.watch(snndelay.Trainer(net, epochs=3, batch=64))
            if kind == 3:
                return recorder.watch(snndelay.Plan(net))
            if kind == 4:
                plan = one_of(snndelay.Plan)
                return recorder.watch(snndelay.Stream(plan)) if plan else None
            if kind == 5:
                return net.layers[0].position
            if kind == 6:
                data = recorder.watch(snndelay.Dataset(x, y, copy=False, context=net.context))
                return [recorder.watch(part) for part in data.split(0.5)]
            clone = net.clone()
            return recorder.watch(clone), recorder.watch(snndelay.DeepR(clone)), clone

        for _ in range(1500):
            thing = grow()
            if draw.random() < 0.3:
                # A cycle, whose members are collected in whatever order the interpreter likes.
                holder = [thing]
                holder.append(holder)
                made.append(holder)
            elif thing is not None:
                made.append(thing)
            while len(made) > draw.randrange(1, 40):
                made.pop(draw.randrange(len(made)))
            if draw.random() < 0.02:
                gc.collect()
        made.clear()
        thing = holder = None
        gc.collect()
        self.assertEqual(recorder.wrong, [])
        self.assertEqual(recorder.made, {})
        self.assertGreater(len(recorder.freed), 700)

    def test_dropped_in_another_thread_meanwhile(self):
        x, y = rhythms()
        net = network()
        recorder, others = Recorder(), []
        trainer = snndelay.Trainer(net, epochs=5, batch=8)
        stop = threading.Event()

        def drop():
            while not stop.is_set():
                if others:
                    others.pop()

        def progress(_):
            others.append(recorder.watch(net.clone()))

        thread = threading.Thread(target=drop)
        thread.start()
        trainer._progress = progress
        for _ in trainer.run(x, y):
            pass
        stop.set()
        thread.join()
        others.clear()
        self.assertEqual(net._handle.users, 2)
        self.assertEqual((recorder.wrong, recorder.made), ([], {}))
        self.assertEqual(len(recorder.freed), 160)

    def test_a_network_of_another_context_is_copied_whole(self):
        one, other = (network(64, context=snndelay.Context(threads=1)) for _ in range(2))
        stop, shape = threading.Event(), one.layers[0].weight.shape

        def change():
            layer, k = one.layers[0], 0
            while not stop.is_set():
                k += 1
                layer.weight = np.full(shape, k % 50, np.float32)

        thread = threading.Thread(target=change)
        thread.start()
        torn = 0
        try:
            for _ in range(200):
                with one._owner:
                    taken = threading.Thread(target=other.copy_parameters, args=(one,))
                    taken.start()
                    taken.join(0.001)
                    # Whoever copies waits.
                    torn += not taken.is_alive()
                taken.join()
        finally:
            stop.set()
            thread.join()
        self.assertEqual(torn, 0)

    def test_references_of_python_objects_come_back(self):
        x, y = rhythms()
        net = network()
        counted = [x, y, net, net._handle]
        before = [sys.getrefcount(each) for each in counted]
        for _ in range(20):
            with snndelay.Dataset(x, y, copy=False) as data:
                data.split(0.5)
            trainer = snndelay.Trainer(net, epochs=2, batch=128, progress=lambda p: False)
            trainer.epoch(x, y)
            trainer.evaluate(x, y)
            del trainer
            snndelay.Stream(net).push(x[0, 0])
        gc.collect()
        self.assertEqual([sys.getrefcount(each) for each in counted], before)

    @unittest.skipUnless(sys.platform == "linux", "memory is read from /proc")
    def test_memory_is_flat_over_a_thousand_networks(self):
        x, y = rhythms()

        def live():
            net = network(64)
            trainer = snndelay.Trainer(net, epochs=1, batch=64, sparsity=snndelay.DeepR(net))
            trainer.step(x[:8], y[:8])
            view = net.layers[0].weight
            snndelay.Stream(net).push(x[0, 0])
            return view

        for _ in range(100):
            live()
        gc.collect()
        before = resident()
        for _ in range(1000):
            live()
        gc.collect()
        # One network with its trainer is more than this a thousand times over.
        self.assertLess(resident() - before, 4 << 20)


if __name__ == "__main__":
    unittest.main()
