# %% [markdown]
# # 10. Coarse to fine, and how the default came to look as it does
#
# A network looks at a picture through small windows. This lesson measures the windows, shows what
# they miss in a large picture, and paints from coarse to fine instead. Then it takes the default of
# this program apart: ten choices, each taken away once, with the picture that comes of it.
#
# **Before you start.** You should know feature maps and the layers of VGG19 (lesson 2), the content
# loss (lesson 3), Gram matrices (lesson 4), what L-BFGS and Adam do (lesson 6), total variation
# (lesson 8), and the Wasserstein distance of features (lesson 9).

# %%
import functools
import inspect
from dataclasses import replace

import jax
import lesson
import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
from matplotlib.patches import Rectangle
from skimage.metrics import structural_similarity

from jnst import Settings
from jnst.backbones.vgg import LAYERS
from jnst.byhand.backbones import vgg
from jnst.byhand.losses import content, tv, wasserstein
from jnst.pictures import files, resizing, samples
from jnst.transfer import stages as coarse_to_fine
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint
from jnst.weights import store

options = lesson.options(
    "Coarse to fine",
    size=(144, 48),
    first=(72, 24),
    steps=(32, 4),
    side=(208, 64),
    deepest=("relu5_1", "relu3_1"),
    engine=("jax", "byhand"),
)
rng = np.random.default_rng(0)
layers = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
params = jax.tree.map(np.asarray, store.load("vgg19"))

# %% [markdown]
# ## The window of a feature
#
# How many pixels does one feature of `relu5_1` depend on? Lesson 2 walked up through the network,
# from the pixels. We walk *down*. A stretch of $R$ positions in one map is made from a longer
# stretch in the map below. If a step looks at $k$ neighbours and moves on by $s$ from one position
# to the next, the first position needs $k$ of them, and each of the other $R - 1$ needs $s$ more:
#
# $$ R' = (R - 1) \, s + k . $$
#
# Start with $R = 1$ at the feature and end at the pixels. A convolution has $k = 3$ and $s = 1$,
# pooling $k = s = 2$, a rectifier $k = s = 1$, so it changes nothing.

# %%
order = LAYERS["vgg19"][: LAYERS["vgg19"].index("relu5_1") + 1]
STEPS = {"conv": (3, 1), "relu": (1, 1), "pool": (2, 2)}  # k, s


def window(layer):
    R = 1
    for name in reversed(order[: order.index(layer) + 1]):
        k, s = STEPS[name[:4]]
        R = (R - 1) * s + k
    return R


windows = {layer: window(layer) for layer in order}
for block in range(1, 6):
    found = [name for name in order if name[4] == str(block) and not name.startswith("conv")]
    print("   ".join(f"{name} {windows[name]:3}" for name in found))

# %% [markdown]
# Is it true? We set $\partial E / \partial F$ to 1 at one position of a map and to 0 at all others,
# and carry it back to the pixels (lesson 5). Where the derivative is exactly 0, the pixel has no
# influence. All other pixels should form a square of just this width.

# %%
noise = rng.random((1, options.side, options.side, 3))  # no photograph: no pixel is idle by chance
maps = vgg.features(params, noise.astype(np.float32), [options.deepest])
one = np.zeros_like(maps[options.deepest])
middle = one.shape[1] // 2
one[:, middle, middle] = 1
reached = np.abs(vgg.backward(params, maps, {options.deepest: one})).sum(axis=(0, 3))  # (h, w)
rows, columns = np.flatnonzero(reached.any(axis=1)), np.flatnonzero(reached.any(axis=0))
support = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
profile = np.cumsum(reached.sum(axis=0)) / reached.sum()
half = int(np.searchsorted(profile, 0.75) - np.searchsorted(profile, 0.25))
print(f"{options.deepest}: {windows[options.deepest]} by the formula, {support[0]} x {support[1]} "
      f"found; half of the derivative lies in {half} columns")  # fmt: skip

# %% [markdown]
# The windows have a fixed size *in pixels*, whatever the size of the picture. So how much of the
# picture they show depends on how large we make it:

# %%
photograph = files.read(samples.content())
painting = files.read(samples.STYLE)
default_sizes = coarse_to_fine.sizes(512, first=90, ratio=2**0.5)
print("share of the long side that one feature sees")
print(f"{'':10}" + "".join(f"{size:>8}" for size in default_sizes))
for layer in layers:
    shares = [min(1, windows[layer] / size) for size in default_sizes]
    print(f"{layer:10}" + "".join(f"{share:8.0%}" for share in shares))

figure, axes = plt.subplots(1, 3, figsize=(10, 2.8), layout="constrained")
tints = dict(zip(layers, plt.get_cmap("viridis")(np.linspace(1, 0.25, 5)), strict=True))
height, width = photograph.shape[1:3]
for ax, size in zip(axes, (128, 256, 512), strict=True):
    ax.imshow(photograph[0])
    for layer in layers[1:]:
        shown = windows[layer] * width / size
        corner = (width - shown) / 2, (height - shown) / 2
        ax.add_patch(
            Rectangle(corner, shown, shown, fill=False, color=tints[layer], lw=2, label=layer)
        )
    ax.set(title=f"at {size} pixels", xticks=[], yticks=[], xlim=(0, width), ylim=(height, 0))
axes[2].legend(fontsize=8, loc="lower left")
lesson.show(
    "10-windows",
    "The photograph three times, taken to be 128, 256 and 512 pixels wide, with the windows of one "
    "feature of four layers. They cover nearly all of the first and less and less of the others.",
)

# %% [markdown]
# **Notice:** at 128 pixels a feature of `relu5_1` sees the whole cat. At 512 it sees not much more
# than an eye, and `relu4_1` a patch of fur.
#
# Now think of what a style loss is: a comparison of *means over positions* (lesson 4), of what is
# seen through these windows. If every window of the new picture shows a plausible piece of the
# painting, the loss is content. Nothing in it asks that two windows far from each other belong to
# one large stroke, or to one shadow. In a large picture this leaves much undone.
#
# ## Small first
#
# The remedy is simple. Paint a small picture, in which windows show much. Enlarge it, and go on
# from there; then the next size. The large strokes come from the small sizes, the fine ones from
# the large sizes. Gatys et al. (2017) used two sizes; the default here has six, by the square root
# of 2, so that each has twice the pixels of the one before.
#
# It is also cheap. An evaluation of the loss costs as much as the picture has pixels (nearly), so
# $n_i$ evaluations at the size $\ell_i$ cost as much as
#
# $$ n_i \left( \frac{\ell_i}{\ell_{\text{last}}} \right)^2 $$
#
# evaluations at the last size.


# %%
def costs(sizes, steps):
    """What each stage costs, in evaluations at the last size."""
    return [n * (size / sizes[-1]) ** 2 for n, size in zip(steps, sizes, strict=True)]


default_costs = costs(default_sizes, Settings().steps)
print("side        ", *(f"{size:7}" for size in default_sizes))
print("evaluations ", *(f"{n:7}" for n in Settings().steps))
print("cost        ", *(f"{cost:7.1f}" for cost in default_costs))
print(f"{sum(Settings().steps)} evaluations cost as much as {sum(default_costs):.0f} at 512 pixels")

# %% [markdown]
# Four hundred evaluations for the price of little more than thirty. Three hundred of them, at the
# first size, are three tenths of it, and the last size takes a quarter: fewer there leave the weave
# of the enlarged picture in the darks.
#
# ## Against one size, at the same cost
#
# We paint smaller pictures here than the default does, at three sizes, with fewer steps, and so
# that each size has an equal share of the cost, and with L-BFGS at all sizes. Everything else is
# the default. Against it stands a run at the last size alone, with as many evaluations as cost the
# same.

# %%
base = Settings(
    size=options.size,
    first_size=options.first,
    first_optimizer="lbfgs",
    engine=options.engine,
    margin=0,
)
sizes = coarse_to_fine.sizes(options.size, first=options.first, ratio=base.size_ratio)
base = replace(base, steps=tuple(round(options.steps / 2**i) for i in range(len(sizes))))
cost = sum(costs(sizes, base.steps))
print(f"sizes {sizes}, evaluations {base.steps}: they cost as much as {cost:.1f} at the last")


def run(settings):
    """The last picture of every size, and the total loss of every evaluation, size by size."""
    pictures = read(samples.content(), samples.STYLE, settings)
    stages = coarse_to_fine.plan(pictures, settings)
    losses, ends, all_steps = [], [], paint(pictures, settings, stages=stages)
    for stage in stages:
        progress = [next(all_steps) for _ in range(stage.steps)]
        losses.append([one.total for one in progress])
        ends.append(progress[-1].best)
    return ends, losses


one_size = replace(base, first_size=None, steps=(round(cost),))
runs = {"coarse to fine": run(base), "one size": run(one_size)}

# %% [markdown]
# To compare them we need a measure. The distance that the default's style loss is made of will do:
# by what share the distribution of features differs from that of the painting,
# $W / \sqrt{\lvert m_s \rvert^2 + \operatorname{tr} C_s}$, which is 1 for a blank map and 0 for the
# painting itself. We take it in each layer, and we take it twice: at the size of the picture, and
# with both pictures shrunk to the first size, where the windows see the large forms.


# %%
def moments(picture, long_side):
    maps = vgg.features(params, resizing.fit(picture, long_side), layers, padding="edge")
    return {name: wasserstein.statistic(maps[name]) for name in layers}


@functools.cache
def goals(long_side):
    return {n: wasserstein.target(found) for n, found in moments(painting, long_side).items()}


def to_style(picture, long_side):
    """W to the painting in each layer, with both at this long side. 0 is the painting's own."""
    found, wanted = moments(picture, long_side), goals(long_side)
    squares = [wasserstein.distance(found[n], wanted[n], scale="relative") for n in layers]
    return np.sqrt(np.maximum(squares, 0))


start = resizing.fit(photograph, options.size)
shown = {"the photograph": start} | {name: ends[-1] for name, (ends, _) in runs.items()}
fine = {name: to_style(picture, sizes[-1]) for name, picture in shown.items()}
coarse = {name: to_style(picture, sizes[0]) for name, picture in shown.items()}
for what, table in ((f"at {sizes[-1]} pixels", fine), (f"shrunk to {sizes[0]} pixels", coarse)):
    print(f"{what:24}" + "".join(f"{layer:>9}" for layer in layers))
    for name, distances in table.items():
        print(f"  {name:22}" + "".join(f"{distance:9.3f}" for distance in distances))

# %%
ends, _ = runs["coarse to fine"]
drawn = {f"{size} pixels": end for size, end in zip(sizes, ends, strict=True)}
drawn |= {f"one size, {round(cost)} evaluations": runs["one size"][0][-1]}
drawn |= {"the photograph": start, "the painting": resizing.fit(painting, options.size)}
lesson.pictures(drawn, columns=3)
lesson.show(
    "10-stages",
    "The picture at each size from coarse to fine, the picture painted at one size alone, the "
    "photograph and the painting.",
)

# %% [markdown]
# **Notice:** both have the palette and the touch of the painting. At one size the strokes are short
# and follow the photograph: every stripe of the fur and even the whiskers are still there,
# repainted. From coarse to fine, bands of blue and gold run right across the picture, and the cat
# has to give way a little. The numbers say the same. At the full size the two are about equally
# near to the painting, one size a little nearer in the shallow layers and the other in the deep
# ones. Shrunk, the picture painted from coarse to fine is nearer in all layers but the first: the
# large forms have been painted as well.
#
# The price is paid by the photograph. How much it may cost is a matter of taste, and of
# `--content-weight` and `--first-size`.
#
# ## What the optimizer may keep
#
# The picture is enlarged from one size to the next. What about the optimizer's memory? Adam keeps
# two running means for each value of the picture, of the gradient and of its square (lesson 6).
# They belong to places in the picture, so they can be enlarged like the picture itself. But the
# second must stay positive, because Adam takes its root. The pictures are enlarged by Lanczos's
# filter, which is sharp, and overshoots at edges. Bilinear interpolation is a mean with weights
# that are never negative; it cannot.

# %%
squares = np.zeros((1, 8, 8, 1))
squares[:, 4:] = 1.0
lanczos = resizing.resample(squares, 12, 12, PIL.Image.Resampling.LANCZOS)
bilinear = resizing.resample(squares, 12, 12, PIL.Image.Resampling.BILINEAR)
print(f"smallest value: Lanczos {lanczos.min():.3f}, bilinear {bilinear.min():.3f}")
print(inspect.getsource(coarse_to_fine.enlarge))

# %% [markdown]
# L-BFGS keeps pairs $(s, y)$, which say how the gradient $y$ changes along the step $s$. They
# describe the loss *of the small picture*. At the next size it is another function, with other
# features and other targets, and so L-BFGS begins anew.
#
# ## The choices, one at a time
#
# The default of `jnst stylize` was found by trying: papers leave many choices open, and public
# programs choose differently. From here on we take away one choice at a time and paint again,
# from the same start, with the same steps. First we look at what each choice is about.
#
# ### Each layer in its own unit
#
# The features of VGG19 are not equally large in all layers, and the distance $W^2$ grows with their
# squares. Here is how much each layer would contribute to the loss, at the photograph, if the plain
# mean over channels were taken; and if each layer is divided by its distance to a blank map,
# $\lvert m_s \rvert^2 + \operatorname{tr} C_s$ (`relative`, the default).

# %%
start_moments, targets = moments(photograph, options.size), goals(options.size)
in_scale = {}
for scale in ("mean", "relative"):
    squares = [
        wasserstein.distance(start_moments[name], targets[name], scale=scale) for name in layers
    ]
    in_scale[scale] = np.array(squares) / sum(squares)
    shares = zip(layers, in_scale[scale], strict=True)
    print(f"{scale:10}" + "".join(f"{name:>9} {share:4.0%}" for name, share in shares))

# %% [markdown]
# **Notice:** under the plain mean, `relu4_1` would be nearly the whole loss, and `relu1_1`, which
# sees colours, would not count at all. In units of their own, all five are of one order.
#
# To take this choice away we need no new program. A unit is only a factor, so it can be put into
# the weights of the layers:

# %%
units = np.array([(t.mean**2).sum() + t.trace for t in targets.values()])  # what `relative` divides
channels = np.array([len(t.mean) for t in targets.values()])
default_weights = 0.25 ** np.arange(5)
default_weights /= default_weights.sum()
unscaled_weights = default_weights * units / channels
unscaled_weights /= unscaled_weights.sum()
at_start = in_scale["relative"]
style_weight = (default_weights * at_start).sum() / (unscaled_weights * at_start).sum()
print("weights, largest first in each row of the default:")
for name, row in (("default", default_weights), ("not in units", unscaled_weights)):
    print(f"  {name:14}" + "".join(f"{weight:9.3f}" for weight in row))

# %% [markdown]
# ### Wasserstein instead of Gram
#
# Take a layer with a single channel of mean 0 and deviation $\sigma$; in the painting it is
# $\sigma_s$. The Gram matrix is the number $\sigma^2$, and the two distances are
#
# $$ (G - A)^2 = (\sigma^2 - \sigma_s^2)^2 , \qquad
#    W^2 = \sigma^2 + \sigma_s^2 - 2 \sqrt{\sigma_s \sigma^2 \sigma_s} = (\sigma - \sigma_s)^2 . $$
#
# One is of the fourth degree in the features, the other of the second. With several channels they
# are added up. So a channel that is three times as strong counts 81 times as much in the one, and
# 9 times as much in the other. How many channels of the painting decide?


# %%
def strongest(shares, part=0.1):
    """What share of a sum its largest tenth has."""
    shares = np.sort(shares)[::-1]
    return shares[: round(part * len(shares))].sum() / shares.sum()


powers = {n: np.diag(moments(painting, options.size)[n].second) for n in layers}  # means of F²
ruling = {name: (strongest(p), strongest(p**2)) for name, p in powers.items()}
print("share of the strongest tenth of channels in the distance to a blank map")
for name, (of_w, of_gram) in ruling.items():
    print(f"{name}: {of_w:.0%} of Wasserstein's, {of_gram:.0%} of the Gram matrix's diagonal")

# %% [markdown]
# ### A content loss that does not fade
#
# The squared differences $d = F - P$ of lesson 3 have the gradient $2 d$: strong far from the
# photograph, weak near it. So the content loss hardly resists small changes and resists large ones
# fiercely. The default divides by the sum of the absolute differences,
#
# $$ E = \frac{S_2}{S_1}, \qquad S_2 = \sum_i d_i^2, \qquad S_1 = \sum_i |d_i| . $$
#
# By the rule for quotients, with $\partial S_2 / \partial d_i = 2 d_i$ and
# $\partial S_1 / \partial d_i = \operatorname{sign} d_i$,
#
# $$ \boxed{ \; \frac{\partial E}{\partial d_i}
#    = \frac{2 \, d_i}{S_1} - \frac{S_2}{S_1^2} \operatorname{sign} d_i \; } $$
#
# If all $d$ are multiplied by $t > 0$, $S_2$ grows by $t^2$, $S_1$ by $t$, and the gradient stays
# as it is. It is as strong near the photograph as far from it.


# %%
def contraharmonic(d):
    return (d**2).sum() / abs(d).sum()


def contraharmonic_gradient(d):
    S_1, S_2 = np.abs(d).sum(), (d**2).sum()
    return 2 * d / S_1 - S_2 / S_1**2 * np.sign(d)


d = rng.normal(size=(40, 8))
by_hand = contraharmonic_gradient(d)
with jax.enable_x64(True):
    autodiff = np.asarray(jax.grad(contraharmonic)(d))
library = content.distance_backward(d, np.zeros_like(d), scale="contraharmonic")
content_errors = {
    "by hand against jax.grad": np.abs(by_hand - autodiff).max(),
    "by hand against the library": np.abs(by_hand - library).max(),
    "gradient of d / 1000 against that of d": np.abs(
        contraharmonic_gradient(d / 1000) - by_hand
    ).max(),
}
for name, error in content_errors.items():
    print(f"{name}: {error / np.abs(by_hand).max():.1e} of the largest entry")

# %% [markdown]
# ### An edge instead of a frame of zeros
#
# Each convolution sees a frame of zeros around its map (lesson 2). In the first one, zero is a
# colour: the mean colour of the training pictures, a brownish grey. So the picture seems to hang in
# a grey frame, and the frame's edge makes features that the picture does not have. The default
# repeats the picture's own edge around it, in the first convolution only. What would be right? We
# cut a frame off the photograph. In the whole photograph the features at the rim of the cutting
# have true neighbours; so much is each way wrong there:

# %%
cutting = start[:, 4:-4, 4:-4]
true_maps = vgg.features(params, start, ["relu1_1"])["relu1_1"][:, 4:-4, 4:-4]
rim = np.ones(true_maps.shape[1:3], bool)
rim[1:-1, 1:-1] = False
rims = {}
for padding in ("zeros", "edge"):
    F = vgg.features(params, cutting, ["relu1_1"], padding=padding)["relu1_1"]
    rims[padding] = np.linalg.norm((F - true_maps)[:, rim]) / np.linalg.norm(true_maps[:, rim])
    print(f"{padding:6}: the features at the rim are wrong by {rims[padding]:.0%}")

# %% [markdown]
# The other convolutions still see zeros, and the edge is only a guess. So the outermost one or two
# pixels take colours of their own. They cannot be mended, but they can be cut off: the default
# paints a margin as well (`margin`, an 80th of the long side at each end), over the mirror image of
# the photograph. The pictures of this lesson go without it, to show what the edge alone does.

# %% [markdown]
# ## One less at a time
#
# Here is the default, and ten pictures each of which lacks one of its choices:
#
# - *one size*: no small pictures first;
# - *steps alike*: as many evaluations at each size, at the same cost;
# - *layers not in units*: the plain mean over channels;
# - *layers alike*: weights 1 : 1 : 1 : 1 : 1 instead of 256 : 64 : 16 : 4 : 1;
# - *Gram*: Gram matrices instead of Wasserstein's distance;
# - *squared content*: the squares of lesson 3, with a weight such that they are as large at the
#   default's picture;
# - *zeros outside*: the grey frame;
# - *rough*: no total variation, the term that compares neighbouring pixels (its weight is 0.05);
# - *lines*: no loss on thin straight lines (lesson 8);
# - *Adam*: instead of L-BFGS, with a running average of the pictures, as in
#   style-transfer-pytorch (decay 0.9; with its many steps it takes 0.99).
#
# For the two choices that change the unit of a loss we need weights that fit:

# %%
best = ends[-1]
P, F_best = (vgg.features(params, x, ["relu4_2"], padding="edge")["relu4_2"] for x in (start, best))
quotient, plain = (
    content.distance(F_best, P, scale=scale) for scale in ("relative-contraharmonic", "relative")
)
content_weight = base.content_weight * quotient / plain
alike = round(cost / sum(costs(sizes, [1] * len(sizes))))
variants = {
    "one size": one_size,
    "steps alike": replace(base, steps=(alike,)),
    "layers not in units": replace(
        base, style_layer_weights=tuple(unscaled_weights), style_weight=float(style_weight)
    ),
    "layers alike": replace(base, style_layer_weights=(1.0,) * 5),
    "Gram": replace(base, style_loss="gram"),
    "squared content": replace(
        base, content_scale="relative", content_weight=float(content_weight)
    ),
    "zeros outside": replace(base, padding="zeros"),
    "rough": replace(base, tv_weight=0.0),
    "lines": replace(base, line_weight=0.0),
    "Adam": replace(base, optimizer="adam", average=0.9),
}
results = {"the default": runs["coarse to fine"], "one size": runs["one size"]}
for name, settings in variants.items():
    if name not in results:
        results[name] = run(settings)
pictures = {name: result[0][-1] for name, result in results.items()}


# %% [markdown]
# And numbers, all measured alike: the distance to the painting in each layer as above, how similar
# the picture is to the photograph (structural similarity, 1 for the same), and its roughness (the
# default's total variation, 1 for the photograph).


# %%
def similarity(x):
    return structural_similarity(start[0], x[0], channel_axis=-1, data_range=1.0)


def roughness(x):
    return tv.total_variation(x, kind="nine-point") / tv.total_variation(start, kind="nine-point")


measured = {
    name: np.array([*to_style(x, sizes[-1]), similarity(x), roughness(x)])
    for name, x in pictures.items()
}
print(f"{'':21}" + "".join(f"{column:>9}" for column in (*layers, "similar", "rough")))
for name, row in measured.items():
    print(f"{name:21}" + "".join(f"{value:9.3f}" for value in row))

# %% tags=["thumbnail"]
lesson.pictures(
    {"the photograph": start, "the painting": resizing.fit(painting, options.size)} | pictures
)
lesson.show(
    "10-one-less",
    "The photograph, the painting, the default's picture, and ten that lack one of its choices.",
)

# %% [markdown]
# **Notice:**
#
# - **The layers decide most.** Without units, or without weights, the deep layers are strong. Their
#   windows see large pieces of the painting, and they bring them along: its moon, its whirls, the
#   rays at the bottom, all in their places. The cat is nearly gone. In `relu4_1` and `relu5_1`
#   these two pictures are nearest to the painting, and no wonder.
# - **Gram** spreads colours over large areas; one eye is yellow and the other red. In the shallow
#   layers it stays further from the painting. (The measure is Wasserstein's own, so this number is
#   not fair. The eye has to decide.)
# - **One size** and **steps alike** keep more of the photograph, and the strokes are shorter.
# - **Adam** is soft and not done. With so few evaluations it cannot be: style-transfer-pytorch
#   gives it 1000 at the first size and 500 at each other.
# - **Squared content** keeps a little more of the cat, and is further from the painting in every
#   layer.
# - **Rough**, **lines** and **zeros outside** look like the default, at first. Look closely: there
#   is more fine grain in the first, threads in smooth areas in the second, and the third differs in
#   the outermost pixels. These choices cost nothing and help a little.
#
# One picture proves little. With another photograph or painting, the small differences may turn
# round; the first point does not (try `--size 192`, or put your own pictures in).
#
# ## How many steps at each size
#
# The default spends most of its evaluations on the smallest size. Are they worth it there? The loss
# says:

# %%
each = costs(sizes, [1] * len(sizes))  # what one evaluation costs
figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
done, needed = 0.0, {}
for size, found, unit in zip(sizes, runs["coarse to fine"][1], each, strict=True):
    ax.semilogy(done + unit * np.arange(1, len(found) + 1), found, ".-", label=f"{size} pixels")
    done += unit * len(found)
    lowest = np.minimum.accumulate(found)
    needed[size] = int(np.argmax(lowest <= lowest[-1] + 0.1 * (lowest[0] - lowest[-1]))) + 1
found = runs["one size"][1][0]
ax.semilogy(np.arange(1, len(found) + 1), found, ".-", color="0.6", label="one size")
ax.set(xlabel="cost, in evaluations at the last size", ylabel="loss at this size")
ax.set_yticks([0.03, 0.1, 0.3], ["0.03", "0.1", "0.3"])
ax.minorticks_off()
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "10-steps",
    "The loss against the cost, size by size, and at one size alone. It falls at each size, and "
    "jumps where the picture is enlarged.",
)
ending = {name: min(found[-1]) for name, (_, found) in runs.items()}
print("lowest loss at the last size:", *(f"{name} {loss:.4f}" for name, loss in ending.items()))
for size, steps, count in zip(sizes, base.steps, needed.values(), strict=True):
    print(f"{size} pixels: after {count} of {steps} evaluations nine tenths of the fall are done")

# %% [markdown]
# **Notice:** a fifth of the evaluations at the smallest size is enough for nine tenths of the fall;
# at the larger sizes, which have fewer, it takes most of them. And look at the right end: the run
# at one size ends with the *lower* loss. By its own measure it has won! But its measure looks
# through the small windows of the last size, and does not see what the small pictures have brought.
# A lower loss is not always the better picture.
#
# ## Adam at the first size
#
# The smallest size is where the picture is composed, and where steps are cheap. The default takes
# many there, and takes them by Adam. We give L-BFGS and Adam as many steps at the first size, and
# go on from there alike.

# %%
many = (8 * base.steps[0], *base.steps[1:])
for name, optimizer in (("L-BFGS first", "lbfgs"), ("Adam first", "adam")):
    runs[name] = run(replace(base, first_optimizer=optimizer, steps=many))
first_ends = {name: runs[name][0][0] for name in ("L-BFGS first", "Adam first")}
drawn = {f"{name}, {sizes[0]} pixels": end for name, end in first_ends.items()}
drawn |= {f"{name}, {sizes[-1]} pixels": runs[name][0][-1] for name in first_ends}
lesson.pictures(drawn, columns=2)
lesson.show(
    "10-first",
    "Two pictures at the first size, by L-BFGS and by Adam, and what became of each at the last.",
)
small = resizing.fit(photograph, sizes[0])
for name, end in first_ends.items():
    print(
        f"{name:13} loss at the first size {min(runs[name][1][0]):.4f}, moved from the photograph "
        f"{np.abs(end - small).mean():.3f}, similar to it in the end "
        f"{similarity(runs[name][0][-1]):.3f}"
    )

# %% [markdown]
# With so many steps both compose a picture of their own, and at this size their losses are close.
# Which of the two is the better picture, no number here says. The default has Adam because of
# portraits: in those we tried, L-BFGS moved light and shadow across the face, and Adam left them.
#
# ## In the library
#
# The list of sizes, and the settings that hold all these choices (`jnst/transfer/settings.py`):

# %%
print(inspect.getsource(coarse_to_fine.sizes))
chosen = Settings()
for name in (
    "first_size", "size_ratio", "steps", "style_loss", "style_scale", "content_scale",
    "content_weight", "tv", "tv_weight", "line_weight", "padding", "margin", "pooling",
    "optimizer", "first_optimizer", "init",
):  # fmt: skip
    print(f"{name:16}{getattr(chosen, name)}")

# %% [markdown]
# ## Exercises
#
# 1. Lesson 2 went up from the pixels, $r' = r + (k - 1) j$ and $j' = s j$. Show that walking down
#    gives the same width.
# 2. You may spend as much as 60 evaluations at 512 pixels, in equal shares, on the sizes 128, 256
#    and 512. How many evaluations has each size? What do fewer sizes save, besides?
# 3. In the gradient of $S_2 / S_1$, which differences are pushed *away* from the photograph? Why
#    does that not ruin the picture?
# 4. One channel, both losses divided by their value for a silent channel, $u = \sigma / \sigma_s$:
#    $(1 - u)^2$ and $(1 - u^2)^2$. Where is the slope of the Gram loss the smaller one?
# 5. From size to size the painting is shrunk along with the picture. What would happen if it always
#    kept its full size?
#
# ## Solutions
#
# **1.** Write the steps from the pixels up as $(k_1, s_1), \dots, (k_n, s_n)$. Going up, step $i$
# adds $(k_i - 1)$ times the jump so far: $r = 1 + \sum_i (k_i - 1) \, s_1 \cdots s_{i-1}$. Going
# down, $R' - 1 = (R - 1) s + (k - 1)$: what step $i$ has added is multiplied by all strides below
# it. That is the same sum.

# %%
steps_up = [STEPS[name[:4]] for name in order]
strides = np.cumprod([1] + [s for _, s in steps_up])
summed = 1 + sum((k - 1) * jump for (k, _), jump in zip(steps_up, strides, strict=False))
print(f"relu5_1: {summed} by the sum, {windows['relu5_1']} walking down")

# %% [markdown]
# **2.** As much as 20 for each: an evaluation at 256 pixels costs a quarter, at 128 a sixteenth.
# Each size needs a compiled program of its own (lesson 11), so fewer sizes save compiling.

# %%
shared = [round(20 * (512 / size) ** 2) for size in (128, 256, 512)]
print(shared, "cost", sum(costs([128, 256, 512], shared)))

# %% [markdown]
# **3.** Take $d_i > 0$. The gradient is negative, so that a step downhill *increases* $d_i$, where
# $2 d_i / S_1 < S_2 / S_1^2$, that is $d_i < \frac12 S_2 / S_1$: the small differences, below half
# of the loss itself. What shrinks the loss is to spread the difference over many features. They
# cannot run away, for as they grow they pass the limit.

# %%
limit = 0.5 * (d**2).sum() / np.abs(d).sum()
away = contraharmonic_gradient(d) * np.sign(d) < 0
agree = np.array_equal(away, np.abs(d) < limit)
print(f"{away.mean():.0%} are pushed away, and these are the ones below the limit: {agree}")

# %% [markdown]
# **4.** The slopes are $-2 (1 - u)$ and $-4 u (1 - u^2)$. Their quotient is $2 u (1 + u)$, which is
# 1 at $u = (\sqrt 3 - 1) / 2 \approx 0.37$. Below, the Gram loss is the weaker one, and for $u = 0$
# it has no slope at all: it does not wake a silent channel. Near the target it is four times as
# steep.

# %%
u = (np.sqrt(3) - 1) / 2
slopes = 2 * (1 - u), 4 * u * (1 - u**2)
print(f"at u = {u:.3f}: {slopes[0]:.6f} and {slopes[1]:.6f}")

# %% [markdown]
# **5.** Its strokes would be as large, in pixels, at every size. In a small picture they would be
# huge beside the content, and at the last size the large forms that they left would be painted
# over with strokes that no longer fit. Shrunk along, the painting shows its large forms to the
# small sizes and its fine ones to the large sizes. (`--style-size` keeps the proportion, too.)
