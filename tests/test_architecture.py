"""The arrows between modules, and the manners of every public name, read from the source."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What each part may import from this package: only parts further up, and of those only these.
ALLOWED = {
    "arrays": "",
    "xla": "",
    "version": "",
    "samples": "",
    "byhand": "",
    "disk": "arrays",
    "files": "arrays disk",
    "image": "arrays",
    "canvas": "arrays image",
    "colour": "arrays image",
    "bits": "arrays",
    "hdf5": "",
    "nn": "arrays bits",
    "torchpickle": "",
    "torchfile": "arrays torchpickle",
    "pooling": "arrays bits nn",
    "backbones": "arrays disk hdf5 nn pooling",
    "losses": "arrays",
    "optim": "arrays",
    "safetensors": "arrays",
    "network": "arrays backbones",
    "sources": "arrays disk hdf5 torchfile safetensors backbones",
    "convert": "arrays disk backbones sources",
    "normalize": "arrays files image backbones",
    "published": "",
    "fetch": "arrays disk published",
    "objective": "arrays backbones losses",
    "windows": "arrays nn",
    "tiling": "xla arrays nn objective windows",
    "sharding": "arrays objective",
    "terms": "arrays byhand losses",
    "step": "xla arrays",
    "loop": "arrays step",
    "scipy_loop": "xla arrays step loop optim",
    "engines": "xla arrays byhand backbones losses step optim objective sharding terms tiling",
    "pyramid": "image",
    "initial": "arrays image",
    "regions": "arrays files image",
    "settings": "backbones optim terms",
    "checks": "arrays nn pooling backbones network losses optim terms engines initial colour "
    "settings",
    "record": "arrays checks settings",
    "batch": "arrays disk files record settings",
    "presets": "arrays settings",
    "plot": "arrays",
    "terminal": "arrays loop",
    "notebook": "arrays image loop terminal",
    "memory": "arrays xla backbones network objective engines settings",
    "pictures": "arrays files image canvas colour regions settings",
    "stages": "network image memory pyramid backbones pictures settings",
    "problem": "arrays image network step optim objective engines initial pictures regions "
    "settings stages terms",
    "evaluate": "xla arrays image colour objective pictures problem checks settings stages",
    "transfer": "arrays files loop notebook scipy_loop optim pyramid pictures problem checks "
    "settings stages",
    "checkpoint": "arrays disk pictures transfer",
    "sheet": "arrays",
    "animation": "arrays disk files image",
    "dreams": "xla arrays image memory backbones loop network",
    "sweep": "arrays checks loop pictures presets record settings transfer",
    "reconstruct": "backbones checks record settings sweep",
    "commands": "arrays version samples batch disk files backbones convert published fetch checks "
    "evaluate loop pictures presets plot problem reconstruct record settings sheet stages transfer "
    "sweep terminal dreams animation network checkpoint",
    "web": "arrays version samples disk files image backbones settings record presets terminal "
    "loop pictures problem transfer checkpoint commands",
    "cli": "arrays version commands web",
    "__init__": "arrays version files settings transfer",
    "__main__": "cli",
}
# Defaults that may be given by position: what a reader would call the function with.
POSITIONAL_DEFAULTS = {
    "jnst.backbones.layers.conv",
    "jnst.backbones.weights.load",
    "jnst.byhand.backbones.graph.backward",
    "jnst.byhand.backbones.graph.features",
    "jnst.__main__.main",
    "jnst.cli.main",
    "jnst.convert.convert",
    "jnst.convert.main",
}


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


TREES = {
    name_of(path): ast.parse(path.read_text("utf-8"))
    for path in sorted((ROOT / "jnst").rglob("*.py"))
}
MODULES = pytest.mark.parametrize("module", TREES)


def imports(module):
    """List what a module imports anywhere in it, submodules by their full name."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import in line {node.lineno}"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in TREES else node.module


def own(module):
    return [name for name in imports(module) if name.split(".")[0] == "jnst"]


def part(module):
    return module.split(".")[1] if "." in module else "__init__"


def public(body, prefix):
    """List (full name, node) of public functions, classes and methods."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield f"{prefix}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{prefix}.{node.name}")


def test_the_table_names_every_part_and_points_upwards_only():
    assert {part(module) for module in TREES} == set(ALLOWED)
    above = set()
    for name, allowed in ALLOWED.items():
        assert set(allowed.split()) <= above, name
        above.add(name)


@MODULES
def test_imports_only_what_the_table_allows(module):
    allowed = {part(module), *ALLOWED[part(module)].split()}
    for name in own(module):
        assert name != "jnst", f"{module} imports the package's own __init__"
        assert part(name) in allowed, f"{module} imports {name}"


def test_backbones_losses_and_optimisers_do_not_know_each_other():
    parts = {"backbones", "losses", "optim"}
    for module in TREES:
        if part(module) in parts:
            assert not {part(name) for name in own(module)} & parts - {part(module)}


def test_no_cycles():
    def visit(module, path):
        assert module not in path, " -> ".join((*path, module))
        if module not in done:
            for name in own(module):
                # A package's own __init__ gathers its modules; to them it is no import.
                if name != module:
                    visit(name, (*path, module))
            done.add(module)

    done = set()
    for module in TREES:
        visit(module, ())


@pytest.mark.parametrize("module", [module for module in TREES if part(module) == "byhand"])
def test_byhand_imports_numpy_and_itself_alone(module):
    for name in imports(module):
        top = name.split(".")[0]
        assert top in sys.stdlib_module_names or top == "numpy" or name.startswith("jnst.byhand.")


def test_no_module_is_named_after_one_of_the_standard_library():
    assert not {module.split(".")[-1] for module in TREES} & sys.stdlib_module_names


@MODULES
def test_everything_public_has_a_docstring(module):
    assert ast.get_docstring(TREES[module]), f"{module} has no docstring"
    for name, node in public(TREES[module].body, module):
        assert ast.get_docstring(node), f"{name} has no docstring"


@MODULES
def test_arguments_with_defaults_are_keyword_only(module):
    for name, node in public(TREES[module].body, module):
        if isinstance(node, ast.FunctionDef) and name not in POSITIONAL_DEFAULTS:
            optional = [arg.arg for arg in node.args.args[-len(node.args.defaults) or 99 :]]
            # A statistic takes the region as it takes the features: statistic(F, T).
            assert set(optional) <= {"region"}, f"{name} has a positional argument with a default"
