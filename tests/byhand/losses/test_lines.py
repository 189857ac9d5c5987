import jax
import numpy as np
import pytest
from gradcheck import check, close

from jnst.byhand.losses import lines as byhand
from jnst.losses import lines

RNG = np.random.default_rng(0)

pytestmark = pytest.mark.usefixtures("in_float64")


# Longer than a line, shorter, and too thin for a second difference.
@pytest.mark.parametrize("shape", [(15, 17), (15, 4), (5, 3), (2, 15), (15, 1), (2, 2)])
def test_grad_by_hand_is_autodiff_and_finite_difference(shape):
    image = RNG.random((1, *shape, 3))
    evaluate = jax.jit(jax.value_and_grad(lines.straight_lines))
    value, automatic = evaluate(image)
    np.testing.assert_allclose(byhand.straight_lines(image), value, rtol=1e-12)
    gradient = byhand.straight_lines_backward(image)
    close(gradient, automatic, name="straight lines")
    if max(shape) > 2:
        check(lambda x: evaluate(x)[0], image, gradient, name="straight lines")
    else:
        assert not gradient.any()


def test_float32_stays_float32():
    image = RNG.random((1, 15, 15, 3)).astype(np.float32)
    assert byhand.straight_lines(image).dtype == np.float32
    assert byhand.straight_lines_backward(image).dtype == np.float32
