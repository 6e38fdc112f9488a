"""boto3 clients of the iamd API: botocore loads the model that `iamd service-model` prints."""

import atexit
import copy
import json
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials

from iamd.core import models
from iamd.core.models import botocore_model


def _write_model() -> str:
    """Write the service model as botocore data; return the folder, which is deleted at exit."""
    folder = tempfile.mkdtemp(prefix="iamd-model-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    model = models.load_json("iamd")
    file = Path(folder) / "iamd" / model["version"] / "service-2.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(botocore_model.to_service_2(model)))
    return folder


@cache
def session() -> Any:
    """Return a boto3 session that has the service `iamd` besides AWS's."""
    core = botocore.session.get_session()
    core.get_component("data_loader").search_paths.insert(0, _write_model())
    return boto3.Session(botocore_session=core)


class _Events:
    """The event handlers of a template, which its copies share, and those of one copy.

    Copying the handlers would take as long as a call.
    """

    def __init__(self, shared: Any) -> None:
        self._shared = shared
        self._own: list[tuple[str, Callable[..., Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shared, name)

    def register(self, event_prefix: str, handler: Callable[..., Any]) -> None:
        self._own.append((event_prefix, handler))

    def unregister(self, event_prefix: str, handler: Callable[..., Any]) -> None:
        self._own.remove((event_prefix, handler))

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Call the handlers of the template, then those of the copy in the order of their registration."""
        responses = self._shared.emit(event_name, **kwargs)
        for prefix, handler in self._own:
            if f"{event_name}.".startswith(f"{prefix}."):
                responses.append((handler, handler(event_name=event_name, **kwargs)))
        return responses


@cache
def _template(url: str, service: str, region: str) -> Any:
    """Return a client to copy; it does not sign or retry: a test gets the first response."""
    template = session().client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="template",
        aws_secret_access_key="template",
        config=Config(retries={"total_max_attempts": 1}),
    )
    template.meta.events.unregister(_signing_event(template), template._request_signer.handler)
    return template


def _signing_event(client: Any) -> str:
    return f"request-created.{client.meta.service_model.service_id.hyphenize()}"


def unsigned_client(url: str, service: str, region: str = "us-east-1") -> Any:
    """Return a client that does not sign requests.

    It is a copy of another: creating one costs boto3 more than several calls.
    """
    template = _template(url, service, region)
    copied = object.__new__(type(template))
    copied.__dict__.update(template.__dict__)  # copy.copy would read attributes that it does not have yet
    copied.meta = copy.copy(template.meta)
    copied.meta.events = events = _Events(template.meta.events)
    copied._endpoint = copy.copy(template._endpoint)
    copied._request_signer = copy.copy(template._request_signer)
    copied._endpoint._event_emitter = copied._request_signer._event_emitter = events
    return copied


def client(
    url: str, service: str, key: tuple[str, str], token: str | None = None, region: str = "us-east-1"
) -> Any:
    """Return a client that signs with a key (its ID and its secret) and a session token."""
    copied = unsigned_client(url, service, region)
    copied._request_signer._credentials = Credentials(*key, token)
    copied.meta.events.register(_signing_event(copied), copied._request_signer.handler)
    return copied
