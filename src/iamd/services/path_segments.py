"""The segments of a path, refused where programs read them differently."""

from iamd.services.encoding import decode_path
from iamd.services.service_request import AmbiguousRequest


def split_path(path: str) -> tuple[str, ...]:
    """Return the segments of a path; / has none, and a path that ends with a slash an empty last one."""
    return () if path == "/" else tuple(path[1:].split("/"))


def decode_segments(path: str) -> tuple[str, ...]:
    """Return the decoded segments of a request's path; AmbiguousRequest if they are not certain."""
    if not path.startswith("/"):
        raise AmbiguousRequest("The path does not begin with a slash.")
    segments = tuple(decode_path(segment, "path") for segment in split_path(path))
    _check(segments)
    return segments


def _check(segments: tuple[str, ...]) -> None:
    if any(not segment for segment in segments[:-1]):
        raise AmbiguousRequest("The path has an empty segment (two slashes in a row).")
    for segment in segments:
        if segment in (".", ".."):
            raise AmbiguousRequest("The path has a segment that is . or .. (also percent-encoded).")
        if "/" in segment or "\\" in segment:
            raise AmbiguousRequest("The path has an encoded slash, or a backslash.")
