"""Each preset after a paper or report, against what its source prints."""

import numpy as np
import pytest
from formulas import ENGINES, GATYS, check_parts, differences, gram, kept_means, mse, sse

from jnst.transfer.presets import papers, preset


def gatys2015(F, P, A, x):
    style = [sse(gram(F[k]), gram(A[k])) / (4 * F[k].shape[1] ** 2) / 5 for k in GATYS]
    return 1e-3 * 0.5 * sse(F["4_2"], P["4_2"]), sum(style), 0


def gatys2016(F, P, A, x):
    channels = dict(zip(GATYS, (64, 128, 256, 512, 512), strict=True))
    style = [1e3 / N**2 * mse(gram(F[k]), gram(A[k])) for k, N in channels.items()]
    return mse(F["4_2"], P["4_2"]), sum(style), 0


def kunal2021(F, P, A, x):
    style = sum(1e-6 * 0.5 * sse(gram(F[k], "sum"), gram(A[k], "sum")) for k in GATYS)
    return 0.5 * sse(F["4_2"], P["4_2"]), style, 0


def patel2020(F, P, A, x):
    content = sse(F["4_2"], P["4_2"]) / (4 * F["4_2"].size)
    style = [
        0.002
        / (4 * F[k].shape[1] ** 2 * len(F[k]) ** 2)
        * sse(gram(F[k], "sum"), gram(A[k], "sum"))
        for k in GATYS
    ]
    dx, dy = differences(255 * x)
    return content, sum(style), 8.5e-5 * np.sum((dx**2 + dy**2) ** 1.25)


def debashish2023(F, P, A, x):
    return gatys2015(F, P, A, x)


def khan2021(F, P, A, x):
    content = np.mean([mse(F[k], P[k]) for k in ("1_2", "2_2", "3_3")])
    style = [0.001 * mse(gram(F[k]), gram(A[k])) for k in ("1_2", "2_2", "4_2", "5_1")]
    return content, sum(style), 0


def deepa2023(F, P, A, x):
    weight = {"1_1": 1.0, "2_1": 0.75, "3_1": 0.2}
    style = [0.1 * w * mse(gram(F[k]), gram(A[k])) for k, w in weight.items()]
    return mse(F["4_2"], P["4_2"]), sum(style), 0


FORMULAS = {
    "gatys2015": (gatys2015, {"pooling": "avg"}),
    "gatys2016": (gatys2016, {}),
    "kunal2021": (kunal2021, {"pooling": "avg", "means": kept_means("vgg19_means.h5")}),
    "patel2020": (patel2020, {}),
    "debashish2023": (debashish2023, {}),
    "khan2021": (khan2021, {}),
    "deepa2023": (deepa2023, {}),
}
OPTIMIZERS = {
    "gatys2015": ("lbfgs", (500,), "noise", 512),
    "gatys2016": ("lbfgs", (500,), "content", 512),
    "patel2020": ("scipy-lbfgs", (200,), "content", 500),
    "deepa2023": ("lbfgs", (300,), "content", 400),
}


@ENGINES
@pytest.mark.parametrize("name", FORMULAS)
def test_parts_equal_the_formulas_of_the_source(name, engine):
    formula, options = FORMULAS[name]
    check_parts(name, formula, engine, **options)


def test_each_preset_here_has_its_formula():
    found = {name for name, value in vars(papers).items() if value.__class__.__name__ == "function"}
    assert found - {"each_layer"} == set(FORMULAS)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_the_loss_does_not_say(name):
    chosen = preset(name)
    assert (chosen.optimizer, chosen.steps, chosen.init, chosen.size) == OPTIMIZERS[name]


def test_the_details_that_few_share():
    assert preset("patel2020").square
    assert preset("patel2020").upscale
    assert all(preset(name).first_size is None for name in FORMULAS)
