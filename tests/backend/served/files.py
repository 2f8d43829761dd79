"""Files that a world puts on this machine, such as the private key of its user; gone when the process ends."""

import atexit
import os
import shutil
import tempfile
from functools import lru_cache


@lru_cache(maxsize=None)
def _folder():
    folder = tempfile.mkdtemp(prefix="aws-triage-served-")
    atexit.register(remove)
    return folder


def write(account_id, name, text, mode):
    """The path of a new file of an account."""
    folder = os.path.join(_folder(), account_id)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, name)
    with open(path, "w", newline="") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def remove():
    """Remove all of them."""
    if _folder.cache_info().currsize:
        shutil.rmtree(_folder(), ignore_errors=True)
