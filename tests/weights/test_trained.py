"""Files of networks that jnst trained: back as they were written, and what is refused."""

import json

import h5py
import numpy as np
import pytest
from painters import random_params

from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.weights import trained

DESIGN = trainable.Design("multistyle-mobile", 0.1, ("one", "two"))
TABLE = trainable.network(DESIGN).table


@pytest.fixture
def written(tmp_path):
    params = random_params(np.random.default_rng(0), TABLE, np.float32)
    path = tmp_path / "a.jnst"
    trained.write(path, trained.Trained(DESIGN, params, {"settings": {"steps": 3}}))
    return path, params


def test_the_names_of_many_photographs_have_room(tmp_path):
    names = [f"train2014/COCO_train2014_{i:012}.jpg" for i in range(10_000)]
    design = trainable.Design("johnson", 0.05, ("a",))
    params = random_params(np.random.default_rng(0), trainable.network(design).table, np.float32)
    made_with = {"photographs": names}
    trained.write(tmp_path / "a.jnst", trained.Trained(design, params, made_with))
    assert trained.read(tmp_path / "a.jnst").made_with == made_with


def test_it_comes_back_as_it_was(written):
    path, params = written
    found = trained.read(path)
    assert (found.design, found.made_with) == (DESIGN, {"settings": {"steps": 3}})
    assert found.params.keys() == params.keys()
    for row, kinds in params.items():
        for kind, array in kinds.items():
            np.testing.assert_array_equal(found.params[row][kind], array)


def test_it_is_described_without_its_parameters(written):
    path, _ = written
    spoil(path, SPOILT["tensor contract.0/kernel is missing"])
    assert trained.describe(path) == (DESIGN, {"settings": {"steps": 3}})
    spoil(path, lambda file: note(file, network="resnet"))
    with pytest.raises(InputError, match="unknown network 'resnet'"):
        trained.describe(path)


def test_the_same_network_gives_the_same_bytes(written, tmp_path):
    path, params = written
    trained.write(tmp_path / "b.jnst", trained.Trained(DESIGN, params, {"settings": {"steps": 3}}))
    assert (tmp_path / "b.jnst").read_bytes() == path.read_bytes()


def spoil(path, change):
    with h5py.File(path, "r+") as file:
        change(file)


def note(file, **changes):
    known = json.loads(bytes(file["jnst"][...]))
    known["design"] |= changes
    del file["jnst"]
    file["jnst"] = np.frombuffer(json.dumps(known).encode(), np.uint8)


def nan(file):
    file["contract.0/kernel"][0, 0, 0, 0] = np.nan


SPOILT = {
    "tensor contract.0/kernel is missing": lambda file: file.__delitem__("contract.0/kernel"),
    "what is no number": nan,
    "unknown network 'resnet'": lambda file: note(file, network="resnet"),
    "has the shape": lambda file: note(file, styles=["one"]),
    "width must be at most 4": lambda file: note(file, width=1e9),
    "from 1 to 1000 styles, not 0": lambda file: note(file, styles=[]),
    r"Expected `str`": lambda file: note(file, styles=[1]),
    "it does not say which network it is": lambda file: file.__delitem__("jnst"),
}


@pytest.mark.parametrize("message", SPOILT)
def test_what_is_no_such_network_is_one_line(written, message):
    path, _ = written
    spoil(path, SPOILT[message])
    with pytest.raises(InputError, match=message) as caught:
        trained.read(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_cut_off_or_none_at_all_is_one_line(written, tmp_path):
    path, _ = written
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match="no network of jnst, or broken"):
        trained.read(path)
    with pytest.raises(InputError, match=r"cannot read .*none\.jnst: No such file"):
        trained.read(tmp_path / "none.jnst")
