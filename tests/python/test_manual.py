"""What the manual has in Python runs, page by page from top to bottom."""

import os
import re
import tempfile
import unittest

from support import ROOT


class Manual(unittest.TestCase):
    def test_pages(self):
        for page in ("doc/python.md", "doc/coming-from.md", "README.md"):
            blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.M | re.S)
            self.assertTrue(blocks, page)
            here = os.getcwd()
            with tempfile.TemporaryDirectory() as folder, self.subTest(page):
                os.chdir(folder)
                try:
                    exec(compile("\n".join(blocks), page, "exec"), {"print": lambda *_: None})
                finally:
                    os.chdir(here)


if __name__ == "__main__":
    unittest.main()
