"""Protection of a process that holds keys in its memory, by Linux's prctl(2); no effect on other systems."""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def protect_memory() -> None:
    """Write no core file, and let no other process of the user read the memory or the environment."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def erase_variable(name: str) -> None:
    """Remove an environment variable, and overwrite its value, which `/proc/…/environ` shows."""
    value = os.environ.get(name)
    if value is None:
        return
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_void_p
    address = libc.getenv(name.encode())
    if address:
        ctypes.memset(address, ord("x"), len(os.fsencode(value)))
    del os.environ[name]


def stop_with_parent(parent_id: int) -> None:
    """Stop this process when its parent ends, even by SIGKILL: an orphan would go on serving the port."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if sys.platform == "linux" and os.getppid() != parent_id:  # it ended before
        os.kill(os.getpid(), signal.SIGTERM)


def _prctl(option: int, argument: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, argument, 0, 0, 0)
