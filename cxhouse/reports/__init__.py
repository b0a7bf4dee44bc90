"""Period reports: one self-contained page per department and month, made from the published copy alone."""

from __future__ import annotations

from cxhouse.reports.department import render_report, write_department_reports
from cxhouse.reports.published import READ_REPORTS, PublishedCopy, ReportError, Row, read_published

__all__ = ["READ_REPORTS", "PublishedCopy", "ReportError", "Row", "read_published", "render_report", "write_department_reports"]
