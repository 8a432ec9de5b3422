"""Profiles that the page lists, exports, imports and deletes: real process, real files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from scapcoach.calibration import calibrate, guided_segments
from scapcoach.calibration.profiles import FORM, profile_data
from tests.support.clips import protocol_clip
from tests.support.web import answer_to, ask, connect, cookie, packed, until

pytest.importorskip("starlette", reason="needs the extra 'web'")
pytest.importorskip("websockets", reason="needs the extra 'web'")


@pytest.fixture(scope="module")
def profile() -> dict[str, Any]:
    """A profile's file."""
    clip = protocol_clip()
    found = calibrate(clip, guided_segments(clip), name="anna rack")
    return profile_data(replace(found, camera="gym cam"), "anna rack")


def test_a_profile_is_imported_listed_exported_and_deleted(served, profile) -> None:
    body = json.dumps(profile).encode()
    status, _, reported = ask(served, "/api/profiles", "POST", body)
    assert status == 201
    assert json.loads(reported)["name"] == "anna rack"
    assert ask(served, "/api/profiles", "POST", body)[0] == 409  # none is replaced unasked
    assert ask(served, "/api/profiles?replace=yes", "POST", body)[0] == 201
    (card,) = json.loads(ask(served, "/api/profiles")[2])
    assert (card["posture"], card["exercise"], card["view"]) == (True, False, "front")
    assert any("Retraction" in line for line in card["lines"])
    assert card["camera"] == "gym cam"
    status, headers, exported = ask(served, "/api/profiles/anna%20rack")
    assert status == 200
    assert headers["content-disposition"].startswith("attachment")
    assert json.loads(exported) == profile
    assert "anna rack" in json.loads(ask(served, "/api/setup")[2])["profiles"]
    assert ask(served, "/api/profiles/anna%20rack", "DELETE")[0] == 204
    status, _, reported = ask(served, "/api/profiles/anna%20rack", "DELETE")
    assert status == 404
    assert "no profile" in json.loads(reported)["message"]
    assert json.loads(ask(served, "/api/profiles")[2]) == []


def test_a_profile_of_another_camera_is_used_and_said(served, profile, pictures) -> None:
    assert ask(served, "/api/profiles", "POST", json.dumps(profile).encode())[0] == 201
    try:
        with connect(served) as socket:
            until(socket, "ready")
            for k, camera in enumerate(("gym cam", "laptop cam")):
                wish = {"do": "profile", "name": "anna rack", "camera": camera}
                socket.send(json.dumps(wish))
                socket.send(packed(pictures[k], k / 10))
                if k == 0:
                    assert answer_to(socket, 0.0)["calibration"] == "profile"
            reported = until(socket, "problem")["message"]  # none came for the first camera
            assert "'gym cam', and this is 'laptop cam'" in reported
            assert answer_to(socket, 0.1)["calibration"] == "profile"
    finally:
        assert ask(served, "/api/profiles/anna%20rack", "DELETE")[0] == 204


def test_a_damaged_profile_is_listed_as_such_and_can_go(served) -> None:
    folder = served.sessions.parent / "data" / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "torn.json").write_text('{"schema": "scapcoach.profile/1"}')
    (card,) = json.loads(ask(served, "/api/profiles")[2])
    assert "there is no field 'neutral'" in card["damaged"]
    assert ask(served, "/api/profiles/torn")[0] == 404
    assert ask(served, "/api/profiles/torn", "DELETE")[0] == 204
    assert not (folder / "torn.json").exists()


def test_others_can_neither_bring_nor_delete_a_profile(served, profile) -> None:
    body = json.dumps(profile).encode()
    assert ask(served, "/api/profiles", "POST", body)[0] == 201
    foreign: list[tuple[int, dict[str, str]]] = [
        (403, {"Origin": "http://evil.example"}), (403, {"Origin": "null"}), (403, {"Origin": ""}),
        (401, {"Cookie": ""}), (401, {"Cookie": cookie(served, "wrong")}),
        (421, {"Host": "evil.example"}),
    ]  # fmt: skip
    for expected, headers in foreign:
        assert ask(served, "/api/profiles/anna%20rack", "DELETE", **headers)[0] == expected
        assert ask(served, "/api/profiles?replace=yes", "POST", body, **headers)[0] == expected
    for headers in ({"Cookie": ""}, {"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        assert ask(served, "/api/profiles", **headers)[0] in {401, 403, 421}
        assert ask(served, "/api/profiles/anna%20rack", **headers)[0] in {401, 403, 421}
    assert ask(served, "/api/profiles/anna%20rack", "DELETE")[0] == 204


@pytest.mark.parametrize(
    "name",
    ["..%2f..%2fsetup", "%2e%2e%2fsecret", "..%5csecret", ".hidden", "%2e%2e", "a%00b", "a/b",
     "%2Fetc%2Fpasswd", "x" * 80],
)  # fmt: skip
def test_a_profiles_name_is_no_path(served, name: str) -> None:
    secret = served.sessions.parent / "data" / "secret.json"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("{}")
    assert ask(served, f"/api/profiles/{name}")[0] == 404
    assert ask(served, f"/api/profiles/{name}", "DELETE")[0] in {404, 405}
    assert secret.exists()


def test_what_is_no_profile_is_not_imported(served, profile) -> None:
    wrong = [b"", b"no json", b"[]", b"{}", b"[" * 100_000, json.dumps({**profile, "schema": "x"}),
             json.dumps({**profile, "name": "../../evil"}), json.dumps({**profile, "name": ""}),
             json.dumps({**profile, "neutral": {**profile["neutral"], "unit": 0}}),
             json.dumps({**profile, "neutral": None})]  # fmt: skip
    for body in wrong:
        data = body.encode() if isinstance(body, str) else body
        status, _, reported = ask(served, "/api/profiles", "POST", data)
        assert status == 400, body[:40]
        assert json.loads(reported)["message"]
    assert ask(served, "/api/profiles", "POST", b" " * (FORM.limit + 1))[0] == 413
    assert json.loads(ask(served, "/api/profiles")[2]) == []
