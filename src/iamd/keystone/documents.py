"""Documents of the Identity API v3: the version, tokens and errors.

What OpenStack calls a domain is an account here. A project is the account too, or each user of it.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from iamd.core.records import User
from iamd.gate.auth_tokens import AuthToken

PATH = "/v3"
PER_USER = "per-user"  # the project of a store for which each user is a project of its own
ROLE = "member"
_VERSION, _VERSION_DATE = "v3.14", "2020-04-07T00:00:00Z"
_REGION = "us-east-1"
_INTERFACES = ("public", "internal", "admin")

Document = dict[str, Any]


def version(base_url: str) -> Document:
    """Return the document with which clients discover the API."""
    return {
        "version": {
            "id": _VERSION,
            "status": "stable",
            "updated": _VERSION_DATE,
            "links": [{"rel": "self", "href": f"{base_url}{PATH}/"}],
            "media-types": [
                {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
            ],
        }
    }


def token(content: AuthToken, user: User, base_url: str) -> Document:
    """Return what a token says about its user; it has the one role that every user has."""
    account = {"id": content.account_id, "name": content.account_id}
    return {
        "token": {
            "methods": ["password" if content.is_of_api_key else "ec2credential"],
            "user": {
                "id": user.user_id,
                "name": user.user_name,
                "domain": account,
                "password_expires_at": None,
            },
            "project": {**_project(content, user), "domain": account},
            "roles": [{"id": ROLE, "name": ROLE}],
            "is_domain": False,
            "audit_ids": [],
            "issued_at": _time(content.issued_at),
            "expires_at": _time(content.expires_at),
            "catalog": _catalog(base_url),
        }
    }


def error(status: int, message: str) -> Document:
    return {"error": {"code": status, "message": message, "title": HTTPStatus(status).phrase}}


def _project(content: AuthToken, user: User) -> Document:
    """Return the project: RGW reads `TENANT$USER` as a user in the account's tenant."""
    if content.scope == PER_USER:
        return {"id": f"{content.account_id}${user.user_id}", "name": user.user_name}
    return {"id": content.account_id, "name": content.account_id}


def _catalog(base_url: str) -> list[Document]:
    """Return where this API is, which clients look up before they validate a token."""
    endpoints = [
        {
            "id": f"identity-{interface}",
            "interface": interface,
            "region": _REGION,
            "region_id": _REGION,
            "url": f"{base_url}{PATH}",
        }
        for interface in _INTERFACES
    ]
    return [{"id": "identity", "type": "identity", "name": "keystone", "endpoints": endpoints}]


def _time(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
