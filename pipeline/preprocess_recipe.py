"""The part of a recipe that says how scans are preprocessed."""

from __future__ import annotations

from typing import Annotated, Any

from lungseg.pipeline.strict import Strict
from pydantic import Field, model_validator

from lungseg.preprocess.registry import build_all, names
from lungseg.preprocess.scan_transform import ScanTransform

_Kernel = Annotated[float, Field(gt=0)]
_Limit = Annotated[float, Field(ge=0, le=255)]


class HUWindowRecipe(Strict):
    """Parameters of `HUWindow`."""

    low: float = -1000.0
    high: float = 400.0

    @model_validator(mode="after")
    def _rises(self) -> HUWindowRecipe:
        if not self.high > self.low:
            raise ValueError(f"a window needs low < high, got {self.low} and {self.high}")
        return self


class ClaheRecipe(Strict):
    """Parameters of `Clahe`."""

    clip: float = Field(3.0, ge=0)
    tiles: int = Field(8, ge=1)


class RemoveBackgroundRecipe(Strict):
    """Parameters of `RemoveBackground`."""

    threshold: int = Field(150, ge=1, le=255)
    hull: bool = False


class BodyCropRecipe(Strict):
    """Parameters of `BodyCrop`."""

    margin: float = Field(0.0, ge=0)
    threshold: int = Field(150, ge=1, le=255)
    hull: bool = False


class ActiveContourRecipe(Strict):
    """Parameters of `ActiveContour`."""

    crop: bool = False
    alpha: float = Field(0.1, ge=0)
    beta: float = Field(10.0, ge=0)
    gamma: float = Field(0.001, ge=1e-6)
    iterations: int = Field(2500, ge=1)


class TrimRecipe(Strict):
    """Parameters of `Trim`."""

    share: float = Field(0.25, ge=0, le=0.49)


class BlurMaskRecipe(Strict):
    """Parameters of `BlurMask`."""

    filters: list[tuple[_Kernel, _Limit]] = Field([(60.0, 200.0), (40.0, 170.0)], min_length=1)


class LungCropRecipe(Strict):
    """Parameters of `LungCrop`."""

    size: int | None = Field(224, ge=2)
    margin: float = Field(0.0, ge=0)
    min_confidence: float = Field(0.5, ge=0, le=1)


class HalvesRecipe(Strict):
    """`Halves` has no parameters."""


class StandardiseRecipe(Strict):
    """Parameters of `Standardise`."""

    limit: float = Field(3.0, ge=0.1)


class TransformRecipe(Strict):
    """One transform: its name, and its parameters under it."""

    active_contour: ActiveContourRecipe | None = None
    blur_mask: BlurMaskRecipe | None = None
    body_crop: BodyCropRecipe | None = None
    clahe: ClaheRecipe | None = None
    halves: HalvesRecipe | None = None
    hu_window: HUWindowRecipe | None = None
    lung_crop: LungCropRecipe | None = None
    remove_background: RemoveBackgroundRecipe | None = None
    standardise: StandardiseRecipe | None = None
    trim: TrimRecipe | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        """Take `- halves` and `- halves:` for `- halves: {}`."""
        if isinstance(given, str):
            return {given: {}}
        if isinstance(given, dict):
            return {name: {} if params is None else params for name, params in given.items()}
        return given

    @model_validator(mode="after")
    def _one(self) -> TransformRecipe:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"each item of the list is one transform of: {', '.join(names())}")
        return self


def make_transforms(recipes: list[TransformRecipe]) -> list[ScanTransform]:
    """Make the transforms that a recipe lists."""
    return build_all([recipe.model_dump(exclude_unset=True) for recipe in recipes])
