"""The command line: thin layers over the library, one file a command."""

from __future__ import annotations

import sys
from importlib import import_module

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
    "calibrate": "calibrate",
    "recipes": "recipes",
    "networks": "networks",
    "export": "export",
    "bench": "bench",
    "lung-labels": "lung_labels",
    "weights": "weights",
    "demo": "demo",
}


def main() -> None:
    """Run ``lungseg``; see ``lungseg --help``."""
    import typer

    from lungseg.errors import InputError

    app = typer.Typer(
        help="Two-stage analysis of chest CT. Not a medical device.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name, module in _COMMANDS.items():
        command = getattr(import_module(f"lungseg.cli.{module}"), module)
        app.command(name)(command)
    try:
        app()
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
