"""No test is timed, and SCAPCOACH_REQUIRE_ALL=1 makes every skipped test fail.

The latter is for machines that have everything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator

# How long an example takes says nothing on a machine that does other things as well.
settings.register_profile("scapcoach", deadline=None)
settings.load_profile("scapcoach")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    report = yield
    if (
        os.environ.get("SCAPCOACH_REQUIRE_ALL") == "1"
        and report.skipped
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped, though SCAPCOACH_REQUIRE_ALL=1: {report.longrepr[2]}"
    return report
