"""Paint the built-in style picture: an invented evening landscape in thick, flowing strokes.

The scene is *composed* first: ridges cut the canvas into sky, hills, a lake and a field, and each
part has a stream function (a sum of vortices for the sky, the distance below a ridge for the land,
a fan of furrows for the field).  The curl of the stream is the direction of the brush: it has no
divergence, so strokes swirl without ever crowding into a point.  Its level lines, banded, are the
lightness of the paint, so that light and dark run along with the strokes.

The strokes are then traced through that flow in layers, from broad to fine, each from far to near.
A stroke is a bundle of bristles, and every bristle a polyline with a shade, two ragged ends and a
thickness of its own.  The thickness is drawn into a height map, which is lit from the upper left at
the end as a relief of wet paint (impasto).  All lengths of strokes are in pixels of the result.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

OUTPUT = Path(__file__).resolve().parents[1] / "jnst" / "pictures" / "samples" / "style.jpg"
ASPECT = 0.8  # height over width
SUPERSAMPLE = 3  # Pillow's lines have hard edges: paint large, then reduce
MARGIN = 64  # strokes also start outside, so that the border is covered like the middle

# Two ramps of paint, dark to light, for each part of the scene: a cool one, then a warm one.
RAMPS = (
    "0d1440 17307a 1f57a8 2f8fb8 7fc4bd e3e6c4",  # sky
    "8f3b1f c8641f e39a2b f2c14e f8df95 fdf3cf",
    "141a4a 24347d 3a559f 4d86ad 86b9b4 c6d6b8",  # far hills
    "6a2a4a a8484a cf6f4a e59a5c f0c48a f6e2bd",
    "0b2149 124a7a 1f7d9a 55b0ae a5d5bf eef0d0",  # lake
    "7a3320 bd5a26 e58f34 f3b95a f9dc96 fdf2d2",
    "0a2636 0f4654 1a6d6d 3f9680 86b783 cfd59a",  # near hills
    "5c2a17 96481c c4741f dd9f35 ecc769 f7e7ad",
    "10204f 164a78 1d7486 45a08f 8fc39c dfe3b4",  # field
    "5e1c1c b23a1a de7220 eba033 f4c866 fbecb9",
)
# Vortices of the sky: centre x, y, radius (in picture widths) and strength; the sign is the sense.
VORTICES = (
    (0.76, 0.20, 0.110, 3.6),
    (0.36, 0.25, 0.085, -3.4),
    (0.53, 0.37, 0.055, 2.6),
    (0.10, 0.13, 0.060, 2.8),
    (0.97, 0.42, 0.050, -2.0),
)
# Lights: centre x, y, radius of the disc and reach of the glow.
LIGHTS = ((0.76, 0.20, 0.068, 0.10), (0.10, 0.13, 0.022, 0.045))
FURROWS = (0.60, 0.50)  # the point from which the furrows of the field spread
# Layers from under-painting to accents: width and length of a stroke, spacing of the starts.
BRUSHES = ((20, 120, 15), (13, 90, 11), (10, 70, 10), (7, 48, 12))


class Scene(NamedTuple):
    """What the brush needs to know at every pixel, the margin included."""

    flow: np.ndarray  # (H, W, 2) unit direction of the strokes, x then y
    part: np.ndarray  # (H, W) index into RAMPS, which is also the order of painting
    tone: np.ndarray  # (H, W) 0 dark to 1 light
    warmth: np.ndarray  # (H, W) chance that a stroke takes the warm ramp


def paint_table() -> np.ndarray:
    """Return the ramps, interpolated, as a table of colours."""
    stops = np.array([list(bytes.fromhex(ramp)) for ramp in RAMPS], float).reshape(-1, 2, 6, 3)
    at = np.linspace(0, 4.999, 256)  # (256,) position among the six stops
    low, mix = at.astype(int), (at % 1)[:, None]
    return stops[:, :, low] * (1 - mix) + stops[:, :, low + 1] * mix  # (parts, 2, 256, 3)


def smooth_noise(shape: tuple[int, int], scale: float, rng: np.random.Generator) -> np.ndarray:
    """Return noise of unit deviation whose features are about `scale` pixels wide."""
    noise = gaussian_filter(rng.standard_normal(shape), scale, mode="wrap")
    return (noise - noise.mean()) / noise.std()  # (H, W)


def compose(width: int, height: int, rng: np.random.Generator) -> Scene:
    """Cut the canvas into its parts and give each its stream."""
    y, x = np.mgrid[-MARGIN : height + MARGIN, -MARGIN : width + MARGIN] / width  # (H, W) each
    sky = 1.2 * y + 0.05 * np.sin(7 * x + 1) + 0.010 * smooth_noise(x.shape, width / 16, rng)
    for cx, cy, radius, strength in VORTICES:
        sky += strength * radius * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius**2))
    ridges = (
        0.475 + 0.035 * np.sin(9 * x + 0.5) + 0.02 * np.sin(21 * x + 2),
        0.535 + 0.003 * np.sin(23 * x),
        0.595 + 0.030 * np.sin(6.5 * x + 3.4) + 0.008 * np.sin(17 * x),
        0.67 + 0.030 * np.sin(5 * x + 0.4) + 0.006 * np.sin(19 * x + 1),
    )
    part = np.sum([y > ridge for ridge in ridges], axis=0)  # (H, W)
    ripple = 0.006 * smooth_noise(x.shape, width / 20, rng)
    fan = 0.22 * np.arctan2(x - FURROWS[0], y - FURROWS[1]) + 0.006 * np.sin(22 * y) + ripple
    streams = [sky, *(1.2 * (y - ridge) + ripple for ridge in ridges[:3]), fan]
    down, right = (np.choose(part, g) for g in zip(*map(np.gradient, streams), strict=True))
    flow = np.stack([down, -right], -1) / (np.hypot(down, right) + 1e-9)[..., None]  # the curl
    return Scene(flow, part, *shade(x, y, part, np.choose(part, streams), rng))


def shade(
    x: np.ndarray, y: np.ndarray, part: np.ndarray, stream: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return tone and warmth: bands along the stream, evening glow, mirrored light, the lights."""
    tone = np.choose(part, (0.42, 0.36, 0.46, 0.44, 0.46)) + 0.22 * np.sin(75 * stream + 2)
    tone += 0.10 * smooth_noise(x.shape, x.shape[1] / 29, rng)
    warmth = np.choose(part, (0.07, 0.28, 0.10, 0.50, 0.66))
    warmth += (part > 0) * 1.1 * (tone - 0.45)  # on the land lights are warm and shadows cool
    dusk = np.exp(-(((y - 0.46) / 0.05) ** 2)) * (part == 0)
    tone += 0.15 * dusk
    warmth += 0.4 * dusk
    mirror = np.exp(-(((x - LIGHTS[0][0]) / 0.09) ** 2)) * (part == 2)
    tone += 0.3 * mirror
    warmth = np.maximum(warmth, 0.8 * mirror)
    for cx, cy, radius, reach in LIGHTS:
        away = np.maximum(np.hypot(x - cx, y - cy) - radius, 0)  # 0 inside the disc
        glow = np.exp(-((away / reach) ** 2)) * (part == 0)
        rings = np.where(away == 0, 0.92, 0.66 - 0.22 * np.cos(10 * away / reach))
        tone += (rings - tone) * glow
        warmth = np.maximum(warmth, glow**0.7)
    return tone, warmth  # (H, W) each


def trace(scene: Scene, starts: np.ndarray, length: float, steps: int) -> np.ndarray:
    """Follow the flow from all starts at once, half of the length each way."""
    high, wide = scene.part.shape

    def walk(sign: float) -> list[np.ndarray]:
        point, path = starts, []
        for _ in range(steps):
            column, row = np.rint(point + MARGIN).astype(int).T
            here = scene.flow[np.clip(row, 0, high - 1), np.clip(column, 0, wide - 1)]
            point = point + sign * here * length / (2 * steps)
            path.append(point)
        return path

    return np.stack([*walk(-1)[::-1], starts, *walk(1)], 1)  # (strokes, 2 steps + 1, 2)


def bristles(paths: np.ndarray, width: float, hairs: int) -> np.ndarray:
    """Split every path into parallel hairs that draw together towards the ends."""
    along = np.gradient(paths, axis=1)
    along /= np.linalg.norm(along, axis=-1, keepdims=True) + 1e-9
    across = np.stack([-along[..., 1], along[..., 0]], -1)[:, None]  # (strokes, 1, points, 2)
    taper = np.sin(np.linspace(0.12, np.pi - 0.12, paths.shape[1])) ** 0.4  # (points,)
    offset = np.linspace(-0.5, 0.5, hairs)[:, None] * width * taper  # (hairs, points)
    return paths[:, None] + across * offset[..., None]  # (strokes, hairs, points, 2)


def load_brush(
    part: np.ndarray, warm: np.ndarray, tone: np.ndarray, hairs: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return colour and thickness of the paint on every hair of every stroke."""
    count, across = len(part), np.linspace(-1, 1, hairs)  # (hairs,)
    # A brush is loaded unevenly: tone drifts from one side to the other, and each hair differs.
    drift = rng.normal(0, 0.10, (count, 1)) * across
    shades = tone[:, None] + drift + rng.normal(0, 0.06, (count, hairs))  # (strokes, hairs)
    index = np.clip(shades * 255, 0, 255).astype(int)
    colour = paint_table()[part[:, None], warm[:, None], index]  # (strokes, hairs, 3)
    colour *= 1 + 0.055 * rng.standard_normal((count, 1, 3))  # no two mixes are alike
    relief = 120 + 70 * np.abs(across) ** 3  # paint is pushed to the sides
    relief = relief + rng.normal(0, 30, (count, 1)) + rng.normal(0, 28, (count, hairs))
    return np.clip(colour, 0, 255).astype(int), np.clip(relief, 0, 255).astype(int)


def paint_layer(
    scene: Scene,
    brush: tuple[int, int, int],
    colour_draw: ImageDraw.ImageDraw,
    relief_draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
) -> None:
    """Cover the whole canvas once with strokes of one size."""
    width, length, spacing = brush
    high, wide = scene.part.shape
    rows, columns = np.mgrid[0:high:spacing, 0:wide:spacing]
    starts = np.stack([columns.ravel(), rows.ravel()], 1)  # (strokes, 2), an even grid
    starts = starts + rng.uniform(-0.7, 0.7, starts.shape) * spacing
    column, row = np.clip(np.rint(starts).astype(int).T, 0, [[wide - 1], [high - 1]])
    order = np.lexsort((rng.random(len(starts)), scene.part[row, column]))  # far to near
    starts, row, column = starts[order] - MARGIN, row[order], column[order]
    count, hairs = len(starts), round(width * 1.1)
    warm = (rng.random(count) < scene.warmth[row, column]).astype(int)
    tone = scene.tone[row, column] + 0.10 * rng.standard_normal(count)
    colour, relief = load_brush(scene.part[row, column], warm, tone, hairs, rng)
    lines = bristles(trace(scene, starts, length, 8), width, hairs) * SUPERSAMPLE
    lines = np.rint(lines).astype(int)  # (strokes, hairs, points, 2)
    first = rng.integers(0, 3, (count, hairs))  # ragged ends show the layer below
    final = lines.shape[2] - rng.integers(0, 5, (count, hairs))
    thick = round(SUPERSAMPLE * width / hairs * 1.5)  # neighbours overlap, so strokes are solid
    for at in np.ndindex(count, hairs):
        line = lines[at][first[at] : final[at]].ravel().tolist()
        colour_draw.line(line, fill=tuple(colour[at].tolist()), width=thick)
        relief_draw.line(line, fill=int(relief[at]), width=thick)


def light(colour: Image.Image, relief: Image.Image) -> np.ndarray:
    """Shade the paint as a relief lit from the upper left."""
    height = np.asarray(gaussian_filter(np.asarray(relief, float) / 255, 0.35 * SUPERSAMPLE))
    down, right = np.gradient(height)
    # What rises towards the lower right faces the light.
    slope = np.asarray(SUPERSAMPLE * (down + 0.7 * right))[..., None]  # (H, W, 1)
    paint = np.asarray(colour, float) * (1 + 0.9 * np.clip(slope, -0.35, 0.35))
    paint += 70 * np.clip(slope - 0.12, 0, 0.4)  # the gloss of wet oil
    return np.clip(paint, 0, 255).astype(np.uint8)  # (H, W, 3)


def make_style(size: int = 640, seed: int = 8) -> Image.Image:
    """Return the painting with a long side of `size` pixels."""
    rng = np.random.default_rng(seed)
    width, height = size, round(size * ASPECT)
    scene = compose(width, height, rng)
    large = (width * SUPERSAMPLE, height * SUPERSAMPLE)
    colour, relief = Image.new("RGB", large, "#1f4a80"), Image.new("L", large, 100)
    for brush in BRUSHES:
        paint_layer(scene, brush, ImageDraw.Draw(colour), ImageDraw.Draw(relief), rng)
    return Image.fromarray(light(colour, relief)).resize((width, height), Image.Resampling.LANCZOS)


def main() -> None:
    """Read the command line and write the picture."""
    parser = argparse.ArgumentParser(description="Paint the built-in style picture.")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--size", type=int, default=640, help="long side in pixels")
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    make_style(options.size, options.seed).save(options.output, quality=90, subsampling=0)


if __name__ == "__main__":
    main()
