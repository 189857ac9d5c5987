"""The networks as torchvision has them, against small versions of these, weights and all.

Written from torchvision's source in its own terms: names of a state dict, OIHW kernels, padding in
pixels, pictures of (RGB - mean) / std. They run on JAX's convolutions, and on torch's where it is
installed. The weights are random, those of batch normalisations too, and come to us as a file.
"""

import json
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from helpers_torch import state_dict, zipped
from programs import quick

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.weights import convert, store

RNG = np.random.default_rng(0)
MEAN, STD = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


def on_jax():
    """Return the operations, NCHW, on JAX."""

    def around(pad):
        pad = (pad, pad) if isinstance(pad, int) else pad
        return [(side, side) for side in pad]

    def conv(x, kernel, bias, stride, pad, groups):
        order = ("NCHW", "OIHW", "NCHW")
        y = jax.lax.conv_general_dilated(
            x,
            kernel,
            (stride, stride),
            around(pad),
            dimension_numbers=order,
            feature_group_count=groups,
        )
        return y if bias is None else y + bias[:, None, None]

    def norm(x, mean, variance, gamma, beta, epsilon):
        each = (slice(None), None, None)
        x = (x - mean[each]) / jnp.sqrt(variance[each] + epsilon)
        return x * gamma[each] + beta[each]

    def windows(x, start, by, size, stride, pad, ceil):
        beyond = [(-(length - size) % stride if ceil else 0) for length in x.shape[2:]]
        frame = [(0, 0), (0, 0), *((pad, pad + more) for more in beyond)]
        return jax.lax.reduce_window(
            x, start, by, (1, 1, size, size), (1, 1, stride, stride), frame
        )

    def compute(network, ops, state, x):
        jax.eval_shape(lambda x: network(ops, state, x), x)  # draws the weights
        arrays = {name: array for name, array in state.items() if array.ndim}
        return quick(lambda state, x: network(ops, dict(state), x))(arrays, x)

    return SimpleNamespace(
        array=jnp.asarray,
        compute=compute,
        conv=conv,
        norm=norm,
        relu=lambda x: jnp.maximum(x, 0),
        relu6=lambda x: jnp.clip(x, 0, 6),
        max=lambda x, size, stride, pad=0, ceil=False: windows(
            x, -jnp.inf, jax.lax.max, size, stride, pad, ceil
        ),
        avg=lambda x, size, stride, pad=0: (
            windows(x, 0.0, jax.lax.add, size, stride, pad, False) / size**2
        ),
        cat=lambda maps: jnp.concatenate(maps, 1),
    )


def on_torch():
    """Return the same operations on torch."""
    torch = pytest.importorskip("torch", reason="torch is no dependency; it only cross-checks here")
    functions = torch.nn.functional
    return SimpleNamespace(
        array=lambda x: torch.tensor(np.asarray(x)),
        conv=lambda x, kernel, bias, stride, pad, groups: functions.conv2d(
            x, kernel, bias, stride, pad, 1, groups
        ),
        norm=lambda x, mean, variance, gamma, beta, epsilon: functions.batch_norm(
            x, mean, variance, gamma, beta, False, 0.0, epsilon
        ),
        relu=functions.relu,
        relu6=functions.relu6,
        max=lambda x, size, stride, pad=0, ceil=False: functions.max_pool2d(
            x, size, stride, pad, 1, ceil
        ),
        avg=lambda x, size, stride, pad=0: functions.avg_pool2d(x, size, stride, pad),
        cat=lambda maps: torch.cat(maps, 1),
        compute=lambda network, ops, state, x: network(ops, state, x),
    )


def layers_on(ops, state, epsilon):
    """Return `conv` and `norm` that take their weights from `state`, or draw them into it."""

    def weight(name, shape, draw):
        if name not in state:
            state[name] = draw(shape).astype(np.float32)
        return ops.array(state[name])

    def small(shape):
        return 0.1 * RNG.normal(size=shape)

    def around_one(shape):
        return RNG.uniform(0.5, 1.5, shape)

    def conv(x, name, channels, size, stride=1, pad=0, groups=1, bias=False):
        size = (size, size) if isinstance(size, int) else size
        shape = channels, x.shape[1] // groups, *size
        # More, and MobileNet cuts nearly all off at 6.
        gain = np.float32(1 / np.sqrt(np.prod(shape[1:])))
        kernel = weight(
            f"{name}.weight", shape, lambda shape: gain * RNG.standard_normal(shape, np.float32)
        )
        bias = weight(f"{name}.bias", (channels,), small) if bias else None
        return ops.conv(x, kernel, bias, stride, pad, groups)

    def norm(x, name):
        keys = {"running_mean": small, "running_var": around_one, "weight": around_one}
        keys["bias"] = small
        channels = (x.shape[1],)
        arrays = [weight(f"{name}.{key}", channels, draw) for key, draw in keys.items()]
        state[f"{name}.num_batches_tracked"] = np.array(7)
        return ops.norm(x, *arrays, epsilon)

    return conv, norm


def resnet50(ops, state, x):
    conv, norm = layers_on(ops, state, 1e-5)
    x = ops.relu(norm(conv(x, "conv1", 64, 7, 2, 3), "bn1"))
    found = {"conv1_relu": x}
    found["pool1_pool"] = x = ops.max(x, 3, 2, 1)
    for group, (count, planes) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512)), start=1):
        for index in range(count):
            stem, stride = f"layer{group}.{index}", 2 if index == 0 and group > 1 else 1
            y = ops.relu(norm(conv(x, f"{stem}.conv1", planes, 1), f"{stem}.bn1"))
            y = ops.relu(norm(conv(y, f"{stem}.conv2", planes, 3, stride, 1), f"{stem}.bn2"))
            y = norm(conv(y, f"{stem}.conv3", 4 * planes, 1), f"{stem}.bn3")
            if index == 0:
                down = f"{stem}.downsample"
                x = norm(conv(x, f"{down}.0", 4 * planes, 1, stride), f"{down}.1")
            found[f"conv{group + 1}_block{index + 1}_out"] = x = ops.relu(x + y)
    return found


def densenet121(ops, state, x):
    conv, norm = layers_on(ops, state, 1e-5)
    x = ops.relu(norm(conv(x, "features.conv0", 64, 7, 2, 3), "features.norm0"))
    found = {"conv1_relu": x}
    x = ops.max(x, 3, 2, 1)
    for block, count in enumerate((6, 12, 24, 16), start=1):
        for index in range(1, count + 1):
            stem = f"features.denseblock{block}.denselayer{index}"
            y = conv(ops.relu(norm(x, f"{stem}.norm1")), f"{stem}.conv1", 128, 1)
            y = conv(ops.relu(norm(y, f"{stem}.norm2")), f"{stem}.conv2", 32, 3, 1, 1)
            x = ops.cat([x, y])
        found[f"conv{block + 1}_block{count}_concat"] = x
        if block < 4:
            stem = f"features.transition{block}"
            x = ops.relu(norm(x, f"{stem}.norm"))
            x = ops.avg(conv(x, f"{stem}.conv", x.shape[1] // 2, 1), 2, 2)
            found[f"pool{block + 1}_pool"] = x
    found["relu"] = ops.relu(norm(x, "features.norm5"))
    return found


def mobilenet_v2(ops, state, x):
    conv, norm = layers_on(ops, state, 1e-5)
    x = ops.relu6(norm(conv(x, "features.0.0", 32, 3, 2, 1), "features.0.1"))
    found, number = {"Conv1_relu": x}, 1
    settings = (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1)
    for expand, channels, count, first in (*settings, (6, 160, 3, 2), (6, 320, 1, 1)):
        for index in range(count):
            stem, stride, y, step = f"features.{number}.conv", first if index == 0 else 1, x, 0
            if expand > 1:
                y = conv(x, f"{stem}.0.0", expand * x.shape[1], 1)
                y, step = ops.relu6(norm(y, f"{stem}.0.1")), 1
            y = conv(y, f"{stem}.{step}.0", y.shape[1], 3, stride, 1, y.shape[1])
            y = ops.relu6(norm(y, f"{stem}.{step}.1"))
            y = norm(conv(y, f"{stem}.{step + 1}", channels, 1), f"{stem}.{step + 2}")
            added = stride == 1 and x.shape[1] == channels
            x = x + y if added else y
            ours = f"block_{number - 1}" if number > 1 else "expanded_conv"
            found[f"{ours}_add" if added else f"{ours}_project_BN"] = x
            number += 1
    found["out_relu"] = ops.relu6(norm(conv(x, "features.18.0", 1280, 1), "features.18.1"))
    return found


def squeezenet1_1(ops, state, x):
    conv, _ = layers_on(ops, state, 0)
    x = ops.relu(conv(x, "features.0", 64, 3, 2, bias=True))
    found = {"relu_conv1": x}
    features = ["max", 16, 16, "max", 32, 32, "max", 48, 48, 64, 64]  # from number 2 on
    for number, narrow in enumerate(features, start=2):
        if narrow == "max":
            x = ops.max(x, 3, 2, 0, True)
            continue
        stem = f"features.{number}"
        y = ops.relu(conv(x, f"{stem}.squeeze", narrow, 1, bias=True))
        one = ops.relu(conv(y, f"{stem}.expand1x1", 4 * narrow, 1, bias=True))
        three = ops.relu(conv(y, f"{stem}.expand3x3", 4 * narrow, 3, 1, 1, bias=True))
        x = ops.cat([one, three])
        found[f"fire{len(found) + 1}/concat"] = x
    return found


def inception_v3(ops, state, x):
    conv, norm = layers_on(ops, state, 1e-3)

    def basic(x, name, channels, size, stride=1, pad=0):
        return ops.relu(norm(conv(x, f"{name}.conv", channels, size, stride, pad), f"{name}.bn"))

    def chain(x, stem, *steps):
        for name, *shape in steps:
            x = basic(x, f"{stem}.{name}", *shape)
        return x

    def pooled(x, stem, channels):
        return basic(ops.avg(x, 3, 1, 1), f"{stem}.branch_pool", channels, 1)

    def a(x, stem, pool):
        double = ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3, 1, 1)
        return [
            basic(x, f"{stem}.branch1x1", 64, 1),
            chain(x, stem, ("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5, 1, 2)),
            chain(x, stem, *double, ("branch3x3dbl_3", 96, 3, 1, 1)),
            pooled(x, stem, pool),
        ]

    def b(x, stem):
        double = ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3, 1, 1)
        return [
            basic(x, f"{stem}.branch3x3", 384, 3, 2),
            chain(x, stem, *double, ("branch3x3dbl_3", 96, 3, 2)),
            ops.max(x, 3, 2),
        ]

    def c(x, stem, n):
        row, column = ((1, 7), 1, (0, 3)), ((7, 1), 1, (3, 0))
        once = ("branch7x7_1", n, 1), ("branch7x7_2", n, *row), ("branch7x7_3", 192, *column)
        twice = ("branch7x7dbl_1", n, 1), ("branch7x7dbl_2", n, *column)
        twice += ("branch7x7dbl_3", n, *row), ("branch7x7dbl_4", n, *column)
        return [
            basic(x, f"{stem}.branch1x1", 192, 1),
            chain(x, stem, *once),
            chain(x, stem, *twice, ("branch7x7dbl_5", 192, *row)),
            pooled(x, stem, 192),
        ]

    def d(x, stem):
        seven = ("branch7x7x3_1", 192, 1), ("branch7x7x3_2", 192, (1, 7), 1, (0, 3))
        seven += ("branch7x7x3_3", 192, (7, 1), 1, (3, 0)), ("branch7x7x3_4", 192, 3, 2)
        return [
            chain(x, stem, ("branch3x3_1", 192, 1), ("branch3x3_2", 320, 3, 2)),
            chain(x, stem, *seven),
            ops.max(x, 3, 2),
        ]

    def e(x, stem):
        row, column = ((1, 3), 1, (0, 1)), ((3, 1), 1, (1, 0))
        once = basic(x, f"{stem}.branch3x3_1", 384, 1)
        twice = chain(x, stem, ("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3, 1, 1))
        return [
            basic(x, f"{stem}.branch1x1", 320, 1),
            basic(once, f"{stem}.branch3x3_2a", 384, *row),
            basic(once, f"{stem}.branch3x3_2b", 384, *column),
            basic(twice, f"{stem}.branch3x3dbl_3a", 384, *row),
            basic(twice, f"{stem}.branch3x3dbl_3b", 384, *column),
            pooled(x, stem, 192),
        ]

    # As transform_input=True does it, with which the published weights come.
    to = ops.array((STD / 0.5)[:, None, None]), ops.array(((MEAN - 0.5) / 0.5)[:, None, None])
    x = basic(x * to[0] + to[1], "Conv2d_1a_3x3", 32, 3, 2)
    x = basic(x, "Conv2d_2a_3x3", 32, 3)
    x = ops.max(basic(x, "Conv2d_2b_3x3", 64, 3, 1, 1), 3, 2)
    x = basic(x, "Conv2d_3b_1x1", 80, 1)
    x = ops.max(basic(x, "Conv2d_4a_3x3", 192, 3), 3, 2)
    blocks = [("5b", a, 32), ("5c", a, 64), ("5d", a, 64), ("6a", b)]
    blocks += [("6b", c, 128), ("6c", c, 160), ("6d", c, 160), ("6e", c, 192)]
    blocks += [("7a", d), ("7b", e), ("7c", e)]
    found = {}
    for number, (letter, block, *channels) in enumerate(blocks):
        x = ops.cat(block(x, f"Mixed_{letter}", *channels))
        found[f"mixed{number}"] = x
    return found


NETWORKS = {
    "resnet50-torchvision": (resnet50, (45, 36)),
    "densenet121": (densenet121, (45, 36)),
    "mobilenet_v2-torchvision": (mobilenet_v2, (45, 36)),
    "squeezenet1_1-torchvision": (squeezenet1_1, (45, 36)),
    "inception_v3-torchvision": (inception_v3, (75, 80)),
}
TOP = {"fc.weight": np.ones((3, 4)), "AuxLogits.conv0.conv.weight": np.ones((2, 3, 1, 1))}
TOP |= {"classifier.1.weight": np.ones((3, 4, 1, 1)), "classifier.1.bias": np.ones(3)}


def safetensors(tensors):
    """Write the format as its specification has it."""
    header, data, end = {"__metadata__": {"format": "pt"}}, [], 0
    for name, array in tensors.items():
        kind = {"float32": "F32", "float16": "F16", "int64": "I64"}[array.dtype.name]
        offsets = [end, end := end + array.nbytes]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}
        data.append(array.tobytes())
    text = json.dumps(header).encode()
    return b"".join([len(text).to_bytes(8, "little"), text, *data])


@pytest.fixture(params=["jax", "torch"])
def ops(request):
    return {"jax": on_jax, "torch": on_torch}[request.param]()


SLOW = ("resnet50-torchvision", "densenet121", "inception_v3-torchvision")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in NETWORKS],
)
def test_every_block_agrees(name, ops, note_error, tmp_path, monkeypatch):
    network, size = NETWORKS[name]
    image = RNG.random((1, *size, 3), np.float32)
    state = {}
    standard = ((image - MEAN) / STD).transpose(0, 3, 1, 2)
    expected = ops.compute(network, ops, state, ops.array(standard.copy()))
    tensors = {key: np.ascontiguousarray(array) for key, array in (state | TOP).items()}
    tensors = {k: v.astype(np.float32) if v.dtype == np.float64 else v for k, v in tensors.items()}
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    if name == "resnet50-torchvision":
        source = tmp_path / "any.safetensors"
        source.write_bytes(safetensors(tensors))
    else:
        source = tmp_path / "any.pth"
        source.write_bytes(zipped(*state_dict(tensors)))
    assert convert.convert(source) == tmp_path / f"{name}.h5"
    table, params, worst = BACKBONES[name].table, store.load(name), 0.0
    layers = list(expected)
    found = quick(lambda params, x: graph.features(table, params, x, layers))(params, image)
    found = jax.device_get(found)  # JAX would subtract by a program for each shape
    sizes = graph.sizes(table, *size)
    for layer, features in expected.items():
        features = np.moveaxis(np.asarray(features), 1, -1)
        assert found[layer].shape == features.shape, layer
        assert sizes[layer] == features.shape[1:3], layer
        error = np.abs(found[layer] - features).max() / np.abs(features).max()
        assert error < 1e-5, f"{layer}: {error:.1e}"
        worst = max(worst, error)
    by = "JAX" if isinstance(expected[layer], jax.Array) else "torch"
    note_error(name, f"torchvision's, on {by}", len(expected), worst)
