"""``lungseg quicken``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def quicken(
    folder: Annotated[Path, typer.Argument(help="What `lungseg fit` or save() wrote.")],
    again: Annotated[bool, typer.Option("--again", help="Make anew what is there.")] = False,
) -> None:
    """Store the graphs of networks beside their weights: predictions start faster then.

    Of a classifier and of what marks infection. It takes minutes; the weights stay as they are,
    and OpenVINO runs them (pip install 'lungseg[openvino]').
    """
    from lungseg.artifact import add_files, read_artifact
    from lungseg.classifier import CTClassifier
    from lungseg.errors import InputError
    from lungseg.infection import InfectionSegmenter
    from lungseg.weights import folder_of

    place = folder_of(folder)
    known: dict[str, type[CTClassifier | InfectionSegmenter]] = {
        "classifier": CTClassifier,
        "infection": InfectionSegmenter,
    }
    config = read_artifact(place)
    held = [kind for section, kind in known.items() if section in config]
    if not held:
        cause = "it holds no classifier and no network for infection"
        raise InputError(str(folder), cause, "a masker has its export already; give a pipeline")
    for kind in held:
        estimator = kind.from_pretrained(place)
        if estimator._graphs and not again:
            print(f"{place}: what it holds is quick already")
            continue
        files = estimator.quicken()._files("single")
        add_files(place, files)
        for name, content in files.items():
            print(f"{place / name} ({len(content) / 1e3:.0f} kB)")
