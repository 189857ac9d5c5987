import numpy as np
import pytest

from jnst.byhand.losses import sampling as byhand
from jnst.losses import sampling

RNG = np.random.default_rng(0)
F = RNG.normal(size=(1, 6, 5, 4))
BOTH = pytest.mark.parametrize("module", [sampling, byhand])
SIZES = [(32, 32), (33, 33), (64, 64), (128, 96), (45, 300), (1, 5000), (5000, 1), (2, 9000)]


pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize(
    ("size", "limit", "rows", "columns"),
    [
        ((4, 4), 4, [1, 3], [1, 3]),  # cells of two: their middle is the start of the second
        ((6, 9), 6, [1, 4], [1, 4, 7]),  # cells of three: the second
        ((5, 5), 4, [1, 3], [1, 3]),
        ((2, 3), 6, [0, 1], [0, 1, 2]),
        ((2, 3), 100, [0, 1], [0, 1, 2]),
        ((1, 8), 2, [0], [2, 6]),
        ((8, 1), 2, [2, 6], [0]),
        ((7, 7), 1, [3], [3]),
    ],
)
@BOTH
def test_grid_worked_out_on_paper(module, size, limit, rows, columns):
    got = module.grid(*size, limit=limit)
    assert [x.tolist() for x in got] == [rows, columns]


@pytest.mark.parametrize("size", SIZES)
@BOTH
def test_grid_is_even_centred_and_nearly_as_large_as_allowed(module, size):
    grids = module.grid(*size)
    count = len(grids[0]) * len(grids[1])
    assert 0.9 * min(module.LIMIT, size[0] * size[1]) <= count <= module.LIMIT
    for places, side in zip(grids, size, strict=True):
        assert places.min() >= 0
        assert places.max() < side
        steps = np.diff(places)
        if steps.size:
            assert steps.min() >= 1
            assert np.ptp(steps) <= 1
        cell = side / len(places)
        middles = (np.arange(len(places)) + 0.5) * cell
        np.testing.assert_array_equal(places, np.floor(middles + 1e-9))


@pytest.mark.parametrize("limit", [1, 4, 6, 1024])
@BOTH
def test_sample_takes_the_vectors_of_the_grid_row_by_row(module, limit):
    rows, columns = module.grid(6, 5, limit=limit)
    expected = [F[0, i, j] for i in rows for j in columns]
    np.testing.assert_array_equal(module.sample(F, limit=limit), expected)


@BOTH
def test_directions_worked_out_on_paper(module):
    got = module.directions(np.array([[3.0, 4.0], [0, 0], [-2, 0]]))
    np.testing.assert_allclose(got, [[0.6, 0.8], [0, 0], [-1, 0]], rtol=1e-15)
