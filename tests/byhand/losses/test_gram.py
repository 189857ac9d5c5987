import numpy as np
import pytest
from losscheck import check_same, check_statistic

from jnst.byhand.losses import gram as byhand
from jnst.losses import gram, squares

RNG = np.random.default_rng(0)
M, N = 5 * 7, 6
F, P = np.maximum(RNG.normal(size=(2, 1, 5, 7, N)), 0)
WHOLE = RNG.multinomial(M, np.full(M, 1 / M)).reshape(1, 5, 7, 1).astype(float)
SMOOTH = RNG.random((1, 5, 7, 1))
GUIDED = pytest.mark.parametrize(
    "region",
    [(), (WHOLE,), (SMOOTH / SMOOTH.mean(),)],
    ids=["everywhere", "whole", "smooth"],
)

pytestmark = pytest.mark.usefixtures("in_float64")


def test_the_tables_of_both_kinds_are_the_same():
    assert list(gram.NORMALIZATION) == list(byhand.NORMALIZATION)
    for name in gram.NORMALIZATION:
        assert gram.NORMALIZATION[name](M, N) == byhand.NORMALIZATION[name](M, N)


@pytest.mark.parametrize("normalization", sorted(gram.NORMALIZATION))
@GUIDED
def test_grad_by_hand_is_autodiff_and_finite_difference(region, normalization):
    A = byhand.statistic(P, normalization=normalization)
    options = {"scales": squares.SCALES, "normalization": normalization}
    check_same(gram, byhand, F, A, *region, **options)


# A later loss may ask for a gradient that is not symmetric, as Gram's own always is.
@GUIDED
def test_grad_of_the_matrix_alone_for_a_gradient_that_is_not_symmetric(region):
    check_statistic(gram, byhand, F, RNG.normal(size=(N, N)), *region)
