"""Mail to root users, by the operator's SMTP server; all from one thread: nobody can time who exists."""

import queue
import smtplib
import ssl
import threading
from collections.abc import Callable
from email.message import EmailMessage
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from iamd.core.logs import LOGGER

_TIMEOUT_SECONDS = 20
_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
_MAX_QUEUE_SIZE = 100
_LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")


class Mail(NamedTuple):
    to: str
    subject: str
    text: str


class Mailer:
    """Sends mail later. `smtp://user:password@host:587` must offer TLS unless the host is this one."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = url
        self._sender = sender
        self._queue: queue.Queue[Callable[[], Mail | None]] = queue.Queue(_MAX_QUEUE_SIZE)
        threading.Thread(target=self._run, name="iamd-mail", daemon=True).start()

    def enqueue(self, compose: Callable[[], Mail | None]) -> None:
        """Have a mail written and sent, if there is one to send; dropped when too many wait."""
        try:
            self._queue.put_nowait(compose)
        except queue.Full:
            LOGGER.warning("too many mails wait; one was dropped")

    def _run(self) -> None:
        while True:
            self._send(self._queue.get())

    def _send(self, compose: Callable[[], Mail | None]) -> None:
        """Send one; whatever fails is logged without the address and the text."""
        try:
            mail = compose()
            if mail is not None:
                with _connect(self._url) as server:
                    server.send_message(_message(self._sender, mail))
        except Exception as error:  # noqa: BLE001 - the next mail must be sent all the same
            LOGGER.warning("a mail could not be sent: %s", type(error).__name__)


def _message(sender: str, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message.set_content(mail.text)
    return message


def validate_url(url: str) -> None:
    """ValueError when a URL names no SMTP server."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("the SMTP URL must be smtp://user:password@host:port or smtps://…")


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
    server = _connect_tls(parts, host, port)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def _connect_tls(parts: SplitResult, host: str, port: int) -> smtplib.SMTP:
    ssl_context = ssl.create_default_context()
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_SECONDS, context=ssl_context)
    server = smtplib.SMTP(host, port, timeout=_TIMEOUT_SECONDS)
    server.ehlo()
    if host not in _LOOPBACK_HOSTS or server.has_extn("starttls"):
        server.starttls(context=ssl_context)  # SMTPNotSupportedError where somebody took the offer out
    return server
