"""Mail queue: SMTP in a background thread, so that response times do not reveal which users exist."""

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
    """Sends mail in the background; see `validate_url` for `url`.

    `smtp://` servers must offer STARTTLS unless they are on a loopback address.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._url = url
        self._sender = sender
        self._queue: queue.Queue[Callable[[], Mail | None]] = queue.Queue(_MAX_QUEUE_SIZE)
        threading.Thread(target=self._run, name="iamd-mail", daemon=True).start()

    def enqueue(self, compose: Callable[[], Mail | None]) -> None:
        """Queue a mail: `compose` runs in the background and returns None if there is nothing to send.

        Dropped with a warning if the queue is full.
        """
        try:
            self._queue.put_nowait(compose)
        except queue.Full:
            LOGGER.warning("the mail queue is full; one mail was dropped")

    def _run(self) -> None:
        while True:
            self._send(self._queue.get())

    def _send(self, compose: Callable[[], Mail | None]) -> None:
        """Compose and send a mail; errors are logged without address and text."""
        try:
            mail = compose()
            if mail is not None:
                with _connect(self._url) as server:
                    server.send_message(_message(self._sender, mail))
        except Exception as error:  # noqa: BLE001 - the thread must survive
            LOGGER.warning("cannot send a mail: %s", type(error).__name__)


def _message(sender: str, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message.set_content(mail.text)
    return message


def validate_url(url: str) -> None:
    """Raise ValueError if a URL is not an `smtp://` or `smtps://` URL with a host and a valid port."""
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is not a number, or unbalanced brackets
        is_valid = False
    if not is_valid:
        raise ValueError("IAMD_SMTP_URL must be smtp://user:password@host:port or smtps://…")


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
        server.starttls(context=ssl_context)  # SMTPNotSupportedError if not offered (or stripped)
    return server
