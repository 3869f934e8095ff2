"""The Pythons that Batchreel is for: the package runs on Lambda under the one that has made it.

Also run by whatever `python3` there is, before anything is installed.
"""

import sys

OLDEST = (3, 11)
NEWEST = (3, 13)


def refusal(version: "tuple[int, int]") -> str:
    """Why it is none of them, and what to do; empty if it is one."""
    if OLDEST <= version <= NEWEST:
        return ""
    return (
        f"Batchreel takes Python {_named(OLDEST)} to {_named(NEWEST)}, and this is {_named(version)}:"
        f" `rm -rf .venv`, and run make with another, as in `make PYTHON=python{_named(NEWEST)} …`"
    )


def _named(version: "tuple[int, int]") -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    sys.exit(refusal(sys.version_info[:2]) or None)
