# %% [markdown]
# # 14. Training a network that paints in one pass
#
# Lesson 13 has the network, and trained a tiny one in passing. This lesson is about the training:
# the loss of a batch, its way back from the picture to the parameters, and instance norm once more,
# now in small steps. The whole gradient is computed by hand and compared with autodiff. Then we
# train networks on 1, 4, 16, … photographs, and look at what each makes of photographs that it has
# never seen.
#
# **Before you start.** You should know backpropagation (lesson 5), Adam (lesson 6), and lesson 13.
# Training needs a few packages more: `pip install '.[train]'`.

# %%
import inspect

import grain
import jax
import jax.numpy as jnp
import lesson
import matplotlib.pyplot as plt
import numpy as np
import optax
import skimage.data

from jnst.byhand.backbones import vgg
from jnst.byhand.feedforward import graph, norms, training
from jnst.engines.build import losses_and_network
from jnst.feedforward import norms as norms_in_jax
from jnst.feedforward import parameters
from jnst.feedforward.blocks import normed, own_norm, reflecting, residual, upsampled
from jnst.feedforward.layers import Input
from jnst.pictures import files, resizing, samples
from jnst.training import learner, objective
from jnst.training.settings import Settings
from jnst.weights import store

options = lesson.options(
    "Training a network",
    crop=(48, 32),
    short=(120, 40),
    width=(12, 8),
    blocks=(2, 1),
    deepest=("relu3_1", "relu2_1"),
    steps=(160, 16),
    sets=(4, 2),
    unseen=(16, 4),
)
rng = np.random.default_rng(0)


def fitted(photo):
    """A photograph with a short side of so many pixels, both sides multiples of 4."""
    photo = files.read(photo)
    height, width = (
        round(options.short * side / min(photo.shape[1:3]) / 4) * 4 for side in photo.shape[1:3]
    )
    return resizing.resize(photo, height, width).astype(np.float32)


def pieces(photos, count):
    """Squares cut out at random, by turns from each photograph: (count, crop, crop, 3)."""
    found = []
    for i in range(count):
        photo = photos[i % len(photos)]
        top, left = (rng.integers(0, side - options.crop + 1) for side in photo.shape[1:3])
        found.append(photo[0, top : top + options.crop, left : left + options.crop])
    return np.stack(found)


counts = [4**i for i in range(options.sets)]
motorcycle, _, _ = skimage.data.stereo_motorcycle()
to_train_on = [
    fitted(photo)
    for photo in (
        skimage.data.coffee(),
        skimage.data.astronaut(),
        skimage.data.rocket(),
        motorcycle,
    )
]
chelsea = fitted(samples.content())
unseen, seen = pieces([chelsea], options.unseen), pieces(to_train_on, counts[-1])
painting = resizing.fit(files.read(samples.STYLE), 2 * options.crop)

# %% [markdown]
# ## From pixels to parameters
#
# So far we moved pixels, $y \leftarrow y - \eta \, \partial E / \partial y$, for one photograph.
# Now a network $f_\theta$ makes the picture, and what moves is $\theta$. The loss of a photograph
# $x$ is that of its picture,
#
# $$ E(y; x) = \alpha \, E_\text{content}(y, x) + \beta \, E_\text{style}(y) , \qquad
#    y = f_\theta(x) , $$
#
# and each step takes a *batch* of $b$ photographs, others every time:
#
# $$ L(\theta) = \frac1b \sum_{k=1}^b E(f_\theta(x_k); x_k) . $$
#
# We would like to have the mean over all photographs that there are. A batch has an estimate of it,
# and so has its gradient, for the gradient of a mean is the mean of the gradients.
#
# A network is a chain of layers. With $a_0 = x$, $a_i = g_i(a_{i-1}; \theta_i)$ and $y = a_m$, the
# chain rule goes from the last to the first, and each layer does two things with what arrives:
#
# $$ \boxed{ \; \frac{\partial E}{\partial \theta_i}
#    = \left( \frac{\partial a_i}{\partial \theta_i} \right)^{\!\top}
#      \frac{\partial E}{\partial a_i} , \qquad
#    \frac{\partial E}{\partial a_{i-1}}
#    = \left( \frac{\partial a_i}{\partial a_{i-1}} \right)^{\!\top}
#      \frac{\partial E}{\partial a_i} \; } $$
#
# The first stays, to move the layer's own parameters. The second is handed on. In one line, forward
# above, backward below:
#
# $$ \begin{array}{ccccccccccc}
#    x & \xrightarrow{\;\theta_1\;} & a_1 & \xrightarrow{\;\theta_2\;} & \cdots &
#    \xrightarrow{\;\theta_m\;} & y & \xrightarrow{\text{VGG19}} & F & \rightarrow & E \\
#    & & \dfrac{\partial E}{\partial a_1} & \leftarrow & \cdots & \leftarrow &
#    \dfrac{\partial E}{\partial y} & \leftarrow &
#    \dfrac{\partial E}{\partial F} & \leftarrow & 1 \\
#    & \swarrow & & \swarrow & & \swarrow & & & & & \\
#    \dfrac{\partial E}{\partial \theta_1} & & \dfrac{\partial E}{\partial \theta_2} & &
#    \dfrac{\partial E}{\partial \theta_m} & & & & & &
#    \end{array} $$
#
# From $E$ to $y$ nothing is new: it is what moved the pixels. VGG19 has parameters, too, but they
# stay as they are, and so nothing is left there.
#
# ## Back through a norm, step by step
#
# Lesson 13 derived instance norm at once, by its Jacobian. Whoever writes a backward pass takes
# small steps instead, and each has a derivative that one knows by heart. For one channel with the
# values $x_1, \dots, x_n$, and with $\bar a$ short for $\partial E / \partial a$:
#
# $$ \begin{array}{ll}
#    \text{forward, downwards} & \text{backward, upwards} \\ \hline
#    \mu = \frac1n \sum_k x_k & \bar x_k \mathrel{+}= \frac1n \, \bar \mu \\
#    c_k = x_k - \mu & \bar x_k = \bar c_k , \quad \bar \mu = -\sum_k \bar c_k \\
#    v = \frac1n \sum_k c_k^2 & \bar c_k \mathrel{+}= \frac2n \, c_k \, \bar v \\
#    \delta = \sqrt{v + \varepsilon} & \bar v = \bar \delta / (2 \delta) \\
#    z_k = c_k / \delta & \bar c_k = \bar z_k / \delta , \quad
#    \bar \delta = -\sum_k \bar z_k c_k / \delta^2
#    \end{array} $$
#
# The $+=$ are where a value is read twice: $c_k$ goes into $v$ and into $z_k$, and $x_k$ into $\mu$
# and into $c_k$. Two things arrive at $c_k$, and their sum is
#
# $$ \bar c_k
#    = \frac{\bar z_k}{\delta}
#      - \frac{2 c_k}{n} \cdot \frac{1}{2 \delta} \cdot \frac{1}{\delta^2} \sum_j \bar z_j c_j
#    = \frac1\delta \Big( \bar z_k - z_k \cdot \frac1n \sum_j \bar z_j z_j \Big) . $$
#
# The mean collects this from all positions. Of the second summand nothing is left then, for
# $\sum_k z_k = 0$. So there are three terms:
#
# $$ \boxed{ \; \bar x_l
#    = \underbrace{\frac{\bar z_l}{\delta}}_{\text{itself}}
#    \; \underbrace{- \; \frac{1}{n \delta} \sum_k \bar z_k}_{\text{by the mean}}
#    \; \underbrace{- \; \frac{z_l}{n \delta} \sum_k \bar z_k z_k}_{\text{by the deviation}} \; } $$

# %%
EPSILON = 1e-5


def deviation(x):
    return np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0) + EPSILON)


def normalize(x):
    """z of each channel, for x (n, channels)."""
    return (x - x.mean(axis=0)) / deviation(x)


def in_small_steps(dz, x):
    """∂E/∂x: the right column, from the bottom to the top."""
    n, c, delta = len(x), x - x.mean(axis=0), deviation(x)
    dc, ddelta = dz / delta, -(dz * c).sum(axis=0) / delta**2
    dv = ddelta / (2 * delta)
    dc = dc + 2 / n * c * dv
    dmu = -dc.sum(axis=0)
    return dc + dmu / n


def three_terms(dz, x):
    z, delta = normalize(x), deviation(x)
    return {
        "itself": dz / delta,
        "by the mean": -dz.mean(axis=0) / delta * np.ones_like(x),
        "by the deviation": -z * (dz * z).mean(axis=0) / delta,
    }


# %% [markdown]
# Each term can be checked by itself: we let $x$ move in one of the three places and keep it still
# in the other two. Central differences in float64, along the gradient and along a random direction
# that leans to it (else the slope might be near 0, and its relative error mean nothing):


# %%
def slope(f, x, direction, h=1e-6):
    """Central difference of f at x, along a direction."""
    return (f(x + h * direction) - f(x - h * direction)) / (2 * h)


def check(f, x, gradient):
    """Relative error of the gradient along its own direction and along one that leans to it."""
    along, noise = (v / np.linalg.norm(v) for v in (gradient, rng.normal(size=x.shape)))
    worst = 0
    for V in (along, noise + np.sign((noise * along).sum()) * along):
        expected = slope(f, x, V)
        worst = max(worst, abs((gradient * V).sum() - expected) / abs(expected))
    return float(worst)


x, dz = rng.normal(size=(2, 20, 3)) * 2 + 1
terms = three_terms(dz, x)


def with_one_moving(place):
    """E as a function of x in one place; in the others it stays."""

    def energy(moving):
        own, of_mean, of_deviation = (moving if place == name else x for name in terms)
        return (dz * (own - of_mean.mean(axis=0)) / deviation(of_deviation)).sum()

    return energy


errors = {name: check(with_one_moving(name), x, term) for name, term in terms.items()}
dx = in_small_steps(dz, x)
errors["all three"] = check(lambda x: (dz * normalize(x)).sum(), x, dx)
same = {"in small steps": lesson.difference(dx, sum(terms.values()))}
with jax.enable_x64(True):
    autodiff = jax.grad(lambda x: (dz * norms_in_jax.instance_norm(x[None, None])[0, 0]).sum())
    same["jax.grad"] = lesson.difference(np.asarray(autodiff(x)), dx)
library = norms.instance_norm_backward(dz[None, None], x[None, None])[0, 0]
same["the library by hand"] = lesson.difference(library, dx)
for name, error in errors.items():
    share = np.linalg.norm(terms[name]) / np.linalg.norm(dx) if name in terms else 1
    print(f"{name:20}length {share:.2f} of the sum; central differences: {error:.1e} off")
for name, error in same.items():
    print(f"{name:20}{error:.1e} off")

# %% [markdown]
# Sum the box over $l$. The first two terms cancel, and in the third $\sum_l z_l = 0$. What comes
# back to a channel *sums to zero*. But that sum is the derivative with respect to the bias $\beta$
# of the convolution before, which is added to every $x_l$:
#
# $$ \boxed{ \; \bar \beta = \sum_l \bar x_l = 0 \; } $$
#
# The norm takes away what the bias adds. We will see it in a network.
#
# ## One step, by hand
#
# The network is that of lesson 13: a convolution, one with stride 2, some residual blocks, and back
# up, with an instance norm behind each but the last. For the work by hand it has few channels, and
# no blocks. It begins at random, the biases, too.


# %%
def no_norm(_):
    return []


def network(width, blocks):
    rows = [picture := Input("picture", 3)]
    rows += normed(reflecting(picture, "first", width, 5), own_norm)
    rows += normed(reflecting(rows[-1], "down", 2 * width, 3, stride=2), own_norm)
    for i in range(blocks):
        rows += residual(rows[-1], f"block{i}", f"block{i}/1", f"block{i}/2", 2 * width, own_norm)
    rows += [upsampled(rows[-1])]
    rows += normed(reflecting(rows[-1], "up", width, 3), own_norm)
    return (*rows, *normed(reflecting(rows[-1], "last", 3, 5), no_norm, activation="sigmoid"))


def random_parameters(table):
    """Kernels as He et al. draw them, the last one smaller: the first pictures are nearly grey."""
    local = np.random.default_rng(1)
    params = {
        row: {
            kind: local.normal(size=shape) * np.sqrt(2 / np.prod(shape[:3]))
            if kind == "kernel"
            else local.normal(size=shape) / 10 + (kind == "scale")
            for kind, shape in kinds.items()
        }
        for row, kinds in parameters.shapes(table).items()
    }
    params["last"]["kernel"] *= 0.3
    return params


tiny = network(6, blocks=0)
θ = random_parameters(tiny)
print({f"{row} {kind}": p.size for row, kinds in θ.items() for kind, p in kinds.items()})

# %% [markdown]
# The losses are those of lesson 4, relative to their targets: Gram matrices for the style, features
# for the content. The painting is measured once, for all steps are about the same.

# %%
style_layers = ("relu1_1", "relu2_1", "relu3_1")
style_layers = style_layers[: style_layers.index(options.deepest) + 1]
content_layer, content_weight, style_weight = "relu2_1", 0.3, 1.0
loss_network = jax.tree.map(np.float64, store.load("vgg19"))


def gram(F):
    F = F.reshape(-1, F.shape[-1])
    return F.T @ F / len(F)


of_painting = vgg.features(loss_network, painting.astype(np.float64), style_layers)
targets = {name: gram(of_painting[name]) for name in style_layers}


def value_and_gradient(y, photo, content=content_weight, style=style_weight):
    """E and ∂E/∂y: the end of the chain, as when pixels are optimized."""
    maps = vgg.features(loss_network, y, style_layers)
    P = vgg.features(loss_network, photo, (content_layer,))[content_layer]
    difference, factor = maps[content_layer] - P, content / (P**2).sum()
    E, dF = factor * (difference**2).sum(), {content_layer: 2 * factor * difference}
    for name, A in targets.items():
        F, D = maps[name], gram(maps[name]) - A
        factor = style / len(targets) / (A**2).sum()
        E += factor * (D**2).sum()
        back = 4 * factor * F.reshape(-1, F.shape[-1]) @ D / np.prod(F.shape[1:3])
        dF[name] = dF.get(name, 0) + back.reshape(F.shape)
    return E, vgg.backward(loss_network, maps, dF)


def of_one(θ, photo, **weights):
    """E and ∂E/∂θ of one photograph."""
    y, maps = graph.paint(tiny, θ, {"picture": photo})
    E, dy = value_and_gradient(y, photo, **weights)
    _, gradients = graph.backward(tiny, θ, maps, {tiny[-1].name: dy}, ("picture",))
    return E, gradients


def of_batch(θ, photos):
    """L and ∂L/∂θ: the means over the batch."""
    found = [of_one(θ, photo) for photo in photos[:, None]]
    E, gradients = zip(*found, strict=True)
    return np.mean(E), jax.tree.map(lambda *g: sum(g) / len(g), *gradients)


# %% [markdown]
# The same by autodiff, by the function that `jnst train` differentiates, and by central differences
# for each array of parameters that has a gradient at all:

# %%
batch = seen[: min(2, len(seen))].astype(np.float64)
L, gradients = of_batch(θ, batch)
choices = Settings(
    style_loss="gram", content_scale="relative", style_scale="relative", padding="zeros"
).losses.resolved.objective
in_jax = losses_and_network(choices)
to_learn = objective.Lesson(
    params=loss_network,
    content={content_layer: content_weight},
    styles={layer: (style_weight / len(targets), A[None]) for layer, A in targets.items()},
    picture={},
)


def loss(table):
    """The library's L of a network, with its parts, as a function of θ."""

    def L(θ, to_learn, photos):
        styles = jnp.zeros(len(photos), int)
        task = objective.Task(*in_jax, table)
        total, seen = objective.loss(task, θ, to_learn, photos, styles)
        return total, seen.parts

    return L


with jax.enable_x64(True):
    by_autodiff = jax.jit(jax.value_and_grad(loss(tiny), has_aux=True))
    (L_by_jax, _), by_jax = by_autodiff(θ, to_learn, batch)
    by_jax = jax.tree.map(np.asarray, by_jax)
largest = max(np.abs(g).max() for g in jax.tree.leaves(gradients))
step_errors = {
    f"{row} {kind}": float(np.abs(g - by_jax[row][kind]).max() / largest)
    for row, kinds in gradients.items()
    for kind, g in kinds.items()
}
print(f"L by hand {L:.12f}, by jax {L_by_jax:.12f}")
for name, error in step_errors.items():
    row, kind = name.split()
    print(f"{name:20}largest entry {np.abs(gradients[row][kind]).max():.1e}; off by {error:.0e}")


def of_parameter(row, kind):
    return lambda p: of_batch({**θ, row: {**θ[row], kind: p}}, batch)[0]


difference_errors = {
    f"{row} {kind}": check(of_parameter(row, kind), θ[row][kind], gradients[row][kind])
    for row, kind in (("first", "kernel"), ("first/norm", "scale"), ("last", "bias"))
}
for name, error in difference_errors.items():
    print(f"{name:20}central differences: {error:.1e} off")

# %% [markdown]
# **Notice:** there they are, the biases of the first three convolutions. Their gradients are
# nothing but rounding. The last convolution has no norm behind it, and its bias counts.

# %% [markdown]
# ## What photographs agree on
#
# Each photograph asks for another change of $\theta$. How different are these? We take the
# gradients of several photographs, at the same $\theta$, and the cosine of the angle between each
# two: 1 if they ask for the same, 0 if they have nothing to do with each other. Once for the style
# alone, and once for the content alone.


# %%
def flat(gradients):
    return np.concatenate([g.ravel() for g in jax.tree.leaves(gradients)])


several = seen[: min(16, len(seen))].astype(np.float64)[:, None]
cosines, by_photograph = {}, {}
for name, weights in {
    "style": {"content": 0.0, "style": 1.0},
    "content": {"content": 1.0, "style": 0.0},
}.items():
    G = np.stack([flat(of_one(θ, photo, **weights)[1]) for photo in several])
    unit = G / np.linalg.norm(G, axis=1, keepdims=True)
    pairs = np.triu_indices(len(G), 1)
    cosines[name], by_photograph[name] = (unit @ unit.T)[pairs], G
    print(f"{name:10}mean cosine {cosines[name].mean():.2f}, smallest {cosines[name].min():.2f}")

# %% [markdown]
# **Notice:** the style is the same for all, and the photographs agree better on how to get there
# than on the content, which each has for itself. So the style may be learnt from few photographs,
# and we should look for the harm of having few in the content.
#
# ## A training
#
# Now in JAX, as `jnst train` does it with a folder of photographs. grain shuffles them and makes
# batches, so that each comes once before any comes again. One program computes the loss of a
# batch, its gradient, and Adam's step. We train on pieces of four photographs, and look now and
# then at the loss of pieces of a fifth one, the cat, which is never trained on.

# %%
table = network(options.width, options.blocks)
to_learn = jax.tree.map(np.float32, to_learn)
looks = min(13, max(2, options.steps // 4 + 1))
marks = np.linspace(0, options.steps, looks).astype(int)
rate, size_of_batch = 0.01, 4
adam = optax.adam(rate)


@jax.jit
def move(θ, state, to_learn, photos):
    """One step of training: new parameters, the state of Adam, and the loss before the step."""
    (L, _), gradient = jax.value_and_grad(loss(table), has_aux=True)(θ, to_learn, photos)
    updates, state = adam.update(gradient, state)
    return optax.apply_updates(θ, updates), state, L


@jax.jit
def losses_of(θ, to_learn, photos):
    """Content and style loss, as they are in L."""
    _, parts = loss(table)(θ, to_learn, photos)
    return parts["content"], parts["style"]


def batches(photos):
    order = grain.MapDataset.source(photos).seed(0).shuffle().repeat()
    dataset = order.batch(size_of_batch, drop_remainder=True)
    return iter(dataset.to_iter_dataset(grain.ReadOptions(num_threads=0, prefetch_buffer_size=0)))


def train(photos):
    """Parameters and losses by step, of photographs trained on and of others; L of each batch."""
    θ = jax.tree.map(np.float32, random_parameters(table))
    state, stream = adam.init(θ), batches(photos)
    of_step, course, curves = {}, [], {"trained on": [], "never seen": []}
    evaluated = np.resize(photos, unseen.shape), unseen  # few come again, of many the first
    for step in range(options.steps + 1):
        if step:
            θ, state, L = move(θ, state, to_learn, next(stream))
            course.append(float(L))
        if step in marks:
            of_step[step] = jax.tree.map(np.asarray, θ)
            for name, some in zip(curves, evaluated, strict=True):
                curves[name].append(np.array(losses_of(θ, to_learn, some)))
    return of_step, {name: np.array(curve) for name, curve in curves.items()}, np.array(course)


trained = {count: train(seen[:count]) for count in counts}
numbers = sum(p.size for p in jax.tree.leaves(trained[counts[-1]][0][0]))
print(f"{numbers} parameters, {options.steps} steps of {size_of_batch} photographs")
for count, (_, curves, _) in trained.items():
    print(f"trained on {count:3}:", *(
        f"{name} {curve[0].sum():.3f} -> {curve[-1].sum():.3f}" for name, curve in curves.items()
    ))  # fmt: skip

# %% [markdown]
# The network of the most photographs, before and after, and in between:


# %% tags=["thumbnail"]
def paint(params, photo):
    return graph.paint(table, params, {"picture": photo})[0]


most, curves, course = trained[counts[-1]]
early = marks[1]
lesson.pictures(
    {
        "never seen": chelsea,
        "before": paint(most[0], chelsea),
        f"after step {early}": paint(most[early], chelsea),
        f"after step {options.steps}": paint(most[options.steps], chelsea),
    },
    columns=2,
)
lesson.show(
    "14-before-after",
    "A photograph that was not trained on, painted by the network before, during and after its "
    "training.",
)

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.plot(np.arange(1, len(course) + 1), course, color="0.75", label="each batch")
for part, name in enumerate(("content", "style")):
    for which, style in (("trained on", ":"), ("never seen", "-")):
        ax.plot(marks, curves[which][:, part], style, color=f"C{part}", label=f"{name}, {which}")
ax.set(xlabel="step", ylabel="loss", yscale="log")
ax.legend(ncols=2, fontsize=8)
ax.grid(alpha=0.3)
lesson.show(
    "14-losses", "The losses during the training on the most photographs, by content and style."
)

# %% [markdown]
# And here is the chain of the chain rule in pictures, in the trained network: above, from left to
# right, what goes forward; below, from right to left, the gradients of the same maps, and at the
# end what is left at the first kernels. Of maps with many channels we show the first.


# %%
def gray(gradient):
    """A gradient as a picture: grey is 0, and the largest entry 0 or 1."""
    return 0.5 + 0.5 * gradient / np.abs(gradient).max()


def mosaic(kernels, columns=4):
    """Kernels (size, size, 3, count) side by side, in frames of grey."""
    framed = np.pad(kernels, ((0, 1), (0, 1), (0, 0), (0, 0)))
    tiles = framed.transpose(3, 0, 1, 2)
    rows = [np.concatenate(tiles[i : i + columns], axis=1) for i in range(0, len(tiles), columns)]
    return np.concatenate(rows)[:-1, :-1]


photo, learnt = seen[:1].astype(np.float64), jax.tree.map(np.float64, most[options.steps])
y, maps = graph.paint(table, learnt, {"picture": photo})
_, dy = value_and_gradient(y, photo)
first, active = "first", "first/norm/relu"
arriving, found = {table[-1].name: dy}, {}
for row in (active, first):
    back, _ = graph.backward(table, learnt, maps, arriving, (row,))
    found[row] = gray(back[row])[0, :, :, 0]
_, left = graph.backward(table, learnt, maps, arriving, ("picture",))
lesson.pictures(
    {
        "photograph →": photo,
        "first convolution →": maps[first][0, :, :, 0],
        "norm and rectifier → →": maps[active][0, :, :, 0],
        "picture": y,
        "gradient of the first kernels": gray(mosaic(left["first"]["kernel"])),
        "← of the first convolution": found[first],
        "← of norm and rectifier": found[active],
        "← ← gradient of the picture": gray(dy),
    },
    columns=4,
)
lesson.show(
    "14-chain",
    "Above, a photograph on its way through the trained network; below, the gradient on its way "
    "back from the picture to the first kernels.",
)

# %% [markdown]
# ## How few photographs?
#
# A piece counts as a photograph here. All networks began with the same parameters and had as many
# steps, so those of fewer photographs saw each more often. How do they do on what they were trained
# on, and how on what they never saw?

# %%
ends = {
    count: {name: curve[-1].sum() for name, curve in curves.items()}
    for count, (_, curves, _) in trained.items()
}
gaps = {
    part: {count: curves["never seen"][-1, i] - curves["trained on"][-1, i]
           for count, (_, curves, _) in trained.items()}
    for i, part in enumerate(("content", "style"))
}  # fmt: skip
print(f"{'photographs':>12}{'trained on':>12}{'never seen':>12}   apart, by content and style")
for count, end in ends.items():
    print(f"{count:12}{end['trained on']:12.3f}{end['never seen']:12.3f}"
          f"{gaps['content'][count]:12.3f}{gaps['style'][count]:12.3f}")  # fmt: skip

figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained", sharey=True)
for i, (count, (_, curves, _)) in enumerate(trained.items()):
    axes[0].plot(marks, curves["never seen"].sum(axis=1), color=f"C{i}", label=f"{count}")
    axes[0].plot(marks, curves["trained on"].sum(axis=1), ":", color=f"C{i}")
axes[0].set(xlabel="step", ylabel="loss", yscale="log", title="never seen; dotted: trained on")
axes[0].legend(title="photographs")
for name, style in (("trained on", ":"), ("never seen", "-")):
    axes[1].plot(counts, [end[name] for end in ends.values()], f"k{style}", marker="o", label=name)
axes[1].set(xlabel="photographs", xscale="log", title="after the last step")
axes[1].set_xticks(counts, [str(count) for count in counts])
axes[1].tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
axes[1].legend()
for ax in axes:
    ax.grid(alpha=0.3)
lesson.show(
    "14-photographs",
    "The loss of photographs that were never seen, and of those trained on, for networks trained "
    "on more and more photographs.",
)

# %%
few, many = (trained[count][0][options.steps] for count in (counts[0], counts[-1]))
of_few, of_many = f"by the one of {counts[0]}", f"by the one of {counts[-1]}"
shown = {}
for name, photo in {"trained on by both": seen[:1], "never seen": unseen[:1]}.items():
    shown |= {name: photo, f"{of_few}: {name}": paint(few, photo)}
    shown |= {f"{of_many}: {name}": paint(many, photo)}
lesson.pictures(shown, columns=3)
lesson.show(
    "14-overfitting",
    "A photograph that both networks were trained on, and one that neither has seen, painted by "
    "the network of one photograph and by that of the most.",
)

# %% [markdown]
# **Notice:** the network of one photograph does far better on what it was trained on than on
# anything else. This is *overfitting*: some of what it has learnt is this photograph, by heart.
# With more photographs the two losses come together. What sets them apart is mostly content, as
# the cosines promised; the style needs few. And the loss of the training alone tells nothing about
# all this: whoever trains should keep some photographs back, and look at theirs.
#
# ## In the library
#
# The gradient by hand for any network and any losses, and the step in JAX. There the parameters are
# those of a module of flax, which holds the state of Adam and a running average, too; orbax keeps
# the whole in checkpoints.

# %%
print(inspect.getsource(training.evaluate))
print(inspect.getsource(learner.step))

# %% [markdown]
# ## Exercises
#
# 1. Multiply the kernel of a convolution with an instance norm behind it by a number. What happens
#    to the picture? What follows for the derivative along the kernel itself, and what for the
#    length of the kernel under gradient descent?
# 2. What if one takes $\mu$ and $\delta$ for constants on the way back? How far does the gradient
#    point into another direction?
# 3. $L$ is a mean over the batch. With a sum it would be $b$ times as large. What changes for
#    gradient descent, and what for Adam?
# 4. The gradients of biases before a norm are rounding. What does Adam do with them, and does it
#    harm?
# 5. How far is the gradient of a batch from the mean over all photographs, for batches of 1, 4 and
#    more?
#
# ## Solutions
#
# **1.** Nothing, but for $\varepsilon$. So the derivative along the kernel of a channel is 0: the
# gradient is orthogonal to it. Then $|\theta - \eta g|^2 = |\theta|^2 + \eta^2 |g|^2$, and the
# kernel grows with every step.

# %%
along_kernel = {}
for row in ("first", "down", "up", "last"):
    p, g = (tree[row]["kernel"].reshape(-1, tree[row]["bias"].size) for tree in (θ, gradients))
    lengths = np.linalg.norm(p, axis=0) * np.linalg.norm(g, axis=0)
    along_kernel[row] = float(np.abs((p * g).sum(axis=0) / lengths).max())
    print(f"{row:10}cosine of kernel and gradient: {along_kernel[row]:.0e}")

# %% [markdown]
# **2.** Then only the first term is left. Its angle to the gradient, and its sum over positions,
# which should be 0:

# %%
alone = terms["itself"]
angle = float(
    np.degrees(np.arccos((alone * dx).sum() / np.linalg.norm(alone) / np.linalg.norm(dx)))
)
print(f"{angle:.0f} degrees; sums {np.abs(alone.sum(axis=0)).max():.1f}, "
      f"of all three terms {np.abs(dx.sum(axis=0)).max():.0e}")  # fmt: skip

# %% [markdown]
# **3.** Gradient descent takes steps $b$ times as long. Adam divides by the size of the gradients,
# so it takes the same steps, but for the small number in its divisor.

# %%
kernel, g = θ["first"]["kernel"], gradients["first"]["kernel"]
step_of_mean, step_of_sum = (
    np.asarray(adam.update(b * g, adam.init(kernel))[0], np.float64) for b in (1, 4)
)
of_sum = float(lesson.difference(step_of_sum, step_of_mean))
print(f"Adam's step for the sum of 4 differs from that for the mean by {of_sum:.0e} of it")

# %% [markdown]
# **4.** Adam divides the rounding by its own size, and so it moves such a bias, too, if the
# rounding is not far below the $10^{-8}$ in its divisor. In float32, in which networks are trained,
# it is not. It does no harm: whatever the bias is, the norm takes it away.

# %%
_, in_float32 = by_autodiff(jax.tree.map(np.float32, θ), to_learn, batch.astype(np.float32))
moved = {}
for row in ("first", "down", "up", "last"):
    g = in_float32[row]["bias"]
    first_step = np.asarray(adam.update(g, adam.init(g))[0])
    moved[row] = float(np.abs(first_step).max() / rate)
    print(f"{row:10}bias: gradient {np.abs(g).max():.0e}, first step {moved[row]:.2f} of the rate")
without = {**θ, "first": {**θ["first"], "bias": np.zeros(6)}}
harm = float(np.abs(graph.paint(tiny, without, {"picture": batch[:1]})[0]
                    - graph.paint(tiny, θ, {"picture": batch[:1]})[0]).max())  # fmt: skip
print(f"with the first biases at 0 the picture differs by {harm:.0e}")

# %% [markdown]
# **5.** The photographs of a batch are drawn at random. What they have in common stays in their
# mean, and what is their own shrinks as $1 / \sqrt b$. From the gradients of the content, above,
# drawn at random:

# %%
G = by_photograph["content"]
scatter = {}
for b in (1, 4, 16):
    means = G[rng.integers(0, len(G), (500, b))].mean(axis=1)
    away = np.sqrt(((means - G.mean(axis=0)) ** 2).sum(axis=1).mean())
    scatter[b] = float(away / np.linalg.norm(G.mean(axis=0)))
    print(f"batches of {b:2}: {scatter[b]:.2f} of its length away from the mean gradient")
