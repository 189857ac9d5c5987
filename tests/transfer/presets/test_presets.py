"""Each preset's parts at one picture, by formulas written out again from the sources, in NumPy."""

from dataclasses import replace

import h5py
import jax
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from skimage.data import chelsea

from jnst.backbones import vgg
from jnst.errors import InputError
from jnst.pictures import resizing, samples
from jnst.pictures.files import read as read_file
from jnst.transfer.checks import check
from jnst.transfer.pictures import read
from jnst.transfer.presets import PRESETS, preset, summary, tools
from jnst.transfer.recipe import prepare
from jnst.transfer.settings import Settings
from jnst.weights import store
from jnst.weights.network import WEIGHTS

GATYS = ("1_1", "2_1", "3_1", "4_1", "5_1")
BGR_MEAN = np.array([103.939, 116.779, 123.68])
PHOTOGRAPH = chelsea()[100:148, 120:160]
PAINTING = np.asarray(read_file(samples.STYLE)[0, 60:112, 80:125])
X = np.random.default_rng(4).random((1, 48, 48, 3))


def convolve(x, kernel, bias, mode="constant"):
    around = np.pad(x, ((1, 1), (1, 1), (0, 0)), mode)
    windows = sliding_window_view(around, (3, 3), axis=(0, 1))  # h, w, c, 3, 3
    return np.einsum("hwcij,ijco->hwo", windows, kernel, optimize=True) + bias


def halve(x, pooling):
    h, w = x.shape[0] // 2, x.shape[1] // 2
    blocks = x[: 2 * h, : 2 * w].reshape(h, 2, w, 2, -1)
    return blocks.max((1, 3)) if pooling == "max" else blocks.mean((1, 3))


def network(params, picture, *, name="vgg19", pooling="max", edge=False, means=None):
    """Rectified maps as (M, N) by the numbers in their names, e.g. "4_2"."""
    x, found = np.float64(picture[0])[..., ::-1] * 255 - BGR_MEAN, {}
    for layer in vgg.LAYERS[name]:
        kind, number = layer[:4], layer[4:]
        if kind == "conv":
            mode = "edge" if edge and number == "1_1" else "constant"
            kernel, bias = (np.float64(params[layer][key]) for key in ("kernel", "bias"))
            x = np.maximum(convolve(x, kernel, bias, mode), 0)
            scale = 1 if means is None else means[layer]
            found[number] = (x / scale).reshape(-1, x.shape[-1])
        elif kind == "pool":
            x = halve(x, pooling)
    return found


def mse(a, b):
    return np.mean((a - b) ** 2)


def sse(a, b):
    return np.sum((a - b) ** 2)


def gram(F, by="positions"):
    return F.T @ F / {"sum": 1, "positions": len(F), "size": F.size}[by]


def differences(x):
    """To the right and to the lower neighbour, none counting as 0."""
    dx, dy = np.zeros_like(x), np.zeros_like(x)
    dx[:, :, :-1], dy[:, :-1] = np.diff(x, axis=2), np.diff(x, axis=1)
    return dx, dy


def moments(F):
    return F.mean(0), np.cov(F.T, bias=True)


def wasserstein(F, A):
    """Mean over channels of W²."""
    (m, C), (m_s, C_s) = moments(F), moments(A)
    values, vectors = np.linalg.eigh(C_s)
    root = vectors @ np.diag(np.sqrt(values.clip(0))) @ vectors.T
    cross = np.linalg.eigvalsh(root @ C @ root)
    return (sse(m, m_s) + np.trace(C + C_s) - 2 * np.sqrt(cross.clip(0)).sum()) / len(m)


def nine_point(x):
    dx, dy = differences(x)
    p = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "edge")
    down, up = p[:, 1:, 1:] - p[:, :-1, :-1], p[:, 1:, :-1] - p[:, :-1, 1:]
    return 2 / 3 * np.mean(dx**2 + dy**2) + 1 / 6 * np.mean(down**2 + up**2)


# Of the new picture x, the photograph and the painting: content, style, total variation. F, P, A
# are their maps. Numbers are those of the sources, pictures on the scale to 255 where those are.
def gatys2015(F, P, A, x):
    style = [sse(gram(F[k]), gram(A[k])) / (4 * F[k].shape[1] ** 2) / 5 for k in GATYS]
    return 1e-3 * 0.5 * sse(F["4_2"], P["4_2"]), sum(style), 0


def gatys2016(F, P, A, x):
    channels = dict(zip(GATYS, (64, 128, 256, 512, 512), strict=True))
    style = [1e3 / N**2 * mse(gram(F[k]), gram(A[k])) for k, N in channels.items()]
    return mse(F["4_2"], P["4_2"]), sum(style), 0


def kunal2021(F, P, A, x):
    style = sum(1e-6 * 0.5 * sse(gram(F[k], "sum"), gram(A[k], "sum")) for k in GATYS)
    return 0.5 * sse(F["4_2"], P["4_2"]), style, 0


def patel2020(F, P, A, x):
    content = sse(F["4_2"], P["4_2"]) / (4 * F["4_2"].size)
    style = [
        0.002
        / (4 * F[k].shape[1] ** 2 * len(F[k]) ** 2)
        * sse(gram(F[k], "sum"), gram(A[k], "sum"))
        for k in GATYS
    ]
    dx, dy = differences(255 * x)
    return content, sum(style), 8.5e-5 * np.sum((dx**2 + dy**2) ** 1.25)


def debashish2023(F, P, A, x):
    return gatys2015(F, P, A, x)


def khan2021(F, P, A, x):
    content = np.mean([mse(F[k], P[k]) for k in ("1_2", "2_2", "3_3")])
    style = [0.001 * mse(gram(F[k]), gram(A[k])) for k in ("1_2", "2_2", "4_2", "5_1")]
    return content, sum(style), 0


def deepa2023(F, P, A, x):
    weight = {"1_1": 1.0, "2_1": 0.75, "3_1": 0.2}
    style = [0.1 * w * mse(gram(F[k]), gram(A[k])) for k, w in weight.items()]
    return mse(F["4_2"], P["4_2"]), sum(style), 0


def neural_style(F, P, A, x):
    style = [100 * mse(gram(F[k], "size"), gram(A[k], "size")) for k in GATYS]
    dx, dy = differences(255 * x)
    return 5 * mse(F["4_2"], P["4_2"]), sum(style), 1e-3 * 0.5 * np.sum(dx**2 + dy**2)


def neural_style_pt(F, P, A, x):
    dx, dy = differences(255 * x)
    return *neural_style(F, P, A, x)[:2], 1e-3 * (np.abs(dx).sum() + np.abs(dy).sum())


def johnson_slow(F, P, A, x):
    layers = ("1_2", "2_2", "3_3", "4_3")
    style = [5 * mse(gram(F[k], "size"), gram(A[k], "size")) for k in layers]
    dx, dy = differences(255 * x)
    return mse(F["3_3"], P["3_3"]), sum(style), 1e-6 * 0.5 * np.sum(dx**2 + dy**2)


def pastiche(F, P, A, x):
    style = [10 / F[k].shape[1] ** 2 * mse(gram(F[k]), gram(A[k])) for k in GATYS]
    return 0.01 * mse(F["4_2"], P["4_2"]), sum(style), 0


def crowson(F, P, A, x):
    a = {"1_1": 19.8, "2_1": 112.6, "3_1": 107.6, "4_1": 434.9, "5_1": 38.4, "4_2": 275.6}
    F, P, A = ({k: maps[k] / a[k] for k in a} for maps in (F, P, A))
    shares = dict(zip(GATYS, (256, 64, 16, 4, 1), strict=True))
    style = sum(w / 341 * wasserstein(F[k], A[k]) for k, w in shares.items())
    d = F["4_2"] - P["4_2"]
    content = 0.015 * np.sum(d**2) / (np.abs(d).sum() + 1e-8)
    return content, style, 2 * nine_point(x)


def test_activations_are_those_of_the_normalised_network():
    with h5py.File(store.folders()[0] / "vgg19_means.h5") as file:
        for layer, activation in tools.ACTIVATION.items():
            mean = file[layer.replace("relu", "conv")]["mean"][:].mean()
            assert activation == pytest.approx(mean, rel=3e-3)


FORMULAS = {
    "gatys2015": (gatys2015, {"pooling": "avg"}),
    "gatys2016": (gatys2016, {}),
    "kunal2021": (kunal2021, {"pooling": "avg", "means": "vgg19_means.h5"}),
    "patel2020": (patel2020, {}),
    "debashish2023": (debashish2023, {}),
    "khan2021": (khan2021, {}),
    "deepa2023": (deepa2023, {}),
    "neural-style": (neural_style, {}),
    "neural-style-pt": (neural_style_pt, {}),
    "johnson-slow": (johnson_slow, {"name": "vgg16"}),
    "pastiche": (pastiche, {}),
    "crowson": (crowson, {"edge": True}),
}
OPTIMIZERS = {
    "gatys2015": ("lbfgs", (500,), "noise", 512),
    "gatys2016": ("lbfgs", (500,), "content", 512),
    "patel2020": ("scipy-lbfgs", (200,), "content", 500),
    "deepa2023": ("lbfgs", (300,), "content", 400),
    "neural-style": ("lbfgs", (1000,), "grey", 512),
    "neural-style-pt": ("lbfgs", (1000,), "grey", 512),
    "johnson-slow": ("lbfgs", (500,), "grey", 512),
    "pastiche": ("lbfgs", (1000,), "content", 577),
    "crowson": ("adam", (1000, 500), "content", 512),
}


def random_weights():
    """Stand-ins for VGG16's, which do not come along."""
    rng, width = np.random.default_rng(0), 3
    params = {"input": {"mean": np.float32(BGR_MEAN).reshape(1, 1, 1, 3)}}
    for layer in vgg.LAYERS["vgg16"]:
        if layer.startswith("conv"):
            channels = 64 * min(2 ** (int(layer[4]) - 1), 8)
            kernel = rng.normal(size=(3, 3, width, channels)) * np.sqrt(2 / (9 * width))
            params[layer] = {
                "kernel": kernel.astype(np.float32),
                "bias": np.zeros(channels, np.float32),
            }
            width = channels
    return params


@pytest.mark.parametrize("engine", ["byhand", pytest.param("jax", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", FORMULAS)
def test_parts_equal_the_formulas_of_the_source(name, engine, monkeypatch):
    formula, options = FORMULAS[name]
    if name == "johnson-slow":
        params = random_weights()
        monkeypatch.setitem(WEIGHTS, "trained", lambda name: params)
    else:
        params = store.load("vgg19")
    if "means" in options:
        with h5py.File(store.folders()[0] / options["means"]) as file:
            options = options | {"means": {k: np.float64(v["mean"]) for k, v in file.items()}}
    original = preset(name)
    settings = replace(
        original,
        size=48,
        optimizer="scipy-lbfgs",
        learning_rate=None,
        average=0.0,  # in float64
        engine=engine,
    )
    pictures = read(PHOTOGRAPH, PAINTING, settings)
    if settings.square:
        photograph, painting = (
            resizing.resize(read_file(source), 48, 48) for source in (PHOTOGRAPH, PAINTING)
        )
    else:
        photograph, painting = (resizing.fit(read_file(s), 48) for s in (PHOTOGRAPH, PAINTING))
    x = X[:, : photograph.shape[1], : photograph.shape[2]]
    problem = prepare(pictures, settings)
    evaluate = jax.jit(problem.evaluate) if engine == "jax" else problem.evaluate
    with jax.enable_x64():
        total, parts, _ = evaluate(problem.constants, x)
    F, P, A = (network(params, picture, **options) for picture in (x, photograph, painting))
    expected = dict(zip(("content", "style", "tv"), formula(F, P, A, x), strict=True))
    for part, value in expected.items():
        assert float(parts[part]) == pytest.approx(value, rel=1e-5), part
    assert float(total) == pytest.approx(sum(expected.values()), rel=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_the_loss_does_not_say(name):
    chosen = preset(name)
    assert (chosen.optimizer, chosen.steps, chosen.init, chosen.size) == OPTIMIZERS[name]


def test_the_details_that_few_share():
    assert preset("neural-style").history == preset("neural-style-pt").history == 100
    assert preset("neural-style").init_noise == pytest.approx(0.001 / 255)
    assert preset("johnson-slow").init_noise == pytest.approx(1 / 255)
    assert preset("patel2020").square
    assert preset("patel2020").upscale
    crowson = preset("crowson")
    assert (crowson.learning_rate, crowson.average) == (0.02, 0.99)
    assert (crowson.first_size, crowson.size_ratio) == (128, 2**0.5)
    assert all(preset(name).first_size is None for name in FORMULAS if name != "crowson")
    assert preset("default") == Settings()


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_used_and_says_where_it_comes_from(name):
    check(preset(name))
    assert name in {"default": Settings()} | FORMULAS
    assert 20 < len(summary(name)) < 100


def test_another_name_lists_them():
    with pytest.raises(InputError, match="unknown preset 'gatys'; choose from default, gatys2015"):
        preset("gatys")
