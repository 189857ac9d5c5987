"""Tables that no spreadsheet takes for formulas."""

import csv
import io

import pytest

from jnst.system import tables


@pytest.mark.parametrize("name", ["=1+2.png", "+x", "-x.png", "@SUM(A1)", "\t=x", "\r=x", "'=x"])
def test_a_name_that_would_be_a_formula_is_quoted_and_comes_back(name):
    ((cell, number, plain),) = csv.reader(
        io.StringIO(tables.text_of([[name, -1.5, "-1.5"]]), newline="")
    )
    assert cell == f"'{name}"
    assert tables.unquoted(cell) == name
    assert (number, plain) == ("-1.5", "-1.5"), "numbers are numbers"


@pytest.mark.parametrize("name", ["a=b", "'tis.png", "a, b", '"', "", "3-4.png"])
def test_other_names_stay_as_they_are(name):
    ((cell,),) = csv.reader(io.StringIO(tables.text_of([[name]])))
    assert tables.unquoted(cell) == cell == name
