"""Mail: one message to one recipient. Up to the recipient's name nothing has been sent; after the content, only an answer tells."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from cxhouse.news.messages import Message
from cxhouse.news.outcomes import Result, deliver, doubt, refuse
from cxhouse.settings import MailServer

TIMEOUT_SECONDS = 30.0


def write_mail(message: Message, *, sender: str, to: str, delivery_id: str, now: datetime) -> bytes:
    """The message as text and as HTML, with reports attached."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{delivery_id}@{parseaddr(sender)[1].partition('@')[2] or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"  # no answer of an absent recipient
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    page = list(mail.iter_parts())[-1]
    for name, picture in message.images.items():
        page.add_related(picture, maintype="image", subtype="png", cid=f"<{name}>", disposition="inline")
    for name, report in message.attachments:
        mail.add_attachment(report, subtype="html", filename=name)
    return mail.as_bytes(policy=SMTP)


def send_mail(content: bytes, *, to: str, server: MailServer, timeout: float = TIMEOUT_SECONDS) -> Result:
    """Hand a mail to the server. It is delivered when the server has taken it over."""
    client: smtplib.SMTP | None = None
    try:
        try:
            client = connect(server, timeout)
            problem = name_recipient(client, parseaddr(server.sender)[1], to)
        except (OSError, ValueError, smtplib.SMTPException) as error:
            return refuse(describe_error(error))
        return refuse(problem) if problem else hand_over(client, content)
    finally:
        if client is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                client.quit()


def connect(server: MailServer, timeout: float) -> smtplib.SMTP:
    """A connection, encrypted and logged in as the settings say."""
    context = ssl.create_default_context()
    if server.tls == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        if server.tls == "starttls":
            client.starttls(context=context)
        if server.user:
            client.login(server.user, server.password or "")
        client.ehlo_or_helo_if_needed()
    except BaseException:
        client.close()
        raise
    return client


def name_recipient(client: smtplib.SMTP, sender: str, to: str) -> str | None:
    """Name sender and recipient; what the server refuses, if anything."""
    for what, (code, _) in (("sender", client.mail(sender)), ("recipient", client.rcpt(to))):
        if not 200 <= code < 300:
            return f"the mail server refused the {what} ({code})"
    return None


def hand_over(client: smtplib.SMTP, content: bytes) -> Result:
    """Send the content."""
    try:
        code, _ = client.data(content)
    except smtplib.SMTPDataError as error:  # it did not want to hear the content
        return refuse(f"the mail server refused the message ({error.smtp_code})")
    except (OSError, smtplib.SMTPException):
        return doubt("the mail server did not answer after the message")
    if 200 <= code < 300:
        return deliver("the mail server took it")
    return refuse(f"the mail server refused the message ({code})")


def describe_error(error: Exception) -> str:
    """Why nothing could be sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server refused user and password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server offers no such encryption or login; CXHOUSE_SMTP_TLS says which is wanted"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server refused the connection ({error.smtp_code})"
    if isinstance(error, TimeoutError):
        return "the mail server did not answer in time"
    if isinstance(error, UnicodeError):
        return "the mail server takes no such address"
    return f"no connection to the mail server ({type(error).__name__})"
