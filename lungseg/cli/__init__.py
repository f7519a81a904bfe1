"""The command line: thin layers over the library, one file a command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typer

#: Command → module and function. Commands import what is heavy when they run.
_COMMANDS = {
    "predict": "predict",
    "mask": "mask",
    "report": "report",
    "serve": "serve",
    "inspect": "inspect_inputs",
    "fit": "fit",
    "fit-masker": "fit_masker",
    "fit-infection": "fit_infection",
    "fit-trunk": "fit_trunk",
    "evaluate": "evaluate",
    "compare": "compare",
    "calibrate": "calibrate",
    "recipes": "recipes",
    "networks": "networks",
    "export": "export",
    "quicken": "quicken",
    "bench": "bench",
    "lung-labels": "lung_labels",
    "weights": "weights",
    "demo": "demo",
}


def commands() -> dict[str, Callable[..., Any]]:
    """Name every command, with the function that it runs.

    Examples
    --------
    >>> commands()["predict"].__doc__
    'Classify scans: label and probability of each.'
    """
    return {
        name: getattr(import_module(f"lungseg.cli.{module}"), module)
        for name, module in _COMMANDS.items()
    }


def make_app() -> typer.Typer:
    """Put the commands together, without running any.

    Examples
    --------
    >>> len(make_app().registered_commands) == len(commands())
    True
    """
    import typer

    app = typer.Typer(
        help="Two-stage analysis of chest CT. Not a medical device.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        # Not as markup of rich, which takes `lungseg[openvino]` for a tag.
        rich_markup_mode="markdown",
    )
    for name, command in commands().items():
        app.command(name)(command)
    return app


def main() -> None:
    """Run ``lungseg``; see ``lungseg --help``."""
    from lungseg.errors import InputError

    try:
        make_app()()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except ModuleNotFoundError as error:
        if "lungseg[" not in str(error):
            raise
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
