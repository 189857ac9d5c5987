"""Published trainings: each a function that returns `Settings`, its docstring the source.

What all of them leave to jnst, and what departs from the originals:

- The loss network is the VGG19 that comes along; where the source has VGG16, `--backbone vgg16`
  takes it, once its weights are there. Layers have the same names.
- Pictures are in [0, 1] here. Features are those of 0 to 255 minus the mean; where a source feeds
  its network otherwise, or has other units, the docstring says what its weights become.
- Photographs are cut at random and shuffled; some sources squeeze them into squares, or do not
  shuffle.
"""

from dataclasses import replace
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


def johnson_batch() -> Settings:
    """Johnson et al. 2016, with batch norm as in the paper: `johnson`, `-use_instance_norm 0`."""
    return replace(johnson(), network="johnson-batch")


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


def ulyanov_pyramid() -> Settings:
    """Ulyanov et al. 2016, arXiv:1603.03417, vicident/texture_nets@0684878 `stylization_train.lua`.

    The first version of texture_nets, which has the noise. VGG19. Content 0.6 at relu4_2, style
    1000 for each of relu1_1 to relu5_1, mean squared errors, Gram/(CHW), no total variation. Adam
    1e-1, 3000 steps of 16 photographs of 256 pixels. The step size is there times 0.8 every 300
    steps, here falling as a cosine; the README's option of dividing each loss's gradient by its sum
    of absolutes is left out.
    """
    return Settings(
        network="ulyanov-pyramid",
        steps=3000,
        batch=16,
        learning_rate=1e-1,
        decay="cosine",
        content_layers=("relu4_2",),
        style_layers=("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
        style_layer_weights=(1.0,) * 5,
        content_weight=0.6,
        style_weight=5000.0,
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


def stylebank() -> Settings:
    """Chen et al. 2017, StyleBank, arXiv:1703.09210, jxcodetw@b7fe72e.

    VGG16. Content 1 at conv4_2 and style 1e6 for each of conv1_2, conv2_2, conv3_2 and conv4_2;
    total variation 1e-5. Adam 1e-3, 4 photographs of 513 pixels, 300,000 steps. There two steps of
    the styles alternate with one of the autoencoder; here its pixels count in each. The step size
    does not fall.
    """
    layers = ("conv1_2", "conv2_2", "conv3_2", "conv4_2")
    return Settings(
        network="stylebank",
        steps=300_000,
        crop=512,
        photo_size=512,
        style_size=512,
        content_layers=("conv4_2",),
        style_layers=layers,
        style_layer_weights=(1.0,) * 4,
        content_weight=1.0,
        style_weight=4e6,
        pixel_weight=1.0,
        tv_weight=1e-5,
        tv="absolute",
        tv_scale="sum",
        **GRAM,
    )
