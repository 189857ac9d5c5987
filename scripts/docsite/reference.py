"""The reference of the Python API, from its docstrings: a page for each module.

A public module, class, function, method, property, constant or alias without a docstring is named,
and nothing is built. The fields of a class are left to its own docstring, or to theirs.
"""

import ast
import importlib
import itertools
import pkgutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pdoc.doc
import pdoc.render

from docsite.site import ENVIRONMENT, TEMPLATES, DocsError, Entry, Link, Site

PACKAGE = "jnst"
FIRST = ("stylize", "stylize_video", "train", "read", "write")
"""What programs call: on the package's page before the classes that it returns and raises."""


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


def described() -> dict[str, pdoc.doc.Module]:
    """Return all modules by name, with what pdoc found in them.

    Raises:
        DocsError: where something public has no docstring.

    """
    names = modules(PACKAGE)
    # A `TypedDict` does not know which one it took a field from.
    warnings.filterwarnings("ignore", r"Cannot determine where .*\.Keywords\.", UserWarning)
    missing = [full for name in names for full in undocumented(name)]
    if missing:
        raise DocsError(f"without a docstring: {', '.join(missing)}")
    found = {name: pdoc.doc.Module.from_name(name) for name in names}
    top = found[PACKAGE]
    top.members = {name: top.members[name] for name in dict.fromkeys([*FIRST, *top.members])}
    return found


def path(name: str) -> str:
    """Return where the page of a module is in the site."""
    return f"reference/{name.replace('.', '/')}.html"


def planned(site: Site) -> Callable[[], None]:
    """Fill the reference's section of the sidebar, and return what writes the pages."""
    found = described()
    rooms = [Link(name, path(name)) for name in found if name.count(".") == 1]
    top = Link("jnst, for programs", path(PACKAGE)), Link("All modules", "reference/index.html")
    site.sections["Python reference"] = [*top, *rooms]
    return partial(write, site, found)


def write(site: Site, found: Mapping[str, pdoc.doc.Module]) -> None:
    """Write the page of each module, and the list of them."""
    pdoc.render.configure(
        docformat="google", search=False, template_directory=TEMPLATES / "reference"
    )
    for name, module in found.items():
        room = ".".join(name.split(".")[:2])
        below = [Link(one, path(one)) for one in found if one.startswith(f"{room}.")]
        site.write(
            path(name),
            pdoc.render.html_module(module, found)
            .replace("main class", "div class")
            .replace("</main>", "</div>"),
            title=name,
            under=path(room),
            below=below if name != PACKAGE else [],
        )
        site.entries += entries(module)
    body = ENVIRONMENT.get_template("modules.html.j2").render(
        modules={name: first(module) for name, module in found.items()}
    )
    site.write("reference/index.html", body, title="All modules")
    styles = pdoc.render.env.get_template("content.css").render()
    (site.folder / "reference" / "content.css").write_text(styles, encoding="utf-8")


def first(member: pdoc.doc.Doc) -> str:
    """Return the first line of a docstring."""
    return member.docstring.split("\n")[0].replace("`", "")


def entries(module: pdoc.doc.Module) -> Iterator[Entry]:
    """Yield what the search box finds in a module: itself, and what is public in it."""
    name = module.fullname
    yield Entry(name, name, path(name), first(module))
    for member in _public(module.members):
        within = member.members if isinstance(member, pdoc.doc.Class) else {}
        for one in itertools.chain([member], _public(within)):
            yield Entry(name, one.qualname, f"{path(name)}#{one.qualname}", first(one))


def _public(members: Mapping[str, pdoc.doc.Doc]) -> Iterator[pdoc.doc.Doc]:
    for key, member in members.items():
        if not _private(key) and member.docstring and member.kind != "module":
            yield member
