"""Settings as keywords: in the signature, in the docstring, one value for several."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.methods.keywords import check_names, documentation, replaced, with_keywords


@dataclass(frozen=True)
class Look:
    """Settings of one kind."""

    size: int = 512
    """Long side
    in pixels."""
    steps: tuple[int, ...] = (80, 40)
    """How many."""
    layers: tuple[str, ...] | None = None
    other: str = "a"
    square: bool = False


@dataclass(frozen=True)
class Motion:
    """Settings of another."""

    hold: float = 0.8
    """How much is kept."""


class Keywords(TypedDict, total=False):
    size: int
    steps: int | Sequence[int]
    layers: str | Sequence[str] | None
    hold: float


@with_keywords(Keywords, Look, Motion)
def paint(content: str, *, quality: str = "normal", **settings: Unpack[Keywords]) -> str:
    """Paint something.

    Args:
        content: what.

    """
    return content


def test_the_text_below_a_field_is_its_documentation():
    assert documentation(Look) == {"size": "Long side in pixels.", "steps": "How many."}


def test_without_a_source_there_is_none():
    spaces = {}
    exec("from dataclasses import dataclass\n@dataclass\nclass Bare:\n    a: int = 1", spaces)
    assert documentation(spaces["Bare"]) == {}


def test_the_signature_has_every_keyword_with_its_default():
    parameters = inspect.signature(paint).parameters
    assert [*parameters] == ["content", "quality", "size", "steps", "layers", "hold"]
    assert {name: parameters[name].default for name in ("size", "steps", "layers", "hold")} == {
        "size": 512,
        "steps": (80, 40),
        "layers": None,
        "hold": 0.8,
    }
    assert parameters["steps"].annotation == int | Sequence[int]
    assert all(parameters[n].kind is inspect.Parameter.KEYWORD_ONLY for n in ("size", "hold"))
    assert inspect.signature(paint).return_annotation is str


def test_the_docstring_says_what_each_means():
    assert inspect.getdoc(paint) == (
        "Paint something.\n\nArgs:\n    content: what.\n\nSettings, with their defaults:\n\n"
        "- `size=512`: Long side in pixels.\n- `steps=(80, 40)`: How many.\n- `layers=None`:\n"
        "- `hold=0.8`: How much is kept."
    )


def test_it_is_the_same_function():
    assert paint("a", size=3) == "a"


@pytest.mark.parametrize("steps", [8, [8], (8,), np.array([8]), np.int64(8), np.array(8)])
def test_one_value_or_a_list_will_do(steps):
    assert replaced(Look(), {"steps": steps}) == Look(steps=(8,))


@pytest.mark.parametrize("layers", ["relu1_1", ["relu1_1"], ("relu1_1",)])
def test_names_are_no_lists_of_letters(layers):
    assert replaced(Look(), {"layers": layers}) == Look(layers=("relu1_1",))


def test_what_is_no_field_is_left_to_others():
    assert replaced(Look(layers=("a",)), {"hold": 0.5, "layers": None}) == Look()
    assert replaced(Motion(), {"hold": 0.5, "size": 3}) == Motion(hold=0.5)


def test_an_unknown_name_is_refused():
    check_names(paint, ["size", "quality"])
    with pytest.raises(InputError, match=r"unknown setting 'sise' .*; choose from quality, size, "):
        check_names(paint, ["size", "sise"])


@pytest.mark.parametrize(
    "value", [np.zeros((2, 2)), {}, object(), b"x", [{}], [[np.zeros((2, 2))]]]
)
@pytest.mark.parametrize("name", ["size", "steps", "other"])
def test_what_is_no_plain_value_is_refused_in_one_line(name, value):
    with pytest.raises(InputError, match=f"^{name} must be a number, a name or several, not ") as e:
        replaced(Look(), {name: value})
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("value", ["no", 1, None, (True,)])
def test_yes_and_no_are_true_and_false(value):
    assert replaced(Look(), {"square": np.bool_(True)}) == Look(square=True)
    with pytest.raises(InputError, match="square must be True or False, not "):
        replaced(Look(), {"square": value})
