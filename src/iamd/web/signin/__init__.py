"""The sign-in pages, a module for each step; none needs a script but those of passkeys."""
