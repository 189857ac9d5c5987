"""Words for settings and for their values, wherever the page shows them."""

from typing import Any

from jnst.methods.keywords import documentation
from jnst.transfer.settings import Settings
from jnst.video.settings import VideoSettings

LABELS = {
    "method": "Way of painting",
    "strength": "Strength of the style",
    "style_number": "Styles by name",
    "size": "Size",
    "upscale": "Small photographs are enlarged",
    "square": "Squeezed into a square",
    "canvas": "Sides are multiples of",
    "margin": "Painted beyond the border",
    "style_size": "Size of the painting",
    "first_size": "First size",
    "size_ratio": "Growth from size to size",
    "steps": "Steps at each size",
    "content_weight": "Weight of the photograph",
    "balance_content": "Measure the photograph by the painting",
    "style_weight": "Weight of the painting",
    "tv_weight": "Smoothness",
    "line_weight": "Thin straight lines held back",
    "content_layers": "Layers that keep the photograph",
    "style_layers": "Layers that carry the style",
    "style_layer_weights": "Weights of these layers",
    "blend": "Weights of the paintings",
    "colour": "Colours",
    "init": "Begins with",
    "init_noise": "Noise added at the beginning",
    "optimizer": "Optimizer",
    "first_optimizer": "Optimizer at the first size",
    "learning_rate": "Step length",
    "history": "Steps remembered",
    "jitter": "Random shifts",
    "average": "Average of the pictures",
    "content_loss": "What is kept of the photograph",
    "style_loss": "What is taken from the painting",
    "content_scale": "Scale of the photograph's loss",
    "style_scale": "Scale of the painting's loss",
    "gram_normalization": "Gram matrices divided by",
    "tv": "Kind of smoothness",
    "tv_beta": "Exponent of smoothness",
    "tv_scale": "Scale of smoothness",
    "backbone": "Network",
    "pooling": "Maps are halved by",
    "rescale_pooling": "Halved maps are rescaled",
    "padding": "Seen beyond the border",
    "weights": "The network's weights",
    "normalize_gradients": "Gradients of layers made alike",
    "precision": "Precision",
    "seed": "Variation (seed)",
    "tile": "Tiles",
    "devices": "Devices",
    "engine": "Computed by",
    # Of films.
    "steady": "Frames are held together",
    "frame_steps": "Steps for each frame",
    "temporal_weight": "Weight of steadiness",
    "earlier": "Earlier frames looked at",
    "hold": "Kept of the frame before",
    "passes": "Passes",
    "flow": "Motion found by",
    "scene": "A new scene begins below",
}
"""What the page calls each setting."""
VALUES = {
    "quality": {"instant": "instant", "draft": "draft", "normal": "normal", "best": "best"},
    "method": {
        "pixels": "pixels, step by step",
        "ghiasi": "in one pass (Ghiasi's network)",
        "trained": "in one pass (a trained network)",
    },
    "colour": {
        "": "of the painting",
        "luminance": "of the photograph: only light and dark painted",
        "cholesky": "of the photograph (Cholesky)",
        "pca": "of the photograph (principal axes)",
        "monge-kantorovich": "of the photograph (Monge-Kantorovich)",
        "histogram": "of the photograph (histogram)",
    },
    "init": {
        "content": "the photograph",
        "style": "the painting",
        "grey": "grey",
        "noise": "noise",
        "style-statistics": "colours of the painting",
        "instant": "a picture in one pass",
    },
    "content_loss": {"features": "features", "self-similarity": "likeness from place to place"},
    "style_loss": {
        "wasserstein": "means and covariances",
        "gram": "Gram matrices",
        "moments": "means and deviations",
        "sliced": "distributions along random directions",
        "histogram": "distributions by channel",
        "patches": "patches",
        "remd": "features, matched (earth mover's cost)",
    },
    "optimizer": {
        "lbfgs": "L-BFGS",
        "adam": "Adam",
        "sgd": "gradient descent",
        "scipy-lbfgs": "L-BFGS of SciPy",
    },
    "tv": {
        "nine-point": "all eight neighbours",
        "squares": "squares of differences",
        "absolute": "absolute differences",
    },
    "pooling": {"max": "maximum", "avg": "average", "l2": "root mean square"},
    "padding": {"edge": "the border, repeated", "zeros": "zeros"},
    "engine": {"jax": "JAX", "byhand": "NumPy, derivatives by hand"},
    "tile": {"auto": "where memory is short", "off": "none"},
}
"""What the page calls values; others are shown as they are."""


def labels() -> dict[str, dict[str, Any]]:
    """Return for each setting what it is called, and what it means."""
    meanings = documentation(Settings) | documentation(VideoSettings)
    return {
        name: {"label": label, "meaning": meanings.get(name, "")} for name, label in LABELS.items()
    }
