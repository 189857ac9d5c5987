"""RAFT-small in plain NumPy and SciPy, as the paper has it: all pairs, and one step at a time."""

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.special import expit

from jnst.weights.raft import SHAPES, _in_torchvision


def random_params(rng, dtype=np.float64):
    """Make up parameters with which the sizes of activations stay about what they are."""
    found = {}
    for name, shape in SHAPES.items():
        kernel = rng.normal(size=shape) * (2 / np.prod(shape[:3])) ** 0.5
        bias = 0.1 * rng.normal(size=shape[3])
        found[name] = {"kernel": kernel.astype(dtype), "bias": bias.astype(dtype)}
    return found


def as_published(params, *, torchvision=False):
    """Return parameters as the tensors of a file, the authors' or torchvision's."""
    found = {}
    for name, layer in params.items():
        theirs = _in_torchvision(name) if torchvision else f"module.{name}"
        kernel = layer["kernel"].transpose(3, 2, 0, 1)
        found[f"{theirs}.weight"] = np.ascontiguousarray(kernel, np.float32)
        found[f"{theirs}.bias"] = layer["bias"].astype(np.float32)
    return found


def convolve(params, name, x, stride=1):
    """Correlate (h, w, c) with a kernel in zeros as wide as half of it."""
    kernel, bias = params[name]["kernel"], params[name]["bias"]
    size = kernel.shape[0]
    x = np.pad(x, ((size // 2, size // 2), (size // 2, size // 2), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), (0, 1))
    return np.einsum("pqcuv,uvcd->pqd", windows[::stride, ::stride], kernel, optimize=True) + bias


def rectified(x):
    return np.maximum(x, 0)


def normalized(x):
    return (x - x.mean((0, 1))) / np.sqrt(x.var((0, 1)) + 1e-5)


def encode(params, name, x, norm):
    """Encode a picture (h, w, 3) in [-1, 1]."""
    x = rectified(norm(convolve(params, f"{name}.conv1", x, 2)))
    for block in ("1.0", "1.1", "2.0", "2.1", "3.0", "3.1"):
        row, stride = f"{name}.layer{block}", 2 if block in ("2.0", "3.0") else 1
        y = rectified(norm(convolve(params, f"{row}.conv1", x)))
        y = rectified(norm(convolve(params, f"{row}.conv2", y, stride)))
        y = rectified(norm(convolve(params, f"{row}.conv3", y)))
        x = x if stride == 1 else norm(convolve(params, f"{row}.downsample.0", x, stride))
        x = rectified(x + y)
    return convolve(params, f"{name}.conv2", x)


def look_up(f1, f2, places):
    """Look up 7 x 7 places at each of 4 levels of all correlations (h, w, h, w), averaged."""
    h, w, d = f1.shape
    all_pairs = np.einsum("abc,pqc->abpq", f1, f2) / np.sqrt(d)
    found = np.zeros((h, w, 4, 7, 7), f1.dtype)
    for level in range(4):
        if min(all_pairs.shape[2:]):
            for a, b in np.ndindex(h, w):
                x, y = places[a, b] / 2**level
                dx, dy = np.meshgrid(np.arange(-3, 4), np.arange(-3, 4), indexing="ij")
                at = np.stack([y + dy, x + dx])
                beyond = np.pad(all_pairs[a, b], 1)  # SciPy has no slope from the border to 0
                found[a, b, level] = map_coordinates(beyond, at + 1, order=1, mode="constant")
        n, m = (side // 2 for side in all_pairs.shape[2:])
        all_pairs = all_pairs[:, :, : 2 * n, : 2 * m].reshape(h, w, n, 2, m, 2).mean((3, 5))
    return found.reshape(h, w, -1)


def update(params, state, context, correlations, flow):
    """Return the next state, and what is to be added to the flow."""
    block = "update_block"
    matched = rectified(convolve(params, f"{block}.encoder.convc1", correlations))
    moved = rectified(convolve(params, f"{block}.encoder.convf1", flow))
    moved = rectified(convolve(params, f"{block}.encoder.convf2", moved))
    motion = np.concatenate([matched, moved], -1)
    motion = rectified(convolve(params, f"{block}.encoder.conv", motion))
    x = np.concatenate([context, motion, flow], -1)
    hx = np.concatenate([state, x], -1)
    z = expit(convolve(params, f"{block}.gru.convz", hx))
    r = expit(convolve(params, f"{block}.gru.convr", hx))
    q = np.tanh(convolve(params, f"{block}.gru.convq", np.concatenate([r * state, x], -1)))
    state = (1 - z) * state + z * q
    hidden = rectified(convolve(params, f"{block}.flow_head.conv1", state))
    return state, convolve(params, f"{block}.flow_head.conv2", hidden)


def estimate(params, first, second, iterations):
    """Estimate the flow at an eighth of the size between (h, w, 3) in [0, 1]."""
    f1, f2 = (encode(params, "fnet", 2 * x - 1, normalized) for x in (first, second))
    whole = encode(params, "cnet", 2 * first - 1, lambda x: x)
    state, context = np.tanh(whole[..., :96]), rectified(whole[..., 96:])
    h, w, _ = f1.shape
    grid = np.stack(np.meshgrid(np.arange(w), np.arange(h)), -1).astype(f1.dtype)
    flow = np.zeros_like(grid)
    for _ in range(iterations):
        seen = look_up(f1, f2, grid + flow)
        state, change = update(params, state, context, seen, flow)
        flow = flow + change
    return flow
