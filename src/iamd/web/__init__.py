"""The web application: server-rendered pages for sign-in and account setup, and the console's files."""
