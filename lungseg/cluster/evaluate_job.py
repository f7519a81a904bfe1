"""What ``lungseg evaluate`` does with one scan, on whichever machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lungseg.cluster.place import check_place
from lungseg.cluster.weights import Weights, load_once


@dataclass(frozen=True)
class EvaluateJob:
    """Score a scan, whole and for the audit; its label stays with the client.

    Parameters
    ----------
    pipeline : Weights
    audit : bool
        Score the views of `lungseg.evaluation.audit`, too.
    cache : str, optional
        Folder for masks.
    marker : str, optional
        See `lungseg.cluster.place.check_place`.
    """

    pipeline: Weights
    audit: bool = True
    cache: str | None = None
    marker: str | None = None

    def load(self) -> Any:
        """Load the pipeline, once in a process."""
        return load_once(_load, self.pipeline, cache=self.cache)

    def __call__(self, task: tuple[str, str]) -> dict[str, Any]:
        """Score one scan.

        Parameters
        ----------
        task : tuple of (path, name)

        Returns
        -------
        dict
            ``probabilities`` of the classes, and ``audit`` as `lungseg.evaluation.audit.look`
            has it, None where it was not asked for.
        """
        from lungseg.evaluation.audit import look

        path, _ = task
        check_place(path, self.marker)
        pipeline = self.load()
        if isinstance(pipeline.masker_, str):
            (row,) = pipeline.predict_proba([path])
            return {"probabilities": row.tolist(), "audit": None}
        (item,) = pipeline.masker_.transform([path])
        chain = pipeline.chain_
        (row,) = pipeline.classifier_.predict_proba([chain.item_of(chain.show(*item))])
        return {
            "probabilities": row.tolist(),
            "audit": look(pipeline, item) if self.audit else None,
        }


def _load(pipeline: str, *, cache: str | None) -> Any:
    from lungseg.pipeline.pipeline import Pipeline

    loaded = Pipeline.from_pretrained(pipeline)
    if cache is not None and not isinstance(loaded.masker_, str):
        loaded.masker_.set_params(cache=cache)
    return loaded
