"""Names of torchvision's layers: prefixes in its state dict, by our `reads`."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from jnst.backbones import densenet, inception, mobilenet, resnet, squeezenet, vgg
from jnst.backbones.tables import BACKBONES
from jnst.weights.sources.common import weighted

# The ways of each kind of block, in order: the name of each of their convolutions.
_POOL = ("branch_pool",)
_A = ("branch1x1", "branch5x5_1", "branch5x5_2", *(f"branch3x3dbl_{i}" for i in (1, 2, 3)), *_POOL)
_B = ("branch3x3", *(f"branch3x3dbl_{i}" for i in (1, 2, 3)))
_C = (
    "branch1x1",
    *(f"branch7x7_{i}" for i in (1, 2, 3)),
    *(f"branch7x7dbl_{i}" for i in (1, 2, 3, 4, 5)),
    *_POOL,
)
_D = ("branch3x3_1", "branch3x3_2", *(f"branch7x7x3_{i}" for i in (1, 2, 3, 4)))
_E = (
    "branch1x1",
    *(f"branch3x3_{i}" for i in ("1", "2a", "2b")),
    *(f"branch3x3dbl_{i}" for i in ("1", "2", "3a", "3b")),
    *_POOL,
)
_BLOCKS = [("Mixed_5" + letter, _A) for letter in "bcd"] + [("Mixed_6a", _B)]
_BLOCKS += [("Mixed_6" + letter, _C) for letter in "bcde"] + [("Mixed_7a", _D)]
_BLOCKS += [("Mixed_7" + letter, _E) for letter in "bc"]
_STEM = ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3")


@cache
def prefixes(backbone: str) -> Mapping[str, str]:
    """Return torchvision's prefix of each convolution and normalisation of a network."""
    return dict(NAMES[backbone](backbone))


def _vgg(backbone: str) -> Iterator[tuple[str, str]]:
    """Count rectifiers and pools too, as torchvision does and our table."""
    for number, layer in enumerate(vgg.TABLES[backbone]):
        if layer.op == "conv":
            yield layer.name, f"features.{number}"


def _resnet(backbone: str) -> Iterator[tuple[str, str]]:
    yield from (("conv1_conv", "conv1"), ("conv1_bn", "bn1"))
    for group, count in enumerate(resnet.BLOCKS, start=1):
        for index in range(count):
            ours, theirs = f"conv{group + 1}_block{index + 1}", f"layer{group}.{index}"
            for number in (1, 2, 3):
                yield f"{ours}_{number}_conv", f"{theirs}.conv{number}"
                yield f"{ours}_{number}_bn", f"{theirs}.bn{number}"
            if index == 0:
                yield f"{ours}_0_conv", f"{theirs}.downsample.0"
                yield f"{ours}_0_bn", f"{theirs}.downsample.1"


def _densenet(backbone: str) -> Iterator[tuple[str, str]]:
    yield from (("conv1_conv", "features.conv0"), ("conv1_bn", "features.norm0"))
    for group, count in enumerate(densenet.BLOCKS, start=1):
        for index in range(1, count + 1):
            ours = f"conv{group + 1}_block{index}"
            theirs = f"features.denseblock{group}.denselayer{index}"
            yield f"{ours}_0_bn", f"{theirs}.norm1"
            yield f"{ours}_1_conv", f"{theirs}.conv1"
            yield f"{ours}_1_bn", f"{theirs}.norm2"
            yield f"{ours}_2_conv", f"{theirs}.conv2"
        if group < len(densenet.BLOCKS):
            yield f"pool{group + 1}_bn", f"features.transition{group}.norm"
            yield f"pool{group + 1}_conv", f"features.transition{group}.conv"
    yield "bn", f"features.norm{len(densenet.BLOCKS) + 1}"


def _inception(backbone: str) -> Iterator[tuple[str, str]]:
    stems = [*_STEM, *(f"{block}.{step}" for block, steps in _BLOCKS for step in steps)]
    for layer, stem in zip(weighted(inception.table()), stems, strict=True):
        yield from zip(layer.reads, (f"{stem}.conv", f"{stem}.bn"), strict=True)


def _mobilenet(backbone: str) -> Iterator[tuple[str, str]]:
    layers = iter(weighted(mobilenet.table()))

    def named(*theirs: str) -> Iterator[tuple[str, str]]:
        return zip(next(layers).reads, theirs, strict=True)

    yield from named("features.0.0", "features.0.1")
    blocks = sum(count for _, count, _ in mobilenet.GROUPS)
    for number in range(1, blocks + 1):
        step, stem = itertools.count(), f"features.{number}.conv"
        for _ in ("widen", "depthwise") if number > 1 else ("depthwise",):
            inner = f"{stem}.{next(step)}"
            yield from named(f"{inner}.0", f"{inner}.1")
        yield from named(f"{stem}.{next(step)}", f"{stem}.{next(step)}")
    yield from named(f"features.{blocks + 1}.0", f"features.{blocks + 1}.1")


def _squeezenet(backbone: str) -> Iterator[tuple[str, str]]:
    yield "conv1", "features.0"
    number = 3  # behind the convolution, its rectifier and a pooling
    for fire in range(2, 2 + len(squeezenet.FIRES)):
        for part in ("squeeze", "expand1x1", "expand3x3"):
            ours = "squeeze1x1" if part == "squeeze" else part
            yield f"fire{fire}/{ours}", f"features.{number}.{part}"
        number += 2 if fire in (3, 5) else 1  # a pooling


NAMES: Mapping[str, Callable[[str], Iterator[tuple[str, str]]]] = {
    "vgg16": _vgg,
    "vgg19": _vgg,
    "resnet50-torchvision": _resnet,
    "densenet121": _densenet,
    "inception_v3-torchvision": _inception,
    "mobilenet_v2-torchvision": _mobilenet,
    "squeezenet1_1-torchvision": _squeezenet,
}
"""Functions that yield pairs of our name and torchvision's prefix, by network."""
assert set(NAMES) < set(BACKBONES)
