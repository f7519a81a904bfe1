"""The unrolled merge of BCDU-Net against ``ConvLSTM2D``, as a ratio in one run.

``python benchmarks/merge.py`` prints the median time of each over several calls in turn.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from lungseg.backend import keras
from lungseg.networks.convlstm_merge import ConvLSTMMerge

_SHAPE = (256, 256, 16)
_FILTERS = 8
_CALLS = 15


def main() -> None:
    skip, up = keras.Input(_SHAPE), keras.Input(_SHAPE)
    looped = keras.layers.ConvLSTM2D(_FILTERS, 3, padding="same", go_backwards=True)
    sequence = keras.ops.stack([skip, up], axis=1)
    models = {
        "ConvLSTM2D": keras.Model([skip, up], looped(sequence)),
        "unrolled": keras.Model([skip, up], ConvLSTMMerge(_FILTERS)([skip, up])),
    }
    rng = np.random.default_rng(0)
    pair = [rng.normal(size=(4, *_SHAPE)).astype(np.float32) for _ in range(2)]
    times: dict[str, list[float]] = {name: [] for name in models}
    for call in range(_CALLS + 2):
        for name, model in models.items():
            seconds = _time(lambda model=model: model.predict_on_batch(pair))
            if call >= 2:  # the first calls build the graph
                times[name].append(seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in medians.items():
        print(f"{name}: {seconds * 1000:.1f} ms")
    print(f"the unrolled merge is {medians['ConvLSTM2D'] / medians['unrolled']:.2f} times as fast")


def _time(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
