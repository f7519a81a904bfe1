"""Many inputs, on one machine or on a Dask cluster: done once each, and taken up again."""

from lungseg.cluster.log import ResultLog
from lungseg.cluster.outcome import Outcome
from lungseg.cluster.tasks import run_tasks
from lungseg.cluster.weights import Weights, load_once

__all__ = ["Outcome", "ResultLog", "Weights", "load_once", "run_tasks"]
