import numpy as np
import pytest
from gradcheck import check

X = np.random.default_rng(1).normal(size=(4, 5))


def f(x):
    return np.sum(np.sin(x) * x**2)


RIGHT = np.cos(X) * X**2 + 2 * X * np.sin(X)


@pytest.mark.parametrize("seed", range(20))
def test_a_right_gradient_is_accepted(seed):
    check(f, X, RIGHT, seed=seed)


@pytest.mark.parametrize("factor", [1.001, 0.999, 2, 0.5, -1, 1e3])
def test_a_gradient_wrong_by_a_factor_is_refused(factor):
    with pytest.raises(AssertionError, match=r"^f: analytic .* numeric .* relative [^\n]*$"):
        check(f, X, factor * RIGHT)
    with pytest.raises(AssertionError, match=r"^a loss: analytic .* numeric .* relative"):
        check(f, X, factor * RIGHT, name="a loss")


def test_a_single_wrong_entry_is_refused():
    wrong = RIGHT.copy()
    wrong[2, 3] *= 1.001
    with pytest.raises(AssertionError, match="analytic"):
        check(f, X, wrong)


def test_a_gradient_in_the_wrong_direction_is_refused():
    with pytest.raises(AssertionError, match="analytic"):
        check(f, X, RIGHT[::-1])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(bad):
    with np.errstate(invalid="ignore"), pytest.raises(AssertionError):
        check(f, X, np.full_like(X, bad))
    with pytest.raises(AssertionError, match="numeric nan"):
        check(lambda x: np.nan, X, RIGHT)


def test_zero_gradients_and_other_shapes_are_refused():
    with pytest.raises(AssertionError, match="zero everywhere"):
        check(f, X, np.zeros_like(X))
    with pytest.raises(AssertionError):
        check(f, X, RIGHT[0])


def test_float32_is_refused():
    with pytest.raises(TypeError, match="float32"):
        check(f, X.astype(np.float32), RIGHT)
    with pytest.raises(TypeError, match="float32"):
        check(f, X, RIGHT.astype(np.float32))
