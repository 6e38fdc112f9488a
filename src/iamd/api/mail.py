"""Mail to root users, by the operator's SMTP server; sent from a thread: nobody can time who exists."""

import smtplib
import ssl
import threading
from email.message import EmailMessage
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from iamd.core.logs import LOGGER

_SECONDS = 20
_PORTS = {"smtp": 587, "smtps": 465}


class Mailer(NamedTuple):
    """Where mail goes: `smtp://user:password@host:587` begins TLS when offered, `smtps://` begins with it."""

    url: str
    sender: str

    def send(self, to: str, subject: str, text: str) -> None:
        """Send a message later; a failure is logged without the address and the text."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message.set_content(text)
        threading.Thread(target=self._deliver, args=(message,), name="iamd-mail", daemon=True).start()

    def _deliver(self, message: EmailMessage) -> None:
        try:
            with _connection(self.url) as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as failed:
            LOGGER.warning("a mail could not be sent: %s", type(failed).__name__)


def check_url(url: str) -> None:
    """ValueError when a URL names no SMTP server."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("the SMTP URL must be smtp://user:password@host:port or smtps://…")


def _connection(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    tls = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, port, timeout=_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=tls)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
