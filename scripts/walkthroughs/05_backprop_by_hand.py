# %% [markdown]
# # 5. Backpropagation by hand
#
# The loss sits at the deep end of the network, the pixels at the other; this lesson carries the
# derivative from one to the other, through pooling, rectifiers and convolutions, in NumPy alone.
# The result is compared with `jax.grad`. Then we paint a picture with it, without any automatic
# differentiation.
#
# **Before you start.** You should know how pictures are preprocessed (lesson 1), convolution,
# rectifier and pooling (lesson 2), the content loss (lesson 3), the Gram matrix and the derivative
# of the style loss (lesson 4), and the chain rule.

# %%
import inspect

import jax
import lesson
import matplotlib.pyplot as plt
import numpy as np

from jnst.backbones import nn as nn_in_jax
from jnst.backbones import vgg as vgg_in_jax
from jnst.byhand.backbones import nn, pooling, vgg
from jnst.byhand.losses import content, gram
from jnst.byhand.optimize import optimizers
from jnst.losses import gram as gram_in_jax
from jnst.pictures import files, resizing, samples
from jnst.weights import store

options = lesson.options(
    "Backpropagation by hand", size=(96, 32), deepest=("relu4_1", "relu2_1"), steps=(20, 20)
)
rng = np.random.default_rng(0)

# %% [markdown]
# ## One rule for everything
#
# A network is a chain of steps. Look at one of them, $y = f(x)$, somewhere in the middle; after it
# come more steps, and at the end the loss $E$. Suppose that somebody hands us $\partial E /
# \partial y_j$ for every entry of $y$. We pass on $\partial E / \partial x_i$ for every entry of
# $x$. The chain rule says how:
#
# $$ \frac{\partial E}{\partial x_i}
#    = \sum_j \frac{\partial E}{\partial y_j} \, \frac{\partial y_j}{\partial x_i} . $$
#
# We write `dy` for the array of all $\partial E / \partial y_j$, and `dx` for that of all
# $\partial E / \partial x_i$. They have the shapes of $y$ and $x$. So for each kind of step we need
# one function that turns `dy` into `dx`. Done for each step in turn, from the loss back to the
# pixels, this is *backpropagation*.
#
# ## Convolution
#
# A convolution with a $3 \times 3$ kernel $k$ computes, for position $(p, q)$ and output channel
# $o$,
#
# $$ y_{pqo} = b_o + \sum_{u=0}^{2} \sum_{v=0}^{2} \sum_{i} \hat x_{p+u,\,q+v,\,i} \; k_{uvio} , $$
#
# where $\hat x$ is $x$ with a frame of zeros, one pixel wide. Which outputs does the input
# $\hat x_{rsi}$ take part in? Those with $r = p + u$ and $s = q + v$. So
#
# $$ \frac{\partial y_{pqo}}{\partial \hat x_{rsi}} = k_{r-p,\,s-q,\,i,\,o}
#    \quad\text{where } 0 \le r - p \le 2 \text{ and } 0 \le s - q \le 2, \text{ else } 0 , $$
#
# and the one rule gives
#
# $$ \frac{\partial E}{\partial \hat x_{rsi}}
#    = \sum_{p q o} \frac{\partial E}{\partial y_{pqo}} \, k_{r-p,\,s-q,\,i,\,o} . $$
#
# The easiest way to compute it is to go through the terms of the forward sum once more. Each term
# took from $\hat x_{p+u,q+v,i}$ with factor $k_{uvio}$; now the same factor carries `dy` back to
# the same place, where everything that arrives is added up:


# %%
def conv_backward(dy, k):
    h, w, _ = dy.shape
    dx_padded = np.zeros((h + 2, w + 2, k.shape[2]))
    for p, q, u, v in np.ndindex(h, w, 3, 3):
        dx_padded[p + u, q + v] += k[u, v] @ dy[p, q]  # the sum over o
    return dx_padded[1:-1, 1:-1]  # the frame of zeros is no part of x


x = rng.normal(size=(5, 6, 3))
k = rng.normal(size=(3, 3, 3, 4))
b = rng.normal(size=4)
dy = rng.normal(size=(5, 6, 4))
dx = conv_backward(dy, k)

# %% [markdown]
# There is a neater way to see it. A convolution is linear (apart from the bias), so it is a
# multiplication by a matrix: $y = C x$, and $\partial y_j / \partial x_i = C_{ji}$. The one rule
# then says $\partial E / \partial x_i = \sum_j C_{ji} \, \partial E / \partial y_j$, that is
#
# $$ \texttt{dx} = C^\top \texttt{dy} . $$
#
# **To go back through a linear step, multiply by its transpose.** Here is the matrix for a row of 8
# pixels, one channel, and the kernel $(1, 2, 4)$:

# %%
row_kernel = np.array([1.0, 2.0, 4.0])
C = np.zeros((8, 8))
for u in range(3):
    C += row_kernel[u] * np.eye(8, k=u - 1)
figure, axes = plt.subplots(1, 2, figsize=(8, 4), layout="constrained")
for ax, title, matrix in zip(axes, ["C: forward", "Cᵀ: backward"], [C, C.T], strict=True):
    ax.imshow(matrix, cmap="Blues", vmax=6)
    for (r, c), value in np.ndenumerate(matrix):
        if value:
            ax.text(c, r, f"{value:g}", ha="center", va="center")
    ax.set(title=title, xticks=[], yticks=[])
lesson.show("05-matrix", "A convolution of 8 pixels as a matrix, and its transpose.")

# %% [markdown]
# **Notice:** the transpose has bands as well, so it is a convolution too, but the kernel has become
# $(4, 2, 1)$. Going backwards is a convolution with the kernel turned round, and with input and
# output channels exchanged. For an image that means turned in both directions:

# %%
turned = k[::-1, ::-1].transpose(0, 1, 3, 2)  # (3, 3, o, i)
as_convolution = nn.conv2d(dy[None], turned, np.zeros(3))[0]
with jax.enable_x64(True):
    _, pull_back = jax.vjp(lambda x: nn_in_jax.conv2d(x, k, b), x[None])  # JAX's own derivative
    (autodiff,) = pull_back(dy[None])
errors = {
    "convolution: the sum = the turned kernel": lesson.difference(as_convolution, dx),
    "convolution: the sum = JAX": lesson.difference(dx, np.asarray(autodiff)[0]),
    "convolution: the sum = the library": lesson.difference(nn.conv2d_backward(dy[None], k)[0], dx),
}

# %% [markdown]
# There is also a check without calculus, good for any linear step. For all $x$ and all $g$,
# $\langle C x, g \rangle = \langle x, C^\top g \rangle$:

# %%
left = np.sum((nn.conv2d(x[None], k, b)[0] - b) * dy)
right = np.sum(x * dx)
errors["convolution: ⟨Cx, g⟩ = ⟨x, Cᵀg⟩"] = abs(left - right) / abs(left)
for name, error in errors.items():
    print(f"{name:45}{error:.1e}")

# %% [markdown]
# The library goes through the nine places $(u, v)$ of the kernel, and treats all positions at once
# as one matrix product. It is the same sum in another order:

# %%
print(inspect.getsource(nn.conv2d_backward))

# %% [markdown]
# ## Rectifier
#
# $y_i = \max(x_i, 0)$ acts on each entry alone, so all $\partial y_j / \partial x_i$ with
# $j \ne i$ are zero, and
#
# $$ \frac{\partial E}{\partial x_i} = \frac{\partial E}{\partial y_i} \cdot
#    \begin{cases} 1 & \text{if } x_i > 0, \\ 0 & \text{if } x_i < 0. \end{cases} $$
#
# This is the second case that Gatys et al. print with their losses (lesson 4). At $x_i = 0$ there
# is no derivative; like everybody we take 0. And $y_i > 0$ says the same as $x_i > 0$, so one need
# not keep $x$.


# %%
def relu_backward(dy, y):
    return dy * (y > 0)


# %% [markdown]
# ## Pooling
#
# Pooling makes one number from each window of $2 \times 2$. For the **average** each of the four
# has weight ¼, so each gets a quarter of what comes back. For the **maximum** only the largest of
# the four has an influence: it gets everything, and the other three get nothing.
#
# $$ \text{average: } \frac{\partial E}{\partial x_i} = \frac{1}{4} \frac{\partial E}{\partial y_w}
#    \qquad\qquad
#    \text{maximum: } \frac{\partial E}{\partial x_i} = \frac{\partial E}{\partial y_w} \cdot
#    \begin{cases} 1 & \text{if } x_i \text{ is the largest of its window } w, \\
#                  0 & \text{otherwise.} \end{cases} $$

# %%
small = np.array([[5.0, 1, 0, 2], [3, 2, 7, 4], [1, 1, 0, 0], [2, 6, 0, 0]])
coming_back = np.array([[1.0, 2.0], [3.0, 4.0]])
pooled = pooling.max_pool(small[None, ..., None])[0, ..., 0]
to_max = pooling.max_pool_backward(coming_back[None, ..., None], small[None, ..., None])[0, ..., 0]
to_avg = pooling.avg_pool_backward(coming_back[None, ..., None], small[None, ..., None])[0, ..., 0]

figure, axes = plt.subplots(1, 4, figsize=(11, 3.2), layout="constrained")
for ax, title, numbers in zip(
    axes,
    ["x", "dy: what comes back", "dx for the maximum", "dx for the average"],
    [small, coming_back, to_max, to_avg],
    strict=True,
):
    ax.imshow(numbers, cmap="Blues", vmax=10, extent=(0, 4, 4, 0))
    step = 4 / len(numbers)
    for (r, c), value in np.ndenumerate(numbers):
        ax.text((c + 0.5) * step, (r + 0.5) * step, f"{value:g}", ha="center", va="center")
    ax.axhline(2, color="black", linewidth=1)
    ax.axvline(2, color="black", linewidth=1)
    ax.set(title=title, xticks=[], yticks=[])
lesson.show("05-pooling", "How pooling passes the derivative back: to the largest, or to all four.")

# %% [markdown]
# **Notice:** in the last window all four are equal, and any of them could be called the largest.
# The library takes the first. In VGG such ties are common, because after a rectifier whole windows
# are zero. But exactly there it makes no difference: below the pooling is the rectifier, which lets
# nothing through where its output is zero.
#
# ## From the loss to the pixels
#
# Now we put the steps together: the first layers of VGG19 on a real photograph, in float64. On the
# way forward we keep every map, because the way back asks for them.

# %%
params = jax.tree.map(lambda array: array.astype(np.float64), store.load("vgg19"))
photograph = resizing.fit(files.read(samples.content()), options.size).astype(np.float64)
painting = resizing.fit(files.read(samples.STYLE), options.size).astype(np.float64)

layers = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
layers = layers[: layers.index(options.deepest) + 1]
maps = vgg.features(params, photograph, layers)  # all maps up to the deepest of `layers`
F_painting = vgg.features(params, painting, layers)
A = {layer: gram.statistic(F_painting[layer]) for layer in layers}

# %% [markdown]
# The loss is the style loss in all of `layers`: in each of them, $\sum (G - A)^2 / \sum A^2$.
# Lesson 4 gave its derivative with respect to the features of that layer; here $G$ and $A$ are
# divided by their numbers of positions, so it is $\frac{4}{M \sum A^2} F (G - A)$.

# %%
E = sum(gram.distance(gram.statistic(maps[layer]), A[layer], scale="relative") for layer in layers)
dF = {}
for layer in layers:
    dG = gram.distance_backward(gram.statistic(maps[layer]), A[layer], scale="relative")
    dF[layer] = gram.statistic_backward(dG, maps[layer])
print(f"E = {E:.6g}; its derivative is known in", *layers)

# %% [markdown]
# And now the way back. Two things are new. A layer in the middle influences the loss in two ways:
# by its own Gram matrix, and by what the deeper layers make of it. **The derivative of a sum is the
# sum of the derivatives**, so we add. And the very first step of the network, RGB in $[0, 1]$ to
# BGR in 0 to 255 minus the mean (lesson 1), needs its backward step, too: the channels in reverse
# order, and a factor of 255 (once more, not divided away).

# %%
_, *order = maps  # the first is the picture, as the network wants it
dx = np.zeros_like(maps[order[-1]])
coming = {}
print(f"{'':10}{'shape':>18}{'root mean square of dE/d(layer)':>36}")
for position in reversed(range(len(order))):
    layer = order[position]
    if layer in dF:
        dx = dx + dF[layer]  # what the loss itself asks of this layer
    coming[layer] = dx
    print(f"{layer:10}{dx.shape!s:>18}{np.sqrt(np.mean(dx**2)):>36.2e}")
    if layer.startswith("conv"):
        dx = nn.conv2d_backward(dx, params[layer]["kernel"])
    elif layer.startswith("relu"):
        dx = relu_backward(dx, maps[layer])
    else:
        dx = pooling.max_pool_backward(dx, maps[order[position - 1]])
gradient = dx[..., ::-1] * 255
dotted = np.mean(coming["relu1_2"] != 0)
print(f"{'pixels':10}{gradient.shape!s:>18}{np.sqrt(np.mean(gradient**2)):>36.2e}")
print(f"share of entries at relu1_2 that are not zero: {dotted:.0%}")

# %% tags=["thumbnail"]
shown = [layer for layer in order if layer.startswith(("relu", "pool"))][::-1]
shown = shown[:: max(1, len(shown) // 6)][:6]
drawn = {f"at {layer}": np.abs(coming[layer][0]).mean(axis=-1) for layer in shown}
drawn["at the pixels"] = np.abs(gradient[0]).mean(axis=-1)
drawn = {title: np.minimum(map_ / np.quantile(map_, 0.99), 1) for title, map_ in drawn.items()}
lesson.pictures({**drawn, "the photograph": photograph}, cmap="magma")
lesson.show(
    "05-way-back", "The size of the derivative on its way back, from deep layers to pixels."
)

# %% [markdown]
# **Notice:** the derivative begins as a few coarse blocks, and each pooling that it passes on its
# way doubles the rows and columns. Right behind a maximum pooling (`relu3_4`, `relu1_2`) it is
# dotted: in each channel at most one entry in four is not zero. The next convolution fills the
# gaps. At the pixels it is as fine as the picture, and the eyes, so unlike anything in the
# painting, have the largest.
#
# ## Does it agree?
#
# With autodiff, which knows nothing of our derivation:


# %%
def loss_in_jax(picture, params, A):
    F = vgg_in_jax.features(params, picture, layers)
    return sum(
        gram_in_jax.distance(gram_in_jax.statistic(F[layer]), A[layer], scale="relative")
        for layer in layers
    )


with jax.enable_x64(True):
    value, autodiff = jax.jit(jax.value_and_grad(loss_in_jax))(photograph, params, A)
errors["the loss: NumPy = JAX"] = abs(E - float(value)) / E
errors["the gradient at the pixels: by hand = jax.grad"] = lesson.difference(
    gradient, np.asarray(autodiff)
)

# %% [markdown]
# And with central differences, which know nothing at all. The step is small, $10^{-8}$: the
# network is full of rectifiers and maxima, and a larger step carries some of them to the other side
# of their corner, where the derivative is another.


# %%
def loss_by_hand(picture):
    F = vgg.features(params, picture, layers)
    return sum(gram.distance(gram.statistic(F[n]), A[n], scale="relative") for n in layers)


V = rng.normal(size=gradient.shape) + gradient / np.sqrt(np.mean(gradient**2))
by_step = {}
for eps in (1e-8, 1e-5, 1e-3):
    numeric = (loss_by_hand(photograph + eps * V) - loss_by_hand(photograph - eps * V)) / (2 * eps)
    by_step[eps] = abs(numeric - np.sum(gradient * V)) / abs(numeric)
    print(f"central differences, ε = {eps:.0e}: relative error {by_step[eps]:.1e}")
errors["the gradient at the pixels: by hand = central differences"] = by_step[1e-8]
for name, error in errors.items():
    print(f"{name:60}{error:.1e}")
exact = {name: error for name, error in errors.items() if "central" not in name}
print(f"largest relative error against autodiff in this lesson: {max(exact.values()):.1e}")

# %% [markdown]
# ## Twenty steps without autodiff
#
# Everything is there to paint a picture: the content loss in the deepest layer, the style loss in
# all layers, the way back to the pixels. `vgg.backward` is the loop from above. The optimizer is
# handed the gradient and answers with a step; lesson 6 opens that box. From here to the end of the
# painting JAX has nothing to do.


# %%
small_params = {n: {k: v.astype(np.float32) for k, v in p.items()} for n, p in params.items()}
P = vgg.features(small_params, photograph.astype(np.float32), layers)[options.deepest]
A = {layer: array.astype(np.float32) for layer, array in A.items()}
alpha, beta = 0.05, 1 / len(layers)


def loss_and_gradient(picture):
    F = vgg.features(small_params, picture, layers)
    L = alpha * content.distance(F[options.deepest], P, scale="relative")
    dF = {
        options.deepest: alpha * content.distance_backward(F[options.deepest], P, scale="relative")
    }
    for layer in layers:
        G = gram.statistic(F[layer])
        L = L + beta * gram.distance(G, A[layer], scale="relative")
        dG = beta * gram.distance_backward(G, A[layer], scale="relative")
        dF[layer] = dF.get(layer, 0) + gram.statistic_backward(dG, F[layer])
    return L, vgg.backward(small_params, F, dF)


x = photograph.astype(np.float32)
optimizer = optimizers.lbfgs(1.0)
state = optimizer.init(x)
losses, stages = [], {"the photograph": x}
for step in range(options.steps):
    L, g = loss_and_gradient(x)
    losses.append(float(L))
    update, state = optimizer.update(g, state, x)
    x = np.clip(x + update, 0, 1)  # colours are between 0 and 1
    if step + 1 in (5, options.steps):
        stages[f"after {step + 1} steps"] = x
losses.append(float(loss_and_gradient(x)[0]))
print(f"loss before: {losses[0]:.4f}, after {options.steps} steps: {losses[-1]:.4f}")
lesson.pictures({**stages, "the painting": painting})
lesson.show("05-painted", "Twenty steps of style transfer, every derivative written by hand.")

# %% [markdown]
# **Notice:** twenty steps are enough for colours and strokes of the painting to appear. The
# command `jnst stylize photo.jpg painting.jpg --engine byhand --size 96 --steps 20 --style-loss
# gram --content-scale relative` runs the same functions, with the default layers and weights of the
# library and a term for smoothness (lesson 8). Without the last two options it takes the default
# losses (lessons 9 and 10), whose derivatives are written by hand as well.
#
# ## Exercises
#
# 1. The kernel of a *blur* is symmetric. What does that say about going forwards and backwards
#    through a blur?
# 2. Write the backward step of the *leaky* rectifier, $y = x$ for $x > 0$ and $y = x / 10$
#    otherwise, and check it with central differences.
# 3. We want features from a network with fixed weights, so we never computed
#    $\partial E / \partial k_{uvio}$. Derive it, and check it against `jax.grad`.
# 4. L2 pooling takes $y = \sqrt{x_1^2 + x_2^2 + x_3^2 + x_4^2}$ over each window. Derive its
#    backward step. What happens in a window of zeros?
# 5. How much memory does the way back need, compared with the way forward? Which of the kept maps
#    could be replaced by one bit per entry?
#
# ## Solutions
#
# **1.** $C$ is symmetric, $C^\top = C$ (one channel, zero frame): to go back through a blur, blur.
#
# **2.** $\partial y / \partial x$ is 1 or 1/10:


# %%
def leaky(x):
    return np.where(x > 0, x, x / 10)


def leaky_backward(dy, x):
    return dy * np.where(x > 0, 1, 0.1)


z, dz, v = rng.normal(size=(3, 100))
numeric = np.sum(dz * (leaky(z + 1e-6 * v) - leaky(z - 1e-6 * v))) / 2e-6
solutions = {2: abs(np.sum(leaky_backward(dz, z) * v) - numeric) / abs(numeric)}

# %% [markdown]
# **3.** $y_{pqo}$ contains $k_{uvio}$ with the factor $\hat x_{p+u,q+v,i}$, so
# $\partial E / \partial k_{uvio} = \sum_{pq} \hat x_{p+u,q+v,i} \; \partial E / \partial y_{pqo}$:

# %%
x_ = rng.normal(size=(5, 6, 3))
padded = np.pad(x_, ((1, 1), (1, 1), (0, 0)))
dk = np.zeros_like(k)
for u, v in np.ndindex(3, 3):
    dk[u, v] = np.einsum("pqi,pqo->io", padded[u : u + 5, v : v + 6], dy)
with jax.enable_x64(True):
    expected = jax.grad(lambda k: (nn_in_jax.conv2d(x_[None], k, b)[0] * dy).sum())(k)
solutions[3] = lesson.difference(dk, np.asarray(expected))
for number, error in solutions.items():
    print(f"solution {number}: {error:.1e}")

# %% [markdown]
# **4.** $\partial y / \partial x_i = x_i / y$, so $\texttt{dx}_i = \texttt{dy} \cdot x_i / y$. In a
# window of zeros this is $0 / 0$: the length of a vector has a corner at zero. One takes 0 there,
# or adds a small constant below the root.
#
# **5.** Going forward one may forget each map as soon as the next is known, if the loss does not
# read it; going back needs them all. So the way back takes the memory of all maps together, the way
# forward only that of the two largest neighbours. But a convolution does not need its input (it is
# linear). The rectifier needs one bit an entry, the maximum two bits a window (which of the four).
# Only the layers that the loss reads are needed in full. (Lesson 11 does it, and measures.)
