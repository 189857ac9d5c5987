"""Published trainings of networks that take any painting: as those in `jnst.training.published`."""

from jnst.training.published import FOUR_LAYERS, GRAM
from jnst.training.settings import Settings
from jnst.transfer.presets.papers import MEAN


def adain() -> Settings:
    """Huang and Belongie 2017, AdaIN's decoder, naoto0804/pytorch-AdaIN@47950d0 `train.py`.

    Normalized VGG19. Content 1 at relu4_1, towards what AdaIN makes of it; style 10 for means and
    deviations at each of relu1_1 to relu4_1, mean squares; no total variation. Adam 1e-4, divided
    by 1 + 5e-5 t; 8 photographs and 8 paintings with short sides of 512 pixels, cut to 256; 160,000
    steps. Here the means that normalize VGG19 are our own; the loss network frames by zeros, where
    the encoder mirrors; variances are divided by n, without ε.
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
    """Ghiasi et al. 2017, arXiv:1705.06830, magenta@14aba702, with the mobile network.

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
