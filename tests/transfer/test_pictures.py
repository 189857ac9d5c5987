import numpy as np
import pytest

from jnst.engines import memory
from jnst.errors import InputError
from jnst.pictures import colour, resizing
from jnst.transfer.pictures import alpha_for, finish, read
from jnst.transfer.settings import Settings

RNG = np.random.default_rng(0)
CONTENT = RNG.random((20, 30, 3), np.float32)
STYLES = [RNG.random((16, 18, 3), np.float32), RNG.random((25, 15, 3), np.float32)]
LEFT = np.zeros((10, 15), np.float32)
LEFT[:, :6] = 1
RIGHT = 1 - LEFT


def test_one_style_counts_everywhere():
    pictures = read(CONTENT, STYLES[0], Settings())
    (guide,) = pictures.guides
    np.testing.assert_array_equal(pictures.content[0], CONTENT)
    np.testing.assert_array_equal(guide.style[0], STYLES[0])
    assert guide[1:] == (1.0, None, None, None)
    assert pictures.start is None
    assert pictures.alpha is None
    np.testing.assert_array_equal(finish(pictures, Settings(), guide.style), guide.style)


@pytest.mark.parametrize(("blend", "shares"), [((), (0.5, 0.5)), ((3.0, 1.0), (0.75, 0.25))])
def test_styles_are_blended(blend, shares):
    pictures = read(CONTENT, STYLES, Settings(blend=blend))
    assert [guide.share for guide in pictures.guides] == list(shares)
    for guide, style in zip(pictures.guides, STYLES, strict=True):
        np.testing.assert_array_equal(guide.style[0], style)


def test_each_style_has_its_mask_and_a_share_by_its_area():
    guides = read(CONTENT, STYLES, Settings(), masks=[LEFT, RIGHT]).guides
    assert [guide.share for guide in guides] == pytest.approx([0.4, 0.6])
    np.testing.assert_array_equal(guides[1].region[0, :, :, 0], RIGHT)
    assert guides[0].style_region is None
    weighted = read(CONTENT, STYLES, Settings(blend=(3.0, 1.0)), masks=[LEFT, RIGHT]).guides
    assert [guide.share for guide in weighted] == pytest.approx([1.5 * 0.4, 0.5 * 0.6])


def test_one_style_can_go_from_its_regions_into_those_of_the_content():
    guides = read(
        CONTENT, STYLES[0], Settings(), masks=[LEFT, RIGHT], style_masks=[RIGHT, LEFT]
    ).guides
    assert [guide.style is guides[0].style for guide in guides] == [True, True]
    np.testing.assert_array_equal(guides[0].style_region[0, :, :, 0], RIGHT)
    np.testing.assert_array_equal(guides[1].style_region[0, :, :, 0], LEFT)
    assert [guide.share for guide in guides] == pytest.approx([0.4, 0.6])


def test_labels_bring_like_colours_together():
    plain = read(CONTENT, STYLES, Settings(), labels=LEFT).guides
    np.testing.assert_array_equal(plain[0].region[0, :, :, 0], RIGHT, "black comes first")
    np.testing.assert_array_equal(plain[1].region[0, :, :, 0], LEFT)
    white = np.ones((4, 4), np.float32)
    matched = read(CONTENT, STYLES, Settings(), labels=LEFT, style_labels=[white, 0 * white]).guides
    np.testing.assert_array_equal(matched[0].style[0], STYLES[1])
    np.testing.assert_array_equal(matched[0].region[0, :, :, 0], RIGHT)
    np.testing.assert_array_equal(matched[1].style[0], STYLES[0])
    np.testing.assert_array_equal(matched[0].style_region, np.ones((1, 4, 4, 1)))
    assert [guide.share for guide in (*plain, *matched)] == pytest.approx([0.6, 0.4] * 2)


def test_styles_with_a_label_in_common_are_blended_there():
    settings = Settings(blend=(3.0, 1.0))
    white = np.ones((1, 1), np.float32)
    everywhere = read(CONTENT, STYLES, settings, labels=white, style_labels=[white, white]).guides
    blended = read(CONTENT, STYLES, settings).guides
    assert [guide.share for guide in everywhere] == [guide.share for guide in blended]
    there = read(CONTENT, STYLES, Settings(), labels=LEFT, style_labels=[LEFT, white]).guides
    styles = [k for guide in there for k in (0, 1) if np.array_equal(guide.style[0], STYLES[k])]
    assert styles == [0, 0, 1]
    assert [guide.share for guide in there] == pytest.approx([0.6, 0.2, 0.2])
    np.testing.assert_array_equal(there[0].style_region[0, :, :, 0], RIGHT)


@pytest.mark.parametrize(
    ("styles", "options", "blend", "says"),
    [
        ([], {}, (), "at least one style picture"),
        (STYLES, {}, (1.0,), "blend has 1 number, but there are 2 paintings; giv"),
        (STYLES, {"masks": [LEFT]}, (), "there is 1 mask, but 2 paintings; give one"),
        (STYLES[0], {"masks": [LEFT, RIGHT]}, (), "^there are 2 masks, but 1 painting; give one"),
        (
            STYLES[0],
            {"masks": [LEFT], "style_masks": [LEFT, RIGHT]},
            (),
            "there are 2 style masks, but 1 mask",
        ),
        (STYLES[0], {"style_masks": [LEFT]}, (), "style_masks need masks of the content picture"),
        (STYLES[0], {"style_labels": [LEFT]}, (), "style_labels need labels of the content"),
        (STYLES[0], {"labels": LEFT, "style_masks": [LEFT]}, (), "style_masks need masks"),
        (STYLES[0], {"masks": [LEFT], "style_labels": [LEFT]}, (), "style_labels need labels"),
        (STYLES, {"masks": [LEFT, RIGHT]}, (1.0, 2.0, 3.0), "blend has 3 numbers, but there are"),
        (STYLES[0], {"masks": ["no.png"]}, (), "cannot read 'no.png' as a picture"),
        (STYLES[0], {"labels": LEFT, "style_labels": [0 * LEFT]}, (), "colour #ffffff of the"),
        (STYLES[0], {"masks": [LEFT], "labels": LEFT}, (), "masks or a label picture, not both"),
        (
            STYLES[0],
            {"labels": LEFT},
            (),
            "there are 2 colours in the label picture, but 1 painting; .* or style_labels",
        ),
        (
            STYLES,
            {"labels": LEFT, "style_labels": [LEFT]},
            (),
            "there is 1 style label picture, but 2",
        ),
        (STYLES[0], {"masks": [0 * LEFT]}, (), "black all over"),
        (STYLES[0], {"masks": [LEFT], "style_masks": [0 * LEFT]}, (), "black all over"),
        (STYLES[0], {"start": np.full((4, 4, 3), np.nan)}, (), "NaN or infinite"),
    ],
)
def test_what_does_not_match_is_named(styles, options, blend, says):
    with pytest.raises(InputError, match=says):
        read(CONTENT, styles, Settings(blend=blend), **options)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"size": 40_000, "square": True}, "pictures of 40000 x 40000 pixels need 76.8 GB, and 16"),
        (
            {"size": 50_000, "upscale": True, "canvas": 3},
            r"pictures of \d+ x \d+ pixels need \d+\.\d GB, and 16\.0 can be used: take a smaller",
        ),
    ],
)
def test_what_does_not_fit_into_memory_is_refused_before_it_is_resized(settings, says, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 20e9)
    monkeypatch.setattr(resizing, "resize", None)  # what cannot be called
    small = np.full((1, 30, 47, 3), 0.5, np.float32)
    with pytest.raises(InputError, match=says):
        read(small, small, Settings(**settings))


def test_pictures_can_be_squeezed_into_squares():
    pictures = read(CONTENT, STYLES[0], Settings(square=True, size=24))
    np.testing.assert_array_equal(pictures.content, resizing.resize(CONTENT[None], 24, 24))
    assert pictures.guides[0].style.shape == (1, 24, 24, 3)
    np.testing.assert_array_equal(pictures.original, pictures.content)


@pytest.mark.parametrize("kind", colour.METHODS)
def test_colours_are_kept_by_what_colour_does_before_and_after(kind):
    settings = Settings(colour=kind)
    pictures = read(CONTENT, STYLES, settings)
    for guide, style in zip(pictures.guides, STYLES, strict=True):
        before, recoloured = colour.before(kind, CONTENT[None], style[None])
        np.testing.assert_array_equal(guide.style, recoloured)
        np.testing.assert_array_equal(pictures.content, before)
    np.testing.assert_array_equal(pictures.original[0], CONTENT)
    painted = RNG.random((1, 10, 15, 3), np.float32)
    expected = colour.after(kind, painted, CONTENT[None])
    np.testing.assert_array_equal(finish(pictures, settings, painted), expected)


def test_the_start_and_the_transparency_are_read():
    alpha = np.linspace(0, 1, 30, dtype=np.float32)[None, :, None].repeat(20, axis=0)
    start = RNG.random((5, 6, 3), np.float32)
    pictures = read(np.dstack([CONTENT, alpha]), STYLES[0], Settings(), start=start)
    np.testing.assert_array_equal(pictures.start[0], start)
    small = alpha_for(pictures, np.zeros((1, 10, 15, 3), np.float32))
    assert small.shape == (1, 10, 15, 1)
    pairs = alpha.reshape(10, 2, 15, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(small[0, :, 1:-1, 0], pairs[:, 1:-1], atol=1e-6)
    assert small.min() >= 0
    assert small.max() <= 1
    assert alpha_for(read(CONTENT, STYLES[0], Settings()), CONTENT[None]) is None


@pytest.mark.parametrize("kind", ["histogram", "cholesky", "luminance"])
def test_colours_of_large_pictures_are_matched_on_smaller_copies(kind):
    rng = np.random.default_rng(0)
    large = np.kron(rng.random((20, 30, 3), np.float32), np.ones((10, 10, 1), np.float32))[None]
    settings = Settings(size=24, colour=kind)
    found = read(large, large[:, ::-1], settings)
    assert found.content.shape == (1, 32, 48, 3)
    assert found.guides[0].style.shape == (1, 32, 48, 3)
    assert found.original.shape == large.shape
    near = read(large[:, ::7, ::7], large[:, ::7, ::7], settings)
    assert near.content.shape == (1, 29, 43, 3)  # less than twice as large
