"""The bodies of DeleteObjects: the objects to delete, and what became of each.

The documents are those of "DeleteObjects" in the S3 API reference. A document type declaration is refused, so
there are no entities to expand.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import NamedTuple

from iamd.core.errors import MalformedInput, ServiceUnavailable
from iamd.forward_auth.xml_text import DECLARATION, escape

MAX_OBJECTS = 1_000
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_UNREADABLE_MESSAGE = "The store did not say what it has deleted."


class MalformedXml(MalformedInput):
    """The body is not the XML document that the operation takes."""

    code = "MalformedXML"


class ObjectVersion(NamedTuple):
    """An object to delete, or one of its versions."""

    key: str
    version_id: str | None = None


class DeleteRequest(NamedTuple):
    """Objects to delete; if `quiet`, the response lists errors only."""

    objects: tuple[ObjectVersion, ...]
    quiet: bool


class Refusal(NamedTuple):
    """An object that is not deleted, with S3's error code and a message."""

    object: ObjectVersion
    code: str
    message: str


class _Builder(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise MalformedXml("The XML you provided has a document type declaration.")


def parse(body: bytes) -> DeleteRequest:
    """Parse a request; MalformedXml if it is not a Delete document of 1 to 1,000 objects."""
    root = parse_xml(body)
    if _local_name(root) != "Delete":
        raise MalformedXml("The XML you provided must be a Delete document.")
    elements = [element for element in root if _local_name(element) == "Object"]
    if not 1 <= len(elements) <= MAX_OBJECTS:
        raise MalformedXml(f"A Delete document must have 1 to {MAX_OBJECTS} objects.")
    quiet = [element.text for element in root if _local_name(element) == "Quiet"]
    return DeleteRequest(tuple(map(_object, elements)), quiet == ["true"])


def parse_xml(body: bytes) -> ET.Element:
    """Parse an XML document without a document type declaration; MalformedXml if it is not well-formed."""
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - entities need a declaration, which is refused
    try:
        parser.feed(body)
        root: ET.Element = parser.close()
    except (ET.ParseError, LookupError, ValueError) as error:  # the last two for its declared encoding
        raise MalformedXml("The XML you provided was not well-formed.") from error
    return root


def render(request: DeleteRequest) -> bytes:
    """Return the document of a request."""
    objects = "".join(f"<Object>{_object_members(item)}</Object>" for item in request.objects)
    quiet = "<Quiet>true</Quiet>" if request.quiet else ""
    return f'{DECLARATION}<Delete xmlns="{NAMESPACE}">{quiet}{objects}</Delete>'.encode()


def render_result(store_result: bytes | None, refusals: Iterable[Refusal]) -> bytes:
    """Return the response: what the store did, if it was asked, and the objects that were refused.

    Raises ServiceUnavailable if the store's answer is not a DeleteResult document.
    """
    results = "" if store_result is None else "".join(_store_results(store_result))
    errors = "".join(
        f"<Error>{_object_members(refusal.object)}<Code>{refusal.code}</Code>"
        f"<Message>{escape(refusal.message)}</Message></Error>"
        for refusal in refusals
    )
    return f'{DECLARATION}<DeleteResult xmlns="{NAMESPACE}">{results}{errors}</DeleteResult>'.encode()


def _store_results(document: bytes) -> Iterable[str]:
    for element in _parse_result(document):
        members = "".join(
            f"<{_local_name(member)}>{escape(member.text or '')}</{_local_name(member)}>"
            for member in element
        )
        yield f"<{_local_name(element)}>{members}</{_local_name(element)}>"


def _parse_result(document: bytes) -> ET.Element:
    try:
        root = parse_xml(document)
    except MalformedXml as fault:
        raise ServiceUnavailable(_UNREADABLE_MESSAGE) from fault
    if _local_name(root) != "DeleteResult":
        raise ServiceUnavailable(_UNREADABLE_MESSAGE)
    return root


def _object(element: ET.Element) -> ObjectVersion:
    members = {_local_name(member): member.text or "" for member in element}
    has_elements = any(len(member) for member in element)
    if len(members) != len(element) or has_elements or not members.get("Key"):
        raise MalformedXml("Each object must have one Key.")
    if members.get("VersionId") == "":
        raise MalformedXml("A VersionId must not be empty.")
    if not members.keys() <= {"Key", "VersionId"}:
        names = ", ".join(sorted(members.keys() - {"Key", "VersionId"}))
        raise MalformedXml(f"Conditions on objects are not supported: {names}.")
    return ObjectVersion(members["Key"], members.get("VersionId"))


def _object_members(item: ObjectVersion) -> str:
    version = f"<VersionId>{escape(item.version_id)}</VersionId>" if item.version_id else ""
    return f"<Key>{escape(item.key)}</Key>{version}"


def _local_name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
