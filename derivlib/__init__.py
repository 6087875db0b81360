"""derivlib: derivations whose own TeX is the test."""

__version__ = "0.1.0"
