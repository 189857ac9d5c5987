"""Painting in one pass: what published networks paint, exact sizes, styles mixed and in regions."""

import threading
from unittest import mock

import numpy as np
import pytest
from painters import ORACLES, here, load, oracles, picture, random_params, stand_in

import jnst
from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.feedforward.registry import NETWORKS
from jnst.methods.contract import Method, Plan
from jnst.pictures import canvas, colour
from jnst.transfer.onepass import method
from jnst.transfer.onepass.method import ONE_PASS, instant
from jnst.transfer.onepass.network import Loaded
from jnst.transfer.pictures import Guide, Pictures, read
from jnst.transfer.recipe import prepare
from jnst.transfer.settings import Settings

RNG = np.random.default_rng(0)
CONTENT = RNG.uniform(size=(37, 50, 3)).astype(np.float32)
STYLES = [RNG.uniform(size=(40, 60, 3)).astype(np.float32) ** power for power in (1, 3)]
SEVEN = {"method": "multistyle", "style_number": (7,), "engine": "byhand"}  # nothing to compile
ANY = {"method": "ghiasi", "engine": "byhand"}


@pytest.fixture
def small():
    """Let AdaIN be that of the pixels: it paints beyond [0, 1], and pictures of any size."""
    return Loaded(stand_in(mixed=True), {})


@pytest.fixture(scope="module")
def any_style(small_styles):
    """Return the weights, read once."""
    return ONE_PASS.load(Settings(**ANY), many=True)


def paint(loaded, content=CONTENT, styles=STYLES[:1], masks=(), **settings):
    chosen = Settings(**ANY | settings)
    pictures = read(content, styles, chosen, masks=masks)
    (progress,) = ONE_PASS.plan(pictures, chosen, loaded=loaded).steps()
    return progress.best


@pytest.fixture(scope="module")
def noisy():
    """Return a network that takes noise, with some of its channels, as it would be trained."""
    network = trainable.network(trainable.Design("ulyanov-pyramid", 0.5, ("one",)))
    return Loaded(network, random_params(np.random.default_rng(0), network.table, np.float32))


def paint_noisy(noisy, content, **options):
    return paint(noisy, content, ["one.jnst"], method="trained", **options)


def test_noise_is_decided_by_the_seed(noisy):
    content = np.tile(CONTENT, (2, 2, 1))
    y = paint_noisy(noisy, content)
    assert y.shape == (1, *content.shape)
    np.testing.assert_array_equal(paint_noisy(noisy, content), y)
    assert not np.array_equal(paint_noisy(noisy, content, seed=1), y)
    np.testing.assert_allclose(paint_noisy(noisy, content, engine="jax"), y, rtol=0, atol=1e-4)


def test_noise_is_the_same_in_tiles(noisy):
    content, options = np.tile(CONTENT, (2, 16, 1)), {"engine": "jax", "size": 800}
    whole = paint_noisy(noisy, content, **options)
    with mock.patch.object(method, "compute", wraps=method.compute) as compute:
        tiled = paint_noisy(noisy, content, tile=448, **options)
    np.testing.assert_allclose(tiled, whole, rtol=0, atol=1e-4)
    assert compute.call_args.kwargs == {"tile": 448}


@here()
@pytest.mark.parametrize(
    ("numbers", "blend", "name"), [((7,), (), "style7"), ((7, 19), (2.0, 2.0), "half7_half19")]
)
def test_it_paints_what_the_network_of_26_styles_does(numbers, blend, name):
    options = {"method": "multistyle", "style_number": numbers, "blend": blend, "margin": 0}
    y = jnst.stylize(picture("content.png")[0], **options)
    (expected,) = load(ORACLES / "multistyle26.npz")[name] / 255
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-3)


@pytest.mark.slow
@here()
def test_it_paints_what_the_network_of_any_style_does():
    pair = picture("content.png")[0], picture("style_256.png")[0]
    y = jnst.stylize(*pair, quality="instant", margin=0)
    (expected,) = load(ORACLES / "ghiasi.npz")["out"] / 255
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-3)


def test_a_mirrored_margin_is_painted_and_cut_off(any_style):
    content = CONTENT[:36, :48]
    around = np.pad(content, ((16, 16), (16, 16), (0, 0)), "reflect", reflect_type="odd").clip(0, 1)
    expected = paint(any_style, content=around, margin=0)[:, 16:-16, 16:-16]
    found = paint(any_style, content=content)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    assert np.abs(paint(any_style, content=content, margin=0) - found)[:, :4].max() > 0.01


@pytest.fixture(scope="module")
def micro():
    """Return MicroAST, read once."""
    return Loaded(NETWORKS["microast"], oracles.PUBLISHED["microast"].read())


@here(*oracles.PUBLISHED["microast"].files)
def test_it_paints_what_microast_does(micro):
    pair = picture("content.png")[0], [picture("style.png")[0]]
    y = paint(micro, *pair, method="microast", margin=0)
    expected = oracles.expected("microast", "out").clip(0, 1)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-3)


@here(*oracles.PUBLISHED["microast"].files)
def test_microast_takes_strength_several_styles_and_regions(micro):
    def micro_paint(**options):
        return paint(micro, method="microast", **options)

    first, second = (micro_paint(styles=[style]) for style in STYLES)
    both = micro_paint(styles=STYLES, blend=(1.0, 0.0))
    np.testing.assert_allclose(both, first, atol=1e-5)
    half = micro_paint(styles=STYLES)
    assert min(np.abs(half - one).max() for one in (first, second)) > 0.01
    assert np.abs(micro_paint(strength=0.0) - first).max() > 0.01
    left = np.zeros((37, 50), np.float32)
    left[:, :25] = 1
    y = micro_paint(styles=STYLES, masks=[left, 1 - left])
    np.testing.assert_allclose(y[:, :, :25], first[:, :, :25], atol=1e-5)
    np.testing.assert_allclose(y[:, :, 25:], second[:, :, 25:], atol=1e-5)


def test_it_keeps_the_contract(any_style):
    settings = Settings(**ANY)
    assert isinstance(ONE_PASS, Method)
    plan = ONE_PASS.plan(read(CONTENT, STYLES[0], settings), settings, loaded=any_style)
    assert isinstance(plan, Plan)
    (progress,) = plan.steps()
    assert (progress.step, len(plan.costs), progress.state) == (1, 1, None)
    assert 0 <= progress.best.min() < progress.best.max() <= 1
    np.testing.assert_array_equal(plan.result(progress.best), progress.best)


@pytest.mark.parametrize("shape", [(37, 50), (8, 9), (31, 8)])
def test_the_picture_has_exactly_the_size_of_the_photograph(shape):
    y = jnst.stylize(CONTENT[: shape[0], : shape[1]], **SEVEN)
    assert y.array.shape == (*shape, 3)


def test_sides_that_can_be_halved_are_painted_as_they_are():
    """And others within a picture whose borders are mirrored: 2 pixels on the left of 33."""
    whole = np.pad(CONTENT[:36, :33], ((0, 0), (1, 2), (0, 0)), mode="reflect")
    larger = jnst.stylize(whole, **SEVEN, margin=0).array
    np.testing.assert_allclose(
        jnst.stylize(CONTENT[:36, :33], **SEVEN, margin=0), larger[:, 1:34], rtol=0, atol=1e-6
    )


def test_a_picture_that_is_too_small_is_refused():
    says = "the picture is 50 x 7 pixels, but method multistyle needs at least 8 x 8; take a larg"
    with pytest.raises(InputError, match=says):
        jnst.stylize(CONTENT[:7], **SEVEN)


def test_a_picture_that_is_too_large_is_refused(free):
    free(1 << 27)
    with pytest.raises(InputError, match=r"at 800 x 800 pixels .* needs 0.3 GB, and 0.1 can be"):
        jnst.stylize(CONTENT[:9, :9], size=800, upscale=True, **SEVEN)


def test_both_engines_paint_the_same():
    options = {"size": 32, "method": "multistyle", "style_number": (3,)}
    ours, byhand = (jnst.stylize(CONTENT, **options, engine=e) for e in ("jax", "byhand"))
    np.testing.assert_allclose(ours, byhand, rtol=0, atol=1e-4)


def test_styles_are_mixed_by_their_shares(any_style):
    first, second = (paint(any_style, styles=[style]) for style in STYLES)
    np.testing.assert_allclose(paint(any_style, styles=STYLES, blend=(1.0, 0.0)), first, atol=1e-6)
    np.testing.assert_allclose(paint(any_style, styles=STYLES, blend=(0.0, 3.0)), second, atol=1e-6)
    both = paint(any_style, styles=STYLES, blend=(1.0, 2.0))
    assert min(np.abs(both - first).max(), np.abs(both - second).max()) > 0.01


def test_without_strength_a_picture_has_its_own_style(any_style):
    square = CONTENT[:36, :36]
    own = paint(any_style, content=square, styles=[square])
    np.testing.assert_allclose(paint(any_style, content=square, strength=0.0), own, atol=1e-6)
    half = paint(any_style, content=square, strength=0.5)
    assert np.abs(half - own).max() > 1e-3
    assert np.abs(half - paint(any_style, content=square)).max() > 1e-3


def test_what_is_known_of_a_style_is_kept_for_many_pictures(any_style):
    before = len(any_style.known)
    third = STYLES[0][:, ::-1].copy()
    for content in (CONTENT, CONTENT[:, ::-1]):
        paint(any_style, content=content, styles=[third])
    assert len(any_style.known) == before + 1
    assert isinstance(any_style, Loaded)


def test_styles_stay_in_their_regions(any_style):
    left = np.zeros((37, 50), np.float32)
    left[:, :25] = 1
    middle = np.zeros((37, 50), np.float32)
    middle[:, 20:40] = 1
    y = paint(any_style, styles=STYLES, masks=[left, middle])
    first, second = (paint(any_style, styles=[style]) for style in STYLES)
    np.testing.assert_allclose(y[:, :, :20], first[:, :, :20], atol=1e-6)
    np.testing.assert_allclose(y[:, :, 25:40], second[:, :, 25:40], atol=1e-6)
    between = (first + second)[:, :, 20:25] / 2
    np.testing.assert_allclose(y[:, :, 20:25], between, atol=1e-6)
    np.testing.assert_allclose(y[0, :, 40:], CONTENT[:, 40:], atol=1e-6)


def test_styles_of_one_region_are_mixed_before_they_are_painted(small):
    """Though each has its own copy of the region, as on a canvas."""
    everywhere = np.ones((1, 37, 50, 1), np.float32)
    settings = Settings(method="adain", engine="byhand")

    def painted(*regions):
        guides = [
            Guide(style[None], share, region)
            for style, share, region in zip(STYLES, (1.5, 0.5), regions, strict=True)
        ]
        pictures = Pictures(CONTENT[None], guides, CONTENT[None])
        return method.paint(pictures, settings, small, tile=None)

    np.testing.assert_allclose(
        painted(everywhere, everywhere.copy()), painted(None, None), atol=1e-6
    )


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("adain", {"strength": 0.25}),
        ("adain", {"style_size": 20}),
        ("adain", {"colour": "pca"}),
        ("ghiasi", {"strength": 0.25}),
    ],
)
def test_a_trained_network_of_any_painting_paints_as_the_method_of_its_name(
    method, settings, small, any_style
):
    loaded = (small if method == "adain" else any_style)._replace(file=method)
    expected = paint(loaded, method=method, **settings)
    styles = [STYLES[0], "mine.jnst"]
    found = paint(loaded, styles=styles, method="trained", **settings)
    np.testing.assert_array_equal(found, expected)
    plain = paint(loaded, styles=styles, method="trained")
    assert np.abs(found - plain).max() > 0.01


@pytest.mark.parametrize(
    ("kind", "settings", "says"),
    [
        ("johnson", {"strength": 0.5}, "strength is for networks that take any painting, and joh"),
        ("johnson", {"style_size": 9}, "and johnson has its own style; leave it out"),
        ("johnson", {"colour": "pca"}, "and johnson has none; take luminance"),
        ("johnson", {"style_number": (0,)}, "of several styles, and johnson has one"),
        ("johnson", {"blend": (1.0,)}, "of several styles, and johnson has one"),
        ("johnson", {"size": 6}, "but johnson needs at least 8 x 8; take a larger"),
        ("adain", {"style_number": (0,)}, "of several styles, and adain takes any paint"),
        ("ghiasi", {"style_size": 9}, "ghiasi takes paintings of one size; leave out st"),
    ],
)
def test_what_means_nothing_to_a_trained_network_is_refused(kind, settings, says):
    network = {
        "johnson": NETWORKS["johnson"],
        "adain": stand_in(mixed=True),
        "ghiasi": stand_in(side=8),
    }
    styles = ["mine.pth", *([] if kind == "johnson" else STYLES[:1])]
    with pytest.raises(InputError, match=says):
        paint(Loaded(network[kind], {}, file=kind), styles=styles, method="trained", **settings)


def test_a_picture_stays_between_black_and_white(small):
    style = np.zeros((8, 8, 3), np.float32)
    style[:4] = 1
    y = paint(small, styles=[style], method="adain")
    assert (y.min(), y.max()) == (0, 1)


def test_colours_are_kept_on_request():
    y = jnst.stylize(CONTENT, colour="luminance", **SEVEN)
    plain = jnst.stylize(CONTENT, **SEVEN).array[None]
    (expected,) = colour.after("luminance", plain, CONTENT[None])
    np.testing.assert_allclose(y, expected, atol=1e-6)


def test_a_canvas_is_painted_and_cut_off():
    y = jnst.stylize(CONTENT, canvas=16, size=64, **SEVEN)
    whole = jnst.stylize(canvas.extend(CONTENT[None], 48, 64), **SEVEN).array[None]
    (expected,) = canvas.uncover(whole, (37, 50), (48, 64))
    np.testing.assert_allclose(y, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("pictures", "says"),
    [
        ({"start": CONTENT}, "method ghiasi begins with no picture; leave out start"),
        (
            {"masks": [CONTENT[..., 0]], "style_masks": [STYLES[0][..., 0]]},
            "takes a style from the whole painting; leave out style_masks or style_labels",
        ),
    ],
)
def test_pictures_that_it_has_no_use_for_are_refused(any_style, pictures, says):
    settings = Settings(**ANY)
    found = read(CONTENT, STYLES[0], settings, **pictures)
    with pytest.raises(InputError, match=says):
        ONE_PASS.plan(found, settings, loaded=any_style)


@pytest.mark.parametrize("shape", [(21, 32), (5, 1)])
def test_an_optimizer_may_begin_with_it(shape, any_style, tiny):
    content = CONTENT[: shape[0], : shape[1]]
    settings = Settings(engine="byhand", init="instant", size=50)
    pictures = read(content, STYLES, settings)
    begun = instant(content[None], pictures.guides, engine="byhand")
    assert begun.shape == (1, *shape, 3)
    if shape == (21, 32):
        expected = paint(any_style, content=content, styles=STYLES)
        np.testing.assert_allclose(begun, expected, atol=1e-6)
        np.testing.assert_allclose(prepare(pictures, settings).image, begun, atol=1e-6)


def test_what_an_optimizer_begins_with_is_as_large_as_its_picture_and_by_its_engine():
    content = np.zeros((1, 3, 2000, 3), np.float32)
    with (
        mock.patch.object(method, "load", return_value=Loaded(NETWORKS["ghiasi"], {})) as load,
        mock.patch.object(method, "paint", return_value=content) as paint,
    ):
        for engine in ("byhand", "jax"):
            instant(content, (), engine=engine)
            expected = Settings(method="ghiasi", size=2000, engine=engine)
            assert load.call_args == mock.call(expected, file=None)
            assert paint.call_args.args[1] == expected


def test_it_computes_beside_the_main_thread_which_so_hears_ctrl_c(any_style, monkeypatch):
    seen = []

    def compute(loaded, settings, given, tile):
        seen.append(threading.current_thread())
        return given["picture"]

    monkeypatch.setattr(method, "compute", compute)
    paint(any_style)
    assert seen[0] is not threading.main_thread()


def test_one_style_number_alone_may_be_a_number():
    one, other = (
        jnst.stylize(CONTENT, **{**SEVEN, "style_number": number}, size=16) for number in (7, (7,))
    )
    np.testing.assert_array_equal(one, other)
