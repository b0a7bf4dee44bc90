"""Period reports: one self-contained page per department and month, made from the published copy alone."""

from __future__ import annotations

from cxhouse.reports.department import write_department_reports
from cxhouse.reports.published import ReportError

__all__ = ["ReportError", "write_department_reports"]
