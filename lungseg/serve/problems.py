"""Errors as clients see them: one shape, no stack trace, no path."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lungseg.errors import InputError
from lungseg.serve.schemas import Problem

#: Status → when it is answered: what OpenAPI says of it.
STATUSES = {
    400: "The body is no form, or broken.",
    401: "The server has a token, and the request does not hold it.",
    403: "The request comes from a page of another site, or names another host.",
    408: "The client fell silent in the middle of its upload.",
    413: "The upload is larger than the server takes.",
    422: "The scan cannot be used, or a parameter is wrong; the answer says which and why.",
    500: "The server is at fault; the reason stands in its own log.",
    503: "The queue is full, or the server is being stopped; come again after Retry-After.",
}

_FAULT = "the server is at fault"


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe error statuses for OpenAPI.

    Examples
    --------
    >>> sorted(answers(401, 503)[503])
    ['description', 'headers', 'model']
    """
    described: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        described[status] = {"model": Problem, "description": STATUSES[status]}
    if 503 in described:
        described[503]["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
        }
    return described


def problem(
    status: int,
    cause: str,
    mend: str = "",
    name: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Make the answer to a request that failed.

    Examples
    --------
    >>> problem(404, "there is nothing here").body
    b'{"input":null,"error":"there is nothing here","cause":"there is nothing here","mend":""}'
    """
    line = "; ".join(part for part in (cause, mend) if part)
    body = Problem(input=name, error=f"{name}: {line}" if name else line, cause=cause, mend=mend)
    return JSONResponse(body.model_dump(), status, headers)


def add_handlers(app: FastAPI) -> None:
    """Let every error of an app be answered as a `Problem`."""

    @app.exception_handler(InputError)
    def _unusable(_request: Request, error: InputError) -> JSONResponse:
        return problem(422, error.cause, error.mend, error.source)

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return problem(422, f"{place}: {first['msg']}", "see /openapi.json")

    @app.exception_handler(HTTPException)
    def _http(_request: Request, error: HTTPException) -> JSONResponse:
        headers = None if error.headers is None else dict(error.headers)
        return problem(error.status_code, str(error.detail), headers=headers)

    @app.exception_handler(Exception)
    def _fault(_request: Request, _error: Exception) -> JSONResponse:
        return problem(500, _FAULT, "tell whoever runs it")
