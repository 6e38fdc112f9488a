"""The policy documents that bear on a caller, read and compiled once for all who have them."""

from functools import lru_cache
from typing import NamedTuple

from iamd.policy import Policy, PolicyLayers, Principal, parse
from iamd.policy.compiled import Attachment, CompiledLayers, CompiledPolicy, Evaluator


class PolicyDocuments(NamedTuple):
    """JSON texts: of identity policies, a boundary, session policies; None where there is no such layer."""

    identity: tuple[str, ...] = ()
    boundary: str | None = None
    session: tuple[str, ...] | None = None

    def layers(self) -> PolicyLayers:
        """Return them as the literal evaluator takes them, which tells reasons."""
        return PolicyLayers(
            identity=tuple(parse_document(document) for document in self.identity),
            boundary=parse_document(self.boundary) if self.boundary is not None else None,
            session=None
            if self.session is None
            else tuple(parse_document(document) for document in self.session),
        )

    def evaluator(self, principal: Principal) -> Evaluator:
        """Return what answers for somebody who has them."""
        compiled_layers = CompiledLayers(
            tuple(compile_document(document) for document in self.identity),
            compile_document(self.boundary) if self.boundary is not None else None,
            None if self.session is None else tuple(compile_document(document) for document in self.session),
        )
        return Evaluator(principal, compiled_layers)


@lru_cache(maxsize=4096)
def parse_document(document: str) -> Policy:
    """Return a stored document, read once for all who have it."""
    return parse(document)


@lru_cache(maxsize=4096)
def compile_document(document: str, policy_type: Attachment = Attachment.IDENTITY) -> CompiledPolicy:
    """Return a stored document, compiled once for all who have it in such a place."""
    return CompiledPolicy(parse_document(document), policy_type)
