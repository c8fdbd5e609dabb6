"""Ctrl-C at any moment: it comes out once, and leaves nothing taken."""

import io
import os
import signal
import sys
import tempfile
import threading
import time
import unittest

import numpy as np

from support import network, rhythms, snndelay


class Interrupt(unittest.TestCase):
    def setUp(self):
        self.x, self.y = rhythms()
        self.net = network()
        self.trainer = snndelay.Trainer(self.net, epochs=10**6, batch=128)

    def attempt(self, function, at):
        """Sends the signal where the interpreter enters the package's function number `at` of a call. Returns whether
        there was such a function, and whether KeyboardInterrupt came out."""
        entered, came = 0, False

        def trace(frame, event, _):
            nonlocal entered
            # What is raised where the interpreter enters __del__ is lost, whatever __del__ does.
            if "snndelay/_" in frame.f_code.co_filename and frame.f_code.co_name != "__del__":
                entered += 1
                if entered == at:
                    signal.raise_signal(signal.SIGINT)

        try:
            sys.settrace(trace)
            function()
            sys.settrace(None)
            if entered >= at:
                # It comes again a moment later, where it came while something was let go of.
                time.sleep(0.1)
        except KeyboardInterrupt:
            came = True
        finally:
            sys.settrace(None)
        return entered >= at, came

    def test_at_each_function_of_the_package(self):
        data = self.net.to_bytes()
        x, y = self.x[:8], self.y[:8]
        calls = (lambda: self.net.layers[0].weight, self.net.clone, lambda: self.net.sigma,
                 lambda: self.trainer.epoch(x, y), lambda: self.trainer.step(x, y), lambda: self.trainer.evaluate(x, y),
                 lambda: snndelay.Dataset(x, y), lambda: self.net.save(io.BytesIO()),
                 lambda: snndelay.from_bytes(data))
        owner, users = self.net._owner, self.net._handle.users
        for number, call in enumerate(calls):
            at, there = 0, True
            while there:
                at += 1
                there, came = self.attempt(call, at)
                self.assertEqual(came, there, (number, at))
                self.assertEqual((owner._lock._is_owned(), owner._depth), (False, 0), (number, at))
                self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler, (number, at))
            self.assertGreater(at, 3)
        self.assertEqual(self.net._handle.users, users)

    def test_a_checkpoint_wherever_a_run_is_left(self):
        class Slow:
            """Numbers whose conversion is interrupted."""

            def __array__(_, *__, **___):
                signal.raise_signal(signal.SIGINT)
                return self.x

        def between(path):
            for _ in self.trainer.run(self.x, self.y, checkpoint=path):
                signal.raise_signal(signal.SIGINT)

        def left(path):
            for _ in self.trainer.run(self.x, self.y, checkpoint=path):
                break
            raise KeyboardInterrupt

        for work in (lambda path: self.trainer.epoch(Slow(), self.y, checkpoint=path),
                     lambda path: list(self.trainer.run(Slow(), self.y, checkpoint=path)), between, left):
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "checkpoint")
                with self.assertRaises(KeyboardInterrupt):
                    work(path)
                done = self.trainer.epochs_done
                self.trainer.load_checkpoint(path)
                self.assertEqual(self.trainer.epochs_done, done)

    def test_a_wait_for_another_thread_is_interrupted(self):
        inside, stop = threading.Event(), threading.Event()

        def work():
            with self.net._owner:
                inside.set()
                stop.wait(10)

        threads = [threading.Thread(target=work),
                   threading.Timer(0.1, signal.raise_signal, (signal.SIGINT,))]
        threads[0].start()
        inside.wait()
        threads[1].start()
        with self.assertRaises(KeyboardInterrupt):
            self.net.sigma
        self.assertFalse(stop.is_set())
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(self.net.sigma, 12)

    def test_a_file_that_waits_is_interrupted(self):
        class Pipe:
            def read(self, _):
                signal.raise_signal(signal.SIGINT)
                raise AssertionError("nothing has interrupted the read")

        with self.assertRaises(KeyboardInterrupt):
            snndelay.load(Pipe())

    def test_an_error_of_a_fetch_function_comes_out_of_its_own_call(self):
        def fetch(index, _):
            if index >= 8:
                raise LookupError(f"sample {index}")
            return self.x[index]

        data = snndelay.Dataset.from_function(fetch, self.y, steps=40, channels=2, context=self.net.context)
        walk = snndelay.Batches(data, batch=4, prefetch=3)
        walk.get(0, 0)
        deadline = time.monotonic() + 10
        while self.net._owner.raised_by_fetch is None and time.monotonic() < deadline:
            time.sleep(0.01)
        self.net.sigma = 3
        with self.assertRaisesRegex(snndelay.Error, "sigma"):
            self.net.sigma = -1
        with self.assertRaisesRegex(LookupError, "sample"):
            walk.get(0, 2)


class Forks(unittest.TestCase):
    @unittest.skipUnless(hasattr(os, "fork"), "there is no fork()")
    def test_a_child_of_a_process_whose_other_thread_is_in_a_context(self):
        net, inside, stop = network(context=snndelay.Context(threads=1)), threading.Event(), threading.Event()

        def work():
            with net._owner:
                inside.set()
                stop.wait(10)

        thread = threading.Thread(target=work)
        thread.start()
        inside.wait()
        child = os.fork()
        if child == 0:
            # What waits for a thread that there is not waits for ever.
            signal.alarm(10)
            try:
                net.sigma
            except snndelay.Error as error:
                os._exit(0 if "before fork" in str(error) and network().sigma == 12 else 1)
            os._exit(2)
        stop.set()
        thread.join()
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        np.testing.assert_equal(net.sigma, 12)


if __name__ == "__main__":
    unittest.main()
