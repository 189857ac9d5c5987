"""The step of the default, lowered for machines that are not here."""

import re

import jax
import numpy as np
import pytest

from jnst.optimize.step import Carry, program
from jnst.pictures import samples
from jnst.transfer.pictures import read
from jnst.transfer.recipe import prepare
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.mark.parametrize(("size", "jitter"), [(16, 0), (64, 8)])  # few positions, and many
def test_it_calls_no_library_of_its_own(size, jitter):
    settings = Settings(size=size, steps=(2,), jitter=jitter)
    problem = prepare(read(samples.content(), samples.STYLE, settings), settings)
    assert problem.optimizer is not None
    image = jax.numpy.asarray(problem.image)
    one = np.float32(1)
    carry = Carry(image, problem.optimizer.init(image), image, one, one)
    step = program(problem.evaluate, problem.optimizer, settings.average, 1, compiled=True)
    lowered = jax.export.export(step, platforms=["cuda", "tpu"])(problem.constants, carry, one, 0)
    text = lowered.mlir_module()
    assert "dot_general" in text
    assert re.findall(r"custom_call.*", text) == []
