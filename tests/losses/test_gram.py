from functools import partial

import jax
import keras
import numpy as np
import pytest
from gradcheck import check, close
from losscheck import compiled

from jnst.backbones import nn
from jnst.byhand.losses import gram as byhand
from jnst.errors import InputError
from jnst.losses import gram, squares

RNG = np.random.default_rng(0)
ours = compiled(gram)
M, N = 5 * 7, 6
F, P = np.maximum(RNG.normal(size=(2, 1, 5, 7, N)), 0)
NORMALIZATIONS, SCALES = sorted(gram.NORMALIZATION), sorted(squares.SCALES)
COUNTS = RNG.multinomial(M, np.full(M, 1 / M))  # whole numbers of mean 1, zeros among them
WHOLE = COUNTS.reshape(1, 5, 7, 1).astype(float)
SMOOTH = RNG.random((1, 5, 7, 1))
REGIONS = {"everywhere": None, "whole": WHOLE, "smooth": SMOOTH / SMOOTH.mean()}


pytestmark = pytest.mark.usefixtures("in_float64")


# Two positions, two channels: F = ((1, 2), (3, 4)), FᵀF = ((10, 14), (14, 20)).
@pytest.mark.parametrize(
    ("normalization", "factor"), [("sum", 1), ("positions", 1 / 2), ("positions-channels", 1 / 4)]
)
@pytest.mark.parametrize("module", [ours, byhand])
def test_gram_matrix_worked_out_on_paper(module, normalization, factor):
    features = np.array([1.0, 2, 3, 4]).reshape(1, 2, 1, 2)
    got = module.statistic(features, normalization=normalization)
    np.testing.assert_allclose(got, factor * np.array([[10, 14], [14, 20]]), rtol=1e-15)
    # FᵀTF = ½ ((1, 2), (2, 4)) + 1½ ((9, 12), (12, 16)).
    region = np.array([0.5, 1.5]).reshape(1, 2, 1, 1)
    got = module.statistic(features, region, normalization=normalization)
    np.testing.assert_allclose(got, factor * np.array([[14, 19], [19, 26]]), rtol=1e-15)


# Σ(G - A)² = 1 + 4 + 4 + 16 = 25, over 4 values; ΣA² = 81 + 144 + 144 + 256 = 625.
@pytest.mark.parametrize(
    ("scale", "expected"),
    [("half", 12.5), ("mean", 25 / 4), ("quarter-mean", 25 / 16), ("relative", 1 / 25)],
)
@pytest.mark.parametrize("module", [ours, byhand])
def test_distance_worked_out_on_paper(module, scale, expected):
    G, A = np.array([[10.0, 14], [14, 20]]), np.array([[9.0, 12], [12, 16]])
    np.testing.assert_allclose(module.distance(G, A, scale=scale), expected, rtol=1e-15)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("module", [ours, byhand])
def test_a_region_of_whole_numbers_repeats_positions(module, normalization):
    assert set(COUNTS) > {0, 1, 2}
    repeated = np.repeat(F.reshape(M, N), COUNTS, axis=0).reshape(F.shape)
    got = module.statistic(F, WHOLE, normalization=normalization)
    close(got, module.statistic(repeated, normalization=normalization), rtol=1e-12)
    ones = module.statistic(F, np.ones_like(WHOLE), normalization=normalization)
    np.testing.assert_array_equal(ones, module.statistic(F, normalization=normalization))


def test_as_printed_with_plain_sums():
    G, A = (ours.statistic(x, normalization="sum") for x in (F, P))
    printed = np.sum((np.asarray(G) - np.asarray(A)) ** 2) / (4 * N**2 * M**2)
    got = ours.distance(ours.statistic(F), ours.statistic(P))
    np.testing.assert_allclose(got, printed, rtol=1e-12)


# Equation 6 with its second case: 0 where F < 0. It is the rectifier's doing, one step below F.
def test_grad_before_the_rectifier_is_the_printed_formula():
    Z = RNG.normal(size=F.shape)
    rows, other = np.maximum(Z, 0).reshape(M, N), P.reshape(M, N)
    difference = rows.T @ rows - other.T @ other  # G - A, plain sums
    printed = np.where(Z > 0, (rows @ difference).reshape(F.shape) / (N**2 * M**2), 0)
    assert (Z < 0).any()

    def loss(z):
        return gram.distance(gram.statistic(nn.relu(z)), gram.statistic(P))

    evaluate = jax.jit(jax.value_and_grad(loss))
    close(printed, evaluate(Z)[1])
    check(lambda z: evaluate(z)[0], Z, printed, name="Gram loss before the rectifier")


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_forgets_where(normalization):
    shuffled = RNG.permutation(F.reshape(M, N)).reshape(F.shape)
    got = ours.statistic(shuffled, normalization=normalization)
    close(got, ours.statistic(F, normalization=normalization), rtol=1e-12)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_parts_of_a_map_add_up_to_the_whole(normalization):
    parts = [gram.statistic(x, normalization=normalization, whole=M) for x in (F[:, :2], F[:, 2:])]
    close(sum(parts), gram.statistic(F, normalization=normalization), rtol=1e-12)


def test_divided_by_positions_the_size_does_not_matter():
    close(ours.statistic(np.tile(F, (1, 2, 3, 1))), ours.statistic(F), rtol=1e-12)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_symmetric_and_never_negative(normalization):
    G = np.asarray(ours.statistic(RNG.normal(size=(1, 2, 2, N)), normalization=normalization))
    close(G, G.T, rtol=1e-12)
    assert np.linalg.eigvalsh(G).min() > -1e-12


@pytest.mark.parametrize("scale", SCALES)
def test_zero_and_flat_at_the_target(scale):
    value, gradient = jax.jit(jax.value_and_grad(partial(gram.distance, scale=scale)))(
        ours.statistic(P), ours.statistic(P)
    )
    assert value == 0
    assert not gradient.any()


def test_parity_with_einsum_and_keras():
    guided = np.einsum("byxo,byxi,byxj->ij", REGIONS["smooth"], F, F) / M
    close(ours.statistic(F, REGIONS["smooth"]), guided, rtol=1e-12)
    expected = np.einsum("byxi,byxj->ij", F, F) / M
    close(ours.statistic(F), expected, rtol=1e-12)
    # As in Keras's own style transfer example: channels first, then one matrix product.
    rows = keras.ops.reshape(keras.ops.transpose(F.astype(np.float32)[0], (2, 0, 1)), (N, -1))
    close(keras.ops.matmul(rows, keras.ops.transpose(rows)) / M, np.float32(expected), rtol=1e-6)


def test_unknown_names_list_the_choices():
    with pytest.raises(InputError, match="'n'; choose from sum, positions, positions-channels"):
        gram.statistic(F, normalization="n")
    with pytest.raises(InputError, match="'n'; choose from half, quarter-mean, mean, relative"):
        gram.distance(F[0, 0, :6, :6], F[0, 0, :6, :6], scale="n")
