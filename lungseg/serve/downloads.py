"""What the page lets people take home: the masks and the report."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import Response

from lungseg.serve.results import Results
from lungseg.serve.scratch import Scratch

if TYPE_CHECKING:
    from lungseg.pipeline.prediction import Prediction


def make_downloads(results: Results, scratch: Scratch) -> APIRouter:
    """Make the routes of the page's downloads; they are no part of the service.

    Parameters
    ----------
    results : Results
    scratch : Scratch
        Where masks are written before they are packed.

    Returns
    -------
    fastapi.APIRouter
    """
    routes = APIRouter(prefix="/results/{token}", include_in_schema=False)

    @routes.get("/report.html")
    def report(token: str) -> Response:
        from lungseg.report.page import report_page

        page = report_page(results.get(token))
        return _attached(page.encode("utf-8"), "report.html", "text/html; charset=utf-8")

    @routes.get("/masks.zip")
    def masks(token: str) -> Response:
        packed = pack_masks(results.get(token), scratch)
        return _attached(packed, "masks.zip", "application/zip")

    return routes


def pack_masks(prediction: Prediction, scratch: Scratch) -> bytes:
    """Pack the masks of a prediction and its ``result.json`` into a zip.

    Parameters
    ----------
    prediction : Prediction
    scratch : Scratch

    Returns
    -------
    bytes
        ``mask`` and ``infection`` as NIfTI, or PNG for a picture.
    """
    from shutil import rmtree

    from lungseg.pipeline.prediction import suffix_of

    folder = scratch.make()
    try:
        whole = BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
            masks = {"mask": prediction.mask, "infection": prediction.infection}
            for name, mask in masks.items():
                if mask is not None:
                    path = mask.save(folder / f"{name}{suffix_of(mask)}")
                    packed.write(path, path.name)
            text = json.dumps(prediction.to_dict(), indent=2, ensure_ascii=False)
            packed.writestr("result.json", text)
        return whole.getvalue()
    finally:
        rmtree(folder, ignore_errors=True)


def _attached(content: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
