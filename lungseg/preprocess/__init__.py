"""What is done to a scan before a network sees it.

The transforms are loaded on first use; `lungseg.preprocess.registry` lists them by the
names that recipes use.

Examples
--------
>>> from lungseg.preprocess import Clahe, Trim
>>> Trim(0.2), Clahe(2.0)
(Trim(share=0.2), Clahe(clip=2.0))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lungseg.preprocess.active_contour import ActiveContour
    from lungseg.preprocess.blur_mask import BlurMask
    from lungseg.preprocess.body_crop import BodyCrop
    from lungseg.preprocess.chain import Chain
    from lungseg.preprocess.clahe import Clahe
    from lungseg.preprocess.halves import Halves
    from lungseg.preprocess.hu_window import HUWindow
    from lungseg.preprocess.lung_crop import LungCrop
    from lungseg.preprocess.remove_background import RemoveBackground
    from lungseg.preprocess.scan_transform import ScanTransform
    from lungseg.preprocess.stages import stage
    from lungseg.preprocess.standardise import Standardise
    from lungseg.preprocess.transformed import Transformed
    from lungseg.preprocess.trim import Trim

_HOME = {
    "ActiveContour": "active_contour",
    "BlurMask": "blur_mask",
    "BodyCrop": "body_crop",
    "Chain": "chain",
    "Clahe": "clahe",
    "HUWindow": "hu_window",
    "Halves": "halves",
    "LungCrop": "lung_crop",
    "RemoveBackground": "remove_background",
    "ScanTransform": "scan_transform",
    "Standardise": "standardise",
    "Transformed": "transformed",
    "Trim": "trim",
    "stage": "stages",
}

__all__ = [
    "ActiveContour",
    "BlurMask",
    "BodyCrop",
    "Chain",
    "Clahe",
    "HUWindow",
    "Halves",
    "LungCrop",
    "RemoveBackground",
    "ScanTransform",
    "Standardise",
    "Transformed",
    "Trim",
    "stage",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'lungseg.preprocess' has no attribute {name!r}")
    value = getattr(import_module(f"lungseg.preprocess.{_HOME[name]}"), name)
    globals()[name] = value
    return value
