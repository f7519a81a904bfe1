"""The page's field for a file: Gradio's own, of which Gradio reads nothing."""

from __future__ import annotations

from typing import Any

import gradio as gr


def make_file_field(**options: Any) -> gr.File:
    """Make a field for one file; its value is the token under which the upload waits.

    Gradio's field would read whatever path its value names, and fetch whatever address. It
    is changed and not derived from: Gradio writes a file beside each class that is.

    Parameters
    ----------
    **options
        As `gradio.File` takes them.

    Returns
    -------
    gradio.File

    Examples
    --------
    >>> make_file_field(render=False).preprocess({"path": "token", "orig_name": "scan.nii"})
    'token'
    """
    field = gr.File(**options)
    changes: dict[str, Any] = {
        "data_model": None,
        "preprocess": _token,
        "api_info": lambda: {"type": "object"},
    }
    for name, value in changes.items():
        setattr(field, name, value)
    return field


def _token(payload: Any) -> str:
    return str(payload.get("path", "")) if isinstance(payload, dict) else ""
