"""Whitening and colouring."""

import numpy as np
import pytest
import scipy.linalg
from helpers import maps, one_channel

from jnst.byhand.feedforward import whitening as byhand
from jnst.errors import InputError
from jnst.feedforward import products, roots, whitening

RNG = np.random.default_rng(0)
BOTH = pytest.mark.parametrize("module", [whitening, byhand], ids=["jax", "byhand"])

pytestmark = pytest.mark.usefixtures("in_float64")


def moments(features):
    F = np.reshape(features, (-1, np.shape(features)[-1]))
    return F.mean(axis=0), np.cov(F.T)


def root_of(features):
    return roots.root(whitening.centre(features)[1])


def mixed_maps(*size, channels=3):
    """Feature maps of which the channels have to do with each other."""
    mixture = RNG.normal(size=(channels, channels)) + np.eye(channels)
    return 2 + maps(RNG, *size, channels=channels) @ mixture


# Four positions at the corners of a square: the covariance, by 3, is 4/3 of the identity.
@BOTH
def test_values_worked_out_on_paper(module):
    corners = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]]).reshape(1, 2, 2, 2)
    content = corners + np.array([5, 6])
    mean, covariance = module.mean_and_covariance(content)
    np.testing.assert_allclose(mean, [5, 6])
    np.testing.assert_allclose(covariance, np.eye(2) * 4 / 3, atol=1e-15)
    style = np.array([10.0, 20]), np.diag([2.0, 3])
    whole = corners * np.sqrt(3 / 4) * [2, 3] + [10, 20]
    found = module.wct(content, *style, alpha=1.0)
    np.testing.assert_allclose(found, whole, rtol=1e-13)
    found = module.wct(content, *style, alpha=0.25)
    np.testing.assert_allclose(found, whole / 4 + content * 3 / 4, rtol=1e-13)
    # With 8/3 of the identity added it is three times as much; so it is with a ridge of 2.
    shrunk = corners * np.sqrt(1 / 4) * [2, 3] + [10, 20]
    found = module.wct(content, *style, alpha=1.0, identity=8 / 3)
    np.testing.assert_allclose(found, shrunk, rtol=1e-13)
    found = module.wct_by_products(content, *style, alpha=1.0, ridge=2.0)
    np.testing.assert_allclose(found, shrunk, rtol=1e-12)


def test_the_result_has_mean_and_covariance_of_the_style():
    content, style = mixed_maps(4, 5), mixed_maps(6, 7)
    mean, covariance = whitening.mean_and_covariance(style)
    by_eigenvalues = whitening.wct(content, mean, root_of(style), alpha=1.0)
    root = products.root(covariance, ridge=1e-9)
    by_products = whitening.wct_by_products(content, mean, root, alpha=1.0, ridge=1e-9)
    for found, tolerance in ((by_eigenvalues, 1e-10), (by_products, 1e-6)):
        for got, expected in zip(moments(found), moments(style), strict=True):
            np.testing.assert_allclose(got, expected, rtol=tolerance)


def test_a_picture_keeps_its_own_style_and_alpha_0_keeps_the_content():
    content = mixed_maps(4, 5)
    mean, covariance = whitening.mean_and_covariance(content)
    own = whitening.wct(content, mean, root_of(content), alpha=1.0)
    np.testing.assert_allclose(own, content, rtol=1e-9)
    own = whitening.wct_by_products(content, mean, products.root(covariance), alpha=1.0)
    np.testing.assert_allclose(own, content, rtol=1e-9)
    other = RNG.normal(size=3), RNG.normal(size=(3, 3))
    for transform in (whitening.wct, whitening.wct_by_products):
        np.testing.assert_array_equal(transform(content, *other, alpha=0.0), content)


def test_gain_and_offset_of_the_content_do_not_matter():
    content = mixed_maps(4, 5)
    style = RNG.normal(size=3), RNG.normal(size=(3, 3))
    for transform in (whitening.wct, whitening.wct_by_products):
        expected = transform(content, *style, alpha=1.0)
        found = transform(7 * content - 3, *style, alpha=1.0)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_what_the_content_does_not_do_is_left_at_the_mean():
    """With a channel that never fires, a fifth of the positions, and one that copies another."""
    content = mixed_maps(2, 2, channels=5)
    content[..., 1], content[..., 2] = 0, content[..., 3]
    mean, root = RNG.normal(size=5), np.eye(5)
    for transform in (whitening.wct, whitening.wct_by_products):
        found = transform(content, mean, root, alpha=1.0)
        np.testing.assert_allclose(found[..., 1], mean[1], rtol=1e-9)
        np.testing.assert_allclose(found[..., 2] - mean[2], found[..., 3] - mean[3], atol=1e-6)


@pytest.mark.parametrize("identity", [0.0, 1.0])
def test_parity_with_scipy_and_with_singular_vectors(identity):
    content, style = mixed_maps(4, 5), mixed_maps(5, 5)
    mean, covariance = moments(style)
    own, C = moments(content)
    X = (content.reshape(-1, 3) - own).T
    K = scipy.linalg.inv(scipy.linalg.sqrtm(C + identity * np.eye(3)))
    coloured = scipy.linalg.sqrtm(covariance) @ K @ X + mean[:, None]
    expected = 0.6 * coloured + 0.4 * content.reshape(-1, 3).T
    root = root_of(style)
    found = whitening.wct(content, mean, root, alpha=0.6, identity=identity)
    np.testing.assert_allclose(found.reshape(-1, 3), expected.T, rtol=1e-10)
    if not identity:
        # As it is published, of fewer positions than channels: by the vectors of singular values.
        content = mixed_maps(1, 3, channels=4)
        X = (content.reshape(3, 4) - content.reshape(3, 4).mean(axis=0)).T
        U, S, _ = np.linalg.svd(X @ X.T / 2)
        kept = S > 1e-5
        assert kept.sum() == 2
        whitened = U[:, kept] / np.sqrt(S[kept]) @ U[:, kept].T @ X
        found = whitening.wct(content, np.zeros(4), np.eye(4), alpha=1.0)
        np.testing.assert_allclose(found.reshape(3, 4), whitened.T, atol=1e-10)


def test_parity_of_products_with_eigenvalues_where_there_is_nothing_to_drop():
    content, style = mixed_maps(4, 5), (RNG.normal(size=3), RNG.normal(size=(3, 3)))
    by_products = whitening.wct_by_products(content, *style, alpha=0.6, ridge=1e-10)
    by_eigenvalues = whitening.wct(content, *style, alpha=0.6)
    np.testing.assert_allclose(by_products, by_eigenvalues, rtol=1e-6)


def test_one_position_has_no_covariance():
    for transform in (whitening.wct, whitening.wct_by_products):
        with pytest.raises(InputError, match="at least 2 positions, not 1"):
            transform(one_channel(4), np.ones(1), np.eye(1), alpha=1.0)


def test_in_float32_strong_directions_do_not_leak_into_weak_ones():
    """Rounding turns the root by products a little; whitened features may turn, not be mixed."""
    content = maps(RNG, 6, 10, channels=40) * np.geomspace(0.01, 30, 40)
    content = content @ (np.eye(40) + RNG.normal(size=(40, 40)) / 10)
    style = np.zeros(40), np.eye(40)
    exact = byhand.wct_by_products(content, *style, alpha=1.0)
    single = (array.astype(np.float32) for array in (content, *style))
    found = np.asarray(whitening.wct_by_products(*single, alpha=1.0), np.float64)
    assert np.linalg.norm(found - exact) < 1e-3 * np.linalg.norm(exact)
