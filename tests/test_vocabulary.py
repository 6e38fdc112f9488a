"""Retired names and phrases are not used again (docs/architecture.md, "Glossary")."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = sorted(
    file
    for folder in ("src", "scripts", "bench", "tests")
    for file in (ROOT / folder).rglob("*.py")
    if "node_modules" not in file.parts and file != Path(__file__)
)
TEXTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *(ROOT / "src/iamd/web/templates").glob("*.html"), *CODE]
)
MIGRATIONS = ROOT / "src/iamd/store/migrations/versions"  # history is not rewritten

# Retired names and what to use instead.
RETIRED_NAMES = {
    "Known": "AuthenticatedCaller",
    "know": "resolve",
    "Asked": "Invocation",
    "Ask": "PermissionCheck",
    "Claim": "Signature, AccessKeyCredentials",
    "Proof": "AccessKeyCredentials",
    "Proved": "a noun for the result",
    "Prover": "Authenticator",
    "prove": "authenticate, find_credential",
    "Vouch": "CallerResolver",
    "vouch": "resolve_caller",
    "Unvouched": "UnresolvedCaller",
    "Circumstances": "RequestContext",
    "around": "request_context",
    "Seen": "ClientInfo",
    "Means": "Dependencies",
    "means": "dependencies",
    "Turn": "ExecutionSlots",
    "turn": "execution_slots",
    "aside": "release_slot",
    "among": "in_list",
    "Each": "BatchQuery",
    "Cut": "PageLimits",
    "Note": "AuditEntry",
    "Recorder": "AuditQueue",
    "recorder": "audit_queue",
    "fold": "coalesce_key",
    "Desk": "SignInServices",
    "desk": "services",
    "Door": "WebContext",
    "People": "WebApp",
    "Visitor": "Client",
    "visitor": "client",
    "Who": "SignInIdentity",
    "who": "identity",
    "rescue": "root_mfa",
    "renew": "new_password",
    "throttle_names": "throttle_keys",
    "none_here": "empty_lists",
    "founding": "account_creation",
    "Founded": "NewAccount",
    "Said": "a noun",
    "said": "message",
    "Told": "a noun",
    "told": "message, response",
    "Shown": "a noun",
    "shown": "display_name",
    "Judged": "Evaluation",
    "Held": "a noun",
    "held": "the noun itself",
    "asked": "requested",
    "wanted": "requested, expected",
    "kept": "the noun itself",
    "Stand": "LayerResult",
    "Standing": "LayerOutcome",
    "standings": "layer_results",
    "Draft": "LintDocument",
    "Site": "RelyingParty",
    "Generations": "TwoGenerationCache",
    "of": "list_for_…, find",
    "under": "…_by_path",
    "by": "a noun",
}

# Phrases that read as translated, in documents and in source code.
RETIRED_PHRASES = (
    r"\bis no (?:\w+ )?(?:name|address|alias|number|ID|URL)\b",
    r"\bnobody's\b",
    r"\bwho(?:ever)? knocks\b",
    r"(?<!\")the people's door\b",
    r"\bwell done\b",
    r"\bdear to\b",
    r"\bthe turn\b",
    r"\bcomes along with it\b",
    r"\bis told to be\b",
    r"\bNot understood\b",
)


def _names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Return every name that a module defines, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield (node.id if isinstance(node, ast.Name) else node.attr), node.lineno
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name, node.lineno


def test_code_defines_no_retired_names() -> None:
    retired = [
        f"{file.relative_to(ROOT)}:{line}: {name}: use {RETIRED_NAMES[name.lstrip('_')]}"
        for file in CODE
        if not file.is_relative_to(MIGRATIONS)
        for name, line in [(file.stem, 0), *_names(ast.parse(file.read_text()))]
        if name.lstrip("_") in RETIRED_NAMES
    ]
    assert not retired, "\n".join(retired)


def test_texts_contain_no_retired_phrases() -> None:
    retired = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in TEXTS
        for phrase in RETIRED_PHRASES
        for match in re.finditer(phrase, file.read_text())
    ]
    assert not retired, "\n".join(retired)


def test_glossary_defines_each_term_once() -> None:
    glossary = (ROOT / "docs/architecture.md").read_text().partition("## Glossary")[2]
    terms = re.findall(r"^\| \*\*(.+?)\*\* \|", glossary, re.MULTILINE)
    assert len(terms) >= 12
    assert len(terms) == len(set(terms))
