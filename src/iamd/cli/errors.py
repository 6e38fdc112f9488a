"""Errors of commands: one line on standard error, and an exit status."""


class CommandError(Exception):
    """A command cannot do what it was asked; `status` is 2 when it was asked wrongly."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status
