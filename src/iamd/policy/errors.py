"""PolicyError: the exception for invalid policies, with AWS's error message."""


class PolicyError(ValueError):
    """A document that is not a valid policy or may not be saved; `message` is AWS's error message.

    `path` is the element that caused the error (`Statement[2].Condition`), if it is a single one. It is not
    part of the message: AWS does not report it, the linter does.
    """

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


SYNTAX = "Syntax errors in policy."


def syntax_error(path: str | None = None) -> PolicyError:
    """Return the error for a violation of the policy grammar, which AWS checks first."""
    return PolicyError(SYNTAX, path)
