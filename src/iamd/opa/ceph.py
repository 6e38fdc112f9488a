"""What the Ceph Object Gateway (RGW) asks with `rgw_use_opa_authz`.

Its input has the method, the decoded path in path style, the query, the object, and RGW's own records of user
and bucket (src/rgw/rgw_opa.cc). It has no headers and no body: what depends on them is not decided here.
RGW decides by its own policies and ACLs as well.
"""

from urllib.parse import quote

from iamd.opa.question import Question, ask, read_object, read_text
from iamd.services import s3
from iamd.services.s3 import S3Request
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest
from iamd.wire.json_body import Json

_HEADERS = {"host": "rgw"}  # RGW has read the bucket in the host already
_ANONYMOUS = "anonymous"


def read(values: Json, account_id: str) -> list[Question]:
    """Return the question of an input; there are no permissions for users of another tenant."""
    user_id = read_text(read_object(values, "user_info"), "user_id")
    tenant, _, name = user_id.rpartition("$")
    is_known = tenant in ("", account_id) and name != _ANONYMOUS
    return [ask(name if is_known else "", account_id, lambda: _s3_request(values).permissions)]


def _s3_request(values: Json) -> S3Request:
    request = ServiceRequest(
        read_text(values, "method"),
        quote(read_text(values, "decoded_uri"), safe="/"),
        read_text(values, "params"),
        _HEADERS,
    )
    s3_request = s3.required_permissions(request, ())
    if s3_request.keys_in_body:
        raise UnmappedRequest("RGW does not say which objects a DeleteObjects request deletes.")
    _check_target(values, s3_request)
    return s3_request


def _check_target(values: Json, s3_request: S3Request) -> None:
    """Check that RGW found the same bucket and object in the path; it names those that exist."""
    bucket = read_text(read_object(read_object(values, "bucket_info"), "bucket"), "name")
    key = read_text(values, "object_name")
    if bucket not in ("", s3_request.bucket) or key not in ("", s3_request.key):
        raise AmbiguousRequest("RGW has another bucket or object than the path.")
