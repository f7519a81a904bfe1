"""Write the pages that are made of the library itself: model cards and commands.

python docs/make_pages.py [--out FOLDER]

The site does so whenever it is built; what is written is no part of the repository.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NamedTuple, get_args, get_origin

from lungseg.weights import folder_of, names
from typer.models import ArgumentInfo

from lungseg.cli import commands


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "generated")
    write_pages(parser.parse_args().out)


def write_pages(folder: Path) -> None:
    """Write a page for each set of weights, and one for the command line."""
    texts = {
        f"cards/{name}.md": (folder_of(name) / "card.md").read_text("utf-8") for name in names()
    }
    texts["commands.md"] = commands_page()
    for page, text in texts.items():
        path = folder / page
        path.parent.mkdir(parents=True, exist_ok=True)
        # What did not change is not read again by Sphinx.
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    for old in (folder / "cards").glob("*.md"):
        if f"cards/{old.name}" not in texts:
            old.unlink()


def commands_page() -> str:
    """Describe every command with its arguments and options, as ``--help`` has them."""
    parts = [
        "# The command line\n",
        "`lungseg COMMAND --help` says the same. Results go to standard output, progress and "
        "warnings to standard error. The exit status is 0; 1 where some inputs failed and the "
        "others were done; 2 for wrong usage.\n",
    ]
    return "\n".join(parts + [_command(*item) for item in commands().items()])


class _Word(NamedTuple):
    """An argument or an option of a command."""

    shown: str
    says: str
    argument: bool
    required: bool


def _command(name: str, function: Callable[..., Any]) -> str:
    # Not `get_type_hints`: before Python 3.11 it wraps what defaults to None once more.
    words = [
        _word(parameter, *get_args(parameter.annotation)[:2])
        for parameter in inspect.signature(function, eval_str=True).parameters.values()
    ]
    words.sort(key=lambda word: not word.argument)
    usage = " ".join(["lungseg", name, *(word.shown for word in words if word.required)])
    lines = [f"## lungseg {name}\n", inspect.getdoc(function) or "", ""]
    lines += [f"```text\n{usage} [OPTIONS]\n```\n"]
    lines += [f"`{word.shown}`\n: {word.says}\n" for word in words]
    return "\n".join(lines)


def _word(parameter: inspect.Parameter, kind: Any, info: Any) -> _Word:
    if isinstance(kind, UnionType):
        kind = next(one for one in get_args(kind) if one is not NoneType)
    many = get_origin(kind) is list
    kind = get_args(kind)[0] if many else kind
    required = parameter.default is parameter.empty
    says = [info.help or ""]
    if inspect.isclass(kind) and issubclass(kind, Enum):
        says.append(f"One of {', '.join(f'`{one.value}`' for one in kind)}.")
    if parameter.default not in (parameter.empty, None, False, ()):
        value = getattr(parameter.default, "value", parameter.default)
        says.append("Default: on." if value is True else f"Default: `{value}`.")
    if isinstance(info, ArgumentInfo):
        shown = parameter.name.upper() + ("..." if many else "")
        return _Word(shown, " ".join(says), True, required)
    shown = " / ".join(_spellings(parameter.name, kind, info))
    if kind is not bool:
        shown += f" {_PLACEHOLDERS.get(kind, 'NAME')}" + (" ..." if many else "")
    return _Word(shown, " ".join(says), False, required)


def _spellings(name: str, kind: Any, info: Any) -> list[str]:
    # Within Annotated, Typer holds the first spelling as the default until the command runs.
    given = [one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str)]
    flag = name.replace("_", "-")
    return given or ([f"--{flag}", f"--no-{flag}"] if kind is bool else [f"--{flag}"])


_PLACEHOLDERS = {int: "N", float: "X", Path: "PATH", str: "TEXT"}


if __name__ == "__main__":
    main()
