"""What an input is, whether it can be used, and what would mend it."""

from lungseg.doctor.finding import Finding
from lungseg.doctor.report import Report, inspect

__all__ = ["Finding", "Report", "inspect"]
