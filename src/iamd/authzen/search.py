"""AuthZEN searches: which subjects, actions or resources would be allowed.

The information model is that of "Authorization API 1.0", section 8. A search of subjects examines a number of
the account's users or roles a page, so that a page may have fewer results than were examined, or none.
"""

import hashlib
from typing import Any

import orjson

from iamd.authzen.batch import Batch
from iamd.authzen.evaluation_request import encode, read_resource_type, read_subject
from iamd.core.errors import MalformedInput
from iamd.gate import candidates
from iamd.gate.decisions import Inquiry
from iamd.gate.subjects import SubjectFinder
from iamd.operations.service_reference import ServiceReference
from iamd.wire.json_body import Json, require_object

_MAX_EXAMINED = 250  # users or roles a page: each takes several queries
_DIGEST_LENGTH = 16

Results = dict[str, Any]


class SubjectSearch:
    """Finds the users or roles that may perform an action on a resource."""

    def __init__(self, subject_finder: SubjectFinder, inquiry: Inquiry, batch: Batch) -> None:
        self._subject_finder = subject_finder
        self._inquiry = inquiry
        self._batch = batch

    def run(self, request: Json) -> Results:
        """Return the results; MalformedInput if the request is not valid."""
        subject = require_object(request, "subject")
        subject_type = subject.get("type")
        if subject_type not in ("user", "role"):
            raise MalformedInput("subject.type must be user or role.")
        marker, limit = _read_page(request)
        names, next_marker = self._subject_finder.page(
            self._inquiry.tx, self._inquiry.account_id, subject_type, marker, limit
        )
        results = [
            {"type": subject_type, "id": name}
            for name in names
            if self._batch.is_allowed({**request, "subject": {**subject, "id": name}})
        ]
        if not names:  # the rest of the request must be valid even if there is nobody to ask about
            self._batch.is_allowed({**request, "subject": {**subject, "id": "-"}})
        next_token = f"{_digest(request)}.{next_marker}" if next_marker else ""
        return {"page": {"next_token": next_token, "count": len(results)}, "results": results}


class ActionSearch:
    """Finds the actions that a subject may perform on a resource."""

    def __init__(self, batch: Batch, reference: ServiceReference) -> None:
        self._batch = batch
        self._reference = reference

    def run(self, request: Json) -> Results:
        """Return the results; MalformedInput if the request is not valid."""
        service, is_arn = read_resource_type(require_object(request, "resource"))
        caller = self._batch.find_caller(read_subject(request))
        names = [] if caller is None else candidates.action_names(caller, service, self._reference)
        probe = {**request, "action": {"name": f"{service}:Any"}}
        self._batch.is_allowed(probe)  # the request must be valid even if there is nothing to ask about
        results = [
            {"name": f"{service}:{name}" if is_arn else name}
            for name in names
            if self._batch.is_allowed({**request, "action": {"name": f"{service}:{name}"}})
        ]
        return {"results": results}


class ResourceSearch:
    """Finds the resources of a type on which a subject may perform an action."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def run(self, request: Json) -> Results:
        """Return the results; MalformedInput if the request is not valid."""
        resource = require_object(request, "resource")
        service, _ = read_resource_type({**resource, "id": "-"})
        caller = self._batch.find_caller(read_subject(request))
        type_ = str(resource["type"]).partition(":")[2]
        prefix = f"{type_}/" if type_ else ""
        identifiers = [] if caller is None else candidates.resource_ids(caller, service, prefix)
        self._batch.is_allowed({**request, "resource": {**resource, "id": "-"}})
        results = [
            {"type": resource["type"], "id": identifier}
            for identifier in identifiers
            if self._batch.is_allowed({**request, "resource": {**resource, "id": identifier}})
        ]
        return {"results": results}


def _read_page(request: Json) -> tuple[str, int]:
    """Return the marker and the number of subjects to examine."""
    page = request.get("page") or {}
    if not isinstance(page, dict):
        raise MalformedInput("page must be an object.")
    limit, token = page.get("limit", _MAX_EXAMINED), page.get("token") or ""
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0 or not isinstance(token, str):
        raise MalformedInput("page.limit must be a number, and page.token text.")
    digest, _, marker = token.partition(".")
    if token and digest != _digest(request):
        raise MalformedInput("page.token belongs to another request.")
    return marker, max(1, min(limit, _MAX_EXAMINED))


def _digest(request: Json) -> str:
    """Return a digest of a request without its page, which must stay the same from page to page."""
    without_page = {name: value for name, value in request.items() if name != "page"}
    content = encode(without_page, orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH]
