import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jnst.backbones.layers import Geometry
from jnst.engines.windows import Window, counts, cut, cut_side


@given(
    st.integers(1, 3000), st.integers(1, 600), st.sampled_from([1, 2, 4, 8, 16]), st.integers(0, 90)
)
def test_cores_tile_the_side_and_each_sees_all_it_needs(length, size, stride, reach):
    extent, found = cut_side(length, size=size, stride=stride, reach=reach)
    cores = [core for _, core in found]
    assert cores[0][0] == 0
    assert cores[-1][1] == length
    assert all(one[1] == other[0] for one, other in itertools.pairwise(cores))
    for start, (begin, end) in found:
        assert start % stride == begin % stride == 0
        assert 0 <= start <= begin < end <= start + extent <= length
        assert start == 0 or begin - start >= reach
        # Windows inside end in the middle of a block: what it leaves over is lost in pooling.
        last = start + extent == length
        assert last or start + extent // stride * stride - end >= reach
    margin = -(-reach // stride) * stride
    assert extent <= max(size, 2 * margin + 2 * stride - 1)
    if extent >= 2 * margin + 2 * stride:  # no row is seen twice for nothing
        assert len(found) * extent <= length + (len(found) - 1) * (2 * margin + 3 * stride)


def test_a_picture_that_fits_is_one_window():
    extent, found = cut((1, 40, 50, 3), [Geometry(2, 3)], size=50)
    assert extent == (40, 50)
    ((start, core),) = found
    np.testing.assert_array_equal(start, [0, 0])
    np.testing.assert_array_equal(core, [[0, 40], [0, 50]])


def test_both_sides_are_cut_by_the_deepest_layer():
    extent, found = cut((1, 40, 65, 3), [Geometry(1, 1), Geometry(4, 6), Geometry(2, 3)], size=32)
    assert extent == (28, 29)
    assert len({tuple(window.start) for window in found}) == len(found) == 2 * 4
    area = sum(np.prod(np.diff(window.core)) for window in found)
    assert area == 40 * 65


def test_counts_mark_the_core_with_what_the_region_says_there():
    window = Window(np.array([4, 2]), np.array([[6, 10], [2, 6]]))
    region = np.arange(60, dtype=np.float32).reshape(1, 6, 10, 1)
    features = np.zeros((1, 4, 3, 5), np.float32)
    plain = np.asarray(counts(features, window, None, stride=2))[0, ..., 0]
    np.testing.assert_array_equal(plain, [[0, 0, 0], [1, 1, 0], [1, 1, 0], [0, 0, 0]])
    guided = np.asarray(counts(features, window, region, stride=2))[0, ..., 0]
    np.testing.assert_array_equal(guided, plain * region[0, 2:6, 1:4, 0])


@pytest.mark.parametrize("shape", [(1, 100, 3, 3), (1, 3, 100, 3)])
def test_a_narrow_picture_is_cut_along_its_length(shape):
    extent, found = cut(shape, [Geometry(1, 2)], size=20)
    assert extent == tuple(min(side, 20) for side in shape[1:3])
    assert len(found) == 6
