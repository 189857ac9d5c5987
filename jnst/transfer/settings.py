"""The settings of a style transfer: their names, defaults, and meaning."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jnst.backbones.names import Backbone
from jnst.methods.plain import make_plain

if TYPE_CHECKING:
    import jnst.transfer.resolved

MethodName = Literal["pixels", "ghiasi", "multistyle", "adain", "wct", "microast", "trained"]
"""Names of ways to make the picture."""
Colour = Literal["luminance", "cholesky", "pca", "monge-kantorovich", "histogram"]
"""Names of ways to keep the colours of the content."""
Start = Literal["content", "style", "grey", "noise", "style-statistics", "instant"]
"""Names of pictures to start from."""
OptimizerName = Literal["lbfgs", "adam", "sgd", "scipy-lbfgs"]
"""Names of optimizers."""
EngineName = Literal["jax", "byhand"]
"""Names of engines."""

# Choices that trainings have as well.
ContentLoss = Literal["features", "self-similarity"]
"""Names of content losses."""
StyleLoss = Literal["wasserstein", "gram", "moments", "sliced", "histogram", "patches", "remd"]
"""Names of style losses."""
ContentScale = Literal[
    "relative-contraharmonic",
    "contraharmonic",
    "relative",
    "mean",
    "half",
    "quarter-mean",
    "columns",
]
"""Names of the scales of content losses."""
StyleScale = Literal[
    "relative",
    "mean",
    "half",
    "quarter-mean",
    "contraharmonic",
    "relative-contraharmonic",
    "sum",
]
"""Names of the scales of style losses."""
GramNormalization = Literal["positions", "positions-channels", "sum"]
"""Names of what Gram matrices are divided by."""
TotalVariation = Literal["nine-point", "squares", "absolute"]
"""Names of kinds of total variation."""
TotalVariationScale = Literal["mean", "sum", "half"]
"""Names of the scales of total variation."""
Pooling = Literal["max", "avg", "l2"]
"""Names of kinds of pooling."""
Padding = Literal["edge", "zeros"]
"""Names of what is seen outside a picture."""
Weights = Literal["trained", "normalized", "random"]
"""Names of kinds of weights."""
Precision = Literal["float32", "bfloat16"]
"""Names of precisions."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides the picture. The only source of defaults."""

    method: MethodName = "pixels"
    """How the picture is made: its `pixels` are optimized, or a network paints it in one pass, on
    which most other settings have no effect; `trained` is a network in a file, given in place of
    the painting."""
    strength: float | None = None
    """In one pass by ghiasi, adain, wct, microast, or a trained network that takes any painting:
    from 0, the photograph painted in its own style, which is not the photograph itself, to 1, all
    of the style; by default as published."""
    style_number: tuple[int | str, ...] = ()
    """In one pass: which of a network's own styles, by number, as multistyle's 0 to 25, or by name;
    several are blended."""
    size: int = 512
    """Long side of the result in pixels, at most."""
    upscale: bool = False
    """Enlarge a content picture that is smaller than `size`."""
    square: bool = False
    """First squeeze both pictures into squares of `size`, as some courses do."""
    canvas: int | None = None
    """Mirror the content at its borders until its sides are multiples of so many pixels, none above
    `size`, and cut that off in the end: pictures of many shapes then share compiled programs. By
    default a single picture is painted as it is, and those of a batch on an eighth of `size`."""
    margin: int | None = None
    """Paint this many pixels more beyond each border, over the content's mirror image, and cut them
    off in the end, for the outermost take on colours of their own. By default an 80th of the long
    side; in one pass 16."""
    style_size: int | None = None
    """Long side of the style picture, at most; by default that of the result. A larger number gives
    larger strokes."""
    first_size: int | None = 90
    """Long side to begin with, at least; the picture then grows to `size`. None begins there."""
    size_ratio: float = 2**0.5
    """Each size by the one before it."""
    steps: tuple[int, ...] = (300, 50, 24, 16, 10, 8)
    """Steps at the first size, at the second, and so on; the last number is for all further sizes.
    Each evaluates the loss and its gradient once."""
    content_weight: float = 0.0045
    """How much the content matters, α. More keeps the photograph, less lets the style take over."""
    balance_content: bool = True
    """Let the content count by how strong its features are: multiply α by their mean square over
    that of the style's. A soft painting then leaves faces as they are."""
    style_weight: float = 1.0
    """How much the style matters, β."""
    tv_weight: float = 0.05
    """How much smoothness matters: the weight of total variation."""
    line_weight: float = 0.3
    """How strongly thin straight lines along rows and columns are suppressed; 0 for not at all."""
    content_layers: tuple[str, ...] | None = None
    """Layers whose features keep the content; by default what suits the network, relu4_2 in VGG."""
    style_layers: tuple[str, ...] | None = None
    """Layers whose features carry the style; by default what suits the network, relu1_1 to relu5_1
    in VGG."""
    style_layer_weights: tuple[float, ...] = ()
    """How much each style layer counts against the others; by default four times the next one."""
    blend: tuple[float, ...] = ()
    """How much each of several styles counts against the others; by default all alike."""
    colour: Colour | None = None
    """Keep the colours of the content: only the luminance is painted, or the style picture is
    recoloured before; by default the colours are those of the style."""
    init: Start = "content"
    """The picture to start from; `instant` is one that a network paints in one pass."""
    init_noise: float = 0.0
    """Standard deviation of the noise that is added to that picture, whose values end at 1."""
    optimizer: OptimizerName = "lbfgs"
    """What moves the picture."""
    first_optimizer: OptimizerName | None = None
    """What moves it at the first of several sizes, at its own default step; by default Adam before
    L-BFGS, and else the same. In many steps at a small size both find the painting's large strokes;
    Adam, whose steps are alike for all pixels, left faces more as they were where it was tried."""
    learning_rate: float | None = None
    """Step size; by default the optimizer's own."""
    history: int = 20
    """How many steps `lbfgs` and `scipy-lbfgs` remember."""
    jitter: int = 0
    """Shift the picture at random before each step, by at most this many pixels, so that pooling
    does not compare the same pixels every time; 0 for not at all."""
    average: float = 0.0
    """Keep a running average of the pictures, with this decay, instead of the best picture; 0 for
    the best."""
    content_loss: ContentLoss = "features"
    """What is compared of the content: its features, or how alike they are from place to place."""
    style_loss: StyleLoss = "wasserstein"
    """What is compared of the style: `wasserstein`, means and covariances; `gram`, Gram matrices;
    `moments`, means and deviations; `sliced`, distributions along random directions; `histogram`,
    distributions by channel; `patches`; `remd`, a relaxed earth mover's distance."""
    content_scale: ContentScale = "relative-contraharmonic"
    """What the squared differences of features are multiplied by. `self-similarity` knows
    relative, mean and columns."""
    style_scale: StyleScale = "relative"
    """What the style's differences are multiplied by. All losses know the first two."""
    gram_normalization: GramNormalization = "positions"
    """What a Gram matrix is divided by."""
    tv: TotalVariation = "nine-point"
    """Which neighbours total variation compares, and how."""
    tv_beta: float = 1.0
    """The exponent of `tv squares`: 1 for squares, 0.5 for lengths."""
    tv_scale: TotalVariationScale = "mean"
    """What total variation is multiplied by."""
    backbone: Backbone = "vgg19"
    """The network. Only the weights of vgg19 come along."""
    pooling: Pooling = "max"
    """How the network halves its maps: max, as trained, avg, which paints more smoothly, or l2."""
    rescale_pooling: bool = False
    """Bring the activations behind `avg` and `l2` back to about the size they have with `max`."""
    padding: Padding = "edge"
    """What the first convolution sees outside the picture: its edge, or, as trained, zeros."""
    weights: Weights = "trained"
    """The network's weights: `trained`; `normalized`, with each filter then scaled to a mean
    activation of 1, as Gatys et al. did; or `random`, which have learnt nothing."""
    normalize_gradients: bool = False
    """Scale the gradient of each layer's loss to the size its weight says, as neural-style can."""
    precision: Precision = "float32"
    """What the network computes in. bfloat16 is for accelerators, which do it faster and in less
    memory; it is a little less exact. Picture, losses and optimizer stay as they are; so do the
    means and deviations of networks that paint in one pass."""
    seed: int = 0
    """Seed of all random numbers."""
    tile: int | Literal["auto", "off"] = "auto"
    """Compute in tiles of so many pixels a side: the same result but for rounding, in far less
    memory. When pixels are optimized, a tile holds at least what the deepest layer sees (176 for
    relu5_1), and the work about doubles. By default only where memory is too small."""
    devices: int = 1
    """How many devices share the work on one picture, each some of its rows; without tiles."""
    engine: EngineName = "jax"
    """What computes: JAX, or `byhand`, NumPy with every derivative derived by hand (slower)."""

    def __post_init__(self) -> None:
        """Take lists and arrays for tuples, and numbers of NumPy's."""
        make_plain(self)

    @property
    def resolved(self) -> "jnst.transfer.resolved.Resolved":
        """The values that follow from settings which `jnst.transfer.checks.check` let pass."""
        # Not before they are asked for: settings alone, as the command line has them, need no JAX.
        import numpy as np

        from jnst.backbones.tables import BACKBONES
        from jnst.losses.objective import PictureGoal
        from jnst.losses.registry import ObjectiveChoices
        from jnst.optimize.optimizers import OPTIMIZERS
        from jnst.transfer.resolved import Resolved

        network = BACKBONES[self.backbone]
        content = network.content if self.content_layers is None else self.content_layers
        style = network.style if self.style_layers is None else self.style_layers
        return Resolved(
            content_layers=content,
            style_layers=style,
            first_optimizer=self.first_optimizer
            or ("adam" if self.optimizer == "lbfgs" else self.optimizer),
            style_layer_weights=tuple(
                self.style_layer_weights or [0.25**i for i in range(len(style))]
            ),
            # SciPy's line search needs float64; everything else is quicker and as good in float32.
            dtype=np.float32 if self.optimizer in OPTIMIZERS else np.float64,
            objective=ObjectiveChoices(*(getattr(self, name) for name in ObjectiveChoices._fields)),
            picture_goals={
                "tv": PictureGoal(self.tv_weight),
                "lines": PictureGoal(self.line_weight),
            },
        )
