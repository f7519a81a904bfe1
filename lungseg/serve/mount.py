"""The page, mounted on the application of the service."""

from __future__ import annotations

import json
import os
from typing import Any

from fastapi import FastAPI, Request, UploadFile
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from lungseg.serve.admission import Admission
from lungseg.serve.downloads import make_downloads
from lungseg.serve.page_guard import PageGuard
from lungseg.serve.results import Results
from lungseg.serve.service import Service
from lungseg.serve.settings import Settings
from lungseg.serve.uploads import Uploads

#: Read by Gradio when it is imported: it tells nobody that it runs.
_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}


def mount_page(
    app: FastAPI, service: Service, uploads: Uploads, admission: Admission, settings: Settings
) -> Results:
    """Mount the page at ``/page/``, and lead there from ``/``.

    Parameters
    ----------
    app : fastapi.FastAPI
    service : Service
    uploads : Uploads
    admission : Admission
        The page's scans take places like those of the service.
    settings : Settings

    Returns
    -------
    Results
        What the page shows at present.
    """
    # Gradio has no other switch for its telemetry, nor for where it would put files.
    os.environ.update(_QUIET, GRADIO_TEMP_DIR=str(uploads.scratch.folder / "gradio"))
    import gradio

    from lungseg.serve.page import make_page
    from lungseg.serve.page_look import CSS, THEME

    results = Results(settings.limits.results_bytes, settings.limits.results_seconds)

    @app.get("/", include_in_schema=False)
    def _to_page() -> Response:
        return RedirectResponse("/page/")

    @app.get("/manifest.json", include_in_schema=False)
    def _manifest() -> Response:
        # Gradio's page names one, and browsers complain of one that is not there.
        return JSONResponse({"name": "lungseg"})

    @app.get("/favicon.ico", include_in_schema=False)
    def _icon() -> Response:
        return Response(status_code=204)

    @app.post("/page/gradio_api/upload", include_in_schema=False)
    async def _upload(request: Request) -> Response:
        return await _kept(request, uploads)

    @app.get("/page/gradio_api/upload_progress", include_in_schema=False)
    def _progress() -> Response:
        # The browser itself knows when its upload is done.
        return Response(f"data: {json.dumps({'msg': 'done'})}\n\n", media_type="text/event-stream")

    app.include_router(make_downloads(results, uploads.scratch))
    blocks = make_page(service, uploads, results, admission)
    gradio.mount_gradio_app(
        app,
        blocks,
        path="/page",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        theme=THEME,
        css=CSS,
    )
    app.add_middleware(PageGuard)
    return results


async def _kept(request: Request, uploads: Uploads) -> Response:
    """Keep what Gradio's file field sends; answer the tokens it will be asked for by."""
    async with request.form(max_files=1, max_fields=4) as form:
        files: list[Any] = [part for part in form.values() if not isinstance(part, str)]
        if len(files) != 1:
            return Response("one file is needed", 400, media_type="text/plain")
        file: UploadFile = files[0]
        upload = await run_in_threadpool(uploads.keep, file.file, file.filename)
    return JSONResponse([uploads.put_aside(upload)])
