"""The first page of a department's month as a mail. department.html.j2 lists the rules of mail programs that it follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import css_inline

from cxhouse.reports.contents import SHOWN, read_contents
from cxhouse.reports.department import fill_template, render_contents
from cxhouse.reports.published import PublishedCopy, Row


@dataclass(frozen=True)
class MailReport:
    """A mail to be sent as multipart/related: HTML, and its pictures (PNG) by content id, without the < > of the header Content-ID.

    `file` is the whole report with its appendix, to be attached; it has the same pictures, which are drawn once.
    """

    subject: str
    html: str
    images: Mapping[str, bytes]
    file: str


def mail_report(published: PublishedCopy, department: str, month: str, *, link: str = "") -> MailReport:
    """The mail about one department and month; `link` leads to the page Reports, where the site has a known address.

    Raises ReportError for a department or month that the published copy does not have.
    """
    contents = read_contents(published, department, month)
    shown = contents.figures[: SHOWN["figures"]]
    images = {f"chart-{number}@cxhouse": each.picture for number, each in enumerate(shown, 1) if each.picture}
    sources = [f"cid:{name}" if (name := f"chart-{number}@cxhouse") in images else "" for number in range(1, len(shown) + 1)]
    html = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(
        fill_template(contents, sources, is_mail=True, link=link)
    )
    return MailReport(write_subject(contents.about), html, images, render_contents(contents))


def write_subject(about: Row) -> str:
    """One line, whatever the names in it hold."""
    result = f"{about['red_count']} of {about['judged_count']} figures off target" if about["judged_count"] else "no figure to judge"
    return " ".join(f"{about['owner_department']}, {about['month_label']}: {result}".split())
