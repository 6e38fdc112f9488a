"""Requests to S3 as tests write them."""

from collections.abc import Collection

from iamd.services.s3 import S3Request, required_permissions
from iamd.services.service_request import ServiceRequest

BASE_HOSTS = ("s3.example.com",)


def service_request(method: str, target: str, **headers: str) -> ServiceRequest:
    """Create a request; underscores in the names of headers are hyphens."""
    path, _, query = target.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ServiceRequest(method, path, query, {"host": "s3.example.com"} | named)


def s3_request(
    method: str, target: str, base_hosts: Collection[str] = BASE_HOSTS, **headers: str
) -> S3Request:
    return required_permissions(service_request(method, target, **headers), base_hosts)
