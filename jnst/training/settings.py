"""The settings of a training: their names, defaults, and meaning."""

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

from jnst.backbones.names import Backbone
from jnst.errors import InputError, check_at_least, check_at_most, check_choice
from jnst.methods.plain import make_plain
from jnst.transfer import settings as pixels

NetworkName = Literal[
    "johnson",
    "johnson-paper",
    "johnson-batch",
    "lengstrom",
    "mobilejohnson",
    "ulyanov",
    "ulyanov-pyramid",
    "multistyle",
    "multistyle-mobile",
    "stylebank",
    "adain",
    "ghiasi",
    "msgnet",
    "wct1",
    "wct2",
    "wct3",
    "wct4",
    "wct5",
]
"""Names of networks that can be trained."""
WITHOUT_STYLE = ("wct1", "wct2", "wct3", "wct4", "wct5")
"""Those that learn no style: `jnst.feedforward.trainable.AUTOENCODERS`."""
Decay = Literal["none", "cosine", "inverse"]
"""Names of ways in which the step size falls."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides a trained network, beside its pictures. The only source of defaults.

    The losses are those of `jnst.transfer.settings.Settings`, under the same names.
    """

    network: NetworkName = "johnson"
    """The network. Those up to ulyanov-pyramid learn one painting, up to stylebank any number, up
    to msgnet to paint like any painting; the decoders of wct learn to undo VGG19."""
    width: float = 1.0
    """What the channels of its layers are multiplied by."""
    steps: int = 40_000
    """How many times the parameters are moved."""
    batch: int = 4
    """Photographs in each step."""
    crop: int = 256
    """Side in pixels of the squares cut out of photographs, at random places; a multiple of 4, or
    of what the network halves more often."""
    photo_size: int | None = 256
    """Short side that photographs are resized to before; by default their own. None is below
    `crop`."""
    style_size: int | None = 256
    """Long side of the paintings, at most; by default their own. For a network that takes any
    painting, the short side, before a square of `crop` is cut out."""
    learning_rate: float = 1e-3
    """Step size of Adam."""
    decay: Decay = "none"
    """How the step size falls: like a cosine, to 0 at the last step; or by 1 + 5e-5 times the
    steps done."""
    learned: Literal["all", "norms", "bank"] = "all"
    """Which parameters are moved: all, or the norms' scales and shifts alone, or those of stylebank
    between encoder and decoder, as for a new style of a network that has others."""
    average: float = 0.0
    """Decay of the running average of the parameters that is kept instead of the last; 0 for
    none."""
    content_weight: float = 1.0
    """How much the content matters."""
    style_weight: float = 1.0
    """How much the style matters."""
    pixel_weight: float = 0.0
    """How much each pixel matters of what the picture is to be: the photograph, or what a teacher
    paints of it; for stylebank, of what it paints without a style."""
    tv_weight: float = 0.0
    """How much smoothness matters: the weight of total variation."""
    line_weight: float = 0.0
    """How much thin straight lines along rows and columns are held back."""
    content_layers: tuple[str, ...] | None = None
    """Layers whose features keep the content; by default what suits the loss network, or for a
    decoder the one that it decodes."""
    style_layers: tuple[str, ...] | None = None
    """Layers whose features carry the style; by default what suits the loss network."""
    style_layer_weights: tuple[float, ...] = ()
    """How much each style layer counts against the others; by default four times the next one."""
    content_loss: pixels.ContentLoss = "features"
    """What of the content is compared."""
    style_loss: pixels.StyleLoss = "wasserstein"
    """What of the style is compared."""
    content_scale: pixels.ContentScale = "relative-contraharmonic"
    """What the squared differences of features are multiplied by."""
    style_scale: pixels.StyleScale = "relative"
    """What the style's differences are multiplied by."""
    gram_normalization: pixels.GramNormalization = "positions"
    """What a Gram matrix is divided by."""
    tv: pixels.TotalVariation = "nine-point"
    """Which neighbours total variation compares, and how."""
    tv_scale: pixels.TotalVariationScale = "mean"
    """What total variation is multiplied by."""
    backbone: Backbone = "vgg19"
    """The loss network, whose features are compared. Only the weights of vgg19 come along."""
    pooling: pixels.Pooling = "max"
    """How the loss network halves its maps."""
    padding: pixels.Padding = "edge"
    """What its first convolution sees outside the picture."""
    weights: pixels.Weights = "trained"
    """What the loss network has learnt."""
    precision: pixels.Precision = "float32"
    """What the loss network computes in."""
    seed: int = 0
    """Decides the first parameters, the order of the photographs, where they are cut, and the noise
    that a network takes."""

    def __post_init__(self) -> None:
        """Take lists and arrays for tuples, and numbers of NumPy's."""
        make_plain(self)

    @property
    def losses(self) -> pixels.Settings:
        """The settings of an optimization of pixels by the same losses."""
        from jnst.feedforward import trainable  # here: settings alone need no JAX

        names = {field.name for field in dataclasses.fields(pixels.Settings)}
        ours = {field.name for field in dataclasses.fields(self)} - {"steps", "style_size"}
        chosen = {name: getattr(self, name) for name in names & ours}
        level = trainable.Design(self.network, self.width, ()).level
        if level and self.content_layers is None:
            chosen["content_layers"] = (f"relu{level}_1",)
        return pixels.Settings(**chosen, size=self.crop)


MOST = {"crop": 4096, "photo_size": 4096, "style_size": 4096, "batch": 1024, "steps": 10_000_000}
"""The most that these settings may be."""


def check_numbers(settings: Settings) -> None:
    """Raise an `InputError` that names the first setting whose value cannot be used by itself."""
    check_at_least("pixel_weight", settings.pixel_weight, 0)
    check_choice("decay", settings.decay, get_args(Decay))
    if not (settings.pixel_weight or settings.content_weight or settings.style_weight):
        raise InputError("content_weight, style_weight and pixel_weight are all 0")
    for name, most in MOST.items():
        number = getattr(settings, name)
        if number is None:
            continue
        if type(number) is not int:
            raise InputError(f"{name} must be a whole number, not {number!r}")
        check_at_most(name, check_at_least(name, number, 16 if most == 4096 else 1), most)
    check_at_most("average", check_at_least("average", settings.average, 0), 0.99999)
    if not settings.learning_rate > 0:
        raise InputError(f"learning_rate must be above 0, not {settings.learning_rate!r}")
