"""S3 operations that iamd answers itself: bucket policies, and requests whose body or result it needs.

The proxy passes these requests to iamd, with their bodies, instead of the store: bucket policies are kept
here; which objects DeleteObjects deletes is in its body; a deleted bucket's policy must not outlive it.
"""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from iamd.core.errors import AccessDenied, Fault, MalformedInput, ServiceUnavailable
from iamd.forward_auth import delete_request
from iamd.forward_auth.delete_request import DeleteRequest, ObjectVersion, Refusal
from iamd.forward_auth.mapping_faults import InvalidUri, mapping_faults
from iamd.forward_auth.s3_authorization import S3Authorizer, S3Question, check_permissions
from iamd.forward_auth.store_client import StoreClient
from iamd.forward_auth.xml_text import DECLARATION
from iamd.gate import bucket_policies
from iamd.gate.credentials import BearerCredentials
from iamd.gate.request_context import RequestContext
from iamd.services import s3
from iamd.services.service_request import ServiceRequest
from iamd.wire.request import Request

_XML, _JSON = "application/xml", "application/json"
# Of the client's body, which is written anew.
_BODY_HEADERS = ("x-amz-checksum-", "x-amz-sdk-checksum-", "x-amz-trailer", "x-amz-decoded-content-length")


class NoSuchBucket(Fault):
    """The store does not have the bucket."""

    code = "NoSuchBucket"
    status = 404


class ContentMismatch(Fault):
    """The body is not the one whose hash was signed."""

    code = "XAmzContentSHA256Mismatch"


class S3Response(NamedTuple):
    """The response to an S3 request."""

    status: int
    content_type: str
    body: bytes


class _Deletion(NamedTuple):
    """The objects that a caller may delete, and the refusals of the others."""

    request: DeleteRequest
    refusals: list[Refusal]


_NO_CONTENT = S3Response(HTTPStatus.NO_CONTENT, _XML, b"")
Operation = Callable[[S3Question], S3Response]


class S3Operations:
    """Answers S3 requests that a proxy passes on; `store_client` is None without a configured store."""

    def __init__(self, authorizer: S3Authorizer, store_client: StoreClient | None) -> None:
        self._authorizer = authorizer
        self._store_client = store_client
        self._reads: dict[str, Operation] = {
            "GetBucketPolicy": _get_policy,
            "GetBucketPolicyStatus": _get_policy_status,
        }
        self._writes: dict[str, Operation] = {
            "PutBucketPolicy": _put_policy,
            "DeleteBucketPolicy": _delete_policy,
        }

    def handle(
        self, api_key: BearerCredentials, request: Request, request_context: RequestContext
    ) -> S3Response:
        """Answer a client's request; raise the Fault of whatever is wrong.

        A request that is for the store is sent there, if it has no body.
        """
        deletion: _Deletion | None = None
        with self._authorizer.question(api_key, request, request_context) as question:
            operation = question.s3_request.operation
            _check_payload(request)
            if operation == "DeleteObjects":
                deletion = self._authorize_deletions(question)
            else:  # a change is recorded when its permissions are checked again
                self._authorizer.require(question, records_success=operation not in self._writes)
            if operation in self._reads:
                return self._reads[operation](question)
        if operation in self._writes:
            self._require_bucket(question)
            return self._write(self._writes[operation], api_key, request, request_context)
        return self._forward(question) if deletion is None else self._delete_objects(question, deletion)

    def _write(
        self,
        operation: Operation,
        api_key: BearerCredentials,
        request: Request,
        request_context: RequestContext,
    ) -> S3Response:
        """Authorize again in a transaction that writes, and change a bucket's policy in it."""
        with (
            self._authorizer.question(api_key, request, request_context, writes=True) as question,
            self._authorizer.recorded(question),
        ):
            check_permissions(question)
            return operation(question)

    def _require_bucket(self, question: S3Question) -> None:
        """Raise NoSuchBucket if the store does not have the bucket: its next owner would get the policy."""
        if self._store_client is None:
            return
        request = question.request._replace(method="HEAD", query="", body=b"")
        bucket_path = question.s3_request.path.rstrip("/")
        response = self._store_client.send(_with_body(request, b""), bucket_path, question.inquiry.now)
        if response.status == HTTPStatus.NOT_FOUND:
            raise NoSuchBucket("The specified bucket does not exist")

    # Requests that go on to the store.

    def _forward(self, question: S3Question) -> S3Response:
        if question.s3_request.operation == "DeleteBucket":
            return self._delete_bucket(question)
        if question.request.body:
            raise MalformedInput("The proxy must pass this request on to the store.")
        return self._send(question, question.request)

    def _delete_bucket(self, question: S3Question) -> S3Response:
        """Delete a bucket and then its policy, which a new bucket of the same name must not inherit."""
        response = self._send(question, question.request)
        if response.status == HTTPStatus.NO_CONTENT:
            with self._authorizer.change(question) as change:
                bucket_policies.delete(change.inquiry, change.bucket)
        return response

    def _delete_objects(self, question: S3Question, deletion: _Deletion) -> S3Response:
        request, refusals = deletion
        store_result = None
        if request.objects:
            response = self._send(question, _with_body(question.request, delete_request.render(request)))
            if response.status != HTTPStatus.OK:
                return response
            store_result = response.body
        return S3Response(HTTPStatus.OK, _XML, delete_request.render_result(store_result, refusals))

    def _authorize_deletions(self, question: S3Question) -> _Deletion:
        request = delete_request.parse(question.request.body)
        allowed, refusals = [], []
        for item in request.objects:
            try:
                self._authorizer.require(_deletion(question, item))
            except (AccessDenied, InvalidUri) as fault:
                refusals.append(Refusal(item, fault.code, fault.message))
            else:
                allowed.append(item)
        return _Deletion(request._replace(objects=tuple(allowed)), refusals)

    def _send(self, question: S3Question, request: Request) -> S3Response:
        if self._store_client is None:
            raise ServiceUnavailable("This server does not know the store: IAMD_S3_STORE is not set.")
        response = self._store_client.send(request, question.s3_request.path, question.inquiry.now)
        return S3Response(response.status, response.content_type, response.body)


# Bucket policies.


def _get_policy(question: S3Question) -> S3Response:
    document = bucket_policies.get(question.inquiry, question.bucket)
    return S3Response(HTTPStatus.OK, _JSON, document.encode())


def _get_policy_status(question: S3Question) -> S3Response:
    is_public = "true" if bucket_policies.is_public(question.inquiry, question.bucket) else "false"
    document = (
        f'{DECLARATION}<PolicyStatus xmlns="{delete_request.NAMESPACE}">'
        f"<IsPublic>{is_public}</IsPublic></PolicyStatus>"
    )
    return S3Response(HTTPStatus.OK, _XML, document.encode())


def _put_policy(question: S3Question) -> S3Response:
    try:
        document = question.request.body.decode()
    except UnicodeDecodeError as error:
        raise MalformedInput("The policy must be UTF-8.") from error
    bucket_policies.put(question.inquiry, question.bucket, document)
    return _NO_CONTENT


def _delete_policy(question: S3Question) -> S3Response:
    bucket_policies.delete(question.inquiry, question.bucket)
    return _NO_CONTENT


def _check_payload(request: Request) -> None:
    """Check the body against the hash that the client signed; an unsigned payload is as good as none."""
    declared = request.headers.get("x-amz-content-sha256", "")
    if declared.startswith("STREAMING-"):
        raise MalformedInput("The body of this operation must be sent in one piece, without chunks.")
    is_hash = declared not in ("", "UNSIGNED-PAYLOAD")
    if is_hash and declared != hashlib.sha256(request.body).hexdigest():
        raise ContentMismatch("The provided 'x-amz-content-sha256' header does not match what was computed.")


def _deletion(question: S3Question, item: ObjectVersion) -> S3Question:
    """Return the question whether one of the objects may be deleted; InvalidUri for an ambiguous key."""
    request = question.request
    service_request = ServiceRequest(request.method, request.path, request.query, request.headers)
    with mapping_faults():
        permissions = s3.deletion_permissions(service_request, question.bucket, item.key, item.version_id)
    return question._replace(s3_request=question.s3_request._replace(key=item.key, permissions=permissions))


def _with_body(request: Request, body: bytes) -> Request:
    headers = {name: value for name, value in request.headers.items() if not name.startswith(_BODY_HEADERS)}
    return request._replace(headers=headers, body=body)
