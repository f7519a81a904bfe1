"""Tasks here and on two processes, of which some die."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from lungseg import InputError
from lungseg.cluster import ResultLog, run_tasks
from tests.lungseg.cluster import work


@pytest.fixture(scope="module")
def cluster():
    """Two workers that are started again when they die."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as both:
        yield both


@pytest.fixture
def address(cluster) -> str:
    """Both are there again, whatever the test before did to them."""
    until = time.monotonic() + 60
    while len(cluster.scheduler.workers) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    return cluster.scheduler_address


def tasks(folder: Path, count: int = 20) -> dict[str, tuple[Path, int]]:
    return {str(number): (folder, number) for number in range(count)}


@pytest.fixture(params=["here", "cluster"])
def where(request) -> str | None:
    return None if request.param == "here" else request.getfixturevalue("address")


def test_each_input_once(where, tmp_path) -> None:
    found = list(run_tasks(work.square, tasks(tmp_path), address=where, done={"5"}))
    assert {o.key: o.value for o in found} == {str(n): n * n for n in range(20) if n != 5}
    assert len(found) == 19
    assert all(o.ok and o.attempts == 1 for o in found)
    assert {o.worker for o in found} == {"here"} or len({o.worker for o in found}) == 2
    assert work.calls(tmp_path, 5) == 0


def test_a_task_that_always_raises_is_tried_again_and_reported(where, tmp_path) -> None:
    found = {
        o.key: o for o in run_tasks(work.fail_on_three, tasks(tmp_path), address=where, retries=2)
    }
    assert len(found) == 20
    bad = found.pop("3")
    assert "RuntimeError: no threes (work.py, line" in bad.error
    assert bad.attempts == work.calls(tmp_path, 3) == 3
    assert all(o.ok for o in found.values())


def test_a_task_that_raises_once_is_mended_by_another_worker(where, tmp_path) -> None:
    found = list(run_tasks(work.fail_once, tasks(tmp_path, 4), address=where))
    assert sorted(o.value for o in found) == [0, 1, 2, 3]
    assert {o.attempts for o in found} == {2}


def test_one_worker_of_two_is_killed_half_way(address, tmp_path) -> None:
    found = list(run_tasks(work.die_once, tasks(tmp_path), address=address))
    assert Counter(o.key for o in found) == Counter(str(n) for n in range(20))
    assert all(o.ok for o in found)
    assert work.calls(tmp_path, 10) == 2


def test_a_task_that_always_kills_its_worker_is_reported_and_no_other(tmp_path) -> None:
    found = {
        o.key: o
        for o in run_tasks(work.die_of_three, tasks(tmp_path), address="local:2", retries=0)
    }
    bad = found.pop("3")
    assert "its worker died" in bad.error
    assert bad.attempts == work.calls(tmp_path, 3) == 2
    assert len(found) == 19
    assert all(o.ok for o in found.values())


def test_a_second_call_does_only_what_is_missing(where, tmp_path) -> None:
    path, noted = tmp_path / "log" / "results.jsonl", tmp_path / "noted"
    noted.mkdir()
    with ResultLog(path) as log:
        running = run_tasks(work.square, tasks(noted), address=where, done=log.done)
        for outcome in running:
            log.append(outcome.to_dict())
            if len(log.done) == 8:
                break
        running.close()
    with ResultLog(path) as log:
        missing = set(tasks(noted)) - set(log.done)
        for outcome in run_tasks(work.square, tasks(noted), address=where, done=log.done):
            missing.remove(outcome.key)
            log.append(outcome.to_dict())
        assert not missing
        assert Counter(r["key"] for r in log.records()) == Counter(str(n) for n in range(20))


def test_a_scheduler_that_goes_is_one_error() -> None:
    from distributed import LocalCluster

    cluster = LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    )
    many = {str(number): 0.2 for number in range(50)}
    running = run_tasks(time.sleep, many, address=cluster.scheduler_address)
    next(running)
    threading.Thread(target=cluster.close).start()
    with pytest.raises(InputError, match="its scheduler is gone"):
        list(running)


def test_workers_that_go_and_do_not_come_back_are_one_error(monkeypatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr("lungseg.cluster.connect._TIMEOUT", 1)
    monkeypatch.setattr("lungseg.cluster.dask_run._LOOK", 0.1)
    monkeypatch.setattr("lungseg.cluster.dask_run._PATIENCE", 0.5)
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        many = {str(number): 0.2 for number in range(50)}
        running = run_tasks(time.sleep, many, address=cluster.scheduler_address)
        next(running)
        cluster.scale(0)
        with pytest.raises(InputError, match="it has had no workers for"):
            list(running)
        with pytest.raises(InputError, match="its scheduler has no workers"):
            list(run_tasks(len, {"a": "b"}, address=cluster.scheduler_address))


def test_no_scheduler_is_one_error(monkeypatch) -> None:
    monkeypatch.setattr("lungseg.cluster.connect._TIMEOUT", 0.5)
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        list(run_tasks(len, {"a": "b"}, address="tcp://127.0.0.1:9"))


@pytest.mark.parametrize("address", ["local:0", "local:x", "nowhere", "10.0.0.1:8786"])
def test_what_is_no_address_is_said_at_once(address) -> None:
    with pytest.raises(ValueError, match="must be like"):
        run_tasks(len, {}, address=address)
