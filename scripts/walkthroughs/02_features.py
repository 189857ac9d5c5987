# %% [markdown]
# # 2. From pixels to feature maps
#
# A convolutional network sees a picture through windows of 3 by 3 numbers, layer upon layer, and
# the deeper the layer, the more of the picture one number knows about. This lesson does one such
# step by hand, then follows a photograph through VGG19: how much arithmetic it takes, how far each
# feature can see, what it answers to, and what it ignores. Style transfer compares pictures by
# these features.
#
# **Before you start.** You should know how pictures become numbers (lesson 1), and what a sum over
# two indices is. One section uses a gradient, only to find out which pixels matter, and how much.

# %%
from functools import partial

import jax
import lesson
import matplotlib.pyplot as plt
import numpy as np
import scipy.signal
from matplotlib.patches import Rectangle

from jnst.backbones import nn, pooling, vgg
from jnst.byhand.backbones import nn as byhand_nn
from jnst.pictures import files, resizing, samples
from jnst.weights import store

options = lesson.options("From pixels to feature maps", size=(448, 64), side=(224, 48))
rng = np.random.default_rng(0)

# %% [markdown]
# ## One convolution, by hand
#
# Our picture has 6 by 6 pixels and one channel: a bright rectangle on a dark ground. The *kernel*
# is a small table of weights, here 3 by 3.

# %%
x = np.ones((6, 6))
x[2:, 3:] = 9
k = np.array([[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]])
print("x =", x, "k =", k, sep="\n")

# %% [markdown]
# The kernel is laid on the picture. Each weight is multiplied with the pixel below it, the nine
# products are added up, and the sum is one pixel of the result. Then the kernel moves on. With
# $\hat x$ for the picture inside a frame of zeros, one pixel wide,
#
# $$ y_{pq} = \sum_{u=0}^{2} \sum_{v=0}^{2} \hat x_{p+u,\,q+v} \; k_{uv} . $$
#
# The frame is called *zero padding*. Without it the kernel would have no room at the border, and
# $y$ would be smaller than $x$. As a program, the formula is a loop over $p, q$ and one over
# $u, v$:


# %%
def convolve(x, k):
    padded = np.pad(x, 1)  # x̂, a frame of zeros
    y = np.zeros(x.shape)
    for p, q in np.ndindex(*x.shape):
        for u, v in np.ndindex(3, 3):
            y[p, q] += padded[p + u, q + v] * k[u, v]
    return y


y = convolve(x, k)
print("y =", y, sep="\n")

# %% [markdown]
# Take the pixel at row $p = 3$, column $q = 2$. These are the nine products, and their sum:

# %%
p, q = 3, 2
products = np.pad(x, 1)[p : p + 3, q : q + 3] * k
print(products, "sum", products.sum())

# %% [markdown]
# Tables with colours are easier to read. (The function below only draws.)


# %%
def draw_table(ax, values, title, *, limit=27.0, every=0):
    """Draw numbers as coloured squares: blue for negative, white for 0, red for positive.

    With `every`, lines mark squares of that size.
    """
    ax.imshow(values, cmap="RdBu_r", vmin=-limit, vmax=limit)
    for edge in range(0, len(values) + 1, every) if every else ():
        ax.axhline(edge - 0.5, color="0.4", linewidth=1.5, clip_on=False)
        ax.axvline(edge - 0.5, color="0.4", linewidth=1.5, clip_on=False)
    for i, j in np.ndindex(*values.shape):
        ink = "white" if abs(values[i, j]) > 0.6 * limit else "black"
        ax.text(j, i, f"{values[i, j] + 0:g}", ha="center", va="center", color=ink, fontsize=12)
    ax.set(title=title, xticks=[], yticks=[])


figure, axes = plt.subplots(1, 3, figsize=(10, 4), width_ratios=(8, 3.6, 8), layout="constrained")
draw_table(axes[0], np.pad(x, 1), "picture x̂, with its frame of zeros")
axes[0].add_patch(Rectangle((0.5, 0.5), 6, 6, fill=False, linewidth=1.5))
axes[0].add_patch(Rectangle((q - 0.5, p - 0.5), 3, 3, fill=False, color="tab:green", linewidth=4))
draw_table(axes[1], k, "kernel k", limit=2)
draw_table(axes[2], y, "result y")
axes[2].set(xlim=(-1.5, 6.5), ylim=(6.5, -1.5))  # as wide as x̂, for comparison
for side in axes[2].spines.values():
    side.set_visible(False)
axes[2].add_patch(Rectangle((q - 0.5, p - 0.5), 1, 1, fill=False, color="tab:green", linewidth=4))
lesson.show(
    "02-convolution",
    "A 6 by 6 picture in a frame of zeros, a kernel of 3 by 3 weights, and the 6 by 6 result. "
    "Green: nine pixels, and the number that is made from them.",
)

# %% [markdown]
# **Notice:**
#
# - Where the picture is even, the result is 0: the weights of this kernel sum to 0.
# - The vertical edge answers with large numbers, 24 where the whole window sees it. The horizontal
#   edge above the rectangle answers with 0. This kernel is a *detector of vertical edges*.
# - The first and the last column answer, too, although the picture has no edge there. They see the
#   edge of the frame. Remember these false edges when a result looks odd near the border. (Lesson
#   10 shows what the program does about them.)
#
# ## What the libraries call a convolution
#
# In mathematics a convolution turns the kernel by 180 degrees first: the pixel to the *right* would
# be multiplied with the weight on the *left*. What networks compute, and call convolution, is the
# sum above, whose proper name is *cross-correlation*. As the weights are learnt, it does not matter
# which way round they are stored. It matters when two programs are compared. SciPy has both:

# %%
correlation = scipy.signal.correlate2d(x, k, mode="same")
convolution = scipy.signal.convolve2d(x, k, mode="same")
as_library = x[None, :, :, None], k[:, :, None, None], np.zeros(1)  # picture, kernel, bias
ours = {
    "scipy.signal.correlate2d": y - correlation,
    "jnst.backbones.nn.conv2d": y - np.asarray(nn.conv2d(*as_library))[0, :, :, 0],
    "jnst.byhand.backbones.nn.conv2d": y - byhand_nn.conv2d(*as_library)[0, :, :, 0],
    "scipy.signal.convolve2d": y - convolution,
    "convolve2d, kernel turned first": y - scipy.signal.convolve2d(x, k[::-1, ::-1], mode="same"),
}
ours = {name: np.abs(difference).max() for name, difference in ours.items()}
for name, difference in ours.items():
    print(f"our loops against {name:32} largest difference {difference:g}")

# %% [markdown]
# ## Several channels in, several out
#
# A colour picture has three channels, and inside the network there are up to 512. Each channel of
# the result gets its own kernel, with a 3 by 3 table for *each* channel that goes in, and one more
# number, the *bias* $b_o$. Such a step is a *layer*. Each channel of its result is called a
# *feature map*, and each number in it a *feature*. All products are added up:
#
# $$ y_{pqo} = b_o + \sum_{u=0}^{2} \sum_{v=0}^{2} \sum_{i=0}^{c-1}
#    \hat x_{p+u,\,q+v,\,i} \; k_{uvio} , \qquad o = 0, \dots, d - 1 . $$
#
# So the kernel has four indices: place $u, v$, channel in $i$, channel out $o$.


# %%
def convolve_channels(x, k, b):
    h, w, c = x.shape
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    y = np.zeros((h, w, len(b)))
    for p, q, o in np.ndindex(*y.shape):
        y[p, q, o] = b[o]
        for u, v, i in np.ndindex(3, 3, c):
            y[p, q, o] += padded[p + u, q + v, i] * k[u, v, i, o]
    return y


# %% [markdown]
# An example with $c = 3$ and $d = 2$. The picture is red on the left and green on the right, and
# both are equally strong. The first kernel looks for vertical edges in the *sum* of the colours.
# The second counts green as positive and red as negative.

# %%
colours = np.zeros((6, 6, 3))
colours[:, :3, 0] = 9  # red
colours[:, 3:, 1] = 9  # green
k_colours = np.zeros((3, 3, 3, 2))
k_colours[:, :, :, 0] = k[:, :, None]
k_colours[:, :, 0, 1] = -k
k_colours[:, :, 1, 1] = k
b_colours = np.array([0.0, 5.0])
y_colours = convolve_channels(colours, k_colours, b_colours)
print("row 3 of channel 0:", y_colours[3, :, 0])
print("row 3 of channel 1:", y_colours[3, :, 1])
by_library = np.asarray(nn.conv2d(colours[None], k_colours, b_colours))[0]
channels_error = np.abs(y_colours - by_library).max()
print(f"our loops against jnst.backbones.nn.conv2d: {channels_error:g}")

# %% [markdown]
# Channel 0 is blind to the edge between red and green (columns 2 and 3), because red falls by as
# much as green rises. Channel 1 sees it. The bias 5 is added everywhere.
#
# ## The rectifier
#
# A chain of convolutions would be nothing but one large convolution (exercise 2). What makes a
# network more than that is a step in between that is not linear. In VGG19 it is the simplest there
# is, the *rectifier*, ReLU for short. It replaces negative numbers by 0:
#
# $$ z_{pq} = \max(y_{pq}, 0) . $$
#
# ## Pooling
#
# After a few convolutions VGG19 halves the height and the width: it cuts the map into squares of 2
# by 2 and keeps one number of each. *Max pooling* keeps the largest, *average pooling* the mean:
#
# $$ m_{pq} = \max_{u, v \in \{0, 1\}} z_{2p+u,\,2q+v} , \qquad
#    a_{pq} = \tfrac14 \sum_{u=0}^{1} \sum_{v=0}^{1} z_{2p+u,\,2q+v} . $$


# %%
def pool(z, how):
    h, w = z.shape
    squares = z.reshape(h // 2, 2, w // 2, 2)  # row and place in it, column and place in it
    return how(squares, axis=(1, 3))


z = np.maximum(y, 0)
largest, mean = pool(z, np.max), pool(z, np.mean)
figure, axes = plt.subplots(
    1, 4, figsize=(10, 3), width_ratios=(6, 6, 3.4, 3.4), layout="constrained"
)
draw_table(axes[0], y, "y", every=2)
draw_table(axes[1], z, "z, after the rectifier", every=2)
draw_table(axes[2], largest, "max pooling", every=1)
draw_table(axes[3], mean, "average pooling", every=1)
lesson.show(
    "02-pooling",
    "The result of the convolution in squares of 2 by 2; the same with negative numbers replaced "
    "by 0; the largest number of each square; the mean of each square.",
)
maps = y[None, :, :, None]
pooling_error = max(
    np.abs(z - np.asarray(nn.relu(maps))[0, :, :, 0]).max(),
    np.abs(largest - np.asarray(pooling.max_pool(maps.clip(0)))[0, :, :, 0]).max(),
    np.abs(mean - np.asarray(pooling.avg_pool(maps.clip(0)))[0, :, :, 0]).max(),
)
print(f"our rectifier and pooling against the library: largest difference {pooling_error:g}")

# %% [markdown]
# **Notice:** the rectifier has thrown away the false edge on the right, because it was negative:
# the picture gets *darker* there, from left to right. A real edge from bright to dark would be lost
# as well. The network needs a second kernel for those, the same with all signs changed. We shall
# see that it has one. Max pooling keeps the 24 of the edge; average pooling dilutes it to 20.
#
# ## VGG19
#
# VGG19 consists of these three steps and nothing else, up to the layers that we need. There are
# five *blocks* of two or four convolutions, each followed by a rectifier, and after each block
# comes max pooling. `conv3_2` is the second convolution of the third block, `relu3_2` the same
# after the rectifier. (At the end come three large matrices that turn features into the names of a
# thousand things. Style transfer does not use them, and they are not here.)
#
# A convolution from $c$ to $d$ channels has $9 c d$ weights and
# $d$ biases (the table counts both as weights). On a map of $h \times w$ positions it takes $9 c d
# h w$ multiplications. We follow the network down to `relu5_1`, with pictures of 224 by 224 pixels,
# the size on which it was trained.

# %%
params = store.load("vgg19")
order = vgg.LAYERS["vgg19"]
order = order[: order.index("relu5_1") + 1]
h = w = 224
table = {}  # layer: (weights, multiplications)
print(f"{'layer':10}{'map':>12}{'channels':>12}{'weights':>12}{'multiplications':>20}")
for layer in order:
    if layer.startswith("pool"):
        h, w = h // 2, w // 2
    if layer.startswith("conv"):
        c, d = params[layer]["kernel"].shape[2:]
        table[layer] = (9 * c * d + d, 9 * c * d * h * w)
        size, channels = f"{h} x {w}", f"{c} to {d}"
        print(f"{layer:10}{size:>12}{channels:>12}{table[layer][0]:12,}{table[layer][1]:20,}")
total_weights = sum(row[0] for row in table.values())
total_multiplications = sum(row[1] for row in table.values())
print(f"{'all':34}{total_weights:12,}{total_multiplications:20,}")

# %% [markdown]
# **Notice:** most weights sit in blocks 4 and 5, most work in blocks 1 to 3. Pooling leaves a
# quarter of the positions; twice as many channels going in and coming out make four times as many
# products. So most convolutions cost the same. (The first of blocks 2 to 4 has only half as many
# channels going in, and costs half.) A picture with twice the height and width costs four times as
# much, and not one weight more, because the same kernel serves all positions.
#
# Is the count right? The compiler counts for itself. It counts multiplications and additions, about
# twice as many in all:


# %%
def to_relu5_1(params, picture):
    return vgg.features(params, picture, ["relu5_1"])


lowered = jax.jit(to_relu5_1).lower(params, np.zeros((1, 224, 224, 3), np.float32))
flops = lowered.cost_analysis()["flops"]  # pyright: ignore[reportOptionalSubscript]
count_ratio = flops / (2 * total_multiplications)
print(f"compiler: {flops:,.0f} operations, {count_ratio:.3f} of what we expect")

# %% [markdown]
# A little less: where do the missing ones go? (Exercise 4.)
#
# ## How far a feature can see
#
# A feature of `relu1_1` sees 3 by 3 pixels. A feature of `relu1_2` sees 3 by 3 features of
# `relu1_1`, which together see 5 by 5 pixels. Every step widens the view, and pooling makes the
# following steps wider. The set of pixels that a feature depends on is its *receptive field*. For a
# step whose window has width $k$ and moves on by $s$ positions at a time, its *stride* (a
# convolution has $k = 3, s = 1$, pooling $k = 2, s = 2$), its width $r$ grows as
#
# $$ r' = r + (k - 1) \, j , \qquad j' = s \, j , $$
#
# where $j$, the *jump*, is how many pixels two neighbouring features are apart. We begin with
# $r = j = 1$ and $t = 0$ at the pixels. A third number says where the field begins: $t' = t - j$
# for a convolution, because the padding lets it begin one position earlier, and $t' = t$ for
# pooling. Then feature $p$ sees the pixels from $t + p \, j$ to $t + p \, j + r - 1$.

# %%
r, j, t = 1, 1, 0
field = {}
for layer in order:
    if layer.startswith("conv"):
        r, j, t = r + 2 * j, j, t - j
    elif layer.startswith("pool"):
        r, j, t = r + j, 2 * j, t
    field[layer] = (r, j, t)
print({layer: field[layer][0] for layer in order if layer.startswith("relu")})

# %% [markdown]
# That is a calculation on paper. Here is the experiment: take the feature in the middle of a layer,
# and ask `jax.grad` for its derivative with respect to all pixels. Pixels that the feature does not
# see have derivative exactly 0. (We add up all channels of the layer, and use noise as picture, so
# that no pixel is left out by chance.)

# %%
style_layers = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
noise = rng.uniform(size=(1, options.side, options.side, 3)).astype(np.float32)


def sensitivity(layer):
    """The size of the derivative of the middle feature with respect to each pixel, (h, w)."""

    def middle_feature(picture, params):
        maps = vgg.features(params, picture, [layer])[layer]  # (1, h, w, N)
        return maps[0, maps.shape[1] // 2, maps.shape[2] // 2].sum()

    return np.abs(np.asarray(jax.jit(jax.grad(middle_feature))(noise, params))[0]).sum(axis=-1)


def first_and_size(seen):
    """First index and length of the stretch that holds all that is not zero."""
    found = np.flatnonzero(seen)
    return int(found[0]), int(found[-1] - found[0] + 1)


slopes, expected, measured = {}, {}, {}  # of a box: first row, rows, first column, columns
for layer in style_layers:
    r, j, t = field[layer]
    middle = options.side // j // 2
    if t + middle * j >= 0 and t + middle * j + r <= options.side:  # all inside the picture
        expected[layer] = (t + middle * j, r) * 2
        slopes[layer] = seen = sensitivity(layer)
        measured[layer] = first_and_size(seen.any(axis=1)) + first_and_size(seen.any(axis=0))
        print(f"{layer}: expected {expected[layer]}, measured {measured[layer]}")

# %% [markdown]
# Formula and experiment agree to the pixel. But a field has no sharp edge in practice. Here is how
# strongly the middle feature of the deepest of these layers depends on each pixel:

# %%
photograph = resizing.fit(files.read(samples.content()), options.size)
height, width = photograph.shape[1:3]
figure, axes = plt.subplots(1, 2, figsize=(10, 4), width_ratios=(1.5, 1), layout="constrained")
axes[0].imshow(photograph[0])
colours_of = dict(zip(style_layers, plt.get_cmap("viridis")(np.linspace(1, 0.25, 5)), strict=True))
for name in style_layers:
    side = field[name][0]
    corner = width / 2 - side / 2, height / 2 - side / 2
    axes[0].add_patch(
        Rectangle(corner, side, side, fill=False, color=colours_of[name], linewidth=2.5, label=name)
    )
axes[0].set(title="what one feature can see", xticks=[], yticks=[])
axes[0].legend(loc="lower left", fontsize=9)
deepest = list(measured)[-1]
first, r = measured[deepest][:2]
box = slopes[deepest][first : first + r, first : first + r]
axes[1].imshow(box**0.5, cmap="magma", extent=(0, r, r, 0))
axes[1].set(title=f"what a feature of {deepest} depends on", xlabel="pixels", ylabel="pixels")
lesson.show(
    "02-receptive-field",
    "Left: the photograph with five nested squares, the receptive fields of relu1_1 to relu5_1. "
    f"Right: how much a feature of {deepest} depends on each pixel (square roots): much in the "
    "middle, little towards the border.",
)
inner = box[r // 4 : r - r // 4, r // 4 : r - r // 4]
inner_share, inner_area = inner.sum() / box.sum(), inner.size / box.size
print(f"the inner {inner_area:.0%} of the field hold {inner_share:.0%} of the dependence")

# %% [markdown]
# **Notice:** the middle counts most, because most paths through the network lead there: a pixel in
# the middle reaches the feature by way of many windows, a pixel in the corner by way of a single
# one. Luo et al. (2016) studied this *effective* receptive field.
#
# ## The kernels of the first layer
#
# The first convolution has 64 kernels of 3 by 3 weights for three colours: 64 tiny colour pictures.
# Grey stands for the weight 0. Next to each kernel we place the one that is most nearly its
# *opposite*. How opposite two kernels are is told by the cosine of the angle between them, their
# product divided by both their lengths: 1 for the same direction, $-1$ for opposite ones.

# %%
kernels = params["conv1_1"]["kernel"][:, :, ::-1]  # (3, 3, 3, 64), BGR turned into RGB
directions = kernels.reshape(27, 64) / np.linalg.norm(kernels.reshape(27, 64), axis=0)
cosine = directions.T @ directions  # (64, 64)
opposites = int((cosine.min(axis=0) < -0.9).sum())
even = 9 * kernels.mean(axis=(0, 1)) ** 2  # Σk², if all nine places had the mean weight: (3, 64)
flat = int((even.sum(axis=0) > 0.9 * (kernels**2).sum(axis=(0, 1, 2))).sum())
print(f"{opposites} of 64 kernels have one among the others with a cosine below -0.9")
print(f"{flat} of 64 kernels are nearly the same in all nine places")

pairs = []  # the most opposite pair first, then the most opposite pair of the rest, and so on
remaining = cosine.copy()
while len(pairs) < 32:
    pair = np.unravel_index(np.nanargmin(remaining), remaining.shape)
    pairs.append([int(i) for i in pair])
    remaining[list(pair)] = np.nan
    remaining[:, list(pair)] = np.nan

sheet = np.ones((4 * 9, 8 * 17, 3))  # white; a weight is drawn as 2 by 2 squares
for number, pair in enumerate(pairs):
    for second, channel in enumerate(pair):
        kernel = kernels[..., channel] / np.abs(kernels[..., channel]).max()
        top, left = number // 8 * 9, number % 8 * 17 + second * 7
        sheet[top : top + 6, left : left + 6] = 0.5 + np.kron(kernel, np.ones((2, 2, 1))) / 2
figure, ax = plt.subplots(figsize=(10, 2.6), layout="constrained")
ax.imshow(sheet[:-3, :-4])
ax.axis("off")
lesson.show(
    "02-kernels",
    "The 64 kernels of conv1_1 as colour pictures of 3 by 3 pixels, in 32 pairs: most look like "
    "the negative of their neighbour.",
)

# %% [markdown]
# **Notice:** there are edges in several directions, nearly without colour, and spots and stripes.
# Others are patches of one colour; they answer to that colour and not to any edge. Nobody drew
# these kernels: they were learnt from photographs. And most come in pairs of opposites. This is the
# network's answer to the rectifier, which lets only positive numbers pass: one kernel of a pair
# responds where dark turns to bright, the other where bright turns to dark.
#
# ## Feature maps
#
# Now the photograph goes in. We look at five layers, one in each block, and in each layer at the
# strongest maps: those with the largest $\sum_{pq} F_{pqo}^2$. (These sums are the diagonal of the
# Gram matrix in lesson 4.)


# %%
@partial(jax.jit, static_argnames=("layers", "pooling"))
def maps_of(picture, params, layers, pooling):
    return vgg.features(params, picture, layers, pooling=pooling)


def features_of(picture, pooling="max", layers=style_layers):
    maps = maps_of(picture, params, tuple(layers), pooling)
    return {layer: np.asarray(maps[layer][0], np.float64) for layer in layers}  # (h, w, N)


features = features_of(photograph)
strongest = {layer: np.argsort((F**2).mean(axis=(0, 1)))[::-1][:6] for layer, F in features.items()}

# %% tags=["thumbnail"]
figure, axes = plt.subplots(
    5, 6, figsize=(10, 5 * 10 / 6 * height / width + 0.6), layout="constrained"
)
for row, (layer, F) in zip(axes, features.items(), strict=True):
    for ax, channel in zip(row, strongest[layer], strict=True):
        ax.imshow(F[:, :, channel], cmap="magma", aspect=height / width * F.shape[1] / F.shape[0])
        ax.set(xticks=[], yticks=[])
        ax.set_title(f"channel {channel}", fontsize=9)
    row[0].set_ylabel(layer, fontsize=12)
lesson.show(
    "02-feature-maps",
    "The six strongest feature maps of the photograph in each of five layers, from relu1_1, where "
    "the cat is seen in every detail, to relu5_1, where a few coarse spots are left.",
)

# %% [markdown]
# **Notice:** the upper rows are still pictures of the cat, as light and shade or as a drawing of
# its edges. Further down the maps are coarser and emptier, and each bright spot says more:
# *something of my kind is here*. (From row to row they have half the height and width; here all are
# drawn equally large.)
#
# What is "my kind"? We can ask each channel to show us. We look for the place where it answers most
# strongly, and cut out its receptive field there, once from the photograph and once from the
# painting. The columns are those channels of a layer for which the *weaker* of both answers is
# strongest.

# %%
painting = resizing.fit(files.read(samples.STYLE), options.size)


def strongest_patch(picture, F, channel, layer):
    """The receptive field where the channel is largest, grey where it leaves the picture."""
    r, j, t = field[layer]
    p, q = np.unravel_index(F[:, :, channel].argmax(), F.shape[:2])
    framed = np.pad(picture[0], ((r, r), (r, r), (0, 0)), constant_values=0.5)
    top, left = r + t + p * j, r + t + q * j
    return framed[top : top + r, left : left + r]


def answering(F, F_painting):
    """The eight channels that answer most strongly to both pictures."""
    peaks = np.minimum(F.max(axis=(0, 1)), F_painting.max(axis=(0, 1)))
    return np.argsort(peaks)[::-1][:8]


of_painting = features_of(painting)
chosen = {}  # channels by layer
figure, axes = plt.subplots(8, 8, figsize=(10, 10.6), layout="constrained")
for number, layer in enumerate(style_layers[1:]):
    chosen[layer] = answering(features[layer], of_painting[layer])
    for column, channel in enumerate(chosen[layer]):
        for row, picture, F in (
            (2 * number, photograph, features[layer]),
            (2 * number + 1, painting, of_painting[layer]),
        ):
            ax = axes[row, column]
            ax.imshow(strongest_patch(picture, F, channel, layer))
            ax.set(xticks=[], yticks=[])
        axes[2 * number, column].set_title(f"channel {channel}", fontsize=9)
    axes[2 * number, 0].set_ylabel(f"{layer}\nphotograph", fontsize=9)
    axes[2 * number + 1, 0].set_ylabel("painting", fontsize=9)
lesson.show(
    "02-patches",
    "For eight channels in each of four layers: the piece of the photograph, and below it the "
    "piece of the painting, to which the channel answers most strongly. The pieces grow from 10 to "
    "156 pixels.",
)

# %% [markdown]
# **Notice:** in `relu2_1` it is a matter of a few pixels: a spot, a line, an edge in one direction,
# in whatever colour. In `relu4_1` there are eyes, fur and the nose. The channels of `relu5_1` all
# choose round things with a centre: in the photograph the eyes of the cat, in the painting the
# whirls of the sky. *The same channels* answer to both. This is what style transfer builds on.
# (Grey is outside the picture. Some channels like a corner best, where the zeros of the padding
# make edges.)
#
# ## What changes a feature, and what does not
#
# Another way to learn what features mean is to change the picture and to see how far they move, by
# the relative distance $\lVert F' - F \rVert / \lVert F \rVert$. The noise has a standard deviation
# of 0.05.


# %%
def relative_distance(F_, F):
    return np.linalg.norm(F_ - F) / np.linalg.norm(F)


grain = rng.normal(scale=0.05, size=photograph.shape)
changes = {
    "mirrored": photograph[:, :, ::-1],
    "without colour": np.repeat(photograph.mean(axis=-1, keepdims=True), 3, axis=-1),
    "with noise": (photograph + grain).clip(0, 1).astype(np.float32),
    "darker by a fifth": 0.8 * photograph,
}
moved = {}  # by change: one distance a layer
print(f"{'':20}" + "".join(f"{layer:>9}" for layer in style_layers))
for name, picture in changes.items():
    changed = features_of(picture)
    moved[name] = [relative_distance(changed[layer], features[layer]) for layer in style_layers]
    print(f"{name:20}" + "".join(f"{d:9.2f}" for d in moved[name]))

figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for name, values in moved.items():
    ax.plot(style_layers, values, "o-", label=name)
ax.set(ylabel="relative distance of the features", ylim=(0, 1.5))
ax.grid(alpha=0.3)
ax.legend(loc="upper center", ncols=4)
lesson.show(
    "02-changes",
    "How far the features move in five layers if the picture is mirrored, loses its colour, gets "
    "noise, or gets darker.",
)

# %% [markdown]
# **Notice:**
#
# - Darkness matters less from layer to layer. Noise matters *more*: for the deep layers, fine grain
#   is another texture, while a darker cat is still the cat.
# - Colour counts most in the first layer, but it never ceases to count.
# - Mirroring moves all features by about their own size. A map keeps the *places* of things, and
#   these have all changed.
#
# ## Most features are silent
#
# A rectified feature that is 0 says: nothing of my kind here. How many are 0?

# %%
relus = [layer for layer in order if layer.startswith("relu")]
silent = {layer: (F == 0).mean() for layer, F in features_of(photograph, layers=relus).items()}
by_max, by_avg = features, features_of(photograph, pooling="avg")
size_left = {
    layer: np.linalg.norm(by_avg[layer]) / np.linalg.norm(by_max[layer]) for layer in style_layers
}
print("silent:", ", ".join(f"{layer} {share:.0%}" for layer, share in silent.items()))
print("average pooling leaves:", ", ".join(f"{k} {v:.0%}" for k, v in size_left.items()))

figure, axes = plt.subplots(1, 2, figsize=(10, 4), width_ratios=(2, 1.2), layout="constrained")
axes[0].bar(list(silent), [100 * share for share in silent.values()], color="tab:blue")
axes[0].set(title="features that are exactly 0", ylabel="per cent", ylim=(0, 100))
axes[1].bar(list(size_left), [100 * share for share in size_left.values()], color="tab:orange")
axes[1].set(title="size with average pooling", ylabel="per cent of that with max pooling")
for ax in axes:
    ax.tick_params(axis="x", rotation=60)
    ax.grid(axis="y", alpha=0.3)
lesson.show(
    "02-silent",
    "Left: the share of features that are 0, in all thirteen rectified layers. Right: how large "
    "the features are with average pooling, compared with max pooling, in five layers.",
)

# %% [markdown]
# **Notice:** in the early layers around half of the features are silent, or fewer; in the deepest
# layers most are. An answer that is rare says more.
#
# On the right: VGG19 was trained with max pooling. Gatys, Ecker and Bethge (2016) replaced it by
# average pooling and found the pictures slightly more appealing. The mean of four numbers that are
# not negative is never larger than their maximum. And indeed the features get quieter with each
# pooling, and it is not only a matter of loudness:

# %%
after_best_factor = {}
for layer in style_layers:
    a, m = by_avg[layer], by_max[layer]
    best = np.sum(a * m) / np.sum(a * a)
    after_best_factor[layer] = relative_distance(best * a, m)
    print(f"{layer}, average against max, after the best factor: {after_best_factor[layer]:.2f}")

# %% [markdown]
# The library offers both (`pooling="max"`, `pooling="avg"`), and lesson 7 paints with both. Compare
# losses only among pictures that were made with the same one.
#
# ## Shift the picture, shift the features
#
# The same kernel serves all places. So if the picture moves, the features should move along. After
# $n$ poolings a map has one position for $2^n$ pixels, so a shift of $2^n$ pixels should move it by
# exactly one position. And a shift of one pixel? We cut two pictures out of the photograph, one $s$
# pixels further to the right, move the maps by the best whole number of positions, and compare them
# where no field reaches the left or right border. (The upper and the lower border stay where they
# are.)

# %%
width = photograph.shape[2] // 16 * 16 - 16
shifts = [1, 2, 4, 8, 16]


def columns_inside(layer):
    """First and last column (exclusive) of a map whose fields lie inside the picture."""
    r, j, t = field[layer]
    return -(t // j), (width - r - t) // j + 1  # t + p j >= 0, t + p j + r <= width


inside = {}  # without layers that see the border nearly everywhere
for layer in style_layers:
    first, end = columns_inside(layer)
    if end - first > shifts[-1] // field[layer][1]:
        inside[layer] = first, end

unshifted = features_of(photograph[:, :, :width], layers=list(inside))
shift_error = {}  # (layer, shift): relative distance after the best whole move
for s in shifts:
    shifted = features_of(photograph[:, :, s : s + width], layers=list(inside))
    for layer, (first, end) in inside.items():
        floor = s // field[layer][1]
        shift_error[layer, s] = min(
            relative_distance(
                shifted[layer][:, first : end - move], unshifted[layer][:, first + move : end]
            )
            for move in (floor, floor + 1)
        )

print(f"{'shift by':10}" + "".join(f"{s:>10}" for s in shifts) + "   pixels")
for layer in inside:
    print(f"{layer:10}" + "".join(f"{shift_error[layer, s]:10.2g}" for s in shifts))

# %% [markdown]
# **Notice:** a diagonal divides the table. Where $s$ is a multiple of $2^n$, nothing is left but,
# at most, the rounding of float32: the features *have* moved with the picture. Below the diagonal
# they have changed. Pooling cuts the map into squares at fixed places, and a shift by one pixel
# puts other neighbours into the same square. So the features of a shifted picture are the shifted
# features only if the shift fits all the poolings. (Zhang (2019) takes the maximum at every
# position, and blurs before three positions of four are dropped, to make this better.)
#
# ## Exercises
#
# 1. Find a kernel that detects horizontal edges, one that blurs, and one that leaves the picture as
#    it is. What does the sum of the weights tell you?
# 2. Two convolutions of 3 by 3 in a row, without a rectifier in between, are one convolution. How
#    large is its kernel, and how is it made? Count the weights (one channel) and say why VGG19
#    prefers small kernels.
# 3. How wide is the receptive field of `relu5_4`, after the last convolution of VGG19? And of
#    `relu5_1` in VGG16, which has three convolutions where VGG19 has four?
# 4. The compiler counted fewer operations than we did. It leaves out the products with the zeros of
#    the padding. How many products of one convolution remain? Check the count again.
# 5. Show that two kernels $k$ and $-k$, each followed by a rectifier, lose nothing: $y$ can be
#    recovered from the two maps.
#
# ## Solutions
#
# **1.** The transpose of our kernel detects horizontal edges; nine times $\frac19$ blurs; a single
# 1 in the middle leaves the picture alone. Where the picture is even, the result is its value times
# the sum of the weights: 0 for detectors, 1 for kernels that keep the brightness.

# %%
identity = np.zeros((3, 3))
identity[1, 1] = 1
horizontal = convolve(x, k.T)
blurred = convolve(x, np.full((3, 3), 1 / 9))
print(horizontal, blurred.round(1), sep="\n")
identity_error = np.abs(convolve(x, identity) - x).max()

# %% [markdown]
# **2.** A result of the second convolution depends on 5 by 5 pixels, so the kernel has 5 by 5
# weights. Put one formula into the other: the product $k_{uv} \, k'_{u'v'}$ belongs to the pixel at
# $(u + u', v + v')$, so the large kernel is
# $K_{ab} = \sum_{u + u' = a,\; v + v' = b} k_{uv} \, k'_{u'v'}$: the full (mathematical)
# convolution of the two. It has 25 weights, the two small ones together 18. They cannot make every
# kernel of 25 weights; but with a rectifier in between they can do what no single kernel can. Fewer
# weights and more rectifiers are the reasons that Simonyan and Zisserman give for small kernels.

# %%
picture, k_1, k_2 = rng.normal(size=(12, 12)), rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
twice = convolve(convolve(picture, k_1), k_2)
K = scipy.signal.convolve2d(k_1, k_2, mode="full")  # (5, 5)
once = scipy.signal.correlate2d(picture, K, mode="same")
chain_error = np.abs(twice - once)[1:-1, 1:-1].max() / np.abs(once).max()
print(f"two against one, off the border: {chain_error:.1e} of the largest entry")

# %% [markdown]
# (At the border they differ: the second convolution pads the first result with zeros, where the
# large kernel would see pixels.)
#
# **3.** Continue with the formula:


# %%
def field_width(network, layer):
    r = j = 1
    for name in vgg.LAYERS[network]:
        if name.startswith("conv"):
            r += 2 * j
        elif name.startswith("pool"):
            r, j = r + j, 2 * j
        if name == layer:
            return r
    raise KeyError(layer)


fields_of_solution = field_width("vgg19", "relu5_4"), field_width("vgg16", "relu5_1")
print(fields_of_solution)

# %% [markdown]
# **4.** In one direction, three weights at each of $h$ positions make $3h$ products, and two of
# these, one at each end, meet the frame: $3h - 2$ remain. In both directions $(3h - 2)(3w - 2)$
# instead of $9hw$, times $c d$. The rest of the compiler's operations are one addition for each
# bias, one maximum for each rectifier, three for each square in pooling, and two for each number in
# `preprocess`:

# %%
h = w = 224
operations = 2 * 3 * h * w  # preprocess
for layer in order:
    if layer.startswith("conv"):
        c, d = params[layer]["kernel"].shape[2:]
        operations += 2 * (3 * h - 2) * (3 * w - 2) * c * d + d * h * w
    elif layer.startswith("relu"):
        operations += d * h * w
    else:
        h, w = h // 2, w // 2
        operations += 3 * d * h * w
exact_ratio = flops / operations
print(f"compiler: {flops:,.0f} operations; counted by hand: {operations:,}")
print(f"they differ by {abs(exact_ratio - 1):.0e} of the whole")

# %% [markdown]
# **5.** One of $y$ and $-y$ is not positive, so one of the two maps is 0 and the other is
# $\lvert y \rvert$: $\max(y, 0) - \max(-y, 0) = y$.

# %%
recovered_error = np.abs(np.maximum(convolve(x, k), 0) - np.maximum(convolve(x, -k), 0) - y).max()
print(f"largest difference: {recovered_error:g}")
