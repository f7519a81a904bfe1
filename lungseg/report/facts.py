"""What a report says of a scan and of its result, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lungseg.report.colours import INFECTION, LUNGS, hexadecimal

if TYPE_CHECKING:
    from lungseg.pipeline.prediction import Prediction

#: What made the mask.
_METHODS = {
    "network": "network",
    "classical": "threshold and body contour: the network was in doubt",
    "none": "none: the network was in doubt, and no lungs were marked",
    "given": "given with the scan",
}


class ClassBar(NamedTuple):
    """Probability of one class.

    Parameters
    ----------
    name : str
    probability : float
    threshold : float or None
        Probability from which the class is predicted, where there is one.
    predicted : bool
    """

    name: str
    probability: float
    threshold: float | None
    predicted: bool


def scan_facts(prediction: Prediction) -> list[tuple[str, str]]:
    """Say what the scan is and what was found in it, as pairs of name and value.

    Parameters
    ----------
    prediction : Prediction

    Returns
    -------
    list of tuple of str
    """
    scan, mask = prediction.scan, prediction.mask
    steps = scan.spacing
    size = "×".join(map(str, scan.shape))
    axial = len(scan.axial())
    facts = [
        ("Input", scan.source),
        ("Size", f"{size} voxels, {axial} axial slice{'s' if axial > 1 else ''}"),
        ("Voxel", "spacing not known" if steps is None else _millimetres(steps)),
        ("Values", "Hounsfield units" if scan.units == "HU" else "display grey, not HU"),
        ("Slices classified", str(len(prediction.slices))),
    ]
    if prediction.infection is None:
        facts.append(("Infection", "not segmented"))
    if mask is None:
        return [*facts, ("Lungs", "not segmented")]
    made = _METHODS[mask.method]
    if mask.method != "given":
        made += f"; expected Dice {mask.confidence:.2f}"
    volume = mask.volume_ml()
    share = f"{100 * float(mask.lungs.mean()):.1f} % of the scan"
    return [
        *facts,
        ("Lungs", share if volume is None else f"{volume:.0f} mL, {share}"),
        ("Lung mask", made),
    ]


def class_bars(prediction: Prediction) -> list[ClassBar]:
    """Probability of each class, with the threshold of the second of two."""
    names = list(prediction.probabilities)
    return [
        ClassBar(
            str(name),
            float(value),
            prediction.threshold if len(names) == 2 and place == 1 else None,
            name == prediction.label,
        )
        for place, (name, value) in enumerate(prediction.probabilities.items())
    ]


def set_sentence(prediction: Prediction) -> str:
    """Say in one sentence which classes cannot be ruled out."""
    found = prediction.prediction_set
    if found is None:
        return "The pipeline was never calibrated: how sure the label is cannot be said."
    if not found:
        return (
            "At a coverage of 90 % the set of possible classes is empty: the scan is like none "
            "of those the pipeline was calibrated on."
        )
    if len(found) == 1:
        return f"At a coverage of 90 % {found[0]} alone cannot be ruled out."
    names = ", ".join(map(str, found[:-1])) + f" and {found[-1]}"
    return f"Not certain: at a coverage of 90 % neither of {names} can be ruled out."


def warnings_of(prediction: Prediction) -> list[str]:
    """Warnings of the doctor and of every stage, each once."""
    infection = prediction.infection
    more = () if infection is None else infection.warnings
    return list(dict.fromkeys((*prediction.warnings, *more)))


def _millimetres(steps: tuple[float, float, float]) -> str:
    return " × ".join(f"{step:.4g}" for step in steps) + " mm"


def legend(prediction: Prediction) -> list[tuple[str, str]]:
    """Name each outline that is drawn, with its colour.

    Parameters
    ----------
    prediction : Prediction

    Returns
    -------
    list of tuple of str
        Colour in hexadecimal, and name.
    """
    mask, infection = prediction.mask, prediction.infection
    shown: list[tuple[str, str]] = []
    if mask is not None and (mask.voxels == 2).any():
        shown += [(hexadecimal(LUNGS[1]), "right lung"), (hexadecimal(LUNGS[2]), "left lung")]
    elif mask is not None:
        shown.append((hexadecimal(LUNGS[1]), "lungs"))
    if infection is not None:
        named = enumerate(infection.classes)
        shown += [(hexadecimal(INFECTION[i]), name) for i, name in named if i in INFECTION]
    return shown
