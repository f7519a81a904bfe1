"""The sections of a recipe: parameters of the stages, those left out keep their defaults."""

from __future__ import annotations

from typing import Any, Literal

from lungseg.pipeline.strict import Strict
from pydantic import Field, ValidationInfo, field_validator


class MaskerRecipe(Strict):
    """Which trained masker, and from which probability a pixel is lung."""

    weights: str
    threshold: float = Field(0.5, ge=0, le=1)


class RoiRecipe(Strict):
    """Parameters of `RoiMultiply`."""

    fill: Literal["air"] | float | None = "air"
    crop: bool = True
    margin: float = Field(0.05, ge=0)
    min_confidence: float = Field(0.5, ge=0, le=1)


class ClassifierRecipe(Strict):
    """Parameters of `CTClassifier`."""

    network: str = "efficientnetb0"
    network_options: dict[str, Any] | None = None
    weights: str | list[str] | None = None
    offline: Literal["error", "random"] | None = None
    input_size: int | None = Field(None, ge=1)
    window: tuple[float, float] | None = None
    loss: Literal["focal", "cross-entropy"] | None = None
    gamma: float | None = Field(None, ge=0)
    alpha: list[float] | None = None
    class_weight: Literal["balanced"] | None = None
    sampling: Literal["balanced", "smote"] | None = None
    dropout: float | None = Field(None, ge=0, lt=1)
    ridge: float | None = Field(None, ge=0)
    shares: tuple[float, ...] | None = None
    auxiliary_share: float | tuple[float, ...] | None = None
    epochs: int | None = Field(None, ge=0)
    batch_size: int | None = Field(None, ge=1)
    learning_rate: float | None = Field(None, gt=0)
    frozen_epochs: int | None = Field(None, ge=0)
    unfreeze: float | None = Field(None, ge=0, le=1)
    freeze_norm: bool | Literal["auto"] | None = None
    average: float | None = Field(None, ge=0, lt=1)
    mixup: float | None = Field(None, ge=0)
    patience: int | None = Field(None, ge=1)
    augment: bool | None = None
    folds: int | None = Field(None, ge=2)
    pool: Literal["mean", "max", "top"] | None = None
    max_slices: int | None = Field(None, ge=1)
    views: Literal[1, 2, 4] | None = None
    threshold: (
        float | Literal["youden", "f1"] | tuple[Literal["sensitivity", "cost"], float] | None
    ) = None
    positive: str | None = None

    @field_validator("epochs")
    @classmethod
    def _some_unless_solved_for(cls, epochs: int | None, info: ValidationInfo) -> int | None:
        if epochs == 0 and info.data.get("ridge") is None:
            raise ValueError("should be greater than or equal to 1 without ridge")
        return epochs


class SegmenterRecipe(Strict):
    """What `InfectionSegmenter` and `LungMasker` have in common."""

    network: str
    input_size: int | None = Field(None, ge=32)
    threshold: float | None = Field(None, ge=0, le=1)
    epochs: int | None = Field(None, ge=1)
    epoch_slices: int | None = Field(None, ge=0)
    batch_size: int | None = Field(None, ge=1)
    learning_rate: float | None = Field(None, gt=0)
    augment: bool | None = None
    weights: str | None = None


class InfectionRecipe(SegmenterRecipe):
    """Parameters of `InfectionSegmenter`."""

    target: Literal["infection", "lungs+infection", "kinds"] | None = None
    within: Literal["near", "lungs", "picture"] | None = None
    trim: float | None = Field(None, ge=0, lt=0.5)
    clahe: float | None = Field(None, ge=0)
    standardise: bool | None = None
    threshold: Literal["dice", "iou"] | float | None = None  # type: ignore[assignment]
    loss: Literal["dice-ce", "dice-focal", "focal-tversky"] | None = None
    final_learning_rate: float | None = Field(None, gt=0)
    mend_labels: float | None = Field(None, ge=0, le=1)
    average: float | None = Field(None, ge=0, lt=1)


class LungsRecipe(SegmenterRecipe):
    """Parameters of `LungMasker`, where it is what the recipe trains."""

    filters: int | None = Field(None, ge=1)
    crop: bool | None = None
    target: Literal["lungs", "surrounding"] | None = None


class PublishedRecipe(Strict):
    """What a system published of itself: figures, and on what data."""

    figures: dict[str, float]
    data: str
