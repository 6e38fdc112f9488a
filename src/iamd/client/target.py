"""The path that is decided: the one that the client sent, if the application gets the same one decoded."""

from urllib.parse import quote, unquote_to_bytes

from iamd.client.errors import bad_request


def encoded_path(path: bytes, sent: str | None) -> str:
    """Return the percent-encoded path of a request whose decoded path is `path`.

    `sent` is what the client sent, if the server tells. Where it decodes to another path, or is not known,
    the decoded path is encoded as AWS's SDKs do it: what is decided is always what the application gets. A
    client that encodes in another way has then signed another path, and is refused.
    """
    if not path.startswith(b"/"):
        raise bad_request("The request target must be a path.")
    if sent is not None and sent.isascii() and unquote_to_bytes(sent) == path:
        return sent
    return quote(path, safe="/")
