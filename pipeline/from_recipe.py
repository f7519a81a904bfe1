"""From a recipe to the estimator that it describes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lungseg.pipeline.recipe import Recipe, load_recipe

if TYPE_CHECKING:
    from lungseg.pipeline.pipeline import Pipeline

    from lungseg.infection import InfectionSegmenter
    from lungseg.masker import LungMasker


def from_recipe(name: str | Path = "default") -> Pipeline | InfectionSegmenter | LungMasker:
    """Make what a recipe trains, unfitted.

    Parameters
    ----------
    name : str or Path
        A name of `lungseg.pipeline.recipe.names`, a YAML file, or a variant of either; see
        `lungseg.pipeline.recipe.load_recipe`.

    Returns
    -------
    Pipeline, InfectionSegmenter or LungMasker
        Each has ``fit(X, y, groups)``; the y of a pipeline are labels, of the others masks.

    Raises
    ------
    lungseg.InputError
        If there is no such recipe, or a key or value in it is wrong.

    Examples
    --------
    >>> from_recipe("s3-lungs").network
    'unet-s3'
    """
    recipe = load_recipe(name)
    if recipe.trains == "classifier":
        return make_pipeline(recipe)
    return _segmenter(recipe) if recipe.trains == "infection" else _masker(recipe)


def make_pipeline(recipe: Recipe) -> Pipeline:
    """Make the pipeline of a recipe that trains a classifier."""
    from lungseg.pipeline.pipeline import Pipeline

    from lungseg.classifier import CTClassifier
    from lungseg.roi import RoiMultiply

    roi = RoiMultiply() if recipe.roi is None else RoiMultiply(**recipe.roi.model_dump())
    classifier = CTClassifier(**_given(recipe.classifier))
    return Pipeline(_trained_masker(recipe), roi, classifier, preprocess=recipe.transforms())


def _segmenter(recipe: Recipe) -> InfectionSegmenter:
    from lungseg.infection import InfectionSegmenter

    return InfectionSegmenter(masker=_trained_masker(recipe), **_given(recipe.infection))


def _masker(recipe: Recipe) -> LungMasker:
    from lungseg.masker import LungMasker

    return LungMasker(**_given(recipe.lungs))


def _trained_masker(recipe: Recipe) -> Any:
    """Load the masker that a recipe names; without one scans are shown whole."""
    from lungseg.masker import LungMasker

    if recipe.masker is None:
        return "passthrough"
    masker = LungMasker.from_pretrained(recipe.masker.weights)
    return masker.set_params(threshold=recipe.masker.threshold)


def _given(section: Any) -> dict[str, Any]:
    params: dict[str, Any] = section.model_dump(exclude_none=True)
    return params
