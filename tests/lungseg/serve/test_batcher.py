from __future__ import annotations

import threading

import pytest

from lungseg.serve.admission import Admission
from lungseg.serve.batcher import Batcher
from tests.lungseg.serve.running import until


def test_what_waits_is_done_together() -> None:
    batches: list[list[int]] = []
    go = threading.Event()

    def run(tasks: list[int]) -> list[int]:
        go.wait(10)
        batches.append(tasks)
        return [10 * task for task in tasks]

    with Batcher(run, 4) as batcher:
        futures = [batcher.submit(number) for number in range(10)]
        go.set()
        assert [future.result(10) for future in futures] == [10 * i for i in range(10)]
    assert sorted(task for batch in batches for task in batch) == list(range(10))
    # The first may have been taken alone, before the others came.
    assert max(map(len, batches)) == 4
    assert len(batches) <= 4


def test_an_error_is_that_of_one_and_the_worker_goes_on() -> None:
    def run(tasks: list[int]) -> list[int | BaseException]:
        if 0 in tasks:
            raise MemoryError
        return [KeyError("odd") if task % 2 else task for task in tasks]

    with Batcher(run, 1) as batcher:
        wrong, odd, even = (batcher.submit(number) for number in (0, 1, 2))
        with pytest.raises(MemoryError):
            wrong.result(10)
        with pytest.raises(KeyError):
            odd.result(10)
        assert even.result(10) == 2


def test_what_was_cancelled_is_not_begun_nor_what_waits_at_the_end() -> None:
    begun: list[int] = []
    go = threading.Event()

    def run(tasks: list[int]) -> list[int]:
        go.wait(10)
        begun.extend(tasks)
        return tasks

    with Batcher(run, 1) as batcher:
        futures = [batcher.submit(number) for number in range(4)]
        assert futures[1].cancel()
        go.set()
        assert futures[2].result(10) == 2
        go.clear()
        last = [batcher.submit(number) for number in (4, 5)]
        until(lambda: last[0].running())
        threading.Timer(0.2, go.set).start()
    assert begun == [0, 2, 3, 4]
    assert last[1].cancelled()
    assert batcher.at_rest


def test_places_are_never_more_than_there_are() -> None:
    admission = Admission(3)
    assert [admission.enter() for _ in range(5)] == [True, True, True, False, False]
    assert 1 <= admission.retry_after <= 60
    admission.leave()
    assert admission.enter()
    for _ in range(3):
        admission.leave()
    assert (admission.taken, admission.retry_after) == (0, 1)
