"""Command errors: one line on standard error, and an exit status."""


class CommandError(Exception):
    """A command failed; `status` is the exit status, 2 for a usage error."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status
