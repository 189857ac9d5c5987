"""A change of the whole process, shared by threads."""

import contextlib
import threading

import pytest

from jnst.system.process import Shared


def made(log, *, fails=False):
    @contextlib.contextmanager
    def change():
        log.append("made")
        if fails:
            raise OSError("no")
        try:
            yield
        finally:
            log.append("undone")

    return Shared(change)


def test_the_first_makes_it_and_the_last_undoes_it():
    log = []
    shared = made(log)
    inside, leave = threading.Event(), threading.Event()

    def other():
        with shared:
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with shared:
        thread.start()
        assert inside.wait(10)
    assert log == ["made"], "another thread is still inside"
    leave.set()
    thread.join()
    assert log == ["made", "undone"]


def test_an_error_inside_undoes_it_and_it_can_be_made_again():
    log = []
    shared = made(log)
    for _ in range(2):
        with pytest.raises(ValueError, match="mine"), shared, shared:
            raise ValueError("mine")
    assert log == ["made", "undone"] * 2


def test_a_change_that_fails_is_tried_again():
    log = []
    shared = made(log, fails=True)
    for _ in range(2):
        with pytest.raises(OSError, match="no"), shared:
            raise AssertionError("not to be reached")
    assert log == ["made", "made"]
