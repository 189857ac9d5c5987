"""Stride and reach of maps: what a position sees, found out by changing the picture."""

import numpy as np
import pytest
from painters import random_params

from jnst.backbones.layers import Geometry
from jnst.byhand.feedforward import graph as byhand
from jnst.feedforward.geometry import geometry
from jnst.feedforward.layers import (
    Add,
    Average,
    Bank,
    Bilinear,
    Conv,
    Input,
    Pool,
    Transposed,
    Upsample,
)

RNG = np.random.default_rng(0)
SIDE = 48
HALF = Conv("half", ("picture",), 1, 2, 2, "valid")


@pytest.mark.parametrize(
    "rows",
    [
        (Conv("y", ("picture",), 1, 9, 1, 4, "reflect"),),
        (Conv("y", ("picture",), 1, 3, 2, 1, "reflect"),),
        (Conv("y", ("picture",), 1, 3, 2),),
        (Conv("y", ("picture",), 1, 9, 2),),
        (Pool("y", ("picture",)),),
        (HALF, Bank("y", ("half", "vector"), 1, 5)),
        (Average("y", ("picture",), 4),),
        (HALF, Average("x", ("half",), 2), Conv("y", ("x",), 1, 3)),
        (HALF, Upsample("y", ("half",))),
        (HALF, Bilinear("y", ("half",))),
        (HALF, Transposed("y", ("half",), 1, 3, 2)),
        (HALF, Transposed("y", ("half",), 1, 3, 2, 1)),
        (HALF, Transposed("y", ("half",), 1, 5, 2, 2)),
        (HALF, Conv("x", ("half",), 1, 3), Conv("z", ("x",), 1, 3), Add("y", ("half", "z"))),
    ],
)
def test_the_reach_is_how_far_a_position_sees(rows):
    table = (Input("picture", 1), Input("vector", 2), *rows)
    vector = np.ones((1, 1, 1, 2))
    params = random_params(RNG, table)
    stride, reach = geometry(rows, {"picture": Geometry(1, 0)})["y"]
    picture = RNG.uniform(size=(1, SIDE, SIDE, 1))
    plain, _ = byhand.paint(table, params, {"picture": picture, "vector": vector})
    assert plain.shape[2] == SIDE // stride
    seen = 0
    for pixel in range(16, 32):  # far from borders, where mirror images are seen
        other = picture.copy()
        other[:, :, pixel] += 9
        changed, _ = byhand.paint(table, params, {"picture": other, "vector": vector})
        for position in np.flatnonzero((changed != plain).any(axis=(0, 1, 3))):
            seen = max(seen, stride * position - pixel, pixel - (stride * (position + 1) - 1))
    assert seen == reach


def test_vectors_and_what_is_computed_from_them_have_no_place():
    rows = (Conv("y", ("style",), 1, 1), Add("z", ("picture", "y")))
    found = geometry(rows, {"picture": Geometry(4, 3)})
    assert found == {"picture": Geometry(4, 3), "z": Geometry(4, 3)}
