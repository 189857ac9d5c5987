"""Steps of a training: the loss falls, what is not finite is left out, it goes on to equal bits."""

import dataclasses
import shutil
from unittest import mock

import jax
import numpy as np
import pytest
from trainings import SETTINGS, make_paintings, make_photos, training

from jnst.byhand.feedforward import batch, batchnorm
from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.feedforward.networks import ulyanov_pyramid
from jnst.feedforward.trainable import PARTS
from jnst.training import checkpoint
from jnst.training.learner import FAILURES
from jnst.training.train import noise_of, styles_of, train

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trainings")
    return make_photos(folder / "photos"), make_paintings(folder, 2)


PYRAMID = dataclasses.replace(SETTINGS, network="ulyanov-pyramid", width=0.25, steps=5)


def params_of(found):
    return jax.tree.map(np.array, found.learner.painter.params)


def same(one, other):
    return jax.tree.all(jax.tree.map(np.array_equal, one, other))


def test_the_loss_falls_and_each_step_is_told(pictures):
    found = training(*pictures)
    steps = list(train(found))
    assert [one.step for one in steps] == list(range(1, 25))
    styles = [one.parts["style"] for one in steps]
    assert np.mean(styles[-8:]) < 0.8 * np.mean(styles[:8])
    assert steps[-1].parts.keys() == {"content", "style"}
    assert sum(steps[-1].parts.values()) == pytest.approx(steps[-1].total, rel=1e-5)
    assert steps[-1].image.shape == (1, 16, 16, 3)
    assert 0 <= steps[-1].image.min() <= steps[-1].image.max() <= 1


@pytest.fixture
def one_painting(pictures, monkeypatch):
    """For a network with noise, and with batch norms, whose averages nothing trains."""
    monkeypatch.setattr(ulyanov_pyramid, "RATIOS", (4, 2, 1))  # six scales take long to compile
    monkeypatch.setitem(trainable.MULTIPLES, "ulyanov-pyramid", 4)
    folder, (one, _) = pictures
    return folder, [one], PYRAMID


@pytest.mark.parametrize("given", ["pictures", "one_painting"])
def test_it_goes_on_from_a_checkpoint_to_equal_bits(given, tmp_path, request):
    pictures = request.getfixturevalue(given)
    whole = training(*pictures)
    told = [one.total for one in train(whole)]
    first = training(*pictures)
    steps = train(first)
    for _ in range(3):
        next(steps)
    with checkpoint.keeping(tmp_path) as keeper:
        assert keeper.facts is None
        keeper.save(first, {"name": "one"})
    second = training(*pictures)
    with checkpoint.keeping(tmp_path) as keeper:
        assert keeper.facts == {"name": "one"}
        keeper.restore(second)
    assert [one.total for one in train(second)] == told[3:]
    assert same(params_of(second), params_of(whole))
    assert same(second.learner.average.params, whole.learner.average.params)
    assert not same(whole.learner.average.params, whole.learner.painter.params)


def test_a_full_disk_is_one_line(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: mock.Mock(free=1000))
    found = training(*pictures)
    with checkpoint.keeping(tmp_path) as keeper:
        with pytest.raises(InputError, match=r"cannot keep a checkpoint in .*: No space"):
            keeper.save(found, {})
        assert keeper.facts is None


def test_the_averages_of_batch_norms_are_of_what_the_batches_were(one_painting):
    found = training(*one_painting)
    before = params_of(found)
    table = trainable.in_training(found.learner.painter.table)
    photographs = next(training(*one_painting).photographs)  # those of the first step
    beside = noise_of(0, found)
    assert all((x != noise_of(1, found)[name]).all() for name, x in beside.items())
    given = [
        {"picture": x[None], **{name: some[i : i + 1] for name, some in beside.items()}}
        for i, x in enumerate(photographs)
    ]
    maps = batch.maps(table, before, given, ("painted",))
    painted = np.concatenate([one["painted"] for one in maps])
    first = next(train(found))
    np.testing.assert_allclose(first.image, painted[:1].clip(0, 1), atol=2e-4)
    after = params_of(found)
    for row in batch.joining(table):
        seen = batchnorm.observed(np.concatenate([one[row.inputs[0]] for one in maps]))
        for kind, old in (("mean", 0.0), ("variance", 1.0)):
            expected = 0.9 * old + 0.1 * seen[kind]
            np.testing.assert_allclose(after[row.name][kind], expected, rtol=0.02, atol=2e-3)


@pytest.mark.parametrize("given", ["pictures", "one_painting"])
def test_gradients_that_are_not_finite_are_left_out_and_then_end_it(given, request):
    found = training(*request.getfixturevalue(given))
    found = found._replace(settings=dataclasses.replace(found.settings, steps=FAILURES))
    before, lesson = params_of(found), found.lesson
    broken = {k: (float("nan"), target) for k, (_, target) in lesson.styles.items()}
    with pytest.raises(InputError, match=f"not a finite number {FAILURES} times in a row, at step"):
        list(train(found._replace(lesson=lesson._replace(styles=broken))))
    assert same(params_of(found), before)


@pytest.mark.parametrize(
    ("network", "learned"), [("multistyle-mobile", "norms"), ("stylebank", "bank")]
)
def test_of_a_new_style_its_own_part_alone_is_learnt(pictures, network, learned):
    folder, (one, other) = pictures
    settings = dataclasses.replace(SETTINGS, network=network)
    old, part = params_of(training(folder, [one, other], settings)), PARTS[learned]
    for kinds in old.values():  # two styles that differ
        for kind in part & kinds.keys():
            kinds[kind][0] += 0.1
            kinds[kind][1] += 0.3
    settings = dataclasses.replace(settings, learned=learned)
    found = training(folder, [one], settings, params=old)
    for row, kinds in params_of(found).items():
        for kind in part & kinds.keys():  # it begins with the mean of all styles
            np.testing.assert_allclose(kinds[kind], old[row][kind].mean(axis=0)[None])
    list(train(found))
    for params, most in ((found.learner.painter.params, 0), (found.learner.average.params, 1e-6)):
        for row, kinds in params.items():
            if "kernel" in kinds:
                np.testing.assert_allclose(kinds["kernel"], old[row]["kernel"], rtol=0, atol=most)
            for kind in part & kinds.keys():
                assert not np.allclose(kinds[kind], old[row][kind].mean(axis=0), atol=1e-3)


def test_styles_are_drawn_anew_for_each_step_and_the_same_way():
    settings = dataclasses.replace(SETTINGS, batch=100)
    one, same_one, other = (styles_of(number, settings, 3) for number in (7, 7, 8))
    np.testing.assert_array_equal(one, same_one)
    assert not np.array_equal(one, other)
    assert set(one) == {0, 1, 2}
