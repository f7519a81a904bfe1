"""The service: what programs ask."""

from __future__ import annotations

import asyncio
import json
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, File, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from lungseg.serve.metrics import Metrics
from lungseg.serve.problems import answers, problem
from lungseg.serve.schemas import (
    HealthAnswer,
    ModelAnswer,
    ModelsAnswer,
    PredictionAnswer,
    StageAnswer,
)
from lungseg.serve.service import Kind, Service, Task
from lungseg.serve.uploads import Upload, Uploads
from lungseg.serve.waiting import ClientGoneError, answer_of

if TYPE_CHECKING:
    from lungseg.infection_mask import InfectionMask
    from lungseg.scan import LungMask

#: Every request may be answered so.
_ANY = answers(401, 403, 413, 500)

_ASKED = answers(400, 401, 403, 408, 413, 422, 500, 503)

#: Nobody reads this answer: the client has gone.
_NOBODY = Response(status_code=499)

ScanFile = Annotated[
    UploadFile,
    File(
        description="A picture, NIfTI, NRRD, MetaImage, DICOM or .npy file, or a zip of a DICOM "
        "series."
    ),
]
WithInfection = Annotated[
    bool, Query(description="Mark the infection, too, and say how much there is.")
]


class What(str, Enum):
    """What a mask is of."""

    lungs = "lungs"
    infection = "infection"


class Form(str, Enum):
    """How a mask is written."""

    auto = "auto"
    nifti = "nifti"
    png = "png"


def make_routes(service: Service, uploads: Uploads, metrics: Metrics) -> APIRouter:
    """Make the routes of the service.

    Parameters
    ----------
    service : Service
    uploads : Uploads
    metrics : Metrics

    Returns
    -------
    fastapi.APIRouter
    """
    routes = APIRouter()

    @routes.post(
        "/v1/predict",
        response_model=PredictionAnswer,
        responses=_ASKED,
        tags=["scans"],
        summary="Classify a scan",
    )
    async def predict(
        request: Request, file: ScanFile, infection: WithInfection = False
    ) -> Response:
        """Answer what `lungseg predict --json` prints of one input."""
        return await _ask(request, file, "predict", infection, _as_json)

    @routes.post(
        "/v1/mask",
        response_class=Response,
        responses={**_ASKED, 200: _MASK_ANSWER},
        tags=["scans"],
        summary="Mask the lungs or the infection of a scan",
    )
    async def mask(
        request: Request,
        file: ScanFile,
        what: Annotated[What, Query(description="Lungs, or lungs and infection.")] = What.lungs,
        format: Annotated[
            Form, Query(description="auto: PNG for a picture, NIfTI for the rest.")
        ] = Form.auto,
    ) -> Response:
        """Answer the mask as a file, in the scan's own geometry.

        Values of the lungs: 1 right lung (or both, where the sides cannot be told), 2 left
        lung. Of the infection: 1 lung, 2 infection or ground glass, 3 consolidation.
        """

        def written(result: Any, upload: Upload) -> Response:
            return _as_file(result, upload, format)

        return await _ask(request, file, "mask", what is What.infection, written)

    @routes.get(
        "/v1/models",
        response_model=ModelsAnswer,
        responses=_ANY,
        tags=["server"],
        summary="What runs here",
    )
    def models() -> ModelsAnswer:
        """Name the pipeline, its classes, and the SHA-256 of its weights."""
        return ModelsAnswer(models=[described(service)], notice="Not a medical device.")

    @routes.get(
        "/healthz",
        response_model=HealthAnswer,
        responses=answers(403, 413, 500),
        tags=["server"],
        summary="Whether the server is there",
    )
    async def healthz() -> HealthAnswer:
        """Answer without a token; nothing is said of what the server does."""
        return HealthAnswer(status="ok")

    @routes.get(
        "/metrics",
        response_class=Response,
        responses={**_ANY, 200: {"content": {"text/plain": {}}, "description": "Counters."}},
        tags=["server"],
        summary="Counters for Prometheus",
    )
    async def counters() -> Response:
        """Answer in the text format of Prometheus."""
        return Response(metrics.page(), media_type="text/plain; version=0.0.4")

    async def _ask(
        request: Request, file: UploadFile, kind: Kind, infection: bool, write: Any
    ) -> Response:
        upload = await run_in_threadpool(uploads.keep, file.file, file.filename)
        future = service.submit(Task(upload, kind, infection))
        try:
            await file.close()
            result = await answer_of(future, request.is_disconnected)
            answer: Response = await run_in_threadpool(write, result, upload)
            return answer
        except ClientGoneError:
            return _NOBODY
        except asyncio.CancelledError:
            future.cancel()
            after = {"Retry-After": "60"}
            return problem(503, "the server is being stopped", "come again later", headers=after)
        finally:
            await run_in_threadpool(upload.discard)

    return routes


def described(service: Service) -> ModelAnswer:
    """Describe the pipeline of a service."""
    from lungseg.report.provenance import weights_of

    classifier = service.pipeline.classifier_
    classes = [str(name) for name in classifier.classes_]
    return ModelAnswer(
        name=service.name,
        classes=classes,
        threshold=classifier.threshold_ if len(classes) == 2 else None,
        calibrated=classifier.conformal_ is not None,
        stages={name: StageAnswer(**entry) for name, entry in weights_of(service.pipeline).items()},
    )


_MASK_ANSWER: dict[str, Any] = {
    "description": "The mask, as a file.",
    "content": {
        kind: {"schema": {"type": "string", "format": "binary"}}
        for kind in ("application/gzip", "image/png")
    },
    "headers": {
        "Lungseg-Confidence": {
            "description": "Dice that is expected of the lungs; not sent with infection.",
            "schema": {"type": "number"},
        },
        "Lungseg-Warnings": {
            "description": "What the masker noticed: a JSON list in ASCII.",
            "schema": {"type": "string"},
        },
    },
}


def _as_json(prediction: Any, _upload: Upload) -> Response:
    return JSONResponse(prediction.to_dict())


def _as_file(mask: LungMask | InfectionMask, upload: Upload, form: Form) -> Response:
    from lungseg.pipeline.prediction import suffix_of
    from lungseg.scan import LungMask

    suffix = {"nifti": ".nii.gz", "png": ".png"}.get(form.value) or suffix_of(mask)
    written = mask.save(upload.folder / f"mask{suffix}").read_bytes()
    headers = {
        "Content-Disposition": f'attachment; filename="mask{suffix}"',
        # Headers hold one line of ASCII, and not too much of it.
        "Lungseg-Warnings": json.dumps([warning[:400] for warning in mask.warnings][:8]),
    }
    if isinstance(mask, LungMask):
        headers["Lungseg-Confidence"] = f"{mask.confidence:.3f}"
    kind = "image/png" if suffix == ".png" else "application/gzip"
    return Response(written, media_type=kind, headers=headers)
