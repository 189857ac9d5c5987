import pytest

from jnst.errors import InputError
from jnst.transfer.quality import QUALITY, with_quality
from jnst.transfer.settings import Settings


@pytest.mark.parametrize(
    ("quality", "steps"), [("draft", (30, 1)), ("normal", (100, 1)), ("best", (300, 3))]
)
def test_each_size_takes_its_share_of_steps_and_at_least_one(quality, steps):
    settings = Settings(steps=(100, 1), size=64)
    assert with_quality(settings, quality) == Settings(steps=steps, size=64)


def test_each_has_its_example():
    assert list(QUALITY) == ["instant", "draft", "normal", "best"]


def test_an_unknown_one_is_refused():
    with pytest.raises(
        InputError, match="unknown quality 'fast'; choose from instant, draft, normal, best"
    ):
        with_quality(Settings(), "fast")


def test_settings_are_refused_as_they_were_asked_for():
    with pytest.raises(InputError, match=r"steps\[0\] must be a number of at least 1, not -3"):
        with_quality(Settings(steps=(-3,)), "best")


def test_with_no_steps_a_network_paints():
    assert with_quality(Settings(size=64), "instant") == Settings(size=64, method="ghiasi")
    chosen = Settings(method="adain")
    assert with_quality(chosen, "instant") == with_quality(chosen, "normal") == chosen


def test_what_needs_steps_is_refused_where_there_are_none():
    with pytest.raises(InputError, match="quality instant paints in one pass, to which steps me"):
        with_quality(Settings(steps=(3,)), "instant")
    with pytest.raises(InputError, match="method adain paints in one pass, to which quality best"):
        with_quality(Settings(method="adain"), "best")
    with pytest.raises(InputError, match=r"^a trained network paints in one pass, to which qual"):
        with_quality(Settings(method="trained"), "best")
