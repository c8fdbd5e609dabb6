"""Ctrl-C, which is held back while the package or the library works, so that it neither leaves a lock taken nor gets
lost where the interpreter ignores what is raised.

It is held back in the main thread alone, the only one that it interrupts, and only where the host has not put a handler
of its own in Python's place.
"""

import _thread
import importlib
import signal
import threading
import time
from typing import Any


# The functions of `signal` make enumerations of what they take and return, which takes more time than all the rest.
_fast: Any = importlib.import_module("_signal")
_set, _get = _fast.signal, _fast.getsignal
_SIGINT = int(signal.SIGINT)


class _State:
    # Whether Ctrl-C came while it was held back.
    came = False
    # Whether a function of the host's is at work that may wait for ever, which Ctrl-C interrupts.
    waiting = False


def _keep(*_):
    if _State.waiting:
        # The wait is over with this.
        _State.waiting = False
        raise KeyboardInterrupt
    _State.came = True


def came():
    """Whether Ctrl-C waits for the end of a call of this thread's."""
    return _State.came and _main() and _get(_SIGINT) is _keep


def _main():
    return threading.current_thread() is threading.main_thread()


def hold():
    """Holds Ctrl-C back, and returns what let_go() has to be given. From here on nothing is interrupted."""
    if not _main():
        return None
    handler = _get(_SIGINT)
    if handler is _keep and _State.waiting:
        _State.waiting = False
        return "waiting"
    if handler is not signal.default_int_handler:
        return None
    _State.came = False
    _set(_SIGINT, _keep)
    return "held"


def _give_back(held):
    """Ends hold(). Whether Ctrl-C came meanwhile, for whoever has held it."""
    if held == "waiting":
        _State.waiting = True
    elif held == "held":
        _set(_SIGINT, signal.default_int_handler)
        return _State.came
    return False


def let_go(held):
    """Ends hold(), and raises KeyboardInterrupt if Ctrl-C came meanwhile."""
    if _give_back(held):
        raise KeyboardInterrupt


def _send_again():
    time.sleep(0.001)
    _thread.interrupt_main()


def come_again():
    """Lets Ctrl-C come again a moment later, where the interpreter ignores what is raised."""
    _thread.start_new_thread(_send_again, ())


def let_go_later(held):
    """Ends hold(), and lets Ctrl-C come again if it came meanwhile."""
    if _give_back(held):
        come_again()


class Held:
    """hold() and let_go() for `with`."""

    def __enter__(self):
        self._held = hold()

    def __exit__(self, *_):
        let_go(self._held)


class Waiting:
    """A function of the host's reads or writes, and may wait for ever: Ctrl-C interrupts it."""

    def __enter__(self):
        self._mine = _main() and _get(_SIGINT) is _keep
        if self._mine:
            if _State.came:
                raise KeyboardInterrupt
            _State.waiting = True

    def __exit__(self, *_):
        if self._mine:
            _State.waiting = False
