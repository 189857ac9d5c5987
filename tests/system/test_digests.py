"""Hashes of arrays, which are in files that others have."""

import hashlib

import jax.numpy as jnp
import numpy as np
import pytest

from jnst.runs import checkpoint
from jnst.system.digests import digest

ONE, OTHER = np.arange(6.0).reshape(2, 3), np.ones(2, np.float32)


def test_it_is_the_hash_of_the_numbers_in_float32():
    numbers = np.array([0, 1, 2, 3, 4, 5, 1, 1], "<f4").tobytes()
    assert digest([ONE, OTHER], shapes=False) == hashlib.sha256(numbers).hexdigest()
    with_shapes = b"(2, 3)" + numbers[:24] + b"(2,)" + numbers[24:]
    assert digest([ONE, OTHER], shapes=True) == hashlib.sha256(with_shapes).hexdigest()


@pytest.mark.parametrize("shapes", [True, False])
def test_what_holds_the_numbers_does_not_matter_and_their_order_does(shapes):
    def same(*arrays):
        return digest(arrays, shapes=shapes) == digest([ONE, OTHER], shapes=shapes)

    assert same(jnp.asarray(ONE), OTHER.astype(np.float64))
    assert same(np.asfortranarray(ONE), OTHER)
    assert not same(OTHER, ONE)
    assert not same(ONE, OTHER + 1e-6)
    assert same(ONE.T.reshape(3, 2).T, OTHER)


def test_a_run_knows_its_arrays_with_their_shapes():
    flat = np.zeros((1, 2, 3, 3), np.float32)
    assert checkpoint.digest(flat) != checkpoint.digest(flat.reshape(1, 3, 2, 3))
    assert checkpoint.digest({"b": {"x": ONE}, "a": {"x": OTHER}}) == digest(
        [OTHER, ONE], shapes=True
    )
