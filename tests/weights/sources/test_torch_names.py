"""Torchvision's names of layers, one for each of ours."""

import pytest
from helpers_vgg import NUMBERS

from jnst.backbones.tables import BACKBONES
from jnst.weights.sources import torch_names, weighted


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


def test_every_network_has_a_name_in_torch_for_each_layer_and_no_other():
    for name in torch_names.NAMES:
        ours = torch_names.prefixes(name)
        assert set(ours) == {read for la in weighted(BACKBONES[name].table) for read in la.reads}
        assert len(set(ours.values())) == len(ours)


def test_the_table_counts_layers_as_torchvision_does():
    for backbone, numbers in NUMBERS.items():
        names = torch_names.prefixes(backbone).values()
        assert list(names) == [f"features.{number}" for number in numbers]
