"""Policy documents of a caller, and caches of parsed and compiled policies shared by all callers."""

from functools import lru_cache
from typing import NamedTuple

from iamd.policy import Policy, PolicyLayers, Principal, parse
from iamd.policy.compiled import Attachment, CompiledLayers, CompiledPolicy, Evaluator


class PolicyDocuments(NamedTuple):
    """JSON texts of identity policies, permissions boundary and session policies; None if absent."""

    identity: tuple[str, ...] = ()
    boundary: str | None = None
    session: tuple[str, ...] | None = None

    @property
    def length(self) -> int:
        """The number of characters of all documents."""
        return sum(map(len, (*self.identity, self.boundary or "", *(self.session or ()))))

    def layers(self) -> PolicyLayers:
        """Return the parsed documents, for the reference evaluator, which gives the reasons of a decision."""
        return PolicyLayers(
            identity=tuple(parse_document(document) for document in self.identity),
            boundary=parse_document(self.boundary) if self.boundary is not None else None,
            session=None
            if self.session is None
            else tuple(parse_document(document) for document in self.session),
        )

    def evaluator(self, principal: Principal) -> Evaluator:
        """Return the compiled evaluator of a principal with these documents."""
        compiled_layers = CompiledLayers(
            tuple(compile_document(document) for document in self.identity),
            compile_document(self.boundary) if self.boundary is not None else None,
            None if self.session is None else tuple(compile_document(document) for document in self.session),
        )
        return Evaluator(principal, compiled_layers)


@lru_cache(maxsize=4096)
def parse_document(document: str) -> Policy:
    """Parse a stored policy document; cached."""
    return parse(document)


@lru_cache(maxsize=4096)
def compile_document(document: str, policy_type: Attachment = Attachment.IDENTITY) -> CompiledPolicy:
    """Compile a stored policy document for a type of attachment; cached."""
    return CompiledPolicy(parse_document(document), policy_type)
