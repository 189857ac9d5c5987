"""The content counts by how strong its features are against the style's."""

import dataclasses

import numpy as np
import pytest

from jnst.transfer.balance import MOST, factors
from jnst.transfer.loaded import load
from jnst.transfer.pictures import Guide, read
from jnst.transfer.recipe import prepare
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
LAYERS = ("relu1_2", "relu2_1")
SETTINGS = Settings(size=32, content_layers=LAYERS, engine="byhand")
DTYPE = SETTINGS.resolved.dtype
PHOTOGRAPH = {
    "relu1_2": np.full((1, 4, 6, 2), 3, DTYPE),
    "relu2_1": np.full((1, 2, 3, 4), 2, DTYPE),
}


def plain(value):
    return np.full((1, 8, 8, 3), value, DTYPE)


def found(*guides, content=PHOTOGRAPH, **changes):
    """Compute the factors with features of styles that are the pictures themselves."""
    settings = dataclasses.replace(SETTINGS, **changes)
    loaded = load(settings)

    def targets(term, params, image, where):
        assert term == "content"
        return dict.fromkeys(where, image)

    return factors(
        content, guides, settings, loaded._replace(engine=loaded.engine._replace(targets=targets))
    )


def test_they_are_ratios_of_mean_squares_layer_by_layer():
    assert found(Guide(plain(2), 1.0)) == pytest.approx({"relu1_2": 9 / 4, "relu2_1": 1})


def test_several_styles_count_by_their_shares():
    guides = Guide(plain(2), 0.75), Guide(plain(4), 0.25)
    assert found(*guides)["relu1_2"] == pytest.approx(9 / (0.75 * 4 + 0.25 * 16))


@pytest.mark.parametrize(("style", "factor"), [(0, MOST), (0.1, MOST), (100, 1 / MOST)])
def test_what_has_hardly_any_features_does_not_rule(style, factor):
    assert set(found(Guide(plain(style), 1.0)).values()) == {factor}


@pytest.mark.parametrize(
    "changes", [{"balance_content": False}, {"content_loss": "self-similarity"}]
)
def test_they_are_1_where_none_is_wanted(changes):
    assert set(found(Guide(plain(2), 1.0), **changes).values()) == {1.0}
    assert set(found().values()) == {1.0}, "no style, no balance"


@pytest.mark.parametrize("engine", ["jax", "byhand"])
def test_a_soft_painting_leaves_the_photograph_more(pair, engine):
    content, style = np.asarray(pair[0]), np.asarray(pair[1])
    soft = np.uint8(128 + (style.astype(np.float32) - 128) / 4)
    weights = {}
    for name, painting in {"bold": style, "soft": soft}.items():
        for balance in (True, False):
            settings = dataclasses.replace(
                SETTINGS, engine=engine, steps=(1,), init="style", balance_content=balance
            )
            problem = prepare(read(content, painting, settings), settings)
            weights[name, balance] = problem.constants.goals["content"]["relu2_1"][0].weight
    assert weights["soft", True] > 2 * weights["bold", True]
    assert weights["soft", False] == weights["bold", False]
