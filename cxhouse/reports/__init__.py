"""Period reports: a page and a mail per department and month, made from the published copy alone."""

from __future__ import annotations

from cxhouse.reports.department import write_department_reports
from cxhouse.reports.mail import MailReport, mail_report
from cxhouse.reports.pdf import find_browser, print_pdf
from cxhouse.reports.published import READ_REPORTS, PublishedCopy, ReportError, Row, read_published

__all__ = [
    "READ_REPORTS", "MailReport", "PublishedCopy", "ReportError", "Row", "find_browser", "mail_report", "print_pdf", "read_published",
    "write_department_reports",
]  # fmt: skip
