"""Logging: JSON Lines on standard error, so that request data cannot forge log lines."""

import json
import logging
import sys

LOGGER = logging.getLogger("iamd")


class JsonFormatter(logging.Formatter):
    """Formats a log record as a JSON object, with the traceback of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        payload = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if record.exc_info:
            payload["exception"] = self.formatException(record.exc_info)
        return json.dumps(payload)


def configure() -> None:
    """Set up logging to standard error for this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
