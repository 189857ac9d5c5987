"""Presets after published programs, by the constants in their sources."""

from dataclasses import replace

from jnst.transfer.presets.papers import MEAN, SINGLE, STYLE, each_layer
from jnst.transfer.settings import Settings

ACTIVATION = {
    "relu1_1": 19.8,
    "relu2_1": 112.6,
    "relu3_1": 107.6,
    "relu4_1": 434.9,
    "relu5_1": 38.4,
    "relu4_2": 275.6,
}
"""Mean features of Caffe's weights over the 252 photographs of `weights/vgg19_means.h5`."""


def neural_style() -> Settings:
    """Justin Johnson's neural-style (Lua Torch, 2015).

    Content 5 at relu4_2, style 100 for each of relu1_1 to relu5_1, mean squared errors, Gram/(CHW),
    total variation 1e-3 · ½Σ(dx² + dy²) on the scale to 255, L-BFGS with a history of 100, 1000
    steps, from the mean colour and noise of 0.001. There total variation is left out of the loss
    that is reported; here it counts.
    """
    return Settings(
        **SINGLE | {"tv_weight": 1e-3 * 255**2},
        style_layers=STYLE,
        **each_layer(*[100.0] * 5),
        content_weight=5.0,
        **MEAN,
        gram_normalization="positions-channels",
        tv_scale="half",
        init="grey",
        init_noise=0.001 / 255,
        history=100,
        steps=(1000,),
    )


def neural_style_pt() -> Settings:
    """ProGamerGov's neural-style-pt (PyTorch): neural-style with Σ|dx| + |dy|.

    Total variation 1e-3 on the scale to 255; everything else as in neural-style.
    """
    return replace(neural_style(), tv="absolute", tv_scale="sum", tv_weight=1e-3 * 255)


def johnson_slow() -> Settings:
    """Johnson, Alahi and Fei-Fei, ECCV 2016: the slow baseline in fast-neural-style.

    VGG16 (its weights do not come along), content 1 at relu3_3, style 5 for each of relu1_2,
    relu2_2, relu3_3, relu4_3, Gram/(CHW), total variation 1e-6, L-BFGS, 500 steps, from noise of
    one 8-bit level.
    """
    return Settings(
        **SINGLE | {"tv_weight": 1e-6 * 255**2},
        backbone="vgg16",
        content_layers=("relu3_3",),
        style_layers=("relu1_2", "relu2_2", "relu3_3", "relu4_3"),
        **each_layer(*[5.0] * 4),
        content_weight=1.0,
        **MEAN,
        gram_normalization="positions-channels",
        tv_scale="half",
        init="grey",
        init_noise=1 / 255,
        steps=(500,),
    )


def pastiche() -> Settings:
    """Daniel Steinberg's pastiche (PyTorch).

    Content 0.01 at relu4_2, style 10/N² for each of relu1_1 to relu5_1, mean squared errors,
    Gram/(HW), no total variation, L-BFGS, 1000 steps, from the content picture. There a picture has
    250 000 pixels: 577 is the long side of one in the proportion 4 to 3.
    """
    return Settings(
        **SINGLE,
        size=577,
        style_layers=STYLE,
        **each_layer(*(10 / N**2 for N in (64, 128, 256, 512, 512))),
        content_weight=0.01,
        **MEAN,
        steps=(1000,),
    )


def crowson() -> Settings:
    """Katherine Crowson's style-transfer-pytorch.

    Wasserstein-2 style with weights 256:64:16:4:1 over 341, content 0.015 · Σd²/Σ|d| at relu4_2,
    nine-point total variation 2, Adam 0.02 (0.9, 0.99) with an average of 0.99, long sides from 128
    by √2, 1000 steps and then 500 each, the first convolution padded with the edge. The constants
    are for torchvision's weights, trained anew, whose features are about as large in one layer as
    in another; Caffe's are not, and relu4_1 would rule all. Here the features of each layer count
    as if divided by their mean, `ACTIVATION`. Departures: the matrix roots are exact, and 1e-4 is
    not added to the covariances.
    """
    shares = zip(STYLE, (256, 64, 16, 4, 1), strict=True)
    return Settings(
        style_layers=STYLE,
        **each_layer(*(share / 341 / ACTIVATION[layer] ** 2 for layer, share in shares)),
        style_loss="wasserstein",
        style_scale="mean",
        content_weight=0.015 / ACTIVATION["relu4_2"],
        content_scale="contraharmonic",
        balance_content=False,
        tv="nine-point",
        tv_weight=2.0,
        line_weight=0.0,
        margin=0,
        padding="edge",
        optimizer="adam",
        learning_rate=0.02,
        average=0.99,
        steps=(1000, 500),
        first_size=128,
        size_ratio=2**0.5,
    )
