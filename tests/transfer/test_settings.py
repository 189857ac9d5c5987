"""Settings: each explained, its choices and its default the same wherever they are written."""

import ast
import dataclasses
import inspect
import itertools
import typing

import numpy as np
import pytest

from jnst.backbones.nn import PADDING, PRECISION
from jnst.backbones.pooling import POOLING
from jnst.backbones.tables import BACKBONES
from jnst.byhand.backbones import graph as byhand_graph
from jnst.byhand.losses import objective as byhand_objective
from jnst.byhand.losses import tv as byhand_tv
from jnst.engines.build import ENGINES
from jnst.losses import objective, tv
from jnst.losses.gram import NORMALIZATION
from jnst.losses.registry import CONTENT_LOSSES, STYLE_LOSSES, on_features
from jnst.methods.keywords import documentation
from jnst.optimize.optimizers import NAMES
from jnst.pictures import colour
from jnst.transfer.initial import INITIAL, INSTANT
from jnst.transfer.methods import METHODS
from jnst.transfer.settings import Settings
from jnst.weights.network import WEIGHTS


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


def scales(losses):
    return {scale for loss in losses.values() for scale in loss.scales}


TABLES = {
    "backbone": BACKBONES,
    "colour": colour.METHODS,
    "content_loss": CONTENT_LOSSES,
    "content_scale": scales(CONTENT_LOSSES),
    "engine": ENGINES,
    "gram_normalization": NORMALIZATION,
    "init": (*INITIAL, INSTANT),
    "method": METHODS,
    "optimizer": NAMES,
    "first_optimizer": NAMES,
    "padding": PADDING,
    "pooling": POOLING,
    "precision": PRECISION,
    "style_loss": STYLE_LOSSES,
    "style_scale": scales(STYLE_LOSSES),
    "tile": ("auto", "off"),
    "tv": tv.KINDS,
    "tv_scale": tv.SCALE,
    "weights": WEIGHTS,
}
"""What there is to choose from, by the setting that chooses."""
HINTS = typing.get_type_hints(Settings)
LITERALS = [name for name, hint in HINTS.items() if choices(hint)]


@pytest.mark.parametrize("name", LITERALS)
def test_choices_are_the_names_in_the_table_of_what_there_is(name):
    assert name in TABLES, f"{name}: which table has its choices?"
    assert set(choices(HINTS[name])) == set(TABLES[name]), name


@pytest.mark.parametrize("name", ["content_layers", "style_layers"])
def test_the_explanation_of_layers_has_those_of_vgg(name):
    layers = getattr(Settings().resolved, name)
    assert (
        f"{' to '.join(dict.fromkeys([layers[0], layers[-1]]))} in VGG"
        in documentation(Settings)[name]
    )


OPTIONS = {"scale", "normalization", "kind", "beta", "pooling", "rescale", "padding", "precision"}
"""What functions of losses and networks call the settings that they take."""


def left_to_a_default(function, given):
    """List the settings that a function takes, and is not given."""
    return [name for name in inspect.signature(function).parameters if name in OPTIONS - {*given}]


@pytest.mark.parametrize(
    "changes",
    [
        *({"style_loss": name, "style_scale": "mean"} for name in STYLE_LOSSES),
        {"content_loss": "self-similarity", "content_scale": "mean"},
    ],
    ids=lambda changes: next(iter(changes.values())),
)
def test_no_default_but_those_of_the_settings_counts(changes):
    """Losses and networks have defaults of their own; a run gives them every option."""
    settings = Settings(**changes)
    objective_choices = settings.resolved.objective
    for term, which in ((objective.Term, "module"), (byhand_objective.Term, "byhand")):
        for made in on_features(objective_choices, term, which).values():
            for part in filter(callable, made):
                function = getattr(part, "func", part)
                assert not left_to_a_default(function, getattr(part, "keywords", ())), part
    for function in (tv.total_variation, byhand_tv.total_variation):
        assert not left_to_a_default(function, objective_choices.total_variation)
    given = {*objective_choices.network, "precision"}
    assert not left_to_a_default(BACKBONES[settings.backbone].features, given)
    assert not left_to_a_default(byhand_graph.Options, objective_choices.network)


def test_what_settings_resolve_to_by_default():
    resolved = Settings().resolved
    network = BACKBONES[Settings().backbone]
    assert (resolved.content_layers, resolved.style_layers) == (network.content, network.style)
    assert resolved.layers == (*network.content, *network.style)
    assert resolved.style_layer_weights == (1, 1 / 4, 1 / 16, 1 / 64, 1 / 256)
    assert resolved.dtype is np.float32
    assert Settings(optimizer="scipy-lbfgs").resolved.dtype is np.float64


def test_what_settings_resolve_to_where_all_is_given():
    settings = Settings(
        content_layers=(), style_layers=("relu2_1", "relu1_1"), style_layer_weights=(3.0, 1.0)
    )
    resolved = settings.resolved
    assert resolved.content_layers == ()
    assert resolved.layers == resolved.style_layers == ("relu2_1", "relu1_1")
    assert resolved.style_layer_weights == (3.0, 1.0)
    for name, choice in resolved.objective._asdict().items():
        assert choice == getattr(settings, name), name


def test_what_settings_resolve_to_is_no_setting():
    settings = Settings()
    before = dataclasses.asdict(settings)
    assert settings.resolved.layers
    assert dataclasses.asdict(settings) == before
    assert settings == Settings()
