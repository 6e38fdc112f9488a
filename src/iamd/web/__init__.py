"""The web application: server-rendered pages for sign-in and account set-up, and the console's files."""
