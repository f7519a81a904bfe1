"""The five stages of preprocessing of the S0 project, by name."""

from __future__ import annotations

from typing import Any

from lungseg.preprocess.registry import build_all
from lungseg.preprocess.scan_transform import ScanTransform

#: Name → transforms and their parameters.
STAGES: dict[str, list[dict[str, dict[str, Any]]]] = {
    "original": [],
    "nobackg": [{"remove_background": {}}],
    "crop": [{"body_crop": {}}],
    "lungs-nocrop": [{"active_contour": {"crop": False}}],
    "lungs": [{"active_contour": {"crop": True}}],
}


def stage(name: str) -> list[ScanTransform]:
    """Make the transforms of a stage.

    Parameters
    ----------
    name : {"original", "nobackg", "crop", "lungs-nocrop", "lungs"}
        The whole picture; without what lies around the patient; the box around the
        patient; one curve around both lungs, in the full frame or cropped to it.

    Returns
    -------
    list of ScanTransform
        What ``preprocess`` of `lungseg.Pipeline` takes.

    Raises
    ------
    ValueError
        If there is no such stage.

    Examples
    --------
    >>> stage("nobackg")
    [RemoveBackground()]
    """
    if name not in STAGES:
        raise ValueError(f"no stage is named {name!r}; there are: {', '.join(STAGES)}")
    return build_all(STAGES[name])
