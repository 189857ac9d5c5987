# %% [markdown]
# # 9. Style distances: Wasserstein and its relatives
#
# The features of a layer are a cloud of points, one for each position. To compare two styles is to
# compare two clouds, and the Gram matrix is only one way to do it. This lesson asks what it
# forgets. It builds the Wasserstein distance that the library uses by default, from one dimension
# up, and derives its derivative through a matrix root by hand. Then it sets all style distances of
# the library side by side.
#
# **Before you start.** You should know the Gram matrix and its derivative (lesson 4), eigenvalues
# of symmetric matrices, the trace, and that $\operatorname{tr}(AB) = \operatorname{tr}(BA)$.

# %%
import inspect
import itertools
import time
from functools import partial

import jax
import jax.numpy as jnp
import lesson
import matplotlib.pyplot as plt
import numpy as np
import scipy.linalg

from jnst.backbones import vgg
from jnst.byhand.losses import wasserstein as byhand
from jnst.losses import (  # fmt: skip
    gram,
    histogram,
    moments,
    patches,
    polar,
    quantiles,
    remd,
    selfsimilarity,
    sliced,
    wasserstein,
)
from jnst.optimize import optimizers
from jnst.optimize.loop import minimize
from jnst.pictures import files, resizing, samples
from jnst.transfer.initial import initial
from jnst.weights import store

options = lesson.options(
    "Style distances: Wasserstein and its relatives",
    size=(112, 48),
    steps=(60, 8),
    deepest=("relu4_1", "relu3_1"),
)
rng = np.random.default_rng(0)

# %% [markdown]
# ## What the Gram matrix forgets
#
# Write $F$ for the features of one layer, with a row $F_k$ for each of $M$ positions and a column
# for each of $N$ channels. The rows are points in $N$ dimensions. Their mean and their covariance
# are
#
# $$ m = \frac{1}{M} \sum_k F_k , \qquad C = \frac{1}{M} \sum_k (F_k - m) (F_k - m)^\top . $$
#
# Multiply out, and the Gram matrix divided by $M$ appears:
#
# $$ C = \frac{1}{M} F^\top F - m m^\top , \qquad\text{so}\qquad
#    \boxed{ \;\; \frac{G}{M} = C + m \, m^\top \;\; } $$
#
# It is the *sum* of the two. So a cloud may move its mean, and if it changes its covariance to
# match, the Gram matrix does not notice. And of course $m$ and $C$ themselves do not say
# everything about a cloud. Here are six clouds in two dimensions, each of the same number of
# points. The first is the "style", the others are made to be confused with it.


# %%
def mean_and_covariance(F):
    m = F.mean(axis=0)
    return m, (F - m).T @ (F - m) / len(F)


def with_moments(F, m, C):
    """Move and stretch a cloud so that it has exactly this mean and covariance."""
    old_m, old_C = mean_and_covariance(F)
    return (F - old_m) @ np.linalg.inv(np.linalg.cholesky(old_C)).T @ np.linalg.cholesky(C).T + m


M = 500
m_s, C_s = np.array([2.0, 1.0]), np.array([[1.0, 0.6], [0.6, 0.8]])
style = with_moments(rng.normal(size=(M, 2)), m_s, C_s)
angle = rng.uniform(0, 2 * np.pi, M)
ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) + 0.05 * rng.normal(size=(M, 2))
clouds = {
    "the style": style,
    "shuffled": rng.permutation(style),
    "same Gram matrix": with_moments(
        rng.normal(size=(M, 2)), np.zeros(2), C_s + np.outer(m_s, m_s)
    ),
    "same mean, covariance": with_moments(ring, m_s, C_s),
    "same channels": np.stack([style[:, 0], rng.permutation(style[:, 1])], axis=1),
    "same directions": style * rng.uniform(0.3, 1.7, size=(M, 1)),
}


def as_map(F):
    return np.asarray(F, np.float64).reshape(1, -1, 20, F.shape[-1])


def target_of(loss, F):
    """What a distance of the library keeps of the map of a painting."""
    make = getattr(loss, "target", lambda statistic: statistic)
    return make(loss.statistic(F))


@partial(jax.jit, static_argnames="loss")
def distance_by(loss, F, target):
    """A distance of the library between two maps, in units of a blank one."""
    return loss.distance(loss.statistic(F), target_of(loss, target), scale="relative")


kinds = {
    "gram": gram, "wasserstein": wasserstein, "moments": moments, "histogram": histogram,
    "sliced": sliced, "remd": remd,
}  # fmt: skip
with jax.enable_x64(True):
    seen = np.array(
        [
            [float(distance_by(loss, as_map(F), as_map(style))) for loss in kinds.values()]
            for F in clouds.values()
        ]
    )

# %% tags=["thumbnail"]
figure, axes = plt.subplots(2, 3, figsize=(10, 6.6), sharex=True, sharey=True, layout="constrained")
for ax, (name, F), values in zip(axes.flat, clouds.items(), seen, strict=True):
    ax.plot(*style.T, ".", color="0.85", markersize=3)
    ax.plot(*F.T, ".", color="C0", markersize=3)
    blind = [kind for kind, value in zip(kinds, values, strict=True) if value < 1e-9]
    unseen_by = "any" if len(blind) == len(kinds) else ", ".join(blind)
    ax.set_title(f"{name}\nnot seen by {unseen_by}", fontsize=9)
    ax.axhline(0, color="k", linewidth=0.5)
    ax.axvline(0, color="k", linewidth=0.5)
axes[0, 0].set_title("the style\n", fontsize=9)
lesson.show(
    "09-clouds",
    "Six clouds of points in the plane, over the cloud called the style in grey: the same points "
    "shuffled, one with the same Gram matrix, a ring with the same mean and covariance, one with "
    "the same channels, one with the same directions. Above each but the first are the distances "
    "that do not see how it differs.",
)
print(f"{'':22}", *(f"{kind:>12}" for kind in kinds))
for name, values in zip(clouds, seen, strict=True):
    print(f"{name:22}", *(f"{value:12.1e}" for value in values))

# %% [markdown]
# **Notice:** none of them sees shuffling. All these distances ignore positions, and that is the
# idea of a style. The Gram matrix takes a cloud around zero for the style, because a large
# covariance can make up for a missing mean. `wasserstein` and `moments` see that, but not the ring,
# which has the same mean and the same covariance and nothing in the middle. The other three do.
# `moments` and `histogram` look at each channel by itself, so they do not see whether two channels
# depend on each other. And `remd` only looks at directions. Of the four clouds that are not just
# shuffled, each distance misses at least one, except `sliced`, which sees all four. (It can be
# misled, too; exercise 5 shows how.)
#
# ## One dimension
#
# How far is it from one cloud to another? The idea of *transport* (Monge 1781): carry each point of
# the first cloud to a point of the second, pay the squared distance, and find the cheapest way.
#
# $$ W^2 = \min_{\text{pairings}} \; \frac{1}{M} \sum_k |x_k - y_{\pi(k)}|^2 . $$
#
# In one dimension the best pairing is known: the smallest goes to the smallest, and so on. (Take
# two pairs that cross, $x_1 < x_2$ but $y_1 > y_2$. Uncrossing them changes the cost by
# $2 (x_1 - x_2)(y_1 - y_2) < 0$: cheaper.) For seven points we can try all $7! = 5040$ pairings:

# %%
x, y = rng.normal(size=7), 1 + 2 * rng.normal(size=7)
costs = [np.mean((x - y[list(order)]) ** 2) for order in itertools.permutations(range(7))]
sorted_cost = np.mean((np.sort(x) - np.sort(y)) ** 2)
print(f"cheapest of {len(costs)} pairings: {min(costs):.6f}; sorted to sorted: {sorted_cost:.6f}")

# %% [markdown]
# Now let both clouds be normal distributions, with means $m, m_s$ and deviations
# $\sigma, \sigma_s$. Sorted to sorted means: the point that lies $z$ deviations above its mean goes
# to the point that does so over there, from $m + \sigma z$ to $m_s + \sigma_s z$. So
#
# $$ W^2 = \mathbb{E} \bigl( m - m_s + (\sigma - \sigma_s) z \bigr)^2
#    = (m - m_s)^2 + (\sigma - \sigma_s)^2 , $$
#
# because $\mathbb{E} z = 0$ and $\mathbb{E} z^2 = 1$. Means are compared with means and deviations
# with deviations, in the units of the features. This, in each channel by itself, is the loss that
# the library calls `moments`.

# %%
x, y = 1 + 2 * rng.normal(size=200_000), 4 + 0.5 * rng.normal(size=200_000)
sampled = np.mean((np.sort(x) - np.sort(y)) ** 2)
formula = (1 - 4) ** 2 + (2 - 0.5) ** 2
print(f"two normal samples, sorted: {sampled:.3f}; by the formula: {formula}")

# %% [markdown]
# ## Many dimensions
#
# In $N$ dimensions nothing can be sorted. But for normal distributions the best transport is still
# a straight map, $F_k \mapsto m_s + T (F_k - m)$ with a symmetric matrix $T$ without negative
# eigenvalues. It must turn the covariance $C$ into $C_s$, and a linear map turns $C$ into $T C T$:
#
# $$ T C T = C_s . $$
#
# With $C_s^{1/2}$, the symmetric matrix whose square is $C_s$, the solution is
#
# $$ T = C_s^{1/2} \, K^{-1/2} \, C_s^{1/2} , \qquad K = C_s^{1/2} \, C \, C_s^{1/2} , $$
#
# for
#
# $$ T C T = C_s^{1/2} K^{-1/2} \, (C_s^{1/2} C C_s^{1/2}) \, K^{-1/2} C_s^{1/2} = C_s . $$
#
# What does it cost? For the part without the means,
#
# $$ \mathbb{E} |f - T f|^2 = \operatorname{tr} (I - T) C (I - T)
#    = \operatorname{tr} C - 2 \operatorname{tr}(T C) + \operatorname{tr} (T C T) . $$
#
# The last trace is $\operatorname{tr} C_s$. In the middle one we turn the factors round:
#
# $$ \operatorname{tr}(C_s^{1/2} K^{-1/2} C_s^{1/2} C)
#    = \operatorname{tr}(K^{-1/2} \, C_s^{1/2} C C_s^{1/2}) = \operatorname{tr} K^{1/2} . $$
#
# Together (Olkin and Pukelsheim 1982, Dowson and Landau 1982)
#
# $$ \boxed{ \;\; W^2 = |m - m_s|^2 + \operatorname{tr} C + \operatorname{tr} C_s
#    - 2 \operatorname{tr} \bigl( C_s^{1/2} \, C \, C_s^{1/2} \bigr)^{1/2} \;\; } $$
#
# (That no other transport is cheaper takes a longer proof, which we leave to the papers.)


# %%
def root(A):
    """A^½ and A^-½ of a symmetric matrix with positive eigenvalues."""
    values, V = np.linalg.eigh(A)
    return (V * np.sqrt(values)) @ V.T, (V / np.sqrt(values)) @ V.T


def wasserstein_squared(m, C, m_s, C_s):
    C_s_root, _ = root(C_s)
    K_root, _ = root(C_s_root @ C @ C_s_root)
    return ((m - m_s) ** 2).sum() + np.trace(C) + np.trace(C_s) - 2 * np.trace(K_root)


N = 6
cloud, cloud_s = rng.normal(size=(40, N)) @ rng.normal(size=(N, N)), rng.normal(size=(50, N)) + 1
(m, C), (m_s, C_s) = mean_and_covariance(cloud), mean_and_covariance(cloud_s)
W2 = wasserstein_squared(m, C, m_s, C_s)
C_s_root, _ = root(C_s)
_, K_inverse_root = root(C_s_root @ C @ C_s_root)
T = C_s_root @ K_inverse_root @ C_s_root
moved = m_s + (cloud - m) @ T
transport_cost = np.mean(((cloud - moved) ** 2).sum(axis=1))
arrived = mean_and_covariance(moved)
formula_errors = {
    "the map costs what the formula says": abs(transport_cost / W2 - 1),
    "the map arrives at C_s": lesson.difference(arrived[1], C_s),
    "the way back is as long": abs(wasserstein_squared(m_s, C_s, m, C) / W2 - 1),
    "one dimension, again": abs(
        wasserstein_squared(np.ones(1), np.eye(1) * 4, np.ones(1) * 4, np.eye(1) / 4) / formula - 1
    ),
}
for name, error in formula_errors.items():
    print(f"{name:38}{error:.1e}")

# %% [markdown]
# ## Two ways to a matrix root
#
# *By eigenvalues.* If $A = V \Lambda V^\top$, then $V \Lambda^{1/2} V^\top$ is a root. That is
# `root` above. Exact, but eigenvalues are slow on accelerators.
#
# *By matrix products alone.* The Newton-Schulz iteration needs no division. Divide $A$ by its norm,
# so that all eigenvalues are at most 1, start with $Y = A / \|A\|$ and $Z = I$, and repeat
#
# $$ R = \tfrac12 \, (3 I - Z Y) , \qquad Y \leftarrow Y R , \qquad Z \leftarrow R Z . $$
#
# $Y$ tends to the root and $Z$, in the same run, to the *inverse* root. All these matrices share
# their eigenvectors, so look at one eigenvalue. Let $p = z y$ be that of $Z Y$. It begins as
# $\lambda / \|A\|$, and should become 1. Each step multiplies both $y$ and $z$ by $(3 - p)/2$:
#
# $$ p \leftarrow p \left( \frac{3 - p}{2} \right)^2 , \qquad\text{and with } e = 1 - p :
#    \qquad e \leftarrow \tfrac14 \, e^2 \, (3 + e) . $$
#
# Near the end the error is squared at each step. But at the beginning, for small $p$, a step
# multiplies $p$ by $9/4$ and no more. An eigenvalue that is $10^{-4}$ of the norm takes about
# $\log 10^4 / \log \frac94$ steps to get there.


# %%
def newton_schulz(A, steps):
    """A^½ and A^-½, after each step."""
    norm = np.linalg.norm(A)
    Y, Z, eye = A / norm, np.eye(len(A), dtype=A.dtype), np.eye(len(A), dtype=A.dtype)
    for _ in range(steps):
        R = (3 * eye - Z @ Y) / 2
        Y, Z = Y @ R, R @ Z
        yield Y * np.sqrt(norm), Z / np.sqrt(norm)


Q, _ = np.linalg.qr(rng.normal(size=(20, 20)))
convergence = {}
for condition in (1e1, 1e3, 1e5):
    A = (Q * np.geomspace(1, 1 / condition, 20)) @ Q.T
    exact, _ = root(A)
    convergence[condition] = [lesson.difference(Y, exact) for Y, _ in newton_schulz(A, 40)]
with np.errstate(all="ignore"):
    in_float32 = [lesson.difference(Y, exact) for Y, _ in newton_schulz(A.astype(np.float32), 40)]
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for condition, values in convergence.items():
    ax.semilogy(range(1, 41), np.maximum(values, 1e-17), ".-", label=f"condition {condition:.0e}")
ax.semilogy(range(1, 41), in_float32, "k:", label="condition 1e+05, float32")
ax.axvline(12, color="0.6", linewidth=0.8)
ax.set(xlabel="step", ylabel="error of the root", ylim=(1e-17, 10))
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "09-newton-schulz",
    "The error of the Newton-Schulz iteration against the steps, for three condition numbers. Each "
    "curve is flat at first and then drops steeply; the worse the condition, the later.",
)
arrival = {c: int(np.argmax(np.array(v) < 1e-6)) + 1 for c, v in convergence.items()}
for condition, step in arrival.items():
    print(f"condition {condition:.0e}: error below 1e-6 at step {step}")
reached = (4 / 9) ** 12
print(f"after 12 steps, p has grown at most by (9/4)^12: from {reached:.1e}")

# %% [markdown]
# **Notice:** the curves are flat as long as the smallest eigenvalue has not arrived, and then they
# fall steeply. The grey line is at 12 steps, the number that style-transfer-pytorch takes. By
# then, eigenvalues down to about $6 \cdot 10^{-5}$ of the norm have arrived, and for the worst
# matrix the root is wrong in the third digit. In float32 the fall ends early, at rounding.
#
# ## The derivative of a matrix root
#
# $S = K^{1/2}$ is defined by $S S = K$. Move $K$ a little. By the product rule, and minding the
# order of the factors,
#
# $$ dS \, S + S \, dS = dK . $$
#
# This is a *Sylvester equation* for $dS$. One cannot simply divide by $2 S$, as $dS$ and $S$ need
# not commute. In the basis of the eigenvectors, $S$ is diagonal with entries $\sqrt{\lambda_i}$,
# and the equation falls apart into single numbers:
#
# $$ dS_{ij} \, (\sqrt{\lambda_i} + \sqrt{\lambda_j}) = dK_{ij} . $$


# %%
def root_derivative(K, dK):
    values, V = np.linalg.eigh(K)
    sums = np.sqrt(values)[:, None] + np.sqrt(values)
    return V @ ((V.T @ dK @ V) / sums) @ V.T


K = C_s_root @ C @ C_s_root
dK = rng.normal(size=(N, N))
dK = dK + dK.T
dS = root_derivative(K, dK)
S, S_inverse = root(K)
numeric = (root(K + 1e-6 * dK)[0] - root(K - 1e-6 * dK)[0]) / 2e-6
sylvester_errors = {
    "dS S + S dS = dK": lesson.difference(dS @ S + S @ dS, dK),
    "SciPy's Sylvester solver": lesson.difference(dS, scipy.linalg.solve_sylvester(S, S, dK)),
    "central differences": lesson.difference(dS, numeric),
    "wrong: dS = S^-1 dK / 2": lesson.difference(S_inverse @ dK / 2, dS),
}
for name, error in sylvester_errors.items():
    print(f"{name:28}{error:.1e}")

# %% [markdown]
# But we do not need $dS$. We need its trace, and the trace makes it easy. Multiply the Sylvester
# equation by $S^{-1}$ and take the trace:
#
# $$ \operatorname{tr}(S^{-1} dS \, S) + \operatorname{tr}(S^{-1} S \, dS)
#    = 2 \operatorname{tr} dS = \operatorname{tr}(S^{-1} dK) . $$
#
# Under the trace the factors may be turned round, so $S^{-1}$ and $S$ cancel in the first term,
# too. Therefore
#
# $$ d \operatorname{tr} K^{1/2} = \tfrac12 \operatorname{tr}(K^{-1/2} \, dK) . $$
#
# (On the diagonal of the eigenvector basis this is $d\sqrt\lambda = d\lambda / (2 \sqrt\lambda)$.)
# With $dK = C_s^{1/2} \, dC \, C_s^{1/2}$, and turning once more,
#
# $$ d \operatorname{tr} K^{1/2}
#    = \tfrac12 \operatorname{tr} \bigl( C_s^{1/2} K^{-1/2} C_s^{1/2} \, dC \bigr)
#    = \tfrac12 \operatorname{tr} (T \, dC) . $$
#
# There is the transport map again. So
#
# $$ \boxed{ \;\; \frac{\partial W^2}{\partial m} = 2 (m - m_s) , \qquad
#    \frac{\partial W^2}{\partial C} = I - T \;\; } $$
#
# ## To the features
#
# Call the centred features $\hat F_k = F_k - m$, so that $C = \hat F^\top \hat F / M$. As in lesson
# 4, a symmetric $D = \partial W^2 / \partial C$ gives $2 \hat F D / M$. (The mean inside $\hat F$
# moves, too. But it adds the same vector to all rows of $\hat F$, and these add up to zero, so
# nothing comes of it.) Each row of $F$ enters the mean with $1/M$. Together
#
# $$ \frac{\partial W^2}{\partial F_k}
#    = \frac{2}{M} \bigl( m - m_s + (I - T)(F_k - m) \bigr)
#    = \frac{2}{M} \bigl( F_k
#      - \underbrace{[\, m_s + T (F_k - m) \,]}_{\text{where transport takes } F_k} \bigr) . $$
#
# This is worth a second look. The derivative points from where each feature *should go* to where it
# is. Going downhill on $W^2$ moves every feature straight along its transport.


# %%
def loss_of_features(F, m_s, C_s):
    return wasserstein_squared(*mean_and_covariance(F), m_s, C_s)


def gradient_of_features(F, m_s, C_s):
    m, C = mean_and_covariance(F)
    C_s_root, _ = root(C_s)
    _, K_inverse_root = root(C_s_root @ C @ C_s_root)
    T = C_s_root @ K_inverse_root @ C_s_root
    return 2 / len(F) * (F - (m_s + (F - m) @ T))


# %% [markdown]
# We check it against autodiff through the eigenvalues, against autodiff through 40 steps of
# Newton-Schulz, against central differences, and against the library, all in float64.


# %%
def in_jax(F, trace_of_root):
    m = F.mean(axis=0)
    C = (F - m).T @ (F - m) / len(F)
    K = C_s_root @ C @ C_s_root
    return ((m - m_s) ** 2).sum() + jnp.trace(C) + np.trace(C_s) - 2 * trace_of_root(K)


def trace_by_eigenvalues(K):
    return jnp.sqrt(jnp.linalg.eigvalsh(K)).sum()


def trace_by_newton_schulz(K):
    norm = jnp.linalg.norm(K)
    Y, Z, eye = K / norm, jnp.eye(len(K)), jnp.eye(len(K))
    for _ in range(40):
        R = (3 * eye - Z @ Y) / 2
        Y, Z = Y @ R, R @ Z
    return jnp.trace(Y) * jnp.sqrt(norm)


by_hand = gradient_of_features(cloud, m_s, C_s)
V = rng.normal(size=cloud.shape)
numeric = (
    loss_of_features(cloud + 1e-5 * V, m_s, C_s) - loss_of_features(cloud - 1e-5 * V, m_s, C_s)
) / 2e-5
target = byhand.target(byhand.statistic(cloud_s.reshape(1, 50, 1, N)))
of_map = byhand.statistic(cloud.reshape(1, 40, 1, N))
library = byhand.statistic_backward(
    byhand.distance_backward(of_map, target, scale="mean"), cloud.reshape(1, 40, 1, N)
)
gradient_errors = {"the library": lesson.difference(N * library.reshape(40, N), by_hand)}
with jax.enable_x64(True):
    for name, trace in {
        "autodiff through eigenvalues": trace_by_eigenvalues,
        "autodiff through Newton-Schulz": trace_by_newton_schulz,
    }.items():
        autodiff = jax.jit(jax.grad(partial(in_jax, trace_of_root=trace)))(cloud)
        gradient_errors[name] = lesson.difference(by_hand, np.asarray(autodiff))
gradient_errors["central differences"] = float(abs(numeric / np.sum(by_hand * V) - 1))
for name, error in gradient_errors.items():
    print(f"by hand against {name:32}{error:.1e}")

# %% [markdown]
# ## The smaller of two matrices
#
# $K$ is an $N \times N$ matrix. Deep layers have more channels than positions, and there a smaller
# one will do. With $C = \hat F^\top \hat F / M$,
#
# $$ K = \frac1M \, (\hat F C_s^{1/2})^\top (\hat F C_s^{1/2}) , \qquad
#    K' = \frac1M \, (\hat F C_s^{1/2}) (\hat F C_s^{1/2})^\top
#       = \frac1M \, \hat F C_s \hat F^\top . $$
#
# $B^\top B$ and $B B^\top$ have the same eigenvalues but for zeros: if $B^\top B v = \lambda v$,
# then $B B^\top (B v) = \lambda (B v)$, and $B v \ne 0$ unless $\lambda = 0$. So both have the same
# trace of the root, and $K'$ is only $M \times M$. It needs no root of $C_s$ either. Its derivative
# is the one above, with $dK' = (d\hat F \, C_s \hat F^\top + \hat F C_s \, d\hat F^\top) / M$:
#
# $$ d \operatorname{tr} K'^{1/2} = \tfrac12 \operatorname{tr}(K'^{-1/2} dK')
#    = \tfrac1M \operatorname{tr} \bigl( C_s \hat F^\top K'^{-1/2} \, d\hat F \bigr) ,
#    \qquad \frac{\partial W^2}{\partial F}
#    = \frac2M \bigl( F - [\, m_s + K'^{-1/2} \hat F C_s \,] \bigr) . $$
#
# (All rows get $m_s$ added.) The bracket is once more where transport takes the features. We try it
# on a real layer, with its features divided by their mean, so that they are about 1.

# %%
params = jax.device_put(store.load("vgg19"))
photograph = resizing.fit(files.read(samples.content()), options.size)
height, width = photograph.shape[1:3]
painting = resizing.cover(files.read(samples.STYLE), height, width)
layers = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
layers = layers[: layers.index(options.deepest) + 1]
features_of = jax.jit(lambda x, params: vgg.features(params, x, layers))
of_photograph, of_painting = (features_of(x, params) for x in (photograph, painting))

maps = [np.asarray(F[options.deepest], np.float64) for F in (of_photograph, of_painting)]
F, F_s = (x.reshape(-1, x.shape[-1]) / maps[1].mean() for x in maps)
M, N = F.shape
(m, C), (m_s, C_s) = mean_and_covariance(F), mean_and_covariance(F_s)
values, V = np.linalg.eigh(C_s)
C_s_root = (V * np.sqrt(np.maximum(values, 0))) @ V.T
print(f"{options.deepest}: M = {M} positions, N = {N} channels")
traces, spectra = {}, {}
for name, matrix in {
    f"{N} x {N}": lambda: C_s_root @ C @ C_s_root,
    f"{M} x {M}": lambda: (F - m) @ C_s @ (F - m).T / M,
}.items():
    started = time.perf_counter()
    spectra[name] = np.linalg.eigvalsh(matrix())
    traces[name] = np.sqrt(np.maximum(spectra[name], 0)).sum()
    seconds = time.perf_counter() - started
    print(f"{name:10} trace of the root {traces[name]:.6f}, in {1000 * seconds:.0f} ms")

# %% [markdown]
# The library does not use the small one. It keeps $m$ and $F^\top F / M$, which add up over the
# tiles of a picture that does not fit into memory, and from these only the large matrix can be
# made.
#
# ## Nearly singular
#
# A covariance of $M$ positions has at most $M - 1$ eigenvalues that are not zero. So the large $K$
# of this layer is singular, and $K^{-1/2}$ does not exist. Where an eigenvalue goes to zero,
# $\sqrt\lambda$ has a vertical tangent, as $\sqrt s$ had in lesson 8. In exact numbers the trouble
# cancels: where $K^{-1/2}$ is infinite, $C_s^{1/2} \hat F_k$ is zero. In floating point, rounding
# decides what the smallest eigenvalues are, even their sign. What to do?
#
# - Nothing: `root` as it stands.
# - Add a small $\varepsilon$ to the diagonals of $C$ and $C_s$, so that none of their eigenvalues
#   is below it. style-transfer-pytorch adds $10^{-4}$, for features that are about 1.
# - Stop Newton-Schulz after 12 steps. Small eigenvalues have not arrived then, so their inverse
#   roots have not exploded, either. style-transfer-pytorch does this as well.
# - Take eigenvalues below a few units of rounding as that much.
# - Never compute $K$, which squares what is small: the library's way, at the end of this lesson.
#
# The truth comes from the small matrix in float64, without its one zero eigenvalue.

# %%
values, V = np.linalg.eigh((F - m) @ C_s @ (F - m).T / M)
inverse = (V[:, 1:] / np.sqrt(values[1:])) @ V[:, 1:].T  # the rows of F - m add up to zero
truth = 2 / M * (F - (m_s + inverse @ (F - m) @ C_s))


def floored(K):
    values, V = np.linalg.eigh(K)
    values = np.maximum(values, 8 * np.finfo(K.dtype).eps * values[-1])
    return (V / np.sqrt(values)) @ V.T


def after(steps):
    return lambda K: list(newton_schulz(K, steps))[-1][1]


def transport_gradient(inverse_root, eps, dtype):
    """∂W²/∂F in this precision, with eps on both diagonals."""
    x, y, diagonal = F.astype(dtype), F_s.astype(dtype), dtype(eps) * np.eye(N, dtype=dtype)
    (m, C), (m_s, C_s) = mean_and_covariance(x), mean_and_covariance(y)
    values, V = np.linalg.eigh(C_s + diagonal)
    B = (V * np.sqrt(np.maximum(values, 0))).T[::-1]  # BᵀB = C_s, as in the library
    with np.errstate(all="ignore"):
        inverse = inverse_root(B @ (C + diagonal) @ B.T)
        return 2 / M * (x - (m_s + (x - m) @ B.T @ inverse @ B))


remedies = {
    "nothing": (lambda K: root(K)[1], 0.0),
    "ε = 1e-4": (lambda K: root(K)[1], 1e-4),
    "ε = 1e-2": (lambda K: root(K)[1], 1e-2),
    "12 steps": (after(12), 0.0),
    "12 steps, ε = 1e-4": (after(12), 1e-4),
    "40 steps": (after(40), 0.0),
    "at least 8 units": (floored, 0.0),
}
off = {}
print(f"{'error of the gradient':22}{'float32':>10}{'float64':>10}")
for name, (inverse_root, eps) in remedies.items():
    for dtype in (np.float32, np.float64):
        wrong = transport_gradient(inverse_root, eps, dtype) - truth
        off[name, dtype] = float(np.linalg.norm(wrong) / np.linalg.norm(truth))
    print(f"{name:22}{off[name, np.float32]:10.1e}{off[name, np.float64]:10.1e}")
single = [x.astype(np.float32).reshape(1, M, 1, N) for x in (F, F_s)]
kept = wasserstein.target(wasserstein.statistic(single[1]))
distance_to = lambda x, kept: wasserstein.distance(wasserstein.statistic(x), kept)  # noqa: E731
in_library = N * np.asarray(jax.jit(jax.grad(distance_to))(single[0], kept)).reshape(M, N)
library_off = float(np.linalg.norm(in_library - truth) / np.linalg.norm(truth))
print(f"{'the library':22}{library_off:10.1e}")

# %% [markdown]
# **Notice:** doing nothing gives no numbers at all: a rounded eigenvalue is negative, and its root
# is not a number. An $\varepsilon$ cures that, and is then wrong by itself, the same in both
# precisions: by a few per cent for $10^{-4}$, by nearly a tenth for $10^{-2}$. Twelve steps of
# Newton-Schulz are further off than the smaller $\varepsilon$, and adding it to them changes
# little. Forty steps are far better. A floor for eigenvalues is exact in float64. In float32 it is
# off by a few per cent, because eigenvalues below rounding are lost. The library, in float32, is
# off by less than one per cent. A descent can live with more: style-transfer-pytorch paints with
# such a gradient. But it is well to know how far off one is.
#
# ## The relatives
#
# A style distance is a pair: what it keeps of a cloud, and how it compares. Those of the library,
# each in one line:
#
# - `gram` (lesson 4): $\sum (G - A)^2$. Means and covariances mixed, in squares of features.
# - `moments` (Huang and Belongie 2017): $\sum_j (\mu_j - \mu_{sj})^2 + (\sigma_j - \sigma_{sj})^2$,
#   each channel by itself.
# - `wasserstein`: the box above. Means and all covariances, in units of features.
# - `histogram` (Risser et al. 2017): $\sum_j \sum_i (\text{sort}(F_{\cdot j})_i -
#   \text{sort}(F^s_{\cdot j})_i)^2$. The full distribution of each channel, channels by themselves.
# - `sliced` (Heitz et al. 2021): the same along $N$ random directions instead of the channels.
# - `remd` (Kolkin et al. 2019): every feature goes to the one with the most similar *direction*,
#   and the mean of $1 - \cos$ is paid. Both ways, and the larger counts. Lengths do not matter.
# - `patches` (Li and Wand 2016): each patch of 3 x 3 positions is compared with the style's most
#   similar patch. It is the only one here that knows which features are neighbours.
#
# Sorting needs as many points on both sides. Where there are not, the library reads evenly spaced
# quantiles off the longer list:

# %%
few = quantiles.quantiles(np.arange(10.0, dtype=np.float32)[None], 5)
print("five quantiles of 0, 1, ..., 9:", np.asarray(few)[0])

# %% [markdown]
# Each is now given the same job: from the same noise, with the same layers, the same optimizer and
# the same number of steps, make a texture like the painting. (`patches`, which would cost the most
# in shallow layers, only sees the two deepest, as its authors have it.)

# %%
kinds["patches"] = patches
noise = initial("noise", photograph, painting, seed=0)
lbfgs = optimizers.lbfgs(1.0)
lbfgs = lbfgs._replace(update=jax.jit(lbfgs.update))  # compiled here, once for all our runs
textures, falls, between, per_step = {}, {}, {}, {}


@partial(jax.jit, static_argnames="loss")
def targets_of(loss, maps):
    return {i: target_of(loss, F) for i, F in maps.items()}


@partial(jax.jit, static_argnames="loss")
def mean_distance(loss, maps, goals):
    terms = [loss.distance(loss.statistic(maps[i]), goals[i], scale="relative") for i in goals]
    return sum(terms) / len(terms)


def objective(x, params, goals, loss):
    return mean_distance(loss, vgg.features(params, x, tuple(goals)), goals)


@partial(jax.jit, static_argnames="loss")
def evaluate(constants, x, loss):
    E, gradient = jax.value_and_grad(objective)(x, *constants, loss)
    return E, {}, gradient


for name, loss in kinds.items():
    seen_layers = layers[-2:] if name == "patches" else layers
    goals = targets_of(loss, {i: of_painting[i] for i in seen_layers})
    constants, of_loss = (params, goals), partial(evaluate, loss=loss)
    best, totals, times = noise, [], []
    for progress in minimize(
        of_loss, constants, jnp.asarray(noise), lbfgs, steps=options.steps, compiled=False
    ):
        best = progress.best
        totals.append(progress.best_total)
        times.append(time.perf_counter())
    textures[name], falls[name] = best, (totals[0], totals[-1])
    between[name] = float(mean_distance(loss, of_photograph, goals))
    per_step[name] = float(np.median(np.diff(times)))
print(f"{'':13}{'photograph':>11}{'noise':>9}{'texture':>9}{'seconds a step':>16}")
for name, (first, last) in falls.items():
    print(f"{name:13}{between[name]:11.3f}{first:9.3f}{last:9.3f}{per_step[name]:16.2f}")

# %%
lesson.pictures({"the painting": painting, **textures}, columns=4)
lesson.show(
    "09-textures",
    "The painting, and seven textures made from noise with the style distances of the library, "
    "after the same number of steps.",
)

# %% [markdown]
# **Notice:** all seven show strokes in blue and orange, and no two are the same. `moments`, which
# only compares two numbers a channel, puts the strokes anywhere. `wasserstein` has rebuilt nearly
# the whole painting, with the moon in its place. That is more than a texture should have: its
# deepest layer has fewer positions than channels here, and so large a covariance leaves the picture
# little choice. (The library gives the deepest of its five layers 1/256 of the weight of the first,
# for this reason.) `histogram` and `sliced` look alike. `remd` is pale: it does not see lengths, as
# the clouds have shown, and its authors add a loss for them. `patches` keeps no statistics, and
# repeats some pieces of the painting.
#
# The rows of numbers cannot be compared with each other; each distance has its own unit.
#
# ## In the library
#
# The library needs no root of a matrix at all. With $B^\top B = C_s$ and
# $X = \hat F B^\top / \sqrt M$ is $B C B^\top = X^\top X$, so the trace of its root is the sum of
# the singular values of $X = U \Sigma V^\top$: its *nuclear norm*. A singular value moves by
# $d\sigma_i = u_i^\top dX \, v_i$; summed, $d\|X\|_* = \operatorname{tr}\bigl( (U V^\top)^\top dX
# \bigr)$. The derivative is the *polar factor* $U V^\top$: $X$ with all its singular values at 1.
#
# It comes from products alone, because an odd polynomial acts on the singular values only:
#
# $$ X \, (a + b \, X^\top X + c \, (X^\top X)^2)
#    = U \, (a \Sigma + b \Sigma^3 + c \Sigma^5) \, V^\top . $$
#
# The coefficients may differ from step to step. Those of Newton and Schulz, 15/8, -10/8, 3/8,
# begin slowly: a small $\sigma$ grows by 15/8 at each. The best for the interval that is left
# (Amsel et al., 2025) let it grow by 8.5, then by 4.2, and come to the others in the end.

# %%
steps = {"Newton-Schulz": np.tile(polar.LIMIT, (30, 1)), "best": polar.coefficients("float32")}
arrives = {}
for name, each in steps.items():
    sigma, way = 1e-3, []
    for a, b, c in each:
        sigma = a * sigma + b * sigma**3 + c * sigma**5
        way.append(abs(sigma - 1))
    arrives[name] = int(np.argmax(np.array(way) < 1e-6)) + 1
    print(f"{name}: a singular value of 0.001 is at 1 after {arrives[name]} steps")
(m, _), (m_s, C_s) = mean_and_covariance(F), mean_and_covariance(F_s)
values, V = np.linalg.eigh(C_s)
B = (V * np.sqrt(np.maximum(values, 0))).T[::-1]
X = (F - m) @ B.T / np.sqrt(len(F))
U, sigma, W = np.linalg.svd(X, full_matrices=False)
moved = (U * (sigma > 1e-9 * sigma[0])) @ W @ B  # where transport takes the features, but for m_s
products = np.asarray(jax.jit(polar.polar)(X.astype(np.float32))) @ B
by_products = lesson.difference(products, moved)
print(f"transport by products in float32, against singular vectors in float64: {by_products:.1e}")

# %% [markdown]
# JAX is told this derivative, because differentiating through the steps would keep all of them.

# %%
source = inspect.getsource(polar)
print(source[source.index("def polar") : source.index("WIDER")])

# %% [markdown]
# On the command line: `jnst stylize photo.jpg painting.jpg --style-loss sliced`, and so on. For the
# *content* there is a relative as well, `self-similarity`: it compares which places of a picture
# look alike, $S_{ij} = D_{ij} / \sum_k D_{kj}$ with cosine distances $D$, and so depends less on
# colours.

# %%
inverted = features_of(1 - photograph, params)[options.deepest]
upright = of_photograph[options.deepest]
forgiving = float(
    selfsimilarity.distance(
        selfsimilarity.statistic(inverted), selfsimilarity.statistic(upright), scale="relative"
    )
)
strict = float(((inverted - upright) ** 2).sum() / (upright**2).sum())
print(f"the photograph as a negative: features {strict:.2f}, self-similarity {forgiving:.2f}")

# %% [markdown]
# ## Exercises
#
# 1. For $N = 1$ the box says $\partial W^2 / \partial C = 1 - \sigma_s / \sigma$. Derive this
#    directly from $(\sigma - \sigma_s)^2$ with $C = \sigma^2$.
# 2. Both clouds are stretched by a factor $t$. What becomes of $W^2$, and what of
#    $\sum (G - A)^2$? Which layers will lead if the losses are simply added?
# 3. When are `wasserstein` and `moments` the same? Show that it suffices that $C$ and $C_s$ are
#    diagonal.
# 4. Derive $e \leftarrow \frac14 e^2 (3 + e)$ for Newton-Schulz, and find all $p$ from which it
#    converges to $p = 1$.
# 5. The library's `sliced` keeps one set of $N$ directions. Construct two different clouds in the
#    plane that it cannot tell apart.
#
# ## Solutions
#
# **1.** $\frac{d}{d\sigma} (\sigma - \sigma_s)^2 = 2 (\sigma - \sigma_s)$ and $dC = 2 \sigma \,
# d\sigma$, so the quotient is $1 - \sigma_s / \sigma$. The box: $T = \sigma_s (\sigma_s^2
# \sigma^2)^{-1/2} \sigma_s = \sigma_s / \sigma$.

# %%
sigma, sigma_s = 1.7, 0.6
C_1, C_1s = np.eye(1) * sigma**2, np.eye(1) * sigma_s**2
zero = np.zeros(1)
numeric = (
    wasserstein_squared(zero, C_1 + 1e-6, zero, C_1s)
    - wasserstein_squared(zero, C_1 - 1e-6, zero, C_1s)
) / 2e-6
solution_1 = abs(numeric / (1 - sigma_s / sigma) - 1)
print(f"solution 1 against central differences: {solution_1:.0e}")

# %% [markdown]
# **2.** $m$ and roots of covariances are lengths: $W^2$ grows by $t^2$. Gram matrices are squares,
# and their squared difference grows by $t^4$. So loud layers lead, and with Gram matrices by the
# *square* of that. (Lesson 7 has seen it: relu4_1 had nearly all of the loss.)

# %%
stretched = {}
for t in (1.0, 3.0):
    (m_1, C_1), (m_2, C_2) = mean_and_covariance(t * cloud), mean_and_covariance(t * cloud_s)
    second = C_1 + np.outer(m_1, m_1) - C_2 - np.outer(m_2, m_2)
    stretched[t] = wasserstein_squared(m_1, C_1, m_2, C_2), (second**2).sum()
by_stretch = [b / a for a, b in zip(stretched[1.0], stretched[3.0], strict=True)]
print(f"stretched by 3: W² times {by_stretch[0]:.4g}, Gram loss times {by_stretch[1]:.4g}")

# %% [markdown]
# **3.** Diagonal matrices can be treated entry by entry. $K$ has the entries
# $\sigma_j^2 \sigma_{sj}^2$, the trace of its root is $\sum \sigma_j \sigma_{sj}$, and $\sum
# \sigma_j^2 + \sigma_{sj}^2 - 2 \sigma_j \sigma_{sj} = \sum (\sigma_j - \sigma_{sj})^2$. (It
# suffices that they have the same eigenvectors, if `moments` is taken along these.)

# %%
sigmas, sigmas_s, means = rng.random((3, 5)) + 0.5
diagonal = wasserstein_squared(means, np.diag(sigmas**2), zero, np.diag(sigmas_s**2))
by_channel = (means**2 + (sigmas - sigmas_s) ** 2).sum()
solution_3 = abs(diagonal / by_channel - 1)
print(f"solution 3: {solution_3:.0e} relative")

# %% [markdown]
# **4.** $1 - p \frac{(3 - p)^2}{4}$ with $p = 1 - e$ is $1 - \frac{(1 - e)(2 + e)^2}{4} = \frac{4 -
# (1 - e)(4 + 4e + e^2)}{4} = \frac{3 e^2 + e^3}{4}$. For $0 < p < 3$, that is $-2 < e < 1$, we have
# $|e| \cdot |3 + e| < 4$, so $|e|$ shrinks at each step. At $p = 3$ the step gives 0, and there it
# stays; beyond 3 it may fall anywhere.

# %%
ends = {}
for p in (1e-3, 0.5, 1.5, 2.5, 2.99, 3.0, 5.5):
    value = p
    for _ in range(60):
        value = min(value * (3 - value) ** 2 / 4, 1e6)
    ends[p] = value
    print(f"from p = {p:g} to {value:g}")

# %% [markdown]
# **5.** Project a cloud on the two directions, and shuffle one of the two lists of projections.
# Each direction sees the same numbers as before, but their pairs are new. With other directions,
# another seed, the difference shows.

# %%
directions = sliced.directions(2, seed=0)  # a row for each
projected = style @ directions.T
projected[:, 1] = rng.permutation(projected[:, 1])
forged = projected @ directions
with jax.enable_x64(True):
    unseen = {
        seed: float(sliced.distance(forged, sliced.target(style, seed=seed), scale="relative"))
        for seed in (0, 1)
    }
for seed, value in unseen.items():
    print(f"directions of seed {seed}: {value:.1e}")
