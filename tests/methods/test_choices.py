from dataclasses import dataclass
from typing import Literal

from jnst.methods.choices import choices, choices_of


@dataclass
class Toy:
    one: Literal["a", "b"] | None = None
    two: int | Literal["auto"] = 3
    three: tuple[Literal["c"], ...] = ()
    four: str = ""


def test_the_names_that_a_type_allows():
    assert choices(Literal["a", 3]) == ("a", 3)
    assert choices(int) == ()
    assert choices_of(Toy) == {"one": ("a", "b"), "two": ("auto",), "three": ("c",)}
