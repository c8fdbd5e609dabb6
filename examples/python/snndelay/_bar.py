"""A bar that shows how far an epoch is: tqdm's where it is installed, else a line of text."""

import contextlib
import sys


def wants_bar(asked):
    """Whether there is somebody to look: a terminal or a notebook, unless the host has said."""
    if asked is not None:
        return asked
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    terminal = sys.stderr and not sys.stderr.closed and sys.stderr.isatty()
    return type(shell).__name__ == "ZMQInteractiveShell" or bool(terminal)


class Bar:
    def __init__(self, wanted):
        self.wanted, self._tqdm, self._shown = wanted, None, False

    def __enter__(self):
        return self

    def show(self, progress):
        """Shows a step. Where that fails, be it that nobody reads standard error any more, there is no bar."""
        if not self.wanted:
            return
        try:
            self._show(progress)
        except Exception:
            self.wanted = False

    def _show(self, progress):
        text = f"epoch {progress.epoch + 1}"
        numbers = f"loss {progress.loss:.3f}, {100 * progress.accuracy:.1f} %"
        if not self._shown:
            self._shown = True
            try:
                from tqdm.auto import tqdm
                self._tqdm = tqdm(total=progress.steps, desc=text, leave=False, initial=progress.step)
            except ImportError:
                pass
        if self._tqdm is not None:
            self._tqdm.n = progress.step
            self._tqdm.set_postfix_str(numbers)
        else:
            sys.stderr.write(f"\r{text}: step {progress.step} of {progress.steps}, {numbers}\x1b[K")
            sys.stderr.flush()

    def __exit__(self, *_):
        # Whatever comes of it, the epoch is done.
        with contextlib.suppress(Exception):
            if self._tqdm is not None:
                self._tqdm.close()
            elif self._shown:
                sys.stderr.write("\r\x1b[K")
