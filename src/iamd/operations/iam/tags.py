"""Tag, untag and list-tags operations of every taggable resource, defined by one table."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from iamd.core.records import Tag
from iamd.domain.policy_documents import require_customer_managed
from iamd.domain.tagging import add_tags
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.condition_keys import NO_ROLE_TEMPLATE, REQUEST_TAGS, TAG_KEYS
from iamd.framework.operation import ConditionKeys, Operation, Reply, TargetFinder, operation
from iamd.store import paging
from iamd.store import tags as tag_store

# A record of any taggable resource; the operations only use the ID that its tags are stored under.
Record = Any


class _TaggableResource(NamedTuple):
    """A taggable resource type: the function names of its operations, and its tag quota.

    `require_modifiable` raises a Fault for a record whose tags cannot be changed. `tag_condition_keys` are
    those of the tag operation besides `aws:RequestTag` and `aws:TagKeys`.
    """

    tag_function: str
    untag_function: str
    list_tags_function: str
    target_finder: TargetFinder
    resource_id: Callable[[Record], str]
    quota: str
    require_modifiable: Callable[[Record], None] = lambda _record: None
    tag_condition_keys: tuple[ConditionKeys, ...] = ()


_TAGGABLE_RESOURCES = (
    _TaggableResource(
        "tag_user",
        "untag_user",
        "list_user_tags",
        targets.USER,
        attrgetter("user_id"),
        "TagsPerUser",
    ),
    _TaggableResource(
        "tag_role",
        "untag_role",
        "list_role_tags",
        targets.ROLE,
        attrgetter("role_id"),
        "TagsPerRole",
        tag_condition_keys=(NO_ROLE_TEMPLATE,),
    ),
    _TaggableResource(
        "tag_policy",
        "untag_policy",
        "list_policy_tags",
        targets.POLICY,
        attrgetter("policy_id"),
        "TagsPerPolicy",
        require_modifiable=require_customer_managed,
    ),
    _TaggableResource(
        "tag_mfa_device",
        "untag_mfa_device",
        "list_mfa_device_tags",
        targets.MFA_DEVICE,
        attrgetter("serial_number"),
        "TagsPerVirtualMFADevice",
    ),
    _TaggableResource(
        "tag_instance_profile",
        "untag_instance_profile",
        "list_instance_profile_tags",
        targets.INSTANCE_PROFILE,
        attrgetter("instance_profile_id"),
        "TagsPerInstanceProfile",
    ),
    _TaggableResource(
        "tag_open_id_connect_provider",
        "untag_open_id_connect_provider",
        "list_open_id_connect_provider_tags",
        targets.OIDC_PROVIDER,
        attrgetter("arn"),
        "TagsPerOpenIdConnectProvider",
    ),
)


def _build_operations(taggable: _TaggableResource) -> Iterator[Operation]:
    resource_id = taggable.resource_id

    def tag(call: Call, record: Record, tags: list[dict[str, str]]) -> Reply:
        taggable.require_modifiable(record)
        add_tags(call, resource_id(record), tuple(Tag(**tag) for tag in tags), taggable.quota)
        return None

    def untag(call: Call, record: Record, tag_keys: list[str]) -> Reply:
        taggable.require_modifiable(record)
        tag_store.delete(call.tx, call.account_id, resource_id(record), tag_keys)
        return None

    def list_tags(
        call: Call, record: Record, marker: str | None = None, max_items: int | None = None
    ) -> Reply:
        tags = tag_store.list_for_resource(call.tx, call.account_id, resource_id(record))
        page = paging.page_by_name(tags, paging.page_limits(marker, max_items), attrgetter("key"))
        return {"Tags": page.items, **page.truncation_members()}

    finder = taggable.target_finder
    tag_operation_keys = (REQUEST_TAGS, *taggable.tag_condition_keys)
    yield operation("iam", finder, tag_operation_keys, function_name=taggable.tag_function)(tag)
    yield operation("iam", finder, (TAG_KEYS,), function_name=taggable.untag_function)(untag)
    yield operation("iam", finder, function_name=taggable.list_tags_function)(list_tags)


OPERATIONS = tuple(
    tag_operation for taggable in _TAGGABLE_RESOURCES for tag_operation in _build_operations(taggable)
)
