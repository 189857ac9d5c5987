"""Trainings of decoders of VGG19, and of networks that are shown what to paint."""

import dataclasses
import itertools
from pathlib import Path

import jax
import numpy as np
import pytest
from trainings import make_paintings, make_photos

from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.feedforward.networks.vgg import ENCODER, encoder_params
from jnst.pictures import files
from jnst.training import checkpoint, photos
from jnst.training.run import open_training
from jnst.training.settings import Settings
from jnst.training.sources import Sources, check_teacher, design_of
from jnst.training.train import train
from jnst.transfer.onepass.network import Loaded
from jnst.weights import store, trained

SMALL = {"crop": 16, "photo_size": None, "style_size": None, "batch": 2, "learning_rate": 0.005}
ALONE = {"content_weight": 0.1, "style_weight": 0.0, "pixel_weight": 1.0, "weights": "normalized"}
DECODER = Settings(network="wct1", steps=30, **SMALL, **ALONE)
PUPIL = Settings(
    network="multistyle-mobile",
    width=0.1,
    steps=40,
    **SMALL | ALONE | {"content_layers": ("relu1_1",), "learning_rate": 0.02},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decoders")
    make_photos(folder / "photos")
    return folder


def opened(settings, *paintings, folder, keeper=None, **more):
    return open_training(Sources(paintings, folder / "photos", **more), settings, keeper=keeper)


def rows(training):
    params = training.learner.painter.params
    parts = {True: {}, False: {}}
    for row, kinds in jax.tree.map(np.array, params).items():
        parts[row.startswith(ENCODER)][row] = kinds
    return parts[True], parts[False]


def same(one, other):
    return jax.tree.all(jax.tree.map(np.array_equal, one, other))


def test_a_decoder_learns_and_the_encoder_stays(folder, tmp_path):
    found = opened(DECODER, folder=folder)
    encoder, decoder = rows(found.training)
    known = encoder_params(store.load("vgg19", normalized=True), 1)
    assert same(encoder, {row: known[row] for row in encoder})
    told = list(train(found.training))
    assert set(told[0].parts) == {"content", "pixels"}
    first, last = (np.mean([one.parts["pixels"] for one in some]) for some in (told[:5], told[-5:]))
    assert last < 0.6 * first
    after = rows(found.training)
    assert same(after[0], encoder)
    assert not same(after[1], decoder)
    trained.write(tmp_path / "a.jnst", found.network())
    assert (tmp_path / "a.jnst").stat().st_size < 20_000  # VGG19's share is left out
    assert same(trained.read(tmp_path / "a.jnst").params, found.network().params)


@pytest.mark.slow
def test_a_decoder_of_any_style_goes_on_to_equal_bits(folder, tmp_path):
    settings = Settings(
        network="adain", steps=4, style_layers=("relu1_1",), content_layers=("relu2_1",), **SMALL
    )
    make_photos(tmp_path / "paintings")
    (alone,) = make_paintings(tmp_path)

    def begun(keeper=None):
        return opened(settings, tmp_path / "paintings", alone, folder=folder, keeper=keeper)

    whole = begun()
    assert whole.labels == ["0.png", "1.png", "2.png"]
    totals = [one.total for one in train(whole.training)]
    first = begun()
    for _ in itertools.islice(train(first.training), 2):
        pass
    with checkpoint.keeping(tmp_path / "kept") as keeper:
        keeper.save(first.training, dict(first.facts))
    with checkpoint.keeping(tmp_path / "kept") as keeper:
        assert [one.total for one in train(begun(keeper).training)] == totals[2:]


def test_a_pupil_learns_what_a_teacher_paints(folder, tmp_path):
    teacher = opened(PUPIL, *make_paintings(tmp_path), folder=folder)
    trained.write(tmp_path / "teacher.jnst", teacher.network())
    told = {}
    for seed in (0, 1):
        settings = dataclasses.replace(PUPIL, seed=seed)
        found = opened(settings, folder=folder, teacher=tmp_path / "teacher.jnst")
        assert found.training.design.styles == ("painting0",)
        told[seed] = [one.parts["pixels"] for one in train(found.training)]
    assert told[0][0] < 1e-12  # with the same first parameters it is its teacher
    assert told[1][0] > 1e-3
    assert np.mean(told[1][-5:]) < 0.7 * np.mean(told[1][:5])


def test_pictures_come_with_their_photographs(folder, tmp_path):
    (tmp_path / "done").mkdir()
    paths = photos.find(folder / "photos")
    for path in paths:
        files.write(tmp_path / "done" / f"{path.stem}.jpg", 1 - files.read(path))
    others = photos.beside(paths, tmp_path / "done")
    both = photos.Photos(paths, side=16, size=None, others=others)[0]
    assert both.shape == (17, 24, 6)
    assert np.abs(both[..., :3] + both[..., 3:] - 1).mean() < 0.1
    found = opened(PUPIL, folder=folder, pictures=tmp_path / "done")
    assert found.training.design.styles == ("done",)
    told = [one.parts["pixels"] for one in train(found.training)]
    assert np.mean(told[-5:]) < 0.8 * np.mean(told[:5])
    (tmp_path / "done" / "3.jpg").unlink()
    with pytest.raises(InputError, match=r"done' has no picture of 3\.png"):
        photos.beside(paths, tmp_path / "done")


def test_a_picture_has_the_photographs_name_or_that_of_a_batch(folder, tmp_path):
    paths = photos.find(folder / "photos")[:2]
    for name in ("0-painting.png", "1.png", "1-other.png"):
        files.write(tmp_path / name, np.zeros((1, 4, 4, 3)))
    found = photos.beside(paths, tmp_path)
    assert [one.name for one in found.values()] == ["0-painting.png", "1.png"]
    files.write(tmp_path / "0-other.png", np.zeros((1, 4, 4, 3)))
    with pytest.raises(InputError, match=r"has 2 pictures of 0\.png; there must be one"):
        photos.beside(paths, tmp_path)


@pytest.mark.parametrize(
    ("settings", "sources", "message"),
    [
        ({"network": "wct1"}, {"paintings": ["a.png"]}, "wct1 learns no style; leave out"),
        ({"network": "ghiasi"}, {}, "network ghiasi needs paintings, or a folder of them"),
        ({}, {}, "give a painting, or several"),
        ({}, {"teacher": "a.jnst", "pictures": "b"}, "teacher and pictures both say what to paint"),
    ],
)
def test_what_makes_no_training_is_refused(settings, sources, message):
    given = {"paintings": [], **sources}
    given = {"paintings": [Path(one) for one in given.pop("paintings")]} | {
        name: Path(one) for name, one in given.items()
    }
    with pytest.raises(InputError, match=message):
        design_of(Sources(photos=Path("photos"), **given), Settings(**settings))


@pytest.mark.parametrize(
    ("teacher", "pupil", "message"),
    [
        (("ghiasi", ()), ("johnson", ("a",)), "takes any painting cannot be a teacher"),
        (("johnson", ("a",)), ("ghiasi", ()), "ghiasi takes any painting, and can have no teacher"),
        (("multistyle", ("a", "b")), ("multistyle", ("a", "c")), "styles a, b, and the pupil a, c"),
        (("johnson-paper", ("a",)), ("johnson", ("a",)), "crop for the teacher must be .* 44"),
    ],
)
def test_a_teacher_and_its_pupil_go_along(teacher, pupil, message):
    designs = [trainable.Design(name, 1.0, styles) for name, styles in (teacher, pupil)]
    loaded = Loaded(trainable.network(designs[0]), {}, designs[0].own_styles)
    with pytest.raises(InputError, match=message):
        check_teacher(loaded, designs[1], Settings(crop=32))


def test_the_step_size_falls_as_published():
    from jnst.training.learner import _inverse

    assert _inverse(1e-4)(0) == 1e-4
    assert _inverse(1e-4)(160_000) == pytest.approx(1e-4 / 9)
