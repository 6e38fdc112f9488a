"""Operations of IAM."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.framework.operation import Operation, collect_operations
from iamd.operations.iam import (
    access_keys,
    account_aliases,
    account_summary,
    authorization_details,
    credential_reports,
    empty_lists,
    entities_for_policy,
    groups,
    inline_policies,
    instance_profiles,
    mfa_devices,
    oidc_providers,
    outbound_web_identity,
    password_policy,
    passwords,
    permissions_boundaries,
    policies,
    policy_attachments,
    policy_versions,
    roles,
    service_access,
    service_credentials,
    service_linked_roles,
    simulation,
    tags,
    users,
    virtual_mfa_devices,
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    collect_operations(
        access_keys,
        account_aliases,
        policy_attachments,
        authorization_details,
        permissions_boundaries,
        entities_for_policy,
        groups,
        inline_policies,
        instance_profiles,
        mfa_devices,
        empty_lists,
        oidc_providers,
        outbound_web_identity,
        password_policy,
        passwords,
        policies,
        credential_reports,
        roles,
        service_access,
        service_credentials,
        service_linked_roles,
        simulation,
        account_summary,
        tags,
        users,
        policy_versions,
        virtual_mfa_devices,
    )
)
