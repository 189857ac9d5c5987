# %% [markdown]
# # 3. Content: a photograph from its features
#
# What does a network still know of a photograph, two, six or fourteen convolutions deep? To find
# out we keep the features of one layer, throw the photograph away, and look for a picture that has
# the same features. The loss that we need for this is the *content loss* of style transfer; this
# lesson derives its derivative, carries it to the pixels, and measures what five layers remember.
#
# **Before you start.** You should know what a feature map, a rectifier and pooling are (lesson 2),
# and what a gradient is.

# %%
from functools import partial

import jax
import jax.numpy as jnp
import lesson
import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.color import rgb2lab
from skimage.metrics import structural_similarity

from jnst.backbones import vgg
from jnst.losses.tv import total_variation
from jnst.optimize import optimizers
from jnst.optimize.loop import minimize
from jnst.pictures import files, resizing, samples
from jnst.transfer.initial import initial
from jnst.weights import store

options = lesson.options("Content: a photograph from its features", size=(128, 72), steps=(100, 25))
layers = ["relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2"]
colours = dict(zip(layers, plt.get_cmap("viridis")(np.linspace(0, 0.87, 5)), strict=True))
rng = np.random.default_rng(0)

# %% [markdown]
# ## The content loss
#
# From here on, $F$ is the matrix of the features of a picture $x$ in one layer, with a row for each
# of the $M$ positions and a column for each of the $N$ channels. $P$ is the same matrix for the
# photograph. (Gatys et al. write the transpose.) The content loss is half the sum of squared
# differences (Gatys, Ecker and Bethge 2016, equation 1):
#
# $$ L = \frac{1}{2} \sum_{k=1}^{M} \sum_{j=1}^{N} (F_{kj} - P_{kj})^2 . $$


# %%
def content_loss(F, P):
    return ((F - P) ** 2).sum() / 2


# %% [markdown]
# Unlike the Gram matrix of lesson 4, nothing is summed before the comparison: each position is
# compared with *its own* position. So $L$ cares where things are. (The program's default divides by
# the sum of the absolute differences, which changes how hard it pulls; lesson 10 derives it.)
#
# Its derivative takes two lines. Pick one entry $F_{pq}$. Only the summand with $k = p$ and $j = q$
# contains it, and $P$ is a constant:
#
# $$ \frac{\partial L}{\partial F_{pq}}
#    = \frac{1}{2} \cdot 2 \, (F_{pq} - P_{pq}) \cdot 1
#    \qquad\text{for all } p, q, \text{ so}\qquad
#    \boxed{ \;\; \frac{\partial L}{\partial F} = F - P \;\; } $$
#
# (The paper's equation 2 has a second case, zero where $F_{pq} < 0$. It belongs to the rectifier
# below the layer; lesson 4 explains it.)


# %%
def content_gradient(F, P):
    return F - P


# %% [markdown]
# We check it on random matrices, in float64, against `jax.grad` and against the difference quotient
# in a random direction $V$:
#
# $$ \sum_{pq} \frac{\partial L}{\partial F_{pq}} V_{pq}
#    \approx \frac{L(F + \varepsilon V) - L(F - \varepsilon V)}{2 \varepsilon} . $$


# %%
def central_difference(f, x, V, eps):
    return (f(x + eps * V) - f(x - eps * V)) / (2 * eps)


F, P, V = rng.normal(size=(3, 20, 8))  # M = 20, N = 8
with jax.enable_x64(True):
    autodiff = np.asarray(jax.grad(content_loss)(F, P))
autodiff_error = np.abs(content_gradient(F, P) - autodiff).max() / np.abs(autodiff).max()
print(f"by hand against jax.grad: {autodiff_error:.1e} of the largest entry")

slope = np.sum(content_gradient(F, P) * V)
difference_errors = {}
for eps in (1e-3, 1.0, 1000.0):
    numeric = central_difference(lambda F: content_loss(F, P), F, V, eps)
    difference_errors[eps] = abs(numeric - slope) / abs(slope)
    print(
        f"by hand against central differences, ε = {eps:g}: {difference_errors[eps]:.1e} relative"
    )

# %% [markdown]
# **Notice:** the size of the step does not matter, even $\varepsilon = 1000$ is right to many
# digits. $L$ is a polynomial of degree 2 in $F$, and for those the central difference is exact: the
# terms with $\varepsilon^2$ cancel. As a function of the *pixels* $L$ is no polynomial, and the
# step will matter.
#
# ## From the features to the pixels
#
# If we could choose $F$ freely, we would be done: set $F = P$. But what we choose is a picture, and
# $F = F(x)$ follows from it. Write $J$ for the matrix of all partial derivatives of the features
# with respect to the pixels, one row for each feature, and $f$, $p$ for $F$, $P$ written as one
# long column. The chain rule says
#
# $$ \frac{\partial L}{\partial x_i} = \sum_{a} \frac{\partial f_a}{\partial x_i} \, (f_a - p_a) ,
#    \qquad\text{in short}\qquad \nabla_x L = J^\top (f - p) . $$
#
# Nobody builds $J$, which would be enormous. JAX multiplies by $J^\top$ layer by layer: `jax.vjp`
# gives this product as a function, and `jax.grad` does the whole chain in one go. (Lesson 5 writes
# the same backward pass by hand.) We let the network pool by averages, as Gatys et al. did;
# exercise 4 compares.

# %%
params = jax.device_put(store.load("vgg19"))


@partial(jax.jit, static_argnames=("layer", "pooling"))
def features_of(x, params, layer, pooling="avg"):
    """F, in the shape (1, h, w, N) in which the network makes it."""
    return vgg.features(params, x, [layer], pooling=pooling)[layer]


def loss_of_picture(x, params, P, layer):
    return content_loss(features_of(x, params, layer), P)


photograph = resizing.fit(files.read(samples.content()), options.size)
height, width = photograph.shape[1:3]

with jax.enable_x64(True):
    params_64 = jax.tree.map(lambda w: w.astype(np.float64), params)
    small = resizing.crop(photograph, 24, 24).astype(np.float64)
    P = features_of(small, params_64, "relu2_2")
    x, V = rng.random(small.shape), rng.normal(size=small.shape)
    F, times_J_transposed = jax.vjp(lambda x: features_of(x, params_64, "relu2_2"), x)
    (chain,) = times_J_transposed(content_gradient(F, P))
    gradient = jax.grad(loss_of_picture)(x, params_64, P, "relu2_2")
    numeric = central_difference(lambda x: loss_of_picture(x, params_64, P, "relu2_2"), x, V, 1e-6)
    slope = (gradient * V).sum()
    pixel_error = float(abs(numeric - slope) / abs(slope))
    chain_error = float(jnp.abs(chain - gradient).max() / jnp.abs(gradient).max())
print(f"Jᵀ (f - p) against jax.grad: {chain_error:.1e} of the largest entry")
print(
    f"jax.grad against central differences, through four convolutions: {pixel_error:.1e} relative"
)

# %% [markdown]
# ## A loop that you can read
#
# Now we can go downhill. We start from faint noise around grey, take the gradient, make a step
# against it, and keep the colours between 0 and 1:
#
# $$ x \leftarrow \operatorname{clip} \left( x - \eta \, \frac{\nabla_x L}{\operatorname{rms}
#    (\nabla_x L)}, \; 0, \; 1 \right) . $$
#
# Dividing by the root mean square of the gradient makes $\eta$ the typical change of a pixel, so
# we can choose it without knowing how large $L$ is. We let $\eta$ shrink from 0.02 to zero.

# %%
loss_and_gradient = jax.jit(jax.value_and_grad(loss_of_picture), static_argnames="layer")
noise = initial("noise", photograph, photograph, seed=0)

P = features_of(photograph, params, "relu2_2")
blank = (P**2).sum() / 2  # the loss of a blank map, F = 0
x = noise
for step in range(options.steps):
    L, g = loss_and_gradient(x, params, P, "relu2_2")
    eta = 0.02 * (1 - step / options.steps)
    x = jnp.clip(x - eta * g / jnp.sqrt((g**2).mean()), 0, 1)
descent_loss = float(L / blank)
print(f"gradient descent, {options.steps} steps: loss {descent_loss:.1e}, 1 is a blank map")

# %% [markdown]
# It works. From here on we let the library move the picture, because its L-BFGS needs far fewer
# steps (lesson 6 shows why). The objective is still ours: `minimize` takes any function that
# returns the loss, its parts by name (we have none), and the gradient. We divide $L$ by the loss of
# a blank map, $\frac{1}{2} \sum P_{kj}^2$, so that all layers can share one axis; this changes
# neither the minimum nor the direction of the gradient. For later we add $\gamma R$, which measures
# how rough the picture is. Until then $\gamma = 0$.


# %%
def objective(x, params, P, gamma, layer, pooling):
    L = content_loss(features_of(x, params, layer, pooling), P) / ((P**2).sum() / 2)
    return L + gamma * total_variation(x)


@partial(jax.jit, static_argnames=("layer", "pooling"))
def evaluate(constants, x, layer, pooling):
    L, gradient = jax.value_and_grad(objective)(x, *constants, layer, pooling)
    return L, {}, gradient


def rmse(a, b):
    """Root mean square of the difference of two pictures."""
    return float(np.sqrt(np.mean((a - b) ** 2)))


@jax.jit
def all_features(x, params):
    return vgg.features(params, x, layers, pooling="avg")


P_photograph = all_features(photograph, params)
lbfgs = optimizers.lbfgs(1.0)
lbfgs = lbfgs._replace(update=jax.jit(lbfgs.update))  # compiled here, once for all our runs


def reconstruct(layer, start=noise, *, gamma=0.0, pooling="avg", target=None):
    """The best picture, and for each step the loss and the error in pixels."""
    P = target
    if P is None and pooling == "avg":
        P = P_photograph[layer]
    elif P is None:
        P = features_of(photograph, params, layer, pooling)
    of_layer = partial(evaluate, layer=layer, pooling=pooling)
    losses, errors = [], []
    for progress in minimize(
        of_layer, (params, P, gamma), jnp.asarray(start), lbfgs, steps=options.steps, compiled=False
    ):
        losses.append(progress.best_total)
        errors.append(rmse(progress.best, photograph))
    return progress.best, losses, errors


runs = {layer: reconstruct(layer) for layer in layers}
rebuilt = {layer: best for layer, (best, _, _) in runs.items()}
print(f"L-BFGS, as many steps, relu2_2:  loss {runs['relu2_2'][1][-1]:.1e}")

# %% [markdown]
# ## Five depths
#
# Here are the five pictures, with the layers of figure 1 in Gatys et al. (2016). What they call
# conv1_2 is the map after the rectifier, our relu1_2.


# %%
def similarity(x):
    """Structural similarity with the photograph: 1 for the same picture, near 0 for none."""
    return structural_similarity(photograph[0], x[0], channel_axis=-1, data_range=1.0)


similarities = {layer: similarity(x) for layer, x in rebuilt.items()}
print(f"{'':10}{'loss':>10}{'error in pixels':>18}{'similarity':>13}")
for layer, (_, losses, errors) in runs.items():
    print(f"{layer:10}{losses[-1]:10.1e}{errors[-1]:18.3f}{similarities[layer]:13.2f}")

# %% tags=["thumbnail"]
lesson.pictures({"photograph": photograph, **rebuilt}, columns=3)
lesson.show(
    "03-five-depths",
    "A photograph of a cat and five pictures rebuilt from one layer each. The first three look "
    "like the photograph, the fourth is rough, the last is a loose drawing of the cat's parts.",
)

# %% [markdown]
# **Notice:** the first two can hardly be told from the photograph, and relu3_2 only adds a fine
# coloured grain. In relu4_2 everything is in its place, but the fur has become a texture of its own
# and colours are spotted. In relu5_2 there are eyes, an ear, a nose and stripes, roughly where they
# belong, and hardly a pixel is right.
#
# This is what style transfer relies on: a content loss in relu4_2 asks for *this cat, in this
# pose*, and leaves the surface to the style loss.
#
# ## Low loss, wrong pixels
#
# Has the optimizer just not finished in the deep layers?

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
for layer, (_, losses, errors) in runs.items():
    steps = np.arange(1, len(losses) + 1)
    axes[0].semilogy(steps, losses, color=colours[layer], label=layer)
    axes[1].semilogy(steps, errors, color=colours[layer])
axes[0].set(xlabel="step", ylabel="content loss (1 = a blank map)", title="error in the features")
axes[1].set(xlabel="step", ylabel="root mean square error", title="error in the pixels")
figure.legend(loc="outside lower center", ncols=5)
for ax in axes:
    ax.grid(alpha=0.3)
lesson.show(
    "03-curves",
    "Two plots against the steps, a line for each layer. The content loss falls in all five; the "
    "error in the pixels falls for the shallow layers and not for the deepest.",
)
fall = {name: (run[1][0] / run[1][-1], run[2][0] / run[2][-1]) for name, run in runs.items()}
for layer, (of_loss, of_error) in fall.items():
    print(f"{layer}: the loss fell by a factor of {of_loss:.0f}, the pixel error by {of_error:.1f}")

# %% [markdown]
# **Notice:** in relu5_2 the loss fell by a large factor, while the pixels are no closer to the
# photograph than the grey noise at the start was. The curve on the right ends flat: more steps
# would not help, for the loss does not ask for these pixels. One reason is plain counting.

# %%
counts = {layer: P.size for layer, P in P_photograph.items()}
print(f"numbers in the picture: {photograph.size}")
for layer, count in counts.items():
    print(f"features in {layer}: {count:7} = {count / photograph.size:.1f} per pixel value")

# %% [markdown]
# In relu5_2 there are fewer equations than unknowns. There must be many pictures with these
# features. (In relu4_2 there are more equations than unknowns, and yet it forgets: a rectifier only
# says of a negative value *that* it was negative, and many equations say nearly the same.)
#
# ## Which layers come along?
#
# We rebuilt one layer at a time. What happened to the features of the others?


# %%
def losses_by_layer(x, P=P_photograph):
    """The content loss in each of the five layers, 1 for a blank map."""
    F = all_features(np.asarray(x), params)
    return [float(((F[i] - P[i]) ** 2).sum() / (P[i] ** 2).sum()) for i in layers]


def heat_map(values, rows, columns, least):
    """Draw a table of losses, with the numbers in the cells and their logarithms as colours."""
    _, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
    drawn = ax.imshow(np.log10(values), cmap="magma", aspect="auto", vmin=least, vmax=0.5)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    for (i, j), value in np.ndenumerate(values):
        text = f"{value:.2g}" if value > 0.001 else f"{value:.0e}"
        bright = np.log10(value) > least / 3
        ax.text(j, i, text, ha="center", va="center", color="k" if bright else "w")
    plt.colorbar(drawn, label="log10 of the content loss")
    return ax


matrix = np.array([losses_by_layer(rebuilt[layer]) for layer in layers])
heat_map(matrix, layers, layers, -6).set(xlabel="loss measured in", ylabel="rebuilt from")
lesson.show(
    "03-which-layers",
    "A table of 5 times 5 losses: rows are the layers rebuilt from, columns the layers measured. "
    "On the diagonal and to its right losses are small, to its left they are large.",
)

# %% [markdown]
# **Notice:** the table is one-sided. Read a row to the right of the diagonal: the *deeper* layers
# are rebuilt too, though nobody asked for them. Read it to the left: the *shallower* layers are
# worse than the layer itself, and from relu3_2 on by far. Rebuilt from relu5_2, the edges and
# colours of relu1_2 and relu2_2 are as wrong as those of a blank map, or worse.
#
# The right side must be so. A deeper layer is a function of a shallower one; if the shallower
# features agree, the deeper ones have no choice. The left side is what we measured: no such
# function leads back. On its way down the network has dropped something. What?
#
# ## What is forgotten first
#
# We can ask a layer directly, without any reconstruction: change the photograph in a known way, and
# see how much the content loss minds. First we shift it. (We cut the shifted picture from a wider
# one, so that no border comes in.)

# %%
room = options.size // 4
wide = resizing.fit(files.read(samples.content()), options.size + room)
shifts = [shift for shift in (1, 2, 4, 8, 16, 32) if shift <= room]


def window(shift):
    return wide[:, :height, shift : shift + width]


P_window = all_features(window(0), params)
of_shifts = np.array([losses_by_layer(window(shift), P_window) for shift in shifts])
figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
for layer, losses in zip(layers, of_shifts.T, strict=True):
    ax.loglog(shifts, losses, "o-", color=colours[layer], label=layer)
ax.set(xlabel="shift in pixels", ylabel="content loss (1 = a blank map)")
ax.set_xticks(shifts, [str(shift) for shift in shifts])
ax.minorticks_off()
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "03-shifts",
    "The content loss of a shifted photograph against the shift, a line for each layer. Deep "
    "layers mind a small shift much less than shallow ones.",
)

# %% [markdown]
# **Notice:** from relu3_2 on, each layer minds a shift by one pixel less than the layer before it.
# A position in relu5_2 stands for 16 pixels of the picture (four poolings, each by 2), and where
# within these 16 something was, it hardly says: *exact position* goes first. But only small shifts
# are forgiven. Far enough, and every layer objects.
#
# Do deep layers simply forgive everything? We compare changes that are *equally large in the
# pixels*: each is scaled until its root mean square error is that of the shift by one pixel.

# %%
one_pixel = window(1) - window(0)
size_of_change = np.sqrt(np.mean(one_pixel**2))


def scaled(change):
    return window(0) + change * (size_of_change / np.sqrt(np.mean(change**2)))


brightness = window(0) @ np.array([0.299, 0.587, 0.114], np.float32)  # (1, h, w)
changes = {
    "shifted by a pixel": window(1),
    "brighter": scaled(np.ones_like(one_pixel)),
    "colour taken out": scaled(brightness[..., None] - window(0)),
    "blurred": scaled(gaussian_filter(window(0), (0, 2, 2, 0)) - window(0)),
    "noise added": scaled(rng.normal(size=one_pixel.shape).astype(np.float32)),
}
of_changes = np.array([losses_by_layer(x, P_window) for x in changes.values()])
heat_map(of_changes, list(changes), layers, -3).set_xlabel("loss measured in")
lesson.show(
    "03-changes",
    "A table of losses: rows are five changes of the photograph, all of the same size in the "
    "pixels, columns are the layers. Only the shift gets much cheaper with depth.",
)
upside_down = losses_by_layer(window(0)[:, ::-1], P_window)
print("shifted by 4 pixels:", *(f"{loss:7.2f}" for loss in of_shifts[2]))
print("upside down:        ", *(f"{loss:7.2f}" for loss in upside_down))

# %% [markdown]
# **Notice:** no. For relu1_2 the shift is worse than the noise; for relu5_2 the noise is worse, by
# far. Deep layers mind noise *more* than relu1_2 does. What they forgive is what leaves the objects
# as they are: a small shift, a little more light. They are not blind to colour: taking it out costs
# them more than adding light. And they have not forgotten the arrangement. Turned upside down, the
# photograph still consists of the same pixels, but in relu5_2 it is several times as wrong as after
# a shift by four pixels.
#
# The reconstructions tell the same story from the other side. We take them apart into brightness
# and colour (the channels L, and a and b, of CIELAB), and measure each error in units of what the
# photograph itself varies: a plain picture in the photograph's mean colour has the error 1. The
# dashed lines compare after a blur, which forgives fine detail and small displacements.


# %%
def split(x, blur):
    """The brightness L and the colours a, b of a picture, blurred."""
    lab = gaussian_filter(rgb2lab(x[0]), (blur, blur, 0))
    return {"brightness": lab[..., :1], "colour": lab[..., 1:]}


lost = {}
for blur in (0, 2):
    original = split(photograph, blur)
    for part, target in original.items():
        spread = np.linalg.norm(target - target.mean((0, 1)))
        lost[part, blur] = [
            float(np.linalg.norm(split(x, blur)[part] - target) / spread) for x in rebuilt.values()
        ]
figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
for (part, blur), values in lost.items():
    colour, name = "C1" if part == "colour" else "k", f"{part}, blurred" if blur else part
    ax.semilogy(layers, values, "o--" if blur else "o-", color=colour, label=name)
ax.axhline(1, color="grey", linewidth=0.8)
ax.set(xlabel="rebuilt from", ylabel="relative error (1 = a plain picture)")
ax.legend()
ax.grid(alpha=0.3)
lesson.show(
    "03-what-is-lost",
    "The relative error of the five pictures in brightness and in colour, as they are and after a "
    "blur. All grow with depth. Unblurred, colour is worse than brightness; the blur helps both.",
)

# %% [markdown]
# **Notice:** at every depth the sharp pictures are worse in colour than in brightness. A possible
# reason: the network was trained to name objects, and much of what names a cat is drawn in light
# and dark. And the blurred pictures agree better than the sharp ones: detail is lost before the
# coarse shapes. In relu5_2 even these are off, by more than a plain picture would be. Your eye,
# which calls this picture a cat, does not compare pixels either.
#
# ## A second opinion: smoothness
#
# Where the features leave the pixels open, the optimizer fills them with high-contrast grain. No
# photograph looks like that. Mahendran and Vedaldi (2015), who rebuilt pictures from deep networks
# in this way, add a term that prefers smooth pictures, the *total variation* (lesson 8 takes it
# apart):
#
# $$ R = \frac{1}{3 h w} \sum_{i,j,k} \left( (x_{i,j+1,k} - x_{ijk})^2
#                                          + (x_{i+1,j,k} - x_{ijk})^2 \right) , \qquad
#    \text{minimize } \; \frac{L}{\frac{1}{2} \sum P^2} + \gamma R . $$

# %%
smooth, _, _ = reconstruct("relu5_2", gamma=2.0)
similarity_smooth = similarity(smooth)
for name, x in {"γ = 0": rebuilt["relu5_2"], "γ = 2": smooth}.items():
    loss = losses_by_layer(x)[-1]
    print(f"{name}: loss in relu5_2 {loss:.1e}, pixel error {rmse(x, photograph):.3f}, "
          f"similarity {similarity(x):.2f}")  # fmt: skip
lesson.pictures({"γ = 0": rebuilt["relu5_2"], "γ = 2": smooth, "photograph": photograph}, columns=3)
lesson.show(
    "03-smoothness",
    "The cat rebuilt from relu5_2 without and with total variation, and the photograph. The second "
    "is smoother, softer in colour, and closer to the photograph.",
)

# %% [markdown]
# **Notice:** the smooth picture is closer to the photograph in the pixels *and* in structural
# similarity, while its loss in relu5_2 stays small. The extra term does not know the photograph; it
# only knows what pictures are like. Such a term is called a *prior*.
#
# ## Does the start matter?
#
# If many pictures have the same features in relu5_2, then where we start should decide which of
# them we find. We start from the same faint noise as before, from other noise of the same kind, and
# from a picture of something else entirely: the painting.

# %%
painting = resizing.cover(files.read(samples.STYLE), height, width)
starts = {
    "noise": noise,
    "other noise": initial("noise", photograph, photograph, seed=1),
    "the painting": painting,
}
found, apart = {}, {}
for layer in ("relu2_2", "relu5_2"):
    for name, start in starts.items():
        known = start is noise  # this one we have
        best = rebuilt[layer] if known else reconstruct(layer, start)[0]
        found[f"{layer}, from {name}"] = best
        if not known:
            apart[layer, name] = rmse(best, rebuilt[layer])
            loss = losses_by_layer(best)[layers.index(layer)]
            print(f"{layer}, from {name}: loss {loss:.1e}, "
                  f"{apart[layer, name]:.3f} from the picture found first")  # fmt: skip
lesson.pictures(found, columns=3)
lesson.show(
    "03-starts",
    "Cats rebuilt from relu2_2 and relu5_2, each from three starts. In relu2_2 all three look the "
    "same but for fine stripes; in relu5_2 they are three different drawings of a cat.",
)

# %% [markdown]
# **Notice:** in relu2_2 all three starts end near the same picture. What remains of the painting
# are fine stripes of orange and blue. They are just what this layer sees worst: fine detail, and in
# colour (exercise 5). In relu5_2 the pictures differ from one another about as much as from the
# photograph. Look at the eyes.
#
# So a deep content loss leaves a choice *among* pictures, and the start decides. Starting a style
# transfer from the photograph chooses those that are near the photograph also in what the losses do
# not measure. Starting from noise leaves it to chance. (Lesson 7 tries both.)
#
# ## Exercises
#
# 1. The runs above minimize $L / (\frac{1}{2} \sum P^2)$. Derive its derivative with respect to
#    $F$.
# 2. A layer of block $b$ comes after $b - 1$ poolings, each of which halves height and width. How
#    many features per pixel value has a layer with $N$ channels? Compare with the counts above.
# 3. Let $\bar{P}$ be the mean of the features of the photograph and of the painting in relu2_2. Is
#    there a picture with these features? Guess first, then try to rebuild one.
# 4. Repeat relu3_2 with max pooling. Which pooling gives the better picture, and why?
# 5. Add a faint pattern to the photograph: grey stripes of one pixel's width, the same in orange
#    and blue, and a chequerboard of single pixels. In which order will relu1_2 mind them?
#
# ## Solutions
#
# **1.** The denominator does not depend on $F$. It is a constant factor:
# $\frac{\partial}{\partial F} \frac{L}{\frac{1}{2} \sum P^2} = \frac{2 (F - P)}{\sum P^2}$.

# %%
F, P = rng.normal(size=(2, 20, 8))
with jax.enable_x64(True):
    expected = np.asarray(jax.grad(lambda F: content_loss(F, P) / ((P**2).sum() / 2))(F))
solution_1 = np.abs(2 * (F - P) / (P**2).sum() - expected).max() / np.abs(expected).max()
print(f"solution 1 against jax.grad: {solution_1:.1e} of the largest entry")

# %% [markdown]
# **2.** There are $\frac{h}{2^{b-1}} \cdot \frac{w}{2^{b-1}} \cdot N$ features and $3 h w$ pixel
# values, so the quotient is $\frac{N}{3 \cdot 4^{b-1}}$. Where height or width is odd, pooling
# drops the last row or column, and the count is a little lower.

# %%
per_value = [N / (3 * 4**b) for b, N in enumerate((64, 128, 256, 512, 512))]
for layer, quotient in zip(layers, per_value, strict=True):
    print(
        f"{layer}: {quotient:5.2f} by the formula, {counts[layer] / photograph.size:5.2f} counted"
    )

# %% [markdown]
# **3.** Relu2_2 has many more features than the picture has pixel values, so the features that
# pictures can have are a thin surface in a large space. It is curved, and the middle between two of
# its points need not be on it:

# %%
middle = sum(features_of(x, params, "relu2_2") for x in (photograph, painting)) / 2
_, losses, _ = reconstruct("relu2_2", target=middle)
middle_loss, usual_loss = losses[-1], runs["relu2_2"][1][-1]
print(f"loss for the mean of two features: {middle_loss:.1e}, for the photograph: {usual_loss:.1e}")

# %% [markdown]
# The loss stops far above that of the photograph: the optimizer finds no picture with these
# features.
#
# **4.** Average pooling. Max pooling passes the gradient to one position in four, and says nothing
# of the other three except that they are smaller. Average pooling says something of each.

# %%
best_max, _, errors_max = reconstruct("relu3_2", pooling="max")
similarity_max = similarity(best_max)
for name, error, alike in [
    ("max pooling", errors_max[-1], similarity_max),
    ("average pooling", runs["relu3_2"][2][-1], similarities["relu3_2"]),
]:
    print(f"{name:16} pixel error {error:.3f}, similarity {alike:.2f}")

# %% [markdown]
# **5.** No pattern changes a value by more than 0.02.

# %%
i, j = np.indices((height, width))[..., None]  # row and column of each pixel
patterns = {
    "grey stripes": (-1.0) ** i * [1, 1, 1],
    "orange and blue stripes": (-1.0) ** i * [1, 0, -1],
    "chequerboard": (-1.0) ** (i + j) * [1, 1, 1],
}
of_patterns = {}
for name, pattern in patterns.items():
    of_patterns[name] = losses_by_layer(np.float32(photograph + 0.02 * pattern))
    print(f"{name:24}", *(f"{loss:9.1e}" for loss in of_patterns[name]))

# %% [markdown]
# The grey stripes first: they cost more than a hundred times as much as the other two. No layer
# minds the chequerboard, the finest pattern that there is, or fine stripes in colour. A picture may
# be full of them, and the loss is silent. Total variation is not: it is what removes such patterns
# in style transfer.
