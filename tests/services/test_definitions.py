"""Services of one's own: what their definitions say about requests, and what is wrong with a definition."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.service_files import ServiceFileError, read_service_file, read_service_files
from iamd.services.definitions import InvalidDefinition, ServiceDefinition, read_definition
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest

ACCOUNT = "111122223333"
LIBRARY: dict[str, Any] = {
    "service": "library",
    "hosts": ["library.example.com", "[::1]"],
    "routes": [
        {
            "request": "GET /books",
            "action": "ListBooks",
            "condition-keys": {"library:Genre": "{query.genre}"},
        },
        {"request": "GET /books/new", "action": "ListNewBooks"},
        {
            "request": "GET /books/{BookId}?download",
            "action": "DownloadBook",
            "resource": "book/{BookId}",
            "condition-keys": {"library:Format": "{query.format}"},
        },
        {"request": "GET /books/{BookId}?view=full", "action": "GetBook", "resource": "book/{BookId}"},
        {"request": "GET /books/{BookId}", "action": "GetTitle", "resource": "book/{BookId}"},
        {
            "request": "PUT /books/{BookId}/loans/{Reader}",
            "action": "library:LendBook",
            "resource": "loan/{BookId}:{Reader}",
            "condition-keys": {"library:Desk": "desk-{header.X-Desk}"},
        },
        {"request": "* /files/{Path+}", "action": "UseFile", "resource": "file/{Path}"},
        {"request": "POST /import", "action": "Import", "resource": "shelf/{query.shelf}"},
        {"request": "GET /", "action": "Look"},
    ],
}


def read(**fields: Any) -> ServiceDefinition:
    return read_definition({**LIBRARY, **fields}, {"dynamodb"}.__contains__)


def needs(text: str, definition: ServiceDefinition | None = None, **headers: str) -> str:
    """Return the action and the resource of a request, with its condition keys."""
    method, _, target = text.partition(" ")
    path, _, query = target.partition("?")
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = ServiceRequest(method, path, query, {"host": "library.example.com", **names})
    mapped = (definition or read()).map_request(request, "library", ACCOUNT, "")
    (permission,) = mapped.permissions
    assert permission.action == f"library:{mapped.operation}"
    keys = [f"{name}={value}" for name, value in permission.context.items()]
    resource = permission.resource_arn.removeprefix(f"arn:aws:library::{ACCOUNT}:")
    return " ".join([mapped.operation, resource, *keys])


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("GET /", "Look *"),
        ("GET /books", "ListBooks *"),
        ("HEAD /books", "ListBooks *"),
        ("GET /books?genre=crime%20story&page=2&page=3", "ListBooks * library:genre=crime story"),
        ("GET /books?genre=", "ListBooks *"),
        ("GET /books/new", "ListNewBooks *"),
        ("GET /books/17?download&format=pdf", "DownloadBook book/17 library:format=pdf"),
        ("GET /books/17?download=", "DownloadBook book/17"),
        ("GET /books/17?view=full", "GetBook book/17"),
        ("GET /books/17?view=short", "GetTitle book/17"),
        ("GET /books/17", "GetTitle book/17"),
        ("GET /books/caf%C3%A9%2A", "GetTitle book/café*"),
        ("PUT /books/17/loans/ann", "LendBook loan/17:ann"),
        ("DELETE /files/a/b.txt", "UseFile file/a/b.txt"),
        ("GET /files/a/", "UseFile file/a/"),
        ("POST /import?shelf=new", "Import shelf/new"),
    ],
)
def test_request_needs_a_permission(request_: str, expected: str) -> None:
    assert needs(request_) == expected


def test_header_is_a_condition_key() -> None:
    assert needs("PUT /books/1/loans/ann", x_desk="3") == "LendBook loan/1:ann library:desk=desk-3"


@pytest.mark.parametrize(
    "request_",
    [
        "POST /books",
        "GET /books/",
        "GET /Books",
        "GET /FILES/a",
        "GET /books/17/loans",
        "GET /files/",
        "GET /files",
        "POST /import",
        "POST /import?shelf=",
    ],
)
def test_request_without_a_route_is_denied(request_: str) -> None:
    with pytest.raises(UnmappedRequest):
        needs(request_)


@pytest.mark.parametrize(
    "request_",
    [
        "GET //books",
        "GET /books//17",
        "GET /books/./17",
        "GET /books/%2e%2e/x",
        "GET /books/..",
        "GET /books/a%2Fb",
        "GET /books/a%5Cb",
        "GET /books/a%00",
        "GET /books/a%0A",
        "GET /books/%zz",
        "GET /books/%ff",
        "GET /books/a;b",
        "GET /books/a+b",
        "GET /files/a//b",
        "GET /files/a/../b",
        "get /books",
        "Delete /books/17",
        "GET books",
        "GET /books?genre=a&genre=b",
        "GET /books?genre=a&Genre=b",
        "GET /books?GENRE=a",
        "GET /books?genre=a;b",
        "GET /books?genre%20=a",
        "GET /books?gen%72e=a&genre=b",
        "GET /books?genre=a&genre[]=b",
        "GET /books?genre%5B0%5D=b",
        "GET /books/New",
        "Get /files/a",
        "GET /books?genre=%zz",
        "PUT /books/1:2/loans/ann",
    ],
)
def test_ambiguous_request_is_refused(request_: str) -> None:
    with pytest.raises(AmbiguousRequest):
        needs(request_)


@pytest.mark.parametrize("header", ["x_http_method_override", "x_original_url", "x_rewrite_url"])
def test_header_that_changes_the_request_is_refused(header: str) -> None:
    with pytest.raises(AmbiguousRequest):
        needs("GET /books", None, **{header: "DELETE"})


@pytest.mark.parametrize("value", ["1,2", "1, 2", "caf\u00c3\u00a9"])
def test_header_that_is_ambiguous_is_refused(value: str) -> None:
    with pytest.raises(AmbiguousRequest, match="must have one value"):
        needs("PUT /books/1/loans/ann", x_desk=value)


def test_path_like_that_of_an_earlier_route_is_refused() -> None:
    routes = [
        {"request": "DELETE /admin/{Name}", "action": "Delete"},
        {"request": "GET /caf\u00e9?is_admin", "action": "Look"},
        {"request": "* /{Path+}", "action": "Use"},
    ]
    definition = read(routes=routes)
    for request in (
        "DELETE /Admin/x",
        "DELETE /admin/x/",
        "GET /cafe%CC%81?is_admin",
        "GET /CAF%C3%89?is_admin=",
        "GET /x?is.admin",
    ):
        with pytest.raises(AmbiguousRequest):
            needs(request, definition)
    assert needs("GET /Admin/x", definition) == "Use *"
    assert needs("GET /CAF%C3%89", definition) == "Use *"


def test_definition_can_have_both_spellings() -> None:
    paths = ("/a", "/a/", "/A", "/{Name}", "/{Name}/")
    routes = [{"request": f"GET {path}", "action": f"Get{index}"} for index, path in enumerate(paths)]
    definition = read(routes=routes)
    assert [needs(f"GET {path}", definition) for path in paths[:3]] == ["Get0 *", "Get1 *", "Get2 *"]
    assert needs("GET /b/", definition) == "Get4 *"


@pytest.mark.parametrize(
    "host", ["other.example.com", "library.example.com.", "", "library.example.com@x", "::1"]
)
def test_request_for_another_host_is_denied(host: str) -> None:
    with pytest.raises(UnmappedRequest):
        needs("GET /books", host=host)


@pytest.mark.parametrize("host", ["LIBRARY.example.com:8443", "[::1]:80", "[::1]"])
def test_port_and_case_of_the_host_do_not_matter(host: str) -> None:
    assert needs("GET /books", host=host) == "ListBooks *"


def test_signature_for_another_service_is_denied() -> None:
    request = ServiceRequest("GET", "/books", "", {"host": "library.example.com"})
    with pytest.raises(UnmappedRequest):
        read().map_request(request, "s3", ACCOUNT, "")
    assert (
        read(**{"signing-name": "books"}).map_request(request, "books", ACCOUNT, "").operation == "ListBooks"
    )


@given(st.text(min_size=1, max_size=20))
def test_any_value_stays_in_its_segment(text: str) -> None:
    from urllib.parse import quote

    try:
        result = needs(f"GET /books/{quote(text, safe='')}")
    except AmbiguousRequest:
        return
    if text != "new":
        assert result == f"GetTitle book/{text}"
    assert "/" not in text


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"service": None}, "service"),
        ({"service": "s3"}, "service"),
        ({"service": "dynamodb"}, "service"),
        ({"service": "Library"}, "service"),
        ({"service": 1}, "service"),
        ({"signing-name": "a b"}, "signing-name"),
        ({"hosts": None}, "hosts"),
        ({"hosts": []}, "hosts"),
        ({"hosts": "library.example.com"}, "hosts"),
        ({"hosts": ["*"]}, "hosts"),
        ({"hosts": ["a:80"]}, "hosts"),
        ({"api-keys": "yes"}, "api-keys"),
        ({"principal-tags": ["a b"]}, "principal-tags"),
        ({"routes": None}, "routes"),
        ({"routes": []}, "routes"),
        ({"routes": {}}, "routes"),
        ({"routes": ["x"]}, "routes[0]"),
        ({"routes": [{"request": "GET /", "action": "A"}] * 501}, "routes"),
        ({"bogus": 1}, "bogus"),
    ],
)
def test_invalid_definition(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        read(**fields)
    assert path in [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("fields", "member"),
    [
        ({"request": None}, "request"),
        ({"request": "GET"}, "request"),
        ({"request": "get /"}, "request"),
        ({"request": "GET books"}, "request"),
        ({"request": "GET /{a}/{a}"}, "request"),
        ({"request": "GET /{a+}/b"}, "request"),
        ({"request": "GET /x{a}"}, "request"),
        ({"request": "GET /%41"}, "request"),
        ({"request": "GET /../b"}, "request"),
        ({"request": "GET /?a b"}, "request"),
        ({"request": "GET /a//b"}, "request"),
        ({"request": "GET /a/*"}, "request"),
        ({"request": "GET /?a=b%20c"}, "request"),
        ({"request": "GET /?a=b+c"}, "request"),
        ({"action": None}, "action"),
        ({"action": "Get*"}, "action"),
        ({"action": "other:Get"}, "action"),
        ({"resource": "arn:aws:library:::book/1"}, "resource"),
        ({"resource": "book/{Other}"}, "resource"),
        ({"resource": "book/{Book}{query.x}"}, "resource"),
        ({"resource": "book/{Book"}, "resource"),
        ({"resource": "book/{body.x}"}, "resource"),
        ({"resource": 7}, "resource"),
        ({"condition-keys": ["a"]}, "condition-keys"),
        ({"condition-keys": {"aws:SourceIp": "{query.ip}"}}, "condition-keys.aws:SourceIp"),
        ({"condition-keys": {"library:X": "{Other}"}}, "condition-keys.library:X"),
        ({"condition-keys": {"library:X": 1}}, "condition-keys.library:X"),
        ({"condition-keys": {"library:X": "a", "library:x": "b"}}, "condition-keys.library:x"),
        ({"condition-keys": {"library:X": "{header.X-Forwarded-For}"}}, "condition-keys.library:X"),
        ({"resource": "shelf/{header.x-iamd-arn}"}, "resource"),
        ({"bogus": 1}, "bogus"),
    ],
)
def test_invalid_route(fields: dict[str, Any], member: str) -> None:
    route = {"request": "GET /books/{Book}", "action": "GetBook", **fields}
    with pytest.raises(InvalidDefinition) as caught:
        read(routes=[route])
    assert f"routes[0].{member}" in [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("first", "second", "is_hidden"),
    [
        ("GET /a", "GET /a", True),
        ("GET /{x}", "GET /a", True),
        ("GET /a", "GET /{x}", False),
        ("GET /{x+}", "GET /a/b", True),
        ("GET /{x}", "GET /{y+}", False),
        ("* /a", "PUT /a", True),
        ("PUT /a", "* /a", False),
        ("GET /a", "HEAD /a", True),
        ("HEAD /a", "GET /a", False),
        ("GET /a", "GET /a?x", True),
        ("GET /a?x", "GET /a", False),
        ("GET /a?x", "GET /a?x=1", True),
        ("GET /a?x=1", "GET /a?x", False),
        ("GET /a?x=1", "GET /a?x=2", False),
        ("GET /a/{x}", "GET /b/c", False),
    ],
)
def test_route_that_no_request_reaches(first: str, second: str, is_hidden: bool) -> None:
    routes = [{"request": first, "action": "A"}, {"request": second, "action": "B"}]
    if is_hidden:
        with pytest.raises(InvalidDefinition, match="put it after this one"):
            read(routes=routes)
    else:
        assert len(read(routes=routes).routes) == 2


# Files.


def test_problem_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "library.yaml"
    file.write_text("service: library\nhosts: [a]\nroutes:\n  - request: GET /\n    action: A B\n    x: 1\n")
    with pytest.raises(ServiceFileError) as caught:
        read_service_file(file)
    assert [line.removeprefix(f"{file}:")[:1] for line in caught.value.lines] == ["6", "5"]


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"a: [", b"- 1", b"service: a\nservice: b", b"&a [*a, *a]", b"x" * 1_000_001]
)
def test_file_that_is_no_definition(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "library.yaml"
    file.write_bytes(content)
    with pytest.raises(ServiceFileError, match=r"library\.yaml"):
        read_service_file(file)


def test_service_is_defined_once(tmp_path: Path) -> None:
    with pytest.raises(ServiceFileError, match="cannot be read"):
        read_service_file(tmp_path / "missing.yaml")
    file = tmp_path / "library.yaml"
    file.write_text("service: library\nhosts: [a]\nroutes: [{request: GET /, action: Look}]\n")
    with pytest.raises(ServiceFileError, match="defined twice"):
        read_service_files([file, file])
