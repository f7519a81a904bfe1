"""The last layer over several trunks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lungseg.training.solve_layer import Floats, solve_layer


def solve_trunks(
    features: Floats,
    labels: NDArray[np.intp],
    prior: Floats,
    *,
    trunks: Sequence[Sequence[int]],
    ridge: float,
    gamma: float = 2.0,
    weights: Floats | None = None,
    shares: Sequence[float] | None = None,
) -> tuple[Floats, Floats]:
    """Solve for the part of the last layer over each trunk by itself; logits are a mean of theirs.

    Fitted at once, each trunk would leave to the other what the other does better on the
    samples at hand; fitted alone and averaged, their errors on others fade.

    Parameters
    ----------
    features : float array of shape (n, features)
    labels : int array of shape (n,)
    prior : float array of shape (features, classes)
    trunks : sequence of sequence of int
        Of each trunk, how many features come from each of its stages; none: one trunk of
        one stage.
    ridge, gamma
        As in `lungseg.training.solve_layer.solve_layer`.
    weights : float array of shape (n,) or (trunks, n), optional
        Of each sample in the sum of losses, the same for all trunks or each trunk's own; their
        mean without.
    shares : sequence of float, optional
        How much each trunk counts in the mean; alike without.

    Returns
    -------
    kernel : float array of shape (features, classes)
    bias : float array of shape (classes,)

    References
    ----------
    Breiman, "Bagging Predictors", Machine Learning 1996, for why a mean errs less; Wolpert,
    "Stacked Generalization", Neural Networks 1992.

    Examples
    --------
    >>> features = np.array([[0.0, 5.0], [1.0, 4.0], [4.0, 1.0], [5.0, 0.0]])
    >>> kernel, bias = solve_trunks(
    ...     features, np.array([0, 0, 1, 1]), np.zeros((2, 2)), trunks=[(1,), (1,)], ridge=0.01
    ... )
    >>> np.allclose(kernel[0], -kernel[1], atol=1e-4)
    True
    """
    sizes = [sum(stages) for stages in trunks] or [len(prior)]
    told = np.ones(len(sizes)) if shares is None else np.asarray(shares, np.float64)
    told = told / told.sum()
    if weights is not None:
        weights = np.broadcast_to(weights, (len(sizes), len(labels)))
    kernels, biases, start = [], [], 0
    for number, size in enumerate(sizes):
        part = slice(start, start + size)
        kernel, bias = solve_layer(
            features[:, part],
            labels,
            prior[part] / told[number],
            ridge=ridge,
            gamma=gamma,
            weights=None if weights is None else weights[number],
            stages=trunks[number] if trunks else (),
        )
        kernels.append(told[number] * kernel)
        biases.append(told[number] * bias)
        start += size
    return np.concatenate(kernels), np.sum(biases, axis=0)
