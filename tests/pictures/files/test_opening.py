"""What opening a file changes of the process is afterwards as it was, whatever threads do."""

import contextlib
import os
import threading
import warnings

import numpy as np
import PIL.Image
import pytest

from jnst.errors import InputError
from jnst.pictures.files import opening, read


def state():
    """List what is of the process: where the error stream leads, warnings' filters, the limit."""
    there = os.fstat(2)
    return there.st_dev, there.st_ino, list(warnings.filters), PIL.Image.MAX_IMAGE_PIXELS


def test_eight_threads_leave_the_process_as_it_was(tmp_path):
    """Each is to be within while another enters and leaves: they meet before and after decoding."""
    levels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    good, broken = tmp_path / "good.tif", tmp_path / "broken.tif"
    PIL.Image.fromarray(levels).save(good)
    broken.write_bytes(good.read_bytes()[:-500])
    before, failures = state(), []
    barrier = threading.Barrier(8)

    def work(number):
        try:
            barrier.wait(30)
            for turn in range(20):
                if (number + turn) % 4:
                    np.testing.assert_array_equal(read(good)[0], np.float32(levels) / 255)
                else:
                    with contextlib.suppress(InputError):
                        read(broken)
        except BaseException as error:  # for the thread of the test to raise
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    assert state() == before


def test_a_thread_that_leaves_first_takes_nothing_from_one_that_is_within(tmp_path, monkeypatch):
    """Left in the order in which they entered, and not the other way round."""
    monkeypatch.setenv(opening.LIMIT, "5000")
    path = tmp_path / "small.png"
    PIL.Image.new("RGB", (60, 50)).save(path)
    before = state()
    first, second = opening.opened(path), opening.opened(path)
    first_hush, second_hush = contextlib.ExitStack(), contextlib.ExitStack()
    first.__enter__()
    first_hush.enter_context(opening.hushed)
    within = state()
    assert within[-1] == 5000
    assert os.path.samestat(os.fstat(2), os.stat(os.devnull))
    second.__enter__()
    second_hush.enter_context(opening.hushed)
    first_hush.close()
    first.__exit__(None, None, None)
    assert state() == within
    second_hush.close()
    second.__exit__(None, None, None)
    assert state() == before


def test_a_failure_within_leaves_the_process_as_it_was(tmp_path):
    path = tmp_path / "small.png"
    PIL.Image.new("RGB", (6, 5)).save(path)
    before = state()
    with pytest.raises(InputError, match="mine"), opening.opened(path), opening.hushed:
        raise ValueError("mine")
    assert state() == before
