from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gradcheck import check, close, float64

from jnst.losses import content, gram
from jnst.losses.objective import (
    Constants,
    Goal,
    PictureGoal,
    Term,
    Terms,
    evaluate,
    layers_of,
    loss,
    targets,
    unit_gradient,
)
from jnst.losses.tv import total_variation

RNG = np.random.default_rng(0)
IMAGE, PHOTOGRAPH = RNG.random((2, 1, 6, 8, 3), np.float32)
PAINTING = RNG.random((1, 5, 7, 3), np.float32)  # of another size
PARAMS = {"mix": {"kernel": RNG.normal(size=(3, 4)).astype(np.float32)}}
TERMS = Terms(
    {
        "content": Term(content.statistic, content.distance),
        "style": Term(gram.statistic, gram.distance),
    },
    {"tv": lambda picture, target: total_variation(picture)},
)
WEIGHTS = {"content": {"deep": 2.0}, "style": {"shallow": 3.0, "deep": 5.0}}


def extract(params, image, layers):
    """A network of two layers that is quick to compile."""
    shallow = image @ params["mix"]["kernel"]
    found = {"shallow": shallow, "deep": jnp.maximum(shallow, 0) ** 2}
    return {layer: found[layer] for layer in layers}


def constants(photograph=PHOTOGRAPH, painting=PAINTING, weights=WEIGHTS, tv_weight=7.0):
    pictures = {"content": photograph, "style": painting}
    goals = {}
    for name, by_layer in weights.items():
        found = targets(
            TERMS.features[name], extract, PARAMS, pictures[name], dict.fromkeys(by_layer)
        )
        goals[name] = {layer: [Goal(found[layer], w)] for layer, w in by_layer.items()}
    return Constants(PARAMS, goals, {"tv": PictureGoal(tv_weight)})


def test_layers_of_lists_each_once_in_a_fixed_order():
    assert layers_of(WEIGHTS) == ("deep", "shallow")
    assert layers_of({"b": {"y": 1, "x": 2}, "a": {"z": 3, "x": 4}}) == ("x", "y", "z")
    assert layers_of({}) == ()


def test_targets_are_the_statistics_of_each_layer():
    found = targets(
        TERMS.features["style"], extract, PARAMS, PAINTING, {"shallow": None, "deep": None}
    )
    assert list(found) == ["shallow", "deep"]
    features = extract(PARAMS, PAINTING, ("deep",))["deep"]
    np.testing.assert_array_equal(found["deep"], gram.statistic(features))


def test_the_parts_are_the_weighted_losses_and_add_up_to_the_total():
    total, parts = loss(TERMS, extract, constants(), IMAGE)
    one, photograph, painting = (
        extract(PARAMS, x, ("shallow", "deep")) for x in (IMAGE, PHOTOGRAPH, PAINTING)
    )
    style = {k: gram.distance(gram.statistic(one[k]), gram.statistic(painting[k])) for k in one}
    expected = {
        "content": 2 * content.distance(one["deep"], photograph["deep"]),
        "style": 3 * style["shallow"] + 5 * style["deep"],
        "tv": 7 * total_variation(IMAGE),
    }
    assert parts.keys() == expected.keys()
    for name, part in expected.items():
        np.testing.assert_allclose(parts[name], part, rtol=1e-5)
    np.testing.assert_allclose(total, sum(expected.values()), rtol=1e-5)


def test_a_picture_is_its_own_target():
    _, parts = loss(TERMS, extract, constants(IMAGE, IMAGE), IMAGE)
    assert parts["content"] == parts["style"] == 0
    assert parts["tv"] > 0


def test_no_terms_leave_total_variation():
    total, parts = loss(TERMS, extract, Constants(PARAMS, {}, {"tv": PictureGoal(1.0)}), IMAGE)
    assert list(parts) == ["tv"]
    assert total == total_variation(IMAGE)


def test_the_kind_of_total_variation_is_a_term_too():
    absolute = {"tv": lambda picture, target: total_variation(picture, kind="absolute")}
    terms = TERMS._replace(picture=absolute)
    parts = jax.jit(lambda given: evaluate(terms, extract, given, IMAGE).parts)(constants())
    expected = 7 * total_variation(IMAGE, kind="absolute")
    np.testing.assert_allclose(parts["tv"], expected, rtol=1e-6)


def test_a_term_keeps_of_the_target_what_it_says():
    doubled = TERMS.features["content"]._replace(target=lambda statistic: 2 * statistic)
    found = targets(doubled, extract, PARAMS, PHOTOGRAPH, {"deep": None})["deep"]
    np.testing.assert_allclose(found, 2 * extract(PARAMS, PHOTOGRAPH, ("deep",))["deep"])


def test_evaluate_is_the_loss_and_its_gradient():
    @jax.jit
    def both(given, x):
        of_loss = partial(loss, TERMS, extract, given)
        return evaluate(TERMS, extract, given, x), of_loss(x), jax.grad(of_loss, has_aux=True)(x)[0]

    (total, parts, gradient), (expected, expected_parts), slope = both(constants(), IMAGE)
    np.testing.assert_allclose(total, expected, rtol=1e-6)
    assert parts.keys() == expected_parts.keys()
    np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["content", "style", "tv"])
def test_the_gradient_is_linear_in_each_weight(name):
    evaluated = jax.jit(partial(evaluate, TERMS, extract))

    def gradient(factor):
        weights = {
            term: {layer: w * (factor if term == name else 1) for layer, w in by_layer.items()}
            for term, by_layer in WEIGHTS.items()
        }
        tv_weight = 7.0 * (factor if name == "tv" else 1)
        given = constants(weights=weights, tv_weight=tv_weight)
        return evaluated(given, IMAGE).gradient

    none, one, three = (np.asarray(gradient(factor)) for factor in (0, 1, 3))
    assert np.abs(one - none).max() > 1e-4
    np.testing.assert_allclose(three - none, 3 * (one - none), atol=1e-4)


def test_weights_and_targets_are_arguments_of_one_compiled_program():
    traces = 0

    def counted(params, image, layers):
        nonlocal traces
        traces += 1
        return extract(params, image, layers)

    compiled = jax.jit(partial(evaluate, TERMS, counted))
    first = compiled(constants(), IMAGE)
    heavier = {"content": {"deep": 4.0}, "style": {"shallow": 3.0, "deep": 5.0}}
    second = compiled(constants(weights=heavier), IMAGE)
    third = compiled(constants(photograph=IMAGE, tv_weight=0.0), PHOTOGRAPH)
    assert traces == 1
    np.testing.assert_allclose(second.parts["content"], 2 * first.parts["content"], rtol=1e-6)
    assert second.parts["style"] == first.parts["style"]
    assert third.parts["tv"] == 0


def temporal(picture, target):
    """A loss on the picture as video has them: a picture to match, and how much a pixel counts."""
    return jnp.sum(target["mask"] * (picture - target["picture"]) ** 2)


TEMPORAL = TERMS._replace(picture={**TERMS.picture, "temporal": temporal})
MASK = RNG.random((1, 6, 8, 1), np.float32)


def with_temporal(target, weight=2.0):
    given = constants()
    goal = PictureGoal(weight, target)
    return given._replace(picture_goals={**given.picture_goals, "temporal": goal})


def test_a_loss_on_the_picture_is_a_part_by_its_name_and_has_a_target():
    target = {"picture": PHOTOGRAPH, "mask": MASK}
    total, parts = loss(TEMPORAL, extract, with_temporal(target), IMAGE)
    plain, _ = loss(TERMS, extract, constants(), IMAGE)
    expected = 2 * np.sum(MASK * (IMAGE - PHOTOGRAPH) ** 2)
    assert list(parts) == ["content", "style", "tv", "temporal"]
    np.testing.assert_allclose(parts["temporal"], expected, rtol=1e-5)
    np.testing.assert_allclose(total, plain + expected, rtol=1e-5)


def test_a_loss_on_the_picture_without_a_goal_is_not_computed():
    total, parts = loss(TEMPORAL, extract, constants(), IMAGE)
    assert list(parts) == ["content", "style", "tv"]
    assert total == loss(TERMS, extract, constants(), IMAGE)[0]


def test_grad_of_a_loss_on_the_picture_is_that_of_finite_differences():
    with float64():
        image, other, mask = (np.float64(x) for x in (IMAGE, PHOTOGRAPH, MASK))
        goals = {"temporal": PictureGoal(2.0, {"picture": other, "mask": mask})}
        alone = Constants({}, {}, goals)
        run = jax.jit(partial(evaluate, TEMPORAL, lambda params, image, layers: {}))
        found = run(alone, image)
        close(found.gradient, 4 * mask * (image - other))
        check(lambda x: run(alone, x).total, image, np.asarray(found.gradient))


def test_the_target_of_a_loss_on_the_picture_is_an_argument_of_the_program():
    traces = []

    def counted(picture, target):
        traces.append(picture.shape)
        return temporal(picture, target)

    terms = TERMS._replace(picture={**TERMS.picture, "temporal": counted})
    run = jax.jit(partial(evaluate, terms, extract))
    one, two = (
        run(with_temporal({"picture": target, "mask": MASK}), IMAGE).parts["temporal"]
        for target in (IMAGE, PHOTOGRAPH)
    )
    assert one == 0 < two
    assert len(traces) == 1


def style_part(goals, image=IMAGE):
    return loss(TERMS, extract, Constants(PARAMS, {"style": {"deep": goals}}, {}), image)[0]


def style_target(picture, region=None):
    return targets(TERMS.features["style"], extract, PARAMS, picture, {"deep": region})["deep"]


def test_several_goals_of_a_layer_add_up():
    one, other = Goal(style_target(PAINTING), 2.0), Goal(style_target(PHOTOGRAPH), 3.0)
    both = style_part([one, other])
    np.testing.assert_allclose(both, style_part([one]) + style_part([other]), rtol=1e-6)
    assert style_part([]) == 0


def test_a_region_of_ones_is_no_region():
    everywhere = np.ones((1, 6, 8, 1), np.float32)
    plain = style_part([Goal(style_target(PAINTING), 1.0)])
    target = style_target(PAINTING, np.ones((1, 5, 7, 1), np.float32))
    guided = style_part([Goal(target, 1.0, everywhere)])
    np.testing.assert_allclose(guided, plain, rtol=1e-6)


def test_outside_its_region_a_style_neither_sees_nor_pulls():
    left = np.zeros((1, 6, 8, 1), np.float32)
    left[:, :, :4] = 2  # of mean 1
    goal = Goal(style_target(PAINTING), 1.0, left)
    half = Goal(style_target(PAINTING), 1.0)
    changed = IMAGE.copy()
    changed[:, :, 4:] = 0.3
    assert style_part([goal], changed) == style_part([goal])
    np.testing.assert_allclose(style_part([goal]), style_part([half], IMAGE[:, :, :4]), rtol=1e-5)
    slope = np.asarray(jax.grad(lambda x: style_part([goal], x))(IMAGE))
    assert not slope[:, :, 4:].any()
    assert np.abs(slope[:, :, :4]).min() > 0


def test_grad_each_layer_pulls_as_hard_as_its_weight_where_gradients_are_normalised():
    F, weight = np.asarray(extract(PARAMS, IMAGE, ("deep",))["deep"]), 3.0

    @jax.jit
    def scaled(factor):
        return jax.grad(lambda x: factor * jnp.sum(jnp.sin(unit_gradient(x, weight))))(F)

    plain = np.cos(F)
    expected = weight * plain / np.abs(plain).sum()
    for factor in (1e-6, 1.0, 1e6):
        np.testing.assert_allclose(scaled(factor), expected, rtol=1e-4)
    assert not np.asarray(scaled(0.0)).any()

    by_value, by_gradient = (
        jax.jit(partial(evaluate, terms, extract))(constants(), IMAGE).total
        for terms in (TERMS, TERMS._replace(normalize_gradients=True))
    )
    assert by_value == by_gradient, "only the gradient is scaled"
