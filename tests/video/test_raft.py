"""RAFT-small: as in plain NumPy, as its authors' network, and as the truth."""

import jax
import numpy as np
import plain_raft
import pytest
from gradcheck import close
from painters import NETS, ORACLES, here, load
from PIL import Image
from scipy.ndimage import zoom

from jnst.errors import InputError
from jnst.video import raft
from jnst.weights import raft as weights

CHAIRS = NETS.parent / "video/chairs"
chairs = pytest.mark.skipif(not CHAIRS.exists(), reason="shared pairs of FlyingChairs are not here")


def pair(number):
    """Return two pictures of FlyingChairs, and the flow from one to the other."""
    pictures = []
    for frame in (0, 1):
        with Image.open(CHAIRS / f"pair{number}_{frame}.png") as file:
            pictures.append(np.asarray(file.convert("RGB"), np.float32)[None] / 255)
    return (*pictures, load(CHAIRS / f"pair{number}_truth.npz")["flow"].astype(np.float32))


def error(found, truth):
    """Return the mean distance in pixels of where a flow leads from where it should."""
    return np.linalg.norm(np.asarray(found) - truth, axis=-1).mean()


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Read the authors' parameters."""
    folder = tmp_path_factory.mktemp("weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JNST_WEIGHTS", str(folder))
        weights.convert([NETS / "raft_small.pth"])
        return weights.load()


@pytest.fixture(scope="module")
def made_up():
    return plain_raft.random_params(np.random.default_rng(0))


def pictures(*size):
    return np.random.default_rng(1).uniform(size=(2, 1, *size, 3))


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize(
    ("size", "rows", "columns"), [((27, 34), (2, 3), (3, 3)), ((64, 32), (0, 0), (0, 0))]
)
def test_it_is_what_the_paper_says_with_borders_that_are_repeated(made_up, size, rows, columns):
    first, second = pictures(*size)
    padded = [np.pad(x[0], (rows, columns, (0, 0)), "edge") for x in (first, second)]
    small = plain_raft.estimate(made_up, *padded, 3)
    assert np.abs(small).max() > 1, "the second look-up is to be elsewhere"
    whole = 8 * zoom(small, (8, 8, 1), order=1)
    expected = whole[rows[0] : rows[0] + size[0], columns[0] : columns[0] + size[1]]
    close(raft.flow(made_up, first, second, iterations=3), expected, rtol=1e-9)


def test_a_flow_is_enlarged_linearly_from_corner_to_corner():
    flow = np.zeros((2, 3, 2), np.float32)
    flow[..., 0], flow[..., 1] = np.arange(3), np.arange(2)[:, None]
    found = np.asarray(raft.enlarge(flow))
    np.testing.assert_allclose(found[:, :, 0], np.tile(np.linspace(0, 16, 24), (16, 1)), atol=1e-5)
    np.testing.assert_allclose(found[:, 5, 1], np.linspace(0, 8, 16), atol=1e-5)
    np.testing.assert_array_equal(raft.enlarge(np.ones((1, 1, 2), np.float32)), 8)


def test_one_program_serves_any_number_of_iterations(made_up):
    first, second = pictures(24, 24).astype(np.float32)
    found = [raft.flow(made_up, first, second, iterations=n) for n in (1, 2)]
    assert np.abs(found[0] - found[1]).max() > 0
    compiled = raft._program()._cache_size()
    raft.flow(made_up, first, second, iterations=3)
    assert raft._program()._cache_size() == compiled


def test_what_has_no_flow_is_refused():
    first, second = pictures(24, 32)
    with pytest.raises(InputError, match="pictures of one size, not from 24 x 32 to 24 x 24"):
        raft.flow({}, first, second[:, :, :24])
    with pytest.raises(InputError, match="sides must be at least 24 pixels, not 24 x 23"):
        raft.flow({}, first[:, :, :23], second[:, :, :23])
    with pytest.raises(InputError, match="the number of iterations must be a number of at least 1"):
        raft.flow({}, first, second, iterations=0)


@here("raft_small.pth")
@chairs
def test_small_pictures_have_a_flow_and_equal_ones_none(published):
    first, second, truth = pair(3)
    rows, columns = slice(150, 214), slice(200, 264)
    first, second, truth = first[:, rows, columns], second[:, rows, columns], truth[rows, columns]
    assert error(0, truth) > 2
    assert error(raft.flow(published, first, second), truth) < 0.5
    assert error(raft.flow(published, first, first), 0) < 0.1


@pytest.fixture(scope="module")
def large(published):
    """Return a function of two pictures of FlyingChairs: the flow at an eighth, and the whole."""
    # For this many pixels, LLVM's optimizations take less time than they save.
    options = {"xla_backend_optimization_level": 3}
    program = jax.jit(raft.estimate, compiler_options=options)

    def both(first, second, iterations):
        small = program(published, first, second, iterations)
        return np.asarray(small), np.asarray(raft.enlarge(small))

    return both


@pytest.mark.slow
@here("raft_small.pth")
@chairs
def test_it_is_the_authors_network(large):
    first, second, _ = pair(3)
    small, whole = large(first, second, 12)
    expected = load(ORACLES / "raft_small.npz")
    np.testing.assert_allclose(small, expected["flow_low"], atol=2e-4)
    np.testing.assert_allclose(whole, expected["flow"], rtol=2**-11, atol=5e-4)  # half precision


@pytest.mark.slow
@here("raft_small.pth")
@chairs
@pytest.mark.parametrize(("number", "most"), [(1, 0.98), (3, 0.77)])
def test_the_flow_is_near_the_truth(large, number, most):
    first, second, truth = pair(number)
    assert error(0, truth) > 4
    assert error(large(first, second, 20)[1], truth) < most
