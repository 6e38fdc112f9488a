"""Stages of a console session: open, or the step of signing in that comes next. The values are stored."""

OPEN = "open"
ENROLL = "enrol"  # nothing but setting up MFA is allowed
MFA = "mfa"
PASSWORD = "password"  # noqa: S105 - a stage
