# %% [markdown]
# # 11. Speed: what the compiler makes of the loss, and what an explicit backward pass saves
#
# One picture takes hundreds of evaluations of the same loss and its gradient. This lesson follows
# one evaluation from Python to the machine: what XLA makes of it, how many multiplications it needs
# and where they are, what makes programs compile again and again, and how much memory the way back
# takes. An explicit derivative of each layer needs far less of it than autodiff keeps.
#
# **Before you start.** You should know the layers of VGG19 (lesson 2), the derivative of the Gram
# loss (lesson 4), and the way back through convolution, rectifier and pooling (lesson 5).

# %%
import functools
import inspect
import re
import statistics
import time
from typing import Any

import jax
import jax.numpy as jnp
import lesson
import matplotlib.pyplot as plt
import numpy as np

from jnst import Settings
from jnst.backbones import bits, nn, pooling, vgg
from jnst.engines import build
from jnst.losses.objective import Constants, Goal, PictureGoal
from jnst.optimize import optimizers
from jnst.pictures import files, resizing, samples
from jnst.weights import store

options = lesson.options(
    "Speed", size=(128, 48), deepest=("relu5_1", "relu3_1"), rounds=(7, 1), loop=(5, 3)
)
rng = np.random.default_rng(0)
order = vgg.LAYERS["vgg19"]
order = order[: order.index(options.deepest) + 1]
style_layers = [name for name in order if re.fullmatch(r"relu\d_1", name)]
all_params = store.load("vgg19")
params = jax.device_put(
    {name: all_params[name] for name in ("input", *order) if name in all_params}
)
photograph = resizing.fit(files.read(samples.content()), options.size)
painting = resizing.fit(files.read(samples.STYLE), options.size)
_, height, width, _ = photograph.shape

# %% [markdown]
# ## From Python to a program
#
# `jax.jit` runs our function once with placeholders instead of arrays and writes down every
# operation. The list is called a *jaxpr*. Here is a small function and its list:


# %%
def small(x):
    return (jnp.tanh(2 * x + 1) ** 2).sum()


x_small = np.linspace(-1, 1, 1000, dtype=np.float32).reshape(1, 10, 10, 10)
print(jax.make_jaxpr(small)(x_small))

# %% [markdown]
# Done one by one, each of these operations would read 1000 numbers from memory and write 1000
# numbers back. The compiler, XLA, takes the list and *fuses* it: one loop reads each number once,
# does everything to it while it is at hand, and adds it to the sum. In the finished program we look
# at the entry, the part that is run from top to bottom. What begins with `fusion` is such a loop.


# %%
def entry_of(compiled: Any):
    """The operations of a compiled program that are run one after the other, without names."""
    _, _, entry = compiled.as_text().partition("\nENTRY ")
    body, _, _ = entry.partition("\n}")
    found = [re.search(r"=.*? ([a-z][\w-]*)\(", line) for line in body.splitlines()]
    return [match[1] for match in found if match and match[1] not in IDLE]


IDLE = {"parameter", "constant", "get-tuple-element", "tuple", "bitcast"}  # no work
small_program = jax.jit(small).lower(x_small).compile()
print(entry_of(small_program))

# %% [markdown]
# Five operations have become one loop. Now the real thing: a style loss and its gradient. We write
# the network once more, in plain JAX, so that nothing is hidden. The rectifier and the pooling are
# arguments, because we are going to exchange them.

# %%
WINDOW = (1, 2, 2, 1)


def plain_relu(x):
    return jnp.maximum(x, 0)


def plain_pool(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, WINDOW, WINDOW, "VALID")


def conv(x, k, b):
    numbers = ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(x, k, (1, 1), "SAME", dimension_numbers=numbers) + b


def network(params, x, relu=plain_relu, pool=plain_pool):
    """The maps of the style layers of a picture."""
    x, maps = x[..., ::-1] * 255 - params["input"]["mean"], {}
    for name in order:
        if name.startswith("conv"):
            x = conv(x, params[name]["kernel"], params[name]["bias"])
        else:
            x = relu(x) if name.startswith("relu") else pool(x)
        if name in style_layers:
            maps[name] = x
    return maps


def gram_matrix(F):
    F = F.reshape(-1, F.shape[-1])  # (M, N)
    return F.T @ F / len(F)


def style_loss(x, params, A, network=network):
    maps = network(params, x)
    return sum(((gram_matrix(maps[n]) - A[n]) ** 2).sum() / (A[n] ** 2).sum() for n in style_layers)


A = {name: gram_matrix(F) for name, F in jax.jit(network)(params, painting).items()}
value_and_gradient = jax.value_and_grad(style_loss)
lowered = jax.jit(value_and_gradient).lower(photograph, params, A)
program = lowered.compile()
written = len(re.findall(r"^ *%\S+ = stablehlo", lowered.as_text(), re.MULTILINE))
executed = entry_of(program)
kinds = {kind: executed.count(kind) for kind in sorted(set(executed))}
convolutions = len(re.findall(r" convolution\(", str(program.as_text())))
print(f"operations written down: {written}; steps executed: {len(executed)}, {kinds}")
print(f"convolutions in the program, in loops or by themselves: {convolutions}")

# %% [markdown]
# **Notice:** of everything that we wrote down, well under half is left as a step of its own.
# Bias, rectifier, pooling and the sums of the losses have been merged into loops; bits of shape, as
# the matrix form of a map, cost nothing at all. What cannot be merged away are the convolutions:
# one forward and one back for each layer.
#
# ## Counting multiplications
#
# How much work is it? Lesson 2 counted the forward pass: a convolution from $c$ to $d$ channels on
# a map of $M$ positions takes $9 \, c \, d \, M$ multiplications. The way back through it is a
# convolution with the turned kernel (lesson 5), from $d$ to $c$ channels: the same number again.
# Whoever *trains* a network needs the derivative by the kernel as well, which is the same number a
# third time. We do not: our weights stay as they are.
#
# Each Gram matrix takes $M N^2$. Its derivative is $F (D + D^\top)$ with $D = \partial E /
# \partial G$ (lesson 4). By hand we know that $D$ is symmetric, and $2 F D$ takes $M N^2$. Autodiff
# does not know it. It sees $F$ twice in $F^\top F$ and computes $F D$ and $F D^\top$, one after the
# other: $2 M N^2$. So, with a multiplication and an addition for each product,
#
# $$ \text{operations} \approx 2 \left( 2 \sum_{\text{conv}} 9 \, c \, d \, M
#    + 3 \sum_{\text{style}} M N^2 \right) . $$

# %%
products, style_products, h, w = {}, {}, height, width
for name in order:
    if name.startswith("conv"):
        c, d = params[name]["kernel"].shape[2:]
        products[name] = 9 * c * d * h * w
    elif name.startswith("pool"):
        h, w = h // 2, w // 2
    if name in style_layers:
        style_products[name] = h * w * d**2
by_formula = 2 * (2 * sum(products.values()) + 3 * sum(style_products.values()))
by_compiler = lowered.cost_analysis()["flops"]  # pyright: ignore[reportOptionalSubscript]
flops_ratio = by_compiler / by_formula
style_share = 3 * sum(style_products.values()) / (by_formula / 2)
print(f"by the formula {by_formula:,}; by the compiler {by_compiler:,.0f}, {flops_ratio:.3f} of it")
print(f"share of the Gram matrices: {style_share:.1%}")

# %% [markdown]
# A few per cent are missing, the products with the zeros of the frame (lesson 2, exercise 4). And
# the claim about autodiff? We count the matrix products in its list, for one layer, and compare
# with the derivative by hand, taught to JAX by `jax.custom_vjp`:


# %%
def gram_loss(F, A):
    return ((F.T @ F - A) ** 2).sum()


@jax.custom_vjp
def gram_loss_by_hand(F, A):
    return gram_loss(F, A)


def forward(F, A):
    D = F.T @ F - A
    return (D**2).sum(), (F, D)


def backward(kept, dE):
    F, D = kept
    return dE * 4 * F @ D, None


gram_loss_by_hand.defvjp(forward, backward)
F_small, A_small = rng.normal(size=(60, 8)), np.eye(8)


def matrix_products(loss):
    return str(jax.make_jaxpr(jax.grad(loss))(F_small, A_small)).count("dot_general")


gram_products = {
    "autodiff": matrix_products(gram_loss),
    "by hand": matrix_products(gram_loss_by_hand),
}
with jax.enable_x64(True):
    slopes = [
        np.asarray(jax.jit(jax.grad(f))(F_small, A_small)) for f in (gram_loss, gram_loss_by_hand)
    ]
gram_error = np.abs(slopes[0] - slopes[1]).max() / np.abs(slopes[0]).max()
print(f"matrix products: {gram_products}; both gradients differ by {gram_error:.0e}")

# %% [markdown]
# ## Where the time goes
#
# Multiplications are not seconds. To measure seconds on a machine that does other things as well,
# take the candidates *in turn*, several times, and compare medians. Never time one after the other:
# a slow minute would fall on one of them. And the first call compiles, so it does not count.


# %%
def race(candidates, rounds=options.rounds):
    """Median seconds of each candidate, a function without arguments; they take turns."""
    seconds = {name: [] for name in candidates}
    for run in candidates.values():
        jax.block_until_ready(run())
    for _ in range(rounds):
        for name, run in candidates.items():
            begin = time.perf_counter()
            jax.block_until_ready(run())
            seconds[name].append(time.perf_counter() - begin)
    return {name: statistics.median(times) for name, times in seconds.items()}


jitted = {"conv": jax.jit(conv), "relu": jax.jit(plain_relu), "pool": jax.jit(plain_pool)}
single_layers, x = {}, photograph[..., ::-1] * 255 - params["input"]["mean"]
for name in order:  # each layer with what it reads
    weights = (params[name]["kernel"], params[name]["bias"]) if name[:4] == "conv" else ()
    single_layers[name] = functools.partial(jitted[name[:4]], x, *weights)
    x = single_layers[name]()
by_layer = race(single_layers)
whole, most = sum(by_layer.values()), sum(products.values())
print(f"{'':10}{'of the time':>12}{'of the products':>17}")
for name in products:
    print(f"{name:10}{by_layer[name] / whole:12.1%}{products[name] / most:17.1%}")
others = {kind: sum(t for n, t in by_layer.items() if n[:4] == kind) for kind in ("relu", "pool")}
print("all rectifiers, each by itself: {relu:.1%}; all pooling: {pool:.1%}".format(
    **{kind: t / whole for kind, t in others.items()}))  # fmt: skip

# %% tags=["thumbnail"]
figure, ax = plt.subplots(figsize=(9, 4), layout="constrained")
places = np.arange(len(products))
ax.bar(places - 0.2, [100 * by_layer[n] / whole for n in products], 0.4, label="of the time, here")
ax.bar(places + 0.2, [100 * p / most for p in products.values()], 0.4, label="of the products")
ax.set_xticks(places, list(products), rotation=60)
ax.set(ylabel="per cent", title="forward, layer by layer")
ax.margins(y=0.2)
ax.legend(ncols=2)
ax.grid(axis="y", alpha=0.3)
lesson.show("11-layers", "Each convolution's share of the time and of the multiplications.")

# %% [markdown]
# **Notice:** roughly, time follows the multiplications. How closely depends on the machine, and on
# how busy it is. The count leaves some things out. Weights have to be fetched from memory, and the
# deep layers have millions of them for few positions. Three channels going in, as in the first
# layer, are too few to keep a processor busy. And a compiler may know a faster way for some shapes.
# Rectifiers and pooling have no products at all, and still take their time, because each reads and
# writes a whole map. In the finished program they are merged into what stands before or after them.
#
# And the whole evaluation? We add one part at a time: the network forward; forward and back, with a
# loss that costs nothing (the sum of the deepest map); with the Gram loss; with the default's
# Wasserstein loss (lesson 9); and the step of L-BFGS by itself.


# %%
def cheap_loss(x, params):
    return network(params, x)[options.deepest].sum()


def settings_for(style_loss):
    return Settings(
        style_loss=style_loss, style_layers=tuple(style_layers), content_layers=(), padding="zeros"
    )


def problem(engine_name, style_loss, dtype: Any = np.float32, **engine):
    """An engine's objective of the photograph: a function, and its arguments."""
    chosen = settings_for(style_loss).resolved.objective
    made = build.in_tiles(chosen, **engine) if engine else build.engine(engine_name, chosen)
    of_type = jax.tree.map(lambda a: np.asarray(a, dtype), params)
    targets = made.targets("style", of_type, painting.astype(dtype), dict.fromkeys(style_layers))
    goals = {"style": {name: [Goal(target, 0.2)] for name, target in targets.items()}}
    constants = Constants(of_type, goals, {"tv": PictureGoal(0.25)})
    return made, constants, photograph.astype(dtype)


wasserstein, wasserstein_constants, _ = problem("jax", "wasserstein")
wasserstein_constants = jax.device_put(wasserstein_constants)
on_device = jnp.asarray(photograph)
forward_only, back_and_forth = jax.jit(network), jax.jit(jax.grad(cheap_loss))
default = jax.jit(wasserstein.evaluate)
lbfgs = optimizers.lbfgs(1.0)
move, memory = jax.jit(lbfgs.update), lbfgs.init(on_device)
parts = race(
    {
        "network forward": lambda: forward_only(params, on_device),
        "forward and back": lambda: back_and_forth(on_device, params),
        "with the Gram loss": lambda: program(on_device, params, A),
        "with the Wasserstein loss": lambda: default(wasserstein_constants, on_device),
        "a step of L-BFGS": lambda: move(on_device, memory, on_device),
    }
)
for name, seconds in parts.items():
    print(f"{name:28}{seconds / parts['network forward']:6.2f} times the network forward")

# %% [markdown]
# **Notice:** by the multiplications, forward and back should take twice as long as forward. It is
# between two and three times, for the way back also has the kept maps to read. The Gram matrices
# add little. Wasserstein's distance adds eleven steps of four products for each layer, of matrices
# of N by N, or of M by N where there are few positions (lesson 9). The former cost the same for a
# small picture as for a large one. The optimizer is cheap. So to make style transfer faster, make
# the convolutions faster, or do fewer of them, which is what lesson 10 is about.
#
# ## What a constant costs
#
# The weights of the network never change. It is tempting to let the function see them from outside,
# as constants:
#
# ```python
# @jax.jit
# def loss(x):
#     return style_loss(x, params, A)  # params from outside
# ```
#
# But then they become part of the *program*. We compare the two for the first convolutions: how
# long the program's text is, and how long compiling takes.

# %%
few = {name: params[name] for name in order if name.startswith(("conv1", "conv2"))}


def first_layers(x, few):
    x = x[..., ::-1] * 255
    for layer in few.values():
        x = plain_relu(conv(x, layer["kernel"], layer["bias"]))
    return (x**2).mean()


texts, compiling = {}, {"constants": [], "arguments": []}
for turn in range(options.rounds):
    for name in compiling:
        # A new function each time, so that nothing is found compiled.
        if name == "constants":
            made = jax.jit(lambda x, turn=turn: first_layers(x + turn, few)).lower(photograph)
        else:
            made = jax.jit(lambda x, few, turn=turn: first_layers(x + turn, few))
            made = made.lower(photograph, few)
        texts[name] = len(made.as_text())
        begin = time.perf_counter()
        made.compile()
        compiling[name].append(time.perf_counter() - begin)
weight_bytes = sum(array.nbytes for array in jax.tree.leaves(few))
characters = (texts["constants"] - texts["arguments"]) / weight_bytes
print(f"bytes of weights: {weight_bytes:,}; characters of the program: {texts}")
print(f"{characters:.2f} characters for each byte")
slower = statistics.median(compiling["constants"]) / statistics.median(compiling["arguments"])
print(f"compiling with constants takes {slower:.2f} times as long as with arguments")
print(f"all weights down to {options.deepest} would make"
      f" {2 * sum(a.nbytes for a in jax.tree.leaves(params)):,} characters")  # fmt: skip

# %% [markdown]
# Every byte of weights is written out, in two hexadecimal digits. The compiler has to read them,
# keeps a copy, and may even start to compute with them. And if the weights are exchanged, it begins
# anew. So in this project **weights travel as arguments**, and so does all else that may change
# from run to run: targets, the weights of the terms, the picture.
#
# ## Shapes compile, values do not
#
# A program is made for the *shapes* of its arguments. We count how often Python code is run: only
# when JAX writes down a new list.

# %%
traces = []


@jax.jit
def counted(x, weight):
    traces.append(x.shape)  # runs only while JAX traces
    return weight * (x**2).mean()


calls = [
    ((8, 8), 1.0),
    ((8, 8), 2.0),
    ((8, 8), 0.5),
    ((16, 16), 1.0),
    ((16, 16), 3.0),
    ((8, 8), 9.0),
]
for shape, weight in calls:
    counted(np.ones(shape, np.float32), weight)
print(f"{len(calls)} calls, {len(traces)} programs: {traces}")

# %% [markdown]
# Three numbers for the weight, one program; two shapes, two programs. A run from coarse to fine has
# five sizes and compiles five times. A hundred photographs of a hundred shapes would compile
# hundreds of times, and this is why a batch paints on a few common canvases (`--canvas`).
#
# ## The loop: on the host, or inside the program?
#
# Each call from Python costs a little. JAX can take the whole loop into the program, by
# `jax.lax.scan`. On a GPU that is the thing to do, for there a step may take less time than Python
# needs to ask for the next. On the CPU we measure it, with a few steps of gradient descent:


# %%
def one_step(x, params, A):
    _, g = value_and_gradient(x, params, A)
    return jnp.clip(x - 0.02 * g / jnp.sqrt((g**2).mean()), 0, 1)


single = jax.jit(one_step)


@jax.jit
def scanned(x, params, A):
    return jax.lax.scan(lambda x, _: (one_step(x, params, A), None), x, length=options.loop)[0]


def hosted(x, params, A):
    for _ in range(options.loop):
        x = single(x, params, A)
    return x


loops = race(
    {
        "host": lambda: hosted(on_device, params, A),
        "scan": lambda: scanned(on_device, params, A),
    }
)
same_end = float(jnp.abs(hosted(on_device, params, A) - scanned(on_device, params, A)).max())
print(f"{options.loop} steps on {jax.default_backend()}: in lax.scan "
      f"{loops['scan'] / loops['host']:.2f} times as long as driven from the host; "
      f"the pictures differ by {same_end:.0e}")  # fmt: skip

# %% [markdown]
# Above 1 the host is the faster one; the pictures differ by rounding, which grows from step to
# step. (When this was written, on two cores, it was the host, by far: XLA's CPU backend runs
# convolutions in the body of a loop on a single thread.) So the library's loop asks the CPU for one
# step at a time, and a GPU for ten in one program (`jnst/optimize/step.py`).
#
# ## What autodiff keeps
#
# Now to memory. On the way back each step needs something from the way forward. Autodiff decides
# step by step what to keep. `jax.vjp` shows it: the function that it returns holds the arrays. We
# look at each kind of layer by itself, and do not count the weights, which are there anyway.


# %%
def kept_bytes(f, x):
    """Bytes that the way back through f keeps, for one picture x; nothing is computed for it."""
    pull_back = jax.eval_shape(lambda x: jax.vjp(f, x)[1], x)
    return sum(array.size * array.dtype.itemsize for array in jax.tree.leaves(pull_back))


# %% [markdown]
# What is *needed*? Lessons 4 and 5 have all the derivatives:
#
# | step | derivative | needs of the way forward |
# | --- | --- | --- |
# | convolution | $C^\top \texttt{dy}$ | nothing: it is linear |
# | rectifier | $\texttt{dy} \cdot [y > 0]$ | one bit a value |
# | average pooling | $\texttt{dy} / 4$ to all four | nothing but the shape |
# | maximum pooling | `dy` to the largest | two bits a window: which of the four |
# | Gram matrix | $2 F D$ | $F$ |
#
# So we write the rectifier and the pooling once more, each with its own backward pass
# (`jax.custom_vjp`), and keep just that. Flags first, one byte for each:


# %%
@jax.custom_vjp
def flag_relu(x):
    return jnp.maximum(x, 0)


flag_relu.defvjp(lambda x: (jnp.maximum(x, 0), x > 0), lambda flags, dy: (dy * flags,))


def corners(x):
    """The four pixels of each window: (4, 1, h/2, w/2, N)."""
    x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
    return jnp.stack([x[:, i::2, j::2] for i in range(2) for j in range(2)])


@jax.custom_vjp
def flag_pool(x):
    return corners(x).max(axis=0)


def flag_pool_forward(x):
    four = corners(x)
    return four.max(axis=0), (four.argmax(axis=0).astype(jnp.uint8), jnp.empty((*x.shape[1:3], 0)))


def flag_pool_backward(kept, dy):
    index, like = kept
    h, w = like.shape[:2]
    dx = jnp.zeros((1, h, w, dy.shape[-1]), dy.dtype)
    for number, (i, j) in enumerate(np.ndindex(2, 2)):
        dx = dx.at[:, i : h // 2 * 2 : 2, j : w // 2 * 2 : 2].set(dy * (index == number))
    return (dx,)


flag_pool.defvjp(flag_pool_forward, flag_pool_backward)

# %% [markdown]
# The library goes one step further and packs eight flags into a byte:

# %%
print(inspect.getsource(bits.pack))
print(inspect.getsource(nn._relu_forward))

# %%
example = np.asarray(rng.normal(size=(1, 32, 32, 64)), np.float32)
k, b = all_params["conv1_2"]["kernel"], all_params["conv1_2"]["bias"]
one_map = example.nbytes
tried = {
    "convolution": kept_bytes(lambda x: conv(x, k, b), example) - k.nbytes,
    "rectifier, autodiff": kept_bytes(plain_relu, example),
    "rectifier, flags": kept_bytes(flag_relu, example),
    "rectifier, library": kept_bytes(nn.relu, example),
    "average pooling, library": kept_bytes(pooling.avg_pool, example),
    "maximum pooling, autodiff": kept_bytes(plain_pool, example),
    "maximum pooling, flags": kept_bytes(flag_pool, example),
    "maximum pooling, library": kept_bytes(pooling.max_pool, example),
}
for name, found in tried.items():
    print(f"{name:28}{found:8} bytes = {found / one_map:.5f} of the map")

# %% [markdown]
# **Notice:** a rectifier under autodiff keeps the whole map, 32 bits for each value; of these the
# way back uses one. The library's pooling keeps two bits for each *window* of four values: a 64th
# of the map.
#
# ## The whole network
#
# We add up. For autodiff: the input of each rectifier and the input of each pooling. By hand: a bit
# for each value of a rectifier, two bits for each window. Both keep the maps that the loss reads.
# All in bytes, from the shapes alone:


# %%
def keeps(height, width):
    """Bytes by layer: (autodiff, flags, bits)."""
    table, h, w, d = {}, height, width, 3
    for name in order:
        if name.startswith("conv"):
            d = params[name]["kernel"].shape[3]
            table[name] = 0, 0, 0
        elif name.startswith("relu"):
            table[name] = 4 * h * w * d, h * w * d, -(-h // 8) * w * d
        else:
            windows = (h // 2) * (w // 2) * d
            packed = 2 * -(-(h // 2) // 8) * (w // 2) * d
            table[name] = 4 * h * w * d, windows, packed
            h, w = h // 2, w // 2
    return table


def residuals(**layers):
    """Bytes that the way back through the network keeps, without weights."""
    weights = sum(params[name]["kernel"].nbytes for name in products)
    return kept_bytes(lambda x: network(params, x, **layers)[options.deepest], photograph) - weights


table = keeps(height, width)
by_hand_bytes = np.sum(list(table.values()), axis=0)
variants = {
    "autodiff": {},
    "flags": {"relu": flag_relu, "pool": flag_pool},
    "bits (library)": {"relu": nn.relu, "pool": pooling.max_pool},
}
measured = {name: residuals(**layers) for name, layers in variants.items()}
print(f"{'':16}{'by formula':>14}{'measured':>14}   bytes")
for (name, found), formula in zip(measured.items(), by_hand_bytes, strict=True):
    print(f"{name:16}{formula:14,}{found:14,}")

# %%
figure, ax = plt.subplots(figsize=(9, 4), layout="constrained")
reading = [name for name in order if not name.startswith("conv")]
places = np.arange(len(reading))
for column, (name, colour) in enumerate(zip(variants, ("C3", "C1", "C2"), strict=True)):
    kilobytes = [table[layer][column] / 1000 for layer in reading]
    ax.bar(places + 0.27 * (column - 1), kilobytes, 0.27, color=colour, label=name)
ax.set_xticks(places, reading, rotation=60)
ax.set(yscale="log", ylabel="kilobytes", title="kept for the way back, layer by layer")
ax.legend()
ax.grid(axis="y", alpha=0.3)
lesson.show(
    "11-kept",
    "What each rectifier and each pooling keeps for the way back: the whole map by autodiff, a "
    "quarter or a sixteenth with flags, about a thirty-second or less with bits (whose rows are "
    "packed by eight).",
)

# %% [markdown]
# ## What the compiler makes of it
#
# That is what the derivatives ask for. The memory that a run really takes is decided by XLA, which
# sees the whole program: it frees an array after its last use, and may compute a cheap one twice
# instead of keeping it. It tells how much it will take beside arguments and results, without a
# single step (`memory_analysis`). We ask for the loss alone, and for the loss with its gradient.
#
# There is a fourth way, which needs no derivative by hand: `jax.checkpoint` keeps nothing inside a
# part of the program, and computes the part once more on the way back. It pays with time: the
# network runs forward twice.


# %%
def in_blocks(params, x):
    """The network with `jax.checkpoint` around each block of convolutions."""
    x, maps = x[..., ::-1] * 255 - params["input"]["mean"], {}

    def block(x, names):
        found = {}
        for name in names:
            if name.startswith("conv"):
                x = conv(x, params[name]["kernel"], params[name]["bias"])
            else:
                x = plain_relu(x) if name.startswith("relu") else plain_pool(x)
            if name in style_layers:
                found[name] = x
        return x, found

    for number in range(1, int(options.deepest[4]) + 1):
        names = tuple(name for name in order if name[4] == str(number))
        x, found = jax.checkpoint(block, static_argnums=1)(x, names)
        maps |= found
    return maps


networks = {name: functools.partial(network, **layers) for name, layers in variants.items()} | {
    "checkpoint": in_blocks
}
temporary, work = {}, {}


def temporary_bytes(compiled: Any):
    return compiled.memory_analysis().temp_size_in_bytes


alone = jax.jit(style_loss).lower(photograph, params, A)
temporary["the loss alone"] = temporary_bytes(alone.compile())
work["the loss alone"] = alone.cost_analysis()["flops"]  # pyright: ignore
gradients = {}
for name, net in networks.items():
    whole_program = jax.jit(jax.value_and_grad(functools.partial(style_loss, network=net)))
    asked = whole_program.lower(photograph, params, A)
    made = asked.compile()
    temporary[name] = temporary_bytes(made)
    work[name] = asked.cost_analysis()["flops"]  # pyright: ignore
    gradients[name] = np.asarray(made(photograph, params, A)[1])
print(f"{'':18}{'temporary bytes':>18}{'operations, of the loss alone':>32}")
for name, size in temporary.items():
    print(f"{name:18}{size:18,}{work[name] / work['the loss alone']:32.2f}")
spread = {
    name: np.abs(g - gradients["autodiff"]).max() / np.abs(gradients["autodiff"]).max()
    for name, g in gradients.items()
}
print("gradients against autodiff:", {name: f"{error:.0e}" for name, error in spread.items()})

# %% [markdown]
# Some of these bytes do not depend on the picture. To see how the need *grows*, we ask about a
# picture of twice the side, without computing anything, and divide by the pixels that it has more:

# %%
larger = jax.ShapeDtypeStruct((1, 2 * height, 2 * width, 3), np.float32)
per_pixel = {}
for name, net in networks.items():
    whole_program = jax.jit(jax.value_and_grad(functools.partial(style_loss, network=net)))
    size = temporary_bytes(whole_program.lower(larger, params, A).compile())
    per_pixel[name] = (size - temporary[name]) / (3 * height * width)
    print(f"{name:18}{per_pixel[name]:10,.0f} bytes for each pixel")

# %% [markdown]
# **Notice:** the gradient takes about twice the operations of the loss alone, and with
# `jax.checkpoint` three times, as it should: forward, forward again, back. The bits cost no
# operations to speak of, the gradients agree, and with each pixel autodiff's need grows several
# times as fast. That is less than the table of kept bytes promised: a map, its neighbour and their
# derivatives are needed while a layer is at work, however little is kept, and the maps that the
# loss reads are kept in full. Checkpoints around whole blocks gain nothing here: the largest maps
# are all in the first block, and that is computed anew in one piece. What is asked for is one
# thing, what is taken another: **measure**.
#
# ## The engines of the library
#
# `jnst` computes the same objective in three ways (`jnst/engines/build.py`):
#
# - `jax`: the program above, with bits for rectifiers and pooling;
# - `byhand`: NumPy, and every derivative written out (`--engine byhand`), as in lesson 5;
# - in tiles (`--tile`): the `jax` engine on one window of the picture after the other, for pictures
#   larger than the memory. The style statistics are sums over positions, so they can be added up
#   window by window, and the result is the same but for rounding. Every window is seen twice
#   forward and once back, and its margins are computed besides.
#
# Do they agree? In float64, where rounding cannot hide a mistake:

# %%
engine_errors, totals = {}, {}
for loss_name in ("gram", "wasserstein"):
    with jax.enable_x64(True):
        made, constants, x64 = problem("jax", loss_name, np.float64)
        by_autodiff = jax.jit(made.evaluate)(constants, x64)
        expected = np.asarray(by_autodiff.gradient)
    made, constants, x64 = problem("byhand", loss_name, np.float64)
    by_numpy = made.evaluate(constants, x64)
    totals[loss_name] = float(by_autodiff.total), float(by_numpy.total)
    error = np.abs(by_numpy.gradient - expected).max() / np.abs(expected).max()
    engine_errors[loss_name] = error
    print(f"{loss_name:12}total {totals[loss_name][0]:.12f} and {totals[loss_name][1]:.12f}; "
          f"gradient by hand against autodiff {error:.1e} of the largest entry")  # fmt: skip

# %% [markdown]
# With Gram matrices to the last digits. By hand, Wasserstein's distance contains square roots of
# eigenvalues, and where a layer has fewer positions than channels many of these are zero but for
# rounding. The root is infinitely steep there, so a few digits of its derivative are lost.
#
# And their speed, in float32, in turn:

# %%
numpy_engine, numpy_constants, x32 = problem("byhand", "wasserstein")
speeds = race(
    {
        "jax": lambda: default(wasserstein_constants, on_device),
        "byhand": lambda: numpy_engine.evaluate(numpy_constants, x32),
    }
)
print(f"byhand takes {speeds['byhand'] / speeds['jax']:.1f} times as long as jax")

# %% [markdown]
# (A fair race needs a quiet machine: NumPy's threads wait for each other. And the larger the
# picture, the further JAX is ahead.)
#
# ## Exercises
#
# 1. How many operations (two for each product) does a picture of the default take, 512 by 384
#    pixels, with its evaluations at five sizes (lesson 10)? Count as if its style loss were that of
#    Gram matrices.
# 2. Write the leaky rectifier, $y = x$ for $x > 0$ and $y = x / 10$ otherwise, with a backward pass
#    of its own. How many bits a value does it need?
# 3. What happens if the weight in `counted` is a *static* argument
#    (`static_argnames="weight"`)? Count the programs.
# 4. A chain of $n$ layers, all maps equally large, is cut into parts of $g$ layers, each under
#    `jax.checkpoint`. How many maps are kept at most, and which $g$ is best?
# 5. Why does the way back through a Gram matrix need the whole map $F$, while the way back through
#    a convolution, which reads $F$ as well, needs nothing?
#
# ## Solutions
#
# **1.** The formula from above for each size, times the evaluations:

# %%
sizes, counts = (91, 128, 181, 256, 362, 512), Settings().steps


def operations(long_side):
    """Of one evaluation of a 4:3 picture, down to relu5_1."""
    h, w, total, d = round(long_side * 3 / 4), long_side, 0, 3
    for name in vgg.LAYERS["vgg19"][: vgg.LAYERS["vgg19"].index("relu5_1") + 1]:
        if name.startswith("conv"):
            c, d = all_params[name]["kernel"].shape[2:]
            total += 2 * 2 * 9 * c * d * h * w
        elif name.startswith("pool"):
            h, w = h // 2, w // 2
        elif name.endswith("_1"):
            total += 2 * 3 * h * w * d**2
    return total


whole_run = sum(n * operations(size) for n, size in zip(counts, sizes, strict=True))
print(f"{whole_run:.2e} operations; one evaluation at 512 pixels {operations(512):.2e}")

# %% [markdown]
# **2.** One, as the plain rectifier: the derivative has two values.


# %%
@jax.custom_vjp
def leaky(x):
    return jnp.where(x > 0, x, x / 10)


leaky.defvjp(
    lambda x: (leaky(x), bits.pack(x > 0)),
    lambda packed, dy: (jnp.where(bits.unpack(packed, dy.shape[1]), dy, dy / 10),),
)
_, pull_back = jax.vjp(lambda x: jnp.where(x > 0, x, x / 10), example)
expected = pull_back(example)[0]
_, pull_back = jax.vjp(leaky, example)
leaky_error = float(jnp.abs(pull_back(example)[0] - expected).max())
leaky_bits = 8 * kept_bytes(leaky, example) / example.size
print(f"bits a value: {leaky_bits:g}; difference to autodiff: {leaky_error:g}")

# %% [markdown]
# **3.** The value is now part of the program, as a constant: each new weight compiles again.

# %%
static_traces = []


def counting(x, weight):
    static_traces.append((x.shape, weight))
    return weight * (x**2).mean()


static = jax.jit(counting, static_argnames="weight")
for shape, weight in calls:
    static(np.ones(shape, np.float32), weight=weight)
print(f"{len(calls)} calls, {len(static_traces)} programs")

# %% [markdown]
# **4.** Between the parts $n / g$ maps are kept, and within the part that is on its way back $g$:
# $n / g + g$, smallest for $g = \sqrt n$, where it is $2 \sqrt n$. The price stays one more forward
# pass.

# %%
n = 100
held = {g: n / g + g for g in range(1, n + 1)}
best_part = min(held, key=lambda g: held[g])
print(f"n = {n}: best parts of {best_part} layers, {held[best_part]:.0f} maps instead of {n}")

# %% [markdown]
# **5.** The convolution is linear in $F$, so its derivative is a constant matrix. The Gram matrix
# is of the second degree in $F$, so its derivative contains $F$ once.
