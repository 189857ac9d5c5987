# %% [markdown]
# # 8. Total variation and its exponent
#
# A loss on features does not see everything: fine stripes and single-pixel grain pass unnoticed.
# Total variation looks at the picture itself and asks how much neighbouring pixels differ. This
# lesson derives its derivative index by index, borders included, and shows what its exponent does
# to edges. It follows the corner at zero, and explains why a weight of 1 means something else in
# each program. At the end we leave the term out of the value, as a well-known program does, and
# see what becomes of L-BFGS.
#
# **Before you start.** You should know the gradient and the chain rule, central differences
# (lesson 4), and the largest stable step of gradient descent (lesson 6). The stylised pictures use
# the default losses (lessons 9 and 10) without looking inside.

# %%
import inspect

import jax
import jax.numpy as jnp
import lesson
import matplotlib.pyplot as plt
import numpy as np
import scipy.optimize

from jnst import Settings
from jnst.byhand.losses import lines as byhand_lines
from jnst.byhand.losses import tv as byhand
from jnst.losses.lines import straight_lines
from jnst.losses.objective import PictureGoal
from jnst.losses.tv import total_variation
from jnst.pictures import files, resizing, samples
from jnst.transfer.pictures import read
from jnst.transfer.recipe import iterate, prepare

options = lesson.options(
    "Total variation and its exponent",
    size=(112, 48),
    steps=(40, 10),
    side=(96, 64),
    content=("relu4_2", "relu3_1"),
    deepest=("relu5_1", "relu3_1"),
)
rng = np.random.default_rng(0)
colours = {0.5: "C0", 0.75: "C1", 1.0: "C2", 1.25: "C3"}

# %% [markdown]
# ## Definition
#
# We take one channel of a picture, with $h$ rows and $w$ columns; a colour picture has three, and
# their values are added. Each pixel is compared with its right and its lower neighbour:
#
# $$ a_{ij} = x_{i,j+1} - x_{ij} , \qquad b_{ij} = x_{i+1,j} - x_{ij} , \qquad
#    s_{ij} = a_{ij}^2 + b_{ij}^2 . $$
#
# In the last column there is no right neighbour, and $a_{ij} = 0$. In the last row $b_{ij} = 0$.
# Then
#
# $$ R_\beta(x) = \sum_{i=1}^{h} \sum_{j=1}^{w} s_{ij}^{\,\beta} . $$
#
# $\sqrt{s_{ij}}$ is the length of the (discrete) gradient of the picture. So $\beta = \frac12$ adds
# up lengths, and $\beta = 1$ adds up squares. (Mahendran and Vedaldi, 2015, write the exponent as
# $\beta/2$. Their $\beta = 1$ is our $\frac12$. We follow the library and the reports, whose
# exponent belongs to the sum of squares.)


# %%
def neighbours(x):
    a, b = np.zeros_like(x), np.zeros_like(x)
    a[:, :-1] = x[:, 1:] - x[:, :-1]
    b[:-1] = x[1:] - x[:-1]
    return a, b


def R(x, beta):
    a, b = neighbours(x)
    return ((a**2 + b**2) ** beta).sum()


# %% [markdown]
# ## A step and a ramp
#
# What does the exponent do? Take one row that climbs from 0 to 1, in $k$ equal steps. For $k = 1$
# it is an edge, for large $k$ a gentle ramp. All differences that are not zero are $1/k$, and there
# are $k$ of them:
#
# $$ R_\beta = k \cdot \left( \frac{1}{k^2} \right)^{\beta} = k^{\,1 - 2\beta} . $$
#
# For $\beta = \frac12$ this is 1, *whatever* $k$ is. For $\beta = 1$ it is $1/k$.

# %%
ks = np.arange(1, 21)
climbs = {k: np.clip(np.arange(-3, 24) / k, 0, 1)[None] for k in ks}
of_climb = {beta: np.array([R(climbs[k], beta) for k in ks]) for beta in colours}
climb_error = max(lesson.difference(of_climb[beta], ks ** (1 - 2 * beta)) for beta in colours)
figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
for k in ks[[0, 3, 19]]:
    axes[0].plot(climbs[k][0], ".-", label=f"k = {k}")
for beta, values in of_climb.items():
    axes[1].loglog(ks, values, ".-", color=colours[beta], label=f"β = {beta:g}")
axes[0].set(xlabel="pixel", ylabel="value", title="three rows from 0 to 1")
axes[1].set(xlabel="number of steps k", ylabel="R", title="what they cost")
for ax in axes:
    ax.legend()
    ax.grid(alpha=0.3)
lesson.show(
    "08-step-and-ramp",
    "Left: an edge and two ramps. Right: their total variation against the number of steps; level "
    "for exponent one half, falling for larger ones.",
)
print(f"largest relative difference from the formula: {climb_error:.1e}")

# %% [markdown]
# **Notice:** the blue line is level. With $\beta = \frac12$ an edge costs as much as a ramp of the
# same height, so there is no reason to blur it. With $\beta = 1$ a ramp of 20 steps costs a
# twentieth of the edge: squares penalize edges, and larger exponents do so even more. This is why
# total variation in the strict sense, with lengths, is famous for keeping edges (Rudin, Osher and
# Fatemi 1992).
#
# ## The derivative, index by index
#
# Pick one pixel $x_{pq}$. In which summands does it occur? In three:
#
# - in its own, $s_{pq}$, where both $a_{pq}$ and $b_{pq}$ contain it with the sign $-1$;
# - in that of its left neighbour, $s_{p,q-1}$, where $a_{p,q-1} = x_{pq} - x_{p,q-1}$: sign $+1$;
# - in that of its upper neighbour, $s_{p-1,q}$, where $b_{p-1,q} = x_{pq} - x_{p-1,q}$: sign $+1$.
#
# For one summand the chain rule gives
#
# $$ \frac{\partial s^\beta}{\partial a} = \beta s^{\beta - 1} \cdot 2 a = c \, a , \qquad
#    \frac{\partial s^\beta}{\partial b} = c \, b , \qquad
#    c_{ij} = 2 \beta \, s_{ij}^{\beta - 1} . $$
#
# Collect the three, each with its sign:
#
# $$ \boxed{ \;\; \frac{\partial R_\beta}{\partial x_{pq}}
#    = c_{p,q-1} \, a_{p,q-1} + c_{p-1,q} \, b_{p-1,q} - c_{pq} \, (a_{pq} + b_{pq}) \;\; } $$
#
# *Borders.* In the first column there is no left neighbour, and the first term is missing. In the
# first row the second is missing. In the last column $a_{pq} = 0$ by definition, in the last row
# $b_{pq} = 0$. Nothing else changes. *Flat places.* Where $s = 0$, both $a$ and $b$ are 0, and we
# take $c \, a = c \, b = 0$. For $\beta > \frac12$ that is the limit. For $\beta = \frac12$ it is a
# choice, of which more below.


# %%
def R_gradient(x, beta):
    a, b = neighbours(x)
    s = a**2 + b**2
    c = 2 * beta * np.where(s > 0, s, 1) ** (beta - 1)
    g = -c * (a + b)
    g[:, 1:] += (c * a)[:, :-1]  # what the left neighbour's summand says
    g[1:] += (c * b)[:-1]  # and the upper one's
    return g


# %% [markdown]
# We check it in four ways, all in float64 (the library wants pictures with three channels; three
# equal ones give three times the value): against the three cases written down as a loop, against
# `jax.grad`, against the library, and against central differences for *single pixels*, one inside,
# one on each border, and the four corners.


# %%
def as_picture(x):
    """Three equal channels, (1, h, w, 3)."""
    return jnp.stack([x, x, x], axis=-1)[None]


def by_index(x, beta):
    h, w = x.shape
    a, b = neighbours(x)
    c = 2 * beta * (a**2 + b**2) ** (beta - 1)
    g = np.zeros_like(x)
    for p, q in np.ndindex(h, w):
        if p < h - 1 or q < w - 1:
            g[p, q] -= c[p, q] * (a[p, q] + b[p, q])
        if q > 0:
            g[p, q] += c[p, q - 1] * a[p, q - 1]
        if p > 0:
            g[p, q] += c[p - 1, q] * b[p - 1, q]
    return g


h, w = 6, 7
x = rng.random((h, w))
x[-1, -1] = 0.5
places = {
    "inside": (2, 3), "top": (0, 3), "bottom": (h - 1, 3), "left": (2, 0), "right": (2, w - 1),
    "corner ↖": (0, 0), "corner ↗": (0, w - 1), "corner ↙": (h - 1, 0), "corner ↘": (h - 1, w - 1),
}  # fmt: skip
errors, pixel_errors = {}, {}
for beta in colours:
    g = R_gradient(x, beta)
    last = np.ones((h, w), bool)
    last[-1, -1] = False  # there s = 0: 0 times infinity, in the loop
    with np.errstate(divide="ignore", invalid="ignore"):
        errors[beta, "loop"] = lesson.difference(by_index(x, beta)[last], g[last])
    with jax.enable_x64(True):
        of_one = jax.jit(
            jax.grad(lambda x, b=beta: total_variation(as_picture(x), beta=b, scale="sum") / 3)
        )
        errors[beta, "jax.grad"] = lesson.difference(g, np.asarray(of_one(x)))
    library = byhand.total_variation_backward(x[None, ..., None], beta=beta, scale="sum")
    errors[beta, "the library"] = lesson.difference(g, library[0, ..., 0])
    for name, place in places.items():
        V = np.zeros_like(x)
        V[place] = 1e-6
        numeric = (R(x + V, beta) - R(x - V, beta)) / 2e-6
        pixel_errors[beta, name] = float(abs(numeric - g[place]) / np.abs(g).max())
for beta in colours:
    at_pixels = max(e for (b, _), e in pixel_errors.items() if b == beta)
    found = (f"{name} {error:.0e}," for (b, name), error in errors.items() if b == beta)
    print(f"β = {beta:4}:", *found, f"single pixels {at_pixels:.0e}")

# %% [markdown]
# ## Squares: a stencil
#
# For $\beta = 1$ all $c_{ij}$ are 2, and the box becomes a fixed recipe: inside the picture
#
# $$ \frac{\partial R_1}{\partial x_{pq}}
#    = 2 \left( 4 x_{pq} - x_{p,q-1} - x_{p,q+1} - x_{p-1,q} - x_{p+1,q} \right) , $$
#
# the pixel against its four neighbours. Going downhill moves each pixel towards the mean of its
# neighbours, which is how heat spreads. The library's default, `nine-point`, adds the diagonals:
#
# $$ R_9 = \sum \; \tfrac23 \, (a^2 + b^2) + \tfrac16 \, (d_{↘}^2 + d_{↙}^2) . $$
#
# It is a sum of squares, too, so its derivative is a stencil as well. We read stencils off by
# taking the gradient of a picture that is 0 but for one pixel.


# %%
def stencil(kind, at):
    x = np.zeros((1, 41, 41, 1))
    x[0, at, at, 0] = 1
    return byhand.total_variation_backward(x, kind=kind, scale="sum")[0, ..., 0]


inner = {kind: stencil(kind, 20)[18:23, 18:23] for kind in ("squares", "nine-point")}
corner = stencil("squares", 0)[:3, :3]
figure, axes = plt.subplots(1, 3, figsize=(10, 3.9), layout="constrained")
for ax, title, numbers in zip(
    axes, ["squares, inside", "nine-point, inside, times 3", "squares, in a corner"],
    [inner["squares"], 3 * inner["nine-point"], corner], strict=True,
):  # fmt: skip
    ax.imshow(numbers, cmap="RdBu", vmin=-40, vmax=40)
    for (i, j), value in np.ndenumerate(np.round(numbers, 2)):
        ax.text(j, i, f"{value:g}" if value else "", ha="center", va="center")
    ax.set(title=title, xticks=[], yticks=[])
lesson.show(
    "08-stencils",
    "Three tables of numbers: the gradient of total variation for a single bright pixel, for "
    "squares and nine-point inside the picture, and for squares in a corner.",
)

# %% [markdown]
# **Notice:** the nine-point stencil is $(20, -4, -1)/3$, known from numerics: the nine-point
# Laplacian. (The corners of the table are $-0.95$, not $-1$: as in style-transfer-pytorch each
# diagonal counts by $\frac{h w}{(h+1)(w+1)}$, and our picture has 41 rows and columns. For large
# pictures the factor is nearly 1.) In the corner of the picture there are only two neighbours. The
# numbers of each stencil add up to 0: the gradient of a picture of one colour is 0.
#
# Why bother with diagonals? Because a picture has no preferred direction, and a pixel grid has. We
# measure what a wave costs that runs in direction $\theta$, for two wavelengths. On an endless
# picture the stencil multiplies a wave by its *symbol*,
# $\sum_{uv} k_{uv} \cos(\omega \cdot (u, v))$.

# %%
thetas = np.radians(np.arange(0, 91))
symbols = {}
ideal_weights = np.array([[-1, -4, -1], [-4, 20, -4], [-1, -4, -1]]) / 3
of_kind = {"squares": inner["squares"][1:4, 1:4], "nine-point": ideal_weights}
for wavelength in (3, 6):
    for kind, k in of_kind.items():
        omega = 2 * np.pi / wavelength
        v, u = np.indices((3, 3)) - 1
        phase = omega * (np.cos(thetas)[:, None, None] * u + np.sin(thetas)[:, None, None] * v)
        symbols[kind, wavelength] = (k * np.cos(phase)).sum(axis=(1, 2))
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for (kind, wavelength), values in symbols.items():
    style = "-" if wavelength == 3 else "--"
    colour = "C2" if kind == "squares" else "C4"
    label = f"{kind}, {wavelength} pixels"
    ax.plot(np.degrees(thetas), values / values[0], style, color=colour, label=label)
ax.set(xlabel="direction θ in degrees", ylabel="cost of the wave (1 for θ = 0)")
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "08-directions",
    "What a wave of fixed length costs, against its direction, for squares and nine-point. The "
    "nine-point lines are nearly level.",
)
spread = {key: values.max() / values.min() - 1 for key, values in symbols.items()}
for (kind, wavelength), value in spread.items():
    print(f"{kind:11} wavelength {wavelength}: most by least expensive direction {value:+.1%}")

# %% [markdown]
# **Notice:** with squares, a fine wave costs more along the diagonal than along the rows, so a
# little of the grid shows in what is left. With nine points the difference nearly vanishes.
#
# ## The corner at zero
#
# For $\beta = \frac12$ and one difference, $R = |a|$. It has a corner at $a = 0$, and the
# derivative jumps from $-1$ to $1$. Two things go wrong there. The first is a trap of autodiff: the
# root $s^{1/2}$ has the slope $\frac12 s^{-1/2} = \infty$ at $s = 0$, and times $2 a = 0$ this is
# not a number.

# %%
flat = np.full((4, 4), 0.5, np.float32)


def naive(x):
    a = jnp.pad(x[:, 1:] - x[:, :-1], ((0, 0), (0, 1)))
    b = jnp.pad(x[1:] - x[:-1], ((0, 1), (0, 0)))
    return jnp.sqrt(a**2 + b**2).sum()


naive_gradient = np.asarray(jax.jit(jax.grad(naive))(flat))
safe_gradient = np.asarray(
    jax.jit(jax.grad(lambda x: total_variation(as_picture(x), beta=0.5, scale="sum")))(flat)
)
print("jax.grad of the root, on a flat picture:", naive_gradient[0])
print("the library's:                          ", safe_gradient[0])

# %% [markdown]
# A single flat place is enough: the last pixel of any picture, at the lower right, has $s = 0$. The
# library puts a constant in the place of $s$ there, as our `np.where` does.
#
# The second trouble: near zero the slope does not get small. Gradient descent cannot settle. Two
# neighbours that differ by less than a step change places again and again. The usual remedy rounds
# the corner with a small $\varepsilon$,
#
# $$ R_\varepsilon = \sum \sqrt{s + \varepsilon^2} , \qquad
#    c = \frac{1}{\sqrt{s + \varepsilon^2}} . $$
#
# It has a price. At $s = 0$ the curvature is $1/\varepsilon$ times that of $\frac12 s$, whose
# largest eigenvalue is 8 (exercise 4: half of 16). So gradient descent is stable only for
# $\eta < 2 / (8 / \varepsilon) = \varepsilon / 4$: the rounder the corner, the larger the steps.


# %%
def R_epsilon_gradient(x, eps):
    a, b = neighbours(x)
    c = 1 / np.sqrt(a**2 + b**2 + eps**2)
    g = -c * (a + b)
    g[:, 1:] += (c * a)[:, :-1]
    g[1:] += (c * b)[:-1]
    return g


eta, rough = 0.01, {}
for name, gradient in {
    "the corner": lambda x: R_gradient(x, 0.5),
    "ε = 0.01": lambda x: R_epsilon_gradient(x, 0.01),
    "ε = 0.05": lambda x: R_epsilon_gradient(x, 0.05),
}.items():
    x, rough[name] = rng.random((24, 24)), []
    for _ in range(400):
        x = x - eta * gradient(x)
        rough[name].append(np.sqrt(np.mean(neighbours(x)[0] ** 2)))
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for name, values in rough.items():
    ax.semilogy(values, label=name)
ax.axhline(eta, color="k", linewidth=0.8, linestyle=":", label="η = 0.01")
ax.set(xlabel="step", ylabel="root mean square difference of neighbours")
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "08-corner",
    "How rough a picture of noise remains under gradient descent on lengths: with the corner, and "
    "with the corner rounded by 0.01, it stays at the size of the step; rounded by 0.05 it goes on "
    "to fall.",
)
for name, values in rough.items():
    print(f"{name:11} after 400 steps: {values[-1]:.1e}")

# %% [markdown]
# **Notice:** with the corner, the differences stop falling at a few times the size of the step, and
# there they stay for ever. Rounded by 0.01, the corner is still too sharp for this step: the limit
# is 0.0025. Rounded by 0.05 the limit is 0.0125, and the picture gets smoother and smoother. The
# price is that differences much below 0.05 are treated as squares. The library has no
# $\varepsilon$, because its default, nine points, has no corner; if you choose $\beta = \frac12$,
# small steps are up to you.
#
# ## Smoothing, and nothing else
#
# Now we lower total variation alone, on a noisy picture, for several exponents. The scene is ours,
# so that we know the truth: a bright disc with sharp edges on a background that grows slowly
# brighter from left to right, and noise of deviation 0.1. We go downhill with stable steps and stop
# as soon as the noise in the flat middle of the disc is down to a fifth. So all pictures have the
# same noise left, and we can ask what it cost.

# %%
n = options.side
row, column = np.indices((n, n)) / (n - 1)
disc = np.hypot(row - 0.5, column - 0.5) < 0.3
truth = np.where(disc, 0.85, 0.1 + 0.3 * column)
noisy = truth + 0.1 * rng.normal(size=(n, n))
middle = np.hypot(row - 0.5, column - 0.5) < 0.2


def smooth(beta):
    """The picture, and how many steps it took."""
    x, steps = noisy, 0
    while x[middle].std() > 0.02 and steps < 20_000:
        if beta == 0.5:
            x = x - 0.2 * 0.02 * R_epsilon_gradient(x, 0.02)  # ε = 0.02, and η just below ε/4
        else:
            # The curvature grows with s^(β-1): where β < 1 at small s, where β > 1 at large s.
            x = x - (0.1 if beta >= 1 else 0.02) * R_gradient(x, beta)
        steps += 1
    return x, steps


smoothed = {beta: smooth(beta) for beta in colours}
edge = np.abs(np.hypot(row - 0.5, column - 0.5) - 0.3) < 1.5 / n


def steepest(x):
    """The mean of the steepest differences across the edge, in each of the middle rows."""
    rows = x[n // 2 - n // 16 : n // 2 + n // 16]
    return float(np.abs(np.diff(rows, axis=1)).max(axis=1).mean())


sharp = {beta: steepest(x) for beta, (x, _) in smoothed.items()}
wrong = {beta: float(np.sqrt(np.mean((x - truth) ** 2))) for beta, (x, _) in smoothed.items()}
of_truth = steepest(truth)

# %% tags=["thumbnail"]
figure, axes = plt.subplots(2, 3, figsize=(10, 6.8), layout="constrained")
shown = {"the scene with noise": noisy} | {f"β = {b:g}": x for b, (x, _) in smoothed.items()}
for ax, (title, x) in zip(axes.flat, shown.items(), strict=False):
    ax.imshow(x, cmap="gray", vmin=0, vmax=1)
    ax.set_title(title)
    ax.axis("off")
axes[1, 2].plot(truth[n // 2], "k", linewidth=0.8, label="truth")
for beta in (0.5, 1.0, 1.25):
    axes[1, 2].plot(smoothed[beta][0][n // 2], color=colours[beta], label=f"β = {beta:g}")
axes[1, 2].set_title("the middle row")
axes[1, 2].legend(fontsize=8)
lesson.show(
    "08-flow",
    "A noisy disc, and the same after gradient descent on total variation with four exponents, and "
    "a cut through the middle. With exponent one half the edge of the disc stays sharp.",
)
print(f"steepest difference across the edge, of the truth: {of_truth:.2f}")
for beta, (_, steps) in smoothed.items():
    print(f"β = {beta:4}: {steps:5} steps, steepest {sharp[beta]:.2f}, error {wrong[beta]:.3f} "
          f"(with the noise: {np.sqrt(np.mean((noisy - truth) ** 2)):.3f})")  # fmt: skip

# %% [markdown]
# **Notice:** all four have the same noise left, and with $\beta = \frac12$ the disc still has most
# of its edge; it is also the closest to the truth. With each larger exponent the edge is softer.
# The cut shows how: squares pay for an edge by spreading it over many pixels. With
# $\beta = \frac12$ there is another fault to see, single specks that stay: a speck is an edge all
# around, and as long as it is high enough, it is kept like one.
#
# ## In a stylised picture
#
# Here is what the weight $\gamma$ does in a style transfer with the library's defaults: nine
# points, the mean over all values. The weight is an argument of the objective, so one compiled
# program serves all.

# %%
layers = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
layers = layers[: layers.index(options.deepest) + 1]
settings = Settings(
    size=options.size,
    first_size=None,
    margin=0,
    content_layers=(options.content,),
    style_layers=layers,
)
problem = prepare(read(samples.content(), samples.STYLE, settings), settings)


def paint(**weights):
    """Return the best picture with other weights on the picture, and its content and style loss."""
    goals = problem.constants.picture_goals | {k: PictureGoal(w) for k, w in weights.items()}
    constants = problem.constants._replace(picture_goals=goals)
    parts, last = {}, None
    for last in iterate(problem._replace(constants=constants), options.steps):
        if last.total == last.best_total:
            parts = last.parts
    assert last is not None
    return last.best, parts["content"] + parts["style"]


painted = {}
for gamma in (0.0, settings.tv_weight, 0.25, 2.5, 25.0):
    picture, rest = paint(tv=gamma)
    painted[gamma] = picture, float(byhand.total_variation(picture, kind="nine-point")), rest
lesson.pictures({f"γ = {g:g}": x for g, (x, _, _) in painted.items()}, columns=3)
lesson.show(
    "08-weights",
    "Five stylised cats with weights of total variation from 0 to 25: from grainy to washed out.",
)
for gamma, (_, roughness, rest) in painted.items():
    print(f"γ = {gamma:5}: R = {roughness:.5f}, γ R = {gamma * roughness:.4f}, the rest {rest:.4f}")

# %% [markdown]
# **Notice:** with $\gamma = 0$ there is coloured grain, pixel by pixel. With $\gamma = 0.25$ more
# than a third of the roughness is gone, and the rest of the loss stays what it was: the features
# did not need that grain. With ten times that weight the strokes melt together and the rest begins
# to pay, and with a hundred times it is several times as large: a soft picture in the painting's
# colours.
#
# The default is 0.05.
#
# ## Thin straight lines
#
# The first filters of the network are 3 by 3 pixels, and many of them look along the rows or the
# columns. Perhaps for that reason the optimizer draws thin straight lines there, like threads of a
# cloth, where the picture is smooth, and more of them than the painting has. Total variation cannot
# forbid them: for nine points a line costs the same in all directions. So the library has
# a second loss on the picture. Half the second difference *across* a line, averaged over $n = 13$
# pixels *along* it,
#
# $$ d_{ij} = x_{ij} - \tfrac12 (x_{i,j-1} + x_{i,j+1}) , \qquad
#    L = \frac{1}{3 h w} \sum_{ij} \Big( \frac1n \sum_{k<n} d_{i+k,j} \Big)^{\!2}
#        + \text{the same for rows} . $$
#
# A line that goes on for $n$ pixels keeps its $d$ in the mean. One that turns, or is oblique, has
# left the column by then. With $D$ for the second difference and $A$ for the mean, $L$ is
# $\|A D x\|^2$, and its derivative $2 D^\mathsf{T} A^\mathsf{T} A D x$, both over $3 h w$.
#
# Four drawings, each of one line or of grain, and what both losses say of them:

# %%
side = 64
i, j = np.mgrid[:side, :side]
drawings = {
    "straight": j == 32,
    "oblique": i == j,
    "bent": j == np.round(32 + 8 * np.sin(i / 6)),
    "grain": rng.random((side, side)) < 1 / side,
}
drawings = {name: np.repeat(x[None, :, :, None] * 1.0, 3, axis=3) for name, x in drawings.items()}
costs = {
    name: (byhand.total_variation(x, kind="nine-point"), byhand_lines.straight_lines(x))
    for name, x in drawings.items()
}
with jax.enable_x64():
    line_error = max(
        np.abs(byhand_lines.straight_lines_backward(x) - jax.grad(straight_lines)(x)).max()
        for x in drawings.values()
    )
for name, (of_tv, of_lines) in costs.items():
    print(f"{name:9} R = {of_tv:.4f}   L = {of_lines:.5f}   L by R: {of_lines / of_tv:.3f}")
print(f"the derivative by hand is off from autodiff by {line_error:.0e}")
without, _ = paint(lines=0.0)
by_lines = {"without": without, f"with {settings.line_weight:g}": painted[settings.tv_weight][0]}
line_loss = [float(byhand_lines.straight_lines(x)) for x in by_lines.values()]
lesson.pictures(by_lines)
lesson.show("08-lines", "The stylised cat without the loss on straight lines, and with it.")
print(
    "L of the stylised cat:",
    *(f"{name} {x:.2g}" for name, x in zip(by_lines, line_loss, strict=True)),
)

# %% [markdown]
# **Notice:** for roughness the straight line is the cheapest of the four. (The oblique one is
# longer, by $\sqrt2$; for its length it costs nearly the same.) For $L$ it is by far the most
# expensive. The stylised cat has a lower $L$ with the loss than without, and the strokes are about
# the same.
#
# ## Sum or mean, and how large is the picture
#
# A weight that suits one size does not suit another. How does $R$ change if the same picture is
# given with $n$ times as many rows and columns? Where it is *smooth*, neighbours come $n$ times
# closer, and differences are $n$ times smaller. There are $n^2$ times as many pixels:
#
# $$ \text{smooth:} \quad \sum s^\beta \sim n^2 \cdot n^{-2\beta} = n^{2 - 2\beta} . $$
#
# At an *edge* the difference stays what it is, and only the number of pixels along the edge grows.
# In *grain* that is as fine as the pixels, whatever their size, nothing gets smaller, and all $n^2$
# count:
#
# $$ \text{edges:} \quad \sum s^\beta \sim n , \qquad
#    \text{grain:} \quad \sum s^\beta \sim n^2 . $$
#
# The mean divides all of them by $n^2$. So with squares the *sum* over smooth areas does not depend
# on the size, and their mean falls by $n^2$. We measure the exponent of $n$, for one picture of
# each kind and for the photograph.

# %%
original = files.read(samples.content())
sizes = (56, 112, 224, 448)
pictures = [resizing.fit(original, size) for size in sizes]
growth = {}
for beta in colours:
    sums = [float(byhand.total_variation(p, beta=beta, scale="sum")) for p in pictures]
    growth[beta] = float(np.polyfit(np.log(sizes), np.log(sums), 1)[0])
synthetic = {}
for name in ("smooth", "edge", "grain"):
    for beta in colours:
        sums = []
        for m in (32, 64, 128):
            across = np.linspace(0, 1, m)
            line = across if name == "smooth" else (across > 0.5).astype(float)
            grain = np.random.default_rng(0).random((m, m))
            sums.append(R(grain if name == "grain" else np.tile(line, (m, 1)), beta))
        synthetic[name, beta] = float(np.polyfit(np.log((32, 64, 128)), np.log(sums), 1)[0])
print(f"{'the exponent of n':20}{'smooth: 2 - 2β':>16}{'edge':>8}{'grain':>8}{'photograph':>12}")
for beta in colours:
    smooth_, edge_, grain_ = (synthetic[name, beta] for name in ("smooth", "edge", "grain"))
    print(f"{f'β = {beta}':20}{smooth_:16.2f}{edge_:8.2f}{grain_:8.2f}{growth[beta]:12.2f}")

# %% [markdown]
# **Notice:** the photograph lies above its edges. It has fur, and at each larger size new hairs
# appear that were not there before. For squares the sum grows with about the 1.2th power of $n$,
# and the mean falls with the 0.8th. So between two sizes that differ by 4, the weight of a *mean*
# of squares should be about three times as large at the larger one, if the term is to keep its
# share. A weight of a *sum* would have to be five times smaller. The mean is the milder of the two,
# and the library's default.
#
# The range of the values counts, too. On the scale from 0 to 255 all differences are 255 times as
# large, and $s^\beta$ is $255^{2\beta}$ times as large. With these two rules one can carry a weight
# from one program to another:

# %%
conversions = {
    "neural-style: 1e-3 · ½ Σ s, 0 to 255": 1e-3 * 255**2 / 2,
    "neural-style-pt: 1e-3 · Σ |a| + |b|, 0 to 255": 1e-3 * 255,
    "patel2020, after Keras: 8.5e-5 · Σ s^1.25, 0 to 255": 8.5e-5 * 255**2.5,
}
values = 3 * 512 * 384
for name, weight in conversions.items():
    print(f"{name:54} -> {weight:8.3g} · Σ, or {weight * values:8.3g} · mean at 512 x 384, 0 to 1")

# %% [markdown]
# These are not comparable with the default of 0.05 either: they stand beside content and style
# losses in other units (lesson 7).
#
# ## Left out of the value
#
# neural-style, the program that most others descend from, adds the *derivative* of total variation
# to the gradient, but never adds $R$ to the loss. It prints, and hands to its L-BFGS, a value that
# does not belong to the gradient. Does it matter? We take noise off a picture with a small, convex
# problem,
#
# $$ E(x) = \tfrac12 \sum (x - y)^2 + \gamma R_1(x) , $$
#
# and give SciPy's L-BFGS, which searches along each direction, once the right value and once the
# value without $R$. The gradient is right both times.

# %%
y, gamma = noisy, 1.0


def energy(x):
    return ((x - y) ** 2).sum() / 2 + gamma * R(x, 1.0)


def value_and_gradient(flat, complete):
    x = flat.reshape(y.shape)
    value = energy(x) if complete else ((x - y) ** 2).sum() / 2
    seen.append((value, energy(x)))
    return value, (x - y + gamma * R_gradient(x, 1.0)).ravel()


courses, ends = {}, {}
for name, complete in {"with R in the value": True, "without": False}.items():
    seen = []
    ends[name] = scipy.optimize.minimize(
        value_and_gradient, y.ravel(), args=(complete,), jac=True, method="L-BFGS-B"
    )
    courses[name] = np.array(seen)
    lowest = energy(ends[name].x.reshape(y.shape))
    print(f"{name}: {len(seen)} evaluations, E from {energy(y):.2f} to {lowest:.2f}")
    print(f"    SciPy says: {ends[name].message.strip(' :')}")

# %% [markdown]
# Without $R$ in the value, the first point has the value 0, the smallest that there is. Every step
# that the gradient proposes makes the value larger. The search shortens the step again and again,
# then gives up where it started. An optimizer without a line search does move. But then what is
# printed goes the wrong way. And whoever keeps the picture with the lowest value, as this library
# does, would keep the noise:

# %%
x, reported, real = y, [], []
for _ in range(40):
    reported.append(((x - y) ** 2).sum() / 2)
    real.append(energy(x))
    x = x - 0.1 * (x - y + gamma * R_gradient(x, 1.0))
V = rng.normal(size=y.shape)
halfway = y + 0.1 * V
slope = np.sum((halfway - y + gamma * R_gradient(halfway, 1.0)) * V)
checks = {}
for name, value in {"with R": energy, "without": lambda x: ((x - y) ** 2).sum() / 2}.items():
    numeric = (value(halfway + 1e-4 * V) - value(halfway - 1e-4 * V)) / 2e-4
    checks[name] = abs(numeric - slope) / abs(slope)
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.plot(real, "C2", label="E, with R")
ax.plot(reported, "C3", label="what is reported without it")
ax.set(xlabel="step of gradient descent", ylabel="value", ylim=(0, None))
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "08-left-out",
    "Gradient descent on a noisy picture: the true energy falls, while the value without total "
    "variation rises from zero.",
)
print(f"lowest reported value: at step {np.argmin(reported)}; lowest E: at step {np.argmin(real)}")
for name, error in checks.items():
    print(f"central differences of the value {name} against the gradient: {error:.0e} relative")

# %% [markdown]
# **Notice:** the last two lines. The check of lesson 4 finds this fault at once: it compares the
# gradient with the value. In the library a term is written down once, as a value, and the gradient
# is taken from it or checked against it.
#
# ## In the library
#
# The box above, in two functions: the derivative of a summand, and the signs.

# %%
print(inspect.getsource(byhand._squares_backward))
print(inspect.getsource(byhand._neighbours_backward))

# %% [markdown]
# On the command line `--tv`, `--tv-beta`, `--tv-scale` and `--tv-weight` choose among all this.
#
# ## Exercises
#
# 1. Derive the derivative of $\sum |a_{ij}| + |b_{ij}|$, the form of neural-style-pt, and check it
#    against the library's `absolute`. What does an edge in the diagonal cost, compared with
#    $\beta = \frac12$?
# 2. Show that the numbers of $\partial R / \partial x$ add up to 0, for every exponent. What does
#    it say about the flow?
# 3. The papers leave the last row and column out: they add only over $i < h$ and $j < w$. What is
#    the derivative at the lower right corner? Which pixels are smoothed less?
# 4. How large is the largest stable step of gradient descent on $R_1$?
# 5. A wave of one pixel light, one pixel dark, along the rows: what do `squares` and `nine-point`
#    cost per pixel? And a chequerboard?
#
# ## Solutions
#
# **1.** $\partial |a| / \partial a = \operatorname{sign} a$, so $\operatorname{sign} a$ and
# $\operatorname{sign} b$ stand in the place of $c \, a$ and $c \, b$. A diagonal edge is a
# staircase. In one of the two diagonals, each pixel along the edge has only one of its two
# neighbours on the other side; then both forms cost the same. In the other diagonal a pixel has
# both there, and pays 2 against $\sqrt 2$. (The two diagonals differ because each pixel is compared
# with its right and its lower neighbour only. With nine points they do not.)

# %%
x = rng.random((6, 7))
a, b = (np.sign(d) for d in neighbours(x))
g = -(a + b)
g[:, 1:] += a[:, :-1]
g[1:] += b[:-1]
library = byhand.total_variation_backward(x[None, ..., None], kind="absolute", scale="sum")
solution_1 = lesson.difference(g, library[0, ..., 0])
stairs = {"↘": np.tril(np.ones((50, 50))), "↙": np.tril(np.ones((50, 50)))[:, ::-1]}
diagonal_cost = {
    name: float(
        byhand.total_variation(edge[None, ..., None], kind="absolute", scale="sum") / R(edge, 0.5)
    )
    for name, edge in stairs.items()
}
print(f"solution 1 against the library: {solution_1:.0e}")
for name, cost in diagonal_cost.items():
    print(f"a diagonal edge {name}: {cost:.3f} times as much as with β = ½")

# %% [markdown]
# **2.** Adding a constant to all pixels changes no difference, so $R$ stays the same, and the
# derivative in the direction of all ones, which is the sum of all entries, is 0. The flow keeps the
# mean brightness:

# %%
total_gradient = max(abs(R_gradient(x, beta).sum()) for beta in colours)
kept = abs(smoothed[1.0][0].mean() - noisy.mean())
print(f"sum of the gradient: at most {total_gradient:.0e}; the mean changed by {kept:.0e}")

# %% [markdown]
# **3.** Zero. The corner pixel would only occur in its left neighbour's summand, which lies in the
# last row, and in its upper neighbour's, in the last column. The rest of the last row and column is
# compared with the inner neighbour only, never along the edge.

# %%
a, b = neighbours(x)
inside = np.zeros_like(x)
inside[:-1, :-1] = 1
c = 2 * inside  # β = 1
of_papers = -c * (a + b)
of_papers[:, 1:] += (c * a)[:, :-1]
of_papers[1:] += (c * b)[:-1]
with jax.enable_x64(True):
    expected = jax.grad(
        lambda x: ((x[:-1, 1:] - x[:-1, :-1]) ** 2 + (x[1:, :-1] - x[:-1, :-1]) ** 2).sum()
    )(x)
solution_3 = lesson.difference(of_papers, np.asarray(expected))
print(f"at the corner {of_papers[-1, -1]:g}; against jax.grad: {solution_3:.0e}")

# %% [markdown]
# **4.** The gradient is linear, and its largest eigenvalue belongs to the chequerboard: each pixel
# differs from its four neighbours by 2, and $2 \cdot (4 \cdot 2) = 16$ times its value comes out,
# inside. So $\eta < 2/16 = 1/8$. (At borders it is less. On a finite picture the largest eigenvalue
# is a little below 16.)

# %%
m = 24
columns = [R_gradient(e.reshape(m, m), 1.0).ravel() for e in np.eye(m * m)]
largest = float(np.linalg.eigvalsh(np.array(columns))[-1])
print(
    f"largest eigenvalue on {m} x {m} pixels: {largest:.3f}; largest stable step {2 / largest:.4f}"
)

# %% [markdown]
# **5.** Let the values be $\pm 1$. The wave along the rows: every $a = \pm 2$, every $b = 0$, and
# along both diagonals $\pm 2$. Squares: 4. Nine points: $\frac23 \cdot 4 + \frac16 (4 + 4) = 4$.
# The chequerboard: $a, b = \pm 2$ and the diagonals 0. Squares: 8, nine points:
# $\frac23 \cdot 8 = 5\frac13$. So nine points go easier on the chequerboard.

# %%
i, j = np.indices((400, 400))
fine = {"wave": (-1.0) ** j, "chequerboard": (-1.0) ** (i + j)}
per_pixel = {
    (name, kind): float(byhand.total_variation(x[None, ..., None], kind=kind, scale="mean"))
    for name, x in fine.items()
    for kind in ("squares", "nine-point")
}
for (name, kind), value in per_pixel.items():
    print(f"{name:13}{kind:11}{value:.3f}")
