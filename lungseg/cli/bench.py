"""``lungseg bench``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lungseg.bench.cases import Result


def bench(
    slices: Annotated[int, typer.Option(help="Slices of 512×512 that each case gets.")] = 48,
    widths: Annotated[str, typer.Option(help="Widths of BCDU-Net D3, untrained.")] = "8,16,32",
    threads: Annotated[
        int | None, typer.Option(help="Cores that each case may use; all without.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Compare engines, widths and, where it is installed, lungmask: speed and memory.

    Every case runs alone, in a process of its own, on the same cores. "mask command" is
    the whole of ``lungseg mask``: start, reading, post-processing and writing included; with
    "--infection" both masks.
    """
    from dataclasses import asdict

    from lungseg.bench.cases import available
    from lungseg.cli.common import print_json, progress

    names = available(tuple(int(width) for width in widths.split(",") if width))
    results = [_measure(name, slices, threads) for name in progress(names, len(names), "bench")]
    if json:
        print_json([asdict(result) for result in results])
    else:
        _print_table(results)


def _measure(name: str, slices: int, threads: int | None) -> Result:
    import json
    import os
    import subprocess
    import sys

    from lungseg.bench.cases import Result

    def pin() -> None:
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[:threads])

    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "lungseg.bench.cases", name, str(slices)],
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=pin if threads and hasattr(os, "sched_setaffinity") else None,
    )
    return Result(**json.loads(done.stdout.splitlines()[-1]))


def _print_table(results: list[Result]) -> None:
    from rich.console import Console
    from rich.table import Table

    # The ratio is to lungmask where it was measured, else to Keras.
    slowest = next((r for r in results if r.case.startswith("lungmask")), None)
    base = slowest or next(r for r in results if r.case == "engine keras")
    table = Table(title=f"{base.slices} slices; times as fast as “{base.case}”")
    for column in ("case", "slices/s", "times as fast", "peak MB"):
        table.add_column(column, justify="left" if column == "case" else "right")
    for result in results:
        ratio = result.slices_per_second / base.slices_per_second
        table.add_row(
            result.case,
            f"{result.slices_per_second:.1f}",
            f"{ratio:.1f}",
            f"{result.peak_mb:.0f}",
        )
    Console().print(table)
