"""IAM's operations."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.ops.iam import (
    access_keys,
    aliases,
    attachments,
    authorization_details,
    boundaries,
    entities,
    groups,
    inline,
    instance_profiles,
    mfa_devices,
    none_here,
    oidc_providers,
    password_policy,
    passwords,
    policies,
    reports,
    roles,
    service_access,
    service_linked,
    simulation,
    summary,
    tags,
    users,
    versions,
    virtual_mfa,
)
from iamd.ops.operation import Operation, collect_operations

SERVED: Mapping[str, Operation] = MappingProxyType(
    collect_operations(
        access_keys,
        aliases,
        attachments,
        authorization_details,
        boundaries,
        entities,
        groups,
        inline,
        instance_profiles,
        mfa_devices,
        none_here,
        oidc_providers,
        password_policy,
        passwords,
        policies,
        reports,
        roles,
        service_access,
        service_linked,
        simulation,
        summary,
        tags,
        users,
        versions,
        virtual_mfa,
    )
)
