from __future__ import annotations

import os

import pytest

from lungseg.io.quiet import quiet_stderr


def test_only_the_block_is_quiet(capfd) -> None:
    with quiet_stderr():
        os.write(2, b"chatter")
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_an_error_ends_the_quiet(capfd) -> None:
    with pytest.raises(RuntimeError), quiet_stderr():
        raise RuntimeError
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
