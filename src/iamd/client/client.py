"""The client: questions to iamd, asked with the API key of a service."""

import json
import re
from collections.abc import Iterable
from typing import Any

from iamd.client.caller import Caller, read_caller
from iamd.client.client_request import ClientRequest, question_headers
from iamd.client.connection_pool import Answer, ConnectionPool, Question
from iamd.client.errors import Denied, Unavailable
from iamd.client.evaluation import Evaluation, Json, Resource, Subject

_API_KEY = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9-]{1,63}", re.ASCII)
_MAX_BODY_BYTES = 1024 * 1024  # of an evaluation request
_OK, _BAD_REQUEST, _UNAUTHORIZED, _SERVER_ERRORS = 200, 400, 401, 500


class Iamd:
    """The iamd server at a URL, `http(s)://host[:port]`, asked with an API key; any thread may use it.

    `timeout` is in seconds, for connecting and for each wait for bytes. `ca_file` has the certificate
    authorities to trust, in PEM. Nothing is cached: a key or permission that is revoked is dead at once.
    Raises ValueError if the URL or the key is invalid.
    """

    def __init__(self, url: str, api_key: str, timeout: float = 5.0, ca_file: str | None = None) -> None:
        self._api_key = api_key.strip()
        if not _API_KEY.fullmatch(self._api_key):
            raise ValueError("the API key is empty, or has other characters than an API key")
        self._connections = ConnectionPool(url, timeout, ca_file)

    def authorize(self, service: str, request: ClientRequest) -> Caller:
        """Return who sent a request to a service, if the caller may do what the request does.

        Raises Denied if not. Raises Unavailable if that cannot be known: the request must not be served.
        """
        if not _SERVICE.fullmatch(service):
            raise ValueError("the name of the service is not valid")
        headers = [("X-Iamd-Api-Key", self._api_key), *question_headers(request)]
        answer = self._connections.ask(Question(f"/forward-auth/{service}", headers, request.body))
        if answer.status == _OK:
            return read_caller(answer.headers)
        if answer.status == _UNAUTHORIZED or not _BAD_REQUEST <= answer.status < _SERVER_ERRORS:
            raise _unavailable(answer)
        content_type = answer.headers.get("Content-Type", "application/json")
        raise Denied(answer.status, content_type, answer.body)

    def evaluate(
        self,
        subject: Subject | Json,
        action: str | Json,
        resource: Resource | Json,
        context: Json | None = None,
    ) -> bool:
        """Return whether a subject may perform an action on a resource.

        Raises Unavailable if that cannot be known, and ValueError, with iamd's message, if the question is
        not valid.
        """
        document = Evaluation(subject, action, resource, context).document()
        return _decision(self._evaluate("/access/v1/evaluation", document))

    def evaluations(self, evaluations: Iterable[Evaluation]) -> list[bool]:
        """Return the decisions of up to 1,000 evaluations, in their order; invalid ones are denied.

        Raises as `evaluate` does.
        """
        documents = [evaluation.document() for evaluation in evaluations]
        if not documents:
            return []
        answer = self._evaluate("/access/v1/evaluations", {"evaluations": documents})
        decisions = answer.get("evaluations") if isinstance(answer, dict) else None
        if not isinstance(decisions, list) or len(decisions) != len(documents):
            raise Unavailable("the answer does not have a decision for each evaluation")
        return [_decision(decision) for decision in decisions]

    def close(self) -> None:
        """Close the connections that no question is using."""
        self._connections.close()

    def _evaluate(self, path: str, document: Json) -> Any:
        """Return the JSON of the answer to an evaluation request."""
        headers = [("Authorization", f"Bearer {self._api_key}"), ("Content-Type", "application/json")]
        body = json.dumps(document, allow_nan=False).encode()
        if len(body) > _MAX_BODY_BYTES:
            raise ValueError(f"the question is larger than {_MAX_BODY_BYTES} bytes")
        answer = self._connections.ask(Question(path, headers, body))
        if answer.status == _BAD_REQUEST:
            raise ValueError(answer.body.decode(errors="replace"))
        if answer.status != _OK:
            raise _unavailable(answer)
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise Unavailable("the answer is not JSON: the URL may be that of another server") from error


def _decision(answer: Any) -> bool:
    decision = answer.get("decision") if isinstance(answer, dict) else None
    if not isinstance(decision, bool):
        raise Unavailable("the answer has no decision: the URL may be that of another server")
    return decision


def _unavailable(answer: Answer) -> Unavailable:
    return Unavailable(f"status {answer.status}: {answer.body[:1024].decode(errors='replace')}")
