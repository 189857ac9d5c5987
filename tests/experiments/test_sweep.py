import dataclasses

import numpy as np
import pytest

import jnst
from jnst.errors import InputError
from jnst.experiments.sweep import cells, parse, run
from jnst.optimize.step import program
from jnst.pictures import samples
from jnst.transfer.pictures import read
from jnst.transfer.presets import preset
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings

SMALL = Settings(size=32, steps=(3,))
BYHAND = dataclasses.replace(SMALL, engine="byhand")  # nothing to compile
LIGHT = dataclasses.replace(SMALL, style_loss="gram")


def test_a_variation_is_a_name_and_its_values():
    assert parse("content-weight=1e-3, 2") == ("content_weight", ["1e-3", "2"])
    assert parse("style_layers=relu1_1+relu2_1,relu1_1") == (
        "style_layers",
        ["relu1_1+relu2_1", "relu1_1"],
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("sise=3", "unknown setting to vary 'sise' .did you mean size... choose from preset, "),
        ("content_weight", "--vary content_weight has an empty value; write it as name=a,b,c"),
        ("content_weight=1,,2", "has an empty value"),
    ],
)
def test_a_bad_variation_is_named(words, says):
    with pytest.raises(InputError, match=says):
        parse(words)


def test_every_combination_is_a_cell_the_last_changing_fastest():
    grid = cells(
        SMALL,
        [
            ("content_weight", ["1e-3", "2"]),
            ("style_layers", ["relu1_1+relu2_1", "relu3_1"]),
            ("first_size", ["null", "16"]),
            ("square", ["true"]),
        ],
    )
    found = [dataclasses.astuple(cell.settings) for cell in grid]
    expected = [
        dataclasses.replace(
            SMALL, content_weight=weight, style_layers=layers, first_size=first, square=True
        )
        for weight in (1e-3, 2.0)
        for layers in (("relu1_1", "relu2_1"), ("relu3_1",))
        for first in (None, 16)
    ]
    assert found == [dataclasses.astuple(settings) for settings in expected]
    assert grid[0].label == (
        "content_weight 1e-3, style_layers relu1_1+relu2_1, first_size null, square true"
    )


def test_a_preset_replaces_all_but_what_is_varied():
    one, two = cells(SMALL, [("preset", ["gatys2016", "crowson"]), ("size", ["48"])])
    assert one.settings == dataclasses.replace(preset("gatys2016"), size=48)
    assert two.settings == dataclasses.replace(preset("crowson"), size=48)


@pytest.mark.parametrize(
    ("variations", "says"),
    [
        ([("size", ["big"])], "size cannot be 'big': Expected `int`"),
        (
            [("optimizer", ["adam", "newton"])],
            "unknown optimizer 'newton'; choose from lbfgs, adam, ",
        ),
        ([("size", ["0"])], "size 0: size must be a number of at least 1"),
        ([("preset", ["gatys"])], "unknown preset 'gatys'"),
        ([("size", ["1"]), ("size", ["2"])], "varied twice"),
        (
            [("optimizer", ["adam", "scipy-lbfgs"]), ("average", ["0.5"])],
            "optimizer scipy-lbfgs, average 0.5: scipy-lbfgs keeps no average",
        ),
    ],
)
def test_a_grid_that_cannot_be_painted_is_refused_before_it_starts(variations, says):
    with pytest.raises(InputError, match=says):
        cells(SMALL, variations)


def painted(cell):
    return run(cell, pictures(cell))


def pictures(cell):
    return read(samples.content(), samples.STYLE, cell.settings)


@pytest.mark.usefixtures("tiny_alone")
def test_a_result_is_what_stylize_gives_with_its_course():
    (cell,) = cells(BYHAND, [("colour", ["luminance"])])
    result, progress = painted(cell), list(paint(pictures(cell), cell.settings))
    options = {"size": 32, "steps": (3,), "engine": "byhand", "colour": "luminance"}
    expected = jnst.stylize(samples.content(), samples.STYLE, **options)
    np.testing.assert_array_equal(result.picture[0], expected)
    assert [total for _, total in result.course] == [p.total for p in progress]
    seconds = [second for second, _ in result.course]
    assert seconds[0] == 0
    assert seconds == sorted(seconds)
    assert result.seconds > seconds[-1]
    assert result.total == min(p.total for p in progress)
    assert result.parts == progress[-1].parts


@pytest.mark.usefixtures("tiny_alone")
def test_the_total_of_a_result_is_the_best_not_the_last():
    (cell,) = cells(dataclasses.replace(BYHAND, optimizer="sgd", steps=(4,), learning_rate=0.5), [])
    result = painted(cell)
    totals = [total for _, total in result.course]
    assert result.total == min(totals) < totals[-1]


@pytest.mark.usefixtures("tiny_alone")
def test_cells_that_differ_in_numbers_share_one_program():
    numbers = [("content_weight", ["0.01", "0.02"]), ("tv_weight", ["0", "1"]), ("seed", ["1"])]
    grid = cells(dataclasses.replace(LIGHT, init="noise"), numbers)
    painted(grid[0])
    before = program.cache_info()
    for cell in grid[1:]:
        painted(cell)
    after = program.cache_info()
    assert after.misses == before.misses
    assert after.hits > before.hits
