"""Training and prediction of a few steps."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def eagerly() -> Iterator[None]:
    """Run what TensorFlow would trace: to trace hundreds of layers takes longer than few steps."""
    import tensorflow

    tensorflow.config.run_functions_eagerly(True)
    try:
        with warnings.catch_warnings():
            # Pipelines of tf.data are traced still, and it says so.
            warnings.filterwarnings("ignore", "Even though the `tf.config", UserWarning)
            yield
    finally:
        tensorflow.config.run_functions_eagerly(False)
