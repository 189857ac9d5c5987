# %% [markdown]
# # 6. Optimizers: four ways downhill
#
# Networks are trained with Adam or with momentum; pictures are better moved by L-BFGS, a method
# from 1980. This lesson builds gradient descent, momentum, Adam and L-BFGS in NumPy, on valleys
# that can be drawn. It shows why gradient descent zigzags, derives the two loops of L-BFGS from one
# matrix formula, and then lets the optimizers race on a real style transfer.
#
# **Before you start.** You should know the gradient, matrix products, and the eigenvalues of a
# symmetric matrix. The race at the end uses the losses of lessons 3 and 4 without looking inside.

# %%
import dataclasses
import time

import jax
import lesson
import matplotlib.pyplot as plt
import numpy as np
import optax

from jnst import Settings
from jnst.byhand.optimize import optimizers as byhand
from jnst.optimize import optimizers
from jnst.optimize.loop import minimize
from jnst.pictures import files, resizing, samples
from jnst.transfer.pictures import read
from jnst.transfer.recipe import iterate, prepare

options = lesson.options("Optimizers", size=(96, 72), steps=(60, 15), short=(30, 10))
rng = np.random.default_rng(0)
colours = {
    "gradient descent": "C7",
    "momentum": "C0",
    "adam": "C1",
    "lbfgs": "C2",
    "sgd": "C0",  # momentum, under the name that the library gives it
    "scipy-lbfgs": "C4",
}

# %% [markdown]
# ## A valley
#
# Near a minimum, a smooth function usually looks like a bowl. The simplest bowl is quadratic,
#
# $$ f(x) = \tfrac{1}{2} \, x^\top A \, x , \qquad \nabla f(x) = A \, x , $$
#
# with a symmetric matrix $A$ whose eigenvalues are positive. An eigenvalue is the curvature along
# its eigenvector. Ours has the curvatures 1 and 20: a valley, twenty times as steep across as
# along. We turn it by 30 degrees, so that its axes are not those of the coordinates.


# %%
def turned(curvatures, degrees):
    """A symmetric 2 x 2 matrix with these eigenvalues."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    Q = np.array([[c, -s], [s, c]])
    return Q @ np.diag(curvatures) @ Q.T


A = turned((1, 20), 30)
start = np.array([-2.0, 0.5])


def valley(x):
    return 0.5 * (x * (A @ x)).sum(axis=0)


def valley_gradient(x):
    return A @ x


# %% [markdown]
# ## Gradient descent
#
# The gradient points uphill, so we go the other way, by a *learning rate* $\eta$:
#
# $$ x \leftarrow x - \eta \, g , \qquad g = \nabla f(x) . $$


# %%
def gradient_descent(gradient, x, eta, steps):
    path = [x]
    for _ in range(steps):
        g = gradient(x)
        x = x - eta * g
        path.append(x)
    return np.array(path)


def contours(ax, f, x_range, y_range, levels):
    """Draw the lines along which f is constant."""
    (left, right), (low, high) = x_range, y_range
    X, Y = np.meshgrid(np.linspace(left, right, 200), np.linspace(low, high, 200))
    values = f(np.stack([X.ravel(), Y.ravel()])).reshape(X.shape)
    ax.contour(X, Y, values, levels, colors="k", alpha=0.25, linewidths=0.7)
    ax.set(xlim=(left, right), ylim=(low, high))


largest = np.linalg.eigvalsh(A).max()
figure, axes = plt.subplots(1, 3, figsize=(11, 3.8), sharey=True, layout="constrained")
ends = {}
for ax, share in zip(axes, (0.1, 0.9, 1.02), strict=True):
    path = gradient_descent(valley_gradient, start, share * 2 / largest, 20)
    ends[share] = valley(path[-1]) / valley(start)
    contours(ax, valley, (-2.6, 1.6), (-1.9, 1.9), np.linspace(0.1, 5, 12) ** 2)
    ax.plot(*path.T, "o-", color=colours["gradient descent"], markersize=3)
    ax.plot(0, 0, "k*", markersize=10)
    ax.set(title=f"η = {share} · 2/λ_max", aspect="equal")
lesson.show(
    "06-zigzag",
    "Twenty steps of gradient descent in a narrow valley with three learning rates: the first "
    "creeps, the second zigzags towards the minimum, the third flies out.",
)
for share, end in ends.items():
    print(f"η = {share:4} · 2/λ_max: after 20 steps f is {end:.2g} of its first value")

# %% [markdown]
# **Notice:** with a small rate the path falls to the floor of the valley and then creeps. With a
# larger one it overshoots the floor again and again, which is the zigzag. A little more and it
# leaves the valley altogether. Where is the limit?
#
# Take the coordinates along the eigenvectors, $z_1$ and $z_2$. There $A$ is diagonal, and each step
# multiplies each coordinate by a number of its own:
#
# $$ z_i \leftarrow z_i - \eta \lambda_i z_i = (1 - \eta \lambda_i) \, z_i . $$
#
# This shrinks as long as $|1 - \eta \lambda_i| < 1$, so $\eta < 2 / \lambda_i$. The *steepest*
# direction sets the limit, $\eta < 2 / \lambda_{\max}$, and the flattest must live with it. Where
# $1 - \eta \lambda_i$ is negative, the coordinate changes sign at each step: zigzag.
#
# The best rate makes both ends equally fast,
# $1 - \eta \lambda_{\min} = -(1 - \eta \lambda_{\max})$:
#
# $$ \eta = \frac{2}{\lambda_{\min} + \lambda_{\max}}, \qquad
#    |1 - \eta \lambda| = \frac{\kappa - 1}{\kappa + 1}
#    \qquad\text{with}\qquad \kappa = \frac{\lambda_{\max}}{\lambda_{\min}} . $$
#
# $\kappa$ is the *condition number*. Let us see whether the path keeps to the formula.

# %%
lowest, largest = np.linalg.eigvalsh(A)
kappa = largest / lowest
path = gradient_descent(valley_gradient, start, 2 / (lowest + largest), 100)
sizes = np.linalg.norm(path, axis=1)
descent_rate = sizes[-1] / sizes[-2]
print(f"κ = {kappa:.3g}; each step multiplies the distance by {descent_rate:.6f}")
print(f"(κ - 1) / (κ + 1) =                                  {(kappa - 1) / (kappa + 1):.6f}")
for k in (20, 1000):
    print(f"κ = {k}: {np.log(10) / np.log((k + 1) / (k - 1)):.0f} steps for each decimal digit")

# %% [markdown]
# ## Momentum
#
# A heavy ball that rolls down a valley does not turn round at every push: pushes from the two sides
# cancel in time, pushes along the floor add up. So we keep a velocity $v$, a fading sum of all
# gradients so far (Polyak 1964):
#
# $$ v \leftarrow \beta v + g , \qquad x \leftarrow x - \eta v . $$


# %%
def momentum(gradient, x, eta, steps, beta=0.9):
    path, v = [x], np.zeros_like(x)
    for _ in range(steps):
        g = gradient(x)
        v = beta * v + g
        x = x - eta * v
        path.append(x)
    return np.array(path)


# %% [markdown]
# Polyak showed that with the best $\eta$ and $\beta$ the condition number counts only by its square
# root: the factor becomes $(\sqrt\kappa - 1) / (\sqrt\kappa + 1)$.

# %%
root = np.sqrt(kappa)
best_beta = ((root - 1) / (root + 1)) ** 2
best_eta = 4 / (np.sqrt(lowest) + np.sqrt(largest)) ** 2
path = momentum(valley_gradient, start, best_eta, 100, best_beta)
sizes = np.linalg.norm(path, axis=1)
momentum_rate = (sizes[100] / sizes[60]) ** (1 / 40)  # the mean over 40 steps
print(f"momentum: each step multiplies the distance by {momentum_rate:.3f}")
print(f"(√κ - 1) / (√κ + 1) =                          {(root - 1) / (root + 1):.3f}")
made_for = ((1 + np.sqrt(0.9)) / (1 - np.sqrt(0.9))) ** 2
print(f"best β for κ = 20: {best_beta:.2f}; the usual β = 0.9 is best for κ = {made_for:.0f}")

# %% [markdown]
# (The path is slightly slower than the formula. For $\lambda = 1$ and $\lambda = 20$ the two
# eigenvalues of exercise 2 meet, and then $k$ steps shrink the distance by about $k$ times the
# power $k$ of the formula. In the long run the factor $k$ does not matter.)
#
# ## Adam
#
# Adam (Kingma and Ba 2015) gives every coordinate a rate of its own. It keeps fading means of the
# gradient and of its square, and divides one by the root of the other:
#
# $$ m \leftarrow \beta_1 m + (1 - \beta_1) \, g, \qquad
#    v \leftarrow \beta_2 v + (1 - \beta_2) \, g^2, $$
# $$ \hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad
#    x \leftarrow x - \eta \, \frac{\hat m}{\sqrt{\hat v} + \varepsilon} . $$
#
# Squares, roots and the division are taken entry by entry. If the loss is multiplied by 1000, $m$
# and $\sqrt v$ both are, and the step stays the same.


# %%
def adam(gradient, x, eta, steps, beta1=0.9, beta2=0.99, eps=1e-12, correct=True):
    path, m, v = [x], np.zeros_like(x), np.zeros_like(x)
    for t in range(1, steps + 1):
        g = gradient(x)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t) if correct else m
        v_hat = v / (1 - beta2**t) if correct else v
        x = x - eta * m_hat / (np.sqrt(v_hat) + eps)
        path.append(x)
    return np.array(path)


# %% [markdown]
# What are the hats for? $m$ starts at zero, and zero is no mean of gradients. If all gradients are
# equal to $g$, then after $t$ steps
#
# $$ m = (1 - \beta_1) \sum_{i=1}^{t} \beta_1^{t-i} \, g = (1 - \beta_1^t) \, g , $$
#
# too small by just the factor that $\hat m$ divides out. The same holds for $v$, but with another
# $\beta$, so without the hats the two errors do not cancel. We run Adam on a slope that is the same
# everywhere, $g = 1$, with $\eta = 1$. Each step should have length 1.

# %%
lengths = {}
for beta2 in (0.99, 0.999):
    for correct in (True, False):
        path = adam(np.ones_like, np.zeros(1), 1.0, 400, beta2=beta2, correct=correct)
        lengths[beta2, correct] = -np.diff(path[:, 0])
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for (beta2, correct), length in lengths.items():
    if correct:  # the two lines are one
        style = {"color": "k", "label": "with the hats, both β₂" if beta2 == 0.99 else None}
    else:
        style = {"color": "C1", "label": f"without, β₂ = {beta2}"}
        style["linestyle"] = "--" if beta2 == 0.99 else ":"
    ax.semilogx(range(1, 401), length, **style)
ax.set(xlabel="step t", ylabel="length of the step", ylim=(0, None))
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "06-adam-bias",
    "The length of Adam's steps on a constant slope. With bias correction it is 1 throughout; "
    "without, it rises to a multiple of 1 before it comes back.",
)
for (beta2, correct), length in lengths.items():
    name = "with" if correct else "without"
    print(f"β₂ = {beta2:5}, {name:7} the hats: steps from {length.min():.3f} to {length.max():.3f}")

# %% [markdown]
# **Notice:** without the correction the first steps are too long, not too short: $v$ forgets its
# zero start more slowly than $m$, and $v$ is below the fraction line.
#
# ## Newton's step
#
# All three methods know slopes only. If we knew the curvatures as well, the matrix $B$ of second
# derivatives, we could approximate $f$ near $x$ by a quadratic function and jump to *its* minimum:
#
# $$ f(x + p) \approx f(x) + g^\top p + \tfrac{1}{2} \, p^\top B \, p , \qquad
#    g + B p = 0 , \qquad p = -B^{-1} g . $$
#
# In our valley the approximation is exact, $B = A$, and one step arrives:

# %%
newton = start - np.linalg.solve(A, valley_gradient(start))
print("after one Newton step:", newton)

photograph = resizing.fit(files.read(samples.content()), options.size)
big = photograph.size
for times in (1, 8):
    height, width, values = times * photograph.shape[1], times * photograph.shape[2], times**2 * big
    print(f"{width} x {height} pixels: n = {values} values, B takes {values**2 * 4e-9:.1f} GB")

# %% [markdown]
# The matrix (in float32) grows with the *fourth* power of the side. For pictures of a useful size
# it is out of the question. Besides, somebody would have to compute it.
#
# ## What two gradients say about the curvature
#
# But gradients at two places already tell something about the curvature between them. For a step
# $s$ from $x$, call the change of the gradient $y$:
#
# $$ s = x^+ - x, \qquad y = g^+ - g = \int_0^1 B(x + t s) \, s \; dt = \bar B s , $$
#
# where $\bar B$ is the mean of the second derivatives along the step. This is the *secant
# condition*: an estimate $B$ should satisfy $y = B s$, or with the inverse $H = B^{-1}$,
#
# $$ H y = s . $$
#
# We check $y = \bar B s$ on a function that is not quadratic, Rosenbrock's banana-shaped valley,
# $f(x) = (1 - x_1)^2 + 100 (x_2 - x_1^2)^2$. (The integral by Simpson's rule, which is exact here:
# the entries of $B$ are polynomials of degree 2.)


# %%
def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def rosenbrock_gradient(x):
    inner = x[1] - x[0] ** 2
    return np.array([-2 * (1 - x[0]) - 400 * x[0] * inner, 200 * inner])


def rosenbrock_curvature(x):
    return np.array([[2 - 400 * x[1] + 1200 * x[0] ** 2, -400 * x[0]], [-400 * x[0], 200]])


x, s = rng.normal(size=(2, 2))
y = rosenbrock_gradient(x + s) - rosenbrock_gradient(x)
B_mean = sum(w * rosenbrock_curvature(x + t * s) for t, w in ((0, 1 / 6), (0.5, 4 / 6), (1, 1 / 6)))
secant_error = np.abs(B_mean @ s - y).max() / np.abs(y).max()
print(f"y against the mean curvature times s: {secant_error:.1e} of the largest entry")

# %% [markdown]
# ## BFGS: an estimate that learns
#
# One pair $(s, y)$ does not determine a matrix. Broyden, Fletcher, Goldfarb and Shanno (1970) keep
# an estimate $H$ of the inverse and change it, after each step, just enough to fit the new pair:
#
# $$ H^+ = (I - \rho \, s y^\top) \, H \, (I - \rho \, y s^\top) + \rho \, s s^\top ,
#    \qquad \rho = \frac{1}{y^\top s} . $$
#
# Does it do what we want?
#
# - *It satisfies the secant condition.* The rightmost factor wipes out $y$, for
#   $(I - \rho \, y s^\top) \, y = y - \rho \, y \, (s^\top y) = y - y = 0$. Only the last term is
#   left: $H^+ y = \rho \, s \, (s^\top y) = s$.
# - *It stays symmetric*, since the outer factors are each other's transpose.
# - *It stays positive definite*, if $y^\top s > 0$. For any $z \ne 0$ put
#   $w = z - \rho \, (s^\top z) \, y$; then $z^\top H^+ z = w^\top H w + \rho \, (s^\top z)^2$. Both
#   terms are at least 0. If the second is 0, then $s^\top z = 0$, so $w = z$ and the first is not
#   0.
#
# A positive definite $H$ makes $-H g$ a direction that leads downhill: $-g^\top H g < 0$.


# %%
def bfgs_update(H, s, y):
    rho = 1 / (y @ s)
    left = np.eye(len(s)) - rho * np.outer(s, y)
    return left @ H @ left.T + rho * np.outer(s, s)


n, m = 12, 5  # unknowns, and pairs
curvature = np.cov(rng.normal(size=(n, 3 * n)))  # symmetric and positive definite
steps_taken = rng.normal(size=(m, n))
pairs = [(s, curvature @ s) for s in steps_taken]  # the oldest first

s, y = pairs[-1]
gamma = (s @ y) / (y @ y)
H = gamma * np.eye(n)
for s, y in pairs:
    H = bfgs_update(H, s, y)
s, y = pairs[-1]
condition_error = np.abs(H @ y - s).max() / np.abs(s).max()
print(f"H y = s for the newest pair: {condition_error:.1e} of the largest entry")
print(f"eigenvalues of H: {np.linalg.eigvalsh(H).min():.3f} to {np.linalg.eigvalsh(H).max():.3f}")

# %% [markdown]
# ## L-BFGS: the same without the matrix
#
# $H$ still has $n^2$ entries. But we never need $H$, only the product $H g$ with one vector. And
# $H$ is made of the pairs. Nocedal (1980) keeps just the last $m$ pairs, say 20, starts from a
# multiple of the identity, $H_0 = \gamma I$, and computes $H g$ straight from the pairs. Here is
# how.
#
# **Step 1: one pair.** Multiply the update by $g$, from right to left. The rightmost factor gives
#
# $$ q = (I - \rho \, y s^\top) \, g = g - \alpha \, y \qquad\text{with}\qquad
#    \alpha = \rho \, s^\top g . $$
#
# Next comes the old matrix, $r = H q$. Then the left factor,
#
# $$ (I - \rho \, s y^\top) \, r = r - \beta \, s \qquad\text{with}\qquad
#    \beta = \rho \, y^\top r . $$
#
# And last, the term $\rho \, s s^\top g = \rho \, (s^\top g) \, s = \alpha \, s$: the same $\alpha$
# once more. Together
#
# $$ \boxed{ \;\; H^+ g = r + (\alpha - \beta) \, s , \qquad r = H (g - \alpha \, y) \;\; } $$
#
# No matrix is left, but for the $H$ in $r$.
#
# **Step 2: all pairs.** That $H$ was made in the same way, from the pair before. So we apply the
# box to it, with $g - \alpha y$ in the place of $g$, and go on until no pair is left. There stands
# $H_0$. This is a recursion:


# %%
def product(H_0, pairs, g):
    """H g, for the H that the pairs make of H_0, which is a number: γ."""
    if not pairs:
        return H_0 * g
    *older, (s, y) = pairs
    rho = 1 / (y @ s)
    alpha = rho * (s @ g)
    r = product(H_0, older, g - alpha * y)
    beta = rho * (y @ r)
    return r + (alpha - beta) * s


# %% [markdown]
# **Step 3: two loops.** Look at the order in which things happen. On the way *down* the recursion,
# from the newest pair to the oldest, each call computes its $\alpha$ and hands $g - \alpha y$ on.
# At the bottom, the vector is multiplied by $H_0$. On the way *up*, from the oldest pair to the
# newest, each call computes its $\beta$ and adds $(\alpha - \beta) s$. Two loops do the same; only
# the $\alpha$ must be remembered in between.


# %%
def two_loop(H_0, pairs, g):
    alphas = []
    for s, y in reversed(pairs):  # the newest first
        alpha = (s @ g) / (y @ s)
        g = g - alpha * y
        alphas.append(alpha)
    r = H_0 * g
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):  # the oldest first
        beta = (y @ r) / (y @ s)
        r = r + (alpha - beta) * s
    return r


# %% [markdown]
# What should $\gamma$ be? A multiple of the identity cannot, in general, satisfy $H_0 y = s$, but
# it can come as close as possible: $\lVert \gamma y - s \rVert$ is smallest where
# $y^\top (\gamma y - s) = 0$, that is for $\gamma = s^\top y / y^\top y$, with the newest pair. So
# $H_0$ knows the *scale* of the problem.
#
# Now five ways to compute the same vector: the matrix built by `bfgs_update`, the recursion, the
# loops, the library's loops (`two_loop` in `jnst/byhand/optimize/optimizers.py`), and those of
# Optax, which is handed the points and gradients one by one and forms the pairs itself.

# %%
g = rng.normal(size=n)
expected = H @ g
found = {
    "recursion": product(gamma, pairs, g),
    "two loops": two_loop(gamma, pairs, g),
    "the library's loops": byhand.two_loop(g, pairs),
}
with jax.enable_x64(True):
    places = np.concatenate([np.zeros((1, n)), np.cumsum(steps_taken, axis=0)])  # s between them
    slopes = places @ curvature + g - places[-1] @ curvature  # y between them, g at the end
    transformation = optax.scale_by_lbfgs(memory_size=m)
    state = transformation.init(places[0])
    update = jax.jit(transformation.update)
    for place, slope in zip(places, slopes, strict=True):
        direction, state = update(slope, state, place)
    found["optax.scale_by_lbfgs"] = np.asarray(direction)
two_loop_errors = {
    name: np.abs(vector - expected).max() / np.abs(expected).max() for name, vector in found.items()
}
for name, error in two_loop_errors.items():
    print(f"{name:28}against the matrix: {error:.1e} of the largest entry")
print("multiplications: n² with the matrix, 4 m n with the loops, if each yᵀs is kept")
print(f"for the smaller picture above and m = 20: {big**2:.1e} and {4 * 20 * big:.1e}")

# %% [markdown]
# ## As many steps as dimensions
#
# How good is the estimate? On a quadratic function in $n$ dimensions there is a clean answer. Let
# each step go to the lowest point along its direction $p$ (an *exact line search*; for a quadratic
# function the length is $t = -g^\top p / p^\top A p$). Then after $n$ steps L-BFGS has arrived,
# whatever the condition number.


# %%
def exact_search(A, x, memory, most):
    """Sizes of the gradient along the way, with `memory` pairs; without any it is descent."""
    g, pairs, sizes = A @ x, [], []
    for _ in range(most):
        sizes.append(np.linalg.norm(g))
        if sizes[-1] < 1e-13 * sizes[0]:
            break
        s, y = pairs[-1] if pairs else (g, g)  # without pairs γ = 1
        p = -two_loop((s @ y) / (y @ y), pairs, g)
        t = -(g @ p) / (p @ A @ p)
        x, g_old = x + t * p, g
        g = A @ x
        pairs = [*pairs, (t * p, g - g_old)][-memory:] if memory else []
    return np.array(sizes) / sizes[0]


n = 20
Q, _ = np.linalg.qr(rng.normal(size=(n, n)))
A_n = Q @ np.diag(np.geomspace(1, 1000, n)) @ Q.T  # condition number 1000
x_n = rng.normal(size=n)
searches = {
    "gradient descent": exact_search(A_n, x_n, 0, 61),
    "lbfgs": exact_search(A_n, x_n, n, 61),
}
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, sizes in searches.items():
    ax.semilogy(np.maximum(sizes, 1e-16), ".-", color=colours[name], label=name)
ax.axvline(n, color="k", linewidth=0.8, linestyle=":", label=f"n = {n} steps")
ax.set(xlabel="step", ylabel="size of the gradient (1 at the start)", ylim=(1e-17, 10))
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "06-n-steps",
    "The size of the gradient against the steps on a quadratic function in 20 dimensions. Gradient "
    "descent goes down slowly; L-BFGS drops to rounding level at step 20.",
)
for name, sizes in searches.items():
    print(f"{name}: gradient after {n} steps {sizes[min(n, len(sizes) - 1)]:.1e} of the first")

# %% [markdown]
# **Notice:** the vertical line is where the theory lets L-BFGS arrive, and it does. In the first
# few steps it is hardly better than gradient descent: it is learning the shape of the function, one
# direction a step. Pictures have many more dimensions than we make steps, so we never get that far;
# what L-BFGS learns on the way must do.
#
# ## Two valleys
#
# Here are all four in the two valleys that we can draw. For functions that are not quadratic there
# is in general no formula for an exact line search. So L-BFGS tries the full step, $t = 1$, and
# halves it until the function goes down by at least a small part of what the slope promises (Armijo
# 1966):
#
# $$ f(x + t p) \le f(x) + 10^{-4} \, t \, g^\top p . $$


# %%
def lbfgs(f, gradient, x, steps, memory=20):
    """The path, and how often f was evaluated up to each of its points."""
    path, evaluations, pairs, g = [x], [1], [], gradient(x)
    for _ in range(steps):
        s, y = pairs[-1] if pairs else (0.1 * g / np.linalg.norm(g), g)  # first step: 0.1 long
        p = -two_loop((s @ y) / (y @ y), pairs, g)
        t, tries = 1.0, 1
        while f(x + t * p) > f(x) + 1e-4 * t * (g @ p):
            t, tries = t / 2, tries + 1
        x, g_old = x + t * p, g
        g = gradient(x)
        if (g - g_old) @ p > 0:  # otherwise H would no longer be positive definite
            pairs = [*pairs, (t * p, g - g_old)][-memory:]
        path.append(x)
        evaluations.append(evaluations[-1] + tries)
        if np.linalg.norm(g) < 1e-10:
            break
    return np.array(path), np.array(evaluations)


# %% [markdown]
# The other three need a learning rate. To be fair we try 40 rates for each, all at once (our
# functions do not mind if $x$ is a table with a column for each rate), and take the one that first
# brings $f$ below $10^{-6}$.

# %%
rates = np.geomspace(1e-4, 1, 40)
valleys = {
    "quadratic": (valley, valley_gradient, start),
    "Rosenbrock": (rosenbrock, rosenbrock_gradient, np.array([-1.2, 1.0])),
}
methods = {"gradient descent": gradient_descent, "momentum": momentum, "adam": adam}
arrival, paths = {}, {}
for place, (f, gradient, x) in valleys.items():
    for name, method in methods.items():
        with np.errstate(all="ignore"):  # rates that are too large end in infinities
            tried = method(gradient, np.tile(x[:, None], len(rates)), rates, 12_000)
            below = np.array([f(points) for points in tried]) < 1e-6  # (steps, rates)
        first = np.where(below.any(axis=0), below.argmax(axis=0), len(tried))
        best = first.argmin()
        arrival[place, name] = first[best] + 1  # the start was evaluated too
        paths[place, name] = tried[: first[best] + 1, :, best]
        print(
            f"{place:11}{name:18}{arrival[place, name]:6} evaluations, with η = {rates[best]:.2g}"
        )
    path, evaluations = lbfgs(f, gradient, x, 200)
    end = np.argmax([f(point) < 1e-6 for point in path])
    arrival[place, "lbfgs"], paths[place, "lbfgs"] = evaluations[end], path[: end + 1]
    print(f"{place:11}{'lbfgs':18}{evaluations[end]:6} evaluations")

# %% tags=["thumbnail"]
figure, axes = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
contours(axes[0], valley, (-2.3, 1.3), (-2, 1.6), np.linspace(0.1, 5, 12) ** 2)
contours(axes[1], rosenbrock, (-1.7, 1.4), (-0.5, 1.7), np.geomspace(0.1, 600, 12))
for ax, (place, minimum) in zip(
    axes, {"quadratic": (0, 0), "Rosenbrock": (1, 1)}.items(), strict=True
):
    for name in (*methods, "lbfgs"):
        ax.plot(*paths[place, name].T, ".-", color=colours[name], linewidth=1.2, markersize=4,
                label=f"{name}, {arrival[place, name]} evaluations")  # fmt: skip
    ax.plot(*minimum, "k*", markersize=12)
    ax.set_title(place)
    ax.legend(fontsize=9, loc="upper center" if place == "Rosenbrock" else "upper right")
lesson.show(
    "06-paths",
    "The paths of gradient descent, momentum, Adam and L-BFGS on the contour lines of a quadratic "
    "valley and of Rosenbrock's curved valley. L-BFGS needs by far the fewest evaluations.",
)

# %% [markdown]
# **Notice:** momentum swings from side to side like the ball that it is. In the mild valley on the
# left its $\beta = 0.9$ does not pay, in the steep one on the right it does. Adam starts out
# diagonally, for its first step has the same length in both coordinates, whatever the slopes are.
# L-BFGS makes one cautious step, which tells it how far away the floor of the valley is. The second
# step goes there, and soon after it goes along the floor. On the curved floor of Rosenbrock's
# valley, gradient descent needs thousands of evaluations, with the best of 40 rates.
#
# ## The race
#
# Now pictures. The library offers four optimizers: `lbfgs`, `adam`, `sgd` (momentum, on a gradient
# that is scaled to a root mean square of 1), and `scipy-lbfgs` (SciPy's L-BFGS-B, with a line
# search, in float64). Each starts from the photograph, at one size, with the learning rate that is
# its default, and may evaluate the loss and its gradient equally often. The loss is that of lessons
# 3 and 4, in every layer divided by that of a blank map, and a term for smoothness. (The program's
# default has other losses, and begins with small pictures: lessons 9 and 10.)
#
# We take the time from the end of the first evaluation on, so that compiling does not count. On a
# machine that does other things as well, seconds are noisy; evaluations are not.


# %%
settings = Settings(
    size=options.size,
    content_scale="relative",
    content_weight=0.05,
    style_loss="gram",
    style_layer_weights=(1.0,) * 5,
    tv="squares",
    tv_weight=0.5,
    line_weight=0.0,
    margin=0,
    padding="zeros",
)


def race(name):
    """The best picture, and after each evaluation the lowest loss so far and the seconds."""
    chosen = dataclasses.replace(settings, optimizer=name)
    problem = prepare(read(samples.content(), samples.STYLE, chosen), chosen)
    losses, seconds = [], []
    for progress in iterate(problem, options.steps):
        losses.append(progress.best_total)
        seconds.append(time.perf_counter())
    return progress.best, np.array(losses), np.array(seconds) - seconds[0]


races = {name: race(name) for name in optimizers.NAMES}
figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True, layout="constrained")
for name, (_, losses, seconds) in races.items():
    axes[0].semilogy(np.arange(1, len(losses) + 1), losses, color=colours[name], label=name)
    axes[1].semilogy(seconds, losses, color=colours[name], label=name)
axes[0].set(xlabel="evaluations of the loss and its gradient", ylabel="lowest loss so far")
axes[1].set(xlabel="seconds, without compiling")
axes[0].legend()
for ax in axes:
    ax.set_yticks([0.1, 0.2, 0.4, 0.8], ["0.1", "0.2", "0.4", "0.8"])
    ax.minorticks_off()
    ax.grid(alpha=0.3)
lesson.show(
    "06-race",
    "The lowest loss of four optimizers in one style transfer, against evaluations and against "
    "seconds. The two L-BFGS are ahead of Adam and momentum in evaluations.",
)
print("loss after     15 evaluations  all of them    seconds for one")
for name, (_, losses, seconds) in races.items():
    early, each = losses[min(14, len(losses) - 1)], np.median(np.diff(seconds))
    print(f"{name:12}{early:12.3f}{losses[-1]:15.3f}{each:15.3f}")

# %% [markdown]
# **Notice:** after fifteen evaluations, where a run with `--quick` ends, the two L-BFGS are well
# ahead of the others. By the sixtieth, the last of a full run, Adam and momentum have caught up.
# The losses differ by little then, and their order may change with the picture or the size (try
# `--size 112 --steps 100`). SciPy's L-BFGS needs about as many evaluations as the library's. Each
# takes longer, since it is in float64.
#
# That networks are nevertheless trained with Adam and momentum is no contradiction. There each
# gradient comes from another random batch of data, and the difference $y$ of two such gradients
# says more about the batches than about the curvature. Here the gradient is exact.

# %%
lesson.pictures({f"{name}: {run[1][-1]:.3f}": run[0] for name, run in races.items()}, columns=2)
lesson.show(
    "06-pictures",
    "The pictures at the end of the race, one for each of the four optimizers, with their losses.",
)

# %% [markdown]
# ## What the library does differently
#
# `lbfgs` in `jnst/optimize/optimizers.py` has the two loops of the textbook, and four things that
# the textbook has not:
#
# 1. **No line search.** It takes the full step, $x \leftarrow x - H g$. Each try of a search costs
#    an evaluation, which is better spent on the next step. The price is that the loss may rise, so
#    the loop remembers the best picture.
# 2. **A first step of fixed size.** Without pairs there is no $\gamma$, and the gradient says
#    nothing about how far to go. The first step goes against the gradient, with a root mean square
#    of 0.03.
# 3. **Never uphill.** Nothing keeps $y^\top s$ positive (halving steps would not, either), so
#    $-H g$ may lead uphill. Where it does, the step is that of point 2.
# 4. **Never far.** No value of the picture, from 0 to 1, moves by more than 0.5 in one step.
#
# We look at point 2 more closely, and count the rest. The library's NumPy twin, of the same name in
# `jnst/byhand`, is a pair of functions, `init` and `update`, so it can be wrapped. Our wrapper
# changes the size of the first step and keeps a log.


# %%
def with_first_step(size, log):
    """The library's L-BFGS, with a first step of another root mean square."""
    method = byhand.lbfgs(1.0)

    def update(gradient, state, x):
        gradient = np.asarray(gradient)
        step, new_state = method.update(gradient, state, x)
        pairs = list(zip(new_state.steps, new_state.changes, strict=True))
        if not pairs:
            return step * np.float32(size / byhand.FIRST_STEP), new_state
        (s, y), direction = pairs[-1], byhand.two_loop(gradient.ravel(), pairs)
        log["curvature"].append(float(s @ y / (s @ s)))
        log["uphill"].append(bool(direction @ gradient.ravel() <= 0))
        log["far"].append(bool(np.abs(direction).max() > byhand.LARGEST_MOVE))
        return step, new_state

    return byhand.Optimizer(method.init, update)


problem = prepare(read(samples.content(), samples.STYLE, settings), settings)
evaluate, constants = jax.jit(problem.evaluate), jax.device_put(problem.constants)
totals, logs = {}, {}
for size in (1e-6, 1e-3, 0.03, 0.1):
    logs[size] = {"curvature": [], "uphill": [], "far": []}
    method = with_first_step(size, logs[size])
    run = minimize(evaluate, constants, problem.image, method, steps=options.short, compiled=False)
    totals[size] = np.array([progress.total for progress in run])
    print(f"first step {size:g}: loss {totals[size].min():.3f} after {options.short} evaluations, "
          f"it rose {(np.diff(totals[size]) > 0).sum()} times; uphill {sum(logs[size]['uphill'])}, "
          f"far {sum(logs[size]['far'])}")  # fmt: skip
twin_error = np.abs(np.minimum.accumulate(totals[0.03])[:6] / races["lbfgs"][1][:6] - 1).max()
print(f"our run with 0.03 against the race: {twin_error:.0e} relative, in six evaluations")

figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
for (size, values), colour in zip(totals.items(), ("C5", "C3", "C2", "C6"), strict=True):
    ax.semilogy(range(1, options.short + 1), values, ".-", color=colour, label=f"{size:g}")
ax.set(xlabel="evaluations", ylabel="loss, not the lowest so far")
ax.set_yticks([0.1, 0.2, 0.4, 0.8, 1.6], ["0.1", "0.2", "0.4", "0.8", "1.6"])
ax.minorticks_off()
ax.legend(title="first step (root mean square)")
ax.grid(alpha=0.3)
lesson.show(
    "06-first-step",
    "The loss of L-BFGS against evaluations for four sizes of the first step, from a millionth to "
    "a tenth. All four go down.",
)

# %% [markdown]
# **Notice:** a first step that is thirty thousand times smaller than that of the library costs
# little more than one evaluation, the flat piece at the start of its curve. One pair is enough to
# learn the scale: $\gamma = s^\top y / y^\top y$ does not depend on the length of $s$. So the exact
# size matters little. What matters is that it is *fixed*, so that it stays the same if somebody
# multiplies the loss by 1000.
#
# Where the loss rises, that is the price of point 1: a full step along a direction whose curvature
# was not known yet. The next steps repair it. The race has drawn the lowest loss so far, which such
# a step leaves as it is. Points 3 and 4 are safeguards; the counts above say how often they were
# needed.
#
# The log has the curvatures along the steps, $s^\top y / s^\top s$. If $B$ were the same
# everywhere, all of them would lie between its smallest and its largest eigenvalue, and their
# spread would be a lower bound for $\kappa$. $B$ changes on the way, and we leave out negative
# ones, so take it as an estimate:

# %%
seen = np.concatenate([log["curvature"] for log in logs.values()])
seen = seen[seen > 0]
spread = seen.max() / seen.min()
print(f"curvatures from {seen.min():.1e} to {seen.max():.1e}: κ is roughly {spread:.0f} or more")

# %% [markdown]
# ## Exercises
#
# 1. Turn the quadratic valley so that its axes are those of the coordinates (0 degrees). Which of
#    the four methods changes its path, apart from the turn, and why?
# 2. One coordinate $z$ with curvature $\lambda$ under momentum: write $(z_{k+1}, z_k)$ as a 2 x 2
#    matrix times $(z_k, z_{k-1})$. Compute the largest absolute eigenvalue for all $\lambda$
#    between 1 and 20, with the best $\eta$ and $\beta$. Which number do you find?
# 3. With exact line searches on a quadratic function, each new gradient $g$ is orthogonal to all
#    earlier gradients and all earlier steps. What is left of the two loops then? How many pairs do
#    you need to finish in $n$ steps?
# 4. A quadratic function in 20 dimensions has only three different eigenvalues. How many steps does
#    L-BFGS take with exact line searches?
# 5. Take a pair with $y^\top s < 0$. At which point does the proof break that $H$ stays positive
#    definite? Find a gradient for which $-H g$ leads uphill.
#
# ## Solutions
#
# **1.** Only Adam. Gradient descent, momentum and L-BFGS are made of sums of vectors and of scalar
# products; turn the valley and the start, and the whole path turns with them. Adam divides entry by
# entry, and entries belong to the axes.

# %%
turn = np.radians(-30)
back = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
upright, moved = turned((1, 20), 0), {}
for name, run in {
    "gradient descent": lambda f, gradient, x: gradient_descent(gradient, x, 0.05, 30),
    "momentum": lambda f, gradient, x: momentum(gradient, x, 0.01, 30),
    "adam": lambda f, gradient, x: adam(gradient, x, 0.1, 30),
    "lbfgs": lambda f, gradient, x: lbfgs(f, gradient, x, 5)[0],
}.items():
    slanted = run(valley, valley_gradient, start)
    straight = run(lambda x: 0.5 * x @ upright @ x, lambda x: upright @ x, back @ start)
    moved[name] = np.abs(slanted @ back.T - straight).max()
    print(f"{name:18} the turned path differs by {moved[name]:.1e}")

# %% [markdown]
# **2.** From $v_k = \beta v_{k-1} + \lambda z_k$ and $z_{k+1} = z_k - \eta v_k$ follows
# $z_{k+1} = (1 + \beta - \eta \lambda) \, z_k - \beta \, z_{k-1}$. With the best $\eta$ and $\beta$
# the largest absolute eigenvalue is $\sqrt\beta$, the same for all $\lambda$: no direction is the
# slow one. (We stop short of 1 and 20, where the two eigenvalues meet and rounding would show.)

# %%
radii = [
    np.abs(np.linalg.eigvals([[1 + best_beta - best_eta * lam, -best_beta], [1, 0]])).max()
    for lam in np.linspace(1.001, 19.999, 50)
]
print(f"largest eigenvalues {min(radii):.6f} to {max(radii):.6f}; √β = {np.sqrt(best_beta):.6f}")

# %% [markdown]
# **3.** All $s$ are orthogonal to $g$, so all $\alpha = 0$ and $r = \gamma g$. In the second loop
# $\beta = \rho \, y^\top r$, and $y$ is a difference of two gradients; only the newest $y$ contains
# $g$ itself, so only the newest pair has $\beta \ne 0$. What is left is $r - \beta s$, with one
# pair. (This is the method of conjugate gradients.)

# %%
one_pair = {}
for k in (10, 1000):
    mild = Q @ np.diag(np.geomspace(1, k, n)) @ Q.T
    one_pair[k] = exact_search(mild, x_n, 1, n + 1)[-1]
    print(f"one pair, κ = {k}: gradient after {n} steps {one_pair[k]:.1e} of the first")

# %% [markdown]
# With the larger condition number it does not quite arrive: rounding has spoilt the orthogonality,
# and one pair cannot repair it. Twenty pairs could (see the figure above), which is one reason to
# keep more than one.
#
# **4.** Three. Each eigenvalue counts once, however often it occurs. (After $k$ steps the gradient
# is a polynomial of degree $k$ in $A$ times the first gradient. It is zero if the polynomial is
# zero at each eigenvalue.)

# %%
A_3 = Q @ np.diag(np.repeat([1.0, 10.0, 100.0], [10, 5, 5])) @ Q.T
three = exact_search(A_3, x_n, n, 61)
print("size of the gradient:", *(f"{size:.1e}" for size in three[:4]))

# %% [markdown]
# **5.** At $\rho (s^\top z)^2 \ge 0$: $\rho$ is negative now. Take $g = y$. The secant condition
# says $H y = s$, so $g^\top H g = y^\top s < 0$, and $-H g$ leads uphill.

# %%
s, y = np.array([1.0, 0.0]), np.array([-1.0, 0.5])
uphill = -(y @ byhand.two_loop(y, [(s, y)]))  # slope along -H g, for g = y
print(f"slope along the direction: {uphill:+.2f}")
