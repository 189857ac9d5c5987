"""Networks that jnst trained, as the projects that published their architectures load them."""

from pathlib import Path

from jnst.errors import InputError
from jnst.feedforward import parameters, trainable
from jnst.feedforward.networks import adain, johnson, mobilejohnson
from jnst.system import disk
from jnst.weights import trained
from jnst.weights.formats import torchsave
from jnst.weights.onepass import located

NAMES = {
    "johnson": johnson.tensor,
    "mobilejohnson": mobilejohnson.tensor,
    "adain": adain.tensor_in_torch,
}
"""By network, the name of a parameter in state dicts of its project: pytorch/examples,
mmalotin/pytorch-fast-neural-style-mobilenetV2, and naoto0804/pytorch-AdaIN."""
SUFFIXES = (".pth", ".model")
"""Suffixes of files for torch."""


def check(source: Path, output: Path) -> None:
    """Raise an `InputError` where the names of files will not do."""
    disk.check_suffix(source, (trained.SUFFIX,))
    disk.check_writable(output, SUFFIXES)


def export(source: Path, output: Path) -> None:
    """Write a network of jnst's as a state dict of torch.

    Args:
        source: the network, `.jnst`.
        output: the state dict, `.pth` or `.model`.

    Raises:
        InputError: for files that cannot be read or written, and for a network whose project does
            not use torch.

    """
    source = located(source)
    check(source, output)
    found = trained.read(source)
    design = found.design
    if design.network not in NAMES:
        raise InputError(
            f"{source} is of network {design.network}, which has no state dict of torch; those "
            f"that have are {', '.join(NAMES)}"
        )
    table = trainable.network(design).table
    tensors = parameters.publish(table, found.params, NAMES[design.network])
    if design.network == "adain":  # published in a file of its own, as is the encoder
        part = adain.DECODER
        tensors = {k.removeprefix(part): a for k, a in tensors.items() if k.startswith(part)}
    disk.write_bytes(output, torchsave.packed(tensors))
