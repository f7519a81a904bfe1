from __future__ import annotations

import sys

import pytest

from lungseg.serve.settings import Limits, Settings
from tests.lungseg.cli.calling import run

TOKEN = "a token of some length"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.5", "example.org", ""])
def test_others_are_not_served_without_a_token(host) -> None:
    with pytest.raises(ValueError, match="give a token"):
        Settings(host)
    assert Settings(host, token=TOKEN).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_is(host) -> None:
    assert Settings(host).token is None


def test_a_token_that_can_be_guessed_is_refused_and_none_is_printed() -> None:
    with pytest.raises(ValueError, match="16 characters"):
        Settings(token="secret")
    assert TOKEN not in repr(Settings(token=TOKEN))


@pytest.mark.parametrize("changes", [{"queue": 0}, {"upload_bytes": -1}, {"idle_seconds": 0}])
def test_limits_are_above_0(changes) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Limits(**changes)


def test_a_package_that_is_missing_is_named_with_its_extra(monkeypatch) -> None:
    from lungseg.cli.serve import serve

    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(ModuleNotFoundError, match=r"gradio: pip install 'lungseg\[serve\]'"):
        serve()


def test_the_command_refuses_before_it_loads_anything(monkeypatch) -> None:
    monkeypatch.delenv("LUNGSEG_TOKEN", raising=False)
    result = run("serve", "--host", "0.0.0.0")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: others can reach the host")
    assert len(result.stderr.splitlines()) == 1
