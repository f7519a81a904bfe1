"""What the page does with a scan: wait for its turn, and say how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from lungseg.errors import InputError
from lungseg.serve.admission import Admission
from lungseg.serve.service import Service, Task
from lungseg.serve.waiting import watched

if TYPE_CHECKING:
    from lungseg.pipeline.prediction import Prediction

_LOOK = 0.3

_FULL = InputError("the scan", "the queue of this server is full", "give it again in a minute")
_FAULT = InputError("the scan", "the server failed on it", "tell whoever runs the server")

#: Stage of a task → how far it is, and what is said.
STAGES = {
    "waiting": (0.05, "Waiting: others come first"),
    "reading": (0.15, "Reading the scan"),
    "analysing": (0.4, "Lungs, infection, label, Grad-CAM"),
    "done": (0.95, "Drawing"),
}


async def analyse(
    task: Task, service: Service, admission: Admission, tell: Callable[[float, str], None]
) -> Prediction:
    """Have a scan analysed, with everything that the page shows.

    Parameters
    ----------
    task : Task
    service : Service
        Entered.
    admission : Admission
    tell : callable
        Is told the share that is done, and in words what comes now.

    Returns
    -------
    Prediction

    Raises
    ------
    lungseg.InputError
        If the scan cannot be used, the queue is full, or the server is at fault.
    """
    if not admission.enter():
        raise _FULL
    future = service.submit(task)
    try:
        wrapped = watched(future)
        while not (await asyncio.wait({wrapped}, timeout=_LOOK))[0]:
            tell(*STAGES[task.stage])
        prediction: Prediction = wrapped.result()
        return prediction
    except InputError:
        raise
    except Exception as error:
        raise _FAULT from error
    finally:
        # It may still wait, where the page was closed.
        future.cancel()
        admission.leave()
