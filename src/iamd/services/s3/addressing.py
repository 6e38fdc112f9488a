"""Bucket and key of a request, from its host and path."""

import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from iamd.services.encoding import decode_path
from iamd.services.service_request import AmbiguousRequest, UnmappedRequest

_MAX_KEY_BYTES: Final = 1024
# AWS, "General purpose bucket naming rules".
_BUCKET_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_IP_ADDRESS: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_DOT_SEGMENTS: Final = frozenset({".", ".."})
# SeaweedFS keeps the versions of `key` under `key.versions`, and parts of uploads under `.uploads`.
_STORE_FOLDER: Final = ".versions"
_UPLOADS_FOLDER: Final = ".uploads"
_REFUSED_CHARACTER: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_HOST: Final = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
# Suffixes that AWS reserves for names of other things than buckets (same rules).
_RESERVED_SUFFIXES: Final = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3", ".mrap")
# First path segments with which programs serve something else than a bucket.
_RESERVED_SEGMENTS: Final[Mapping[str, str]] = {
    "v20180820": "S3 Control (access points, jobs, Storage Lens …) is not supported.",
    "WriteGetObjectResponse": "S3 Object Lambda is not supported.",
    "minio": "MinIO serves its administration under /minio, and has no bucket of this name.",
    "admin": "Ceph serves its administration under /admin. Address a bucket of this name in the host.",
    "auth": "Ceph serves Swift under /auth. Address a bucket of this name in the host.",
    "swift": "Ceph serves Swift under /swift. Address a bucket of this name in the host.",
}


class Address(NamedTuple):
    """A bucket and a key; `in_host` is whether the bucket is part of the host (virtual-hosted style)."""

    bucket: str | None
    key: str | None
    in_host: bool = False


def locate(path: str, headers: Mapping[str, str], base_hosts: Collection[str]) -> Address:
    """Find bucket and key in host and path (virtual-hosted style) or in the path alone (path style)."""
    bucket = _bucket_of_host(headers.get("host", ""), base_hosts)
    if "x-forwarded-host" in headers and _bucket_of_host(headers["x-forwarded-host"], base_hosts) != bucket:
        raise AmbiguousRequest("The headers Host and X-Forwarded-Host name different buckets.")
    if bucket is None:
        _refuse_reserved(path)
        return parse_path(path, "path")
    key = _decode(path, "path")[1:]
    return Address(bucket, check_key(key, "path") if key else None, in_host=True)


def parse_path(path: str, what: str) -> Address:
    """Parse `/bucket/key`; `what` names the path in messages."""
    bucket, slash, key = _decode(path, what)[1:].partition("/")
    if not bucket:
        return _service(slash, what)
    if not path.startswith(bucket, 1) or path[len(bucket) + 1 : len(bucket) + 2] == "%":
        raise AmbiguousRequest(f"The {what} has a percent-encoded character in the bucket name.")
    _check_bucket_name(bucket)
    return Address(bucket, check_key(key, what) if key else None)


def check_key(key: str, what: str) -> str:
    """Return a decoded key that no program rewrites; `what` says where it is from.

    A backslash separates segments on Windows, and AWS lists it among the characters to avoid in keys.
    """
    if "//" in key or key.startswith("/"):
        raise AmbiguousRequest(f"The {what} has an empty segment (two slashes in a row).")
    if "." in key and not _DOT_SEGMENTS.isdisjoint(key.split("/")):
        raise AmbiguousRequest(f"The {what} has a segment that is . or .. (also percent-encoded).")
    if _UPLOADS_FOLDER in key or _STORE_FOLDER in key:
        _refuse_folders_of_stores(key, what)
    if _REFUSED_CHARACTER.search(key):
        raise AmbiguousRequest(f"The {what} has a control character or a backslash.")
    if len(key.encode()) > _MAX_KEY_BYTES:
        raise AmbiguousRequest(f"The key in the {what} is longer than {_MAX_KEY_BYTES} bytes.")
    return key


def _refuse_folders_of_stores(key: str, what: str) -> None:
    segments = key.split("/")
    if segments[0] == _UPLOADS_FOLDER or any(segment.endswith(_STORE_FOLDER) for segment in segments):
        raise AmbiguousRequest(
            f"The {what} has a segment that stores use themselves: .uploads, or one that ends with .versions."
        )


def check_prefix(prefix: str, what: str) -> None:
    """Refuse the beginning of keys that no key can have, or that lists what a store keeps for itself."""
    if prefix:
        check_key(prefix, what)


def _refuse_reserved(path: str) -> None:
    segment = path[1:].partition("/")[0]
    if segment in _RESERVED_SEGMENTS:
        raise UnmappedRequest(_RESERVED_SEGMENTS[segment])


def _service(slash: str, what: str) -> Address:
    if slash:
        raise AmbiguousRequest(f"The {what} has an empty segment (two slashes in a row).")
    return Address(None, None)


def _check_bucket_name(bucket: str) -> None:
    if bucket.startswith("arn:"):
        raise UnmappedRequest("ARNs of access points are not supported in place of a bucket name.")
    if not _BUCKET_NAME.fullmatch(bucket) or ".." in bucket or _IP_ADDRESS.fullmatch(bucket):
        raise AmbiguousRequest(
            "The bucket name is not valid: 3 to 63 lower-case letters, digits, hyphens and single dots, "
            "beginning and ending with a letter or digit, and not an IP address."
        )
    if bucket.endswith(_RESERVED_SUFFIXES):
        raise UnmappedRequest("Access points, Object Lambda and directory buckets are not supported.")


def _bucket_of_host(host: str, base_hosts: Collection[str]) -> str | None:
    """Return what precedes the longest base host that the host ends with; None without one."""
    match = _HOST.fullmatch(host)
    if match is None or match[1].endswith("."):
        raise AmbiguousRequest("The host is missing or not valid.")
    name = match[1]
    base = _longest_base(name.lower(), base_hosts)
    if len(base) in (0, len(name)):
        return None
    bucket = name[: -len(base) - 1]
    _check_bucket_name(bucket)
    return bucket


def _longest_base(host: str, base_hosts: Collection[str]) -> str:
    longest = ""
    for base_host in base_hosts:
        base = base_host.lower()
        if len(base) > len(longest) and (host == base or host.endswith(f".{base}")):
            longest = base
    return longest


def _decode(path: str, what: str) -> str:
    if not path.startswith("/"):
        raise AmbiguousRequest(f"The {what} does not begin with a slash.")
    return decode_path(path, what)
