from __future__ import annotations

import numpy as np

from lungseg.networks import build
from lungseg.training.start import Start


def test_each_last_layer_starts_where_the_first_did() -> None:
    start = Start(build("simple", (32, 32, 1)), trained=True)
    before = start.model.get_weights()
    last = start.again().layers[-1]
    last.set_weights([part + 1 for part in last.get_weights()])
    for one, other in zip(start.again().get_weights(), before, strict=True):
        assert np.array_equal(one, other)
