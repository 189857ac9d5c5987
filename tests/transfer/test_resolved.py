import numpy as np

from jnst.losses.objective import PictureGoal
from jnst.transfer.settings import Settings


def test_defaults_take_the_place_of_none():
    resolved = Settings(tv_weight=3.0, line_weight=2.0).resolved
    assert resolved.content_layers == ("relu4_2",)
    assert resolved.layers == ("relu4_2", *(f"relu{i}_1" for i in range(1, 6)))
    assert resolved.style_layer_weights == (1.0, 0.25, 0.25**2, 0.25**3, 0.25**4)
    assert resolved.picture_goals == {"tv": PictureGoal(3.0), "lines": PictureGoal(2.0)}
    assert resolved.dtype == np.float32
    assert Settings(optimizer="scipy-lbfgs").resolved.dtype == np.float64
