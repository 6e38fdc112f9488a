"""Install Chromium for the browser tests, unless one is already installed.

    python -m scripts.install_browser

Debian's package if apt-get is available to root, otherwise Playwright's build.
"""

import os
import shutil
import subprocess
import sys

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """Return the path of an installed Chromium or Chrome; None if there is none."""
    return next((path for path in map(shutil.which, BROWSER_NAMES) if path), None)


def main() -> None:
    """Install Chromium if needed."""
    if find_browser():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=env)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        completed = subprocess.run(install, check=False, env=env, stdout=subprocess.DEVNULL)
        if completed.returncode == 0 and find_browser():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    main()
