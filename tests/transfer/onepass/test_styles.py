"""What a network is given of styles: of one, of several by their shares, and in part.

AdaIN of the pixels stands in for the published networks: nothing has to be read or compiled.
"""

import numpy as np
import pytest
from painters import KNOWN, stand_in

from jnst.feedforward.registry import NETWORKS
from jnst.pictures import resizing
from jnst.transfer.onepass.network import Loaded
from jnst.transfer.onepass.styles import given_for
from jnst.transfer.pictures import NO_PAINTING, Guide
from jnst.transfer.settings import Settings
from jnst.transfer.targets import TargetCache

RNG = np.random.default_rng(0)
CONTENT = RNG.uniform(size=(1, 9, 12, 3)).astype(np.float32)
ONE, OTHER = (RNG.uniform(size=(1, 40, 24, 3)).astype(np.float32) ** k for k in (1, 3))
SMALL = {
    "adain": stand_in(mixed=True, strength=0.75),
    "ghiasi": stand_in(side=8),
    "multistyle": NETWORKS["multistyle"],
}
ADAIN, GHIASI = Loaded(SMALL["adain"], {}), Loaded(SMALL["ghiasi"], {})
MANY = Loaded(SMALL["multistyle"], {}, tuple(map(str, range(26))))


def given(loaded, guides, content=CONTENT, **settings):
    method = next(name for name, network in SMALL.items() if network is loaded.network)
    chosen = Settings(method=method, engine="byhand", **settings)
    return given_for(loaded, chosen, content, guides)


def known(picture):
    return {"mean": picture.mean((1, 2)), "deviation": picture.std((1, 2))}


def check(found, expected):
    for kind, array in expected.items():
        np.testing.assert_allclose(found[kind][:, 0, 0], array, atol=1e-6, err_msg=kind)


def test_numbers_have_the_shares_of_the_blend():
    shares = np.zeros(26)
    shares[[7, 19]] = 0.75, 0.25
    for pairs in [
        [(7, 3.0), (19, 1.0)],
        [(7, 1.0), (7, 2.0), (19, 1.0)],
        [(7, 1.0)] * 3 + [(19, 1.0)],
    ]:
        guides = [Guide(NO_PAINTING, share, number=number) for number, share in pairs]
        style = given_for(MANY, Settings(), CONTENT, guides)["style"]
        np.testing.assert_allclose(style[0, 0, 0], shares, atol=1e-6)


def test_styles_are_as_large_as_the_picture_or_as_is_asked_for():
    check(given(ADAIN, [Guide(ONE, 1.0)]), known(resizing.fit(ONE, 12)))
    check(given(ADAIN, [Guide(ONE, 1.0)], style_size=20), known(resizing.fit(ONE, 20)))


def test_a_side_of_its_own_is_filled_and_nothing_is_squeezed():
    check(given(GHIASI, [Guide(ONE, 1.0)]), known(resizing.cover(ONE, 8, 8)))


@pytest.mark.parametrize("loaded", [ADAIN, GHIASI])
def test_styles_are_mixed_by_their_shares(loaded):
    one, other = (given(loaded, [Guide(style, 1.0)]) for style in (ONE, OTHER))
    found = given(loaded, [Guide(ONE, 1.5), Guide(OTHER, 0.5)])
    check(found, {kind: (0.75 * one[kind] + 0.25 * other[kind])[:, 0, 0] for kind in KNOWN})


@pytest.mark.parametrize("strength", [0.0, 0.25, 1.0])
def test_strength_lies_between_the_pictures_own_style_and_the_other(strength):
    found = given(GHIASI, [Guide(ONE, 1.0)], strength=strength)
    own, style = (known(resizing.cover(picture, 8, 8)) for picture in (CONTENT, ONE))
    check(found, {kind: strength * style[kind] + (1 - strength) * own[kind] for kind in KNOWN})
    assert "strength" not in found


def test_strength_is_given_to_networks_that_mix_themselves():
    for settings, strength in [({}, 0.75), ({"strength": 0.0}, 0.0), ({"strength": 0.5}, 0.5)]:
        found = given(ADAIN, [Guide(ONE, 1.0)], **settings)
        check(found, {"strength": np.full((1, 1), strength), **known(resizing.fit(ONE, 12))})


def test_what_is_kept_belongs_to_a_style_and_its_size():
    loaded = ADAIN._replace(known=TargetCache())
    darker = ONE.copy()
    darker[:, -9:] = 0  # it begins alike
    for style in (ONE, darker, ONE):
        for size in (10, 20):
            found = given(loaded, [Guide(style, 1.0)], style_size=size)
            check(found, known(resizing.fit(style, size)))
    assert len(loaded.known) == 4
