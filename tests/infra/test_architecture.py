"""The package for each processor: nothing in it is for another one, and the template says which it is for."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from chalicelib.settings import ARCHITECTURES, Architecture
from infra import package, zips
from infra.layer import source, wheel
from infra.layer.made import Made
from infra.local import template

MACHINES: dict[Architecture, int] = {"x86_64": 62, "arm64": 183}
"""By the numbers of the ELF format."""
GLIBC = (2, 26)
"""That python3.11's runtime has."""


@pytest.fixture(scope="module")
def arm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As Chalice leaves it: what is done to its zip afterwards takes long, and asks for no processor."""
    folder = tmp_path_factory.mktemp("arm64")
    package._chalice_package(folder, "arm64")
    return folder


@pytest.fixture(scope="module")
def archives(packaged: Path, arm_folder: Path) -> dict[Architecture, Path]:
    return {"x86_64": packaged / package.APP, "arm64": arm_folder / "deployment.zip"}


def compiled(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as packed:
        files = {name: packed.read(name) for name in zips.wanted(packed)}
    return {name: data for name, data in files.items() if data.startswith(b"\x7fELF")}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_everything_compiled_is_for_the_processor_and_the_c_library_of_lambda(
    archives: dict[Architecture, Path], architecture: Architecture
) -> None:
    found = compiled(archives[architecture])
    assert {"pydantic_core", "PIL", "uharfbuzz"} <= {name.split("/")[0] for name in found}
    assert {int.from_bytes(data[18:20], "little") for data in found.values()} == {MACHINES[architecture]}
    asked = {
        tuple(map(int, version.split(b".")))
        for data in found.values()
        for version in re.findall(rb"\0GLIBC_(\d+\.\d+)", data)
    }
    assert (2, 17) in asked
    assert max(asked) <= GLIBC


def test_both_hold_the_same_but_for_what_is_compiled(archives: dict[Architecture, Path]) -> None:
    assert named(archives["x86_64"]) == named(archives["arm64"])


def named(archive: Path) -> set[str]:
    """Names without what a processor, or a hash of the contents, has put into them."""
    with zipfile.ZipFile(archive) as packed:
        names = [name for name in zips.wanted(packed) if not name.endswith(".pyc")]
    return {re.sub(r"-[0-9a-f]{8}(?=\.so)|-(x86_64|aarch64)-linux-gnu", "", name) for name in names}


def application(archives: dict[Architecture, Path], architecture: Architecture) -> int:
    """Its bytes, unzipped. What Python compiles of its own files asks for no processor."""
    own = [size for name, size in sizes(archives[architecture]).items() if not name.endswith(".pyc")]
    alike = [size for name, size in sizes(archives["x86_64"]).items() if name.endswith(".pyc")]
    return sum(own) + sum(alike)


def sizes(archive: Path) -> dict[str, int]:
    with zipfile.ZipFile(archive) as packed:
        return {name: packed.getinfo(name).file_size for name in zips.wanted(packed)}


def in_all(archives: dict[Architecture, Path], architecture: Architecture, ffmpeg: Made) -> float:
    """Of what Lambda allows to a function and its layers."""
    layer = len(ffmpeg.binary) + sum(map(len, ffmpeg.licenses.values()))
    return (application(archives, architecture) + layer) / package.LAMBDA_LIMIT


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_beside_the_wheels_ffmpeg_it_keeps_a_margin_of_5_percent(
    archives: dict[Architecture, Path], architecture: Architecture
) -> None:
    assert in_all(archives, architecture, wheel.build(architecture)) < 0.95


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_beside_the_compiled_ffmpeg_it_keeps_one_of_60_percent(
    archives: dict[Architecture, Path], architecture: Architecture
) -> None:
    if source.why_not(architecture) or not source.made_at(architecture).exists():
        pytest.skip(f"the audio-only ffmpeg for {architecture} is not compiled here")
    assert in_all(archives, architecture, source.build(architecture)) < 0.4


def differences(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from differences(one[name], other[name], f"{path}/{name}")
    elif one != other:
        yield path, one, other


def test_the_template_says_it_of_functions_layer_and_prices(packaged: Path) -> None:
    one, other = json.loads((packaged / "template.json").read_text()), package.described("arm64")
    resources = one["Resources"].items()
    functions = [name for name, each in resources if each["Type"] == "AWS::Serverless::Function"]
    assert len(functions) == 10
    lists = [f"/Resources/{name}/Properties/Architectures" for name in functions]
    lists.append("/Resources/FfmpegLayer/Properties/CompatibleArchitectures")
    texts = ["/Globals/Function/Environment/Variables/BATCHREEL_ARCHITECTURE", "/Outputs/Architecture/Value"]
    wanted = [*((path, ["x86_64"], ["arm64"]) for path in lists), *((p, "x86_64", "arm64") for p in texts)]
    assert sorted(differences(one, other)) == sorted(wanted)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS::Lambda::Function", "Architectures"),
        ("AWS::Lambda::LayerVersion", "CompatibleArchitectures"),
    ],
)
def test_cloudformation_knows_both(kind: str, name: str) -> None:
    """So that what cfn-lint finds sound of the one template is sound of the other."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    assert set(schema["properties"][name]["items"]["enum"]) == set(ARCHITECTURES)


def test_nothing_but_the_package_names_a_processor() -> None:
    assert not re.search("x86_64|arm64", json.dumps(template.whole()))
