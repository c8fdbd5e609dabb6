"""The notebooks run from top to bottom, and say what they are there to say."""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest

from support import PACKAGE


class Notebooks(unittest.TestCase):
    def run_notebook(self, name, folder):
        env = {**os.environ, "PYTHONPATH": str(PACKAGE), "MPLBACKEND": "Agg"}
        return subprocess.run([sys.executable, PACKAGE / "notebooks" / name], cwd=folder, check=True, text=True,
                              env=env, stdout=subprocess.PIPE).stdout

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_train_and_look(self):
        said = self.run_notebook("train_and_look.py", self.folder)
        self.assertIn("100.0 % of 64 samples right", said)
        if importlib.util.find_spec("matplotlib"):
            self.assertGreater(os.path.getsize(os.path.join(self.folder, "train_and_look.png")), 10000)
        else:
            self.assertIn("without matplotlib there is no picture", said)

    def test_sweep_sparsities(self):
        said = self.run_notebook("sweep_sparsities.py", self.folder)
        synapses = [int(number) for number in re.findall(r"(\d+) synapses", said)]
        self.assertEqual(synapses, [512, 256, 128, 64, 256, 128, 64])
        dense = float(re.search(r"DeepR +0\.0 % absent, .*?: +([\d.]+) % right", said)[1])
        self.assertGreater(dense, 80)
        self.assertIn("DEEP R less fixed masks", said)

    def test_deploy_to_c(self):
        said = self.run_notebook("deploy_to_c.py", self.folder)
        self.assertIn("rhythm: ", said)
        for same in re.findall(r"for (\d+) of 256 samples", said):
            self.assertGreaterEqual(int(same), 254)
        self.assertEqual(said.count("of 256 samples"), 2)


if __name__ == "__main__":
    unittest.main()
