"""`iamd policy explain`: explain why a request is allowed or denied, by policy layer and statement."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from iamd.cli import options
from iamd.cli.errors import CommandError
from iamd.cli.policy.policy_file import YAML_SUFFIXES
from iamd.cli.policy.subjects import ExplainSubject, LayerFiles, load_from_files, load_from_store
from iamd.cli.policy.test import Format
from iamd.core import arns
from iamd.core.errors import Fault
from iamd.crypto.master_key import MasterKeyError
from iamd.datastore import StoreError, opened_store
from iamd.domain import simulation_requests
from iamd.framework.operation import Context
from iamd.policy import Layer, Match, Request, denial_message
from iamd.policy.explanation import Explanation, PolicySource, explain_decision
from iamd.policy.layer_results import LayerOutcome
from iamd.policy.source_positions import Location, Span
from iamd.store.migrate import NewerSchemaError
from iamd.store.sqlite import FILE_NAME

_GRANTING_LAYERS = frozenset({Layer.IDENTITY, Layer.RESOURCE, Layer.TRUST})
_NO_STORE_MESSAGE = "there is no store in {}: specify --data or --database, or policy files"

PrincipalName = Annotated[
    str,
    typer.Option(
        "--principal", metavar="ARN", help="The caller: a user, a role, a session, or a service name."
    ),
]
Action = Annotated[str, typer.Option("--action", metavar="A", help="Action, such as s3:GetObject.")]
Resource = Annotated[str, typer.Option("--resource", metavar="R", help="Resource: an ARN, or *.")]
ContextKeys = Annotated[
    list[str] | None,
    typer.Option(
        "--context",
        metavar="KEY=VALUE",
        help="Context key and value. Repeat for more keys, or for more values of a key.",
    ),
]
IdentityPolicies = Annotated[
    list[Path] | None,
    typer.Option("--identity", metavar="FILE", help="Identity-based policy. Repeat for more."),
]
BoundaryPolicy = Annotated[Path | None, typer.Option("--boundary", metavar="F", help="Permissions boundary.")]
SessionPolicy = Annotated[Path | None, typer.Option("--session", metavar="F", help="Session policy.")]
ResourcePolicy = Annotated[
    Path | None, typer.Option("--resource-policy", metavar="F", help="Resource-based policy.")
]
Scps = Annotated[
    list[Path] | None,
    typer.Option(
        "--scp", metavar="F", help="SCP of an organization level, root first. Repeat for more levels."
    ),
]
AccountId = Annotated[
    str | None,
    typer.Option(
        "--account-id",
        metavar="ID",
        help="Account ID, 12 digits. [default: that of the ARN, or the only account]",
    ),
]


class DecisionCause(NamedTuple):
    """A statement that decided the request, with its policy, location and text."""

    match: Match
    policy: str
    location: Location
    text: str

    @property
    def title(self) -> str:
        statement = self.match.statement
        sid = f" ({statement.sid})" if statement.sid else ""
        return f"{self.policy}, statement {statement.index + 1}{sid}, line {self.location.line}"


_ARN_COLONS = 5  # at least, in an ARN
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
    """Explain why a request is allowed or denied by policies in files or in a store.

    The exit status is 0 if the request is allowed, 1 if it is denied, 2 if it cannot be evaluated.
    """
    context_keys = _parse_context(context or ())
    files = LayerFiles(identity or (), boundary, session, resource_policy, scp or ())
    store = {"data": data, "database": database, "master_key_file": master_key_file}
    if not files:
        subject = _load_from_store(principal, account_id, action, resource, store)
    elif account_id or any(value is not None for value in store.values()):
        raise CommandError("policy files cannot be combined with a store or an account ID", status=2)
    else:
        subject = load_from_files(principal, files)
    explanation = _evaluate(subject, action, resource, context_keys)
    typer.echo(
        _as_json(subject, explanation)
        if output_format is Format.JSON
        else "\n".join(_lines(subject, explanation))
    )
    if not explanation.decision.allowed:
        raise typer.Exit(1)


def _load_from_store(
    principal: str, account_id: str | None, action: str, resource: str, store: dict[str, Any]
) -> ExplainSubject:
    """Load the subject from a store; every error has status 2, because 1 means that the request is denied."""
    settings = options.settings(**store)
    if settings.database is None and not (settings.data / FILE_NAME).exists():
        raise CommandError(_NO_STORE_MESSAGE.format(settings.data), status=2)
    try:
        with opened_store(settings) as open_store, open_store.database.read() as tx:
            return load_from_store(tx, principal, account_id, action, resource)
    except (StoreError, MasterKeyError, NewerSchemaError, Fault, OSError) as error:
        raise CommandError(str(error), status=2) from error


def _parse_context(pairs: Sequence[str]) -> Context:
    """Parse KEY=VALUE pairs; a key that is repeated gets several values."""
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


def _evaluate(subject: ExplainSubject, action: str, resource: str, context_keys: Context) -> Explanation:
    if ":" not in action or "*" in action or "?" in action:
        raise CommandError(f"--action: {action} is not the name of an action, such as s3:GetObject", status=2)
    if resource != "*" and resource.count(":") < _ARN_COLONS:
        raise CommandError(f"--resource: {resource} is neither an ARN nor *", status=2)
    request = Request(subject.principal, action, _default_resource(subject, action, resource))
    owner: Context = {"aws:resourceaccount": request.resource_owner} if request.resource_owner else {}
    context = {**subject.context_keys, **simulation_requests.action_context(action), **owner, **context_keys}
    return explain_decision(replace(request, context=context), subject.policies)


def _default_resource(subject: ExplainSubject, action: str, resource: str) -> str:
    """Return the resource, or for `*` the one that the server authorizes IAM's list operations on."""
    service, _, name = action.partition(":")
    list_resource = _LIST_RESOURCES.get(name.lower()) if service.lower() == "iam" else None
    if resource != "*" or list_resource is None or subject.principal.account is None:
        return resource
    return arns.iam(subject.principal.account, list_resource)


# The deciding statements.


def _decision_causes(subject: ExplainSubject, explanation: Explanation) -> Iterator[DecisionCause]:
    """Return the statements that deny, or else those that grant; an implicit deny has none."""
    decision = explanation.decision
    for match in decision.matches:
        if match.statement.effect == "Deny" or (decision.allowed and match.layer in _GRANTING_LAYERS):
            source = subject.policies.source(match)
            span = source.span(match)
            locate = subject.locators.get(source.id)
            location = locate(match.statement.index) if locate else source.location(span.start)
            yield DecisionCause(match, _policy_name(subject, match), location, _quote(source, span))


def _quote(source: PolicySource, span: Span) -> str:
    """Return a statement as written in its file; one from a YAML file as JSON."""
    text = source.text[span.start : span.end]
    if Path(source.id).suffix.lower() in YAML_SUFFIXES:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    if "\n" not in text:
        return text
    return textwrap.dedent(" " * (source.location(span.start).column - 1) + text)


def _policy_name(subject: ExplainSubject, match: Match) -> str:
    """Return the name of a policy: its file, or the source ID of AWS's policy simulator."""
    source = subject.policies.source(match)
    return match.layer.value if match.layer is Layer.TRUST and source.id == "ResourcePolicy" else source.id


def _matching_policies(subject: ExplainSubject, explanation: Explanation, layer: Layer) -> list[str]:
    """Return the policies of a layer that have matching statements, each once."""
    return list(
        dict.fromkeys(_policy_name(subject, match) for match in explanation.layer_results[layer].matches)
    )


def _layer_outcomes(explanation: Explanation) -> Iterator[tuple[Layer, LayerOutcome]]:
    """Return each layer and its outcome, without RCPs, which the command does not support."""
    for layer, result in explanation.layer_results.items():
        if layer is not Layer.RCP:
            yield layer, result.outcome


# Output.


def _lines(subject: ExplainSubject, explanation: Explanation) -> Iterator[str]:
    yield _sentence(explanation)
    yield ""
    width = max(len(layer.value) for layer, _ in _layer_outcomes(explanation))
    for layer, outcome in _layer_outcomes(explanation):
        policies = ", ".join(_matching_policies(subject, explanation, layer))
        mark = "  <- decides" if layer is explanation.decision.layer else ""
        yield f"{layer.value:{width}}  {outcome.value:11}  {policies}{mark}".rstrip()
    for cause in _decision_causes(subject, explanation):
        yield ""
        yield f"{cause.match.statement.effect} by {cause.match.layer.value} {cause.title}:"
        yield textwrap.indent(cause.text, "    ")
    if explanation.missing_keys:
        yield ""
        missing_keys = ", ".join(explanation.missing_keys)
        yield f"Condition keys without a value: {missing_keys} (--context KEY=VALUE)"


def _sentence(explanation: Explanation) -> str:
    request, decision = explanation.request, explanation.decision
    if not decision.allowed:
        return f"Denied. {denial_message(request, decision)}"
    return f"Allowed. {request.principal.arn or 'Anyone'} may {request.action} on {request.resource}"


def _as_json(subject: ExplainSubject, explanation: Explanation) -> str:
    request, decision = explanation.request, explanation.decision
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
                "policies": _matching_policies(subject, explanation, layer),
            }
            for layer, outcome in _layer_outcomes(explanation)
        ],
        "statements": [_statement(cause) for cause in _decision_causes(subject, explanation)],
        "missing_context": list(explanation.missing_keys),
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
