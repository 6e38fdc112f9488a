"""`iamd service-model`: the botocore service model that adds the iamd service to the AWS CLI and SDKs."""

import json

import typer

from iamd.core import models
from iamd.core.models import botocore_model


def service_model() -> None:
    """Print the service model of `iamd` for `aws configure add-model --service-name iamd`."""
    typer.echo(json.dumps(botocore_model.to_service_2(models.load_json("iamd")), indent=1))
