"""Every formula and every code block of the documentation is a test."""

from derivlib.adapters.sybil import derivlib_sybil

pytest_collect_file = derivlib_sybil("*.md", path="docs").pytest()
