# %% [markdown]
# # 12. Dreams
#
# Style transfer asks a network to see what another picture shows. A dream asks it to see *more of
# what it sees already*: we go uphill on its features. This lesson derives what is increased, shows
# why the plain method makes noise, and adds, one by one, what makes it a dream: jitter, octaves,
# equal shares for coarse and fine, a guide, single channels, and a better basis than pixels.
#
# **Before you start.** You should know features and their windows (lesson 2), the way back from the
# features to the pixels (lesson 5), and Adam (lesson 6).

# %%
import inspect

import jax
import lesson
import numpy as np
import PIL.Image
from scipy.fft import dctn, idctn

from jnst.backbones.tables import BACKBONES
from jnst.byhand.backbones import vgg
from jnst.byhand.dreams import activation as byhand
from jnst.byhand.dreams import ascent as byhand_ascent
from jnst.byhand.optimize import optimizers
from jnst.dreams import activation, ascent, fourier, visualize
from jnst.dreams.activation import Aim
from jnst.dreams.settings import SUITING, DreamSettings
from jnst.pictures import files, resizing, samples
from jnst.weights import store
from jnst.weights.network import Network

options = lesson.options(
    "Dreams",
    size=(160, 64),
    steps=(10, 4),
    octaves=(3, 2),
    side=(80, 32),
    channel=(3, 3),
    layer=("conv4_1", "conv3_1"),
    waves=(40, 8),
)
rng = np.random.default_rng(0)
params = jax.tree.map(np.asarray, store.load("vgg19"))
table = BACKBONES["vgg19"].table
photograph = resizing.fit(files.read(samples.content()), options.size)
painting = resizing.fit(files.read(samples.STYLE), options.size)

# %% [markdown]
# ## What is increased
#
# $F$ is the map of one layer, with $M$ positions and $N$ channels. Mordvintsev, Olah and Tyka
# (2015) go uphill on half the sum of squares. Like the library we take the mean, so that the size
# of the map does not matter:
#
# $$ E = \frac{1}{2 M N} \sum_{k=1}^{M} \sum_{j=1}^{N} F_{kj}^2
#    \qquad\text{or, simpler still,}\qquad
#    E = \frac{1}{M N} \sum_{k=1}^{M} \sum_{j=1}^{N} F_{kj} . $$
#
# Only one summand contains $F_{pq}$, so the derivatives are short:
#
# $$ \boxed{ \; \text{squares: } \frac{\partial E}{\partial F_{pq}} = \frac{F_{pq}}{M N}
#    \qquad\qquad
#    \text{mean: } \frac{\partial E}{\partial F_{pq}} = \frac{1}{M N} \; } $$
#
# The first tells each feature to grow in proportion to what it is: what is strong shall become
# stronger, and what is silent is left alone. The second tells all of them alike.


# %%
def squares(F):
    return (F**2).mean() / 2


def squares_gradient(F):
    return F / F.size


def mean(F):
    return F.mean()


def mean_gradient(F):
    return np.full(F.shape, 1 / F.size)


F, V = rng.normal(size=(2, 20, 8))
errors = {}
for f, gradient in ((squares, squares_gradient), (mean, mean_gradient)):
    with jax.enable_x64(True):
        errors[f"{f.__name__}: by hand = jax.grad"] = lesson.difference(
            gradient(F), np.asarray(jax.grad(f)(F))
        )
    numeric = (f(F + 1e-3 * V) - f(F - 1e-3 * V)) / 2e-3
    slope = (gradient(F) * V).sum()
    errors[f"{f.__name__}: by hand = central differences"] = abs(numeric - slope) / abs(slope)

# %% [markdown]
# From the features to the pixels it is the way of lesson 5, unchanged. `uphill` does both, for
# several layers at once: $E = \sum_\ell w_\ell E_\ell$.


# %%
def uphill(x, aim, targets=()):
    """∂E/∂x in NumPy: back through what is increased, then through the network."""
    maps = vgg.features(params, x, aim.layers, padding="edge")
    _, dF = byhand.total(aim, maps, dict(targets))
    return vgg.backward(params, maps, dF, padding="edge")


def aim_at(layers, objective="mean", channels=None):
    """What to increase: layers with their weights, and which of their channels."""
    numbers = channels or [()] * len(layers)
    return Aim(tuple(layers), tuple(layers.values()), tuple(map(tuple, numbers)), objective)


objective, default_layers = SUITING["vgg19"]
default = aim_at(default_layers, objective)
print(f"the library's default for VGG19: {objective} of {dict(default_layers)}")
slope = uphill(photograph, default)
library = ascent.ascent("vgg19", params, photograph, default, {}, shift=(0, 0))
errors["∂E/∂x: this lesson = the library (float32)"] = np.linalg.norm(
    slope - library.gradient
) / np.linalg.norm(slope)
for name, error in errors.items():
    print(f"{name:48}{error:.1e}")

# %% [markdown]
# ## Plain ascent
#
# A step goes along the gradient, divided by its mean size, so that we can say how far pixels move:
#
# $$ x \leftarrow \operatorname{clip} \left( x + \eta \, \frac{g}{\operatorname{mean} |g|}, \; 0, \;
#    1 \right), \qquad g = \frac{\partial E}{\partial x} . $$


# %%
eta = DreamSettings().step_size / 255 * 15 / options.steps  # as far at each size as the default


def step(x, g):
    return np.clip(x + eta * g / np.abs(g).mean(), 0, 1).astype(np.float32)


def plain(x, aim, steps):
    for _ in range(steps):
        x = step(x, uphill(x, aim))
    return x


def response(x, aim):
    maps = vgg.features(params, x, aim.layers, padding="edge")
    return float(byhand.total(aim, maps, {})[0])


steps = options.steps * options.octaves
noisy = plain(photograph, default, steps)
grown = response(noisy, default) / response(photograph, default)
print(f"after {steps} steps E is {grown:.1f} times what it was")

# %% [markdown]
# What does it look like? And how fine is what was added? We write a picture as a sum of waves (by
# the Fourier transform) and ask what share of its energy, without the mean, has a wavelength below
# 8 pixels.


# %%
def fine_share(x):
    """Share of the energy in waves shorter than 8 pixels."""
    energy = np.abs(np.fft.fft2(x, axes=(1, 2))).squeeze(0) ** 2  # (h, w, 3)
    frequency = np.hypot(*np.meshgrid(*(np.fft.fftfreq(n) for n in x.shape[1:3]), indexing="ij"))
    energy[0, 0] = 0
    return float(energy[frequency > 1 / 8].sum() / energy.sum())


added = noisy - photograph
shares = {"the photograph": fine_share(photograph), "added by plain ascent": fine_share(added)}
for name, share in shares.items():
    print(f"{name:24}{share:.0%} of the energy is finer than 8 pixels")

squared = plain(photograph, aim_at(default_layers, "squares"), steps)


def awake(x):
    """Share of the features that are not 0, in the layers of the default."""
    maps = vgg.features(params, x, default.layers, padding="edge")
    return {layer: float((maps[layer] > 0).mean()) for layer in default.layers}


awake_in = {
    name: awake(x)
    for name, x in (("the photograph", photograph), ("mean", noisy), ("squares", squared))
}
for name, found in awake_in.items():
    print(f"{name:16}features above 0:", *(f"{layer} {v:.0%}" for layer, v in found.items()))
lesson.pictures(
    {
        "the photograph": photograph,
        "plain ascent, mean": noisy,
        "what was added": np.clip(0.5 + 2 * added, 0, 1),
        "plain ascent, squares": squared,
    },
    columns=2,
)
lesson.show("12-plain", "The photograph, plain ascent upon it with two objectives, what it added.")

# %% [markdown]
# **Notice:** eyes and snouts appear, first of all where the network saw a hint of them: it was
# trained on many animals. But everything is drawn in dots and stripes a few pixels wide. Most of
# what was added is finer than 8 pixels, far more than in a photograph. A feature is made of small
# kernels at the bottom, and the cheapest way to please them all is fine grain.
#
# Squares (below, on the right) leave the background nearly alone, where little responds, and work
# on the head. With the mean, creatures grow everywhere, and more features are awake in the end. So
# for VGG19 the library takes the mean.
#
# ## Jitter
#
# The network pools four times before `relu5_1`: it cuts the picture into squares of $2^4 = 16$
# pixels, always at the same places. Lesson 2 found that features change when the picture is moved
# by a pixel, because other neighbours then share a square. Ascent with a fixed picture makes use of
# that: it builds what responds in just this place of the grid. The remedy is to move the picture
# under the grid: roll it by a random shift $\sigma$, take the gradient, and roll that back,
#
# $$ g = T_\sigma^{-1} \, \nabla E \, (T_\sigma x) . $$


# %%
def jittered(x, aim, steps, targets=(), jitter=16, levels=0):
    for _ in range(steps):
        shift = tuple(rng.integers(-jitter, jitter + 1, 2))
        g = uphill(np.roll(x, shift, axis=(1, 2)), aim, targets)
        g = np.roll(g, tuple(-s for s in shift), axis=(1, 2))
        x = step(x, byhand_ascent.equalize(g, levels) if levels else g)
    return x


def moved(x, aim):
    """E after the picture is moved by some pixels, as a share of E where it is."""
    shifts = [(1, 1), (3, 5), (7, 2), (8, 8)]
    return np.mean([response(np.roll(x, s, axis=(1, 2)), aim) for s in shifts]) / response(x, aim)


shaken = jittered(photograph, default, steps)
robust = {
    name: moved(x, default)
    for name, x in (("the photograph", photograph), ("fixed", noisy), ("jitter", shaken))
}
for name, share in robust.items():
    print(f"{name:16}moved by a few pixels it responds with {share:.0%} of E")
middle = np.s_[:, photograph.shape[1] // 3 :, : photograph.shape[2] // 2]
lesson.pictures({"fixed": noisy[middle], "jitter": shaken[middle]})
lesson.show("12-jitter", "A piece of the dream with the picture fixed, and with jitter.")

# %% [markdown]
# **Notice:** the dream that was made with the picture fixed loses much of its response when the
# picture is moved by a few pixels; the photograph itself, and the dream with jitter, hardly notice.
# And it shows: with jitter the fur is combed, where it was cross-hatched, and there are fewer
# sparks of colour. What looks right only in one place of the grid is no feature of the picture.
#
# ## Octaves
#
# As in lesson 10, large forms come from small pictures. A dream begins small and grows by a factor
# of 1.4 from *octave* to octave. But a dream shall still be upon the photograph, and enlarging a
# small picture leaves it blurred. So what is handed on is not the picture but the *detail*, all
# that was dreamt:
#
# $$ d_\ell = x_\ell - o_\ell, \qquad x_{\ell+1} = o_{\ell+1} + U d_\ell , $$
#
# where $o_\ell$ is the photograph at the size of octave $\ell$, and $U$ enlarges. $U$ is linear, so
#
# $$ \boxed{ \; x_{\ell+1} = U x_\ell + \left( o_{\ell+1} - U o_\ell \right) \; } $$
#
# Read from left to right: enlarge the dream, and give back what the photograph has at the new size
# that enlarging the small one would not show. Each octave starts as sharp as the photograph.


# %%
def enlarge(x, h, w):
    return resizing.resample(x, h, w, PIL.Image.Resampling.BILINEAR)


def octave_sizes(x, count, ratio=1.4):
    height, width = x.shape[1:3]
    return [(round(height / ratio**i), round(width / ratio**i)) for i in reversed(range(count))]


def dream(original, aim, targets=(), levels=0, move=jittered):
    """From small to large; returns the picture at the end of each octave."""
    ends, d = [], np.zeros((1, 1, 1, 3), np.float32)
    for h, w in octave_sizes(original, options.octaves):
        o = resizing.resize(original, h, w)
        x = np.clip(o + enlarge(d, h, w), 0, 1)
        x = move(x, aim, options.steps, targets, levels=levels)
        d = x - o
        ends.append(x)
    return ends


(h, w), *_, (H, W) = octave_sizes(photograph, 2)
o_small = resizing.resize(photograph, h, w)
blurred = enlarge(o_small, H, W)
x_small = np.clip(o_small + rng.normal(scale=0.1, size=o_small.shape), 0, 1).astype(np.float32)
by_detail = photograph + enlarge(x_small - o_small, H, W)
by_box = enlarge(x_small, H, W) + (photograph - blurred)
octave_error = float(np.abs(by_detail - by_box).max())
lost = float(np.linalg.norm(blurred - photograph) / np.linalg.norm(photograph - photograph.mean()))
print(f"both forms of the next octave differ by {octave_error:.0e}")
print(f"enlarging alone would lose {lost:.0%} of the photograph's variation")

in_octaves = dream(photograph, default)
print("octaves:", ", ".join(f"{x.shape[2]} x {x.shape[1]}" for x in in_octaves))

# %% [markdown]
# ## Equal shares for coarse and fine
#
# Even with jitter and octaves the gradient is mostly fine grain. The notebook of TensorFlow's
# deepdream tutorial gives the coarse part of the gradient the same share. Blur the gradient with
# the weights $(1, 4, 6, 4, 1) / 16$, down and across. What the blur takes away is the finest
# *band*. Blur again, with the five weights twice as far apart: the next band; and so on. What is
# left after the last blur is the coarsest. With $B_k$ for blur number $k$,
#
# $$ g_0 = g, \qquad g_{k+1} = B_k g_k, \qquad b_k = g_k - g_{k+1}, \qquad
#    \sum_{k=0}^{n-1} b_k + g_n = g . $$
#
# (The sum collapses: each $g_k$ but the first appears twice, with opposite signs.) The step then
# goes along $\sum_k b_k / \operatorname{std} b_k$ instead of $g$.

# %%
levels = DreamSettings().smooth
g = uphill(photograph, default)
bands = byhand_ascent.bands(g, levels)
band_error = lesson.difference(sum(bands), g)
print(f"the bands add up to the gradient: {band_error:.0e} of the largest entry")
print("standard deviations, fine to coarse:", *(f"{b.std() / g.std():.2f}" for b in bands))
equal = byhand_ascent.equalize(g, levels)
fineness = {"the gradient": fine_share(g), "with equal shares": fine_share(equal)}
for name, share in fineness.items():
    print(f"{name:20}{share:.0%} of the energy is finer than 8 pixels")
drawn = {f"band {k}" if k < levels else "the rest": np.clip(0.5 + b / (6 * b.std()), 0, 1)
         for k, b in enumerate(bands)}  # fmt: skip
lesson.pictures(drawn)
lesson.show("12-bands", "The gradient in bands from fine to coarse, each drawn equally strong.")

# %% [markdown]
# **Notice:** the finest band, the strongest of all, is grain without colour. The coarse ones, which
# are weak, hold the colours and know where the eyes and the nose are.

# %% tags=["thumbnail"]
dreamt = dream(photograph, default, levels=levels)
lesson.pictures(
    {
        "plain ascent": noisy,
        "with jitter": shaken,
        "with octaves": in_octaves[-1],
        "with equal shares": dreamt[-1],
    },
    columns=2,
)
lesson.show("12-stages", "The same cat after plain ascent, with jitter, octaves, and equal shares.")
added_fine = {
    name: fine_share(x - photograph)
    for name, x in (("jitter", shaken), ("octaves", in_octaves[-1]), ("shares", dreamt[-1]))
}
for name, share in added_fine.items():
    print(f"{name:10}{share:.0%} of what was added is finer than 8 pixels")

# %% [markdown]
# **Notice:** from stage to stage the forms grow larger and the grain fades. With jitter lines run
# on smoothly, where before they were chopped into dots. With octaves there are fewer eyes and
# larger ones, since they were begun in a small picture. With equal shares the forms are soft and
# the colours strong: a colour that is spread over a large area belongs to the coarse bands.
#
# (The grain in the fur is still the picture's own size: 160 pixels are few. Try `--size 320`.)
#
# ## A guide
#
# The network dreams of what it was trained on. We can show it something else. Let $G_q$ be the
# features of a *guide* picture at its position $q$, a vector of $N$ numbers, and $F_p$ those of our
# picture at position $p$. Each position looks for the position of the guide that it resembles most,
# by the scalar product, and shall resemble it more:
#
# $$ E = \frac{1}{M N} \sum_{p=1}^{M} \max_q \; F_p \cdot G_q . $$
#
# The derivative: let $q^*(p)$ be the position that wins. If $F_p$ moves only a little, the same
# position still wins (unless two are exactly equal), so near $F$ the maximum *is* the function
# $F_p \cdot G_{q^*}$, which is linear:
#
# $$ \boxed{ \; \frac{\partial E}{\partial F_p} = \frac{1}{M N} \, G_{q^*(p)} \; } $$


# %%
def guided(F, G):
    return (F @ G.T).max(axis=1).sum() / F.size


def guided_gradient(F, G):
    return G[(F @ G.T).argmax(axis=1)] / F.size


F, G = rng.normal(size=(20, 8)), rng.normal(size=(12, 8))
with jax.enable_x64(True):
    autodiff = np.asarray(jax.grad(guided)(F, G))
    in_library = np.asarray(activation.guided(F[None, :, None], G[None, :, None]))
guide_errors = {
    "derivative: by hand = jax.grad": lesson.difference(guided_gradient(F, G), autodiff),
    "derivative: by hand = the library": lesson.difference(
        guided_gradient(F, G), byhand.guided_backward(F[None, None], G[None, None])[0, 0]
    ),
    "value: by hand = the library": abs(guided(F, G) - in_library) / abs(guided(F, G)),
}
for name, error in guide_errors.items():
    print(f"{name:36}{error:.1e}")

guide_aim = aim_at({"relu4_1": 1.0})
guide = {"relu4_1": vgg.features(params, painting, ["relu4_1"], padding="edge")["relu4_1"]}
led = dream(photograph, guide_aim, guide, levels)[-1]
unled = dream(photograph, guide_aim, levels=levels)[-1]

# %% [markdown]
# ## Single channels
#
# Instead of all channels of a layer we may choose a few. Then $\partial E / \partial F$ is 0 for
# all others, and nothing else changes.

# %%
maps = vgg.features(params, photograph, ["relu4_1"], padding="edge")
loudest = np.argsort(maps["relu4_1"].mean(axis=(0, 1, 2)))[::-1]
chosen = [int(channel) for channel in loudest[: 1 if options.quick else 4]]
by_channel = {}
for channel in chosen:
    one = aim_at({"relu4_1": 1.0}, channels=[[channel]])
    by_channel[channel] = dream(photograph, one, levels=levels)[-1]
_, dF = byhand.total(one, maps, {})
only = np.flatnonzero(dF["relu4_1"].any(axis=(0, 1, 2)))
print(f"channels whose derivative is not 0: {only}")
lesson.pictures(
    {"relu4_1, all channels": unled, "guided by the painting": led}
    | {f"channel {number}": x for number, x in by_channel.items()},
    columns=3,
)
lesson.show("12-guide", "Dreams of one layer: all channels, guided by the painting, one channel.")

# %% [markdown]
# **Notice:** left to itself the layer likes round things with a dark centre. Led by the painting it
# draws the same cat in flowing lines and whirls; the eyes stay, for the painting has something like
# them. The colours are not the painting's: nothing asks for them. With a single channel
# the photograph is nearly gone, and each covers the picture with its own motif: spots, a net
# of cells, coloured patches, scales. (The channels are those that respond most to the photograph.)
#
# ## A better basis than pixels
#
# So far there was a photograph to begin with. What if we start from nothing, to see what one
# channel looks for? Then everything depends on where the steps lead, and pixels are a bad choice of
# coordinates. Let us see what a choice does. Write the picture as $x = B z$, with a matrix $B$ and
# other numbers $z$. The chain rule says $\partial E / \partial z = B^\top g$, where
# $g = \partial E / \partial x$ (the transpose, as for every linear step). So a step in $z$,
#
# $$ z \leftarrow z + \eta \, B^\top g \qquad\text{moves the picture by}\qquad
#    \boxed{ \; x \leftarrow x + \eta \, B B^\top g \; } $$
#
# The gradient is multiplied by $B B^\top$. With pixels, $B$ is the identity. Now let $z$ be the
# amplitudes of waves. The cosine transform $D$ is a matrix with orthonormal rows, $D D^\top = I$;
# $D x$ are the amplitudes of $x$. Let $S$ be a diagonal matrix, with a scale $s_f$ for each
# frequency $f$. Then
#
# $$ B = D^\top S, \qquad B B^\top = D^\top S^2 D : $$
#
# take the gradient apart into waves, multiply each by $s_f^2$, put it together again. In
# photographs the amplitude of waves falls like $1/f$, so we choose $s_f = 1/f$: coarse waves move
# far, fine ones little. Noise is what a gradient looks like that has all frequencies alike;
# $B B^\top$ makes it smooth.
#
# The same with colours. Red, green and blue rise and fall together in photographs. With a matrix
# $C$ for which $C C^\top$ is the covariance of colours in photographs, $x = C u$ turns a step
# $C^\top g$ into $C C^\top g$: grey moves most, strong colours little.


# %%
def to_amplitudes(x):
    """D x: the cosine transform down and across."""
    return np.asarray(dctn(x, axes=(0, 1), norm="ortho"))


def from_amplitudes(a):
    """Dᵀ a, which undoes it."""
    return np.asarray(idctn(a, axes=(0, 1), norm="ortho"))


def frequencies(h, w):
    return np.hypot(np.arange(h)[:, None] / (2 * h), np.arange(w) / (2 * w))  # waves a pixel


def scales(h, w):
    return 1 / np.maximum(frequencies(h, w), 1 / (2 * max(h, w)))


C = fourier.COLOURS.astype(np.float64)
S = scales(12, 12)[..., None]
g, z = rng.normal(size=(2, 12, 12, 3))


def to_pixels(z):
    return from_amplitudes(S * z) @ C.T  # B z


def to_waves(g):
    return S * to_amplitudes(g @ C)  # Bᵀ g


in_z = to_pixels(z + 0.1 * to_waves(g)) - to_pixels(z)
D = np.asarray(dctn(np.eye(12), axes=[0], norm="ortho"))
in_waves = S**2 * np.einsum("ab,cd,bde->ace", D, D, g @ C @ C.T)
by_matrix = np.einsum("ab,cd,bde->ace", D.T, D.T, in_waves)
basis_errors = {
    "a step in z = a step along B Bᵀ g": lesson.difference(in_z, 0.1 * by_matrix),
    "⟨B z, g⟩ = ⟨z, Bᵀ g⟩": abs((to_pixels(z) * g).sum() / (z * to_waves(g)).sum() - 1),
    "D Dᵀ = I": np.abs(D @ D.T - np.eye(12)).max(),
}
for name, error in basis_errors.items():
    print(f"{name:36}{error:.1e}")

# %% [markdown]
# Now three coordinates for the same task: show what one channel looks for, from nearly grey. At
# the end a sigmoid keeps the values between 0 and 1. Adam (lesson 6) moves $z$; it divides each
# entry of the gradient by its own size, so it matters all the more *whose* entries they are: in
# pixels all pixels move equally far, in waves all waves. We increase the convolution and not the
# rectifier behind it, which is silent in most places and then has no derivative.

# %%
side = options.side
S = scales(side, side)[..., None] / scales(side, side).mean()
coordinates = {  # forward, and back
    "pixels": (lambda z: z, lambda g: g),
    "waves": (lambda z: from_amplitudes(S * z), lambda g: S * to_amplitudes(g)),
    "waves and colours": (to_pixels, to_waves),
}


def sigmoid(u):
    return 1 / (1 + np.exp(-u))


def show_channel(forward, back, channel, steps):
    """What a channel looks for: the picture, and how strongly it responds in the end."""
    aim = aim_at({options.layer: 1.0}, channels=[[channel]])
    local = np.random.default_rng(0)
    z = 0.01 * local.normal(size=(side, side, 3))
    method = optimizers.adam(0.05)
    state = method.init(z)
    for _ in range(steps):
        x = sigmoid(forward(z))
        shift = tuple(local.integers(-4, 5, 2))
        g = uphill(np.roll(x, shift, axis=(0, 1))[None].astype(np.float32), aim)[0]
        g = np.roll(g, tuple(-s for s in shift), axis=(0, 1))
        update, state = method.update(-back(g * x * (1 - x)), state, z)  # it goes downhill
        z = z + update
    x = sigmoid(forward(z))[None].astype(np.float32)
    return x, response(x, aim)


found = {
    name: show_channel(forward, back, options.channel, options.waves)
    for name, (forward, back) in coordinates.items()
}
fine_of = {name: fine_share(x) for name, (x, _) in found.items()}
colourful = {name: float(np.ptp(x, axis=-1).mean()) for name, (x, _) in found.items()}
print(f"{'':20}{'response':>10}{'finer than 8 pixels':>22}{'largest - smallest of r, g, b':>32}")
for name, (_, value) in found.items():
    print(f"{name:20}{value:10.1f}{fine_of[name]:22.0%}{colourful[name]:32.2f}")

# %% [markdown]
# The library does this with the Fourier transform, adds small random turns and changes of size, and
# takes more steps (`jnst visualize`). It is the same channel:

# %%
settings = visualize.VisualizeSettings(
    backbone="vgg19", layer=options.layer, size=side, steps=options.waves
)
network = Network("vgg19", jax.device_put(params))
for progress in visualize.visualize(network, settings, options.channel):
    last = progress.image
found["jnst visualize"] = last, progress.total
lesson.pictures({name: x for name, (x, _) in found.items()})
lesson.show(
    "12-basis",
    f"What channel {options.channel} of {options.layer} looks for, in four ways.",
)
print(inspect.getsource(fourier.to_image))

# %% [markdown]
# **Notice:** all four agree on what the channel wants: stripes, woven into each other. In pixels
# they are fine grain upon grey, with sparks of colour. In waves there are forms of all sizes, but
# the colours are arbitrary, since nothing ties red, green and blue together. With the third choice
# they become those of a photograph. This costs some of the response; the picture is not better for
# the channel, it is more like the pictures on which the channel was trained.
#
# ## Exercises
#
# 1. Increase the cubes: $E = \frac{1}{3 M N} \sum F_{kj}^3$. Derive $\partial E / \partial F$ and
#    check it. After a rectifier, which features does it favour, compared with squares?
# 2. The guide compares by the scalar product, which likes long vectors. Take the cosine instead,
#    $E = \frac1M \sum_p \max_q \frac{F_p \cdot G_q}{|F_p| |G_q|}$, and derive
#    $\partial E / \partial F_p$.
# 3. What are the bands of a gradient that is the same everywhere? And why must the five weights add
#    up to 1 if the coarsest band is to keep the mean?
# 4. Suppose that near its maximum $E$ is $-\frac12 \sum_f (a_f - a_f^*)^2 / s_f^2$ in the
#    amplitudes $a = S z$. How many steps of plain ascent does it take in $z$, with $\eta = 1$? And
#    in $a$, if the largest $s_f$ is ten times the smallest?
# 5. Why does a dream clip to the range from 0 to 1 at every step, and not once at the end?
#
# ## Solutions
#
# **1.** $\partial E / \partial F_{pq} = F_{pq}^2 / (M N)$. It favours the strongest features even
# more: one that is twice as strong gets four times the push, with squares twice.

# %%
F = rng.random((20, 8))
with jax.enable_x64(True):
    cubes = np.asarray(jax.grad(lambda F: (F**3).mean() / 3)(F))
solutions = {1: lesson.difference(F**2 / F.size, cubes)}

# %% [markdown]
# **2.** With $u = F_p / |F_p|$ and $v = G_{q^*} / |G_{q^*}|$ the winner's value is $u \cdot v$. The
# derivative of $F / |F|$ takes away the part along $u$ and divides by the length:
# $\partial E / \partial F_p = \frac{1}{M |F_p|} \left( v - (u \cdot v) \, u \right)$. It is
# orthogonal to $F_p$: the length of a vector no longer matters.


# %%
def cosine(F, G):
    lengths = (F**2).sum(axis=1, keepdims=True) ** 0.5
    return (F / lengths @ (G / np.linalg.norm(G, axis=1, keepdims=True)).T).max(axis=1).mean()


G = rng.normal(size=(12, 8))
u = F / np.linalg.norm(F, axis=1, keepdims=True)
v = G / np.linalg.norm(G, axis=1, keepdims=True)
v = v[(u @ v.T).argmax(axis=1)]
by_hand = (v - (u * v).sum(axis=1, keepdims=True) * u) / np.linalg.norm(F, axis=1, keepdims=True)
by_hand /= len(F)
with jax.enable_x64(True):
    solutions[2] = lesson.difference(by_hand, np.asarray(jax.grad(cosine)(F, G)))
orthogonal = np.abs((by_hand * F).sum(axis=1)).max()

# %% [markdown]
# **3.** Blurring a constant leaves it as it is, because the weights add up to 1; so all bands but
# the last are 0, and the last is the constant. With another sum each blur would multiply the mean
# by it.

# %%
constant = byhand_ascent.bands(np.full((1, 20, 20, 3), 2.0), 3)
solutions[3] = max(*(np.abs(b).max() for b in constant[:-1]), np.abs(constant[-1] - 2).max())

# %% [markdown]
# **4.** $\partial E / \partial z_f = s_f \cdot (a_f^* - a_f) / s_f^2$, so a step in $z$ moves $a_f$
# by $s_f^2 (a_f^* - a_f) / s_f^2$: it arrives at once. In $a$ the curvatures are $1 / s_f^2$, and
# the largest is a hundred times the smallest: by lesson 6 the best rate shrinks the distance only
# by the factor $(100 - 1) / (100 + 1)$ in each step. The right basis is a preconditioner.

# %%
s_f, a_star = np.geomspace(1, 10, 30), rng.normal(size=30)
a = s_f * (np.zeros(30) + s_f * a_star / s_f**2)  # one step in z, from 0
solutions[4] = np.abs(a - a_star).max()
a, rate = np.zeros(30), 2 / (1 + 1 / 100)
sizes = []
for _ in range(200):
    a = a + rate * (a_star - a) / s_f**2
    sizes.append(np.linalg.norm(a - a_star))
slow = sizes[-1] / sizes[-2]
print(f"in a: factor {slow:.4f} a step, (κ - 1) / (κ + 1) = {99 / 101:.4f}")
for number, error in solutions.items():
    print(f"solution {number}: {error:.1e}")

# %% [markdown]
# **5.** The network should be asked about pictures that can exist. Without clipping the values run
# away, for more contrast is the cheapest way to stronger responses, and clipping at the end would
# cut off just what was built.
