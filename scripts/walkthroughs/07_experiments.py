# %% [markdown]
# # 7. Weights, pooling, layers, initial pictures
#
# A style transfer has a handful of knobs: how much the content counts against the style, how the
# network pools, which layers are compared, where the picture starts. Reports on style transfer
# turn them one at a time and show what comes out. This lesson repeats these experiments with
# measurements, derives what can be derived, and shows why the number 1/1000 in one program is not
# the number 1/1000 in another.
#
# **Before you start.** You should know the content loss (lesson 3), the Gram matrix (lesson 4), how
# pooling passes a derivative back (lesson 5), and that L-BFGS goes downhill (lesson 6).

# %%
import dataclasses
import inspect
from functools import partial

import jax
import jax.numpy as jnp
import lesson
import matplotlib.pyplot as plt
import numpy as np
import scipy.optimize
from skimage.metrics import structural_similarity

from jnst.backbones import vgg, vgg_tables
from jnst.byhand.backbones import pooling as byhand
from jnst.losses import content, gram, squares
from jnst.losses.tv import total_variation
from jnst.optimize import optimizers
from jnst.optimize.loop import minimize
from jnst.pictures import files, resizing, samples
from jnst.transfer.initial import initial
from jnst.transfer.presets import preset
from jnst.transfer.settings import Settings
from jnst.weights import store

options = lesson.options(
    "Weights, pooling, layers, initial pictures", size=(112, 64), steps=(40, 10)
)
content_layers = ["relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2"]
style_layers = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
rng = np.random.default_rng(0)

# %% [markdown]
# ## Two losses, one weight
#
# Gatys et al. (2016, equation 7) minimize a weighted sum of the content loss and the style loss,
#
# $$ E(x) = \alpha \, L_c(x) + \beta \, L_s(x) . $$
#
# Multiplying both weights by the same number multiplies $E$ and changes no minimum. So only the
# ratio $\alpha / \beta$ matters. We keep $\beta = 1$ and turn $\alpha$.
#
# We take both losses in the units of lesson 3, where 1 is the loss of a blank map: in each layer
#
# $$ L_c = \frac{\sum (F - P)^2}{\sum P^2} , \qquad
#    L_s = \frac{\sum (G - A)^2}{\sum A^2} , $$
#
# and for the style the mean over its five layers. All weights are arguments of one function. So a
# single compiled program serves all experiments of this lesson: a layer that should not count has
# the weight 0.

# %%
params = jax.device_put(store.load("vgg19"))
photograph = resizing.fit(files.read(samples.content()), options.size)
height, width = photograph.shape[1:3]
painting = resizing.cover(files.read(samples.STYLE), height, width)


@partial(jax.jit, static_argnames="pooling")
def features_of(x, params, pooling):
    return vgg.features(params, x, content_layers + style_layers, pooling=pooling)


def objective(x, params, targets, alphas, betas, pooling):
    """E, and all ten losses by layer, without their weights."""
    F = features_of(x, params, pooling)
    P, A = targets
    losses = {i: content.distance(F[i], P[i], scale="relative") for i in content_layers}
    losses |= {i: gram.distance(gram.statistic(F[i]), A[i], scale="relative") for i in style_layers}
    E = sum(alphas[i] * losses[i] for i in content_layers)
    return E + sum(betas[i] * losses[i] for i in style_layers), losses


@partial(jax.jit, static_argnames="pooling")
def evaluate(constants, x, pooling):
    (E, losses), gradient = jax.value_and_grad(objective, has_aux=True)(x, *constants, pooling)
    return E, losses, gradient


def pair(pooling, size=options.size):
    """The features of the photograph and of the painting."""
    return [features_of(resizing.fit(x, size), params, pooling) for x in (photograph, painting)]


targets = {}
for pooling in ("max", "avg"):
    P, F_painting = pair(pooling)
    A = {i: gram.statistic(F_painting[i]) for i in style_layers}
    targets[pooling] = {i: P[i] for i in content_layers}, A

lbfgs = optimizers.lbfgs(1.0)
lbfgs = lbfgs._replace(update=jax.jit(lbfgs.update))  # compiled here, once for all our runs


def weights_of(layers, chosen):
    """A weight for each layer: that of `chosen`, or 0."""
    return {i: jnp.float32(chosen.get(i, 0)) for i in layers}


evenly = dict.fromkeys(style_layers, 1 / 5)


def paint(alphas, betas=evenly, start=photograph, pooling="max"):
    """The best picture, its E, and its ten losses."""
    alphas, betas = weights_of(content_layers, alphas), weights_of(style_layers, betas)
    constants, of_pooling = (
        (params, targets[pooling], alphas, betas),
        partial(evaluate, pooling=pooling),
    )
    found: dict[str, float] = {}
    for progress in minimize(
        of_pooling, constants, jnp.asarray(start), lbfgs, steps=options.steps, compiled=False
    ):
        if progress.total == progress.best_total:
            found = progress.parts
    return progress.best, progress.best_total, found


def style_loss(losses):
    return float(np.mean([losses[i] for i in style_layers]))


# %% [markdown]
# ## A row of ratios
#
# Six pictures, with the content in relu4_2 and the style in all five layers. The first run starts
# from the photograph, each of the others from the picture before it, so that the steps add up.

# %% tags=["thumbnail"]
ratios = [10.0, 1.0, 0.1, 0.01, 0.001, 0.0]
row, start = {}, photograph
for alpha in ratios:
    row[alpha] = paint({"relu4_2": alpha}, start=start)
    start = row[alpha][0]
L_c = np.array([losses["relu4_2"] for _, _, losses in row.values()])
L_s = np.array([style_loss(losses) for _, _, losses in row.values()])
print(f"{'α/β':>8}{'L_c':>10}{'L_s':>10}")
for alpha, c, s in zip(ratios, L_c, L_s, strict=True):
    print(f"{alpha:8g}{c:10.4f}{s:10.4f}")
lesson.pictures({f"α/β = {alpha:g}": run[0] for alpha, run in row.items()}, columns=3)
lesson.show(
    "07-ratios",
    "Six pictures of a cat, painted with ratios of content to style weight from 10 to 0: from the "
    "photograph to a cat that is all brush strokes.",
)

# %% [markdown]
# **Notice:** with 10 we see the photograph, with 1 the painting's colours come in, with 0.1 there
# are strokes that follow the fur. From 0.01 on the pictures hardly differ: the content has stopped
# to matter, and what is left of the cat is left because the run began with it. All that happens
# happens within two decades. And a content loss above 1 is possible: these features are further
# from the photograph's than those of a blank map.
#
# That one loss falls while the other rises is no accident. Let $x_1$ and $x_2$ be the best pictures
# for the weights $\alpha_1 < \alpha_2$. Each is best for its own weight:
#
# $$ \alpha_1 L_c(x_1) + L_s(x_1) \le \alpha_1 L_c(x_2) + L_s(x_2) , \qquad
#    \alpha_2 L_c(x_2) + L_s(x_2) \le \alpha_2 L_c(x_1) + L_s(x_1) . $$
#
# Add the two. All $L_s$ cancel, and what is left is
#
# $$ (\alpha_2 - \alpha_1) \, \bigl( L_c(x_2) - L_c(x_1) \bigr) \le 0 , $$
#
# so $L_c(x_2) \le L_c(x_1)$: more weight never gives more content loss. Then the first inequality
# gives $L_s(x_1) \le L_s(x_2)$. No property of networks was used. It holds for any two losses, if
# we really find the best picture.
#
# ## What does the optimum pay for a weight?
#
# Call the loss of the best picture $E^*(\alpha) = \min_x \, \alpha L_c(x) + L_s(x)$, and the best
# picture $x^*(\alpha)$. If we turn $\alpha$ a little, then the best picture changes, too. By the
# chain rule
#
# $$ \frac{dE^*}{d\alpha}
#    = \underbrace{L_c(x^*)}_{\partial E / \partial \alpha}
#    + \underbrace{\nabla_x E(x^*)}_{= \, 0}{}^{\!\top} \, \frac{dx^*}{d\alpha}
#    = L_c(x^*) . $$
#
# At the best picture the gradient is zero, so it does not matter how the picture moves. This is the
# *envelope theorem*. Weights are turned by factors, so we write it for $\log \alpha$, where
# $d\alpha = \alpha \, d \log \alpha$:
#
# $$ \boxed{ \;\; \frac{dE^*}{d \log \alpha} = \alpha \, L_c(x^*) \;\; } $$
#
# The slope is the content part of the loss itself. To check it we need a problem so small that we
# can really find its minimum: no network, just a matrix $F$ with 8 positions and 3 channels, in
# float64.

# %%
P_small, style_small = rng.normal(size=(2, 8, 3))
A_small = style_small.T @ style_small


def small_losses(F):
    G = F.T @ F
    return ((F - P_small) ** 2).sum() / 2, ((G - A_small) ** 2).sum() / (4 * 3**2 * 8**2)


def small_optimum(alpha):
    """E*, L_c and L_s at the minimum."""

    def value_and_gradient(flat):
        F = flat.reshape(8, 3)
        c, s = small_losses(F)
        slope = alpha * (F - P_small) + F @ (F.T @ F - A_small) / (3**2 * 8**2)
        return alpha * c + s, slope.ravel()

    found = scipy.optimize.minimize(
        value_and_gradient, P_small.ravel(), jac=True, method="BFGS", options={"gtol": 1e-11}
    )
    return found.fun, *small_losses(found.x.reshape(8, 3))


alpha, eps = 0.003, 1e-3
_, c, s = small_optimum(alpha)
E_above, E_below = (small_optimum(alpha * np.exp(sign * eps))[0] for sign in (1, -1))
envelope_error = abs((E_above - E_below) / (2 * eps) / (alpha * c) - 1)
print(f"dE*/d log α by central differences against α L_c: {envelope_error:.1e} relative")

# %% [markdown]
# With the real network the minimum is out of reach. Yet the picture of the theorem is still useful.
# For a *fixed* picture $x_i$, $\alpha \mapsto \alpha L_c(x_i) + L_s(x_i)$ is a straight line with
# slope $L_c(x_i)$. $E^*$ is the lowest of all such lines, their *envelope*. Here are the lines of
# the six pictures. (With logarithmic axes they look bent.)

# %%
alphas = np.geomspace(1e-4, 30, 200)
positive = ratios[:-1]
figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
axes[0].loglog(L_c[:-1], L_s[:-1], "k-", linewidth=0.8)
for i, alpha in enumerate(ratios):
    colour = plt.get_cmap("viridis")(0.9 * i / (len(ratios) - 1))
    axes[0].loglog(L_c[i], L_s[i], "o", color=colour, label=f"α/β = {alpha:g}")
    axes[1].loglog(alphas, alphas * L_c[i] + L_s[i], color=colour)
    if alpha:
        axes[1].plot(alpha, alpha * L_c[i] + L_s[i], "o", color=colour)
axes[0].set(xlabel="content loss in relu4_2", ylabel="style loss", title="the exchange")
axes[1].set(xlabel="α/β", ylabel="α L_c + L_s", title="a line for each picture")
axes[0].legend(fontsize=9)
for ax in axes:
    ax.grid(alpha=0.3)
lesson.show(
    "07-exchange",
    "Left: style loss against content loss for six ratios, falling. Right: the loss of each "
    "picture as a function of the ratio; those of large ratios are lowest at their own.",
)
at_each = np.array([[alpha * c + s for c, s in zip(L_c, L_s, strict=True)] for alpha in positive])
winners = at_each.argmin(axis=1)
for alpha, winner in zip(positive, winners, strict=True):
    print(f"lowest at α/β = {alpha:g}: the picture painted with {ratios[winner]:g}")

# %% [markdown]
# **Notice:** the ratios are evenly spaced on a logarithmic axis, the points on the curve are not.
# From 1 to 0.1 one gets much style for the content that one gives; this is where people end up who
# turn the knob by eye. At the lower end a decade hardly changes anything.
#
# In the right plot the dot of each picture should lie on the lowest line. The dots of the small
# ratios do not: the picture with $\alpha = 0$, painted last and with the most steps behind it,
# beats them *at their own ratio*. So these runs had not finished. That is a free test: before you
# compare two weights, check that each picture is the best of all for its own.
#
# ## Whose 1/1000?
#
# Gatys et al. (2015) print $\alpha/\beta = 10^{-3}$, their later notebook has weights of 1 and
# 1000, neural-style has 5 and 100. The course slides that we call `debashish2023` show pictures for
# 1/1000, 1/10 000, 1/100 000 and 1/1 000 000. Can these be compared? Only if their losses have the
# same units. They have not:
#
# | | content | Gram matrix | style in one layer |
# |---|---|---|---|
# | Gatys et al., paper | $\frac12 \sum (F - P)^2$ | $F^\top F$ | $\sum (G - A)^2 / (4 N^2 M^2)$ |
# | Gatys's notebook | mean of $(F - P)^2$ | $F^\top F / M$ | mean of $(G - A)^2$, times $1/N^2$ |
# | neural-style | mean of $(F - P)^2$ | $F^\top F / (M N)$ | mean of $(G - A)^2$ |
#
# In the content there is a factor of $MN/2$ between the sum and the mean. In the style, write out
# the last two, and they turn out to be the same, $\sum (G - A)^2 / (N^4 M^2)$ with the plain sums
# $G$ and $A$; the first is $N^2/4$ times as large. How large are these factors?

# %%
factors = {}
for layer, N, pools in (("relu1_1", 64, 0), ("relu4_2", 512, 3), ("relu5_1", 512, 4)):
    M = (512 // 2**pools) * (384 // 2**pools)
    factors[layer] = M * N / 2, N**2 / 4
    print(f"{layer} at 512 x 384: MN/2 = {M * N / 2:8.0f}, N²/4 = {N**2 / 4:6.0f}")

# %% [markdown]
# There is a fair way to compare: ask each program what *it* calls the loss of a blank map. If
# $k_c$ is its content loss for $F = 0$, and $k_l$ its style loss in layer $l$ for $G = 0$, then its
# objective is
#
# $$ \alpha \, k_c \, L_c + \sum_l \beta_l \, k_l \, L_{s,l} $$
#
# in our units, and its ratio in our units is $\alpha k_c / \sum_l \beta_l k_l$. All of these
# programs are presets of the library, which knows their scales by name.


# %%
def in_our_units(settings, P, F_painting):
    """α k_c, and β_l k_l for each style layer."""
    blank = content.distance(jnp.zeros_like(P), P, scale=settings.content_scale)
    betas, shares = {}, settings.style_layer_weights
    for i, share in zip(style_layers, shares, strict=True):
        A = gram.statistic(F_painting[i], normalization=settings.gram_normalization)
        k = gram.distance(jnp.zeros_like(A), A, scale=settings.style_scale)
        betas[i] = float(settings.style_weight * share / sum(shares) * k)
    return float(settings.content_weight * blank), betas


printed = {"gatys2015": 1e-3, "gatys2016": 1e-3, "neural-style": 5 / 100, "debashish2023": 1e-3}
ours, by_layer = {}, {}
print(f"{'':15}{'printed':>9}{'in our units':>14}{'at half the size':>18}")
for name, ratio in printed.items():
    settings = preset(name)
    for size in (options.size, options.size // 2):
        P, F_painting = pair(settings.pooling, size)
        a, b = in_our_units(settings, P["relu4_2"], F_painting)
        ours[name, size] = a / sum(b.values())
        by_layer[name, size] = np.array(list(b.values())) / sum(b.values())
    whole, half = (ours[name, size] for size in (options.size, options.size // 2))
    print(f"{name:15}{ratio:9g}{whole:14.3g}{half:18.3g}")
print(f"\n{'share of layer':15}", *(f"{i:>9}" for i in style_layers))
for name in printed:
    print(f"{name:15}", *(f"{share:9.1%}" for share in by_layer[name, options.size]))

# %% [markdown]
# **Notice:** the first two programs print the same ratio, and in our units they differ by more than
# a factor of ten. The second and the third have the same losses, so theirs differ just as printed.
# The first and the third print ratios that differ by 50, and in our units by about two.
# `debashish2023` has the formulas of `gatys2015` and pools by the maximum: that alone changes its
# ratio by nearly ten, since the maxima are louder, and style has the fourth power of the features
# where content has the second.
#
# The last column is for pictures of half the size. Where content is a plain sum, the ratio falls to
# a quarter or less: there are a quarter of the positions in that sum, while the Gram matrices are
# divided by theirs. (What else changes, changes because features do.) Such a program needs another
# weight at each size. At 512 pixels, a usual size, its content counts many times as much as here.
#
# The table of shares is a surprise, too. All four programs give their five layers equal weights (or
# $1/N^2$). Yet relu4_1 has nearly all of the style loss, since its features are the largest, and
# squares of squares do the rest. Equal weights are not equal shares.
#
# ## The slides, by name
#
# Our program has a weight for each layer, so it can be any of these programs: we only have to put
# $\alpha k_c$ and $\beta_l k_l$ in the place of its weights. Here are the four ratios of
# `debashish2023`.

# %%
P, F_painting = pair("max")
slides, in_units = {}, {}
for ratio in (1e-3, 1e-4, 1e-5, 1e-6):
    settings = dataclasses.replace(preset("debashish2023"), content_weight=ratio)
    a, b = in_our_units(settings, P["relu4_2"], F_painting)
    total = sum(b.values())  # divided away: only ratios matter, and L-BFGS does not mind
    in_units[ratio] = a / total
    slides[ratio] = paint({"relu4_2": a / total}, {i: k / total for i, k in b.items()})
lesson.pictures(
    {f"1/{1 / ratio:.0f}: ours {in_units[ratio]:.2g}": run[0] for ratio, run in slides.items()}
)
lesson.show(
    "07-slides",
    "Four pictures with the ratios 1/1000 to 1/1000000 of the course slides, each with the ratio "
    "in units of blank maps.",
)
of_slides = {ratio: (run[2]["relu4_2"], style_loss(run[2])) for ratio, run in slides.items()}
for ratio, (c, s) in of_slides.items():
    print(f"printed {ratio:g}: L_c = {c:.4f}, L_s = {s:.4f}")

# The total of a mirrored photograph, from the formulas as printed, with the last of the ratios.
x = photograph[:, :, ::-1]
F = features_of(x, params, "max")
as_printed = 1e-6 * float(((F["relu4_2"] - P["relu4_2"]) ** 2).sum()) / 2
for i in style_layers:
    N = F[i].shape[-1]
    G, A = gram.statistic(F[i]), gram.statistic(F_painting[i])  # both divided by M
    as_printed += float(((G - A) ** 2).sum()) / (4 * N**2) / 5
_, losses, _ = evaluate((params, targets["max"], weights_of(content_layers, {}),
                         weights_of(style_layers, {})), x, pooling="max")  # fmt: skip
translated = a * float(losses["relu4_2"]) + sum(b[i] * float(losses[i]) for i in style_layers)
translation_error = abs(translated / as_printed - 1)
print(f"our weights against the formulas as printed: {translation_error:.1e} relative")

# %% [markdown]
# **Notice:** four times the same picture. At this size all four ratios are so small that only style
# counts; what is left of the cat comes from the start. And its colours are not the painting's:
# colours belong to relu1_1, which has next to no share. In larger pictures, as those
# of the slides may have been, the content counts more, and the four differ more.
#
# ## Max or average
#
# Lesson 5 derived both backward steps. For one window, with `dy` coming back,
#
# $$ \text{maximum: all of } \texttt{dy} \text{ to the largest,} \qquad
#    \text{average: } \tfrac14 \texttt{dy} \text{ to each of the four.} $$
#
# In both, what arrives adds up to what was sent. But look at the length, the root of the sum of
# squares. The maximum keeps it. The average makes it half: $\sqrt{4 \cdot (1/4)^2} = 1/2$. Now do
# it $b$ times. One number sent back through $b$ poolings reaches
#
# $$ \text{maximum: } 1 \text{ place, length } 1 , \qquad
#    \text{average: } 4^b \text{ places, each } 4^{-b}, \text{ length }
#    \sqrt{4^b \cdot 4^{-2b}} = 2^{-b} . $$
#
# We send four numbers back through three poolings of a random map:

# %%
backward = {"max": byhand.max_pool_backward, "avg": byhand.avg_pool_backward}
forward = {"max": byhand.max_pool, "avg": byhand.avg_pool}
coming_back = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
bottom = rng.random((1, 16, 16, 1))
reached, lengths, sums = {}, {}, {}
for kind in ("max", "avg"):
    on_the_way = [bottom]
    for _ in range(3):
        on_the_way.append(forward[kind](on_the_way[-1]))
    dx = coming_back
    for x in reversed(on_the_way[:-1]):
        dx = backward[kind](dx, x)
    reached[kind] = dx
    lengths[kind] = np.linalg.norm(dx) / np.linalg.norm(coming_back)
    sums[kind] = dx.sum() / coming_back.sum()
    print(f"{kind}: {np.count_nonzero(dx):3} places reached, sum {sums[kind]:g}, "
          f"length {lengths[kind]:g} of what was sent")  # fmt: skip

# %% [markdown]
# And in the network: one position of relu4_2, in the middle, shall become silent. That is a content
# loss whose target is the photograph's own map with one position set to 0. Everywhere else the
# difference is zero, so the gradient at the pixels comes from that position alone.

# %%
alone, active = {}, {}
for pooling in ("max", "avg"):
    F = features_of(photograph, params, pooling)
    P, A = targets[pooling]
    _, rows, columns, _ = P["relu4_2"].shape
    silent = P["relu4_2"].at[:, rows // 2, columns // 2].set(0)
    constants = (
        params, (P | {"relu4_2": silent}, A),
        weights_of(content_layers, {"relu4_2": 1}), weights_of(style_layers, {}),
    )  # fmt: skip
    _, _, gradient = evaluate(constants, photograph, pooling=pooling)
    alone[pooling] = np.abs(np.asarray(gradient[0])).sum(axis=-1)
    active[pooling] = [float(F[i].mean()) for i in style_layers]
drawn = {
    "through 3 poolings, max": reached["max"],
    "through 3 poolings, avg": reached["avg"],
    "from relu4_2, max": alone["max"],
    "from relu4_2, avg": alone["avg"],
}


def most_of(gradient, share=0.5):
    """The smallest part of the pixels that has this share of the squared gradient."""
    squared = np.sort(gradient.ravel() ** 2)[::-1].cumsum()
    return (np.searchsorted(squared, share * squared[-1]) + 1) / gradient.size


concentrated = {pooling: most_of(gradient) for pooling, gradient in alone.items()}
lesson.pictures(
    {k: np.minimum(v / np.quantile(v, 0.999), 1) for k, v in drawn.items()}, cmap="magma"
)
lesson.show(
    "07-pooling-gradient",
    "What comes back through poolings. Left: through three poolings alone, single dots for the "
    "maximum, even squares for the average. Right: from one position of relu4_2 to the pixels.",
)
for pooling, share in concentrated.items():
    print(f"{pooling}: half of the squared gradient is on {share:.2%} of the pixels")
louder = [m / a for m, a in zip(active["max"], active["avg"], strict=True)]
print(
    "mean activation, max by avg:",
    *(f"{q:.2f} in {i}," for q, i in zip(louder, style_layers, strict=True)),
)

# %%
alpha = 0.1
plain = paint({"relu4_2": alpha})
of_pooling = {"max": plain, "avg": paint({"relu4_2": alpha}, pooling="avg")}
roughness = {name: float(total_variation(run[0])) for name, run in of_pooling.items()}
lesson.pictures({f"{name} pooling": run[0] for name, run in of_pooling.items()}, columns=2)
lesson.show("07-pooling", "The same transfer with max and with average pooling.")
for name, (_, _, losses) in of_pooling.items():
    print(f"{name}: L_c = {losses['relu4_2']:.4f}, L_s = {style_loss(losses):.4f}, "
          f"roughness {roughness[name]:.4f}")  # fmt: skip

# %% [markdown]
# **Notice:** the four dots and the four squares are what the formulas say. In the network the
# convolutions spread what the maximum has left, so the difference is smaller than it is for pooling
# alone: dots against soft spots. The pictures agree: with average pooling the strokes are a little
# softer and the picture is slightly less rough. It is a matter of taste, as Gatys et al. (2016) put
# it carefully: "slightly more appealing". But the numbers change: behind four average poolings the
# activations are several times smaller, so that weights that are not in units of blank maps have to
# be found anew.
#
# ## Which content layer
#
# The same style, the same weight, and the content from another layer each time:


# %%
def similarity(x):
    """Structural similarity with the photograph: 1 for the same picture, near 0 for none."""
    return structural_similarity(photograph[0], x[0], channel_axis=-1, data_range=1.0)


of_content = {i: plain if i == "relu4_2" else paint({i: alpha}) for i in content_layers}
alike = {i: similarity(run[0]) for i, run in of_content.items()}
lesson.pictures(
    {"photograph": photograph} | {i: run[0] for i, run in of_content.items()}, columns=3
)
lesson.show(
    "07-content-layers",
    "A photograph, and five transfers that take the content from relu1_2, relu2_2, relu3_2, "
    "relu4_2 and relu5_2.",
)
print(f"{'content from':14}{'its L_c':>10}{'L_s':>10}{'similarity':>12}")
for i, (_, _, losses) in of_content.items():
    print(f"{i:14}{losses[i]:10.4f}{style_loss(losses):10.4f}{alike[i]:12.2f}")

# %% [markdown]
# **Notice:** from relu1_2 and relu2_2 the pupils, the nose and even the whiskers are those of the
# photograph, and the style can only recolour and engrave. The deeper the content layer, the less
# the picture is like the photograph, and the freer are the strokes: from relu4_2 the nose is a few
# strokes that say "nose". The column $L_s$ says the same from the other side: shallow content
# stands in the way of style. (The losses $L_c$ belong to different layers. They cannot be
# compared.)
#
# ## Which style layers
#
# Now without content, $\alpha = 0$, from noise: what is left is the texture that the style loss
# knows. First each layer alone, then all five.

# %%
noise = initial("noise", photograph, painting, seed=0)
of_style = {i: paint({}, {i: 1}, start=noise) for i in style_layers}
of_style["all five"] = paint({}, start=noise)
lesson.pictures({i: run[0] for i, run in of_style.items()}, columns=3)
lesson.show(
    "07-style-layers",
    "Textures from noise, with the style loss in relu1_1 to relu5_1, each alone, and in all five: "
    "spots of colour, thin strokes, curved strokes, whirls, whirls in grain.",
)


geometry = vgg_tables.geometry(vgg.LAYERS["vgg19"])
sees = {i: 2 * geometry[i].reach + geometry[i].stride for i in style_layers}
measured = {i: [losses[j] for j in style_layers] for i, (_, _, losses) in of_style.items()}
print(f"{'style from':12}{'sees':>5}", *(f"{i:>9}" for i in style_layers))
for i, values in measured.items():
    print(f"{i:12}{sees.get(i, ''):>5}", *(f"{value:9.3f}" for value in values))

# %% [markdown]
# "Sees" is the width of what one position depends on, in pixels.
#
# **Notice:** relu1_1 sees 3 pixels, and knows blue, orange, and that neighbours are alike; it has
# no strokes. (The bright frame comes from the zeros that the first convolution sees around the
# picture. The library's default repeats the edge instead.) relu2_1 makes thin strokes, relu3_1 long
# curved ones, relu4_1 whole whirls of them. relu5_1 sees more than this picture is wide, and puts
# down the painting's composition, whirls above and stripes below, under a thick grain. The deeper
# the layer, the more the colours go wrong, down to grey. So each depth has its own scale, and all
# five together are needed to have both colours and strokes.
#
# In the table each row is smallest in its own layer. (The last row only after some 30 steps: from
# noise, relu5_1 is the slowest to get anywhere, and after the ten of a quick run others may still
# be smaller.) Read the first row: it grows from layer to layer. With the content loss of lesson 3 a
# shallow layer took all deeper ones along. Here relu1_1 does not, for what deeper layers see
# depends on how things lie beside each other, and its Gram matrix has forgotten that. Read the
# first column, which knows colours and little else: it grows from row to row. A deep layer does not
# take the shallow ones along, in style as in content.
#
# ## Where to start
#
# The last knob is the initial picture. The content, the style, plain grey with faint noise of three
# seeds; everything else stays the same.

# %%
starts = {
    "the photograph": photograph,
    "the painting": initial("style", photograph, painting, seed=0),
    "noise, seed 0": noise,
    "noise, seed 1": initial("noise", photograph, painting, seed=1),
    "noise, seed 2": initial("noise", photograph, painting, seed=2),
}
of_start = {
    name: plain if start is photograph else paint({"relu4_2": alpha}, start=start)
    for name, start in starts.items()
}
ends = {name: run[1] for name, run in of_start.items()}
apart = np.array(
    [[np.sqrt(np.mean((a[0] - b[0]) ** 2)) for b in of_start.values()] for a in of_start.values()]
)
lesson.pictures({"photograph": photograph} | {i: run[0] for i, run in of_start.items()}, columns=3)
lesson.show(
    "07-starts",
    "A photograph, and five transfers that start from the photograph, from the painting, and from "
    "noise of three seeds.",
)
like_photograph = {name: similarity(run[0]) for name, run in of_start.items()}
print(f"{'from':16}{'E':>8}{'similarity':>12}   root mean square difference from each of the five")
for (name, E), distances in zip(ends.items(), apart, strict=True):
    numbers = (f"{d:6.3f}" for d in distances)
    print(f"{name:16}{E:8.4f}{like_photograph[name]:12.2f}  ", *numbers)

# %% [markdown]
# **Notice:** the losses are close together, the pictures are not: any two are as far apart as two
# different pictures. The lowest loss of all belongs to the start from the painting, and in that
# picture one has to look for the cat (an eye is at the left, below the swirl). The style was there
# already, and the content that was missing costs little at this ratio. So the loss does not decide
# between these pictures; the start does. From noise one gets a cat whose strokes owe nothing to the
# photograph, with a grain that no term of the loss minds, and each seed gives another cat. This is
# why the library starts from the photograph, and why there is a term against grain (lesson 8).
#
# ## In the library
#
# The names of the scales, and what each multiplies a sum of squares with:

# %%
source = inspect.getsource(squares)
print(source[source.index("SCALE = {") : source.index("CONTRAHARMONIC")])
default = Settings()
print(f"the default: content_weight {default.content_weight}, scale {default.content_scale}; "
      f"style_weight {default.style_weight}, scale {default.style_scale}")  # fmt: skip

# %% [markdown]
# The experiments of this lesson, on the command line: `jnst sweep photo.jpg painting.jpg --vary
# content_weight=0.001,0.01 --vary pooling=max,avg` paints every combination, with a contact sheet
# and the curves. `--preset debashish2023` starts from the slides.
#
# ## Exercises
#
# 1. Show that $E^*$ is a concave function of $\alpha$: it lies above each of its chords. Check it
#    on the small problem.
# 2. The falling curve of the exchange has a slope. Show that at the best picture for $\alpha$ it is
#    $dL_s / dL_c = -\alpha$, and check it.
# 3. One program computes features from pictures with values up to 255, another from pictures with
#    values up to 1, and all features become 255 times smaller. (Suppose that there are no biases.)
#    Both use $\frac12 \sum (F - P)^2$ and $\sum (G - A)^2 / (4 N^2 M^2)$. By which factor must
#    $\alpha / \beta$ change?
# 4. Four average poolings make the derivative shorter, by $2^{-4}$. Must the weights be changed
#    therefore? Think of lesson 6.
# 5. Three seeds gave three pictures with nearly the same loss. What is the loss of their mean?
#    Guess first.
#
# ## Solutions
#
# **1.** For each picture, $\alpha L_c(x) + L_s(x)$ is a straight line in $\alpha$. Let $x$ be the
# best picture in the middle, $\alpha = (\alpha_1 + \alpha_2) / 2$. On its line the middle is the
# mean of the ends, and the ends are at least $E^*(\alpha_1)$ and $E^*(\alpha_2)$. So
# $E^*(\alpha) \ge (E^*(\alpha_1) + E^*(\alpha_2)) / 2$.

# %%
at = {alpha: small_optimum(alpha) for alpha in (0.002, 0.003, 0.004)}
above_chord = at[0.003][0] - (at[0.002][0] + at[0.004][0]) / 2
print(f"E* in the middle minus the mean of the ends: {above_chord:+.2e}")

# %% [markdown]
# **2.** At the best picture, $\alpha \nabla L_c + \nabla L_s = 0$. Move along the curve:
# $dL_s = \nabla L_s^\top dx = -\alpha \nabla L_c^\top dx = -\alpha \, dL_c$.

# %%
(_, c_below, s_below), (_, c_above, s_above) = (
    small_optimum(0.003 * np.exp(sign * 1e-3)) for sign in (-1, 1)
)
slope_error = abs((s_above - s_below) / (c_above - c_below) / -0.003 - 1)
print(f"slope of the curve against -α: {slope_error:.1e} relative")

# %% [markdown]
# **3.** $F$ and $P$ shrink by 255, so the content loss shrinks by $255^2$. $G$ and $A$ shrink by
# $255^2$, so the style loss shrinks by $255^4$. To keep the balance, $\alpha / \beta$ must shrink
# by $255^2 = 65\,025$.

# %%
F, P, style = rng.normal(size=(3, 20, 6))


def both(scale):
    G, A = (scale * F).T @ (scale * F), (scale * style).T @ (scale * style)
    return (scale**2 * (F - P) ** 2).sum() / 2, ((G - A) ** 2).sum() / (4 * 6**2 * 20**2)


(c, s), (c_small, s_small) = both(1.0), both(1 / 255)
scale_factor = (s_small / c_small) / (s / c)
print(f"α/β must be multiplied by {scale_factor:.4g}, that is 1/{1 / scale_factor:.0f}")

# %% [markdown]
# **4.** No. What comes from deep layers gets shorter both in the content and in the style part, and
# L-BFGS does not mind if all of a gradient is multiplied by a number. But the shallow style layers
# have fewer poolings behind them, so with average pooling they pull harder than the deep ones,
# compared with max pooling. Layer weights may need a change.
#
# **5.** Higher. The mean of three pictures is blurred wherever their strokes differ, and a blur is
# just what a style loss notices.

# %%
seeds = [run[0] for name, run in of_start.items() if "noise" in name]
constants = (
    params, targets["max"],
    weights_of(content_layers, {"relu4_2": 0.1}), weights_of(style_layers, evenly),
)  # fmt: skip
of_mean = float(evaluate(constants, np.mean(seeds, axis=0), pooling="max")[0])
print(f"the three: {', '.join(f'{E:.4f}' for name, E in ends.items() if 'noise' in name)}; "
      f"their mean: {of_mean:.4f}")  # fmt: skip
