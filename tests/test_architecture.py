"""The arrows between modules, and the manners of every public name, read from the source."""

import ast
import re
import sys
from pathlib import Path

import pytest
from helpers import ROOT

# What each room may import from this package: only rooms further up, and of those only these.
ALLOWED = {
    "arrays": "",
    "errors": "",
    "version": "",
    "xla": "errors",
    "byhand": "",
    "system": "errors",
    "methods": "arrays errors",
    "pictures": "arrays errors system",
    "backbones": "arrays errors",
    "losses": "arrays errors byhand",
    "feedforward": "arrays errors byhand backbones losses",
    "optimize": "arrays errors xla methods byhand",
    "weights": "arrays errors xla system pictures backbones feedforward",
    "engines": "arrays errors xla byhand backbones losses optimize",
    "display": "arrays errors methods system pictures",
    "transfer": "arrays errors xla byhand methods system pictures backbones losses feedforward "
    "optimize weights engines display",
    "dreams": "arrays errors xla methods pictures backbones optimize weights engines",
    "runs": "arrays errors version methods system pictures display transfer",
    "training": "arrays errors version xla methods system pictures backbones losses feedforward "
    "weights engines display transfer runs",
    "video": "arrays errors version xla methods system pictures backbones losses feedforward "
    "weights display transfer runs",
    "experiments": "arrays errors version xla methods system pictures backbones losses display "
    "transfer runs",
    "batch": "errors methods system pictures display transfer runs",
    "web": "arrays errors xla system pictures optimize weights display methods transfer runs video",
    "commands": "arrays errors version xla system pictures backbones feedforward optimize weights "
    "display methods transfer dreams runs training video experiments batch web",
    "cli": "errors version xla system runs commands",
    "__init__": "errors version pictures transfer runs training video",
    "__main__": "cli system",
}
LONGEST = 250
"""Lines that a file may have."""
NOT_MIRRORED = ("parity", "scripts", "walkthroughs")
"""Folders of tests that are of no room."""
# Defaults that may be given by position: what a reader would call the function with.
POSITIONAL_DEFAULTS = {
    "jnst.backbones.layers.conv",
    "jnst.weights.store.load",
    "jnst.byhand.backbones.graph.backward",
    "jnst.byhand.backbones.graph.features",
    "jnst.__main__.main",
    "jnst.cli.main",
    "jnst.weights.convert.convert",
    "jnst.runs.stylize.stylize",
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


def test_backbones_losses_and_optimizers_do_not_know_each_other():
    parts = {"backbones", "losses", "optimize"}
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


def test_the_package_is_small_at_its_top_and_its_files_are_short():
    assert len(ALLOWED) <= 27
    paths = (ROOT / "jnst").rglob("*.py")
    lengths = {path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in paths}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def mirrored(module):
    """Return where the tests of a module may stand; of a package, beside its folder too."""
    *folders, name = module.split(".")[1:] or ["init"]
    found = [ROOT.joinpath("tests", *folders, f"test_{name.strip('_')}.py")]
    return [*found, ROOT.joinpath("tests", *folders, name, "test_init.py")]


def test_modules_have_tests_at_the_mirrored_path():
    # An __init__ of a docstring alone has nothing to test.
    tested = {module for module, tree in TREES.items() if len(tree.body) > 1}
    without = {m for m in tested if not any(path.exists() for path in mirrored(m))}
    assert len(without) <= 0.1 * len(tested), sorted(without)
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    rooms = {f.relative_to(ROOT / "tests") for f in folders} - {Path(), *map(Path, NOT_MIRRORED)}
    assert {room for room in rooms if not (ROOT / "jnst" / room).is_dir()} == set()


def test_the_page_of_the_architecture_names_every_room():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(
        r"`(\w+)(?:\.py|/)`", "".join(re.findall(r"^\| (`.*?) \|", text, re.MULTILINE))
    )
    assert named == list(ALLOWED)
