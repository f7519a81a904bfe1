"""What ``lungseg mask`` does with one input, on whichever machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lungseg.cluster.place import check_place
from lungseg.cluster.weights import Weights, load_once


@dataclass(frozen=True)
class MaskJob:
    """Write the mask of a scan, and say how sure it is.

    Parameters
    ----------
    out : str
        Folder for the masks.
    masker : Weights
    infection : Weights, optional
        Without them the infection is not marked.
    engine : str
    fallback : str, optional
        As the weights say without.
    suffix : str, optional
        Of the masks' format; PNG for a picture and NIfTI for the rest without.
    overlay : bool
    marker : str, optional
        See `lungseg.cluster.place.check_place`.
    """

    out: str
    masker: Weights
    infection: Weights | None = None
    engine: str = "auto"
    fallback: str | None = None
    suffix: str | None = None
    overlay: bool = False
    marker: str | None = None

    def load(self) -> Any:
        """Load the masker and the infection segmenter, once in a process."""
        return load_once(
            _load, self.masker, self.infection, engine=self.engine, fallback=self.fallback
        )

    def __call__(self, task: tuple[str, str]) -> dict[str, Any]:
        """Mask one input.

        Parameters
        ----------
        task : tuple of (path, name)
            The name is that of the files that are written.

        Returns
        -------
        dict
            ``input``, ``mask`` (the file), ``confidence``, ``infected`` (share of the lungs, or
            None) and ``warnings``.
        """
        from lungseg.pipeline.prediction import suffix_of
        from lungseg.report.overlay import montage, save_png

        path, name = task
        check_place(path, self.marker)
        masker, segmenter = self.load()
        (item,) = masker.transform([path])
        suffix, out = self.suffix or suffix_of(item.mask), Path(self.out)
        written = item.mask.save(out / f"{name}_mask{suffix}")
        ill = None if segmenter is None else segmenter.predict([item])[0]
        if ill is not None:
            ill.save(out / f"{name}_infection{suffix}")
        if self.overlay:
            save_png(montage(item.scan, item.mask, ill), out / f"{name}_overlay.png")
        return {
            "input": path,
            "mask": str(written),
            "confidence": float(item.mask.confidence),
            "infected": None if ill is None else float(ill.share),
            "warnings": [*item.scan.warnings, *item.mask.warnings],
        }


def _load(masker: str, infection: str | None, *, engine: str, fallback: str | None) -> Any:
    from lungseg.infection import InfectionSegmenter
    from lungseg.masker import LungMasker

    loaded = LungMasker.from_pretrained(masker).set_params(engine=engine)
    if fallback is not None:
        loaded.set_params(fallback=fallback)
    return loaded, None if infection is None else InfectionSegmenter.from_pretrained(infection)
