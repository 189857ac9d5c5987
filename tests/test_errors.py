"""The checks that refuse bad input in one line."""

import math

import pytest

from jnst import errors
from jnst.errors import (
    InputError,
    check_at_least,
    check_at_most,
    check_choice,
    counted,
    printable,
    there_are,
)


def test_a_choice_is_returned_or_all_are_listed():
    assert check_choice("pet", "cat", iter(["cat", "dog"])) == "cat"
    with pytest.raises(InputError, match=r"^unknown pet 'cow'; choose from cat, dog$"):
        check_choice("pet", "cow", iter(["cat", "dog"]))
    says = r"^unknown pet 'horze' \(did you mean horse\?\); choose from cat, horse$"
    with pytest.raises(InputError, match=says):
        check_choice("pet", "horze", ["cat", "horse"])
    with pytest.raises(InputError, match=r"^unknown suffix '.jpg'; choose from .png$"):
        check_choice("suffix", ".jpg", [".png"])


@pytest.mark.parametrize("value", [2, 2.5, 1e300])
def test_numbers_of_at_least_the_least_are_returned(value):
    assert check_at_least("size", value, 2) is value


@pytest.mark.parametrize("value", [1, 1.999, -math.inf, math.inf, math.nan])
def test_smaller_numbers_and_what_is_no_finite_number_are_refused(value):
    with pytest.raises(InputError) as refused:
        check_at_least("size", value, 2)
    assert str(refused.value) == f"size must be a number of at least 2, not {value!r}"


def test_numbers_of_at_most_the_most_are_returned_and_long_ones_cut():
    assert check_at_most("size", 3, 3) == 3
    with pytest.raises(InputError, match=r"^size must be at most 3, not 4$"):
        check_at_most("size", 4, 3)
    with pytest.raises(InputError) as refused:
        check_at_most("size", 10**400, 3)
    assert len(str(refused.value)) < 80


def test_a_message_is_one_line_that_no_terminal_obeys():
    assert printable("a\nb\x1b[31m\udce9 ü") == r"a\nb\x1b[31m\udce9 ü"
    assert len(printable("x" * (errors.LONGEST + 5))) == errors.LONGEST


def test_bad_input_is_a_value_error():
    assert issubclass(InputError, ValueError)


def test_one_thing_is_singular():
    assert (there_are(1, "mask"), counted(2, "mask")) == ("there is 1 mask", "2 masks")
    assert there_are(0, "mask") == "there are 0 masks"
