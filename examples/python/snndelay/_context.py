"""Contexts: memory, threads and log of what is made from them."""

from __future__ import annotations

import ctypes as c
import os
import threading
from typing import Any, Callable, Optional

from ._handles import Object, Owner, of_kind
from ._interrupt import Held
from ._library import function_of, library, options, set_function, whole, word_of


class Context(Object):
    """A context has the threads, the instruction set, the log and the last error of everything that is made from it.

    The options have the header's names and defaults. threads (0) is the number of threads, 0 standing for one for each
    processor. isa ("auto", "plain", "avx2", "avx512") selects the instruction set, method ("auto", "direct",
    "spectral") how training passes compute currents, and products ("auto", "own", "blas") what makes matrix products.
    low_memory (0) saves memory in training for some more time if it is 1. `log` is called as log(level, message); a
    level is "warning", "info" or "debug".

    Any thread may use what is made from a context, and a second thread waits until the first one is done. Objects that
    are to work at the same time need contexts of their own; a thread that names none has one for itself.
    """

    def __init__(self, *, log: Optional[Callable[[str, str], Any]] = None, **given: Any) -> None:
        for name in ("allocate", "release", "memory_user", "log_user"):
            if name in given:
                raise TypeError(f"{name} is left to C: a function of Python's can neither raise nor wait where memory "
                                "is taken and given back")
        made = options("snnd_context_options", given)
        if log is not None:
            function_of(log, "log")
            set_function(made, "log", lambda _, level, message: log(word_of("snnd_log_level", level),
                                                                    message.decode(errors="replace")))
        with Held():
            owner = Owner(made)
            self._hold(owner, owner.context, "snnd_context_free")
            owner.root = self._handle
            self._handle.keep(made)

    @property
    def context(self) -> Context:
        """This is the context itself."""
        return self

    def info(self) -> dict[str, Any]:
        """Returns a dict of the number of `threads`, the instruction set `isa`, and what makes matrix `products`."""
        threads, isa, products = c.c_int32(), c.c_int(), c.c_char_p()
        self._call("snnd_context_info", c.byref(threads), c.byref(isa), c.byref(products))
        return {"threads": threads.value, "isa": word_of("snnd_isa", isa.value),
                "products": (products.value or b"").decode()}


_default = threading.local()


def context_or_default(context):
    """The context given, or the one that this thread has for itself."""
    if context is not None:
        return of_kind(context, Context, "context")
    if getattr(_default, "context", None) is None:
        _default.context = Context()
    return _default.context


def _leave_alone():
    """A child that fork() made has a context of its own."""
    _default.context = None


os.register_at_fork(after_in_child=_leave_alone)


def random_uniform(seed: int, stream: int, index: int) -> float:
    """Returns a uniform number in [0, 1), which is a function of the three numbers given, 0 to 2^64 - 1 each."""
    numbers = (("seed", seed), ("stream", stream), ("index", index))
    return library.snnd_random_uniform(*(whole(value, name, 64, False) for name, value in numbers))
