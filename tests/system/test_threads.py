"""Calls that Ctrl-C interrupts at once, and the end of a process that has left one behind."""

import os
import signal
import threading
import time

import pytest

from jnst import __main__, cli
from jnst.system import threads
from jnst.system.threads import interruptible


@interruptible
def divide(one, by):
    """Divide, and say in which thread."""
    return one / by, threading.current_thread()


def test_it_returns_and_raises_as_the_function_does():
    here = threading.main_thread()
    value, where = divide(1, by=2)
    assert (value, where is here) == (0.5, False)
    with pytest.raises(ZeroDivisionError):
        divide(1, by=0)


def test_in_another_thread_the_function_runs_as_it_is():
    found = []
    thread = threading.Thread(target=lambda: found.append(divide(1, by=2)))
    thread.start()
    thread.join()
    assert found == [(0.5, thread)]


@pytest.mark.usefixtures("hearing")
def test_an_interruption_leaves_the_call_behind_and_the_process_ends_at_once(monkeypatch):
    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    release, over = threading.Event(), threading.Event()

    @interruptible
    def work():
        os.kill(os.getpid(), signal.SIGINT)
        release.wait(30)
        over.set()

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        work()
    assert time.monotonic() - began < 5
    monkeypatch.setattr(cli, "main", lambda arguments: 130)
    assert __main__.main([]) == 130
    assert ended == [130]
    release.set()
    assert over.wait(5)
    while threads._left:
        time.sleep(0.01)
    threads.leave(0)
    assert ended == [130]
