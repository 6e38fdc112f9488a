"""Requests for a token: `POST /v3/auth/tokens` with the methods `password` and `application_credential`.

A password is an API key of the user. The secret of an application credential is one too, with its ID.
"""

from typing import NamedTuple

from iamd.core.errors import MalformedInput
from iamd.core.records import User
from iamd.keystone.documents import PER_USER
from iamd.wire.json_body import Json, parse_object, require_object, require_text

_MAX_TEXT_LENGTH = 256
_DEFAULT_DOMAINS = ("default", "Default")  # what clients send if nothing else is configured


class Login(NamedTuple):
    """An API key, and whose it is said to be; None where the request does not say."""

    secret: str
    user_id: str | None = None
    user_name: str | None = None
    credential_id: str | None = None
    domain: str | None = None
    project: str | None = None

    def is_of(self, user: User, account_id: str, credential_id: str) -> bool:
        """Return whether an API key with this ID, of this user, is the one that the request names."""
        return (
            self.user_id in (None, user.user_id)
            and self.user_name in (None, user.user_name)
            and self.credential_id in (None, credential_id)
            and self.domain in (None, account_id, *_DEFAULT_DOMAINS)
            and self.project in (None, account_id, PER_USER)
        )


def read_text(values: Json, name: str, max_length: int = _MAX_TEXT_LENGTH) -> str:
    """Return a member that must be text."""
    return require_text(values, name, max_length)


def read_login(body: bytes) -> Login:
    """Return the login of a request; MalformedInput if it has another method or form."""
    auth = require_object(parse_object(body), "auth")
    identity = require_object(auth, "identity")
    project = _read_project(auth)
    match identity.get("methods"):
        case ["password"]:
            return _read_password(require_object(require_object(identity, "password"), "user"), project)
        case ["application_credential"]:
            credential = require_object(identity, "application_credential")
            credential_id = read_text(credential, "id")
            return Login(read_text(credential, "secret"), credential_id=credential_id, project=project)
    raise MalformedInput("The method must be either password or application_credential.")


def _read_password(user: Json, project: str | None) -> Login:
    secret = read_text(user, "password")
    if "id" in user:
        return Login(secret, user_id=read_text(user, "id"), project=project)
    domain = _id_or_name(require_object(user, "domain")) if user.get("domain") is not None else None
    return Login(secret, user_name=read_text(user, "name"), domain=domain, project=project)


def _read_project(auth: Json) -> str | None:
    """Return the project of the scope, by ID or name; None without one."""
    if auth.get("scope") in (None, "unscoped"):
        return None
    return _id_or_name(require_object(require_object(auth, "scope"), "project"))


def _id_or_name(values: Json) -> str:
    return read_text(values, "id" if "id" in values else "name")
