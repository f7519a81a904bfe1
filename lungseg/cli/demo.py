"""``lungseg demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the result.")] = Path("lungseg-demo"),
) -> None:
    """Run the default pipeline on a synthetic chest: no data, no network."""
    import numpy as np

    from lungseg.evaluation.dice import dice
    from lungseg.phantoms import phantom
    from lungseg.pipeline.pipeline import Pipeline

    scan, truth = phantom(slices=32, size=256, return_mask=True)
    prediction = Pipeline.from_pretrained().analyze([scan])[0]
    found = np.zeros(scan.shape) if prediction.mask is None else prediction.mask.lungs
    folder = prediction.save(out)
    shown = ", ".join(f"{name} {p:.3f}" for name, p in prediction.probabilities.items())
    print(f"a synthetic chest of {'×'.join(map(str, scan.shape))} voxels, 3 patches of disease")
    print(f"lungs: Dice {dice(found, truth.lungs):.3f} with the true mask")
    print(f"label: {prediction.label} ({shown})")
    print(f"look at {folder / 'report.html'}; the rest is in {folder}")
    print("A phantom is no patient: the label shows that the chain runs, no more.")
