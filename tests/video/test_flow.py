import numpy as np
import pytest
import scipy.ndimage
from helpers import SHARED

from jnst.errors import InputError
from jnst.pictures import files
from jnst.video import flow


def scene(height=48, width=64, *, shift=(0, 0)):
    """Smooth noise, as seen `shift` (x, y) pixels further on."""
    noise = np.random.default_rng(0).random((height + 20, width + 20, 3))
    smooth = scipy.ndimage.gaussian_filter(noise, (2, 2, 0))
    smooth = (smooth - smooth.min()) / np.ptp(smooth)
    y, x = 10 - shift[1], 10 - shift[0]
    return smooth[None, y : y + height, x : x + width].astype(np.float32)


@pytest.mark.parametrize("name", ["dis", "dis-fast"])
def test_a_shift_is_found(name):
    found = flow.estimator(name)(scene(), scene(shift=(3, -2)))
    assert found.shape == (48, 64, 2)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.median(found[8:-8, 8:-8], axis=(0, 1)), [3, -2], atol=0.1)


@pytest.mark.parametrize("size", [(1, 1), (5, 40), (15, 15), (33, 17)])
def test_small_frames_have_a_flow(size):
    found = flow.estimator("dis")(scene(*size), scene(*size))
    assert found.shape == (*size, 2)
    assert np.abs(found).max() < 0.5


@pytest.mark.parametrize("pair", [1, 3])
def test_the_error_on_flying_chairs(pair):
    folder = SHARED / "data" / "video" / "chairs"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    first, second = (files.read(folder / f"pair{pair}_{i}.png") for i in (0, 1))
    truth = np.load(folder / f"pair{pair}_truth.npz")
    expected = np.asarray(truth[truth.files[0]], np.float32)
    found = flow.estimator("dis")(first, second)
    still = np.linalg.norm(expected, axis=-1).mean()
    error = np.linalg.norm(found - expected, axis=-1).mean()
    assert error < 0.5 * still, (error, still)


def test_flow_in_files_is_fitted_to_the_result(tmp_path):
    """Frames 2 and 5 of a clip, painted at half the size of the files."""
    given = np.broadcast_to(np.array([4.0, -2.0], np.float32), (48, 64, 2))
    np.savez(tmp_path / "backward_6_3.npz", flow=given)
    found = flow.in_folder(tmp_path, [2, 5], (24, 32))(1, 0)
    np.testing.assert_allclose(found, np.broadcast_to([2.0, -1.0], (24, 32, 2)), rtol=1e-6)


def test_unknown_names_are_refused():
    with pytest.raises(InputError, match="unknown flow 'deep'; choose from dis, dis-fast, raft"):
        flow.estimator("deep")
