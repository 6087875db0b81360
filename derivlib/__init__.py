"""derivlib: derivations whose own TeX is the test."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def __getattr__(name: str) -> Any:
    """`derivlib.load`, brought in when it is first asked for."""
    if name == "load":
        from derivlib.notes import load

        return load
    raise AttributeError(f"module 'derivlib' has no attribute {name!r}")
