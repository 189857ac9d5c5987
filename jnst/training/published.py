"""Published trainings: each a function that returns `Settings`, its docstring the source.

What all of them leave to jnst, and what departs from the originals:

- The loss network is the VGG19 that comes along; where the source has VGG16, `--backbone vgg16`
  takes it, once its weights are there. Layers have the same names.
- Pictures are in [0, 1] here. Features are those of 0 to 255 minus the mean; where a source feeds
  its network otherwise, or has other units, the docstring says what its weights become.
- Photographs are cut at random and shuffled; some sources squeeze them into squares, or do not
  shuffle.
"""

from typing import Any

from jnst.training.settings import Settings
from jnst.transfer.presets.papers import MEAN

FOUR_LAYERS: dict[str, Any] = {
    "style_layers": ("relu1_2", "relu2_2", "relu3_3", "relu4_3"),
    "style_layer_weights": (1.0, 1.0, 1.0, 1.0),
}
"""The style layers of Johnson et al. 2016, each with the same weight."""
GRAM: dict[str, Any] = {
    "style_loss": "gram",
    "gram_normalization": "positions-channels",
    "padding": "zeros",
    **MEAN,
}
"""Means of squared differences of features and of Gram matrices, these divided by CHW."""


def johnson() -> Settings:
    """Johnson, Alahi and Fei-Fei 2016, fast-neural-style@813c834 `train.lua`.

    Content 1 at relu3_3, style 5 for each of four layers, mean squared errors, Gram/(CHW), total
    variation 1e-6 · ½Σ on the scale to 255, a sum over the batch of 4 where all else is a mean.
    Adam 1e-3, 4 photographs of 256 pixels, 40,000 steps. The network is its own; its norms' scales
    begin with 1 here, there between 0 and 1 at random.
    """
    return Settings(
        network="johnson-paper",
        content_layers=("relu3_3",),
        **FOUR_LAYERS,
        content_weight=1.0,
        style_weight=20.0,
        tv_weight=4e-6 * 255**2,
        tv="squares",
        tv_scale="half",
        **GRAM,
    )


def pytorch_examples() -> Settings:
    """pytorch/examples@77f55b9 `fast_neural_style`.

    Content 1e5 at relu2_2, style 1e10 for the sum over four layers, mean squared errors,
    Gram/(CHW), no total variation. Adam 1e-3, 4 photographs of 256 pixels, 2 epochs of COCO's
    82,783, which are 41,392 steps. There features are of pictures divided by the deviations of
    ImageNet, here of 0 to 255: they are about 57 times as large, content losses 57² and Gram losses
    57⁴ times, by which the weights are divided.
    """
    scale = 255 * 0.225
    return Settings(
        network="johnson",
        steps=41_392,
        style_size=None,
        content_layers=("relu2_2",),
        **FOUR_LAYERS,
        content_weight=1e5 / scale**2,
        style_weight=4e10 / scale**4,
        **GRAM,
    )


def lengstrom() -> Settings:
    """lengstrom/fast-style-transfer@0d3d981.

    VGG19. Content 7.5 at relu4_2 and style 100 for each of relu1_1 to relu5_1, means of squares,
    Gram/(CHW); total variation 200, mean squares on the scale to 255. Adam 1e-3, 4 photographs, 2
    epochs of 82,783, without the rest.
    """
    return Settings(
        network="lengstrom",
        steps=41_390,
        style_size=None,
        content_layers=("relu4_2",),
        style_layers=("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
        style_layer_weights=(1.0,) * 5,
        content_weight=7.5,
        style_weight=500.0,
        tv_weight=200.0 * 255**2,
        tv="squares",
        tv_scale="mean",
        **GRAM,
    )


def ulyanov() -> Settings:
    """Ulyanov, Vedaldi and Lempitsky 2016, texture_nets@aad2cc6, `-model johnson` as in its README.

    VGG19. Content 1 at relu4_2, style 10 for each of four layers, mean squared errors, Gram/(CHW),
    no total variation. 4 squares of 512 pixels out of photographs of their own size, the painting
    at 600, 50,000 steps of Adam. The step size is 1e-2, there times 0.8 every 2000 steps, here
    falling as a cosine. The norms' scales begin with 1, there between 0 and 1 at random.
    """
    return Settings(
        network="ulyanov",
        steps=50_000,
        crop=512,
        photo_size=None,
        style_size=600,
        learning_rate=1e-2,
        decay="cosine",
        content_layers=("relu4_2",),
        style_layers=("relu1_2", "relu2_2", "relu3_2", "relu4_2"),
        style_layer_weights=(1.0, 1.0, 1.0, 1.0),
        content_weight=1.0,
        style_weight=40.0,
        **GRAM,
    )


def dumoulin() -> Settings:
    """Dumoulin, Shlens and Kudlur 2017, magenta@14aba702 `image_stylization`.

    Content 1 at relu3_3, style 1e-4 for each of four layers, mean squares, Gram/(HW), no total
    variation, one style a photograph at random. Adam 1e-3, 16 photographs of 256 pixels, 40,000
    steps.
    """
    return Settings(
        network="multistyle",
        batch=16,
        content_layers=("relu3_3",),
        **FOUR_LAYERS,
        content_weight=1.0,
        style_weight=4e-4,
        **{**GRAM, "gram_normalization": "positions"},
    )


def adain() -> Settings:
    """Huang and Belongie 2017, AdaIN's decoder, naoto0804/pytorch-AdaIN@47950d0 `train.py`.

    Normalized VGG19. Content 1 at relu4_1, towards what AdaIN makes of it; style 10 for means and
    deviations at each of relu1_1 to relu4_1, mean squares; no total variation. Adam 1e-4, divided
    by 1 + 5e-5 t; 8 photographs and 8 paintings with short sides of 512 pixels, cut to 256; 160,000
    steps. Here the means that normalize VGG19 are our own, and paintings have long sides of 512.
    """
    return Settings(
        network="adain",
        steps=160_000,
        batch=8,
        photo_size=512,
        style_size=512,
        learning_rate=1e-4,
        decay="inverse",
        style_layers=("relu1_1", "relu2_1", "relu3_1", "relu4_1"),
        style_layer_weights=(1.0,) * 4,
        content_weight=1.0,
        style_weight=40.0,
        style_loss="moments",
        weights="normalized",
        padding="zeros",
        **MEAN,
    )


def wct() -> Settings:
    """Li et al. 2017, WCT's decoders, arXiv:1705.08086, equation 1.

    Pixels 1 and features 1 at the layer that is decoded, mean squares. How it was trained is not
    published: Adam 1e-3, falling to 0, and 20,000 steps of 8 photographs are ours. To be used with
    `--network wct1`, `wct2`, and so on.
    """
    return Settings(
        network="wct3",
        steps=20_000,
        batch=8,
        decay="cosine",
        pixel_weight=1.0,
        content_weight=1.0,
        style_weight=0.0,
        weights="normalized",
        padding="zeros",
        **MEAN,
    )


def msgnet() -> Settings:
    """Zhang and Dana 2017, MSG-Net, zhanghang1989/PyTorch-Multi-Style-Transfer@75d2560.

    VGG16. Content 1 at relu2_2, style 5 for each of four layers, mean squares, Gram/(CHW), no total
    variation. Adam 1e-3, 4 photographs of 256 pixels, 2 epochs of 82,783; paintings of 512 pixels,
    one for each batch in turn: here one for each photograph, at random, cut to 256.
    """
    return Settings(
        network="msgnet",
        steps=41_392,
        style_size=512,
        content_layers=("relu2_2",),
        **FOUR_LAYERS,
        content_weight=1.0,
        style_weight=20.0,
        **GRAM,
    )


def ghiasi() -> Settings:
    """Ghiasi et al. 2017, magenta `arbitrary_image_stylization`, with the mobile network.

    VGG16. Content 1 at relu3_3, style 0.5e-3 for each of four layers, mean squares, Gram/(HW),
    total variation 1e4 · ½Σ/size. Adam 1e-5, 8 photographs and paintings, 8 million steps. There
    colours and sizes of paintings are changed at random; here they are only cut. To go on from the
    network that comes along, `--start ghiasi`.
    """
    return Settings(
        network="ghiasi",
        steps=8_000_000,
        batch=8,
        style_size=300,
        learning_rate=1e-5,
        content_layers=("relu3_3",),
        **FOUR_LAYERS,
        content_weight=1.0,
        style_weight=2e-3,
        tv_weight=0.5e4,
        tv="squares",
        tv_scale="mean",
        **{**GRAM, "gram_normalization": "positions"},
    )
