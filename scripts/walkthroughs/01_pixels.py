# %% [markdown]
# # 1. Pictures are numbers
#
# To a program a picture is a box of numbers, and a network that was trained on one kind of numbers
# goes wrong on another, without an error message. This lesson opens the box, shows what the numbers
# mean and what they do not mean, and turns them into the ones that VGG19 was trained on. Then it
# measures what happens if that last step is done wrongly.
#
# **Before you start.** You should know a little Python and NumPy: arrays, shapes, slices such as
# `x[:, ::2]`. For the section on the derivative, the chain rule.

# %%
import tempfile
from pathlib import Path

import jax
import lesson
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from jnst.backbones import nn, vgg
from jnst.byhand.backbones import vgg as byhand_vgg
from jnst.pictures import files, resizing, samples
from jnst.weights import store

options = lesson.options("Pictures are numbers", size=(256, 64))
rng = np.random.default_rng(0)

# %% [markdown]
# ## A box of numbers
#
# A picture of height $h$ and width $w$ is an array of shape $(1, h, w, 3)$. One of its numbers is
# $x_{pqc}$, in the program `x[0, p, q, c]`:
#
# - $p$ is the row, counted from the *top*;
# - $q$ is the column, counted from the left. Row before column, as in a matrix, and therefore *not*
#   $(x, y)$ as in a coordinate system;
# - $c$ is the channel: 0 for red, 1 for green, 2 for blue;
# - the 0 in front picks one picture out of a stack. Networks work on stacks; ours always holds one.
#
# Each number lies between 0 (none of this colour) and 1 (as much as the screen can give).

# %%
x = resizing.fit(files.read(samples.content()), options.size)  # (1, h, w, 3)
_, h, w, _ = x.shape
print(f"shape {x.shape}, type {x.dtype}, values from {x.min():.3f} to {x.max():.3f}")

p, q = round(0.77 * h), round(0.53 * w)  # the edge of the cat's nose
red, green, blue = x[0, p, q]
print(f"row {p}, column {q}: red {red:.3f}, green {green:.3f}, blue {blue:.3f}")
print(f"the whole picture: {x.size} numbers")

# %% [markdown]
# Close up, a picture is a table. Here is its red channel around that pixel:

# %%
top, left = p - 4, q - 4
near = x[0, top : top + 8, left : left + 8]  # (8, 8, 3)
figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), width_ratios=(1.5, 1, 1), layout="constrained")
axes[0].imshow(x[0])
axes[0].add_patch(Rectangle((left - 0.5, top - 0.5), 8, 8, fill=False, color="white", linewidth=2))
axes[0].set(title="the picture", xlabel="column q", ylabel="row p")
axes[1].imshow(near)
axes[1].set_title("the square, enlarged")
axes[2].imshow(near[..., 0], cmap="Reds_r", vmin=0, vmax=1)
axes[2].set_title("its red, in hundredths")
for i, j in np.ndindex(8, 8):
    ink = "white" if near[i, j, 0] < 0.6 else "black"
    axes[2].text(j, i, f"{100 * near[i, j, 0]:.0f}", ha="center", va="center", color=ink)
for ax in axes[1:]:
    ax.set_xticks([0, 4, 7], [left, q, left + 7])
    ax.set_yticks([0, 4, 7], [top, p, top + 7])
lesson.show(
    "01-close-up",
    "A cat with a white square on its nose; the square enlarged to 8 by 8 pixels; "
    "the same square as a table of 64 red values.",
)

# %% [markdown]
# And here are the three channels as three pictures. Each is the box with the other two channels set
# to 0. Adding the three boxes gives the picture back.

# %% tags=["thumbnail"]
parts = {}
for c, name in enumerate(["red", "green", "blue"]):
    parts[name] = np.zeros_like(x)
    parts[name][..., c] = x[..., c]
sum_error = np.abs(sum(parts.values()) - x).max()
lesson.pictures(
    {"all three": x, **{f"{name} alone": part for name, part in parts.items()}}, columns=2
)
lesson.show(
    "01-channels",
    "A photograph of a cat, and its red, green and blue channels, each in its own colour.",
)
means = x.mean(axis=(0, 1, 2))
print(f"red + green + blue - picture: at most {sum_error}")
print(f"means: red {means[0]:.2f}, green {means[1]:.2f}, blue {means[2]:.2f}")

# %% [markdown]
# **Notice:** no channel is "the colour". White fur is bright in all three, and the dark pupils are
# dark in all three. Colour is the *difference* between channels: red has the highest mean, blue the
# lowest, and that is what makes the fur brown.
#
# ## Eight bits, or floats
#
# Files and screens use whole numbers from 0 to 255, one byte for each $x_{pqc}$:
#
# $$ n_{pqc} = \operatorname{round}(255 \, x_{pqc}), \qquad x_{pqc} \approx n_{pqc} / 255 . $$
#
# The eye hardly sees steps of $1/255$. But an optimizer changes a picture in many steps, and they
# may be smaller than that. Let us make one pixel brighter by 0.001, a hundred times, and round to 8
# bits after each step or not at all.


# %%
def to_8_bits(x):
    return np.rint(255 * x) / 255


as_float = as_8_bits = before = 128 / 255
for _ in range(100):
    as_float = as_float + 0.001
    as_8_bits = to_8_bits(as_8_bits + 0.001)
print(f"in floats: from {before:.3f} to {as_float:.3f}; in 8 bits: to {as_8_bits:.3f}")

# %% [markdown]
# Rounding undoes each step before the next one comes. So we compute in floats (float32, about seven
# decimal digits), and round once, when the picture is written.
#
# ## From a file and back
#
# `files.read` makes the box, from a path or from an array, and `files.write` puts it into a file. A
# file holds more than numbers: `read` turns the picture the way the camera was held (an entry in
# the EXIF data), converts other colour profiles to sRGB, and lays transparent parts over white.

# %%
lost_in_file = {}
with tempfile.TemporaryDirectory() as folder:
    for suffix in (".png", ".jpg"):
        path = Path(folder) / f"cat{suffix}"
        files.write(path, x)
        again = files.read(path)
        lost_in_file[suffix] = np.abs(again - x).max() * 255
        size = path.stat().st_size
        print(f"{suffix}: {size} bytes, off by at most {lost_in_file[suffix]:.2f}/255")

# %% [markdown]
# PNG gives back what was written, rounded to 8 bits: the error is at most half a step. JPEG throws
# away what it believes no one sees, and a single value may be off by much more. Keep results as
# PNG.
#
# An array may hold whole numbers of 8 bits, or floats in $[0, 1]$; both give the same box. Floats
# up to 255 are refused, because nobody can tell whether they are meant:

# %%
bytes_in = samples.content()  # uint8, (h, w, 3)
both_ways = np.abs(files.read(bytes_in) - files.read(bytes_in / 255)).max()
print(f"read as bytes or as floats: differ by at most {both_ways}")
try:
    files.read(x * 255)
    refused = False
except ValueError as error:
    refused = True
    print(error)

# %% [markdown]
# ## The numbers are not light
#
# A pixel of 0.5 does not send out half the light of a pixel of 1. Screens follow a curve called
# *sRGB*, close to $x^{2.2}$, which spends more of the 256 steps on dark tones, where the eye is
# more sensitive. With $x$ the number in the file and $\ell$ the light (IEC 61966-2-1):
#
# $$ \ell(x) = \begin{cases} x / 12.92 & x \le 0.04045 \\
#    \left( \dfrac{x + 0.055}{1.055} \right)^{2.4} & \text{otherwise.} \end{cases} $$


# %%
def light(x):
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def encode(amount):
    """The inverse of `light`: from an amount of light to the number in the file."""
    return np.where(amount <= 0.04045 / 12.92, 12.92 * amount, 1.055 * amount ** (1 / 2.4) - 0.055)


inverse_error = np.abs(encode(light(x)) - x).max()
half_light = float(light(np.array(0.5)))
print(f"0.5 in a file is {half_light:.0%} of the light; half the light is {encode(0.5):.3f}")

# %% [markdown]
# It matters wherever pixels are averaged. Two lamps, one red and one green, shining on the same
# wall add up *light*. Averaging the numbers instead gives a mixture that is too dark:

# %%
ends = {"red to green": ((1, 0, 0), (0, 1, 0)), "magenta to green": ((1, 0, 1), (0, 0.8, 0))}
t = np.linspace(0, 1, 256)[:, None]  # how much of the second colour
figure, axes = plt.subplots(4, 1, figsize=(9, 3.6), layout="constrained")
share_of_light = {}  # in the middle, of what it should be
for k, (name, (first, second)) in enumerate(ends.items()):
    first, second = np.array(first, float), np.array(second, float)
    of_numbers = (1 - t) * first + t * second
    of_light = encode((1 - t) * light(first) + t * light(second))
    share_of_light[name] = light(of_numbers[128]).sum() / light(of_light[128]).sum()
    for ax, mixture, kind in (
        (axes[2 * k], of_numbers, "numbers"),
        (axes[2 * k + 1], of_light, "light"),
    ):
        ax.imshow(mixture[None], aspect="auto")
        ax.set_title(f"{name}, mixing {kind}", fontsize=11, loc="left")
        ax.axis("off")
lesson.show(
    "01-light",
    "Two blends of colours, each mixed twice: as numbers, dark in the middle, and as light.",
)
for name, share in share_of_light.items():
    print(f"{name}: mixing numbers leaves {share:.0%} of the light in the middle")

# %% [markdown]
# **Notice:** the muddy middle of the upper strip of each pair. In photographs the two ways differ
# much less, because neighbouring pixels are nearly equal:


# %%
def shrink_by_4(x):
    """Average each square of 4 by 4 pixels."""
    x = x[:, : h // 4 * 4, : w // 4 * 4]
    return x.reshape(1, h // 4, 4, w // 4, 4, 3).mean(axis=(2, 4))


in_numbers, in_light = shrink_by_4(x), encode(shrink_by_4(light(x)))
darker = (in_light - in_numbers).mean()
print(f"the photograph at a quarter of its size is darker by {255 * darker:.1f}/255 on average")
print(f"share of values that are darker, or equal: {(in_numbers <= in_light + 1e-6).mean():.0%}")

# %% [markdown]
# We leave the numbers encoded, here and in all lessons. The network was trained on encoded numbers,
# straight from JPEG files, and not on light. (Why averages of numbers are
# *never* brighter than averages of light is exercise 3.)
#
# ## Another size
#
# Style transfer works on pictures of modest size, so photographs have to be shrunk. The obvious
# way, to keep every fourth pixel of every fourth row, is wrong. It skips three quarters of each
# row, and a pattern with a period of less than two skips comes out as another pattern, one that was
# never there. This is called *aliasing*. The cure is to average over the skipped pixels first;
# `resizing.resize` does both in one step (Lanczos' filter). A test picture of rings that get finer
# outwards shows it best.

# %%
side, step = 256, 4
rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
radius = np.hypot(rows, columns)
rings = 0.5 + 0.5 * np.cos(np.pi * radius**2 / (2 * side))  # period 2 side / radius pixels
rings = files.read(rings)  # grey to (1, h, w, 3)

strided = rings[:, ::step, ::step]
antialiased = resizing.resize(rings, side // step, side // step)
lesson.pictures(
    {
        f"{side} x {side} pixels": rings,
        f"every {step}th pixel: false rings": strided,
        "resizing.resize: grey where too fine": antialiased,
    },
    columns=3,
)
lesson.show(
    "01-aliasing",
    "Rings that get finer outwards; every fourth pixel of them, with false rings all around; "
    "and shrunk by averaging first, grey where the rings are too fine.",
)

# %% [markdown]
# **Notice:** at distance $r$ from the middle the rings repeat every $2 \cdot 256 / r$ pixels. A
# grid of every fourth pixel can show periods of 8 pixels or more, so the true rings end at
# $r = 64$, a quarter of the width (on the diagonals somewhat later). All rings beyond are false.
# How much contrast is left out there?

# %%
outside = (radius > 96)[::step, ::step]  # well beyond the last ring that the small grid can show
contrast = {
    "every fourth pixel": strided[0][outside].std(),
    "resizing.resize": antialiased[0][outside].std(),
}
for name, value in contrast.items():
    print(f"contrast of the too fine rings, {name}: {value:.3f}")

# %% [markdown]
# `resizing.fit(x, 512)` is the same, with the long side given and the proportions kept. It never
# enlarges, unless asked.
#
# ## What VGG19 wants
#
# VGG19 was trained with a program based on Caffe, which reads pictures with OpenCV: in the order
# blue, green, red, BGR for short, with values from 0 to 255. The authors' notes on the weights
# (K. Simonyan, "VGG_ILSVRC_19_layers", Caffe Model Zoo) add that the "input images should be
# zero-centered by mean pixel", and give the mean as 103.939, 116.779, 123.68 in BGR. That is the
# average colour of the training pictures, which came from the ImageNet collection. So the network's
# input $y$ is made from our $x$ by
#
# $$ y_{pqc} = 255 \, x_{p,\,q,\,2-c} - m_c , \qquad m = (103.939,\; 116.779,\; 123.68) . $$
#
# The index $2 - c$ turns the order of the three channels round.


# %%
def preprocess(x, m):
    return 255 * x[..., ::-1] - m


params = store.load("vgg19")
m = np.asarray(params["input"]["mean"])  # (1, 1, 1, 3)
y = preprocess(x, m)
same_as_library = np.abs(y - vgg.preprocess(x, m)).max()
print("m =", m.ravel())
print(f"y goes from {y.min():.1f} to {y.max():.1f}, its mean is {y.mean():.1f}")
print(f"this lesson against vgg.preprocess: {same_as_library}")

mean_colour = np.broadcast_to(m[..., ::-1] / 255, x.shape)
largest_for_mean_colour = np.abs(preprocess(mean_colour, m)).max()
print(f"largest y for a picture of the mean colour: {largest_for_mean_colour:.1e}")
lesson.pictures(
    {
        "x, shown as RGB": x,
        "the same numbers shown as BGR": x[..., ::-1],
        "mean colour": mean_colour,
    },
    columns=3,
)
lesson.show(
    "01-bgr",
    "The photograph; the same with red and blue swapped, so that the cat is blue; "
    "and the mean colour of ImageNet, a brownish grey.",
)

# %% [markdown]
# **Notice:** the grey on the right becomes $y = 0$: it is what the network was trained to see as
# the average. The network also pads pictures with zeros at the border (lesson 2), so to VGG19 the
# world outside the frame has this colour. (The program's default repeats the picture's edge there
# instead; lesson 10 measures the difference.)
#
# ## What if one gets it wrong?
#
# Nothing crashes. Any box of the right shape goes through, and features come out. Here are four
# faults that are easily made. The last one is the classic: the formula is right, but for other
# weights.


# %%
def torchvision(x):
    """What the weights that come with PyTorch's torchvision were trained on. Ours were not."""
    return (x - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])


faults = {
    "RGB instead of BGR": 255 * x - m[..., ::-1],
    "no mean subtracted": 255 * x[..., ::-1],
    "not times 255": x[..., ::-1] - m,
    "torchvision's formula": torchvision(x).astype(np.float32),
}
for name, wrong_y in {"done right": y, **faults}.items():
    print(f"{name:22} from {wrong_y.min():7.1f} to {wrong_y.max():7.1f}")

# %% [markdown]
# A useful thought: a wrong $y$ is the right $y$ of a *wrong picture*. We solve
# $y = 255 \cdot \text{reversed}(x') - m$ for $x'$ and look at the picture that the network believes
# it is shown:


# %%
def believed(y):
    return (y + m)[..., ::-1] / 255


seen = {name: believed(y) for name, y in faults.items()}
exaggerated = mean_colour + 50 * (seen["torchvision's formula"] - mean_colour)
lesson.pictures(
    {
        "done right": x,
        **{name: picture.clip(0, 1) for name, picture in seen.items()},
        "the last one, 50 times the contrast": exaggerated.clip(0, 1),
    },
    columns=3,
)
lesson.show(
    "01-believed",
    "What the network believes to see: done right, the cat; with the four faults, a blue cat, a "
    "cat too bright, a black picture and a grey one, which holds a faint blue cat.",
)

# %% [markdown]
# **Notice:** two of the faults leave a picture that we still recognize. Without the factor 255 all
# is black, nearly the same black everywhere. Torchvision's formula leaves grey: it gives values of
# a few units where this network expects around a hundred. Only with 50 times the contrast do we
# find the cat, and see that red and blue are swapped, too.
#
# How wrong are the *features*, the numbers that the layers of the network make of their input? We
# look at the first layer, `relu1_1`, and at a deep one, `relu4_2` (lesson 2 opens them). Let $F$ be
# the features of one layer done right, and $F'$ with a fault. We measure
#
# $$ d = \frac{\lVert F' - F \rVert}{\lVert F \rVert} \qquad\text{and}\qquad
#    d_0 = \min_{s} \frac{\lVert s F' - F \rVert}{\lVert F \rVert} . $$
#
# $d$ is the relative distance. $d_0$ is what remains of it after the best overall factor $s$: it
# does not count that all features are too large or too small. The minimum has a formula: the best
# $s$ is $\langle F', F \rangle / \lVert F' \rVert^2$. For comparison we take the features of
# another picture, the built-in painting.


# %%
def distances(F_, F):
    d = np.linalg.norm(F_ - F) / np.linalg.norm(F)
    s = np.sum(F_ * F) / np.sum(F_ * F_)
    return d, np.linalg.norm(s * F_ - F) / np.linalg.norm(F)


def features_of(picture):
    maps = vgg.features(params, picture, layers)
    return {layer: np.asarray(maps[layer], np.float64) for layer in layers}


layers = ["relu1_1", "relu4_2"]
right = features_of(x)
painting = resizing.cover(files.read(samples.STYLE), h, w)
seen["another picture"] = painting
wrong = {}  # by name and layer: (d, d_0)
print(f"{'':24}{'relu1_1':^16}{'relu4_2':^16}")
print(f"{'':24}{'d':>7}{'d_0':>7}{'d':>9}{'d_0':>7}")
for name, picture in seen.items():
    found = features_of(picture)
    wrong[name] = {layer: distances(found[layer], right[layer]) for layer in layers}
    (d1, r1), (d4, r4) = wrong[name].values()
    print(f"{name:24}{d1:7.2f}{r1:7.2f}{d4:9.2f}{r4:7.2f}")

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
places = np.arange(len(wrong))
for ax, k, title in zip(axes, (0, 1), ("$d$", "$d_0$: after the best factor"), strict=True):
    for shift, layer, colour in ((-0.2, "relu1_1", "tab:blue"), (0.2, "relu4_2", "tab:orange")):
        values = [wrong[name][layer][k] for name in wrong]
        ax.barh(places + shift, values, 0.4, label=layer, color=colour)
    ax.set(title=title, yticks=places, yticklabels=list(wrong), xlabel="relative distance")
    ax.grid(axis="x", alpha=0.3)
axes[0].invert_yaxis()
axes[0].legend()
lesson.show(
    "01-faults",
    "Bars: relative distance of the features from the right ones, in relu1_1 and relu4_2, for four "
    "faults and for another picture, before and after the best overall factor.",
)

# %% [markdown]
# **Notice:**
#
# - In `relu1_1` each fault does great damage. `relu4_2` gets over some of it: swapped colours, or a
#   forgotten mean, change it by about half.
# - Without the factor 255, $d_0$ is as large as for another picture. Hardly anything is left of the
#   cat.
# - Torchvision's formula makes $d$ almost 1, as if all features were 0: apart from the order of
#   colours it gives about $y / 57$ ($255 \cdot 0.225 \approx 57$). In `relu4_2` much of the
#   distance is an overall factor, but not all: the features of $y / 57$ are not the features of $y$
#   divided by 57, because the biases of the network do not shrink along. And red and blue are
#   swapped on top.
#
# Style transfer with such features still paints *something*, so the fault may stay unnoticed. In
# this library `vgg.features` does the preprocessing itself, where no user can forget it.
#
# ## The derivative
#
# Style transfer changes $x$ so that a loss $E$ gets smaller. $E$ is computed from $y$, and later
# lessons find $\partial E / \partial y$. What we need is $\partial E / \partial x$. Each $x_{pqc}$
# enters exactly one number, $y_{p,q,2-c} = 255 \, x_{pqc} - m_{2-c}$, so the chain rule has one
# term:
#
# $$ \frac{\partial E}{\partial x_{pqc}}
#    = \frac{\partial E}{\partial y_{p,q,2-c}} \cdot \frac{\partial y_{p,q,2-c}}{\partial x_{pqc}}
#    = 255 \, \frac{\partial E}{\partial y_{p,q,2-c}} . $$
#
# In words: turn the channels round again and multiply by 255. The mean is a constant and leaves no
# trace. For one pixel the map is a matrix,
#
# $$ y = J x - m, \qquad J = 255 \begin{pmatrix} 0 & 0 & 1 \\ 0 & 1 & 0 \\ 1 & 0 & 0 \end{pmatrix},
#    \qquad \frac{\partial E}{\partial x} = J^\top \frac{\partial E}{\partial y} , $$
#
# and this $J$ happens to be its own transpose. Autodiff finds the same matrix:

# %%
J = 255 * np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]])
one_pixel = x[:, p : p + 1, q : q + 1]  # (1, 1, 1, 3)
J_autodiff = np.asarray(jax.jacobian(lambda x: vgg.preprocess(x, m))(one_pixel)).reshape(3, 3)
print(J_autodiff)

# %% [markdown]
# Now the whole picture. We take $E = \frac12 \sum y_{pqc}^2$, for which
# $\partial E / \partial y = y$, and compare with *central differences*: move $x$ a little in some
# direction $V$, forwards and backwards, and see how $E$ changes,
#
# $$ \sum_{pqc} \frac{\partial E}{\partial x_{pqc}} V_{pqc}
#    \approx \frac{E(x + \varepsilon V) - E(x - \varepsilon V)}{2 \varepsilon} . $$
#
# In float64, so that rounding does not drown the digits (lesson 4 has more about this). For
# comparison, the same check on a derivative that forgets to turn the channels round:


# %%
def preprocess_gradient(dy):
    return 255 * dy[..., ::-1]


def E(x):
    return np.sum(preprocess(x, m) ** 2) / 2


x64 = x.astype(np.float64)
V = rng.normal(size=x.shape) + x64  # random, and mostly towards brighter
dy = preprocess(x64, m)
slope = np.sum(preprocess_gradient(dy) * V)
slope_forgotten = np.sum(255 * dy * V)
eps = 1e-3
numeric = (E(x64 + eps * V) - E(x64 - eps * V)) / (2 * eps)
difference_error = abs(slope - numeric) / abs(numeric)
forgotten_error = abs(slope_forgotten - numeric) / abs(numeric)
library_error = np.abs(preprocess_gradient(dy) - byhand_vgg.preprocess_backward(dy)).max()
with jax.enable_x64(True):
    autodiff = np.asarray(jax.grad(lambda x: (vgg.preprocess(x, m) ** 2).sum() / 2)(x64))
autodiff_error = np.abs(preprocess_gradient(dy) - autodiff).max() / np.abs(autodiff).max()
print(f"by hand against central differences: {difference_error:.1e} relative")
print(f"channels not turned round:           {forgotten_error:.1e} relative")
print(f"by hand against jax.grad:            {autodiff_error:.1e} of the largest entry")
print(f"by hand against the library:         {library_error}")

# %% [markdown]
# **Notice:** the 255. A gradient with respect to our $x$ is 255 times as large as one with respect
# to the network's $y$. Step sizes and learning rates from papers that optimize $y$ do not fit a
# picture in $[0, 1]$.
#
# ## Exercises
#
# 1. Write down as one slice of `x`: the picture in a mirror; the picture upside down; its left
#    half; red and blue swapped. Which of the four are their own inverse?
# 2. How large is the error of rounding to 8 bits at most, and how large is its root mean square, if
#    all values are equally likely? Check it on random numbers.
# 3. A fine chequerboard of black and white, seen from afar, sends out half the light of white.
#    Which number in a file looks the same? And why is the average of two encoded numbers never
#    brighter than that of their light?
# 4. The first step of VGG19 is a linear map too, $z = b + \sum k \, y$ (lesson 2). Fold
#    `preprocess` into it: find $k'$ and $b'$ so that $z = b' + \sum k' x$. Does it hold at the
#    border?
# 5. Weights from torchvision expect $y_c = (x_c - \mu_c) / \sigma_c$. Write the derivative
#    $\partial E / \partial x$ and check it.
#
# ## Solutions
#
# **1.** `x[:, :, ::-1]`, `x[:, ::-1]`, `x[:, :, :w // 2]`, `x[..., ::-1]`. All but the left half
# are their own inverse.

# %%
own_inverse = {
    "mirror": np.array_equal(x[:, :, ::-1][:, :, ::-1], x),
    "upside down": np.array_equal(x[:, ::-1][:, ::-1], x),
    "left half": np.array_equal(x[:, :, : w // 2][:, :, : w // 2], x),
    "BGR": np.array_equal(x[..., ::-1][..., ::-1], x),
}
print(own_inverse)

# %% [markdown]
# **2.** The error is at most half a step, $\frac{1}{2 \cdot 255}$. If it is uniform between
# $-\frac{s}{2}$ and $\frac{s}{2}$ with $s = 1/255$, its mean square is
# $\frac1s \int_{-s/2}^{s/2} e^2 \, de = s^2 / 12$, so its root mean square is
# $\frac{1}{255 \sqrt{12}}$.

# %%
numbers = rng.uniform(size=100_000)
rounding = to_8_bits(numbers) - numbers
rounding_max, rounding_rms = np.abs(rounding).max(), np.sqrt((rounding**2).mean())
print(f"at most {rounding_max:.6f}, expected {1 / 510:.6f}")
print(f"root mean square {rounding_rms:.6f}, expected {1 / (255 * np.sqrt(12)):.6f}")

# %% [markdown]
# **3.** Solve $\ell(x) = \frac12$. The answer is `encode(0.5)`, in 8 bits:

# %%
grey_of_half_light = round(255 * float(encode(0.5)))
print(grey_of_half_light)

# %% [markdown]
# The second part: $\ell$ is *convex*, its curve bends upwards. The light of an average is therefore
# at most the average of the lights, $\ell(\frac{a + b}{2}) \le \frac{\ell(a) + \ell(b)}{2}$.
#
# **4.** Put $y$ into $z$. With $u, v$ for the place in the kernel, $i$ for the channel that goes in
# and $o$ for the one that comes out, $z_o = b_o + \sum_{uvi} k_{uvio} (255 \, x_{uv,2-i} - m_i)$,
# so $k'_{uvio} = 255 \, k_{uv,2-i,o}$ and $b'_o = b_o - \sum_{uvi} k_{uvio} m_i$. At the border it
# does not hold: there $y$ is padded with 0, which is the mean colour, and $x$ would be padded with
# 0, which is black.

# %%
k, b = params["conv1_1"]["kernel"], params["conv1_1"]["bias"]
k_folded = 255 * k[:, :, ::-1]
b_folded = b - np.einsum("uvio,i->o", k, m.ravel())
z = np.asarray(nn.conv2d(y, k, b))
z_folded = np.asarray(nn.conv2d(x, k_folded, b_folded))
folding = np.abs(z_folded - z).max(axis=(0, 3)) / np.abs(z).max()  # (h, w)
folding_inside = folding[1:-1, 1:-1].max()
print(f"inside: {folding_inside:.1e} of the largest value; at the border: {folding.max():.1e}")

# %% [markdown]
# **5.** $\partial E / \partial x_c = \frac{1}{\sigma_c} \, \partial E / \partial y_c$; nothing is
# turned round, and the mean leaves no trace.


# %%
def E_torchvision(x):
    return np.sum(torchvision(x) ** 2) / 2


dx = torchvision(x64) / np.array([0.229, 0.224, 0.225])
numeric = (E_torchvision(x64 + eps * V) - E_torchvision(x64 - eps * V)) / (2 * eps)
solution_5_error = abs(np.sum(dx * V) - numeric) / abs(numeric)
print(f"against central differences: {solution_5_error:.1e} relative")
