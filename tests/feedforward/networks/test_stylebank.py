"""StyleBank: what the published autoencoder paints, sizes, and what a bank changes."""

import numpy as np
import pytest
from painters import NETS, check_oracle, here, load, paint, program, random_given, random_params

from jnst.byhand.feedforward import graph as byhand
from jnst.errors import InputError
from jnst.feedforward.networks import stylebank

TABLE, FILE = stylebank.table(styles=2, width=0.05), "stylebank_autoencoder_f16.npz"
RNG = np.random.default_rng(0)


@here(FILE)
def test_parity_with_what_the_published_autoencoder_paints():
    check_oracle("stylebank", most=2e-5)


@pytest.mark.parametrize(
    ("odd", "sides", "expected"),
    [
        (False, (37, 50), (40, 52)),
        (False, (36, 48), (36, 48)),
        (True, (37, 49), (37, 49)),
        (True, (36, 52), (33, 49)),  # as the published code has it
    ],
)
def test_sides(odd, sides, expected):
    table = stylebank.table(styles=2, odd=odd, width=0.05)
    params = random_params(RNG, table, np.float32)
    given = {
        "picture": RNG.random((1, *sides, 3), np.float32),
        "style": np.full((1, 1, 1, 2), 0.5, np.float32),
    }
    assert paint(table, params, given).shape == (1, *expected, 3)


def test_without_a_bank_the_picture_is_that_of_the_autoencoder():
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, (12, 16))
    given["style"] = np.array([0.3, 0.7])[None, None, None]
    found = byhand.maps(TABLE, params, given, (stylebank.PLAIN, TABLE[-1].name))
    plain, styled = found[stylebank.PLAIN], found[TABLE[-1].name]
    alone, _ = byhand.paint(stylebank.table(width=0.05), params, {"picture": given["picture"]})
    np.testing.assert_array_equal(plain, alone)
    assert not [row for row in params if row.startswith(stylebank.PLAIN)]  # one decoder for both
    assert np.abs(plain - styled).max() > 0.1 * np.abs(plain).max()


def test_each_style_has_a_bank_of_its_own():
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, (12, 16))
    one, other = (
        byhand.paint(TABLE, params, {**given, "style": row[None, None, None]})[0]
        for row in np.eye(2)
    )
    assert np.abs(one - other).max() > 0.1 * np.abs(one).max()
    swapped = {
        row: {k: x[::-1] if k == "kernels" else x for k, x in kinds.items()}
        for row, kinds in params.items()
    }
    given["style"] = np.eye(2)[1][None, None, None]
    again, _ = byhand.paint(TABLE, swapped, given)
    np.testing.assert_allclose(again, one, rtol=1e-12)
    for name in ("bank.0", "bank.3"):  # and both of its convolutions count
        half, _ = byhand.paint(TABLE, {**params, name: swapped[name]}, given)
        assert min(np.abs(half - one).max(), np.abs(half - other).max()) > 1e-3


def test_too_many_styles_are_refused():
    params = random_params(RNG, TABLE, np.float32)
    given = random_given(RNG, TABLE, (12, 16), np.float32) | {"style": np.ones((1, 1, 1, 3))}
    with pytest.raises(InputError, match="'style' must have 2 channels, not 3"):
        program(TABLE)(params, given)


@here(FILE)
def test_a_broken_file_is_refused():
    tensors = load(NETS / FILE)
    del tensors["decoder.3.weight"]
    with pytest.raises(InputError, match=r"decoder.3.weight is missing; .*\(128, 64, 3, 3\)"):
        stylebank.read(tensors)
