"""The sample contracts, as projects, build to the very modules that are committed beside them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_line import CONTRACTS
from compilers import require_language
from eth_abi.abi import decode, encode
from eth_utils.abi import function_signature_to_4byte_selector

from evm_wasm.devnet import CallRequest, Devnet
from evm_wasm.project.building import Build, build_project
from evm_wasm.project.deployer import with_arguments
from evm_wasm.project.languages import LANGUAGES
from evm_wasm.project.scaffolding import new_project
from evm_wasm.project.verifying import compare

SUPPLY = 10**30


def token_project(language: str, parent: Path) -> Path:
    """The ERC-20 token of a language with its constructor, as a project.

    Where sources name the SDK's path, files lie to each other as they do in the repository; asc puts
    functions in the order of their files' paths, and the SDK's comes first there.
    """
    project = new_project("erc20", language, parent)
    row = LANGUAGES[language]
    sdk = CONTRACTS / "sdk" / str(row.sdk)
    sources = project / "src"
    shutil.rmtree(sources)
    place = "src/" if language in ("c", "zig") else "src/token/"
    (project / place).mkdir(parents=True)
    for path in (CONTRACTS / f"erc20_{language}").iterdir():
        if path.suffix in (row.suffix, ".h"):
            shutil.copy(path, project / place)
    target = sources / sdk.name if place == "src/" else sources / "sdk" / str(row.sdk)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(sdk, target)
    lines = "".join(
        f'{key} = "{place}{stem}{row.suffix}"\n'
        for key, stem in (("source", "erc20"), ("constructor", "erc20_deploy"))
    )
    manifest = project / "ewasm.toml"
    old = f'source = "src/contract{row.suffix}"\n'
    manifest.write_text(manifest.read_text().replace(old, lines))
    return project


@pytest.fixture(scope="module", params=[name for name in LANGUAGES if name != "wat"])
def build(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    require_language(request.param)
    return build_project(token_project(request.param, tmp_path_factory.mktemp("token")))


@pytest.mark.compilers
def test_the_bytes_are_those_of_the_committed_modules(build: Build) -> None:
    folder = CONTRACTS / f"erc20_{build.manifest.language}"
    assert build.runtime == (folder / "erc20.wasm").read_bytes()
    assert build.deployer == (folder / "erc20_deploy.wasm").read_bytes()


@pytest.mark.compilers
def test_the_constructor_deploys_with_its_argument(build: Build) -> None:
    code = with_arguments(build.deployer, encode(["uint256"], [SUPPLY]))
    verdict = compare(build, code)
    assert (verdict.is_same, verdict.part, verdict.arguments) == (True, "deployer", 32)
    selector = function_signature_to_4byte_selector("totalSupply()")
    with Devnet() as devnet:
        token = devnet.deploy(code)
        assert compare(build, devnet.code(token)).is_same
        output = devnet.call(CallRequest(to=token, data=selector))
    assert decode(["uint256"], output) == (SUPPLY,)
