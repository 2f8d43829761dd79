"""Makes the virtual environment of the served AWS once for each requirements.txt, outside the checkout, and prints its python."""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def main():
    """Print the interpreter; make its environment first when it is not there. Safe to run from several tests at once."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aws-triage"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"backend-{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]}"
    python = folder / "bin" / "python"
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            venv.create(folder, with_pip=True, clear=True)
            install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", REQUIREMENTS]
            subprocess.run(install, check=True, stdout=sys.stderr)
            (folder / "complete").touch()
    print(python)


if __name__ == "__main__":
    main()
