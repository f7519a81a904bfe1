"""Where a pipeline keeps what it need not make twice."""

from __future__ import annotations

from pathlib import Path

from lungseg.pipeline.pipeline import Pipeline


def use_cache(pipeline: Pipeline, folder: Path | None) -> Pipeline:
    """Keep masks and preprocessed scans on disk, so that none is made twice.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted or not; it is changed in place.
    folder : Path or None
        None keeps nothing.

    Returns
    -------
    Pipeline
        The same one.

    Examples
    --------
    >>> import lungseg
    >>> use_cache(lungseg.Pipeline.from_recipe("default"), Path("masks")).masker.cache
    PosixPath('masks')
    """
    pipeline.set_params(cache=None if folder is None else folder / "shown")
    for masker in (pipeline.masker, getattr(pipeline, "masker_", None)):
        if masker is not None and not isinstance(masker, str):
            masker.set_params(cache=folder)
    return pipeline
