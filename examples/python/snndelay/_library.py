"""The shared library: where it is, whether it is the right one, its functions, options and errors."""

from __future__ import annotations

import ctypes as c
import operator
import os
import pathlib
import re
import sys
import types
from typing import Any, Optional, Union

import numpy as np

from . import _declarations as declarations
from ._declarations import ABI, ENUMS, FUNCTIONS

FILES = (f"libsnndelay.so.{ABI}", "libsnndelay.so", f"libsnndelay.{ABI}.dylib", "libsnndelay.dylib")


# An array, a nested list, or a tensor; the docstring says of which shape.
Numbers = Any
# A word of an enumeration of the header, or its number.
Word = Union[str, int]


class Error(Exception):
    """This is raised with the library's sentence about what went wrong. `status` is the word of the header's
    snnd_status, such as "error_argument"."""

    __module__ = "snndelay"

    def __init__(self, sentence: str, status: Optional[str] = None) -> None:
        super().__init__(sentence)
        self.status = status


class MissingArray(Error, AttributeError):
    """This is raised if a layer has no such array, so that hasattr() says so."""

    __module__ = "snndelay"


class LibraryError(Error, ImportError):
    """This is raised if there is no library, or if it is another one than this package is made for."""

    __module__ = "snndelay"


def places():
    """What to try, in order. SNNDELAY_LIBRARY is a file, or a folder with one, and then there is nothing else to
    try."""
    given = os.environ.get("SNNDELAY_LIBRARY")
    if given and not os.path.isdir(given):
        # A bare name would be looked for where the system has its libraries, and not in this folder.
        return [os.path.abspath(given) if os.path.exists(given) else given]
    folder = pathlib.Path(given or pathlib.Path(__file__).parent)
    found = [str(folder / name) for name in FILES if (folder / name).exists()]
    if given and not found:
        raise LibraryError(f"SNNDELAY_LIBRARY is {given}, a folder without {FILES[0]}")
    return found if given else found + list(FILES)


def load():
    """The first library that can be loaded, and where it was."""
    wrong = None
    for place in places():
        try:
            return c.CDLL(place), place
        except OSError as error:
            wrong = wrong or error
    raise LibraryError(f"libsnndelay cannot be loaded ({wrong}); SNNDELAY_LIBRARY may say where it is")


def abi_of(version):
    """The part of a version that the interface goes by: before 1.0 the first two numbers, then the first."""
    numbers = version.split(".")
    return ".".join(numbers[:2]) if numbers[0] == "0" else numbers[0]


class Library:
    """Functions of the header by their names, with their types; each is looked up when it is first wanted, since a
    library that was built without training lacks some."""

    def __init__(self):
        self._shared, self.path = load()
        try:
            self.version = self.snnd_version().decode()
        except AttributeError:
            raise LibraryError(f"{self.path} is not libsnndelay: it has no snnd_version()") from None
        if abi_of(self.version) != ABI:
            raise LibraryError(f"{self.path} is libsnndelay {self.version}, but this package is made for {ABI}; "
                               "install the package that comes with the library")

    def __getattr__(self, name):
        if name not in FUNCTIONS:
            raise AttributeError(f"the header has no {name}()")
        try:
            function = getattr(self._shared, name)
        except AttributeError:
            if name == "snnd_version":
                raise
            raise Error(f"libsnndelay {self.version} at {self.path} has no {name}(): it was built without training, or "
                        "is older than this package", "error_unsupported") from None
        function.restype, function.argtypes = FUNCTIONS[name]
        setattr(self, name, function)
        return function


library = Library()


def status_word(status):
    return word_of("snnd_status", status)


def word_of(enum, value):
    """The word of an enumeration that stands for a value."""
    for word, number in ENUMS[enum].items():
        if number == value:
            return word
    return value


def in_python(sentence):
    """A sentence of the library's with words and methods of Python's in place of C's names, where there are some."""
    def word(found):
        name = found[1].lower()
        words = [each for enum in ENUMS.values() for each in enum if name == each or name.endswith("_" + each)]
        return repr(max(words, key=len)) if words else found[0]

    def method(found):
        kind = getattr(sys.modules["snndelay"], found[1].capitalize(), None)
        return f"{found[1].capitalize()}.{found[2]}()" if hasattr(kind, found[2]) else found[0]

    # An enumeration may go on with _NAME, without what all its names begin with.
    if "SNND_" in sentence:
        sentence = re.sub(r"(?:\bSNND_|(?<= )_)([A-Z][A-Z0-9_]+)", word, sentence)
    return re.sub(r"\bsnnd_([a-z]+)_(\w+)", method, sentence)


def value_of(enum, word, name=None):
    """The value of an enumeration's word; several words, where they may be added up, are a tuple or a list."""
    if isinstance(word, (tuple, list)):
        return sum(value_of(enum, each, name) for each in word)
    if not isinstance(word, str):
        return whole(word, name or enum)
    try:
        return ENUMS[enum][word]
    except KeyError:
        expected = ", ".join(repr(each) for each in ENUMS[enum])
        raise ValueError(f"{name or enum.removeprefix('snnd_')} is {word!r}; expected one of {expected}") from None


def whole(value, name, bits=32, signed=True):
    """A whole number that a C integer can hold, which ctypes does not look for."""
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; expected a whole number") from None
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; expected {low} to {high}")
    return value


def number(value, name):
    """A number that ctypes takes for a double."""
    try:
        if isinstance(value, (str, bytes)):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {value!r}; expected a number") from None


def function_of(value, name):
    """A function of the host's, which is called later."""
    if not callable(value):
        raise TypeError(f"{name} is {value!r}; expected a function")
    return value


INTEGERS = {c.c_int32: (32, True), c.c_int: (32, True), c.c_int64: (64, True), c.c_uint64: (64, False),
            c.c_size_t: (64, False)}


def path_of(path):
    """A path as the library takes it."""
    path = os.fsencode(path)
    if b"\0" in path:
        raise ValueError("a path has a NUL in it")
    return path


def structure(kind, init=None):
    """A structure of the header with its defaults. `init` is the function that sets them, where it is not that of the
    structure's name."""
    made = getattr(declarations, kind)()
    status = getattr(library, init or f"{kind}_init")(c.byref(made), c.sizeof(made))
    if status:
        raise Error(library.snnd_status_string(status).decode(), status_word(status))
    return made


def set_function(made, name, function):
    """Puts a function of Python's into a structure, which keeps it alive."""
    setattr(made, name, dict(made._fields_)[name](function))


def assign(made, name, value):
    """Sets a member of a structure by its name in the header."""
    kinds = dict(made._fields_)
    if name not in kinds or name == "size":
        expected = ", ".join(each for each in kinds if each != "size")
        raise TypeError(f"there is no option {name!r}; there are {expected}")
    if name in made._words_:
        value = value_of(made._words_[name], value, name)
    elif kinds[name] in INTEGERS:
        value = whole(value, name, *INTEGERS[kinds[name]])
    elif kinds[name] in (c.c_double, c.c_float):
        value = number(value, name)
    elif kinds[name] is c.c_char_p and isinstance(value, str):
        value = value.encode()
    setattr(made, name, value)


def options(kind, given, init=None):
    """A structure of the header: the defaults, but for what is given by name."""
    made = structure(kind, init)
    if not isinstance(given, dict):
        raise TypeError(f"options are {given!r}; expected a dict of options by their names")
    for name, value in given.items():
        assign(made, name, value)
    return made


class Result(types.SimpleNamespace):
    """A result has the members of a structure of the header by their names."""


def read(made):
    """The members of a structure, enumerations as words."""
    return {name: word_of(made._words_[name], getattr(made, name)) if name in made._words_ else getattr(made, name)
            for name, _ in made._fields_ if name != "size"}


def result(made):
    return Result(**read(made))


def array_of(values, dtype, name, dimensions=None, copy=False):
    """Values of the host's as the library takes them: no copy, unless one is wanted, where they are a C-ordered array
    of the type already, or a tensor of PyTorch's on the CPU. Whole numbers have to be whole numbers in range."""
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{name} are a masked array, whose mask would be ignored; give what filled() returns")
    if hasattr(values, "detach"):
        values = values.detach()
    found, dtype = np.asarray(values), np.dtype(dtype)
    if found.size == 0 and isinstance(values, (list, tuple)):
        # NumPy takes an empty list for float64.
        found = found.astype(dtype)
    if dtype.kind in "iu" and found.dtype != dtype:
        if found.dtype.kind not in "iub":
            raise TypeError(f"{name} are of type {found.dtype}; expected whole numbers")
        limits = np.iinfo(dtype)
        if found.size and not (limits.min <= int(found.min()) and int(found.max()) <= limits.max):
            raise ValueError(f"{name} have a number outside {limits.min} to {limits.max}")
    elif found.dtype.kind not in "fiub":
        raise TypeError(f"{name} are of type {found.dtype}; expected numbers")
    if dimensions is not None and found.ndim != dimensions:
        raise ValueError(f"{name} have {found.ndim} axes; expected {dimensions}")
    return np.array(found, dtype, order="C") if copy else np.require(found, dtype, ["C", "ALIGNED"])


def counts_of(values, name):
    """Labels or lengths, always copied: the library has memory for what they were when it looked at them."""
    return array_of(values, np.int32, name, 1, copy=True)


def pointer(array):
    """The address of an array's numbers; None of None."""
    return None if array is None else array.ctypes.data
