"""Service-linked roles: created for one AWS service, not modifiable, deleted by a deletion task.

Deletion is immediate here; the task only reports success.
"""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from iamd.core import arns, ids, managed
from iamd.core.errors import InvalidInput, NoSuchEntity
from iamd.core.records import Role
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Params, Reply, Target, TargetFinder, operation
from iamd.operations.iam import roles
from iamd.operations.iam.permissions_boundaries import SERVICE_LINKED_ROLE_PATH
from iamd.store import policy_attachments, tags
from iamd.store import roles as role_store
from iamd.store.entities import ROLES

_MAX_SESSION_DURATION = 3600
_MAX_ROLE_NAME_LENGTH = 64  # characters, as in the API model
_SERVICE_PRINCIPAL = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com")
_DELETION_TASK_ID = re.compile(r"task/aws-service-role/.+/([\w+=,.@-]+)/[0-9a-f-]{36}", re.ASCII)

# AWS's role name suffixes and policies for common services. The role of any other service is named after the
# service, and has no policy.
_ROLE_NAMES_AND_POLICIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "autoscaling": ("AutoScaling", "AutoScalingServiceRolePolicy"),
        "backup": ("Backup", "AWSBackupServiceLinkedRolePolicyForBackup"),
        "config": ("Config", "AWSConfigServiceRolePolicy"),
        "ecs": ("ECS", "AmazonECSServiceRolePolicy"),
        "eks": ("AmazonEKS", "AmazonEKSServiceRolePolicy"),
        "eks-fargate": ("AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"),
        "elasticbeanstalk": ("ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"),
        "elasticloadbalancing": ("ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"),
        "es": ("AmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy"),
        "guardduty": ("AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"),
        "inspector2": ("AmazonInspector2", "AmazonInspector2ServiceRolePolicy"),
        "opensearchservice": ("AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"),
        "organizations": ("Organizations", "AWSOrganizationsServiceTrustPolicy"),
        "rds": ("RDS", "AmazonRDSServiceRolePolicy"),
        "redshift": ("Redshift", "AmazonRedshiftServiceLinkedRolePolicy"),
        "spot": ("EC2Spot", "AWSEC2SpotServiceRolePolicy"),
        "spotfleet": ("EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"),
        "ssm": ("AmazonSSM", "AmazonSSMServiceRolePolicy"),
    }
)


def _role_name(service: str, suffix: str | None) -> str:
    label = service.removesuffix(".amazonaws.com")
    name_and_policy = _ROLE_NAMES_AND_POLICIES.get(label)
    service_name = (
        name_and_policy[0]
        if name_and_policy
        else "".join(part.capitalize() for part in re.split(r"[.-]", label))
    )
    return f"AWSServiceRoleFor{service_name}{f'_{suffix}' if suffix else ''}"


def _find_new_role(call: Call, params: Params) -> Target:
    service = params["aws_service_name"]
    name = _role_name(service, params.get("custom_suffix"))
    return Target(call.arn(f"role{SERVICE_LINKED_ROLE_PATH}{service}/{name}"))


def _find_deleted_role(call: Call, params: Params) -> Target:
    """Return the deleted role of a deletion task as the target."""
    task_id = params["deletion_task_id"]
    arn = call.arn(f"role/{task_id.removeprefix('task/').rpartition('/')[0]}")
    if _DELETION_TASK_ID.fullmatch(task_id) and role_store.deletion_task_exists(
        call.tx, call.account_id, task_id
    ):
        return Target(arn)
    return Target(arn, not_found=NoSuchEntity(f"The deletion task {task_id} cannot be found."))


_NEW_SERVICE_LINKED_ROLE = TargetFinder(_find_new_role, "role")
_DELETION_TASK_ROLE = TargetFinder(_find_deleted_role, "role")


@operation(
    "iam",
    target_finder=_NEW_SERVICE_LINKED_ROLE,
    condition_keys=(condition_keys.SERVICE_NAME,),
    requires_confirmation=False,
)
def create_service_linked_role(
    call: Call, aws_service_name: str, description: str | None = None, custom_suffix: str | None = None
) -> Reply:
    if not _SERVICE_PRINCIPAL.fullmatch(aws_service_name):
        raise InvalidInput(f"{aws_service_name} is not the name of an AWS service.")
    name = _role_name(aws_service_name, custom_suffix)
    if len(name) > _MAX_ROLE_NAME_LENGTH:
        raise InvalidInput(f"The role name {name} has more than {_MAX_ROLE_NAME_LENGTH} characters.")
    if ROLES.find(call.tx, call.account_id, name):
        # The API model has no EntityAlreadyExists for this operation; AWS raises InvalidInput.
        raise InvalidInput(
            f"Service role name {name} has been taken in this account, please try a different suffix."
        )
    role = _build_role(call, aws_service_name, name, description)
    roles.insert_role(call, role)
    _attach_service_policy(call, role, aws_service_name)
    return {"Role": roles.to_response(call, role, (), None)}


def _build_role(call: Call, service: str, name: str, description: str | None) -> Role:
    path = f"{SERVICE_LINKED_ROLE_PATH}{service}/"
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
    arn = arns.role(call.account_id, path, name)
    return Role(
        ids.unique(ids.ROLE), name, path, arn, call.timestamp, None, description, _MAX_SESSION_DURATION, trust
    )


def _attach_service_policy(call: Call, role: Role, service: str) -> None:
    name_and_policy = _ROLE_NAMES_AND_POLICIES.get(service.removesuffix(".amazonaws.com"))
    arn = (
        f"arn:{arns.PARTITION}:iam::aws:policy/aws-service-role/{name_and_policy[1]}"
        if name_and_policy
        else ""
    )
    if arn in managed.catalog():
        policy_attachments.add(call.tx, call.account_id, role.role_id, arn)


@operation("iam", target_finder=targets.ROLE, requires_confirmation=False)
def delete_service_linked_role(call: Call, role: Role) -> Reply:
    if not role.path.startswith(SERVICE_LINKED_ROLE_PATH):
        raise NoSuchEntity(f"The role with name {role.role_name} is not a service-linked role.")
    for arn in policy_attachments.list_for_entity(call.tx, call.account_id, role.role_id):
        policy_attachments.delete(call.tx, call.account_id, role.role_id, arn)
    tags.delete_all(call.tx, call.account_id, role.role_id)
    roles.delete_records(call, role)
    task_id = f"task{role.path}{role.role_name}/{ids.request()}"
    role_store.add_deletion_task(call.tx, call.account_id, task_id, call.timestamp)
    return {"DeletionTaskId": task_id}


@operation("iam", target_finder=_DELETION_TASK_ROLE)
def get_service_linked_role_deletion_status(call: Call, deletion_task_id: str) -> Reply:
    return {"Status": "SUCCEEDED"}
