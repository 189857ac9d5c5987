import jax
import keras
import numpy as np
import pytest
from gradcheck import check, close

from jnst.backbones import nn
from jnst.byhand.losses import gram as byhand
from jnst.errors import InputError
from jnst.losses import gram, squares

RNG = np.random.default_rng(0)
M, N = 5 * 7, 6
F, P = np.maximum(RNG.normal(size=(2, 1, 5, 7, N)), 0)
NORMALIZATIONS, SCALES = sorted(gram.NORMALIZATION), sorted(squares.SCALES)
COUNTS = RNG.multinomial(M, np.full(M, 1 / M))  # whole numbers of mean 1, zeros among them
WHOLE = COUNTS.reshape(1, 5, 7, 1).astype(float)
SMOOTH = RNG.random((1, 5, 7, 1))
REGIONS = {"everywhere": None, "whole": WHOLE, "smooth": SMOOTH / SMOOTH.mean()}
GUIDED = pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS)


pytestmark = pytest.mark.usefixtures("in_float64")


# Two positions, two channels: F = ((1, 2), (3, 4)), FᵀF = ((10, 14), (14, 20)).
@pytest.mark.parametrize(
    ("normalization", "factor"), [("sum", 1), ("positions", 1 / 2), ("positions-channels", 1 / 4)]
)
@pytest.mark.parametrize("module", [gram, byhand])
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
@pytest.mark.parametrize("module", [gram, byhand])
def test_distance_worked_out_on_paper(module, scale, expected):
    G, A = np.array([[10.0, 14], [14, 20]]), np.array([[9.0, 12], [12, 16]])
    np.testing.assert_allclose(module.distance(G, A, scale=scale), expected, rtol=1e-15)


def test_the_tables_of_both_kinds_are_the_same():
    assert list(gram.NORMALIZATION) == list(byhand.NORMALIZATION)
    for name in NORMALIZATIONS:
        assert gram.NORMALIZATION[name](M, N) == byhand.NORMALIZATION[name](M, N)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@GUIDED
def test_grad_by_hand_is_autodiff_and_finite_difference(region, normalization, scale):
    A = byhand.statistic(P, normalization=normalization)

    def loss(features):
        G = gram.statistic(features, region, normalization=normalization)
        return gram.distance(G, A, scale=scale)

    G = byhand.statistic(F, region, normalization=normalization)
    dG = byhand.distance_backward(G, A, scale=scale)
    gradient = byhand.statistic_backward(dG, F, region, normalization=normalization)
    np.testing.assert_allclose(byhand.distance(G, A, scale=scale), loss(F), rtol=1e-12)
    close(gradient, jax.grad(loss)(F))
    check(loss, F, gradient)


# A later loss may ask for a gradient that is not symmetric, as Gram's own always is.
@GUIDED
def test_grad_of_the_matrix_alone_for_a_gradient_that_is_not_symmetric(region):
    dG = RNG.normal(size=(N, N))
    _, vjp = jax.vjp(lambda features: gram.statistic(features, region), F)
    close(byhand.statistic_backward(dG, F, region), vjp(dG)[0])


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("module", [gram, byhand])
def test_a_region_of_whole_numbers_repeats_positions(module, normalization):
    assert set(COUNTS) > {0, 1, 2}
    repeated = np.repeat(F.reshape(M, N), COUNTS, axis=0).reshape(F.shape)
    got = module.statistic(F, WHOLE, normalization=normalization)
    close(got, module.statistic(repeated, normalization=normalization), rtol=1e-12)
    ones = module.statistic(F, np.ones_like(WHOLE), normalization=normalization)
    np.testing.assert_array_equal(ones, module.statistic(F, normalization=normalization))


def test_as_printed_with_plain_sums():
    G, A = (gram.statistic(x, normalization="sum") for x in (F, P))
    printed = np.sum((np.asarray(G) - np.asarray(A)) ** 2) / (4 * N**2 * M**2)
    got = gram.distance(gram.statistic(F), gram.statistic(P))
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

    close(printed, jax.grad(loss)(Z))
    check(loss, Z, printed)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_forgets_where(normalization):
    shuffled = RNG.permutation(F.reshape(M, N)).reshape(F.shape)
    got = gram.statistic(shuffled, normalization=normalization)
    close(got, gram.statistic(F, normalization=normalization), rtol=1e-12)


def test_divided_by_positions_the_size_does_not_matter():
    close(gram.statistic(np.tile(F, (1, 2, 3, 1))), gram.statistic(F), rtol=1e-12)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_symmetric_and_never_negative(normalization):
    G = np.asarray(gram.statistic(RNG.normal(size=(1, 2, 2, N)), normalization=normalization))
    close(G, G.T, rtol=1e-12)
    assert np.linalg.eigvalsh(G).min() > -1e-12


@pytest.mark.parametrize("scale", SCALES)
def test_zero_and_flat_at_the_target(scale):
    value, gradient = jax.value_and_grad(gram.distance)(
        gram.statistic(P), gram.statistic(P), scale=scale
    )
    assert value == 0
    assert not gradient.any()


def test_parity_with_einsum_and_keras():
    guided = np.einsum("byxo,byxi,byxj->ij", REGIONS["smooth"], F, F) / M
    close(gram.statistic(F, REGIONS["smooth"]), guided, rtol=1e-12)
    expected = np.einsum("byxi,byxj->ij", F, F) / M
    close(gram.statistic(F), expected, rtol=1e-12)
    # As in Keras's own style transfer example: channels first, then one matrix product.
    rows = keras.ops.reshape(keras.ops.transpose(F.astype(np.float32)[0], (2, 0, 1)), (N, -1))
    close(keras.ops.matmul(rows, keras.ops.transpose(rows)) / M, np.float32(expected), rtol=1e-6)


def test_unknown_names_list_the_choices():
    with pytest.raises(InputError, match="'n'; choose from sum, positions, positions-channels"):
        gram.statistic(F, normalization="n")
    with pytest.raises(InputError, match="'n'; choose from half, quarter-mean, mean, relative"):
        gram.distance(F[0, 0, :6, :6], F[0, 0, :6, :6], scale="n")
