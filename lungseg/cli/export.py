"""``lungseg export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    out: Annotated[Path, typer.Argument(help="File to write: .onnx.")],
    masker: Annotated[
        str | None, typer.Option(help="Name or folder of the weights; the default ones without.")
    ] = None,
) -> None:
    """Write a masker's network as ONNX, with a JSON file that says how it is fed."""
    import json

    from lungseg.errors import InputError
    from lungseg.io.atomic import atomic_path
    from lungseg.masker import LungMasker
    from lungseg.preprocess.window import Window

    if out.suffix.lower() != ".onnx":
        raise InputError(str(out), "networks are exported as ONNX only", "name a file .onnx")
    if not out.resolve().parent.is_dir():
        raise InputError(str(out), "its folder does not exist", "make the folder first")
    loaded = LungMasker.from_pretrained(masker)
    exported = loaded.to_onnx()
    if exported is None:
        raise InputError(
            str(masker), "no export is stored and none can be made", "pip install 'lungseg[onnx]'"
        )
    window = Window()
    facts = {
        "input": "float32 (slices, rows, columns, 1), rows and columns divisible by 8",
        "values": f"HU {window.low:g}…{window.high:g}, or display grey 0…255, scaled to 0…1",
        "longer side": loaded.input_size,
        "output": f"probability of {loaded.target}, of the input's shape",
        "sharpness": loaded.sharpness_,
        "threshold": loaded.threshold,
        "mask": "sigmoid(sharpness × logit(output)) ≥ threshold",
    }
    with atomic_path(out) as temporary:
        temporary.write_bytes(exported)
    beside = out.with_suffix(".json")
    with atomic_path(beside) as temporary:
        temporary.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"{out} ({len(exported) / 1e6:.1f} MB), {beside}")
