"""The service models in the package, and their parser."""

import dataclasses
import keyword
from itertools import chain
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import botocore
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel as BotocoreModel
from scripts import import_models

from iamd.core import errors, models
from iamd.core.models import (
    OperationModel,
    ServiceModel,
    Shape,
    ShapeCompiler,
    botocore_model,
    by_version,
    limits,
    load,
    read,
    snake_case,
)

SERVICES = [load(name) for name in models.SERVICES]
AWS_SERVICES = [service for service in SERVICES if service.name != "iamd"]
OPERATIONS = [operation for service in SERVICES for operation in service.operations.values()]
SHAPES = [shape for service in SERVICES for shape in service.shapes.values()]

NAMES = {
    "Action": "action",
    "AWSServiceName": "aws_service_name",
    "AllowUsersToChangePassword": "allow_users_to_change_password",
    "AssumeRoleWithSAML": "assume_role_with_saml",
    "AuthenticationCode1": "authentication_code1",
    "Base32StringSeed": "base32_string_seed",
    "ClientIDList": "client_id_list",
    "CreateVirtualMFADevice": "create_virtual_mfa_device",
    "ListSSHPublicKeys": "list_ssh_public_keys",
    "MFADevices": "mfa_devices",
    "OpenIDConnectProviderArn": "open_id_connect_provider_arn",
    "QRCodePNG": "qr_code_png",
    "RemoveClientIDFromOpenIDConnectProvider": "remove_client_id_from_open_id_connect_provider",
    "SAMLMetadataDocument": "saml_metadata_document",
    "SAMLProviderUUID": "saml_provider_uuid",
    "SSHPublicKeyId": "ssh_public_key_id",
    "arn": "arn",
    "isTruncated": "is_truncated",
}


@pytest.mark.parametrize(("name", "attr"), NAMES.items())
def test_snake_case(name: str, attr: str) -> None:
    assert snake_case(name) == attr


def test_member_attributes_are_unique() -> None:
    for shape in SHAPES:
        attrs = [member.attr for member in shape.members]
        assert len(set(attrs)) == len(attrs), shape
        assert len({member.name.lower() for member in shape.members}) == len(attrs), shape


def test_function_names_are_unique() -> None:
    assert len({(operation.service, operation.function) for operation in OPERATIONS}) == len(OPERATIONS)


def test_names_are_valid_identifiers() -> None:
    members = chain.from_iterable(shape.members for shape in SHAPES)
    names = {member.attr for member in members} | {operation.function for operation in OPERATIONS}
    assert [name for name in names if not name.isidentifier() or keyword.iskeyword(name)] == []


@pytest.mark.parametrize("service", AWS_SERVICES, ids=lambda service: service.name)
def test_models_have_all_operations_and_shapes_of_botocore(service: ServiceModel) -> None:
    botocore_model_data: dict[str, Any] = Loader().load_service_model(service.name, "service-2")
    if service.source != f"botocore {botocore.__version__}":
        pytest.skip(f"the models are of {service.source}")
    assert service.operations.keys() == botocore_model_data["operations"].keys()
    assert service.shapes.keys() == botocore_model_data["shapes"].keys()
    for name, shape in service.shapes.items():
        assert [m.name for m in shape.members] == list(
            botocore_model_data["shapes"][name].get("members", ())
        ), name
        assert set(shape.required) == {m.name for m in shape.members if m.required}, name


@pytest.mark.parametrize("service", AWS_SERVICES, ids=lambda service: service.name)
def test_model_files_equal_the_import_script_output(service: ServiceModel) -> None:
    if service.source != f"botocore {botocore.__version__}":
        pytest.skip(f"the models are of {service.source}")
    path = Path(models.__file__).parent / f"{service.name}.json"
    assert path.read_text(encoding="utf-8") == import_models.format_model(
        import_models.read_service(service.name)
    )


def test_import_fails_for_an_unknown_trait() -> None:
    with pytest.raises(SystemExit, match="flattened"):
        import_models.read_shape("Names", {"type": "list", "member": {"shape": "Name"}, "flattened": True})
    with pytest.raises(SystemExit, match="does not support the type double"):
        import_models.read_shape("Ratio", {"type": "double"})
    with pytest.raises(SystemExit, match="locationName"):
        import_models.read_shape(
            "S", {"type": "structure", "members": {"A": {"shape": "B", "locationName": "a"}}}
        )


def test_operation_model() -> None:
    operation = load("iam").operations["CreateUser"]
    assert operation.function == "create_user"
    assert (operation.service, operation.version) == ("iam", "2010-05-08")
    assert operation.namespace == "https://iam.amazonaws.com/doc/2010-05-08/"
    assert [(m.attr, m.required) for m in operation.input.members] == [
        ("path", False),
        ("user_name", True),
        ("permissions_boundary", False),
        ("tags", False),
    ]
    assert operation.output
    assert [m.name for m in operation.output.members] == ["User"]
    assert "EntityAlreadyExists" in operation.errors
    assert operation.signed
    assert operation.paging is None


def test_operation_without_input_or_output() -> None:
    operation = load("iam").operations["DeleteAccountPasswordPolicy"]
    assert operation.input.type == "structure"
    assert operation.input.members == ()
    assert operation.output is None


def test_shape_model() -> None:
    name, password = (load("iam").shapes[shape] for shape in ("userNameType", "passwordType"))
    assert (name.type, name.min, name.max, name.pattern) == ("string", 1, 64, r"[\w+=,.@-]+")
    assert (name.sensitive, password.sensitive) == (False, True)
    tags = load("iam").shapes["tagListType"]
    assert tags.max == 50
    assert tags.element is load("iam").shapes["Tag"]
    assert load("iam").shapes["statusType"].enum == ("Active", "Inactive", "Expired")
    summary = load("iam").shapes["summaryMapType"]
    assert (models.require_shape(summary.key).type, models.require_shape(summary.value).type) == (
        "string",
        "integer",
    )
    with pytest.raises(ValueError, match="no such reference"):
        models.require_shape(name.element)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_parameter_is_bounded(operation: OperationModel) -> None:
    unbounded = [
        shape.name
        for shape in _nested_shapes(operation.input)
        if shape.type in {"list", "map", "string", "blob"} and shape.max is None and not shape.enum
    ]
    assert unbounded == []


def _nested_shapes(shape: Shape) -> set[Shape]:
    """Return a shape and all shapes that it refers to."""
    found, pending = set[Shape](), [shape]
    while pending:
        current = pending.pop()
        references = (current.element, current.key, current.value, *(m.shape for m in current.members))
        found.add(current)
        pending += [reference for reference in references if reference and reference not in found]
    return found


def test_limits_are_of_shapes_that_the_models_leave_unbounded() -> None:
    data = [models.load_json(service)["shapes"] for service in models.SERVICES]
    for name in limits.LIMITS:
        definitions = [shapes[name] for shapes in data if name in shapes]
        assert any("max" not in definition for definition in definitions), name


def test_paging_model() -> None:
    paging = load("iam").operations["ListEntitiesForPolicy"].paging
    assert paging
    assert (paging.input_token, paging.output_token) == ("Marker", "Marker")
    assert (paging.limit_key, paging.more_results) == ("MaxItems", "IsTruncated")
    assert paging.result_key == ("PolicyGroups", "PolicyUsers", "PolicyRoles")


def test_unsigned_operations() -> None:
    unsigned = {operation.name for operation in OPERATIONS if not operation.signed}
    assert unsigned == {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}


def test_services_by_version() -> None:
    assert by_version() == {
        "2010-05-08": load("iam"),
        "2011-06-15": load("sts"),
        "2026-11-24": load("iamd"),
    }


def test_iamd_service_converts_to_a_botocore_model() -> None:
    botocore_service = BotocoreModel(botocore_model.to_service_2(models.load_json("iamd")), "iamd")
    service_model = load("iamd")
    assert set(botocore_service.operation_names) == service_model.operations.keys()
    for name, operation in service_model.operations.items():
        botocore_operation = botocore_service.operation_model(name)
        assert botocore_operation.documentation
        members = botocore_operation.input_shape.members if botocore_operation.input_shape else {}
        assert [member.name for member in operation.input.members] == list(members)
        assert bool(botocore_operation.output_shape) == (operation.output is not None)
        assert tuple(shape.error_code for shape in botocore_operation.error_shapes) == operation.errors


def test_models_are_frozen() -> None:
    service = load("iam")
    assert load("iam") is service
    for value in (
        service,
        service.shapes["Tag"],
        service.shapes["Tag"].members[0],
        service.operations["TagUser"],
    ):
        with pytest.raises(dataclasses.FrozenInstanceError):
            value.name = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        service.operations["x"] = service.operations["TagUser"]  # type: ignore[index]


# Faults agree with the models.


def faults(base: type[errors.Fault]) -> list[type[errors.Fault]]:
    return [subclass for fault in base.__subclasses__() for subclass in (fault, *faults(fault))]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_faults_have_the_http_status_of_the_model(service: ServiceModel) -> None:
    statuses = {fault.code: fault.status for fault in faults(errors.Fault) if fault.code in service.errors}
    assert statuses == {code: service.errors[code] for code in statuses}
    assert statuses.keys() & {"NoSuchEntity", "MalformedPolicyDocument"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_operation_errors_are_defined_in_the_service(operation: OperationModel) -> None:
    error_codes = load(operation.service).errors
    assert all(code in error_codes for code in operation.errors)


# Recursive shapes.

TREE = {
    "source": "here",
    "service": "trees",
    "version": "1",
    "namespace": "urn:trees",
    "operations": {"Plant": {"input": "Tree", "errors": []}},
    "shapes": {
        "Tree": {"type": "structure", "members": {"Name": "Name", "Branches": "Trees"}},
        "Trees": {"type": "list", "member": "Tree"},
        "Name": {"type": "string"},
    },
}


def test_recursive_shape() -> None:
    tree = read(TREE).operations["Plant"].input
    assert tree.members[1].shape.element is tree
    assert "Tree" in repr(tree)


def node_counter(shape: Shape) -> Any:
    """Return a function that counts the nodes of a tree up to a depth."""
    inner_counters = [COUNTERS[member.shape] for member in shape.members] + [
        COUNTERS[s] for s in (shape.element,) if s
    ]

    def count(depth: int) -> int:
        return 1 + sum(part(depth - 1) for part in inner_counters) if depth else 0

    return count


COUNTERS: ShapeCompiler[Any] = ShapeCompiler(node_counter)


def test_shape_compiler_compiles_a_recursive_shape() -> None:
    tree = read(TREE).shapes["Tree"]
    assert COUNTERS[tree](5) == 7
    assert COUNTERS[tree] is COUNTERS[tree]


def test_shape_compiler_is_thread_safe() -> None:
    tree, barrier, results = read(TREE).shapes["Tree"], Barrier(8), []

    def work() -> None:
        barrier.wait()
        results.append((COUNTERS[tree], COUNTERS[tree](5)))

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(COUNTERS[tree], 7)] * 8


def test_shape_compiler_retries_after_an_error() -> None:
    attempts = []

    def compile_shape(shape: Shape) -> Any:
        attempts.append(shape)
        raise LookupError(shape.name)

    broken: ShapeCompiler[Any] = ShapeCompiler(compile_shape)
    for _ in range(2):
        with pytest.raises(LookupError):
            broken[load("iam").shapes["Tag"]]
    assert len(attempts) == 2
