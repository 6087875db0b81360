"""A browser that is not there: a reason to skip, or to fail where it is required."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(reason: str, package: str = "chromium", setting: str = "DERIVLIB_BROWSER") -> NoReturn:
    if os.environ.get(setting) == "required":
        pytest.fail(f"browser tests are required here, but {reason}")
    pytest.skip(f"{reason}; on Debian: apt install {package}")
