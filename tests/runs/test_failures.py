"""What a run that failed says, and its exit status."""

import signal

import pytest

from jnst.errors import InputError
from jnst.runs import failures
from jnst.runs.signals import Terminated


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes"),
        ValueError("YNNPACK operation failed with 2"),
    ],
)
def test_too_little_memory_is_said_in_words(error):
    assert failures.explain(error) == "out of memory; take a smaller --size"


def test_a_refusal_speaks_for_itself():
    assert failures.explain(InputError("size must be 3")) == "size must be 3"


def test_a_fault_of_ours_is_one_line_and_shows_where_only_if_asked(monkeypatch, capsys):
    monkeypatch.delenv("JNST_DEBUG", raising=False)
    says = "unexpected KeyError: 'a b' (a fault of jnst; JNST_DEBUG=1 shows where)"
    assert failures.explain(KeyError("a b")) == says
    assert failures.explain(ValueError("a\n  b" + "c" * 1000)) == (
        f"unexpected ValueError: a b{'c' * 297} (a fault of jnst; JNST_DEBUG=1 shows where)"
    )
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("JNST_DEBUG", "1")
    assert failures.explain(KeyError("a b")) == says
    assert "KeyError: 'a b'" in capsys.readouterr().err


def test_the_exit_status_says_how_it_ended(capsys):
    assert failures.status(None) == 0
    assert failures.status(KeyboardInterrupt()) == 128 + signal.SIGINT
    assert failures.status(Terminated()) == 128 + signal.SIGTERM
    assert capsys.readouterr() == ("", "")
    assert failures.status(InputError("the disk\nis full")) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("jnst: the disk")
    assert said.err.count("\n") == 1
