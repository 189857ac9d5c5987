"""Trainings by name: our own, and those of `published` and `published_any`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from jnst.errors import check_choice
from jnst.training import published, published_any
from jnst.training.settings import Settings


def default() -> Settings:
    """Train a network of the usual size by the losses of jnst's default."""
    return Settings()


def quick() -> Settings:
    """Train a small network, in less than an hour on two cores."""
    return Settings(
        network="johnson",
        width=0.5,
        steps=1600,
        batch=2,
        crop=128,
        photo_size=160,
        style_size=256,
        learning_rate=2e-3,
        decay="cosine",
        content_weight=0.06,
        style_weight=1.0,
        tv_weight=0.05,
    )


def new_style() -> Settings:
    """Teach the network of 26 styles that comes along another one.

    Dumoulin, Shlens and Kudlur 2017, section 3.3: all but scales and shifts stays as it is. To be
    used with `--start multistyle`.
    """
    return replace(
        quick(),
        network="multistyle-mobile",
        width=1.0,
        learned="norms",
        steps=400,
        learning_rate=0.02,
    )


def pupil() -> Settings:
    """Teach a small network to paint what a larger one does, or the pictures of a batch.

    The MobileNet-type, with a seventh of johnson's numbers. It is to have the pixels of the picture
    that is shown, and its features at the content's layer; it sees no painting. To be used with
    `--teacher` or `--pictures`.
    """
    return replace(
        quick(),
        network="mobilejohnson",
        width=1.0,
        pixel_weight=1.0,
        style_weight=0.0,
        tv_weight=0.0,
    )


Name = Literal[
    "default",
    "quick",
    "new-style",
    "pupil",
    "johnson",
    "johnson-batch",
    "pytorch-examples",
    "lengstrom",
    "ulyanov",
    "ulyanov-pyramid",
    "dumoulin",
    "stylebank",
    "adain",
    "wct",
    "msgnet",
    "ghiasi",
]
"""Names of presets."""
PRESETS: dict[str, Callable[[], Settings]] = {
    "default": default,
    "quick": quick,
    "new-style": new_style,
    "pupil": pupil,
    "johnson": published.johnson,
    "johnson-batch": published.johnson_batch,
    "pytorch-examples": published.pytorch_examples,
    "lengstrom": published.lengstrom,
    "ulyanov": published.ulyanov,
    "ulyanov-pyramid": published.ulyanov_pyramid,
    "dumoulin": published.dumoulin,
    "stylebank": published.stylebank,
    "adain": published_any.adain,
    "wct": published_any.wct,
    "msgnet": published_any.msgnet,
    "ghiasi": published_any.ghiasi,
}
"""Functions that return the settings of a training, by name."""


def preset(name: str) -> Settings:
    """Return the settings called `name`; raise an `InputError` that lists the names for another."""
    return PRESETS[check_choice("preset", name, PRESETS)]()
