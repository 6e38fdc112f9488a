"""S3: from a REST request to the permissions that it needs."""

from iamd.services.s3.permissions import S3Request, deletion_permissions, required_permissions

__all__ = ["S3Request", "deletion_permissions", "required_permissions"]
