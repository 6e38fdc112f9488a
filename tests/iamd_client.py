"""boto3 clients of the iamd API: botocore loads the model that `iamd service-model` prints."""

import atexit
import copy
import json
import shutil
import tempfile
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


@cache
def _template(url: str, service: str) -> Any:
    """Return a client to copy; it does not retry, so that a test sees the first response."""
    return session().client(
        service,
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="template",
        aws_secret_access_key="template",
        config=Config(retries={"total_max_attempts": 1}),
    )


def client(url: str, service: str, key: tuple[str, str]) -> Any:
    """Return a client that signs with a key (its ID and its secret).

    It is a copy of another with a signer of its own: creating one costs boto3 more than several calls.
    """
    template = _template(url, service)
    copied = object.__new__(type(template))
    copied.__dict__.update(template.__dict__)  # copy.copy would ask it for attributes that it lacks yet
    copied.meta = copy.copy(template.meta)
    copied.meta.events = events = copy.copy(template.meta.events)
    copied._endpoint = copy.copy(template._endpoint)
    copied._request_signer = copy.copy(template._request_signer)
    copied._endpoint._event_emitter = copied._request_signer._event_emitter = events
    copied._request_signer._credentials = Credentials(*key)
    event = f"request-created.{template.meta.service_model.service_id.hyphenize()}"
    events.unregister(event, template._request_signer.handler)
    events.register(event, copied._request_signer.handler)
    return copied
