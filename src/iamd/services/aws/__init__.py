"""AWS's services that an emulator provides: from a request to the permissions that it needs."""

from iamd.services.aws.request_map import AwsRequestMap

__all__ = ["AwsRequestMap"]
