"""Whether the phantom can be used here; its data and numba are a development extra."""

from __future__ import annotations

import importlib.util
import os

import pytest

from phantom import assets


def need_phantom() -> None:
    """Skip the calling test where the phantom cannot be had; fail if everything is demanded."""
    reason = ""
    if importlib.util.find_spec("numba") is None:
        reason = "The phantom needs numba: install the extra `bench`."
    else:
        try:
            assets.ensure()
        except assets.AssetError as error:
            reason = str(error)
    if reason and os.environ.get("SCAPCOACH_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
