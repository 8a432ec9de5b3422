"""The list of pose engines: a model chooses its engine, and what is wrong is said."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from scapcoach.errors import MissingModelError
from scapcoach.model_files import MODEL_NAMES, model_file
from scapcoach.pose import engines
from scapcoach.pose.engines import EngineEntry, model_names, model_sha256, open_engine


def test_models_are_named_once_and_those_of_mediapipe_are_its_files() -> None:
    assert len(set(model_names())) == len(model_names())
    assert engines.ENGINES[0].models == MODEL_NAMES
    assert model_sha256("lite") == model_file("lite", mask=False).sha256


def test_an_unknown_model_is_reported_with_the_known_ones() -> None:
    with pytest.raises(MissingModelError, match=r"'huge': choose one of lite, full, heavy"):
        open_engine("huge")
    with pytest.raises(MissingModelError, match="'huge'"):
        model_sha256("huge")


def test_the_model_chooses_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    module = ModuleType("others")
    module.__dict__["Other"] = lambda model, **how: asked.append((model, how)) or "opened"
    module.__dict__["sha"] = lambda model: f"sha of {model}"
    monkeypatch.setitem(sys.modules, "others", module)
    entry = EngineEntry("other", ("tiny", "huge"), "others:Other", "others:sha")
    monkeypatch.setattr(engines, "ENGINES", (*engines.ENGINES, entry))
    assert model_names()[-2:] == ("tiny", "huge")
    assert open_engine("huge", subject_at=(1, 2)) == "opened"
    assert asked == [("huge", {"subject_at": (1, 2), "delegate": "cpu"})]
    assert model_sha256("tiny") == "sha of tiny"
