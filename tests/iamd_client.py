"""boto3 clients of the iamd API: botocore loads the model that `iamd service-model` prints."""

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session

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
