"""What a reader of policies may raise: one error, in AWS's words."""


class PolicyError(ValueError):
    """A document that is no policy, or none that may be saved; `message` is AWS's sentence.

    `path` is the place in the document (`Statement[2].Condition`), where one place is to blame. It is no
    part of the message: AWS does not say it, a linter does.
    """

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


SYNTAX = "Syntax errors in policy."


def syntax_error(path: str | None = None) -> PolicyError:
    """Answer the first of AWS's refusals: the text is not in the grammar of policies."""
    return PolicyError(SYNTAX, path)
