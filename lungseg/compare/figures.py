"""Figures of a comparison: curves, confusion matrices, training, heat maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.compare.table import Record
from lungseg.report.figures import COLOURS, save_figure

Probabilities = Mapping[str, NDArray[np.float64]]


def draw_curves(
    folder: Path, truth: NDArray[np.intp], scores: Probabilities, classes: Sequence[str]
) -> list[str]:
    """Draw ROC and precision against recall, a line for each recipe.

    Parameters
    ----------
    folder : Path
    truth : int array of shape (rows,)
    scores : mapping of str to float array of shape (rows, classes)
        Probabilities of each recipe, the mean over its seeds.
    classes : sequence of str
        Of two, curves are drawn for the second; of more, for each.

    Returns
    -------
    list of str
        Names of the figures.
    """
    from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

    def roc(axes: Any, ill: NDArray[Any], found: NDArray[Any], name: str, colour: str) -> None:
        wrong, right, _ = roc_curve(ill, found)
        axes.plot(wrong, right, color=colour, label=f"{name}: {auc(wrong, right):.3f}")

    def precise(axes: Any, ill: NDArray[Any], found: NDArray[Any], name: str, colour: str) -> None:
        values, recall, _ = precision_recall_curve(ill, found)
        area = average_precision_score(ill, found)
        axes.step(recall, values, color=colour, label=f"{name}: {area:.3f}")

    _curves(folder, "roc", roc, "1 - specificity", "sensitivity", truth, scores, classes)
    _curves(folder, "precision-recall", precise, "recall", "precision", truth, scores, classes)
    return ["roc", "precision-recall"]


def _curves(
    folder: Path,
    name: str,
    draw: Callable[..., None],
    x: str,
    y: str,
    truth: NDArray[np.intp],
    scores: Probabilities,
    classes: Sequence[str],
) -> None:
    columns = range(1, 2) if len(classes) == 2 else range(len(classes))
    figure, panels = _panels(len(columns), width=5.2, height=4.8)
    for axes, column in zip(panels, columns, strict=True):
        for number, (recipe, found) in enumerate(scores.items()):
            colour = COLOURS[number % len(COLOURS)]
            draw(axes, truth == column, found[:, column], recipe, colour)
        axes.set(title=classes[column], xlabel=x, ylabel=y, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    save_figure(figure, folder, name)


def draw_confusion(
    folder: Path, counts: Mapping[str, Sequence[Sequence[int]]], classes: Sequence[str]
) -> list[str]:
    """Draw the confusion matrix of each recipe, as shares of the true class."""
    figure, panels = _panels(len(counts), width=3.0, height=3.2)
    for axes, (recipe, rows) in zip(panels, counts.items(), strict=True):
        shares = np.array(rows) / np.maximum(np.sum(rows, axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_title(recipe, fontsize=8)
        axes.set(xlabel="predicted", ylabel="true")
        axes.set_xticks(range(len(classes)), classes, fontsize=7)
        axes.set_yticks(range(len(classes)), classes, fontsize=7, rotation=90, va="center")
        for place, share in np.ndenumerate(shares):
            colour = "white" if share > 0.5 else "black"
            axes.text(place[1], place[0], f"{share:.0%}", ha="center", va="center", color=colour)
    save_figure(figure, folder, "confusion")
    return ["confusion"]


def draw_training(folder: Path, done: Mapping[str, Sequence[Record]]) -> list[str]:
    """Draw the loss of each epoch of each training, and of its validation patients."""
    figure, panels = _panels(len(done), width=3.4, height=2.8)
    for axes, (recipe, values) in zip(panels, done.items(), strict=True):
        for value in values:
            epochs = np.arange(1, len(value["history"]) + 1)
            for number, name in enumerate(("loss", "val_loss")):
                found = [row.get(name, np.nan) for row in value["history"]]
                axes.plot(epochs, found, color=COLOURS[number], linewidth=0.8, alpha=0.7)
        axes.set_title(recipe, fontsize=8)
        axes.set(xlabel="epoch", ylabel="loss")
        axes.grid(alpha=0.3)
    for number, name in enumerate(("training", "validation")):
        panels[0].plot([], [], color=COLOURS[number], label=name)
    panels[0].legend(fontsize=7)
    save_figure(figure, folder, "training")
    return ["training"]


def draw_heat(folder: Path, pictures: Mapping[str, Path], label: str) -> list[str]:
    """Draw where each recipe sees a class, on the same scans."""
    from matplotlib.image import imread

    shown = {recipe: imread(path) for recipe, path in pictures.items() if path.is_file()}
    if not shown:
        return []
    figure, panels = _panels(len(shown), width=8.0, height=2.2, columns=1)
    for axes, (recipe, picture) in zip(panels, shown.items(), strict=True):
        axes.imshow(picture)
        axes.set_title(f"{recipe}: where {label} is seen", fontsize=8)
        axes.set_axis_off()
    save_figure(figure, folder, "gradcam")
    return ["gradcam"]


def _panels(count: int, *, width: float, height: float, columns: int = 4) -> tuple[Any, list[Any]]:
    """Make a figure with so many axes, in rows."""
    # Not pyplot: it holds every figure in memory and looks for a screen.
    from matplotlib.figure import Figure

    across = min(count, columns)
    rows = -(-count // across)
    figure = Figure(figsize=(width * across, height * rows), layout="constrained")
    axes = [figure.add_subplot(rows, across, number + 1) for number in range(count)]
    return figure, axes
