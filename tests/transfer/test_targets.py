"""What is kept of style pictures, by what, and how much of it."""

import numpy as np
import pytest

from jnst.transfer.targets import TargetCache, contents


def targets(count=1):
    return {"relu1_1": (np.zeros(count, np.float32), 2.0)}


def never():
    raise AssertionError("measured again")


def test_the_same_is_measured_once():
    cache = TargetCache()
    first = cache.get("a", targets)
    assert cache.get("a", never) is first
    assert cache.get("b", targets) is not first
    assert len(cache) == 2


def test_no_more_bytes_are_kept_than_it_may_and_the_newest_always():
    cache = TargetCache(400)
    for key in "abc":
        cache.get(key, lambda: targets(40))  # 160 bytes each
    assert len(cache) == 2
    cache.get("b", never)
    cache.get("d", lambda: targets(40))  # in place of c: b was asked for since
    cache.get("b", never)
    with pytest.raises(AssertionError, match="measured again"):
        cache.get("c", never)
    large = cache.get("large", lambda: targets(1000))
    assert len(cache) == 1
    assert cache.get("large", never) is large


def test_a_failure_keeps_nothing():
    cache = TargetCache()
    with pytest.raises(AssertionError, match="measured again"):
        cache.get("a", never)
    assert len(cache) == 0


def test_contents_are_equal_for_equal_arrays_alone():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert contents(array) == contents(array.copy())
    others = [
        array + 1,
        array.reshape(3, 2),
        array.view(np.int32),
        array.astype(np.float64),
    ]
    for other in others:
        assert contents(other) != contents(array), other
    assert contents(None) is None
