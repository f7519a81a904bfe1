"""The application: service, page, and what stands before them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI

from lungseg import __version__
from lungseg.serve.admission import Admission
from lungseg.serve.guard import Guard
from lungseg.serve.metrics import Metrics
from lungseg.serve.problems import add_handlers
from lungseg.serve.results import Results
from lungseg.serve.routes import make_routes
from lungseg.serve.scratch import Scratch
from lungseg.serve.service import Service
from lungseg.serve.settings import Settings
from lungseg.serve.uploads import Uploads

_ABOUT = (
    "Two-stage analysis of chest CT over HTTP. **Not a medical device**: for research; no "
    "diagnosis and no treatment may rest on it."
)

#: How often uploads are looked for that were forgotten.
_ROUND = 60.0


def make_app(
    service: Service, scratch: Scratch, settings: Settings, *, page: bool = True
) -> FastAPI:
    """Make the application that ``lungseg serve`` runs.

    Parameters
    ----------
    service : Service
        Not entered: it works from the start of the application to its end.
    scratch : Scratch
        Entered, and not left before the end of the application.
    settings : Settings
    page : bool
        With the page, too; it takes some seconds to import.

    Returns
    -------
    fastapi.FastAPI
        For an ASGI server, with one process.
    """
    uploads = Uploads(scratch)
    admission = Admission(settings.limits.queue)
    metrics = Metrics(lambda: service.waiting, lambda: admission.taken)
    service.noticed = _counting(metrics)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        round_ = asyncio.create_task(_rounds(uploads, results))
        with service:
            yield
        round_.cancel()

    app = FastAPI(
        title="lungseg",
        version=__version__,
        description=_ABOUT,
        lifespan=lifespan,
        # Their pages would load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    add_handlers(app)
    app.include_router(make_routes(service, uploads, metrics))
    results = None
    if page:
        from lungseg.serve.mount import mount_page

        results = mount_page(app, service, uploads, admission, settings)
    if settings.token is not None:
        _describe_token(app)
    app.add_middleware(Guard, settings=settings, admission=admission, metrics=metrics)
    return app


def _counting(metrics: Metrics) -> Any:
    def noticed(
        batch: int | None = None, kind: str | None = None, outcome: str | None = None
    ) -> None:
        if batch is not None:
            metrics.batch(batch)
        if kind is not None and outcome is not None:
            metrics.scan(kind, outcome)

    return noticed


async def _rounds(uploads: Uploads, results: Results | None) -> None:
    while True:
        await asyncio.sleep(_ROUND)
        uploads.drop_forgotten()
        if results is not None:
            results.drop_old()


def _describe_token(app: FastAPI) -> None:
    """Say in the OpenAPI description that a token is needed."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        schema = describe()
        ways = {"token": {"type": "http", "scheme": "bearer"}}
        schema.setdefault("components", {})["securitySchemes"] = ways
        schema["security"] = [{"token": []}]
        schema["paths"]["/healthz"]["get"]["security"] = []
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
