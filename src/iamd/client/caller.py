"""Who sent a request."""

import re
from collections.abc import Mapping
from email.message import Message
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from iamd.client.errors import Unavailable

_ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)


class Caller(NamedTuple):
    """A user, role session or federated user, whose request is allowed.

    `user_id` is unique for all time, such as `AIDA…`. `principal_tags` are those with the keys that the
    service's definition lists.
    """

    arn: str
    account_id: str
    user_id: str
    principal_tags: Mapping[str, str]


def read_caller(headers: Message) -> Caller:
    """Return the caller that an answer names; Unavailable if it names none, so that iamd did not send it."""
    arn = unquote(headers.get("X-Iamd-Arn", ""))
    account_id = headers.get("X-Iamd-Account", "")
    if not arn.startswith("arn:") or not _ACCOUNT_ID.fullmatch(account_id):
        raise Unavailable("the answer does not say who the caller is: the URL may be that of another server")
    tags = parse_qsl(headers.get("X-Iamd-Principal-Tags", ""), keep_blank_values=True)
    return Caller(arn, account_id, unquote(headers.get("X-Iamd-User-Id", "")), dict(tags))
