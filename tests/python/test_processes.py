"""Several processes train one network, to the bits of one."""

import io
import multiprocessing
import threading
import unittest

import numpy as np

from support import network, rhythms, snndelay

# A child begins with what this process has imported.
fork = multiprocessing.get_context("fork")


def trainer(**given):
    net = network()
    return snndelay.Trainer(net, epochs=3, batch=32, shards=4, sparsity=snndelay.DeepR(net, sparsity=0.5), **given)


def trained(**given):
    """What a run ends with: a checkpoint, and the report of an evaluation but for its time."""
    made, (x, y), file = trainer(**given), rhythms(), io.BytesIO()
    made.epoch(x, y)
    made.step(x[:30], y[:30])
    report = vars(made.evaluate(x, y))
    made.save_checkpoint(file)
    return file.getvalue(), {key: value for key, value in report.items() if key != "seconds"}


def rank_of_two(rank, other, to):
    def reduce(values):
        # One sends first, so that neither waits for the other to read.
        if rank == 0:
            other.send_bytes(values)
        theirs = np.frombuffer(other.recv_bytes(), values.dtype)
        if rank == 1:
            other.send_bytes(values)
        values += theirs

    to.send(trained(rank=rank, ranks=2, reduce=reduce))


class Processes(unittest.TestCase):
    def test_two_processes_end_with_the_bits_of_one(self):
        expected = trained()
        ends, results = fork.Pipe(), [fork.Pipe(duplex=False) for _ in range(2)]
        ranks = [fork.Process(target=rank_of_two, args=(rank, ends[rank], results[rank][1])) for rank in range(2)]
        for rank in ranks:
            rank.start()
        for end in (*ends, *(to for _, to in results)):
            end.close()
        found = [result.recv() for result, _ in results]
        for rank in ranks:
            rank.join()
        self.assertEqual([rank.exitcode for rank in ranks], [0, 0])
        self.assertEqual(found, [expected, expected])

    def test_threads_may_be_ranks(self):
        expected, meet = trained(), threading.Barrier(4)
        given, found = [None] * 4, [None] * 4

        def work(rank):
            def reduce(values):
                # Rounds as a hypercube has them: each adds what the rank has whose number differs in one bit.
                for bit in (1, 2):
                    given[rank] = values.copy()
                    meet.wait()
                    values += given[rank ^ bit]
                    meet.wait()

            found[rank] = trained(rank=rank, ranks=4, reduce=reduce)

        threads = [threading.Thread(target=work, args=(rank,)) for rank in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [expected] * 4)

    def test_what_reduce_raises_comes_out_and_nothing_has_moved(self):
        x, y = rhythms()

        def reduce(values):
            raise ConnectionError("the other has gone")

        made = trainer(ranks=2, reduce=reduce)
        before = made.network.to_bytes()
        with self.assertRaisesRegex(ConnectionError, "the other has gone"):
            made.epoch(x, y)
        with self.assertRaisesRegex(ConnectionError, "the other has gone"):
            made.step(x[:4], y[:4])
        self.assertEqual(made.network.to_bytes(), before)

    def test_sums_that_are_returned_are_refused(self):
        made = trainer(ranks=2, reduce=lambda values: 2 * values)
        with self.assertRaisesRegex(TypeError, "reduce has returned something"):
            made.epoch(*rhythms())

    def test_ranks_without_reduce(self):
        with self.assertRaisesRegex(snndelay.Error, "reduce"):
            trainer(ranks=2)


if __name__ == "__main__":
    unittest.main()
