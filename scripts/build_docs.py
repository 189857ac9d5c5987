"""Build the reference of the Python API from its docstrings: `build_docs.py --out FOLDER`.

A page for each module, that open from disk and load nothing from other machines. A public module,
class, function, method, property, constant or alias without a docstring is named, and nothing is
built. The fields of a class are left to its own docstring, or to theirs.
"""

import argparse
import ast
import importlib
import os
import pkgutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import pdoc.doc
import pdoc.render

TEMPLATES = Path(__file__).with_name("reference")
MARK = 'name="generator" content="pdoc'  # on its pages: only such a folder is ever replaced


def modules(package: str) -> list[str]:
    """List a package and all public modules in it."""
    top = importlib.import_module(package)
    for name in getattr(top, "__all__", ()):  # pdoc overlooks what is imported when it is asked for
        setattr(top, name, getattr(top, name))
    found = [module.name for module in pkgutil.walk_packages(top.__path__, f"{package}.")]
    return [package, *(name for name in found if not any(map(_private, name.split("."))))]


def undocumented(name: str) -> Iterator[str]:
    """Yield the full names of what is public in a module, of its own, and has no docstring."""
    module = pdoc.doc.Module(importlib.import_module(name))
    if not module.docstring:
        yield name
    members, assigned = module.members, _assigned(module.source)
    public = set(getattr(module.obj, "__all__", assigned))
    for one in assigned:
        if one in public and not _private(one) and not (one in members and members[one].docstring):
            yield f"{name}.{one}"
    within = [member for key, member in members.items() if key not in assigned]
    while within:
        member = within.pop(0)
        if _private(member.name) or _is_field(member):
            continue
        if not member.docstring:
            yield member.fullname
        if isinstance(member, pdoc.doc.Class):
            within += member.own_members


def _assigned(source: str) -> list[str]:
    """List the names that a module assigns. `A, B = 1, 2` is among them, which pdoc overlooks."""
    targets = []
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign():
                targets += statement.targets
            case ast.AnnAssign():
                targets.append(statement.target)
    found = [node for target in targets for node in ast.walk(target)]
    names = [node for node in found if isinstance(node, ast.Name)]
    return list(dict.fromkeys(name.id for name in names if isinstance(name.ctx, ast.Store)))


def _is_field(member: pdoc.doc.Doc) -> bool:
    """Whether it is a field of a class, or a constant that was imported; a property has source."""
    return isinstance(member, pdoc.doc.Variable) and not member.source


def _private(name: str) -> bool:
    return name.startswith("_")


def _leave_unsaid() -> None:
    """Silence what pdoc warns of in vain."""
    # A package is named, and so are its modules.
    warnings.filterwarnings("ignore", "The module specification", UserWarning)
    # A `TypedDict` does not know which one it took a field from.
    warnings.filterwarnings("ignore", r"Cannot determine where .*\.Keywords\.", UserWarning)


def build(package: str, out: Path) -> None:
    """Build the pages in `out`; those that are there are replaced, but nothing else ever.

    Raises:
        ValueError: that says in one line what keeps them from being built.

    """
    index = out / "jnst.html"
    ours = index.is_file() and MARK in index.read_text(encoding="utf-8")
    if not ours and out.exists() and (out.is_file() or any(out.iterdir())):
        raise ValueError(f"{out} is neither empty nor a reference: left as it is")
    names = modules(package)
    with warnings.catch_warnings():
        _leave_unsaid()
        missing = [full for name in names for full in undocumented(name)]
    if missing:
        raise ValueError(f"without a docstring: {', '.join(missing)}")
    pdoc.render.configure(docformat="google", template_directory=TEMPLATES)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as work:
        new, old = Path(work, "new"), Path(work, "old")
        with warnings.catch_warnings():
            _leave_unsaid()
            pdoc.pdoc(*names, output_directory=new)
        if out.exists():
            out.rename(old)
        new.rename(out)
    print(f"{len(names)} modules in {out}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and build the reference."""
    parser = argparse.ArgumentParser(description="Build the reference of the Python API.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pages")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(Path(__file__).parents[1]))  # this copy, whatever is installed
    try:
        build("jnst", options.out.resolve())
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    os.environ.setdefault("JAX_PLATFORMS", "cpu")  # to document a program takes no accelerator
    sys.exit(main())
