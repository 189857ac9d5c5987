"""Ctrl-C and SIGTERM while something runs."""

import contextlib
import signal
import threading

import pytest

from jnst.runs.signals import (
    HEARD,
    Terminated,
    dying,
    interrupted,
    interruptions,
    signals,
    uninterrupted,
)
from jnst.system import streams

pytestmark = pytest.mark.usefixtures("hearing")


@pytest.mark.parametrize("second", [False, True])
def test_a_second_signal_waits_for_nothing_but_a_run_that_leaves_is_left_in_peace(second):
    outcome = pytest.raises(KeyboardInterrupt) if second else contextlib.nullcontext()
    with outcome, interruptions() as interruption:
        assert interruption() is None
        signal.raise_signal(signal.SIGINT)
        if second:
            signal.raise_signal(signal.SIGINT)
        assert isinstance(interruption(), KeyboardInterrupt)
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (signal.SIGINT, KeyboardInterrupt),
        (signal.SIGTERM, Terminated),
        (signal.SIGHUP, Terminated),
    ],
)
def test_before_a_run_asks_a_signal_is_raised_at_once(number, kind):
    with pytest.raises(KeyboardInterrupt) as caught, interruptions():
        signal.raise_signal(number)
    assert type(caught.value) is kind
    assert interrupted(caught.value) == 128 + number


def test_what_came_says_which_signal_it_was():
    with interruptions() as interruption:
        interruption()
        signal.raise_signal(signal.SIGTERM)
        assert isinstance(interruption(), Terminated)


def test_the_first_signal_is_answered_at_once():
    heard: list[str] = []
    with streams.answering(heard.append), interruptions() as interruption:
        interruption()
        signal.raise_signal(signal.SIGTERM)
        assert heard == ["stopping after this step"]
    with streams.answering(heard.append), interruptions() as interruption:
        interruption()
        signal.raise_signal(signal.SIGINT)
        assert heard[1:] == ["stopping after this step; Ctrl-C again stops now"]
        interruption()
        signal.raise_signal(signal.SIGINT)
    assert len(heard) == 2, "it is leaving already"


def test_while_there_is_nothing_to_lose_ctrl_c_ends_the_process():
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with dying():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with dying():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_nothing_is_heard_while_a_picture_is_written_and_all_is_as_before_then():
    before = {number: signal.getsignal(number) for number in HEARD}
    with uninterrupted():
        for number in before:
            signal.raise_signal(number)
    assert {number: signal.getsignal(number) for number in before} == before
    with pytest.raises(ZeroDivisionError), signals(lambda number: None):
        raise ZeroDivisionError
    assert {number: signal.getsignal(number) for number in before} == before


def test_in_another_thread_signals_are_left_alone():
    before, entered = signal.getsignal(signal.SIGINT), []

    def use():
        with signals(lambda number: None):
            entered.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert entered == [before]


def test_what_is_ignored_stays_so():
    """`nohup` starts a program that is not to hear SIGHUP."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptions() as interruption:
            interruption()
            signal.raise_signal(signal.SIGHUP)
            assert interruption() is None
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
