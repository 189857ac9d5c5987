import resource

import pytest

from jnst import memory
from jnst.arrays import InputError
from jnst.settings import Settings

SHAPE = (1, 256, 192, 3)


@pytest.fixture
def free(monkeypatch):
    """Pretend that so many bytes are free."""

    def set_free(count):
        monkeypatch.setattr(memory, "available", lambda: count)

    return set_free


def test_what_is_free_is_less_than_there_is():
    assert 1e8 < memory.available() < 1e13


def test_the_limit_of_the_process_counts(monkeypatch):
    limit = 10**15
    monkeypatch.setattr(memory.resource, "getrlimit", lambda _: (limit, limit))
    plenty = memory.available()
    monkeypatch.setattr(memory.resource, "getrlimit", lambda _: (10, 10))
    assert memory.available() == 0
    monkeypatch.setattr(memory.resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert memory.available() == pytest.approx(plenty, rel=0.5)


def test_an_evaluation_needs_its_maps_but_not_many_times_over():
    found = memory.needed(Settings(), SHAPE)
    pixels = SHAPE[1] * SHAPE[2]
    weights = 5.2e7
    first = 64 * 4 * pixels  # one map of the first block
    assert 2 * first < found - weights < 8 * first


def test_what_fits_is_not_cut_and_not_even_compiled(free, monkeypatch):
    free(10**9)
    monkeypatch.delattr(memory, "needed")
    assert memory.tile(Settings(), SHAPE) is None
    assert memory.tile(Settings(tile="off"), (1, 10**5, 10**5, 3)) is None


def test_what_does_not_fit_is_cut(free):
    needed = memory.needed(Settings(), SHAPE)
    shape = (1, 8 * 256, 8 * 192, 3)
    free(needed * 10 / memory.SPARE)
    found = memory.tile(Settings(), shape)
    assert found in memory.SIZES
    assert found**2 < 10 / 64 * shape[1] * shape[2] * 2.2  # weights count once, not by pixels
    assert memory.tile(Settings(tile=300), shape) == 300
    assert memory.tile(Settings(tile=4000), shape) is None


def test_float64_needs_twice_as_much(free):
    free(1.5 * memory.needed(Settings(), SHAPE) / memory.SPARE)
    assert memory.tile(Settings(), SHAPE) is None
    with pytest.raises(InputError, match="take size"):  # too small to be worth cutting
        memory.tile(Settings(optimizer="scipy-lbfgs"), SHAPE)


def test_what_cannot_be_cut_is_refused_with_a_size_that_fits(free):
    free(3 * memory.needed(Settings(style_loss="remd"), SHAPE) / memory.SPARE)
    with pytest.raises(InputError, match=r"512 x 1024 pixels .* take size \d+; remd cannot be"):
        memory.tile(Settings(style_loss="remd"), (1, 1024, 512, 3))
    free(10**6)
    with pytest.raises(InputError, match=r"an evaluation needs 0\.\d GB, and 0\.0 are free: take"):
        memory.tile(Settings(), SHAPE)
