"""IAM's operations."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.framework.operation import Operation, collect_operations
from iamd.operations.iam import (
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

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
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
