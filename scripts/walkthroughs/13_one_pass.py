# %% [markdown]
# # 13. From the optimizer to one pass
#
# So far every picture was searched for, pixel by pixel, in some hundred evaluations. A network can
# learn the search, and then paint in one pass. What makes that possible is a small step in such
# networks: normalization. This lesson derives it and its derivative, for one style (instance norm),
# for several (conditional instance norm), for any style (AdaIN), and with covariances (whitening
# and colouring). At the end we train a tiny network by hand, and it paints.
#
# **Before you start.** You should know the Gram matrix (lesson 4), backpropagation (lesson 5), Adam
# (lesson 6), and what the mean and the deviation of features say about style (lesson 9).

# %%
import inspect
import time

import jax
import lesson
import matplotlib.pyplot as plt
import numpy as np

from jnst.byhand.backbones import vgg
from jnst.byhand.feedforward import graph, norms, roots, whitening
from jnst.byhand.optimize import optimizers
from jnst.feedforward import norms as norms_in_jax
from jnst.feedforward import parameters
from jnst.feedforward.blocks import normed, own_norm, reflecting, residual, upsampled
from jnst.feedforward.layers import Input
from jnst.pictures import files, resizing, samples
from jnst.weights import store

options = lesson.options(
    "From the optimizer to one pass",
    size=(128, 48),
    crop=(48, 24),
    steps=(100, 6),
    deepest=("relu3_1", "relu2_1"),
)
rng = np.random.default_rng(0)
loss_network = jax.tree.map(np.asarray, store.load("vgg19"))
photograph = resizing.fit(files.read(samples.content()), options.size)
painting = resizing.fit(files.read(samples.STYLE), options.size)

# %% [markdown]
# ## From a picture to a function
#
# The optimizer solves, for each photograph $c$ anew,
#
# $$ x^* = \arg\min_x E(x; c) , $$
#
# with the style fixed in $E$. Instead, let a network $f_\theta$ make the picture, and look for its
# parameters $\theta$, once, over many photographs (Johnson et al. 2016, Ulyanov et al. 2016):
#
# $$ \theta^* = \arg\min_\theta \sum_c E(f_\theta(c); c) . $$
#
# How far is it from what we have to what we need? With $y = f_\theta(c)$ the chain rule says
#
# $$ \boxed{ \; \frac{\partial E}{\partial \theta_i}
#    = \sum_k \frac{\partial E}{\partial y_k} \, \frac{\partial y_k}{\partial \theta_i} \; } $$
#
# $\partial E / \partial y$ is the gradient with respect to the pixels, lesson 5's result. It is
# handed to one more network, and goes back through it as through any other. All steps of such a
# network are known by now, but for the normalization.
#
# ## Instance norm
#
# One channel of a map has the values $x_1, \dots, x_n$, one for each position. Instance norm takes
# away their mean, divides by their deviation, and applies a scale and a shift that are trained:
#
# $$ \mu = \frac1n \sum_k x_k , \quad
#    \delta = \sqrt{ \frac1n \sum_k (x_k - \mu)^2 + \varepsilon } , \quad
#    z_k = \frac{x_k - \mu}{\delta} , \quad
#    y_k = \gamma z_k + \beta . $$
#
# Every $x_l$ moves every $z_k$, in three ways: by itself, by $\mu$, and by $\delta$. For the last,
#
# $$ \frac{\partial \delta}{\partial x_l}
#    = \frac{1}{2 \delta} \cdot \frac2n \sum_k (x_k - \mu)
#      \left( [k = l] - \frac1n \right)
#    = \frac{x_l - \mu}{n \delta} = \frac{z_l}{n} , $$
#
# since the sum of all $x_k - \mu$ is 0. With the quotient rule,
#
# $$ \frac{\partial z_k}{\partial x_l}
#    = \frac1\delta \left( [k = l] - \frac1n \right)
#      - \frac{x_k - \mu}{\delta^2} \cdot \frac{z_l}{n}
#    = \frac1\delta \left( [k = l] - \frac1n - \frac{z_k z_l}{n} \right) . $$
#
# Let $d_k = \gamma \, \partial E / \partial y_k$ be what arrives at $z_k$. Summed over $k$,
#
# $$ \boxed{ \; \frac{\partial E}{\partial x_l}
#    = \frac1\delta \left( d_l - \frac1n \sum_k d_k - z_l \cdot \frac1n \sum_k d_k z_k \right) \; }
#    \qquad
#    \frac{\partial E}{\partial \gamma} = \sum_k \frac{\partial E}{\partial y_k} z_k , \quad
#    \frac{\partial E}{\partial \beta} = \sum_k \frac{\partial E}{\partial y_k} . $$


# %%
def normalize(x, eps=1e-5):
    """z and δ of each channel, for x (n, channels)."""
    mu = x.mean(axis=0)
    delta = np.sqrt(((x - mu) ** 2).mean(axis=0) + eps)
    return (x - mu) / delta, delta


def normalize_backward(dz, x, eps=1e-5):
    z, delta = normalize(x, eps)
    return (dz - dz.mean(axis=0) - z * (dz * z).mean(axis=0)) / delta


def slope(f, x, direction, h=1e-6):
    """Central difference of f at x, along a direction."""
    return (f(x + h * direction) - f(x - h * direction)) / (2 * h)


def check(f, x, gradient):
    """Relative error of the gradient along its own direction and along one that leans to it."""
    along, noise = (v / np.linalg.norm(v) for v in (gradient, rng.normal(size=np.shape(x))))
    worst = 0
    for V in (along, noise + np.sign((noise * along).sum()) * along):
        expected = slope(f, x, V)
        worst = max(worst, abs((gradient * V).sum() - expected) / abs(expected))
    return worst


n, channels = 20, 3
x, dy = rng.normal(size=(2, n, channels)) * 2 + 1
gamma, beta = rng.normal(size=(2, channels))


def instance_norm(x, gamma, beta):
    return gamma * normalize(x)[0] + beta


z, delta = normalize(x)
dx = normalize_backward(gamma * dy, x)
errors = {
    "x": check(lambda x: (dy * instance_norm(x, gamma, beta)).sum(), x, dx),
    "γ": check(lambda g: (dy * instance_norm(x, g, beta)).sum(), gamma, (dy * z).sum(axis=0)),
    "β": check(lambda b: (dy * instance_norm(x, gamma, b)).sum(), beta, dy.sum(axis=0)),
}
with jax.enable_x64(True):
    _, pull = jax.vjp(
        lambda x: norms_in_jax.instance_norm(x[None, None], scale=gamma, shift=beta)[0, 0], x
    )
    errors["x, by jax.grad"] = lesson.difference(dx, np.asarray(pull(dy)[0]))
library = norms.instance_norm_backward(dy[None, None], x[None, None], scale=gamma)[0, 0]
errors["x, by the library"] = lesson.difference(dx, library)
for name, error in errors.items():
    print(f"∂E/∂{name:20}{error:.1e}")

# %% [markdown]
# What does the box say? The last two summands take something away from $d$: its part along the
# vector of ones, and its part along $z$. The gradient has no component in either direction. It
# cannot, for $z$ does not change when $x$ gets a constant added, or a factor. So brightness and
# contrast of a channel of $x$ do not exist for what comes after an instance norm.

# %%
along = {
    "ones": float(np.abs(dx.sum(axis=0)).max()),
    "z": float(np.abs((dx * z).sum(axis=0)).max()),
}
moved = lesson.difference(normalize(3 * x - 5, eps=0)[0], normalize(x, eps=0)[0])
print(f"gradient along ones {along['ones']:.0e}, along z {along['z']:.0e} (not 0, for ε is not)")
print(f"z of 3 x - 5 differs from z of x by {moved:.0e}")

# %% [markdown]
# ## Why it helps to paint
#
# The painting has a contrast of its own, and the style loss asks for it, whatever the photograph
# has. Take a photograph with half the contrast: the picture must come out the same. A network of
# convolutions and rectifiers is homogeneous, but for its biases: half the contrast in is half the
# contrast out. It would have to learn to measure contrast and to divide by it, and it has neither
# sums over all positions nor division. Instance norm is just that. Here is one random layer, and
# what it makes of a photograph that loses its contrast:

# %%
kernel = rng.normal(size=(3, 3, 3, 8)) / 5
bias = np.zeros(8)
flat = [(0.5 + factor * (photograph - 0.5)) for factor in (1.0, 0.5, 0.25)]


def layer(x, norm):
    window = {"frame": 1, "padding": "reflect"}
    y = vgg.graph.nn.conv2d(x - 0.5, kernel, bias, **window)
    y = norms.instance_norm(y) if norm else y
    return np.maximum(y, 0)


response = {norm: [float(layer(x, norm).std()) for x in flat] for norm in (False, True)}
for norm, values in response.items():
    name = "with instance norm" if norm else "without"
    print(f"{name:20}deviation of the features:", *(f"{value:.3f}" for value in values))

# %% [markdown]
# **Notice:** with instance norm the features hardly know that the contrast has changed. (What is
# left of the change is the work of $\varepsilon$.)
#
# ## Many styles in one network
#
# Dumoulin et al. (2017) found that all kernels can be shared between styles. A style $s$ is nothing
# but a scale and a shift for each channel of each norm, a row of two tables:
#
# $$ y = \gamma_s z + \beta_s , \qquad\text{or blended,}\qquad
#    y = \Big( \sum_s w_s \gamma_s \Big) z + \sum_s w_s \beta_s . $$
#
# This is linear in the tables and in the weights. With $\partial E / \partial \gamma$ and
# $\partial E / \partial \beta$ from above,
#
# $$ \boxed{ \; \frac{\partial E}{\partial \gamma_s}
#    = w_s \frac{\partial E}{\partial \gamma} , \qquad
#    \frac{\partial E}{\partial w_s}
#    = \gamma_s \cdot \frac{\partial E}{\partial \gamma}
#    + \beta_s \cdot \frac{\partial E}{\partial \beta} \; } $$

# %%
gammas, betas = rng.normal(size=(2, 4, channels))
w = np.array([0.5, 0.3, 0.0, 0.2])
dgamma, dbeta = (dy * z).sum(axis=0), dy.sum(axis=0)


def conditional(gammas, w):
    return (dy * instance_norm(x, w @ gammas, w @ betas)).sum()


errors_of_styles = {
    "table of scales": check(lambda t: conditional(t, w), gammas, np.outer(w, dgamma)),
    "weights": check(lambda w: conditional(gammas, w), w, gammas @ dgamma + betas @ dbeta),
}
for name, error in errors_of_styles.items():
    print(f"{name:20}{error:.1e}")

# %% [markdown]
# So a network learns one more style with two numbers for each of its channels.
#
# ## Any style: AdaIN
#
# Why learn the scale and the shift at all? Huang and Belongie (2017) take them from the painting:
# at one layer of VGG19 the photograph's features get mean and deviation of the painting's,
#
# $$ \operatorname{AdaIN}(F, S) = \delta_S \, \frac{F - \mu_F}{\delta_F} + \mu_S , $$
#
# and a decoder, trained once, makes a picture of them. The derivative with respect to $F$ is in the
# first box, with $\gamma = \delta_S$. With respect to the style's features, we know
# $\partial \delta_S / \partial S_l = z^S_l / n$ from above, where $z^S$ are the style's own
# normalized features, and $\partial \mu_S / \partial S_l = 1 / n$, with the $n$ of the style:
#
# $$ \boxed{ \; \frac{\partial E}{\partial S_l}
#    = \frac1n \left( \sum_k \frac{\partial E}{\partial y_k}
#    + z^S_l \sum_k \frac{\partial E}{\partial y_k} z_k \right) \; } $$


# %%
def adain(F, S, eps=1e-5):
    _, delta = normalize(S, eps)
    return delta * normalize(F, eps)[0] + S.mean(axis=0)


def adain_backward(dy, F, S, eps=1e-5):
    (z, _), (of_style, delta) = normalize(F, eps), normalize(S, eps)
    dS = (dy.sum(axis=0) + of_style * (dy * z).sum(axis=0)) / len(S)
    return normalize_backward(delta * dy, F, eps), dS


S = rng.normal(size=(14, channels)) @ (np.eye(channels) + 0.5 * rng.normal(size=(channels,) * 2))
dF, dS = adain_backward(dy, x, S)
errors_of_adain = {
    "features": check(lambda F: (dy * adain(F, S)).sum(), x, dF),
    "style's features": check(lambda S: (dy * adain(x, S)).sum(), S, dS),
}
for name, error in errors_of_adain.items():
    print(f"{name:20}{error:.1e}")

# %% [markdown]
# ## What whitening and colouring add
#
# Channels go together: where one is strong another is strong, too. AdaIN sees each by itself. Li et
# al. (2017) give the features the whole covariance matrix of the style. Let the rows of $X$ be
# $F - \mu_F$, and $C = X^\top X / (n - 1)$; the same for the style. Then
#
# $$ \boxed{ \; Y = X \, C_F^{-1/2} \, C_S^{1/2} + \mu_S \; } , \qquad
#    \frac{Y_0^\top Y_0}{n - 1}
#    = C_S^{1/2} \, C_F^{-1/2} \, C_F \, C_F^{-1/2} \, C_S^{1/2} = C_S , $$
#
# where $Y_0 = Y - \mu_S$. The first factor *whitens*: the channels become uncorrelated, with
# variance 1. The second *colours*. If both matrices are diagonal, this is AdaIN.
#
# Its derivative needs that of the root. From $H H = C$ follows, for a small change,
#
# $$ dH \, H + H \, dH = dC . $$
#
# In the basis of the eigenvectors, $C = V \Lambda V^\top$, $H$ is diagonal with $\sqrt{\lambda_i}$,
# and the equation falls apart into its entries. With $K = H^{-1}$, $dK = -K \, dH \, K$:
#
# $$ \boxed{ \; (V^\top dH \, V)_{ij}
#    = \frac{ (V^\top dC \, V)_{ij} }{ \sqrt{\lambda_i} + \sqrt{\lambda_j} } , \qquad
#    (V^\top dK \, V)_{ij}
#    = - \frac{ (V^\top dC \, V)_{ij} }
#      { \sqrt{\lambda_i \lambda_j} \, ( \sqrt{\lambda_i} + \sqrt{\lambda_j} ) } \; } $$
#
# Both maps from $dC$ are symmetric, so the way back, from $\partial E / \partial H$ to
# $\partial E / \partial C$, multiplies by the same numbers. And from $C$ back to $X$:
# $\partial E / \partial X = 2 X \, (\partial E / \partial C) / (n - 1)$, if that is symmetric.


# %%
def covariance(X):
    return X.T @ X / (len(X) - 1)


def root(C, power=0.5):
    values, V = np.linalg.eigh(C)
    return (V * values**power) @ V.T


def root_backward(dH, C, power=0.5):
    """∂E/∂C from ∂E/∂H, or, for the power -½, from ∂E/∂K."""
    values, V = np.linalg.eigh(C)
    s = np.sqrt(values)
    divisor = np.add.outer(s, s) if power > 0 else -np.outer(s, s) * np.add.outer(s, s)
    turned = V.T @ ((dH + dH.T) / 2) @ V
    return V @ (turned / divisor) @ V.T


def wct(F, S):
    X, X_S = F - F.mean(axis=0), S - S.mean(axis=0)
    return X @ root(covariance(X), -0.5) @ root(covariance(X_S)) + S.mean(axis=0)


def wct_backward(dy, F, S):
    """∂E/∂F: once for the X in front, once for the X in the covariance."""
    X, H_S = F - F.mean(axis=0), root(covariance(S - S.mean(axis=0)))
    C = covariance(X)
    dZ = dy @ H_S
    dC = root_backward(X.T @ dZ, C, -0.5)
    dX = dZ @ root(C, -0.5) + 2 * X @ dC / (len(X) - 1)
    return dX - dX.mean(axis=0)


C, dH = covariance(S - S.mean(axis=0)), rng.normal(size=(channels, channels))
dF = wct_backward(dy, x, S)
library = whitening.wct_backward(
    dy[None, None], x[None, None], root(covariance(S - S.mean(axis=0))), alpha=1.0
)
errors_of_wct = {
    "root": check(lambda C: (dH * root((C + C.T) / 2)).sum(), C, root_backward(dH, C)),
    "features": check(lambda F: (dy * wct(F, S)).sum(), x, dF),
    "features, by the library": lesson.difference(dF, library[0][0, 0]),
}
for name, error in errors_of_wct.items():
    print(f"{name:28}{error:.1e}")

# %% [markdown]
# The smallest map with channels is the picture itself: three of them, and no decoder is needed.
# There both are old methods for the transfer of colours. We look at them, and then measure the same
# at a layer of VGG19: how far mean, deviation and covariance are from the painting's, relatively.


# %%
def positions(features):
    return features.reshape(-1, features.shape[-1])


recoloured = {
    "the photograph": photograph,
    "AdaIN of the colours": adain(positions(photograph), positions(painting)),
    "WCT of the colours": wct(positions(photograph), positions(painting)),
}
recoloured = {
    name: np.clip(np.reshape(y, photograph.shape), 0, 1) for name, y in recoloured.items()
}


def distances(F, S):
    """Relative distances of the means, the deviations, and the covariances."""
    pairs = [
        (F.mean(axis=0), S.mean(axis=0)),
        (F.std(axis=0), S.std(axis=0)),
        (np.cov(F.T), np.cov(S.T)),
    ]
    return [float(np.linalg.norm(a - b) / np.linalg.norm(b)) for a, b in pairs]


def features(picture, name):
    return positions(vgg.features(loss_network, picture, (name,))[name]).astype(np.float64)


F, S = (features(picture, "relu1_1") for picture in (photograph, painting))
X, X_S = F - F.mean(axis=0), S - S.mean(axis=0)
whitened = X @ roots.inverse_root(X) @ roots.root(X_S) + S.mean(axis=0)
found = {"the photograph": F, "AdaIN": adain(F, S), "WCT": whitened}
table = {name: distances(y, S) for name, y in found.items()}
print(f"{'at relu1_1':20}{'mean':>10}{'deviation':>12}{'covariance':>12}")
for name, (mean, deviation, covariances) in table.items():
    print(f"{name:20}{mean:10.1e}{deviation:12.1e}{covariances:12.1e}")
lesson.pictures(recoloured | {"the painting": painting}, columns=2)
lesson.show("13-colours", "A photograph with the colours of a painting, by AdaIN and by WCT.")

# %% [markdown]
# **Notice:** AdaIN moves and stretches red, green and blue each by itself. If the colours of the
# painting lie along a line, say from blue to yellow, it cannot know. WCT does. At the layer of
# VGG19, AdaIN leaves a large part of the covariance's distance. It has two numbers for each
# channel, and not one for each pair.
#
# In exchange, WCT has to divide by small numbers. An eigenvalue that ought to be 0 comes out of a
# computer as rounding, and $1 / \sqrt{\lambda}$ makes it large; so eigenvalues below a threshold
# are dropped. Even then the eigenvectors that are kept mix with the others. In float32, of few
# positions and many channels:

# %%
few, many = 12, 20
turn = np.linalg.qr(rng.normal(size=(many, many)))[0]
X = rng.normal(size=(few, few))
X = (X - X.mean(axis=0)) * np.geomspace(20, 0.05, few) @ turn[:few]


def whiten(X, eigenvalues):
    """X C^-½ by eigenvalues above the threshold."""
    values, V = eigenvalues(X)
    kept = values > roots.THRESHOLD
    return X @ (V * np.where(kept, 1 / np.sqrt(np.where(kept, values, 1)), 0)) @ V.T


def of_covariance(X):
    return np.linalg.eigh(covariance(X))


def of_features(X):
    _, s, turned = np.linalg.svd(X)
    return np.pad(s**2 / (len(X) - 1), (0, X.shape[1] - len(s))), turned.T


exact = whiten(X, of_features)
rounding = {
    f.__name__: lesson.difference(whiten(X.astype(np.float32), f), exact)
    for f in (of_covariance, of_features)
}
for name, error in rounding.items():
    print(f"whitened in float32, by the eigenvalues {name.replace('_', ' '):16}{error:.0e} off")

# %% [markdown]
# $C$ squares the features, and with them the ratio of the largest to the smallest. Whoever
# decomposes $X$ itself, by its singular values $\sigma_i$, with $\lambda_i = \sigma_i^2 / (n - 1)$,
# loses half as many digits.
#
# ## A network that paints
#
# Now we train one. It is a small version of Johnson's: a convolution, one with stride 2, two
# residual blocks, and back up; an instance norm behind each convolution but the last. The library
# describes such a network by a table of rows, and goes through it forward and backward by hand,
# with the derivatives of this lesson and of lesson 5. Beside it we train one without any norm.


# %%
def tiny(norm, width=12):
    rows = [picture := Input("picture", 3)]
    rows += normed(reflecting(picture, "first", width, 5), norm)
    rows += normed(reflecting(rows[-1], "down", 2 * width, 3, stride=2), norm)
    for i in (1, 2):
        rows += residual(rows[-1], f"block{i}", f"block{i}/1", f"block{i}/2", 2 * width, norm)
    rows += [upsampled(rows[-1])]
    rows += normed(reflecting(rows[-1], "up", width, 3), norm)
    return (*rows, *normed(reflecting(rows[-1], "last", 3, 5), no_norm, activation="sigmoid"))


def no_norm(_):
    return []


def begin(table):
    """Draw kernels as He et al. do; the last one small, so that all begins with grey."""
    local = np.random.default_rng(0)
    params = {}
    for row, kinds in parameters.shapes(table).items():
        gain = 0.1 if row == "last" else 1.0
        params[row] = {
            kind: gain * local.normal(size=shape) * np.sqrt(2 / np.prod(shape[:3]))
            if kind == "kernel"
            else np.full(shape, float(kind == "scale"))
            for kind, shape in kinds.items()
        }
    return jax.tree.map(np.float32, params)


# %% [markdown]
# The loss is that of the optimizer: content at one layer, with a small weight, and Gram matrices at
# all, both relative to their targets. `value_and_gradient` returns $E$ and
# $\partial E / \partial y$: nothing in it knows that $y$ comes out of a network.

# %%
style_layers = ("relu1_1", "relu2_1", "relu3_1")
style_layers = style_layers[: style_layers.index(options.deepest) + 1]
content_layer, content_weight = "relu2_1", 0.2


def gram(F):
    F = positions(F)
    return F.T @ F / len(F)


of_painting = vgg.features(loss_network, painting, style_layers)
targets = {name: gram(of_painting[name]) for name in style_layers}


def value_and_gradient(y, photo):
    maps = vgg.features(loss_network, y, style_layers)
    P = vgg.features(loss_network, photo, (content_layer,))[content_layer]
    difference, factor = maps[content_layer] - P, content_weight / (P**2).sum()
    E, dF = factor * (difference**2).sum(), {content_layer: 2 * factor * difference}
    for name, A in targets.items():
        F = maps[name]
        D, size = gram(F) - A, (A**2).sum()
        E += (D**2).sum() / size
        back = 4 * (positions(F) @ D) / (size * len(positions(F)))
        dF[name] = dF.get(name, 0) + back.reshape(F.shape)
    return float(E), vgg.backward(loss_network, maps, dF)


def photographs():
    """Pieces of the photograph without end, mirrored or not."""
    local, side = np.random.default_rng(1), options.crop
    while True:
        top, left = (local.integers(0, n - side + 1) for n in photograph.shape[1:3])
        piece = photograph[:, top : top + side, left : left + side]
        yield piece[:, :, ::-1] if local.random() < 0.5 else piece


# %% [markdown]
# One step: forward, the loss's gradient at the picture, backward to the parameters, Adam.


# %%
def train(table, steps, rate=0.005):
    params, adam, course = begin(table), optimizers.adam(rate), []
    states = jax.tree.map(adam.init, params)
    for _, photo in zip(range(steps), photographs(), strict=False):
        y, maps = graph.paint(table, params, {"picture": photo})
        E, dy = value_and_gradient(y, photo)
        _, gradients = graph.backward(table, params, maps, {table[-1].name: dy}, ("picture",))
        for row, kinds in gradients.items():
            for kind, g in kinds.items():
                move, states[row][kind] = adam.update(g, states[row][kind], params[row][kind])
                params[row][kind] = params[row][kind] + move
        course.append(E)
    return params, np.array(course)


tables = {"with instance norm": tiny(own_norm), "without": tiny(no_norm)}
numbers = sum(a.size for a in jax.tree.leaves(begin(tables["with instance norm"])))
print(f"{numbers} parameters")

photo = next(photographs())
table64 = tables["with instance norm"]
params64 = jax.tree.map(np.float64, begin(table64))
y, maps = graph.paint(table64, params64, {"picture": photo.astype(np.float64)})
weights = rng.normal(size=y.shape)
_, gradients = graph.backward(table64, params64, maps, {table64[-1].name: weights}, ("picture",))


def painted(kernel):
    changed = {**params64, "down": {**params64["down"], "kernel": kernel}}
    y, _ = graph.paint(table64, changed, {"picture": photo.astype(np.float64)})
    return (weights * y).sum()


network_error = check(painted, params64["down"]["kernel"], gradients["down"]["kernel"])
print(f"∂E/∂θ of a kernel in the middle, by central differences: {network_error:.1e}")

trained = {name: train(table, options.steps) for name, table in tables.items()}
third = max(1, options.steps // 3)
ends = {name: (c[:third].mean(), c[-third:].mean()) for name, (_, c) in trained.items()}
for name, (first, last) in ends.items():
    print(f"{name:20}E {first:8.2f} in the first third of the steps, {last:8.2f} in the last")

# %% [markdown]
# ## A picture in one pass
#
# This is all that there is to painting: a table, its parameters, a photograph. Trained ones for any
# style are used in just this way.


# %% tags=["thumbnail"]
def paint(name, photo):
    return graph.paint(tables[name], trained[name][0], {"picture": photo.astype(np.float32)})[0]


pale = (0.5 + 0.3 * (photograph - 0.5)).astype(np.float32)
shown = {"the photograph": photograph, "with little contrast": pale}
for name in tables:
    shown[f"painted {name}"], shown[f"the pale one, {name}"] = (
        paint(name, photograph),
        paint(name, pale),
    )
lesson.pictures(shown, columns=2)
lesson.show(
    "13-one-pass", "A photograph and a pale one, painted in one pass, with and without norms."
)

start = time.perf_counter()
paint("with instance norm", photograph)
seconds = {"one pass": time.perf_counter() - start}
start = time.perf_counter()
value_and_gradient(photograph, photograph)
seconds["one evaluation of the optimizer"] = time.perf_counter() - start
for name, value in seconds.items():
    print(f"{name:34}{value:.3f} s, both by hand")
change = {
    name: float(np.abs(shown[f"the pale one, {name}"] - shown[f"painted {name}"]).mean())
    for name in tables
}
for name, value in change.items():
    print(f"{name:20}the pale photograph's picture differs by {value:.3f}")

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for name, (_, course) in trained.items():
    smooth = np.convolve(course, np.ones(third) / third, mode="valid")
    ax.semilogy(np.arange(len(smooth)) + third / 2, smooth, label=name)
ax.set(xlabel="step of training", ylabel="E, averaged")
ax.legend()
ax.grid(alpha=0.3)
lesson.show("13-training", "The loss during training, with and without instance norm.")

# %% [markdown]
# **Notice:** one pass costs less than one evaluation of the optimizer, which needs hundreds. The
# price was paid in training. After as many steps the network with instance norm has the lower loss,
# and it paints the pale photograph like the other. The one without is far from done, and the pale
# photograph leaves even fewer traces in its picture.
#
# This network has seen pieces of one photograph, for a few seconds. Johnson's saw 80,000
# photographs for hours, and has sixty times as many parameters; then any photograph will do. But it
# still knows one style, where the optimizer takes each painting as it is.
#
# ## In the library
#
# The first box, with $n$ or $n - 1$, and the rows of a table forward and backward:

# %%
print(inspect.getsource(norms._normalize_backward))
print(inspect.getsource(graph.backward))

# %% [markdown]
# ## Exercises
#
# 1. A convolution has a bias, and an instance norm behind it. What is the derivative of $E$ with
#    respect to the bias?
# 2. AdaIN in torch divides the variance by $n - 1$. What changes in the box?
# 3. Between the photograph's own features and AdaIN, $y = (1 - \alpha) F + \alpha
#    \operatorname{AdaIN}(F, S)$, there is a strength. What is $\partial E / \partial \alpha$? And
#    what does AdaIN do if the style is the photograph itself?
# 4. Whitened features may be turned by any orthogonal matrix before they are coloured, and the
#    covariance still comes out right. Which transform moves the features least? Compare WCT with
#    $A = C_F^{-1/2} ( C_F^{1/2} C_S C_F^{1/2} )^{1/2} C_F^{-1/2}$.
# 5. What does instance norm make of a channel that is the same everywhere, and what is the
#    derivative there?
#
# ## Solutions
#
# **1.** It is 0: a constant that is added to a channel is taken away again. (So such networks leave
# these biases out.) In the tiny network the gradients of all biases but the last are rounding. We
# print them as shares of the gradients of the kernels:

# %%
of_biases = {
    row: np.abs(gradients[row]["bias"]).max() / np.abs(gradients[row]["kernel"]).max()
    for row in ("first", "down", "up", "last")
}
print(*(f"{row} {value:.0e}" for row, value in of_biases.items()))

# %% [markdown]
# **2.** $\partial \delta / \partial x_l = z_l / (n - 1)$, and so the last summand is divided by
# $n - 1$; the mean of $d$ is not. The gradient is still orthogonal to the ones, and to $z$ if
# $\varepsilon = 0$, for then $\sum z_k^2 = n - 1$.


# %%
def unbiased(x):
    mu = x.mean(axis=0)
    return (x - mu) / np.sqrt(((x - mu) ** 2).sum(axis=0) / (len(x) - 1) + 1e-5)


z1 = unbiased(x)
delta1 = ((x - x.mean(axis=0)) / z1)[0]
by_hand = (dy - dy.mean(axis=0) - z1 * (dy * z1).sum(axis=0) / (n - 1)) / delta1
solutions = {2: check(lambda x: (dy * unbiased(x)).sum(), x, by_hand)}

# %% [markdown]
# **3.** $\partial E / \partial \alpha = \sum_k \frac{\partial E}{\partial y_k}
# (\operatorname{AdaIN}(F, S)_k - F_k)$, over all channels. With $S = F$ AdaIN changes nothing.

# %%
style = rng.normal(size=(14, channels))
by_hand = (dy * (adain(x, style) - x)).sum()


def mixed(a):
    return (dy * ((1 - a) * x + a * adain(x, style))).sum()


solutions[3] = abs(slope(mixed, 0.6, 1.0) - by_hand) / abs(by_hand)
itself = lesson.difference(adain(x, x), x)

# %% [markdown]
# **4.** If $X$ becomes $X A$ with $A^\top C_F A = C_S$, the mean square of the move is
# $\operatorname{tr} (C_F + C_S - 2 C_F A)$. Of all such $A$ the one that is symmetric and positive
# makes $\operatorname{tr} C_F A$ largest: it is the optimal transport between two Gaussians
# (lesson 9), and that is the $A$ given. $C_F^{-1/2} C_S^{1/2}$ is not symmetric, unless the two
# matrices commute.

# %%
X, X_S = x - x.mean(axis=0), style @ rng.normal(size=(channels, channels))
C_F, C_S = covariance(X), covariance(X_S - X_S.mean(axis=0))
H, K = root(C_F), root(C_F, -0.5)
transforms = {
    "WCT": K @ root(C_S),
    "turned at random": K @ np.linalg.qr(rng.normal(size=(channels, channels)))[0] @ root(C_S),
    "optimal transport": K @ root(H @ C_S @ H) @ K,
}
moves = {name: float(((X @ A - X) ** 2).sum() / (n - 1)) for name, A in transforms.items()}
solutions[4] = max(lesson.difference(covariance(X @ A), C_S) for A in transforms.values())
for name, move in moves.items():
    print(f"{name:20}moves features by {move:.3f}")

# %% [markdown]
# **5.** $z = 0$, and $y = \beta$. With $\delta = \sqrt\varepsilon$ the derivative is
# $(d_l - \frac1n \sum_k d_k) / \sqrt\varepsilon$: some 300 times what comes in, if $\varepsilon$ is
# $10^{-5}$. Without $\varepsilon$ there is none.

# %%
flat = np.full((n, channels), 0.7)
by_hand = (dy - dy.mean(axis=0)) / np.sqrt(1e-5)
solutions[5] = lesson.difference(normalize_backward(dy, flat), by_hand)
for number, error in solutions.items():
    print(f"solution {number}: {error:.1e}")
