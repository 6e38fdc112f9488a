"""boto3 for our own service: its model is written out as `iamd service-model` prints it."""

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


def _models() -> str:
    """Write our model where botocore looks for one; return the folder, which goes with this process."""
    folder = tempfile.mkdtemp(prefix="iamd-model-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    model = models.load_json("iamd")
    file = Path(folder) / "iamd" / model["version"] / "service-2.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(botocore_model.to_service_2(model)))
    return folder


@cache
def session() -> Any:
    """Return the boto3 session that knows `iamd` beside AWS's services."""
    core = botocore.session.get_session()
    core.get_component("data_loader").search_paths.insert(0, _models())
    return boto3.Session(botocore_session=core)
