"""The torch side of the benchmarks, eager, channels last or compiled: see `work.py`."""

import os
import time
from typing import Any

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from torch import nn  # pyright: ignore[reportMissingImports]
from work import CONTENT, STYLE, most_resident, pictures, summary

from jnst.backbones import vgg
from jnst.weights import store

state: dict[str, Any] = {}
LAYERS = (*STYLE, *CONTENT)
DEVICE = os.environ["JAX_PLATFORMS"]
BGR_MEAN = (103.939, 116.779, 123.68)


class Network(nn.Module):
    """VGG19 to relu5_1, with the same weights; returns the maps of `LAYERS`."""

    def __init__(self):
        super().__init__()
        params = store.load("vgg19")
        order = vgg.LAYERS["vgg19"]
        self.names = order[: order.index("relu5_1") + 1]
        self.layers = nn.ModuleList(self._layer(name, params) for name in self.names)
        self.requires_grad_(False)

    @staticmethod
    def _layer(name: str, params: Any) -> nn.Module:
        if name.startswith("relu"):
            return nn.ReLU(inplace=True)
        if name.startswith("pool"):
            return nn.MaxPool2d(2)
        kernel, bias = params[name]["kernel"], params[name]["bias"]
        layer = nn.Conv2d(kernel.shape[2], kernel.shape[3], 3, padding=1)
        layer.weight.data = torch.from_numpy(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
        layer.bias.data = torch.from_numpy(np.array(bias))
        return layer

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return maps by layer, of RGB in [0, 1]."""
        mean = torch.tensor(BGR_MEAN, device=image.device)[:, None, None]
        x, found = image.flip(1) * 255 - mean, {}
        for name, layer in zip(self.names, self.layers, strict=True):
            x = layer(x)
            if name in LAYERS:
                found[name] = x
        return found


def gram(features: torch.Tensor, count: int) -> torch.Tensor:
    """Return FFᵀ / count, F (channels, positions)."""
    F = features.flatten(2)[0]
    return F @ F.T / count


def _tensors(pair: tuple[str, str], height: int, width: int) -> list[torch.Tensor]:
    found = (
        np.ascontiguousarray(picture.transpose(0, 3, 1, 2))
        for picture in pictures(pair, height, width)
    )
    return [torch.from_numpy(picture).to(DEVICE) for picture in found]


def prepare(content: str, style: str, size: int, variant: str, precision: str) -> dict[str, Any]:
    """Build one evaluation and run it once; return its `summary`."""
    allowed = precision == "tensorfloat32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed
    torch.backends.cudnn.benchmark = True
    network = Network().to(DEVICE)
    photograph, painting, start = _tensors((content, style), size, size)
    if variant == "channels-last":
        network = network.to(memory_format=torch.channels_last)
        photograph, painting, start = (
            x.contiguous(memory_format=torch.channels_last) for x in (photograph, painting, start)
        )
    with torch.no_grad():
        of_style = network(painting)
        grams = {k: gram(of_style[k], of_style[k][0, 0].numel()) for k in STYLE}
        del of_style
        target = network(photograph)["relu4_2"].clone()

    def loss(image: torch.Tensor) -> torch.Tensor:
        with torch.autocast(DEVICE, torch.bfloat16, enabled=precision == "bfloat16"):
            found = network(image)
        found = {name: features.float() for name, features in found.items()}
        total = nn.functional.mse_loss(found["relu4_2"], target)
        for k, A in grams.items():
            total = total + nn.functional.mse_loss(gram(found[k], found[k][0, 0].numel()), A) / 5
        return total

    compiled = torch.compile(loss) if variant == "compile" else loss
    start.requires_grad_()

    def run() -> tuple[torch.Tensor, torch.Tensor]:
        total = compiled(start)
        (gradient,) = torch.autograd.grad(total, start)
        return total, gradient

    state["run"] = run
    total, gradient = run()
    return summary(total.item(), gradient.permute(0, 2, 3, 1).cpu().numpy())


def measure(times: int) -> float:
    """Return the seconds of one evaluation, of so many that are sent off together."""
    started = time.perf_counter()
    for _ in range(times):
        state["run"]()
    if DEVICE == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - started) / times


def forget() -> None:
    """Free what `prepare` made."""
    state.clear()
    if DEVICE == "cuda":
        torch.cuda.empty_cache()


def peak() -> int:
    """Return the most bytes that this process has held: on the device, or on the CPU in all."""
    if DEVICE == "cuda":
        return torch.cuda.max_memory_allocated()
    return most_resident()


def descend(
    content: str, style: str, height: int, width: int, evaluations: int, target: float | None
) -> dict[str, Any]:
    """Minimize neural-style-pt's objective by torch's L-BFGS, as that tool runs it."""
    network = Network().to(DEVICE)
    photograph, painting, start = _tensors((content, style), height, width)
    with torch.no_grad():
        of_style = network(painting)
        grams = {k: gram(of_style[k], of_style[k].numel()) for k in STYLE}
        goal = network(photograph)["relu4_2"].clone()
    start.requires_grad_()
    options = {"max_iter": evaluations, "tolerance_grad": -1, "tolerance_change": -1}
    optimizer = torch.optim.LBFGS([start], lr=1, history_size=100, **options)
    course = []
    started = time.perf_counter()

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        found = network(start)
        total = 5 * nn.functional.mse_loss(found["relu4_2"], goal)
        for k, A in grams.items():
            total = total + 100 * nn.functional.mse_loss(gram(found[k], found[k].numel()), A)
        across, down = start.diff(dim=3).abs().sum(), start.diff(dim=2).abs().sum()
        total = total + 1e-3 * 255 * (across + down)
        total.backward()
        course.append((time.perf_counter() - started, total.item()))
        return total

    optimizer.step(closure)
    seconds, least = min(course, key=lambda at: at[1])  # when it was there, not when it ended
    return {
        "start": course[0][1],
        "total": least,
        "evaluations": len(course),
        "seconds": seconds,
        "without compiling": seconds,
    }
