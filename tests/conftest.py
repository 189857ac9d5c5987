"""Strict mode: the shapes in the annotations of `jnst` are checked at each call in every test.

JNST_TESTS_STRICT=no leaves the checks out, which are a seventh of the tests' time.
"""

import gc
import inspect
import os
import signal
from pathlib import Path
from unittest import mock

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "agg")
# Tests run side by side, and threads of NumPy's that wait for a busy core take the others' time:
# with one thread each they need half of it. Programs that tests start inherit this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import hypothesis
import jax
import jaxtyping
import pytest

# Half of the tests' time is compilation. All test processes, and the programs that they start, keep
# what they compile in one folder, where the next session finds it too.
FOLDER = Path(__file__).resolve().parents[1] / ".pytest_cache" / "compiled"
KEPT = Path(os.environ.setdefault("JNST_TESTS_CACHE", str(FOLDER)))
os.environ["XDG_CACHE_HOME"] = str(KEPT)  # programs keep theirs in `jnst/xla` below it
COMPILATION = {
    "jax_compilation_cache_dir": str(KEPT / "jnst" / "xla"),
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}

# Tests make many objects that stay, and few cycles: to look for these as often as Python does by
# default was a twentieth of their time.
gc.set_threshold(50_000, 20, 50)

# Property tests: a few examples, always the same, in the fast set; with HYPOTHESIS_PROFILE=thorough
# `pytest -m hypothesis` tries many more.
for _name, _examples in {"fast": 20, "thorough": 100}.items():
    hypothesis.settings.register_profile(
        _name, max_examples=_examples, derandomize=True, deadline=None
    )
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

_jaxtyped = jaxtyping.jaxtyped


def _checked_where_it_pays(*, typechecker):
    """Check types once a call; shapes, and inner functions, only where the types have shapes.

    By itself jaxtyping checks arguments twice a call, to say more of an error, and decorates each
    function twice. An inner function is decorated anew whenever the outer one runs. An error that
    passes through a function with shapes has a note of theirs, which `match=` sees.
    """

    def decorate(thing):
        if isinstance(thing, type):
            return _jaxtyped(thing, typechecker=typechecker)
        has_shapes = "jaxtyping" in str(getattr(thing, "__annotations__", ""))
        if has_shapes and inspect.isgeneratorfunction(thing):
            # Of what a generator yields jaxtyping checks nothing from then on, in any function.
            return thing
        if has_shapes:
            return _jaxtyped(typechecker(thing), typechecker=None)
        inner = "<locals>" in getattr(thing, "__qualname__", "")
        return thing if inner else typechecker(thing)

    return decorate


jaxtyping.jaxtyped = _checked_where_it_pays  # where the import hook looks it up
if os.environ.get("JNST_TESTS_STRICT") != "no":
    jaxtyping.install_import_hook("jnst", "beartype.beartype")


def pytest_configure():
    """Compile tests without LLVM's optimizations, where most programs run once or twice.

    To compile takes half as long so, and a third of that without XLA's fusion emitters, with which
    programs run up to a twentieth faster. XLA_FLAGS in the environment take precedence.
    """
    flags = ["--xla_backend_optimization_level=0"]
    if jax.__version_info__ < (0, 11, 1):  # later ones know no such flag
        flags.append("--xla_cpu_use_fusion_emitters=false")
    os.environ.setdefault("XLA_FLAGS", " ".join(flags))


def pytest_collection_finish():
    """Look for no cycles among what was imported: it stays."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def in_float64():
    """Let JAX compute in float64, in which gradients are checked."""
    from gradcheck import float64  # after the hook: it imports JAX

    with float64():
        yield


@pytest.fixture(scope="module")
def tiny():
    """Let `vgg19` be a network of two blocks and a few channels; see `support/tiny.py`."""
    from tiny import installed

    with installed():
        yield


@pytest.fixture
def tiny_alone():
    """Do what `tiny` does for one test, in a module whose others need VGG19 itself."""
    from tiny import installed

    with installed():
        yield


@pytest.fixture(scope="module")
def pair():
    """Return a piece of the sample photograph, as an array, and the sample painting, opened."""
    import PIL.Image

    from jnst.pictures import samples  # after the hook

    with PIL.Image.open(samples.STYLE) as style:
        yield samples.content()[:200, :300], style


@pytest.fixture(scope="module")
def small_styles():
    """Let Ghiasi's predictor look at styles of 64 pixels, which takes a sixteenth of the time."""
    from jnst.feedforward.registry import NETWORKS  # after the hook

    with mock.patch.dict(NETWORKS, ghiasi=NETWORKS["ghiasi"]._replace(side=64)):
        yield


@pytest.fixture
def quick_preview(monkeypatch):
    """Let a preview be the negative of the photograph, which takes no time."""
    monkeypatch.setattr(
        "jnst.transfer.preview.instant", lambda content, guides, engine: 1 - content
    )


@pytest.fixture
def hearing():
    """Let signals come through, whatever started the tests: `nohup` and `&` let them be ignored."""
    ignored = [n for n in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(n) is signal.SIG_IGN]
    for number in ignored:
        own = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, own)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture
def working_folder(inputs, tmp_path, monkeypatch):
    """Work in a folder of the test's own, with links to all that is in the module's `inputs`."""
    for path in inputs.iterdir():
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def free(monkeypatch):
    """Return a function that pretends that so many bytes of memory are free."""
    from jnst.engines import memory  # after the hook

    return lambda count: monkeypatch.setattr(memory, "available", lambda: count)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    """Compile every test's programs alike, whatever the command line changed in the one before."""
    for name, value in COMPILATION.items():
        jax.config.update(name, value)


MAPPINGS = 20_000
"""Memory mappings of a process from which on its compiled programs are let go."""


@pytest.fixture(autouse=True, scope="module")
def _forget_compiled_programs():
    """Let go of what modules have compiled, when it is much.

    Linux allows a process only so many mappings: at 65 530 XLA aborts it.
    """
    yield
    maps = Path("/proc/self/maps")
    if not maps.exists() or maps.read_bytes().count(b"\n") > MAPPINGS:
        jax.clear_caches()
