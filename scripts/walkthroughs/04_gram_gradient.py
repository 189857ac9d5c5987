# %% [markdown]
# # 4. The Gram matrix and its derivative
#
# Style transfer, as Gatys, Ecker and Bethge invented it, compares two pictures by their *Gram
# matrices*. This lesson defines the Gram matrix, turns it into a loss, and works out the derivative
# of that loss by hand, index by index. Then it checks the result in three ways, and shows why one
# popular way of checking proves nothing.
#
# **Before you start.** You should know what a feature map is (lesson 2), how to multiply matrices,
# and the chain rule for functions of several variables.

# %%
import inspect

import jax
import jax.test_util
import lesson
import matplotlib.pyplot as plt
import numpy as np

from jnst.backbones import vgg
from jnst.byhand.losses import gram
from jnst.pictures import files, resizing, samples
from jnst.weights import store

options = lesson.options("The Gram matrix and its derivative", layer="relu2_1", size=(128, 48))
rng = np.random.default_rng(0)

# %% [markdown]
# ## From a picture to a matrix
#
# In one layer of the network a picture becomes $N$ feature maps of $h \times w$ numbers. We write
# them as one matrix $F$ with a row for each of the $M = h \cdot w$ positions and a column for each
# of the $N$ channels:
#
# $$ F_{kj} = \text{what channel } j \text{ says at position } k, \qquad
#    k = 1, \dots, M, \quad j = 1, \dots, N. $$
#
# (Gatys, Ecker and Bethge write the transpose, channels first. Nothing but the order of the letters
# changes.)

# %%
params = store.load("vgg19")


def features_of(picture):
    """The matrix F of one picture in our layer. Float64, because we are going to check digits."""
    maps = vgg.features(params, picture, [options.layer])[options.layer]  # (1, h, w, N)
    return np.asarray(maps, np.float64).reshape(-1, maps.shape[-1])  # (M, N)


photograph = resizing.fit(files.read(samples.content()), options.size)
painting = resizing.fit(files.read(samples.STYLE), options.size)
F = features_of(photograph)  # (M, N)
F_painting = features_of(painting)
M, N = F.shape
print(f"{options.layer}: M = {M} positions, N = {N} channels")

# %% [markdown]
# ## The Gram matrix
#
# The Gram matrix multiplies each channel with every channel, itself included, and adds up over all
# positions:
#
# $$ G_{ij} = \sum_{k=1}^{M} F_{ki} F_{kj}, \qquad\text{in short}\qquad G = F^\top F . $$
#
# $G_{ij}$ is large where channels $i$ and $j$ are active *at the same places*. If channel 3 likes
# blue and channel 7 likes curved strokes, $G_{37}$ says how blue the curved strokes are.


# %%
def gram_matrix(F):
    return F.T @ F  # (N, N)


G = gram_matrix(F)

# %% [markdown]
# The sum over $k$ forgets *where* things are. We can shuffle the rows of $F$, which tears the
# picture to pieces, and the Gram matrix does not notice:

# %%
shuffled = rng.permutation(F)  # the same rows in another order
shuffling = np.abs(gram_matrix(shuffled) - G).max() / np.abs(G).max()
print(f"largest change of G after shuffling all positions: {shuffling:.1e} of its largest entry")

# %% [markdown]
# This is why the Gram matrix is a good description of *style*: what there is, and together with
# what, but not where. (It is not the only one. Lesson 9 derives the one that the program uses by
# default, and compares them.) Here are the Gram matrices of a photograph and of a painting, both
# divided by the number of positions.

# %% tags=["thumbnail"]
A = gram_matrix(F_painting) * (M / len(F_painting))  # as if both pictures had M positions
figure, axes = plt.subplots(2, 2, figsize=(9, 7), height_ratios=(2, 3), layout="constrained")
for column, (title, picture, matrix) in enumerate(
    [("photograph", photograph, G / M), ("painting", painting, A / M)]
):
    axes[0, column].imshow(picture[0])
    axes[0, column].axis("off")
    axes[0, column].set_title(title)
    drawn = axes[1, column].imshow(np.log10(1 + matrix), cmap="magma", vmin=0, vmax=5)
    axes[1, column].set(xlabel="channel j", ylabel="channel i")
figure.colorbar(drawn, ax=axes[1], label="log10(1 + G_ij / M)")
lesson.show("04-gram-matrices", f"Two pictures, and their Gram matrices in {options.layer}.")

# %% [markdown]
# **Notice:** the matrices are symmetric, $G_{ij} = G_{ji}$, because the order of two factors does
# not matter. Dark lines are channels that this picture leaves nearly silent; they are not the same
# in both. The painting, full of strong edges and colours, makes most channels louder. These
# differences are what the style loss works on.
#
# ## The loss
#
# Let $A$ be the Gram matrix of the painting and $G$ that of the picture we are making. The style
# loss of one layer is the squared difference (Gatys et al. 2016, equation 4):
#
# $$ E = \frac{1}{4 N^2 M^2} \sum_{i=1}^{N} \sum_{j=1}^{N} (G_{ij} - A_{ij})^2 . $$


# %%
def style_loss(F, A):
    M, N = F.shape
    G = gram_matrix(F)
    return ((G - A) ** 2).sum() / (4 * N**2 * M**2)


print(f"E = {style_loss(F, A):.6g}")

# %% [markdown]
# ## The derivative, every step
#
# To change the picture we need to know how $E$ changes with each entry of $F$. Pick one entry and
# call it $F_{pq}$: position $p$, channel $q$. $E$ depends on $F_{pq}$ only by way of $G$, so the
# chain rule says
#
# $$ \frac{\partial E}{\partial F_{pq}}
#    = \sum_{i=1}^{N} \sum_{j=1}^{N}
#      \underbrace{\frac{\partial E}{\partial G_{ij}}}_{\text{step 1}}
#      \; \underbrace{\frac{\partial G_{ij}}{\partial F_{pq}}}_{\text{step 2}} . $$
#
# **Step 1.** Treat all $N^2$ entries of $G$ as variables of their own, though $G$ is symmetric;
# step 2 then counts both of a pair. Only one summand of $E$ contains $G_{ij}$. Call it $D_{ij}$:
#
# $$ D_{ij} = \frac{\partial E}{\partial G_{ij}}
#    = \frac{1}{4 N^2 M^2} \cdot 2 \, (G_{ij} - A_{ij})
#    = \frac{G_{ij} - A_{ij}}{2 N^2 M^2} . $$
#
# **Step 2.** $G_{ij}$ is a sum of products, so we use the product rule on each summand:
#
# $$ \frac{\partial G_{ij}}{\partial F_{pq}}
#    = \sum_{k=1}^{M} \left( \frac{\partial F_{ki}}{\partial F_{pq}} F_{kj}
#                          + F_{ki} \frac{\partial F_{kj}}{\partial F_{pq}} \right) . $$
#
# The entries of $F$ are independent variables: $\partial F_{ki} / \partial F_{pq}$ is 1 if both
# indices agree, $k = p$ and $i = q$, and 0 otherwise. With Kronecker's $\delta$ (1 for equal
# indices, 0 for others) this is $\delta_{kp} \delta_{iq}$. The factor $\delta_{kp}$ picks one
# summand, $k = p$:
#
# $$ \frac{\partial G_{ij}}{\partial F_{pq}} = \delta_{iq} F_{pj} + \delta_{jq} F_{pi} . $$
#
# **Step 3.** Put both into the chain rule. Each $\delta$ picks one value of its index:
#
# $$ \frac{\partial E}{\partial F_{pq}}
#    = \sum_{ij} D_{ij} \left( \delta_{iq} F_{pj} + \delta_{jq} F_{pi} \right)
#    = \sum_{j} D_{qj} F_{pj} + \sum_{i} D_{iq} F_{pi} . $$
#
# **Step 4.** Back to matrices. $\sum_i F_{pi} D_{iq}$ is row $p$ of $F$ times column $q$ of $D$:
# the entry $(F D)_{pq}$. In the other sum the indices of $D$ are the other way round, which is
# $D^\top$:
#
# $$ \frac{\partial E}{\partial F} = F \, (D + D^\top) . $$
#
# **Step 5.** $G$ and $A$ are symmetric, so $D^\top = D$, and
#
# $$ \boxed{ \; \frac{\partial E}{\partial F} = 2 F D = \frac{1}{N^2 M^2} \, F \, (G - A) \; } $$


# %%
def style_gradient(F, A):
    M, N = F.shape
    G = gram_matrix(F)
    return F @ (G - A) / (N**2 * M**2)


# %% [markdown]
# Are all indices right? On a matrix of 4 positions and 3 channels we can afford to
# write the chain rule of steps 1 and 2 down as it stands, as loops over $p$, $q$, $i$, $j$:

# %%
small_F, small_A = rng.normal(size=(4, 3)), gram_matrix(rng.normal(size=(4, 3)))
D = (gram_matrix(small_F) - small_A) / (2 * 3**2 * 4**2)  # step 1
delta = np.eye(3)
by_index = np.zeros((4, 3))
for p, q, i, j in np.ndindex(4, 3, 3, 3):
    dG = delta[i, q] * small_F[p, j] + delta[j, q] * small_F[p, i]  # step 2
    by_index[p, q] += D[i, j] * dG
index_error = np.abs(by_index - style_gradient(small_F, small_A)).max() / np.abs(by_index).max()
print(f"index form against matrix form: {index_error:.1e} of the largest entry")

# %% [markdown]
# ## The case that never happens
#
# The paper prints the derivative (equation 6) with two cases:
#
# $$ \frac{\partial E}{\partial F_{pq}} =
#    \begin{cases}
#      \dfrac{1}{N^2 M^2} \left( F (G - A) \right)_{pq} & \text{if } F_{pq} > 0, \\
#      0 & \text{if } F_{pq} < 0.
#    \end{cases} $$
#
# Our derivation has no second case. Who is right? Both, about different things. The paper takes
# $F$ *after the rectifier*: $F = \max(Z, 0)$, where $Z$ is what the convolution gave. Such an $F$
# is never negative, so as a statement on $F$ the second case is empty:

# %%
print(f"smallest entry of F: {F.min()}; share of entries that are exactly 0: {(F == 0).mean():.0%}")

# %% [markdown]
# It has a meaning for $Z$, the map below. One more application of the chain rule gives
#
# $$ \frac{\partial E}{\partial Z_{pq}}
#    = \frac{\partial E}{\partial F_{pq}} \cdot \frac{\partial F_{pq}}{\partial Z_{pq}}
#    = \frac{\partial E}{\partial F_{pq}} \cdot
#      \begin{cases} 1 & \text{if } Z_{pq} > 0 \\ 0 & \text{if } Z_{pq} < 0 \end{cases} $$
#
# so the printed formula is the derivative of the loss *and of the rectifier below it* in one line.
# We keep the two apart: the loss knows nothing of rectifiers, and the network's backward pass
# (lesson 5) multiplies by $[Z > 0]$, which is 1 where $Z > 0$ and else 0. It matters at the entries
# where $F_{pq} = 0$: there $\partial E / \partial F_{pq}$ is *not* zero. Autodiff agrees:

# %%
Z = rng.normal(size=(50, 8))
A_z = gram_matrix(rng.normal(size=(50, 8)))
with jax.enable_x64(True):
    on_F = np.asarray(jax.grad(style_loss)(np.maximum(Z, 0), A_z))
    on_Z = np.asarray(jax.grad(lambda Z: style_loss(jax.nn.relu(Z), A_z))(Z))
    on_negative = np.asarray(jax.grad(style_loss)(Z, A_z))  # no rectifier at all
print("∂E/∂F where F = 0, mean size:", np.abs(on_F[Z < 0]).mean())
print("∂E/∂Z at the same entries:   ", np.abs(on_Z[Z < 0]).mean())
masked = style_gradient(np.maximum(Z, 0), A_z) * (Z > 0)
mask_error = np.abs(masked - on_Z).max() / np.abs(on_Z).max()
print(f"F (G - A) / N²M² · [Z > 0] against jax.grad: {mask_error:.1e}")

# %% [markdown]
# If you put the style loss on a layer *without* a rectifier (`conv2_1` instead of `relu2_1`), the
# entries may be negative, and there the printed formula is plainly wrong. It loses their gradient:

# %%
printed = np.where(Z > 0, style_gradient(Z, A_z), 0)
lost = np.linalg.norm(printed - on_negative) / np.linalg.norm(on_negative)
print(f"the two cases used on a map with negative entries: wrong by {lost:.0%}")

# %% [markdown]
# ## Checked three ways
#
# A derivation on paper can be wrong, and so can a program. We compare three gradients, found
# in three independent ways:
#
# 1. **by hand:** $F (G - A) / (N^2 M^2)$;
# 2. **autodiff:** `jax.grad` of the loss, which applies the chain rule to the program;
# 3. **central differences:** no calculus at all. Move $F$ a small step $\varepsilon$ in some
#    direction $V$, forwards and backwards, and see how $E$ changes:
#
# $$ \langle \nabla E, V \rangle = \sum_{pq} \frac{\partial E}{\partial F_{pq}} V_{pq}
#    \approx \frac{E(F + \varepsilon V) - E(F - \varepsilon V)}{2 \varepsilon} . $$
#
# We choose a direction half random and half along the gradient, so that the derivative along it is
# not small by accident.

# %%
by_hand = style_gradient(F, A)
with jax.enable_x64(True):
    autodiff = np.asarray(jax.grad(style_loss)(F, A))
V = rng.normal(size=F.shape)
V = V / np.linalg.norm(V) + by_hand / np.linalg.norm(by_hand)
V *= np.sqrt(F.size) / np.linalg.norm(V)  # root mean square 1


def central_difference(f, F, V, eps):
    return (f(F + eps * V) - f(F - eps * V)) / (2 * eps)


def relative_error(a, b):
    return abs(a - b) / abs(b)


slope = np.sum(by_hand * V)
autodiff_error = np.abs(by_hand - autodiff).max() / np.abs(by_hand).max()
numeric = central_difference(lambda F: style_loss(F, A), F, V, 1e-3)
difference_error = relative_error(numeric, slope)
print(f"by hand against jax.grad:            {autodiff_error:.1e} of the largest entry")
print(f"by hand against central differences: {difference_error:.1e} relative, with ε = 0.001")

# %% [markdown]
# ## How large should the step be?
#
# Why $\varepsilon = 0.001$? Taylor's formula, with $E(\varepsilon)$ short for
# $E(F + \varepsilon V)$, says what the difference quotient gets wrong:
#
# $$ \frac{E(\varepsilon) - E(-\varepsilon)}{2\varepsilon}
#    = E'(0) + \underbrace{\frac{\varepsilon^2}{6} E'''(0)}_{\text{truncation}}
#    \pm \underbrace{\frac{u \, E(0)}{\varepsilon}}_{\text{rounding}} . $$
#
# Here $u$ is the relative rounding error of one number: $1.1 \cdot 10^{-16}$ in float64, and
# $6 \cdot 10^{-8}$ in float32. The first error shrinks with $\varepsilon^2$, the second *grows* as
# $1 / \varepsilon$. (There are no further terms: $E$ is a polynomial of degree 4 in $F$.) Somewhere
# in between is a best step, and it is much larger than most people's first guess.


# %%
def errors_in(dtype):
    """The error for each step, with all numbers rounded to `dtype`."""
    F_, A_, V_ = (np.asarray(x, dtype) for x in (F, A, V))
    numeric = [central_difference(lambda F: style_loss(F, A_), F_, V_, dtype(eps)) for eps in steps]
    return [relative_error(float(value), slope) for value in numeric]


steps = np.logspace(-8, 2, 41)
errors = {"float64": errors_in(np.float64), "float32": errors_in(np.float32)}
for name, values in errors.items():
    print(f"{name}: at best {min(values):.1e}, with a step of {steps[np.argmin(values)]:.0e}")

figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
for name, values in errors.items():
    ax.loglog(steps, np.maximum(values, 1e-17), "o-", markersize=3, label=name)
truncation = errors["float64"][-1] * (steps / steps[-1]) ** 2
ax.loglog(steps, truncation, "k--", linewidth=0.8, label="truncation ~ ε²")
ax.loglog(
    steps, 1e-16 * style_loss(F, A) / steps / slope, "k:", linewidth=0.8, label="rounding ~ 1/ε"
)
ax.set(
    xlabel="step ε", ylabel="relative error of the difference quotient", ylim=(1e-16, 1e2),
    title="Central differences against the derivative by hand",
)  # fmt: skip
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "04-step-size", "The error of central differences against the step, in both precisions."
)

# %% [markdown]
# **Notice:** in float64 there is a wide range of steps with errors below $10^{-8}$: a wrong factor,
# sign or index has nowhere to hide. In float32 the curve hardly gets below $10^{-5}$, and only if
# the step was chosen well; with the steps that serve float64 best it is wrong by a per cent or
# more. With much smaller ones the curve is flat at 1: both values of $E$ round to the same float32
# number, and their difference is 0. (Now and then a float32 point lies low by sheer luck.)
#
# ## A check that proves nothing
#
# JAX brings a checker, `jax.test_util.check_grads`. It is a good tool with dangerous defaults. Let
# us teach JAX two derivatives of the style loss by hand, the right one and one that is wrong by a
# factor of 2, and see which of them the checker lets pass. The loss is what the program takes for
# `--style-loss gram`, $\sum (G - A)^2 / \sum A^2$: a sensible loss of size one.


# %%
def relative_loss(F, A):
    return ((gram_matrix(F) - A) ** 2).sum() / (A**2).sum()


def with_derivative(factor):
    """The loss, together with `factor` times its derivative 4 F (G - A) / ΣA²."""

    @jax.custom_vjp
    def loss(F, A):
        return relative_loss(F, A)

    def forward(F, A):
        return relative_loss(F, A), (F, A)

    def backward(kept, dE):
        F, A = kept
        return factor * dE * 4 * F @ (gram_matrix(F) - A) / (A**2).sum(), None

    loss.defvjp(forward, backward)
    return loss


def verdict(factor, dtype, **tolerances):
    loss, F_, A_ = with_derivative(factor), F.astype(dtype), A.astype(dtype)
    try:
        jax.test_util.check_grads(lambda F: loss(F, A_), (F_,), 1, ("rev",), **tolerances)
    except AssertionError:
        return "refused"
    return "passed"


strict = {"atol": 0, "rtol": 1e-6}
rows = {
    "float32, default tolerances": (np.float32, {}),
    "float64, default tolerances": (np.float64, {}),
    "float32, rtol 1e-6, atol 0": (np.float32, strict),
    "float64, rtol 1e-6, atol 0": (np.float64, strict),
}
verdicts = {}
print(f"{'':30}{'right':12}wrong by a factor of 2")
for name, (dtype, tolerances) in rows.items():
    with jax.enable_x64(dtype == np.float64):
        verdicts[name] = [verdict(factor, dtype, **tolerances) for factor in (1, 2)]
    print(f"{name:30}{verdicts[name][0]:12}{verdicts[name][1]}")

# %% [markdown]
# With default tolerances everything passes, in float64 too. The reason is the *absolute* tolerance:
# the checker compares a single number, the slope along one random direction (times another random
# number), and accepts a difference of 0.002 in float32, and of 0.00001 in float64. The loss is of
# size one, but it is shared by very many features, many of them in the hundreds, so its slopes are
# small. They are about as large as the length of the gradient:

# %%
length = np.linalg.norm(4 * F @ (G - A) / (A**2).sum())
print(f"{F.size} features; length of the gradient: {length:.1e}")

# %% [markdown]
# In float32 the tolerance is far larger than that: the wrong gradient passes, and zero would pass
# as well. In float64 the two are of one size. There the wrong gradient passes in the direction that
# the checker happens to draw; in another it may be refused. Forbid the absolute tolerance in
# float32, and the *right* derivative is refused, because difference quotients in float32 are mostly
# rounding. Only the last row can tell right from wrong. Hence the rule of this project: **float64,
# central differences, no absolute tolerance, a relative one of $10^{-6}$**
# (`tests/support/gradcheck.py`).
#
# A check is worth something only if you have seen it fail. Break the code and look.
#
# ## In the library
#
# The program has the same two lines, with the factors of the different papers as named options:

# %%
print(inspect.getsource(gram.statistic))
print(inspect.getsource(gram.statistic_backward))
maps = F.reshape(1, M, 1, N)
G_library = gram.statistic(maps, normalization="sum")
dG = gram.distance_backward(G_library, A, scale="quarter-mean") / M**2
library = gram.statistic_backward(dG, maps, normalization="sum").reshape(M, N)
library_error = np.abs(library - by_hand).max() / np.abs(by_hand).max()
print(f"this lesson against the library: {library_error:.1e} of the largest entry")

# %%
claims = {
    "index form = matrix form": index_error,
    "by hand = jax.grad": autodiff_error,
    "by hand = jax.grad, through the rectifier": mask_error,
    "by hand = central differences": difference_error,
    "by hand = the library": library_error,
}
print(f"largest relative error in this lesson: {max(claims.values()):.1e}")

# %% [markdown]
# ## Exercises
#
# 1. Most programs use $G = F^\top F / M$ and the mean squared error,
#    $E = \frac{1}{N^2} \sum_{ij} (G_{ij} - A_{ij})^2$. Derive $\partial E / \partial F$, and check
#    it against `jax.grad`.
# 2. Since $G$ is symmetric, someone proposes to save half the work and sum only over $i \le j$.
#    What does the derivative become? At which step does our derivation need a change?
# 3. Novak and Nikulin (2016) subtract a constant $s$ from the features:
#    $G = (F - s)^\top (F - s)$. Derive $\partial E / \partial F$.
# 4. Start from a picture for which all features of a layer are zero. What does the style loss tell
#    such a picture to do? Is that a minimum?
# 5. The best step in the figure is near $10^{-3}$. Derive a formula for the best $\varepsilon$ from
#    the two error terms, and put in the numbers.
#
# ## Solutions
#
# **1.** Steps 1 to 4 stay as they are, with $D = \frac{2}{N^2} (G - A)$ and one more factor $1/M$
# from $G$:
#
# $$ \frac{\partial E}{\partial F} = \frac{1}{M} F (D + D^\top) = \frac{4}{N^2 M} F (G - A) . $$


# %%
def mean_loss(F, A):
    return ((F.T @ F / len(F) - A) ** 2).mean()


with jax.enable_x64(True):
    expected = np.asarray(jax.grad(mean_loss)(F, A / M))
solution_1 = 4 / (N**2 * M) * F @ (F.T @ F / M - A / M)
errors_of_solutions = {1: np.abs(solution_1 - expected).max() / np.abs(expected).max()}

# %% [markdown]
# **2.** Now $D_{ij} = 0$ for $i > j$: $D$ is upper triangular, no longer symmetric, and step 5 is
# wrong. Step 4 still holds: $\partial E / \partial F = F (D + D^\top)$. Off the diagonal each
# difference counts once instead of twice, on the diagonal as before.


# %%
def triangle_loss(F, A):
    return (np.triu(np.ones((N, N))) * (gram_matrix(F) - A) ** 2).sum() / (4 * N**2 * M**2)


with jax.enable_x64(True):
    expected = np.asarray(jax.grad(triangle_loss)(F, A))
D = np.triu(G - A) / (2 * N**2 * M**2)
errors_of_solutions[2] = np.abs(F @ (D + D.T) - expected).max() / np.abs(expected).max()

# %% [markdown]
# **3.** With $H = F - s$ we have $G = H^\top H$, and $\partial H_{kj} / \partial F_{pq}$ is the
# same product of two $\delta$: $\partial E / \partial F = \frac{1}{N^2 M^2} (F - s)(G - A)$.

# %%
with jax.enable_x64(True):
    expected = np.asarray(jax.grad(lambda F: style_loss(F - 1.0, A))(F))
errors_of_solutions[3] = np.abs(style_gradient(F - 1, A) - expected).max() / np.abs(expected).max()
for number, error in errors_of_solutions.items():
    print(f"solution {number} against jax.grad: {error:.1e} of the largest entry")

# %% [markdown]
# **4.** $F = 0$ gives $\partial E / \partial F = 0 \cdot (G - A) = 0$: the loss is silent. It is no
# minimum, for $E = \frac{1}{4 N^2 M^2} \sum A_{ij}^2 > 0$, and a small step in a fitting direction
# lowers it. It is a maximum along those directions. This is one reason to start from a photograph
# or from noise.
#
# **5.** The sum $\frac{\varepsilon^2}{6} |E'''| + \frac{u E}{\varepsilon}$ is smallest where its
# derivative vanishes: $\frac{\varepsilon}{3} |E'''| = \frac{u E}{\varepsilon^2}$, so
# $\varepsilon = \sqrt[3]{3 u E / |E'''|}$. The exponent 1/3 is the point: it is the *cube root* of
# the rounding error that sets the step, not the rounding error itself.

# %%
eps = 10.0
third = 6 * (central_difference(lambda F: style_loss(F, A), F, V, eps) - slope) / eps**2
best = np.cbrt(3 * 1.1e-16 * style_loss(F, A) / abs(third))
print(f"best step by this formula, in float64: {best:.0e}")
