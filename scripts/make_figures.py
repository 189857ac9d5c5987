"""Make the figures of README and manual: what jnst does, on free pictures.

    python scripts/make_figures.py [--out FOLDER] [--size 200] [--only blend mask]

Photographs and the second style (a stained tissue) come with scikit-image; the painting is ours.
The strip at the top of the README has another one, "The Starry Night", in the public domain:

    python scripts/make_figures.py --only strip --size 320 --painting starry_night.jpg
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import skimage.data

import jnst
from jnst.arrays import AnyPicture
from jnst.backbones.tables import BACKBONES
from jnst.display.sheet import contact_sheet
from jnst.dreams import dream as dreams
from jnst.dreams.settings import DreamSettings
from jnst.dreams.visualize import VisualizeSettings, open_for, visualize
from jnst.experiments import reconstruct
from jnst.pictures import files, resizing, samples
from jnst.system import disk
from jnst.transfer.settings import Settings
from jnst.weights import onepass, store, trained

OUT = Path(__file__).parent / "figures"
Row = list[tuple[str, AnyPicture]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Paint the figures that are asked for, and write each as soon as it is there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--steps", type=int, nargs="+", default=(300, 50, 24))
    parser.add_argument("--painting", type=Path, default=samples.STYLE, help="for the strip")
    names = ("strip", *FIGURES)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    options = parser.parse_args(arguments)
    common = {"size": options.size, "steps": tuple(options.steps)}
    for name in options.only:
        if name == "strip":
            sheet = strip(options.painting, options.size)
        else:
            sheet = contact_sheet(FIGURES[name](common))
        files.write(disk.make_folder(options.out) / f"{name}.jpg", sheet)
        print(f"{name}.jpg", flush=True)


def painted(common: dict, *styles: files.Source, **options) -> AnyPicture:
    """Paint the sample photograph, in the sample style where no other is given."""
    return files.read(jnst.stylize(samples.content(), styles or samples.STYLE, **common | options))


def strip(painting: files.Source, size: int) -> AnyPicture:
    """Show a photograph, plus a painting, and the result of the default settings, in one row."""
    photograph = samples.content()
    result = files.read(jnst.stylize(photograph, painting, size=size))
    height = result.shape[1]
    shown = [files.read(photograph), files.read(painting), result]
    return in_a_row([to_height(picture, height) for picture in shown])


def to_height(picture: AnyPicture, height: int) -> AnyPicture:
    """Resize a picture to a height."""
    _, h, w, _ = picture.shape
    return resizing.resize(picture, height, round(w * height / h))


def in_a_row(pictures: Sequence[AnyPicture], *, gap: int = 36, thick: int = 4) -> AnyPicture:
    """Put three pictures of one height side by side on white, with a plus and an equals sign."""
    height, widths = pictures[0].shape[1], [picture.shape[2] for picture in pictures]
    sheet = np.ones((1, height, sum(widths) + 2 * gap, 3), np.float32)
    middle, arm, left = height // 2, gap // 3, 0
    for i, picture in enumerate(pictures):
        sheet[:, :, left : left + widths[i]] = picture
        left += widths[i] + gap
        x = left - gap // 2
        if i == 0:
            sheet[:, middle - arm : middle + arm, x - thick // 2 : x + thick // 2] = 0.25
            sheet[:, middle - thick // 2 : middle + thick // 2, x - arm : x + arm] = 0.25
        if i == 1:
            for y in (middle - 2 * thick, middle + thick):
                sheet[:, y : y + thick, x - arm : x + arm] = 0.25
    return sheet


def gallery(common: dict) -> list[Row]:
    """Show three photographs, each in two styles."""
    photographs = [skimage.data.astronaut(), skimage.data.coffee(), skimage.data.rocket()]
    tissue = skimage.data.immunohistochemistry()
    styles = {"the painting": samples.STYLE, "a stained tissue": tissue}
    return [
        [
            ("", resizing.fit(files.read(photograph), common["size"])),
            *(
                (name, files.read(jnst.stylize(photograph, style, **common)))
                for name, style in styles.items()
            ),
        ]
        for photograph in photographs
    ]


def masters(common: dict) -> list[Row]:
    """Show the eight styles of the network of our own that comes along."""
    names = trained.read(onepass.located(Path("masters.jnst"))).design.styles
    photograph, size = skimage.data.astronaut(), common["size"]
    found = [
        (name, files.read(jnst.stylize(photograph, "masters.jnst", size=size, style_number=name)))
        for name in names
    ]
    return [found[:4], found[4:]]


def ratio(common: dict) -> list[Row]:
    """Show α/β from the photograph nearly as it was to hardly any of it."""
    weights = (0.1, 0.02, 0.0045, 0.001, 0.0)
    return [[(f"content weight {w:g}", painted(common, content_weight=w)) for w in weights]]


def layers(common: dict) -> list[Row]:
    """Show what single layers know of the content, and the first k layers of the style."""
    found = [
        (
            cell.label,
            painted(
                common,
                content_layers=cell.settings.content_layers,
                style_layers=cell.settings.style_layers,
                style_layer_weights=cell.settings.style_layer_weights,
                init="noise",
            ),
        )
        for cell in reconstruct.cells(Settings())
    ]
    return [found[:5], found[5:]]


def init(common: dict) -> list[Row]:
    """Show that the initial picture decides which parts become light and dark."""
    kinds = ("content", "style", "grey", "noise", "style-statistics")
    return [[(f"init {kind}", painted(common, init=kind)) for kind in kinds]]


def colour(common: dict) -> list[Row]:
    """Show the ways to keep the content's colours."""
    kinds = ("luminance", "cholesky", "pca", "monge-kantorovich", "histogram")
    return [[(f"colour {kind}", painted(common, colour=kind)) for kind in kinds]]


def blend(common: dict) -> list[Row]:
    """Show two styles, blended in several proportions."""
    styles = [samples.STYLE, skimage.data.immunohistochemistry()]
    shares = ((1.0, 0.0), (0.75, 0.25), (0.5, 0.5), (0.25, 0.75), (0.0, 1.0))
    return [[(f"blend {a:g} {b:g}", painted(common, *styles, blend=(a, b))) for a, b in shares]]


def mask(common: dict) -> list[Row]:
    """Show two styles, each in its region."""
    height, width = samples.content().shape[:2]
    y, x = np.mgrid[:height, :width] / [[[height]], [[width]]]
    inside = (((x - 0.47) / 0.32) ** 2 + ((y - 0.5) / 0.45) ** 2 < 1).astype(np.float32)
    styles = [samples.STYLE, skimage.data.immunohistochemistry()]
    masks = [inside, 1 - inside]
    shown = [
        (f"mask {k}", resizing.fit(files.read(area), common["size"]))
        for k, area in enumerate(masks, start=1)
    ]
    return [[*shown, ("a style in each", painted(common, *styles, masks=masks))]]


def networks(common: dict) -> list[Row]:
    """Show one picture from each network whose weights are there."""
    names = [name for name in BACKBONES if store.find(name)]
    return [[(name, painted(common, backbone=name)) for name in names]]


def dream(common: dict) -> list[Row]:
    """Show what VGG19 sees in the photograph, early and late, and what single channels look for."""
    photograph, size = files.read(samples.content()), common["size"]
    steps = min(10, *common["steps"])
    found = []
    for layers in (("relu3_1",), ()):
        settings = DreamSettings(
            size=2 * size, backbone="vgg19", layers=layers, octaves=3, steps=steps
        )
        *_, last = dreams.dream(photograph, settings, dreams.load(settings))
        found.append((f"dream, {' '.join(layers) or 'relu4_4 relu5_1'}", last.image))
    looking = VisualizeSettings(
        backbone="vgg19", layer="relu4_2", channel=(10, 20, 30), size=size, steps=10 * steps
    )
    network, channels = open_for(looking), []
    for channel in looking.channel:
        *_, last = visualize(network, looking, channel)
        channels.append((f"relu4_2, channel {channel}", last.image))
    return [found, channels]


FIGURES: dict[str, Callable[[dict], list[Row]]] = {
    "gallery": gallery,
    "masters": masters,
    "ratio": ratio,
    "layers": layers,
    "init": init,
    "colour": colour,
    "blend": blend,
    "mask": mask,
    "networks": networks,
    "dream": dream,
}


if __name__ == "__main__":
    main()
