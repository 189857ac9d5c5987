"""A preset's parts at one picture, against a formula written out again from its source, in NumPy.

A formula takes the maps F of the new picture, P of the photograph, A of the painting, by the
numbers in their names, and the new picture x; it returns content, style, total variation. Numbers
are those of the sources, pictures on the scale to 255 where those are.
"""

from dataclasses import replace

import h5py
import jax
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from skimage.data import chelsea

from jnst.backbones import vgg
from jnst.pictures import resizing, samples
from jnst.pictures.files import read as read_file
from jnst.transfer.pictures import read
from jnst.transfer.presets import preset
from jnst.transfer.recipe import prepare
from jnst.weights import store

ENGINES = pytest.mark.parametrize("engine", ["byhand", pytest.param("jax", marks=pytest.mark.slow)])
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


def random_vgg16():
    """Return stand-ins for VGG16's weights, which do not come along."""
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


def kept_means(name):
    """Return the mean activations that a normalised network is divided by, by layer."""
    with h5py.File(store.folders()[0] / name) as file:
        return {layer: np.float64(group["mean"]) for layer, group in file.items()}


def check_parts(name, formula, engine, /, params=None, **options):
    """Check the parts of the preset `name`; `options` are those of `network`."""
    params = params or store.load("vgg19")
    settings = replace(
        preset(name),
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

    def values(constants, x):
        return problem.evaluate(constants, x)[:2]  # so that no gradient is compiled

    with jax.enable_x64():
        total, parts = (jax.jit(values) if engine == "jax" else values)(problem.constants, x)
    F, P, A = (network(params, picture, **options) for picture in (x, photograph, painting))
    expected = dict(zip(("content", "style", "tv"), formula(F, P, A, x), strict=True))
    for part, value in expected.items():
        assert float(parts[part]) == pytest.approx(value, rel=1e-5), part
    assert float(total) == pytest.approx(sum(expected.values()), rel=1e-5)
