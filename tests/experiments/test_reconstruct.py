import dataclasses

import numpy as np
import pytest

import jnst
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.experiments import reconstruct
from jnst.pictures import samples
from jnst.transfer.settings import Settings


def test_one_layer_of_content_then_more_and_more_of_style():
    cells = reconstruct.cells(Settings(), content=["relu1_2", "pool2"], style=["relu1_1", "pool1"])
    found = [(c.settings.content_layers, c.settings.style_layers) for c in cells]
    assert found == [
        (("relu1_2",), ()),
        (("pool2",), ()),
        ((), ("relu1_1",)),
        ((), ("relu1_1", "pool1")),
    ]
    assert [c.label for c in cells][1::2] == ["content from pool2", "style from relu1_1 to pool1"]
    assert {c.settings.init for c in cells} == {"noise"}
    assert [c.settings.style_layer_weights for c in cells] == [(), (), (1.0,), (1.0, 1.0)]
    assert len(reconstruct.cells(Settings())) == 10
    with pytest.raises(InputError, match="relu9_9"):
        reconstruct.cells(Settings(), content=["relu9_9"])


def test_other_networks_have_their_own_layers():
    cells = reconstruct.cells(Settings(backbone="resnet50", weights="random"))
    suiting = BACKBONES["resnet50"].style
    assert [c.settings.content_layers for c in cells[: len(suiting)]] == [(x,) for x in suiting]
    assert cells[-1].settings.style_layers == suiting


@pytest.mark.slow
def test_low_layers_give_back_the_picture_and_deep_ones_lose_it():
    base = Settings(size=32, steps=(40,))
    low, deep = (
        dataclasses.asdict(cell.settings)
        for cell in reconstruct.cells(base, content=["relu1_2", "relu5_2"], style=[])
    )
    content = samples.content()
    photograph = jnst.pictures.files.read(content)
    (small,) = jnst.pictures.resizing.fit(photograph, 32)
    errors = [
        np.abs(jnst.stylize(content, samples.STYLE, **kind).array - small).mean()
        for kind in (low, deep)
    ]
    assert errors[0] < 0.03
    assert errors[1] > 3 * errors[0]
