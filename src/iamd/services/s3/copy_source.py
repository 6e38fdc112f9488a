"""The header `x-amz-copy-source`: which object a copy reads."""

from typing import Final, NamedTuple

from iamd.services.s3.addressing import parse_path
from iamd.services.s3.query import parse_query
from iamd.services.service_request import AmbiguousRequest, UnmappedRequest

_WHAT: Final = "header x-amz-copy-source"


class CopySource(NamedTuple):
    bucket: str
    key: str
    version_id: str | None


def parse_copy_source(header: str) -> CopySource:
    """Parse `bucket/key?versionId=…`, percent-encoded, with or without a slash before the bucket.

    Source: AWS's API reference, CopyObject. Programs that decode before they look for the version would find
    one in an encoded key, so such keys are refused.
    """
    if header[:6].lower() in ("arn:aw", "arn%3a"):
        raise UnmappedRequest("Copies from access points and Outposts (ARNs) are not supported.")
    path, mark, query = header.partition("?")
    bucket, key, _ = parse_path(path if path.startswith("/") else f"/{path}", _WHAT)
    if bucket is None or key is None:
        raise AmbiguousRequest(f"The {_WHAT} does not have the form bucket/key.")
    if "?versionid=" in key.lower():
        raise AmbiguousRequest(f"The {_WHAT} has a percent-encoded question mark before versionId.")
    return CopySource(bucket, key, _version_id(query) if mark else None)


def _version_id(query: str) -> str:
    parameters = parse_query(query)
    if parameters.keys() != {"versionId"}:
        raise AmbiguousRequest(f"The {_WHAT} has parameters other than versionId.")
    return parameters["versionId"]
