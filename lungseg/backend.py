"""Keras, imported without the start-up chatter of its backend.

Every module that needs Keras takes it from here.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Hold back what C++ code writes to standard error; give it out if the block fails.

    TensorFlow logs from C++ before its log level is read, so that no Python setting
    reaches those lines.
    """
    try:
        stderr = sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # no real stream: nothing to hold back
        yield
        return
    sys.stderr.flush()
    kept = os.dup(stderr)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), stderr)
        try:
            yield
        except BaseException:
            os.dup2(kept, stderr)
            held.seek(0)
            sys.stderr.write(held.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(kept, stderr)
            os.close(kept)


def _load() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Advice on how Keras calls TensorFlow, which no user of this library can follow.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with _quiet_stderr():
        import keras

        # The first operation starts the device, which logs once more.
        keras.ops.zeros(1)
    return keras


keras: Any = _load()


def backend_name() -> str:
    """Name of the Keras backend in use: "tensorflow", "jax" or "torch".

    Examples
    --------
    >>> backend_name() in {"tensorflow", "jax", "torch"}
    True
    """
    return str(keras.config.backend())


@contextmanager
def compute_type(policy: str) -> Iterator[None]:
    """Build networks under a precision policy of Keras, and go back to the one before.

    Parameters
    ----------
    policy : str
        "float32", or "mixed_bfloat16": weights stay float32, and sums are made in
        bfloat16, half as long on a processor that has it.

    Examples
    --------
    >>> with compute_type("mixed_bfloat16"):
    ...     keras.layers.Dense(1).compute_dtype
    'bfloat16'
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
