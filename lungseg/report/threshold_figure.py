"""Figure of a segmenter's threshold."""

from __future__ import annotations

from pathlib import Path

from lungseg.evaluation.pixel_thresholds import ThresholdCurve
from lungseg.report.figures import COLOURS, save_figure


def threshold_figure(folder: str | Path, curve: ThresholdCurve, threshold: float) -> list[Path]:
    """Draw Dice, IoU, precision and recall against the threshold, as PNG and as SVG.

    Parameters
    ----------
    folder : str or Path
        Must exist.
    curve : ThresholdCurve
    threshold : float
        The one in use.

    Returns
    -------
    list of Path

    Examples
    --------
    >>> import tempfile
    >>> from lungseg.evaluation.pixel_thresholds import threshold_curve
    >>> curve = threshold_curve([([1, 1, 0, 0], [0.9, 0.4, 0.3, 0.1])])
    >>> [path.name for path in threshold_figure(tempfile.mkdtemp(), curve, 0.36)]
    ['threshold.png', 'threshold.svg']
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 4.0), layout="constrained")
    axes = figure.add_subplot()
    for name, colour in zip(("dice", "iou", "precision", "recall"), COLOURS, strict=False):
        label = {"dice": "Dice", "iou": "IoU"}.get(name, name)
        axes.plot(curve.thresholds, getattr(curve, name), color=colour, label=label)
    axes.axvline(threshold, color="0.4", linestyle=":", label=f"in use: {threshold:.2f}")
    axes.set(xlabel="threshold", ylabel="mean over scans", xlim=(0, 1), ylim=(0, 1.02))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower left")
    return save_figure(figure, Path(folder), "threshold")
