"""Places that the library reads and writes: paths, and files of Python's, which have read() or write()."""

from __future__ import annotations

import ctypes as c
import os
from typing import Any, BinaryIO, Union

from . import _declarations as declarations
from ._interrupt import Waiting
from ._library import path_of, set_function

Path = Union[str, bytes, os.PathLike]
# A path, or a file that is open in binary mode: anything with read() or write() of bytes.
Place = Union[Path, BinaryIO]

# At most as many bytes at a time go through a file of Python's.
PIECE = 1 << 20


def is_file(place: Any) -> bool:
    """Whether a place is a file of Python's. Paths may have read() and write(), too."""
    return not isinstance(place, (str, bytes, os.PathLike)) and (hasattr(place, "read") or hasattr(place, "write"))


def reader(file, owner):
    """The header's snnd_reader of a file, from where it is to its end. What the file raises comes out of the call."""

    def read(_, memory, count):
        try:
            asked = min(count, PIECE)
            with Waiting():
                data = file.read(asked)
            if data is None:
                raise BlockingIOError("the file has nothing to read yet; it must not be in non-blocking mode")
            if not isinstance(data, (bytes, bytearray, memoryview)):
                raise TypeError(f"the file gives {type(data).__name__}; expected bytes, as of a file in binary mode")
            if len(data) > asked:
                raise ValueError(f"the file gives {len(data)} bytes; it was asked for {asked} at most")
            c.memmove(memory, bytes(data), len(data))
            return len(data)
        except BaseException as error:
            owner.raised = error
            return -1

    made = declarations.snnd_reader()
    set_function(made, "read", read)
    return made


def writer(file, owner):
    """The header's snnd_writer of a file. What the file raises comes out of the call."""

    def write(_, memory, count):
        try:
            while count:
                data = c.string_at(memory, min(count, PIECE))
                with Waiting():
                    written = file.write(data)
                # A file without a buffer may take fewer bytes; what is not a file at all may not say how many.
                written = len(data) if written is None else written
                if not 0 < written <= len(data):
                    raise OSError(f"the file has taken {written} of {len(data)} bytes")
                memory, count = memory + written, count - written
            return 0
        except BaseException as error:
            owner.raised = error
            return 1

    made = declarations.snnd_writer()
    set_function(made, "write", write)
    return made


def source(place, owner, by_path, by_reader):
    """The function that reads a place, and the place as it takes it."""
    return (by_reader, c.byref(reader(place, owner))) if is_file(place) else (by_path, path_of(place))


def target(place, owner, by_path, by_writer):
    """The function that writes to a place, and the place as it takes it."""
    return (by_writer, c.byref(writer(place, owner))) if is_file(place) else (by_path, path_of(place))
