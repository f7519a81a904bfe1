"""Figures of a classifier: ROC, precision and recall, confusion, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lungseg.evaluation.calibration import expected_calibration_error, reliability
from lungseg.io.atomic import atomic_path

#: Okabe and Ito's colours, told apart with any colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def classifier_figures(
    folder: str | Path, y_true: ArrayLike, probabilities: ArrayLike, classes: Sequence[Any]
) -> list[Path]:
    """Draw the figures of a classifier, each as PNG and as SVG.

    Parameters
    ----------
    folder : str or Path
        Must exist.
    y_true : int array of shape (n,)
        Number of the true class.
    probabilities : float array of shape (n, classes)
    classes : sequence
        Names in the order of the columns. Of two, curves are drawn for the second.

    Returns
    -------
    list of Path
        ``roc``, ``precision-recall``, ``confusion`` and ``calibration``.

    Examples
    --------
    >>> import tempfile
    >>> paths = classifier_figures(
    ...     tempfile.mkdtemp(), [0, 1, 0, 1], [[0.8, 0.2], [0.3, 0.7], [0.6, 0.4], [0.1, 0.9]],
    ...     ["healthy", "ill"])
    >>> [path.name for path in paths][:2]
    ['roc.png', 'roc.svg']
    """
    truth, scores = np.asarray(y_true), np.asarray(probabilities, float)
    drawn = {
        "roc": _roc(truth, scores, classes),
        "precision-recall": _precision_recall(truth, scores, classes),
        "confusion": _confusion(truth, scores, classes),
        "calibration": _calibration(truth, scores),
    }
    return [
        path for name, figure in drawn.items() for path in save_figure(figure, Path(folder), name)
    ]


def save_figure(figure: Any, folder: Path, name: str) -> list[Path]:
    """Write a figure as PNG and as SVG; each appears whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    folder : Path
        Must exist.
    name : str
        Of the files, without suffix.

    Returns
    -------
    list of Path
    """
    paths = []
    for suffix in ("png", "svg"):
        path = folder / f"{name}.{suffix}"
        with atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=150, metadata=_NO_DATE.get(suffix))
        paths.append(path)
    return paths


#: Without the date two runs write the same file.
_NO_DATE: dict[str, dict[str, Any]] = {"svg": {"Date": None}}


def _axes(title: str, x: str, y: str) -> tuple[Any, Any]:
    # Not pyplot: it holds every figure in memory and looks for a screen.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 4.4), layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.set_aspect("equal")
    axes.grid(alpha=0.3)
    return figure, axes


def _columns(classes: Sequence[Any]) -> range:
    return range(1, 2) if len(classes) == 2 else range(len(classes))


def _roc(truth: NDArray[Any], scores: NDArray[Any], classes: Sequence[Any]) -> Any:
    from sklearn.metrics import auc, roc_curve

    figure, axes = _axes("ROC", "1 - specificity", "sensitivity")
    axes.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=1)
    for column in _columns(classes):
        wrong, right, _ = roc_curve(truth == column, scores[:, column])
        label = f"{classes[column]}: AUC {auc(wrong, right):.3f}"
        axes.plot(wrong, right, color=COLOURS[column % len(COLOURS)], label=label)
    axes.legend(loc="lower right")
    return figure


def _precision_recall(truth: NDArray[Any], scores: NDArray[Any], classes: Sequence[Any]) -> Any:
    from sklearn.metrics import average_precision_score, precision_recall_curve

    figure, axes = _axes("Precision and recall", "recall", "precision")
    for column in _columns(classes):
        precision, recall, _ = precision_recall_curve(truth == column, scores[:, column])
        area = average_precision_score(truth == column, scores[:, column])
        colour = COLOURS[column % len(COLOURS)]
        axes.step(recall, precision, color=colour, label=f"{classes[column]}: AP {area:.3f}")
        axes.axhline(float(np.mean(truth == column)), color=colour, linestyle=":", linewidth=1)
    axes.legend(loc="lower left")
    return figure


def _confusion(truth: NDArray[Any], scores: NDArray[Any], classes: Sequence[Any]) -> Any:
    from matplotlib.figure import Figure
    from sklearn.metrics import confusion_matrix

    counts = confusion_matrix(truth, scores.argmax(axis=1), labels=range(len(classes)))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(4.6, 4.4), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names = [str(name) for name in classes]
    axes.set(title="Likeliest class", xlabel="predicted", ylabel="true")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names, rotation=90, va="center")
    for row, column in np.ndindex(counts.shape):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(
            column, row, f"{counts[row, column]}\n{shares[row, column]:.0%}",
            ha="center", va="center", color=colour,
        )  # fmt: skip
    return figure


def _calibration(truth: NDArray[Any], scores: NDArray[Any]) -> Any:
    confidence, accuracy, count = reliability(truth, scores)
    error = expected_calibration_error(truth, scores)
    figure, axes = _axes(f"Calibration: error {error:.3f}", "probability", "share that was right")
    axes.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=1)
    axes.plot(confidence, accuracy, color=COLOURS[0], marker="o")
    for x, y, n in zip(confidence, accuracy, count, strict=True):
        axes.annotate(str(n), (x, y), textcoords="offset points", xytext=(5, -10), fontsize=8)
    return figure
