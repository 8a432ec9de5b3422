"""What the observer learns from, and how: random sessions, targets, the net's slopes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.accuracy.testset import load as load_test_set
from bench.observer import data, train
from bench.observer.dataset import Examples, examples
from bench.observer.evaluate import read, rows
from bench.observer.net import LOG_SIGMA, Recipe, loss, start
from bench.observer.net import train as teach
from bench.observer.scripts import THEMES, session
from phantom.person import Person
from scapcoach.girdle.features import N_FEATURES, mirrored
from scapcoach.girdle.observer import (
    N_OUTPUTS,
    N_SIGMAS,
    OBSERVER_FILE,
    OUTPUTS,
    Observer,
    load_observer,
    read_with_mirror,
)
from tests.support.phantom import need_phantom

if TYPE_CHECKING:
    from pathlib import Path


def sessions(count: int):
    for seed in range(count):
        yield session(Person.random(seed), np.random.default_rng(seed), rest=1.0, work=4.0)


def test_every_session_begins_with_its_neutral_arms_hanging() -> None:
    for one in sessions(60):
        first = one.scripts[0]
        assert first.label(0.5) == ("neutral", 0)
        assert first.label(first.duration) != ("neutral", 0) or len(one.scripts) == 2
        if one.theme != "desk":
            assert one.neutral.arm_left.elevation < 25


def test_all_themes_occur() -> None:
    assert {one.theme for one in sessions(80)} == set(THEMES)


def test_retraction_cannot_be_read_off_the_arms() -> None:
    """Of what is drawn on purpose, the best linear guess from the arms explains next to nothing."""
    arms, girdle = [], []
    for one in sessions(400):
        for key in one.scripts[-1].keys[1:]:
            a, b = key.pose.arm_left, key.pose.arm_right
            arms.append([1, a.elevation, a.plane, a.elbow, b.elevation, b.plane, b.elbow])
            girdle.append([key.pose.retraction_left, key.pose.elevation_left])
    x, y = np.array(arms), np.array(girdle)
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    assert len(y) > 1500
    assert np.all(1 - left.var(axis=0) / y.var(axis=0) < 0.02)


def test_seeds_of_training_validation_and_test_set_are_apart() -> None:
    starts = sorted(data.FIRST_SEED.values())
    assert starts[0] >= 10_000_000
    assert starts[1] - starts[0] >= 10_000_000
    assert max(s.seed for s in load_test_set().setups) < starts[0]


def test_a_seed_always_draws_the_same_and_neighbours_share_only_the_body() -> None:
    first, again, neighbour = (data.draw(s) for s in (30_000_000, 30_000_000, 30_000_001))
    assert first[0] == again[0]
    assert first[0].shape == neighbour[0].shape
    assert first[0].camera.yaw != neighbour[0].camera.yaw


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31))
def test_slopes_of_the_loss_are_those_of_finite_differences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    recipe = Recipe(beta=0.0)
    parameters = [p.astype(np.float64) for p in start((5, 6, N_OUTPUTS + N_SIGMAS), rng)]
    parameters[-1] += rng.uniform(-0.8, 0.8, parameters[-1].shape)
    x, y = rng.normal(size=(4, 5)), rng.normal(size=(4, N_OUTPUTS))
    _, slopes = loss(parameters, x, y, recipe)
    for p, s in zip(parameters, slopes, strict=True):
        at = tuple(int(rng.integers(n)) for n in p.shape)
        step = 1e-6
        values = []
        for sign in (1, -2):
            p[at] += sign * step
            values.append(loss(parameters, x, y, recipe)[0])
        p[at] += step
        assert (values[0] - values[1]) / (2 * step) == pytest.approx(s[at], abs=1e-6)


def toy(seed: int, frames: int = 6000) -> Examples:
    """Even quantities depend on features that mirroring does not change; one is mostly noise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(frames, N_FEATURES)).astype(np.float32)
    both = x + mirrored(x)
    y = np.zeros((frames, N_OUTPUTS), np.float32)
    y[:, 4] = 5 * both[:, 200]
    loud = np.where(both[:, 201] > 0, 8.0, 0.5)
    y[:, 5] = loud * rng.normal(size=frames)
    zero = np.zeros(frames)
    return Examples(x, y, zero.astype(int), zero.astype(int), zero.astype(int), zero,
                    np.zeros((frames, 6)), zero)  # fmt: skip


def test_the_net_learns_what_is_there_and_how_unsure_to_be() -> None:
    recipe = Recipe(widths=(32,), epochs=12, batch=64, noise=0.0, dropout=0.0)
    net = teach(toy(0), recipe)
    held = toy(1)
    values, variance = read_with_mirror(net, held.x)
    assert np.corrcoef(values[:, 4], held.y[:, 4])[0, 1] > 0.97
    sigma = np.sqrt(variance[:, 5])
    loud = (held.x + mirrored(held.x))[:, 201] > 0
    assert np.median(sigma[loud]) > 2 * np.median(sigma[~loud])
    same = teach(toy(0), recipe)
    np.testing.assert_array_equal(same.weights[0], net.weights[0])
    other = teach(toy(0), replace(recipe, seed=1))
    assert not np.array_equal(other.weights[0], net.weights[0])


def test_sigmas_are_stretched_until_they_hold() -> None:
    recipe = Recipe(widths=(32,), epochs=8, noise=0.0, dropout=0.0)
    held = toy(1)
    small = teach(toy(0), recipe)
    bounds = np.stack([np.full(N_SIGMAS, v) for v in LOG_SIGMA]).astype(np.float32)
    wrong = Observer((replace(small, bounds=bounds),), np.full(N_SIGMAS, 0.2, np.float32))
    factor = train.sigma_factor(wrong, held)
    right = replace(wrong, factor=wrong.factor * factor.astype(np.float32))
    values, sigmas = right.read(held.x)
    at = OUTPUTS.index("neck_flexion")
    inside = np.abs(values[:, at] - held.y[:, at]) < sigmas[:, at]
    assert 0.6 < inside.mean() < 0.76


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shard of each part, two set-ups each, through the real renderer and pose model."""
    need_phantom()
    folder = tmp_path_factory.mktemp("shards")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "SHARD", 2)
        for part in data.FIRST_SEED:
            path = data.make_shard(data.FIRST_SEED[part] + 9_000_000, folder)
            before = path.stat().st_mtime_ns
            assert data.make_shard(data.FIRST_SEED[part] + 9_000_000, folder) == path
            assert path.stat().st_mtime_ns == before
    return folder


def test_a_shard_gives_examples_that_are_zero_at_rest(filmed: Path) -> None:
    (path,) = data.shards("train", filmed)
    found = examples([path])
    assert len(np.unique(found.seed)) == 2
    assert len(found) > 40
    assert np.isfinite(found.x).all()
    assert np.isfinite(found.y).all()
    changes = found.y[:, :7]
    assert np.abs(changes[:4]).max() < 1.0
    assert np.abs(changes).max() > 8.0


def test_training_writes_weights_that_the_examination_reads(
    filmed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--folder", str(filmed), "--out", str(tmp_path), "--nets", "2", "--epochs", "1",
                 "--batch", "32"]  # fmt: skip
    assert train.main(arguments) == 0
    assert "2 set-ups" in capsys.readouterr().out
    entry = json.loads((tmp_path / "manifest.json").read_text("utf-8"))["own"][OBSERVER_FILE]
    assert entry["trained_on"]["setups"] == 2
    observer = load_observer(tmp_path / OBSERVER_FILE)
    assert len(observer.nets) == 2
    found = list(rows(read(data.shards("validation", filmed), observer)))
    whole = {(r.estimator, r.quantity): r for r in found if r.view == r.theme == "all"}
    assert {("observer", "retraction"), ("geometric", "flexion"), ("naive", "retraction")} <= set(
        whole
    )
    assert whole["observer", "yaw"].mae < 40
