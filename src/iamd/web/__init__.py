"""The people's door: pages to sign in and to set an account up, rendered here, and the console's files."""
