"""The two pictures of a run: those that were chosen, or the built-in pair."""

import io
import pathlib

import PIL.Image

from jnst.errors import InputError
from jnst.pictures import samples
from jnst.runs.record import Inputs
from jnst.web.records import Given
from jnst.web.store import Store

_SAMPLE_STYLE = "sample"


def built_in(store: Store) -> dict[str, Given]:
    """Give the store the built-in pair, unless it has it; return it as `content` and `style`."""
    there = {one.name: one for one in store.pictures.copy().values() if one.sample}
    made = {name: data for name, data in _samples().items() if name not in there}
    for name, data in made.items():
        there[name] = store.add_picture(data, name, sample=True)
    return {"content": there[samples.CONTENT], "style": there[_SAMPLE_STYLE]}


def chosen(store: Store, content: str, style: str) -> tuple[Given, Given]:
    """Return two pictures by their IDs, the first of which may be a film.

    Raises `InputError` where one is no longer there, or the second is a film.
    """
    for what, key in (("content", content), ("style", style)):
        if key not in store.pictures:
            raise InputError(f"{what}: the picture is no longer there; choose it again")
    if store.pictures[style].film is not None:
        raise InputError("style: it is a film; choose a picture")
    return store.pictures[content], store.pictures[style]


def inputs(content: Given, style: Given) -> Inputs:
    """Name the pictures for the metadata, as the command line would: each sample by nothing."""
    is_sample = content.sample and content.name == samples.CONTENT
    is_sample_style = style.sample and style.name == _SAMPLE_STYLE
    return Inputs(
        None if is_sample else pathlib.Path(content.name),
        () if is_sample_style else (pathlib.Path(style.name),),
    )


def _samples() -> dict[str, bytes]:
    photograph = io.BytesIO()
    PIL.Image.fromarray(samples.content()).save(photograph, "PNG")
    return {samples.CONTENT: photograph.getvalue(), _SAMPLE_STYLE: samples.STYLE.read_bytes()}
