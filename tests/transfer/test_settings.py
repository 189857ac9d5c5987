import ast
import dataclasses
import inspect
import itertools
import typing

import pytest

from jnst.errors import InputError
from jnst.losses.registry import CONTENT_LOSSES, STYLE_LOSSES
from jnst.optimize.optimizers import NAMES
from jnst.pictures import colour
from jnst.transfer.checks import check
from jnst.transfer.initial import INITIAL
from jnst.transfer.settings import Settings

BAD = {
    "size": (0, -5),
    "steps": ((0,), (2.5,), (5, "many"), (), 20),
    "style_size": (0, 2.5),
    "first_size": (0, 2.5),
    "size_ratio": (1.0, 0.5, float("inf")),
    "average": (-0.1, 1.0, float("nan")),
    "style_loss": ("l2",),
    "tv": ("l1",),
    "tv_scale": ("big",),
    "padding": ("reflect",),
    "content_weight": (-1.0, float("nan"), float("inf")),
    "style_weight": (-1.0,),
    "tv_weight": (-0.1,),
    "tv_beta": (0.4,),
    "seed": (-1,),
    "learning_rate": (0.0, -1.0, float("nan"), float("inf")),
    "content_layers": ("relu4_2", ("relu6_1",), ("4_2",), ["relu1_1", "relu1_1"]),
    "style_layers": (("relu1_1", "relu9_9"), ()),
    "style_layer_weights": (1.0, (1.0, 2.0), (0.0,) * 5, (1.0, 1.0, 1.0, 1.0, -1.0)),
    "init": ("random",),
    "init_noise": (-0.1, float("nan")),
    "history": (0, 2.5),
    "blend": ((0.0, 0.0), (1.0, -1.0), 1.0),
    "colour": ("sepia",),
    "content_loss": ("pixels",),
    "optimizer": ("rmsprop",),
    "pooling": ("min",),
    "backbone": ("alexnet",),
    "content_scale": ("big",),
    "gram_normalization": ("none",),
    "style_scale": ("big", "half"),
    "engine": ("torch",),
}


def test_the_defaults_can_be_used():
    check(Settings())


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in BAD.items() for v in values])
def test_a_bad_value_is_named_in_one_line(name, value):
    settings = Settings()
    object.__setattr__(settings, name, value)  # what a caller without a type checker can do
    if name == "style_layers" and value == ():
        object.__setattr__(settings, "content_layers", ())
    with pytest.raises(InputError) as caught:
        check(settings)
    message = str(caught.value)
    assert "\n" not in message
    assert name.replace("_layers", "").split("_")[0] in message.replace("layer of vgg19", name)


def test_every_setting_is_explained():
    (body,) = (node.body for node in ast.parse(inspect.getsource(Settings)).body)
    for field, after in itertools.pairwise([*body, None]):
        if isinstance(field, ast.AnnAssign):
            assert isinstance(after, ast.Expr), ast.unparse(field)
            assert isinstance(after.value, ast.Constant), ast.unparse(field)


def choices(hint):
    """List the names that a Literal allows, or one that may also be None."""
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)
    return [
        choice for part in typing.get_args(hint) if part is not hint for choice in choices(part)
    ]


def test_choices_are_those_that_check_allows():
    checked = 0
    for name, hint in typing.get_type_hints(Settings).items():
        for choice in choices(hint):
            settings = dataclasses.replace(Settings(style_loss="gram"), **{name: choice})
            # What is a scale of some loss may be none of another.
            if choice == "columns" or name == "content_loss":
                settings = dataclasses.replace(
                    settings, content_loss="self-similarity", content_scale="mean"
                )
            if (name, choice) == ("style_scale", "sum"):
                settings = dataclasses.replace(settings, style_loss="moments")
            check(settings)
            checked += 1
    assert checked > 40


def test_every_choice_of_the_tables_can_be_asked_for():
    hints = typing.get_type_hints(Settings)
    for name, table in {
        "style_loss": STYLE_LOSSES,
        "content_loss": CONTENT_LOSSES,
        "init": INITIAL,
        "colour": colour.METHODS,
        "optimizer": NAMES,
    }.items():
        assert set(choices(hints[name])) == set(table), name
    scales = {
        "style_scale": {scale for loss in STYLE_LOSSES.values() for scale in loss.scales},
        "content_scale": {scale for loss in CONTENT_LOSSES.values() for scale in loss.scales},
    }
    for name, known in scales.items():
        assert set(choices(hints[name])) == known, name


def test_scipy_keeps_no_average():
    with pytest.raises(InputError, match="keeps no average"):
        check(Settings(optimizer="scipy-lbfgs", average=0.9))
