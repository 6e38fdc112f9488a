"""The bodies of DeleteObjects: what is read, what is refused, and what goes to the store and the client."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.core.errors import ServiceUnavailable
from iamd.forward_auth import delete_request
from iamd.forward_auth.delete_request import DeleteRequest, MalformedXml, ObjectVersion, Refusal
from tests.examples import examples

NAMESPACE = f"{{{delete_request.NAMESPACE}}}"
# Characters of XML 1.0 (production 2).
carried = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
    lambda character: character >= " " or character in "\t\n\r"
)
texts = st.text(carried, min_size=1, max_size=40)
object_versions = st.builds(ObjectVersion, texts, st.none() | texts)
requests = st.builds(
    DeleteRequest, st.lists(object_versions, min_size=1, max_size=5).map(tuple), st.booleans()
)


def objects(*keys: str) -> tuple[ObjectVersion, ...]:
    return tuple(map(ObjectVersion, keys))


@examples(300)
@given(requests)
def test_what_is_rendered_is_parsed_as_the_same(request: DeleteRequest) -> None:
    assert delete_request.parse(delete_request.render(request)) == request


BODIES: dict[str, tuple[str, DeleteRequest]] = {
    "plain": ("<Delete><Object><Key>a</Key></Object></Delete>", DeleteRequest(objects("a"), quiet=False)),
    "namespace": (
        f'<Delete xmlns="{delete_request.NAMESPACE}"><Object><Key>a</Key></Object></Delete>',
        DeleteRequest(objects("a"), quiet=False),
    ),
    "prefix": (
        '<s:Delete xmlns:s="urn:x"><s:Object><s:Key>a</s:Key></s:Object></s:Delete>',
        DeleteRequest(objects("a"), quiet=False),
    ),
    "quiet": (
        "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>",
        DeleteRequest(objects("a"), quiet=True),
    ),
    "not quiet": (
        "<Delete><Object><Key>a</Key></Object><Quiet>false</Quiet></Delete>",
        DeleteRequest(objects("a"), quiet=False),
    ),
    "version": (
        "<Delete><Object><VersionId>v</VersionId><Key>a</Key></Object></Delete>",
        DeleteRequest((ObjectVersion("a", "v"),), quiet=False),
    ),
    "comments": (
        "<!--x--><Delete><!--y--><Object><Key>a<!--z-->b</Key><!--x--></Object></Delete>",
        DeleteRequest(objects("ab"), quiet=False),
    ),
    "processing instruction": (
        "<Delete><?x y?><Object><Key>a<?x y?>b</Key></Object></Delete>",
        DeleteRequest(objects("ab"), quiet=False),
    ),
    "CDATA": (
        "<Delete><Object><Key>a<![CDATA[<&>]]>b</Key></Object></Delete>",
        DeleteRequest(objects("a<&>b"), quiet=False),
    ),
    "escapes": (
        "<Delete><Object><Key>&lt;&amp;&#x41;&#13;&quot;</Key></Object></Delete>",
        DeleteRequest(objects('<&A\r"'), quiet=False),
    ),
    "line ends": (
        "<Delete>\r\n<Object>\r\n<Key>a\r\nb</Key></Object></Delete>",
        DeleteRequest(objects("a\nb"), quiet=False),
    ),
    "spaces": (
        "<Delete><Object><Key> a </Key></Object></Delete>",
        DeleteRequest(objects(" a "), quiet=False),
    ),
    "the same twice": (
        "<Delete><Object><Key>a</Key></Object><Object><Key>a</Key></Object></Delete>",
        DeleteRequest(objects("a", "a"), quiet=False),
    ),
}


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_body_is_read(body: str, expected: DeleteRequest, encoding: str) -> None:
    assert delete_request.parse(body.encode(encoding)) == expected


def with_objects(count: int) -> str:
    return f"<Delete>{'<Object><Key>a</Key></Object>' * count}</Delete>"


def test_most_objects() -> None:
    assert len(delete_request.parse(with_objects(1_000).encode()).objects) == 1_000


REFUSED: dict[str, tuple[str, str]] = {
    "no object": ("<Delete/>", "must have 1 to 1000 objects"),
    "too many objects": (with_objects(1_001), "must have 1 to 1000 objects"),
    "other root": ("<Remove><Object><Key>a</Key></Object></Remove>", "must be a Delete document"),
    "no key": ("<Delete><Object/></Delete>", "Each object must have one Key"),
    "empty key": ("<Delete><Object><Key/></Object></Delete>", "Each object must have one Key"),
    "two keys": (
        "<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>",
        "Each object must have one Key",
    ),
    "keys of two namespaces": (
        '<Delete><Object><Key>a</Key><Key xmlns="urn:x">b</Key></Object></Delete>',
        "Each object must have one Key",
    ),
    "two versions": (
        "<Delete><Object><Key>a</Key><VersionId>1</VersionId><VersionId>2</VersionId></Object></Delete>",
        "Each object must have one Key",
    ),
    "element in a key": (
        "<Delete><Object><Key>a<b/>c</Key></Object></Delete>",
        "Each object must have one Key",
    ),
    "condition": (
        "<Delete><Object><Key>a</Key><ETag>x</ETag><Size>1</Size></Object></Delete>",
        "Conditions on objects are not supported: ETag, Size",
    ),
    "empty": ("", "not well-formed"),
    "text": ("not XML", "not well-formed"),
    "JSON": ('{"Objects": []}', "not well-formed"),
    "unfinished": ("<Delete><Object><Key>a</Key></Object>", "not well-formed"),
    "two roots": ("<Delete/><Delete/>", "not well-formed"),
    "control character": ("<Delete><Object><Key>&#1;</Key></Object></Delete>", "not well-formed"),
    "undeclared entity": ("<Delete><Object><Key>&x;</Key></Object></Delete>", "not well-formed"),
    "unknown encoding": ('<?xml version="1.0" encoding="x-none"?><Delete/>', "not well-formed"),
    "encoding of many bytes": ('<?xml version="1.0" encoding="utf-7"?><Delete/>', "not well-formed"),
    "document type": ("<!DOCTYPE Delete><Delete/>", "document type declaration"),
    "document type of a file": (
        '<!DOCTYPE Delete SYSTEM "file:///etc/passwd"><Delete/>',
        "document type declaration",
    ),
    "entity": (
        '<!DOCTYPE Delete [<!ENTITY x "a">]><Delete><Object><Key>&x;</Key></Object></Delete>',
        "document type declaration",
    ),
    "entity of a file": (
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete>&x;</Delete>',
        "document type declaration",
    ),
    "parameter entity": (
        '<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1/"> %x;]><Delete/>',
        "document type declaration",
    ),
    "entities of entities": (
        '<!DOCTYPE d [<!ENTITY a "xxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]><Delete>&b;</Delete>',
        "document type declaration",
    ),
}


@pytest.mark.parametrize(("body", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_body_is_refused(body: str, message: str) -> None:
    with pytest.raises(MalformedXml, match=message):
        delete_request.parse(body.encode())


def test_document_type_in_utf_16_is_refused() -> None:
    with pytest.raises(MalformedXml, match="document type declaration"):
        delete_request.parse("<!DOCTYPE Delete><Delete/>".encode("utf-16"))


@examples(200)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_else_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedXml):
        delete_request.parse(body)


# The response.


def members(element: ET.Element) -> dict[str, str]:
    return {member.tag.removeprefix(NAMESPACE): member.text or "" for member in element}


def results(document: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a response with their members."""
    root = ET.fromstring(document)
    assert root.tag == f"{NAMESPACE}DeleteResult"
    return [(element.tag.removeprefix(NAMESPACE), members(element)) for element in root]


STORE_RESULT = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<Deleted><Key>a&amp;b</Key><DeleteMarker>true</DeleteMarker></Deleted>"
    b"<Error><Key>c&#13;</Key><VersionId>&lt;1&gt;</VersionId><Code>InternalError</Code>"
    b"<Message>Try again &amp; again</Message></Error></DeleteResult>"
)


def test_result_has_what_the_store_did_and_what_was_refused() -> None:
    refusals = [
        Refusal(ObjectVersion("<d>&\r", "2\r"), "AccessDenied", "no & <never>"),
        Refusal(ObjectVersion("e"), "InvalidURI", "ambiguous"),
    ]
    assert results(delete_request.render_result(STORE_RESULT, refusals)) == [
        ("Deleted", {"Key": "a&b", "DeleteMarker": "true"}),
        (
            "Error",
            {"Key": "c\r", "VersionId": "<1>", "Code": "InternalError", "Message": "Try again & again"},
        ),
        (
            "Error",
            {"Key": "<d>&\r", "VersionId": "2\r", "Code": "AccessDenied", "Message": "no & <never>"},
        ),
        ("Error", {"Key": "e", "Code": "InvalidURI", "Message": "ambiguous"}),
    ]


@pytest.mark.parametrize("store_result", [None, b"<DeleteResult/>", b"<DeleteResult>\n </DeleteResult>"])
def test_result_without_anything_from_the_store(store_result: bytes | None) -> None:
    refusal = Refusal(ObjectVersion("a"), "AccessDenied", "no")
    expected = {"Key": "a", "Code": "AccessDenied", "Message": "no"}
    assert results(delete_request.render_result(store_result, [refusal])) == [("Error", expected)]
    assert results(delete_request.render_result(store_result, [])) == []


@pytest.mark.parametrize("answer", [b"", b"<Error><Code>InternalError</Code></Error>", b"<!DOCTYPE x><x/>"])
def test_answer_of_the_store_that_cannot_be_read(answer: bytes) -> None:
    with pytest.raises(ServiceUnavailable):
        delete_request.render_result(answer, [])


@examples(200)
@given(object_versions, st.text(max_size=40))
def test_result_is_well_formed_whatever_was_refused(item: ObjectVersion, message: str) -> None:
    document = delete_request.render_result(None, [Refusal(item, "AccessDenied", message)])
    ((_, error),) = results(document)
    assert (error["Key"], error.get("VersionId")) == (item.key, item.version_id)
