"""``lungseg lung-labels``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lungseg.manifest import Row


def lung_labels(
    manifest: Annotated[Path, typer.Argument(help="CSV: file[,mask of lesions], patient.")],
    out: Annotated[Path, typer.Option(help="Folder for labels, manifest and sheets.")],
    patient: Annotated[str, typer.Option(help="Column that keeps slices together.")] = "patient",
    every: Annotated[int, typer.Option(help="Of slices with a patient take every so-manieth.")] = 1,
    lung_free: Annotated[
        Path | None, typer.Option(help="List of files that were seen to hold no lung.")
    ] = None,
    largest: Annotated[
        float, typer.Option(help="Leave out slices of which lung takes up more than this share.")
    ] = 1.0,
    drop: Annotated[
        list[Path] | None, typer.Option(help="List of files that are left out; may be repeated.")
    ] = None,
) -> None:
    """Build lung labels for slices that have none, to train a masker on.

    With masks of lesions (column ``mask``) a label is the dark lung and the lesions,
    closed and filled; a lesion without a patient counts as drawn by an expert. Without
    them it is what has the density of lung. Look at the sheets, and drop the failures.
    """
    from lungseg.cli.common import progress
    from lungseg.manifest import read_manifest, read_names

    dropped = [name for path in drop or () for name in read_names(path)]
    slices = read_manifest(manifest, need=(), patient=patient).thinned(every)
    rows = slices.without(dropped).rows
    without_lung = set(read_names(lung_free)) if lung_free is not None else set()
    (out / "masks").mkdir(parents=True, exist_ok=True)
    kept: list[tuple[Row, Path]] = []
    pictures: list[Any] = []
    for row in progress(rows, len(rows), "label"):
        grey, lungs = _label(row, row.file.name in without_lung)
        if lungs is None or lungs.mean() > largest:
            continue
        kept.append((row, _write_mask(out / "masks", row, lungs)))
        pictures.append(_tile(grey, lungs, row.file.stem))
    _write_manifest(out / "manifest.csv", kept)
    _write_sheets(out, pictures)
    print(f"{len(kept)} of {len(rows)} slices have a label: {out / 'manifest.csv'}")


def _label(row: Row, lung_free: bool) -> tuple[Any, Any]:
    import numpy as np

    from lungseg.io.masks import read_mask
    from lungseg.io.reader import read
    from lungseg.preprocess.window import Window
    from lungseg.training.density_labels import lungs_by_density
    from lungseg.training.lung_labels import lungs_around_lesions

    scan = read(row.file)
    grey = Window().apply(scan.voxels[0])
    if lung_free:
        return grey, np.zeros(grey.shape, bool)
    if row.mask is None:
        lungs = lungs_by_density(grey)
        return grey, lungs if lungs.any() else None
    # Of soft lesion labels only what is certain; an expert's are certain throughout.
    lesions = read_mask(row.mask, scan, soft=True)[0]
    return grey, lungs_around_lesions(grey, lesions, trusted=not row.patient)


def _write_mask(folder: Path, row: Row, lungs: Any) -> Path:
    import numpy as np
    from PIL import Image

    from lungseg.io.atomic import atomic_path

    path = folder / f"{row.file.stem}.png"
    with atomic_path(path) as temporary:
        Image.fromarray(lungs.astype(np.uint8) * 255).save(temporary)
    return path


def _write_manifest(path: Path, kept: list[tuple[Row, Path]]) -> None:
    import csv

    from lungseg.io.atomic import atomic_path

    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "mask", "patient"])
        for row, mask in kept:
            writer.writerow([row.file.resolve(), mask.resolve(), row.patient or row.file.stem])


def _tile(grey: Any, lungs: Any, name: str, side: int = 200) -> Any:
    import cv2
    import numpy as np

    colour = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
    contours, _ = cv2.findContours(lungs.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(colour, contours, -1, (0, 158, 115), max(1, max(grey.shape) // 150))
    tile = cv2.resize(colour, (side, side), interpolation=cv2.INTER_AREA)
    cv2.putText(tile, name[-28:], (2, 10), cv2.FONT_HERSHEY_SIMPLEX, 0.3, (230, 159, 0), 1)
    return tile


def _write_sheets(out: Path, tiles: list[Any], columns: int = 10, rows: int = 8) -> None:
    import numpy as np

    from lungseg.report.overlay import save_png

    each = columns * rows
    for start in range(0, len(tiles), each):
        page = tiles[start : start + each]
        page += [np.zeros_like(page[0])] * (-len(page) % columns)
        bands = [np.hstack(page[i : i + columns]) for i in range(0, len(page), columns)]
        save_png(np.vstack(bands), out / f"sheet-{start // each + 1}.png")
