"""Words for settings and values."""

import dataclasses
from typing import get_args, get_type_hints

import pytest

from jnst.transfer.quality import QUALITY
from jnst.transfer.settings import Settings
from jnst.video.settings import VideoSettings
from jnst.web.labels import LABELS, VALUES, labels


def test_each_setting_has_a_label_of_its_own_and_a_meaning():
    names = [field.name for kind in (Settings, VideoSettings) for field in dataclasses.fields(kind)]
    assert list(LABELS) == names
    assert len(set(LABELS.values())) == len(names)
    for name, one in labels().items():
        assert one["meaning"], name
        assert "_" not in one["label"]


@pytest.mark.parametrize("name", [name for name in VALUES if name not in ("quality", "tile")])
def test_values_are_those_that_there_are(name):
    hint = get_type_hints(Settings)[name]
    known = {one for kind in (hint, *get_args(hint)) for one in get_args(kind) or ()}
    assert set(VALUES[name]) - {""} <= {one for one in known if isinstance(one, str)}


def test_all_that_can_be_chosen_has_words():
    colours = get_args(next(kind for kind in get_args(get_type_hints(Settings)["colour"])))
    assert set(VALUES["colour"]) == {"", *colours}
    assert set(VALUES["init"]) == set(get_args(get_type_hints(Settings)["init"]))
    assert set(VALUES["quality"]) == set(QUALITY)
