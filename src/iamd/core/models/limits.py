"""Sizes that AWS documents in prose only, and our own limits where it documents none.

The wire checks them like those of the model, so that no parameter of any operation is unbounded.
"""

from collections.abc import Mapping

# The largest number of elements of a list, or of characters of a string, by the name of the shape.
LIMITS: Mapping[str, int] = {
    # "You can provide up to 10 managed policy ARNs" (AssumeRole in the STS API Reference).
    "policyDescriptorListType": 10,
    # There are five entity types: User, Role, Group, LocalManagedPolicy and AWSManagedPolicy.
    "entityListType": 5,
    # Quotas of a provider, which can be raised: these limits are above every quota.
    "clientIDListType": 1_000,
    "thumbprintListType": 1_000,
    # Simulations: AWS documents no limit.
    "ActionNameListType": 1_000,
    "ContextEntryListType": 1_000,
    "ContextKeyValueListType": 1_000,
    "ResourceNameListType": 1_000,
    "SimulationPolicyListType": 100,
    "ContextKeyValueType": 8_192,
    # The document of a session policy may have 2,048 characters, which the operations check.
    "unrestrictedSessionPolicyDocumentType": 131_072,
    # An ARN that contains the name has at most 256 characters.
    "virtualMFADeviceName": 256,
    "policyVersionIdType": 64,
    "serviceName": 256,
    # Operations that are not served yet.
    "accountIdType": 12,
    "accountPropertiesMapType": 1_000,
    "organizationsPolicyIdType": 256,
    "policyParameterValueType": 8_192,
    "policyParameterValuesListType": 1_000,
    "stringType": 8_192,
    "tradeInTokenType": 20_000,
}
