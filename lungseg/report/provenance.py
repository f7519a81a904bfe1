"""Which weights a result comes from: names, versions and SHA-256."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: Stages of a pipeline, in the order of the data.
_STAGES = ("masker", "infection", "classifier")


def weights_of(pipeline: Any) -> dict[str, Any]:
    """Name the weights of each stage of a pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted.

    Returns
    -------
    dict
        For each stage that has weights: ``name``, None where they were trained here and
        not saved; ``network``; ``saved_with``, the versions that wrote them; ``files``, the
        SHA-256 of each file, which was checked when it was loaded.

    Examples
    --------
    >>> import lungseg
    >>> weights = weights_of(lungseg.Pipeline.from_pretrained())
    >>> weights["classifier"]["name"], sorted(weights["masker"]["files"])
    ('covid-ct', ['masker.onnx.xz', 'masker.weights.h5'])
    """
    stages = {name: getattr(pipeline, f"{name}_", None) for name in _STAGES}
    return {
        name: _stage(name, stage)
        for name, stage in stages.items()
        if stage is not None and not isinstance(stage, str)
    }


def _stage(name: str, stage: Any) -> dict[str, Any]:
    from lungseg.weights import folder_of

    network = getattr(stage, "network", None)
    weights = getattr(stage, "weights", None)
    # What a training started from is not what it ended in.
    if weights is None or hasattr(stage, "history_"):
        return {"name": None, "network": network, "saved_with": {}, "files": {}}
    folder = folder_of(weights)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    return {
        "name": Path(weights).name,
        "network": network,
        "saved_with": config.get("versions", {}),
        "files": _sums(folder, name),
    }


def _sums(folder: Path, stage: str) -> dict[str, str]:
    """SHA-256 of the stage's own files."""
    lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    return {name: digest for name, digest in sums.items() if name.startswith(f"{stage}.")}
