"""Runs a function that may do anything, within a time and an amount of output.

It runs in a thread of its own: so a time limit holds on every system, and whatever is
raised, `SystemExit` included, ends there. Only `os._exit`, a crash of the interpreter
and one long call of C code get through; the last is left behind when its time is over.
"""

from __future__ import annotations

import ctypes
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TIME_LIMIT = 10.0  # seconds
OUTPUT_LIMIT = 100_000  # bytes
GRACE = 0.5  # seconds that a stopped function has to unwind


class Stopped(BaseException):
    """Raised inside the code: not an `Exception`, so that few programs catch it."""


class TimeLimit(Stopped):
    pass


class OutputLimit(Stopped):
    pass


class Output(io.BytesIO):
    def write(self, data: Any) -> int:
        if self.tell() + len(data) > OUTPUT_LIMIT:
            raise OutputLimit
        return super().write(data)

    def close(self) -> None:
        """Stays readable when the text stream over it is thrown away."""


def guarded(work: Callable[[], object], output: Output, limit: float) -> BaseException | None:
    """What `work` raised, or None; it is stopped when its time is over."""
    raised: list[BaseException] = []

    def target() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=target, name="derivlib-code", daemon=True)
    with _redirected(output):
        thread.start()
        try:
            thread.join(limit)
        finally:  # also when a person interrupts the checker itself
            late = _stop(thread)
    if raised:
        return raised[0]
    return TimeLimit() if late else None


@contextmanager
def _redirected(output: Output) -> Iterator[None]:
    """Printing goes to `output`, reading finds nothing, the current folder stays."""
    streams, folder = (sys.stdin, sys.stdout, sys.stderr), os.getcwd()
    text = io.TextIOWrapper(
        output, "utf-8", errors="backslashreplace", newline="\n", write_through=True
    )
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(""), text, text
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        if os.getcwd() != folder:
            os.chdir(folder)


def _stop(thread: threading.Thread) -> bool:
    """Whether the thread was still running; it is then asked to end, and left if it does not."""
    if not thread.is_alive():
        return False
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    for _ in range(5):  # code may catch the first
        raise_in(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeLimit))
        thread.join(GRACE / 5)
        if not thread.is_alive():
            break
    return True
