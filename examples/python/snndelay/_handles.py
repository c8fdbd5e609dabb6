"""Handles of the library and who may free them.

A handle counts its users: the Python object that was made for it, arrays that show its memory, and the handles that
were made from it. It is freed when nobody uses it, and only then does it let go of what it was made from. So whatever
order the interpreter collects objects in, children are freed before their parents.

Garbage is collected at any time and in any thread, also in the middle of a call for the same context. Then what is let
go of is only put on a list, which the thread that has the context works off when its call is over.

Threads do not go with a child that fork() makes. There a context with threads, or one that another thread was in, and
all that was made from it, is left alone: it is neither used nor freed.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes as c
import os
import threading
import weakref
from typing import TYPE_CHECKING, Any, Optional

from ._interrupt import came, come_again, hold, let_go, let_go_later
from ._library import Error, in_python, library, status_word

if TYPE_CHECKING:
    from ._context import Context


# How many forks there have been from the process that imported this to the present one.
forks = 0


# All contexts that there are.
owners: weakref.WeakSet[Owner] = weakref.WeakSet()


def count_fork():
    global forks
    forks += 1
    for owner in list(owners):
        owner.look_after_fork()


os.register_at_fork(after_in_child=count_fork)


class Owner:
    """A context of the library: one thread at a time is in it, as the header demands. `with` takes it."""

    def __init__(self, made):
        self._lock = threading.RLock()
        self._depth = 0
        # What let_go() is given by each who has the lock.
        self._held: list[Any] = []
        # Where a context has no threads a child may use what it has inherited.
        self._forks = None if made.threads == 1 else forks
        self._dropped: collections.deque[Handle] = collections.deque()
        # What a function of the host's has raised in the call that goes on.
        self.raised: Optional[BaseException] = None
        # What a function that makes samples has raised last. It may have been called ahead, for a call to come.
        self.raised_by_fetch: Optional[BaseException] = None
        # The context's own handle, once there is one.
        self.root: Any = None
        out = c.c_void_p()
        status = library.snnd_context_create(c.byref(made), c.byref(out))
        if status:
            raise Error(f"no context: {library.snnd_status_string(status).decode()}", status_word(status))
        self.context = out.value
        owners.add(self)

    def _inherited(self):
        return self._forks is not None and self._forks != forks

    def look_after_fork(self):
        """In a child: what another thread was in the midst of stays as it was for ever."""
        if self._forks is None:
            if self._lock.acquire(blocking=False):
                self._lock.release()
            else:
                self._forks = -1

    def _take(self):
        """Takes the lock. Ctrl-C ends the wait for another thread, although it is held back."""
        if threading.current_thread() is not threading.main_thread():
            self._lock.acquire()
            return
        while not self._lock.acquire(timeout=0.05):
            if came():
                raise KeyboardInterrupt

    def __enter__(self):
        if self._inherited():
            raise Error("this was made before fork(), and threads do not go with a child; make a network and what it "
                        "needs in the child, or give it context=snndelay.Context(threads=1), which no other thread is "
                        "in when the child is made", "error_state")
        held = hold()
        try:
            self._take()
        except BaseException:
            let_go(held)
            raise
        self._depth += 1
        self._held.append(held)
        return self

    def __exit__(self, *_):
        if self._depth == 1:
            self._work_off()
        self._depth -= 1
        held = self._held.pop()
        self._lock.release()
        self._tidy()
        let_go(held)

    def drop(self, use):
        """Lets go of a handle, now or when the thread that has the context is done."""
        if self._inherited():
            return
        held = hold()
        handle, use.handle = use.handle, None
        self._dropped.append(handle)
        self._tidy()
        let_go_later(held)

    def _tidy(self):
        while self._dropped and self._lock.acquire(blocking=False):
            try:
                if self._depth:
                    return
                self._depth = 1
                self._work_off()
                self._depth = 0
            finally:
                self._lock.release()

    def _work_off(self):
        while self._dropped:
            handle = self._dropped.popleft()
            handle.users -= 1
            if handle.users == 0:
                handle.free(handle.pointer)
                self._dropped.extend(handle.parents)

    def call(self, name, *arguments):
        """Calls a function of the library that returns a status; an error has the library's sentence, or is what a
        function of the host's raised meanwhile. True, where the call was stopped."""
        with self:
            status = getattr(library, name)(*arguments)
            raised, self.raised = self.raised, None
            if status and status_word(status) == "error_callback" and raised is None:
                raised, self.raised_by_fetch = self.raised_by_fetch, None
            if raised is not None:
                raise raised
            if status and status_word(status) != "stopped":
                sentence = library.snnd_context_last_error(self.context).decode(errors="replace")
                raise Error(in_python(sentence) or library.snnd_status_string(status).decode(), status_word(status))
            return bool(status)


@contextlib.contextmanager
def both(one, other):
    """Takes two contexts, in an order that is the same in all threads, so that none waits for another that waits for
    it."""
    first, second = sorted((one, other), key=id)
    with first, second:
        yield


class Handle:
    """A pointer of the library, the function that frees it, and the handles that it was made from."""

    __slots__ = ("owner", "pointer", "free", "parents", "users", "kept")

    def __init__(self, owner, pointer, free, parents):
        self.owner, self.pointer, self.free, self.parents, self.users = owner, pointer, free, parents, 0
        self.kept = []
        with owner:
            if not all(parent.users for parent in parents):
                raise Error("what this is made from was closed meanwhile", "error_state")
            for parent in parents:
                parent.users += 1

    def keep(self, thing):
        """Keeps something of the host's that the library points to alive until the handle is freed."""
        self.kept.append(thing)


class Use:
    """Somebody who needs a handle. It is let go of with this object."""

    __slots__ = ("handle",)

    def __init__(self, handle):
        with handle.owner:
            handle.users += 1
            self.handle = handle

    def __del__(self):
        # The interpreter ignores what comes out of here.
        try:
            self._drop()
        except KeyboardInterrupt:
            self._drop()
            come_again()

    def _drop(self):
        handle = getattr(self, "handle", None)
        if handle is not None:
            handle.owner.drop(self)


def of_kind(thing, kinds, name):
    """An object that was given, which has to be of a kind, or of one of several: the library is told an address, and
    takes what is there for what it expects."""
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    if not isinstance(thing, kinds):
        raise TypeError(f"{name} is of type {type(thing).__name__}; expected {' or '.join(k.__name__ for k in kinds)}")
    return thing


def use_of(thing, kinds, name):
    """The user of an object that was given, to be kept while a call lasts."""
    return of_kind(thing, kinds, name)._live()


class Object:
    """An object of the library. It may be closed, or used as a context manager that closes it; it is freed when nothing
    that was made from it is left, be that a layer, a trainer or an array that shows its memory."""

    _use = None

    def _make(self, owner, name, *arguments, free, parents=()):
        """Calls a function that makes something, which comes through its last argument."""
        with owner:
            out = c.c_void_p()
            owner.call(name, *arguments, c.byref(out))
            self._hold(owner, out.value, free, parents)

    def _hold(self, owner, address, free, parents=()):
        self._use = Use(Handle(owner, address, getattr(library, free), tuple(parents)))

    def _live(self):
        """The handle's user, to be kept while a call lasts."""
        use = self._use
        if use is None:
            raise Error(f"this {type(self).__name__} is closed", "error_state")
        return use

    @property
    def _handle(self):
        return self._live().handle

    @property
    def _owner(self):
        return self._handle.owner

    @property
    def context(self) -> Context:
        """This is the context that the object was made from, for others that are to work with it."""
        from ._context import Context
        context = Context.__new__(Context)
        context._use = Use(self._owner.root)
        return context

    def _call(self, name, *arguments):
        """Calls a function whose first argument this is."""
        use = self._live()
        return use.handle.owner.call(name, use.handle.pointer, *arguments)

    def _ask(self, name, *arguments):
        """Calls a function that cannot fail."""
        use = self._live()
        with use.handle.owner:
            return getattr(library, name)(use.handle.pointer, *arguments)

    def close(self) -> None:
        """Lets go of the library's object. Closing twice is allowed."""
        self._use = None

    def __repr__(self):
        return f"<snndelay.{type(self).__name__}{', closed' if self._use is None else ''}>"

    def __enter__(self):
        self._live()
        return self

    def __exit__(self, *_):
        self.close()

    def __copy__(self):
        raise TypeError(f"a {type(self).__name__} cannot be copied")

    def __reduce__(self):
        raise TypeError(f"a {type(self).__name__} cannot be pickled")
