"""Which operations a console session may call without a recent confirmation of identity."""

from iamd.operations import OPERATIONS

# Each of them neither widens access nor weakens sign-in. Whoever adds an operation decides.
WITHOUT_CONFIRMATION = {
    "AddRoleToInstanceProfile",
    "CreateAccountAlias",
    "CreateGroup",
    "CreateInstanceProfile",
    "CreatePolicy",
    "CreateServiceLinkedRole",
    "CreateUser",
    "CreateVirtualMFADevice",
    "DeleteAccessKey",
    "DeleteAccountAlias",
    "DeleteGroup",
    "DeleteInstanceProfile",
    "DeleteLoginProfile",
    "DeleteOpenIDConnectProvider",
    "DeletePolicy",
    "DeletePolicyVersion",
    "DeleteRole",
    "DeleteServiceLinkedRole",
    "DeleteServiceSpecificCredential",
    "DeleteUser",
    "DeleteVirtualMFADevice",
    "EndSession",
    "GenerateCredentialReport",
    "PutAccountName",
    "RemoveClientIDFromOpenIDConnectProvider",
    "RemoveRoleFromInstanceProfile",
    "UpdateRoleDescription",
}


def test_only_operations_that_neither_widen_access_nor_weaken_sign_in_need_no_confirmation() -> None:
    changing = {
        operation.model.name: operation.requires_confirmation
        for operations in OPERATIONS.values()
        for operation in operations.values()
        if not operation.read_only or operation.issues_credentials
    }
    assert {name for name, required in changing.items() if not required} == WITHOUT_CONFIRMATION


def test_reading_needs_no_confirmation() -> None:
    assert not any(
        operation.requires_confirmation
        for operations in OPERATIONS.values()
        for operation in operations.values()
        if operation.read_only and not operation.issues_credentials
    )
