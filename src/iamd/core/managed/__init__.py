"""AWS managed policies (`AdministratorAccess`, …) as package data: the latest version of each.

Written by `scripts/import_managed_policies.py`. The source does not contain AWS's policy IDs, so they are
derived from the ARNs: stable, and in AWS's format.
"""

import base64
import hashlib
import json
import threading
import zipfile
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from iamd.core import ids
from iamd.core.records import Policy, PolicyVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

_ARCHIVE = Path(__file__).with_name("policies.zip")
_archive_lock = threading.Lock()  # a ZipFile is not thread-safe


@cache
def _archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(_ARCHIVE)


def _read(name: str) -> str:
    with _archive_lock:
        return _archive().read(name).decode()


def _unique_id(arn: str) -> str:
    digest = hashlib.sha256(arn.encode()).digest()
    return ids.POLICY + base64.b32encode(digest).decode()[:17]


def _policy(name: str, entry: "Mapping[str, str]") -> Policy:
    arn = entry["arn"]
    path = arn.partition(":policy")[2].removesuffix(name)
    created, updated = entry["created"], entry["updated"]
    return Policy(_unique_id(arn), name, path, arn, None, entry["version"], created, updated)


@cache
def catalog() -> "Mapping[str, Policy]":
    """Return all AWS managed policies keyed by ARN, sorted by name, ignoring case."""
    index = json.loads(_read("index.json"))
    policies = [_policy(name, index[name]) for name in sorted(index, key=str.lower)]
    return MappingProxyType({policy.arn: policy for policy in policies})


@cache
def document(arn: str) -> str:
    """Return a policy's document as JSON text; raise KeyError if it is not an AWS managed policy."""
    return _read(f"documents/{catalog()[arn].policy_name}.json")


def version(arn: str) -> PolicyVersion:
    """Return a policy's only version; raise KeyError if it is not an AWS managed policy."""
    policy = catalog()[arn]
    return PolicyVersion(policy.default_version_id, document(arn), True, policy.update_date)
