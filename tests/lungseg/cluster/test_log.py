"""Results on disk."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from lungseg import InputError
from lungseg.cluster import ResultLog


def record(key: str, value: int | None = 1, error: str | None = None) -> dict[str, object]:
    return {"key": key, "value": value, "error": error}


def test_half_a_last_line_is_cut_off(tmp_path) -> None:
    path = tmp_path / "r.jsonl"
    with ResultLog(path) as log:
        log.append(record("a"))
        log.append(record("ä b"))
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with ResultLog(path) as log:
            lines = whole[:cut].count(b"\n")
            assert list(log.done) == ["a", "ä b"][: max(0, lines - 1)]
            for key in {"a", "ä b"} - set(log.done):
                log.append(record(key))
        lines = path.read_text("utf-8").splitlines()
        assert sorted(json.loads(line)["key"] for line in lines[1:]) == ["a", "ä b"]


def test_a_failed_input_is_tried_again_and_stands_once(tmp_path) -> None:
    path = tmp_path / "r.jsonl"
    with ResultLog(path) as log:
        log.append(record("a", None, "broken"))
        log.append(record("b", None, "broken"))
    with ResultLog(path) as log:
        assert (set(log.done), set(log.failed)) == (set(), {"a", "b"})
        log.append(record("a", 2))
        log.append(record("b", None, "still"))
        with pytest.raises(ValueError, match="a result of a"):
            log.append(record("a", 3))
        assert list(log.records()) == [record("a", 2), record("b", None, "still")]


def test_other_settings_are_refused(tmp_path) -> None:
    path = tmp_path / "r.jsonl"
    ResultLog(path, settings={"weights": "one", "classes": (1, 2)}).close()
    ResultLog(path, settings={"weights": "one", "classes": (1, 2)}).close()
    with pytest.raises(InputError, match="weights 'one', not 'two'"):
        ResultLog(path, settings={"weights": "two", "classes": (1, 2)})


def test_another_process_cannot_write_too(tmp_path) -> None:
    path = tmp_path / "r.jsonl"
    code = f"from lungseg.cluster import ResultLog; ResultLog({str(path)!r})"
    with ResultLog(path):
        held = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "another process is writing" in held.stderr
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("text", ["no json\n", "[1]\n", '{"settings": {}}\n{"value": 3}\n'])
def test_another_file_is_left_alone(text, tmp_path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match="no record of results"):
        ResultLog(path)
    assert path.read_text() == text
