"""Presets after papers and reports, by the equations that they print."""

from typing import Any

from jnst.transfer.settings import Settings

STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
"""The layers of Gatys et al., one for each block."""
SINGLE: dict[str, Any] = {
    "first_size": None,
    "balance_content": False,
    "padding": "zeros",
    "style_loss": "gram",
    "tv_weight": 0.0,
    "tv": "squares",
    "line_weight": 0.0,
    "margin": 0,
}
"""What most of them share: one size, Gram matrices, no total variation, line loss or margin."""
MEAN: dict[str, Any] = {"content_scale": "mean", "style_scale": "mean"}
"""Both losses as mean squared errors."""


def each_layer(*weights: float) -> dict[str, Any]:
    """Give the style layers these weights as they stand, not as shares of one weight."""
    return {"style_weight": sum(weights), "style_layer_weights": weights}


def gatys2015() -> Settings:
    """Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style", arXiv:1508.06576.

    Content ½Σ(F - P)² at conv4_2, style Σ(G - A)²/(4N²M²) at conv1_1 to conv5_1 with weights 1/5,
    α/β 1e-3, average pooling, white noise. By conv4_2 they mean the rectified map: their Caffe
    network rectifies in place. Silent: size (512 here), optimizer (L-BFGS in their code), steps
    (500, as in their later notebook).
    """
    return Settings(
        **SINGLE,
        style_layers=STYLE,
        **each_layer(*[1 / 5] * 5),
        content_weight=1e-3,
        content_scale="half",
        style_scale="quarter-mean",
        pooling="avg",
        init="noise",
        steps=(500,),
    )


def gatys2016() -> Settings:
    """Gatys, Ecker and Bethge, CVPR 2016, with the constants of Gatys's PyTorch notebook.

    Content: mean squared error at relu4_2, weight 1. Style: mean squared error of Gram/(HW) at
    relu1_1 to relu5_1, weights 1000/N². Max pooling, L-BFGS, 500 steps, from the content picture.
    There 512 is the short side, and a second run at 800 follows.
    """
    return Settings(
        **SINGLE,
        style_layers=STYLE,
        **each_layer(*(1000 / N**2 for N in (64, 128, 256, 512, 512))),
        content_weight=1.0,
        **MEAN,
        steps=(500,),
    )


def kunal2021() -> Settings:
    """Kunal, Jindal and Gautam, "Neural Style Transfer", project report, Chandigarh 2020-2021.

    Normalised VGG19, average pooling, white noise. Content ½Σ(F - P)² in one layer, style
    ½ Σ_l Σ(G - A)² with G = FᵀF as it stands. Silent: layers (those of Gatys et al. here), α and β
    (α 1; β such that the style leads at 512 pixels), optimizer, size, steps.
    """
    return Settings(
        **SINGLE,
        weights="normalized",
        style_layers=STYLE,
        **each_layer(*[1e-6] * 5),
        content_weight=1.0,
        content_scale="half",
        style_scale="half",
        gram_normalization="sum",
        pooling="avg",
        init="noise",
        steps=(500,),
    )


def patel2020() -> Settings:
    """Patel, Mohapatra, Bhatt and Gollamandala, "Neural Transfer", Harrisburg 2019-2020.

    500 x 500 pixels, RGBA to RGB, BGR minus the means. Content Σ(F - P)²/(4 n_H n_W n_C), style
    Σ(G - A)²/(4 n_C² (n_H n_W)²) with equal λ, total variation Σ(dx² + dy²)^β, SciPy's L-BFGS in
    10 epochs. Silent: layers (Gatys et al.'s here), α, β and the λ of total variation, its exponent
    (1.25, as in the Keras example that the report follows), evaluations an epoch (20, ditto), the
    initial picture.
    """
    return Settings(
        **SINGLE | {"tv_weight": 8.5e-5 * 255**2.5},
        size=500,
        square=True,
        upscale=True,
        style_layers=STYLE,
        **each_layer(*[0.002] * 5),
        content_weight=1.0,
        content_scale="quarter-mean",
        style_scale="quarter-mean",
        tv_beta=1.25,
        tv_scale="sum",
        optimizer="scipy-lbfgs",
        steps=(200,),
    )


def debashish2023() -> Settings:
    """Debashish, Samyak and Shreyash, "Style Transfer", course slides, 2023.

    Content ½Σ(F - P)², style Σ_l w_l Σ(G - A)²/(4N²M²), α/β 0.001 in the slide they end with.
    Silent: layers and w_l (those of Gatys et al. here), size, steps. Of the optimizers, poolings
    and initial pictures that they compare, those of Gatys et al. stand here; for the rest there is
    `jnst sweep`.
    """
    return Settings(
        **SINGLE,
        style_layers=STYLE,
        **each_layer(*[1 / 5] * 5),
        content_weight=1e-3,
        content_scale="half",
        style_scale="quarter-mean",
        steps=(300,),
    )


def khan2021() -> Settings:
    """Khan, Kumar, Kulkarni, Kamat and Kumar, "Image Style Transfer Using CNN", IJERT 10(6), 2021.

    Content at convolutions 2, 4 and 7, style at 2, 4, 10 and 13, counted along the network:
    conv1_2, conv2_2, conv3_3; conv1_2, conv2_2, conv4_2, conv5_1. The report calls both losses mean
    squared errors. Rectified maps here, as in the paper that it follows. Silent: α and β, what a
    Gram matrix is divided by (positions here), optimizer, size, initial picture, steps.
    """
    return Settings(
        **SINGLE,
        content_layers=("relu1_2", "relu2_2", "relu3_3"),
        style_layers=("relu1_2", "relu2_2", "relu4_2", "relu5_1"),
        **each_layer(*[1e-3] * 4),
        content_weight=1.0,
        **MEAN,
        steps=(300,),
    )


def deepa2023() -> Settings:
    """Deepa and four others, "Implementing Neural Style Transfer Using [...] VGG-19", 2023.

    400 pixels, content conv4_2, style conv1_1, conv2_1, conv3_1 with a weight each, mean squared
    errors of features and of Gram matrices, L-BFGS, result clipped to [0, 255]. Rectified maps:
    torchvision rectifies in place. Silent: the layers' weights (1 : 0.75 : 0.2 here, as in a course
    notebook with the same names), what a Gram matrix is divided by (positions here), α, β, steps.
    Departure: the report normalises pictures by ImageNet's mean and standard deviation, which fits
    torchvision's weights, not these.
    """
    return Settings(
        **SINGLE,
        size=400,
        content_layers=("relu4_2",),
        style_layers=("relu1_1", "relu2_1", "relu3_1"),
        **each_layer(0.1, 0.075, 0.02),
        content_weight=1.0,
        **MEAN,
        steps=(300,),
    )
