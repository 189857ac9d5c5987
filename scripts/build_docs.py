"""Build one site of manual, lessons and reference: `build_docs.py --out FOLDER`.

The pages open from disk and load nothing from other machines. The lessons run, which takes most of
the time; with `--text-only` none does. `--markdown FOLDER` writes those that ran as Markdown, too,
for a forge.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # this copy of jnst, whatever is installed

from docsite import lessons, manual, notebooks, reference
from docsite.site import MARK, DocsError, Site

PARTS = ("manual", "reference", "lessons")
"""In the order in which they are written: the lessons, which take longest, in the end."""


def build(
    out: Path,
    *,
    parts: Sequence[str] = PARTS,
    scripts: Sequence[Path] = (),
    markdown: Path | None = None,
    quick: bool = False,
    text_only: bool = False,
) -> None:
    """Build a site in `out`; one that is there is replaced, but nothing else ever.

    Raises:
        DocsError: that says in one line what keeps it from being built.

    """
    index = out / "index.html"
    ours = index.is_file() and MARK in index.read_text(encoding="utf-8")
    if not ours and out.exists() and (out.is_file() or any(out.iterdir())):
        raise DocsError(f"{out} is neither empty nor a site of this script: left as it is")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as work:
        new, old = Path(work, "new"), Path(work, "old")
        new.mkdir()
        site = Site(new)
        how = {"markdown": markdown, "quick": quick, "text_only": text_only}
        plans = {
            "manual": manual.planned,
            "reference": reference.planned,
            "lessons": partial(lessons.planned, paths=scripts, **how),
        }
        for write in [plans[part](site) for part in PARTS if part in parts]:
            write()
        site.finish()
        if out.exists():
            out.rename(old)
        new.rename(out)
    print(f"{len([*out.rglob('*.html')])} pages in {out}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and build the site."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the site")
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=PARTS, help="what is in it; by default all"
    )
    parser.add_argument("--only", type=int, nargs="+", metavar="NN", help="numbers of lessons")
    parser.add_argument("--quick", action="store_true", help="lessons: small pictures, few steps")
    text = "run no lesson: pages as they are written, without figures, in seconds"
    parser.add_argument("--text-only", action="store_true", help=text)
    text = "write the lessons as Markdown into this folder as well, after a full run"
    parser.add_argument("--markdown", type=Path, metavar="FOLDER", help=text)
    parser.add_argument("--lessons", type=Path, default=notebooks.LESSONS, help="folder of lessons")
    options = parser.parse_args(arguments)
    if options.markdown and (options.quick or options.text_only or "lessons" not in options.parts):
        parser.error("--markdown is of full runs of lessons: without --quick and --text-only")
    try:
        scripts = notebooks.numbered(options.lessons, options.only or ())
        build(
            options.out.resolve(),
            parts=options.parts,
            scripts=scripts,
            markdown=options.markdown,
            quick=options.quick,
            text_only=options.text_only,
        )
    except (DocsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: no site was built", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    os.environ.setdefault("JAX_PLATFORMS", "cpu")  # to document a program takes no accelerator
    sys.exit(main())
