"""What the service answers, for its OpenAPI description; the examples are of a phantom."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_PREDICTION: Any = {
    "input": "scan.nii.gz",
    "label": "COVID",
    "probabilities": {"NonCOVID": 0.21, "COVID": 0.79},
    "threshold": 0.43,
    "prediction_set": ["COVID"],
    "slices": [{"slice": 11, "probabilities": {"NonCOVID": 0.21, "COVID": 0.79}}],
    "mask_confidence": 0.97,
    "roi": {"lung_share": 0.12, "lung_volume_ml": 4321.0},
    "infection": None,
    "severity": None,
    "warnings": ["the spacing in the header is zero; 1 mm was assumed in its place"],
    "weights": {},
}

_PROBLEM: Any = {
    "input": "scan.png",
    "error": "scan.png: the file is empty; copy it again from its origin",
    "cause": "the file is empty",
    "mend": "copy it again from its origin",
}


class SliceAnswer(BaseModel):
    """One slice that was classified."""

    slice: int = Field(description="Counted from the feet, from 0.")
    probabilities: dict[str, float]


class PredictionAnswer(BaseModel):
    """What ``lungseg predict --json`` prints of one input."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PREDICTION]})

    input: str = Field(description="Name of the file, as the client gave it.")
    label: str | int | float | bool | None = Field(
        description="The class; null where the classifier abstains."
    )
    probabilities: dict[str, float]
    threshold: float | None = Field(
        description="Probability from which the second of two classes is predicted."
    )
    prediction_set: list[str | int | float | bool] | None = Field(
        description="Classes that cannot be ruled out, with a promised coverage of 90 %; null "
        "where the pipeline was never calibrated."
    )
    slices: list[SliceAnswer]
    mask_confidence: float | None = Field(description="Dice that is expected of the lung mask.")
    roi: dict[str, float | None] = Field(
        description="Share of the scan that is lung, and the volume of the lungs in mL."
    )
    infection: dict[str, Any] | None = Field(description="With infection=true.")
    severity: dict[str, Any] | None = Field(description="With infection=true.")
    warnings: list[str]
    weights: dict[str, Any]


class Problem(BaseModel):
    """Why a request was not answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROBLEM]})

    input: str | None = Field(description="Name of the file at fault, as the client gave it.")
    error: str = Field(description="Everything in one line.")
    cause: str = Field(description="What is wrong, in one clause.")
    mend: str = Field(description="What can be done about it, in one clause; may be empty.")


class StageAnswer(BaseModel):
    """The weights of one stage."""

    name: str | None = Field(description="null where they were trained and never saved.")
    network: str | None
    saved_with: dict[str, str] = Field(description="Versions of what wrote them.")
    files: dict[str, str] = Field(description="SHA-256 of each file.")


class ModelAnswer(BaseModel):
    """A pipeline that this server runs."""

    name: str
    classes: list[str]
    threshold: float | None
    calibrated: bool = Field(description="Whether prediction sets are given.")
    stages: dict[str, StageAnswer]


class ModelsAnswer(BaseModel):
    """Every pipeline that this server runs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "models": [
                        {
                            "name": "covid-ct",
                            "classes": ["NonCOVID", "COVID"],
                            "threshold": 0.43,
                            "calibrated": True,
                            "stages": {
                                "classifier": {
                                    "name": "covid-ct",
                                    "network": "efficientnetb0",
                                    "saved_with": {"lungseg": "0.1.0"},
                                    "files": {"classifier.weights.h5": "0123456789abcdef" * 4},
                                }
                            },
                        }
                    ],
                    "notice": "Not a medical device.",
                }
            ]
        }
    )

    models: list[ModelAnswer]
    notice: str


class HealthAnswer(BaseModel):
    """Whether the server is there."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: str
