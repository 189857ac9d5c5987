"""Paintings to try: the built-in one, and the styles by name of a network that comes along.

All of them are ours or in the public domain. Of a style by name there is no painting here: what
stands for it is a thumbnail, painted in it.
"""

from typing import Any, NamedTuple

from jnst.errors import InputError, check_choice
from jnst.pictures import samples
from jnst.web.records import Given
from jnst.web.store import Store
from jnst.weights import store as weights

NETWORK = "masters.jnst"
"""The file of the network, among the weights."""
SAMPLE = "sample"
"""The name of the built-in painting."""


class Try(NamedTuple):
    """A painting to try: what it is called, and by whom and when it was painted."""

    label: str
    about: str


TRIES = {
    SAMPLE: Try("Evening landscape", "made up for jnst"),
    "starry-night": Try("The Starry Night", "Vincent van Gogh, 1889"),
    "great-wave": Try("The Great Wave", "Katsushika Hokusai, about 1831"),
    "scream": Try("The Scream", "Edvard Munch, 1893"),
    "composition-vii": Try("Composition VII", "Wassily Kandinsky, 1913"),
    "udnie": Try("Udnie", "Francis Picabia, 1913"),
    "water-lilies": Try("Water Lilies", "Claude Monet, 1919"),
    "wheat-field": Try("Wheat Field with Cypresses", "Vincent van Gogh, 1889"),
    "shipwreck": Try("The Wreck of a Transport Ship", "J. M. W. Turner, about 1810"),
}
"""By name. All but the first are styles of `NETWORK`, under the same names."""


def offered() -> list[dict[str, Any]]:
    """Return those that can be tried here, as the page shows them.

    `named` tells what a network has learnt, and paints in one pass.
    """
    there = weights.find_file(NETWORK) is not None
    return [
        {"name": name, "named": name != SAMPLE, "picture": thumbnail(name), **one._asdict()}
        for name, one in TRIES.items()
        if there or name == SAMPLE
    ]


def thumbnail(name: str) -> str:
    """Return the name of its file, among those of the page."""
    return f"style-{name}.jpg"


def give(store: Store, name: str, picture: bytes) -> Given:
    """Give the store a painting to try, unless it has it; `picture` is its thumbnail's file.

    Raises `InputError` for an unknown name.
    """
    check_choice("painting", name, TRIES)
    for one in store.pictures.copy().values():
        if one.named == name or (name == SAMPLE and one.sample and one.name == SAMPLE):
            return one
    if name == SAMPLE:
        return store.add_picture(samples.STYLE.read_bytes(), SAMPLE, sample=True)
    return store.add_picture(picture, TRIES[name].label, named=name)


def check_alike(paintings: list[Given]) -> None:
    """Raise `InputError` where some paintings are styles of the network, and some are not."""
    named = [one for one in paintings if one.named]
    others = [one for one in paintings if not one.named]
    if named and others:
        raise InputError(
            f"style: {named[0].name!r} is a style that a network has learnt, and "
            f"{others[0].name!r} a picture; choose one kind"
        )
