"""`iamd policy explain`: why a request is allowed or denied, layer by layer, down to the statement."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from iamd.app import StoreError, opened_store
from iamd.cli import options
from iamd.cli.errors import CommandError
from iamd.cli.policy.policy_file import YAML_SUFFIXES
from iamd.cli.policy.subjects import ExplainSubject, LayerFiles, load_from_files, load_from_store
from iamd.cli.policy.test import Format
from iamd.core import arns
from iamd.core.errors import Fault
from iamd.crypto.master_key import MasterKeyError
from iamd.framework.operation import Context
from iamd.operations.iam import simulation_requests
from iamd.policy import Layer, Match, Request, denial_message
from iamd.policy.explanation import Explanation, PolicySource, explain_decision
from iamd.policy.layer_results import LayerOutcome
from iamd.policy.source_positions import Location, Span
from iamd.store.migrate import NewerSchemaError
from iamd.store.sqlite import FILE_NAME

_GRANTING_LAYERS = frozenset({Layer.IDENTITY, Layer.RESOURCE, Layer.TRUST})
_NO_STORE_MESSAGE = "there is no store in {}: give one with --data or --database, or policies as files"

PrincipalName = Annotated[
    str,
    typer.Option("--principal", metavar="ARN", help="Who: a user, a role, a session; or a service's name."),
]
Action = Annotated[str, typer.Option("--action", metavar="A", help="What to do, such as s3:GetObject.")]
Resource = Annotated[str, typer.Option("--resource", metavar="R", help="To which resource: an ARN, or *.")]
ContextKeys = Annotated[
    list[str] | None,
    typer.Option(
        "--context",
        metavar="KEY=VALUE",
        help="A context key; again for more keys, or for more values of one.",
    ),
]
IdentityPolicies = Annotated[
    list[Path] | None,
    typer.Option("--identity", metavar="FILE", help="An identity policy; again for more."),
]
BoundaryPolicy = Annotated[
    Path | None, typer.Option("--boundary", metavar="F", help="The permissions boundary.")
]
SessionPolicy = Annotated[Path | None, typer.Option("--session", metavar="F", help="The session policy.")]
ResourcePolicy = Annotated[
    Path | None, typer.Option("--resource-policy", metavar="F", help="The policy of the resource.")
]
Scps = Annotated[
    list[Path] | None,
    typer.Option("--scp", metavar="F", help="The SCP of a level, the root's first; again for more levels."),
]
AccountId = Annotated[
    str | None,
    typer.Option("--account-id", metavar="ID", help="12 digits. [default: that of the ARN, or the only one]"),
]


class DecisionCause(NamedTuple):
    """A statement that decided, and where it stands."""

    match: Match
    policy: str
    location: Location
    text: str

    @property
    def title(self) -> str:
        statement = self.match.statement
        sid = f" ({statement.sid})" if statement.sid else ""
        return f"{self.policy}, statement {statement.index + 1}{sid}, line {self.location.line}"


_ARN_COLONS = 5  # of an ARN
_LIST_RESOURCES = {
    "listusers": "user/",
    "listgroups": "group/",
    "listroles": "role/",
    "listinstanceprofiles": "instance-profile/",
}


def explain_request(
    principal: PrincipalName,
    action: Action,
    resource: Resource = "*",
    context: ContextKeys = None,
    identity: IdentityPolicies = None,
    boundary: BoundaryPolicy = None,
    session: SessionPolicy = None,
    resource_policy: ResourcePolicy = None,
    scp: Scps = None,
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountId = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="text, or one JSON object.")
    ] = Format.TEXT,
) -> None:
    """Explain a decision on policies in files, or on those that somebody has in a store.

    The exit status is 0 when the request is allowed, 1 when it is denied, 2 when that cannot be said.
    """
    context_keys = _parse_context(context or ())
    files = LayerFiles(identity or (), boundary, session, resource_policy, scp or ())
    store = {"data": data, "database": database, "master_key_file": master_key_file}
    if not files:
        subject = _load_from_store(principal, account_id, action, resource, store)
    elif account_id or any(value is not None for value in store.values()):
        raise CommandError("policies are in files or in a store, not in both", status=2)
    else:
        subject = load_from_files(principal, files)
    finding = _inquire(subject, action, resource, context_keys)
    typer.echo(
        _as_json(subject, finding) if output_format is Format.JSON else "\n".join(_lines(subject, finding))
    )
    if not finding.decision.allowed:
        raise typer.Exit(1)


def _load_from_store(
    principal: str, account_id: str | None, action: str, resource: str, store: dict[str, Any]
) -> ExplainSubject:
    """Read a store; whatever goes wrong is status 2, since 1 says that a request is denied."""
    settings = options.settings(**store)
    if settings.database is None and not (settings.data / FILE_NAME).exists():
        raise CommandError(_NO_STORE_MESSAGE.format(settings.data), status=2)
    try:
        with opened_store(settings) as open_store, open_store.database.read() as tx:
            return load_from_store(tx, principal, account_id, action, resource)
    except (StoreError, MasterKeyError, NewerSchemaError, Fault, OSError) as error:
        raise CommandError(str(error), status=2) from error


def _parse_context(pairs: Sequence[str]) -> Context:
    """Read KEY=VALUE; a key that is given again has several values."""
    context_keys: dict[str, str | tuple[str, ...]] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise CommandError(f"--context: {pair} is not KEY=VALUE", status=2)
        values = context_keys.get(key.lower(), ())
        context_keys[key.lower()] = (
            (*((values,) if isinstance(values, str) else values), value) if values else value
        )
    return context_keys


def _inquire(subject: ExplainSubject, action: str, resource: str, context_keys: Context) -> Explanation:
    if ":" not in action or "*" in action or "?" in action:
        raise CommandError(f"--action: {action} is not the name of an action, such as s3:GetObject", status=2)
    if resource != "*" and resource.count(":") < _ARN_COLONS:
        raise CommandError(f"--resource: {resource} is neither an ARN nor *", status=2)
    request = Request(subject.principal, action, _default_resource(subject, action, resource))
    owner: Context = {"aws:resourceaccount": request.resource_owner} if request.resource_owner else {}
    context = {**subject.context_keys, **simulation_requests.action_context(action), **owner, **context_keys}
    return explain_decision(replace(request, context=context), subject.policies)


def _default_resource(subject: ExplainSubject, action: str, resource: str) -> str:
    """Return the resource that the server asks about where a caller names none: what a list is of."""
    service, _, name = action.partition(":")
    list_resource = _LIST_RESOURCES.get(name.lower()) if service.lower() == "iam" else None
    if resource != "*" or list_resource is None or subject.principal.account is None:
        return resource
    return arns.iam(subject.principal.account, list_resource)


# What decided.


def _decision_causes(subject: ExplainSubject, finding: Explanation) -> Iterator[DecisionCause]:
    """Return the statements that deny, or those that grant; nothing decides an implicit deny."""
    decision = finding.decision
    for match in decision.matches:
        if match.statement.effect == "Deny" or (decision.allowed and match.layer in _GRANTING_LAYERS):
            source = subject.policies.source(match)
            span = source.span(match)
            locate = subject.locators.get(source.id)
            location = locate(match.statement.index) if locate else source.location(span.start)
            yield DecisionCause(match, _policy_name(subject, match), location, _quote(source, span))


def _quote(source: PolicySource, span: Span) -> str:
    """Return a statement as it is written; one that was written as YAML as it would be in JSON."""
    text = source.text[span.start : span.end]
    if Path(source.id).suffix in YAML_SUFFIXES:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    if "\n" not in text:
        return text
    return textwrap.dedent(" " * (source.location(span.start).column - 1) + text)


def _policy_name(subject: ExplainSubject, match: Match) -> str:
    """Return what a policy is called: its file, or what AWS's simulator calls it."""
    source = subject.policies.source(match)
    return match.layer.value if match.layer is Layer.TRUST and source.id == "ResourcePolicy" else source.id


def _matching_policies(subject: ExplainSubject, finding: Explanation, layer: Layer) -> list[str]:
    """Return the policies of a layer that a statement of matched, each once."""
    return list(dict.fromkeys(_policy_name(subject, match) for match in finding.layer_results[layer].matches))


def _layer_outcomes(finding: Explanation) -> Iterator[tuple[Layer, LayerOutcome]]:
    """Return the layers and what they say; nobody is asked about RCPs."""
    for layer, result in finding.layer_results.items():
        if layer is not Layer.RCP:
            yield layer, result.outcome


# How it is told.


def _lines(subject: ExplainSubject, finding: Explanation) -> Iterator[str]:
    yield _sentence(finding)
    yield ""
    width = max(len(layer.value) for layer, _ in _layer_outcomes(finding))
    for layer, outcome in _layer_outcomes(finding):
        policies = ", ".join(_matching_policies(subject, finding, layer))
        mark = "  <- decides" if layer is finding.decision.layer else ""
        yield f"{layer.value:{width}}  {outcome.value:11}  {policies}{mark}".rstrip()
    for cause in _decision_causes(subject, finding):
        yield ""
        yield f"{cause.match.statement.effect} by {cause.match.layer.value} {cause.title}:"
        yield textwrap.indent(cause.text, "    ")
    if finding.missing_keys:
        yield ""
        missing_keys = ", ".join(finding.missing_keys)
        yield f"Condition keys without a value: {missing_keys} (--context KEY=VALUE)"


def _sentence(finding: Explanation) -> str:
    request, decision = finding.request, finding.decision
    if not decision.allowed:
        return f"Denied. {denial_message(request, decision)}"
    return f"Allowed. {request.principal.arn or 'Anybody'} may {request.action} on {request.resource}"


def _as_json(subject: ExplainSubject, finding: Explanation) -> str:
    request, decision = finding.request, finding.decision
    payload = {
        "decision": decision.outcome.value,
        "reason": denial_message(request, decision) or None,
        "principal": request.principal.arn,
        "action": request.action,
        "resource": request.resource,
        "deciding_layer": decision.layer.value if decision.layer else None,
        "layers": [
            {
                "layer": layer.value,
                "says": outcome.value,
                "policies": _matching_policies(subject, finding, layer),
            }
            for layer, outcome in _layer_outcomes(finding)
        ],
        "statements": [_statement(cause) for cause in _decision_causes(subject, finding)],
        "missing_context": list(finding.missing_keys),
    }
    return json.dumps(payload, ensure_ascii=False)


def _statement(cause: DecisionCause) -> dict[str, Any]:
    statement = cause.match.statement
    return {
        "layer": cause.match.layer.value,
        "effect": statement.effect,
        "policy": cause.policy,
        "statement": statement.index + 1,
        "sid": statement.sid,
        "line": cause.location.line,
        "column": cause.location.column,
        "text": cause.text,
    }
