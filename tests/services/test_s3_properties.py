"""Whatever a request looks like, it is decided on its very object or refused with one of two exceptions."""

from urllib.parse import quote, unquote

from hypothesis import given
from hypothesis import strategies as st

from iamd.services.s3 import S3Request, required_permissions
from iamd.services.s3.condition_keys import _ACTION_KEYS
from iamd.services.s3.operations import COMMON_PARAMETERS, OPERATIONS
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest
from tests.examples import examples

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
HOSTS = ("s3.example.com", "bucket.s3.example.com")
HEADERS = sorted(frozenset[str]().union(*(operation.headers for operation in OPERATIONS)))
PARAMETERS = sorted(
    frozenset[str]().union(*(operation.parameters for operation in OPERATIONS)) - COMMON_PARAMETERS
)

latin_1 = st.binary(max_size=60).map(lambda data: data.decode("latin-1"))
hostile = st.lists(
    st.sampled_from([*"/.%+;?#&=\\", "..", "//", "%2f", "%2E", "%00", "%C0", "bucket", "acl", "key", "é"])
).map("".join)
methods = st.sampled_from(METHODS) | st.text(max_size=8)
hosts = st.sampled_from(HOSTS) | latin_1
paths = (hostile | latin_1).map(lambda text: f"/bucket/{text}") | hostile | latin_1
pairs = st.tuples(st.sampled_from(PARAMETERS), st.none() | st.sampled_from(["", "1", "2", "a%2Fb"]) | hostile)
queries = (
    st.lists(pairs, max_size=3).map(
        lambda chosen: "&".join(name if value is None else f"{name}={value}" for name, value in chosen)
    )
    | hostile
    | latin_1
)
values = st.sampled_from(["true", "private", "REPLACE", "source/key?versionId=1", "a=b"]) | hostile | latin_1
headers = st.dictionaries(st.sampled_from(HEADERS), values, max_size=3)


def outcome(request: ServiceRequest) -> S3Request | None:
    try:
        return required_permissions(request, ("s3.example.com",))
    except (AmbiguousRequest, UnmappedRequest) as refusal:
        assert str(refusal).endswith(".")
        return None


@examples(1000)
@given(methods, hosts, paths, queries, headers)
def test_every_request_is_decided_on_its_object_or_refused(
    method: str, host: str, path: str, query: str, headers: dict[str, str]
) -> None:
    result = outcome(ServiceRequest(method, path, query, {"host": host, **headers}))
    if result is None:
        return
    assert result.keys_in_body != bool(result.permissions)
    if result.key is not None:
        assert unquote(path, errors="strict").endswith(f"/{result.key}")
        assert result.permissions[-1].resource_arn == f"arn:aws:s3:::{result.bucket}/{result.key}"


@examples(500)
@given(st.text(min_size=1, max_size=80), st.sampled_from(HOSTS))
def test_an_encoded_key_is_the_key_of_the_resource(key: str, host: str) -> None:
    prefix = "/bucket" if host == HOSTS[0] else ""
    encoded = quote(key.encode("utf-8", errors="surrogatepass"))
    result = outcome(ServiceRequest("GET", f"{prefix}/{encoded}", "", {"host": host}))
    if result is not None:
        assert result == S3Request("GetObject", "bucket", key, f"/bucket/{encoded}", result.permissions)
        assert result.permissions == (("s3:GetObject", f"arn:aws:s3:::bucket/{key}", {}),)


@examples(500)
@given(st.sampled_from(METHODS), queries, headers)
def test_condition_keys_are_in_lower_case_and_belong_to_the_action(
    method: str, query: str, headers: dict[str, str]
) -> None:
    result = outcome(ServiceRequest(method, "/bucket/key", query, {"host": "localhost", **headers}))
    for permission in result.permissions if result else ():
        listed = _ACTION_KEYS.get(permission.action, frozenset())
        for key in permission.context:
            assert key == key.lower()
            assert key in listed or key.startswith("s3:requestobjecttag/")
