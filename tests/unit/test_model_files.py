"""Model files: what is committed is what the tool builds, and damage is noticed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from scapcoach import model_files as models
from scapcoach.errors import ModelError
from scapcoach.model_files import model_file
from tools import build_models, task_bundle, tflite_edit

MODELS = Path(__file__).resolve().parents[2] / "models"
FILES = json.loads((MODELS / "manifest.json").read_text())["files"]
SHIPPED = sorted(name for name in FILES if "heavy" not in name)


@pytest.fixture
def no_cache():
    models._checked.cache_clear()
    models._manifest.cache_clear()
    yield
    models._checked.cache_clear()
    models._manifest.cache_clear()


def test_shipped_files_are_exactly_those_of_the_manifest() -> None:
    assert sorted(p.name for p in MODELS.glob("*.task")) == SHIPPED
    for name in SHIPPED:
        data = (MODELS / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == FILES[name]["sha256"]
        assert len(data) == FILES[name]["size"]
        assert FILES[name]["licence"] == "Apache-2.0"


@pytest.mark.parametrize("name", SHIPPED)
def test_members_are_aligned_and_carry_their_normalisation(name: str) -> None:
    bundle = (MODELS / name).read_bytes()
    assert all(at % 16 == 0 for at in task_bundle.member_offsets(bundle).values())
    members = task_bundle.unpack(bundle)
    assert list(members) == [build_models.DETECTOR_MEMBER, build_models.LANDMARKS_MEMBER]
    assert all(tflite_edit.has_metadata(tflite_edit.read_model(m)) for m in members.values())
    detector = hashlib.sha256(members[build_models.DETECTOR_MEMBER]).hexdigest()
    assert detector == build_models.DETECTOR.sha256


@pytest.mark.parametrize("name", ["lite", "full"])
def test_pruned_file_is_what_the_tool_makes_of_the_stock_file(name: str) -> None:
    members = task_bundle.unpack((MODELS / f"pose_landmarker_{name}.task").read_bytes())
    stock = members[build_models.LANDMARKS_MEMBER]
    assert tflite_edit.write_model(tflite_edit.read_model(stock)) == stock
    members[build_models.LANDMARKS_MEMBER] = build_models.pruned(stock)
    expected = (MODELS / f"pose_landmarker_{name}_pruned.task").read_bytes()
    assert task_bundle.pack(members) == expected


@pytest.mark.parametrize("name", ["lite", "full"])
def test_pruning_leaves_the_weights_of_what_is_kept_untouched(name: str) -> None:
    def network(file: str):
        members = task_bundle.unpack((MODELS / file).read_bytes())
        return tflite_edit.read_model(members[build_models.LANDMARKS_MEMBER])

    stock = network(f"pose_landmarker_{name}.task")
    pruned = network(f"pose_landmarker_{name}_pruned.task")
    before, after = stock.subgraphs[0], pruned.subgraphs[0]
    assert len(after.operators) < len(before.operators)
    assert len(after.outputs) == len(before.outputs) == 5

    def content(model, tensor) -> bytes:
        data = model.buffers[tensor.buffer].data
        return b"" if data is None else bytes(data)

    weights = {t.name: content(stock, t) for t in before.tensors}
    assert len({t.name for t in before.tensors}) == len(before.tensors)
    for tensor in after.tensors:
        assert content(pruned, tensor) == weights[tensor.name]
    for output in (0, 1, 3, 4):
        names = [g.tensors[g.outputs[output]].name for g in (before, after)]
        assert names[0] == names[1]


def test_model_file_gives_path_and_hash() -> None:
    file = model_file("lite", mask=False)
    assert file.path.name == "pose_landmarker_lite_pruned.task"
    assert file.sha256 == FILES[file.path.name]["sha256"]
    assert not file.mask
    assert model_file("lite", mask=True).mask
    assert model_file("lite", mask=False) is file  # checked once


def test_unknown_model_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(ModelError, match="no model 'huge': choose one of lite, full, heavy"):
        model_file("huge", mask=False)


def test_missing_heavy_model_says_how_to_build_it(monkeypatch, tmp_path, no_cache) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(models, "model_folders", lambda: (MODELS, tmp_path))
    with pytest.raises(ModelError, match=r"tools\.build_models --model heavy"):
        model_file("heavy", mask=False)


def test_damaged_file_is_noticed(monkeypatch, tmp_path, no_cache) -> None:
    data = bytearray((MODELS / "pose_landmarker_lite_pruned.task").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "pose_landmarker_lite_pruned.task").write_bytes(data)
    monkeypatch.setattr(models, "model_folders", lambda: (tmp_path,))
    with pytest.raises(ModelError, match="damaged"):
        model_file("lite", mask=False)


def test_missing_file_says_where_it_was_looked_for(monkeypatch, tmp_path, no_cache) -> None:
    monkeypatch.setattr(models, "model_folders", lambda: (tmp_path / "a", tmp_path / "b"))
    with pytest.raises(ModelError, match=r"none of .*a, .*b"):
        model_file("full", mask=True)


def test_the_heavy_model_lies_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path / "data"))
    assert models.model_folders()[-1] == tmp_path / "data" / "models"
    assert build_models._default_folder("pose_landmarker_heavy.task") == models.model_folders()[-1]
    models._checked.cache_clear()
    with pytest.raises(ModelError, match=f"is not in {tmp_path / 'data' / 'models'} either"):
        model_file("heavy", mask=False)
    file = tmp_path / "data" / "models" / "pose_landmarker_heavy_pruned.task"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not it")
    with pytest.raises(ModelError, match=rf"The model {file} is damaged"):
        model_file("heavy", mask=False)
