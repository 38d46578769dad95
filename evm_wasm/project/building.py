"""Building a project: sources to a checked contract and its deployer, the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import injector
from evm_wasm.errors import BuildFailed, InputError
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.project.cleaning import Cleaned, clean
from evm_wasm.project.compiling import Compiled, Workshop, workshop
from evm_wasm.project.deployer import init_code_of, with_runtime
from evm_wasm.project.manifest import Manifest, read_manifest
from evm_wasm.project.report import ModuleReport, report_module
from evm_wasm.project.sources import digests, read_sources
from evm_wasm.project.toolchains import Compiler, find_compiler

FOLDER: Final = "build"
"""Where a project's outputs lie."""

_POLICY: Final = "ewasm"


@dataclass(frozen=True, slots=True)
class Build:
    """Everything that was made of a project.

    Attributes:
        manifest: What the project says.
        compilers: Those that were used.
        flags: Their arguments.
        sources: SHA-256 of each source by its path.
        runtime: The contract.
        deployer: Its init code.
        removed: What was taken off the compilers' outputs.
        messages: What the compilers printed.
        report: Size and gas of the contract's functions.
    """

    manifest: Manifest
    compilers: tuple[Compiler, ...]
    flags: tuple[str, ...]
    sources: Mapping[str, str]
    runtime: bytes
    deployer: bytes
    removed: tuple[str, ...]
    messages: str
    report: ModuleReport

    def record(self) -> str:
        """What was built from what, as JSON; the same for the same sources and compilers."""
        outputs = {
            f"{self.manifest.name}.wasm": self.runtime,
            f"{self.manifest.name}_deploy.wasm": self.deployer,
        }
        content = {
            "contract": self.manifest.name,
            "language": self.manifest.language,
            "compilers": {compiler.name: compiler.version for compiler in self.compilers},
            "commands": list(self.flags),
            "sources": dict(self.sources),
            "outputs": {
                name: {
                    "bytes": len(data),
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "keccak256": keccak256(data).hex(),
                }
                for name, data in outputs.items()
            },
        }
        return json.dumps(content, indent=2) + "\n"


def build_project(folder: Path) -> Build:
    """Builds a project from its sources alone; nothing is written into it.

    Raises:
        InputError: The manifest or a source is no good.
        CompilerMissing: A compiler that the manifest names is not there.
        BuildFailed: The compiler or the injector refuses the contract.
    """
    manifest = read_manifest(folder)
    sources = read_sources(folder)
    compilers = {
        name: find_compiler(name, version, folder.resolve())
        for name, version in manifest.compilers.items()
    }
    with workshop(sources) as shop:
        compiled, cleaned = _module(shop, manifest, manifest.source, compilers)
        flags, messages, removed = compiled.flags, compiled.messages, cleaned.removed
        deployer = init_code_of(cleaned.module)
        if manifest.constructor is not None:
            made, constructor = _module(shop, manifest, manifest.constructor, compilers)
            flags, messages = flags + made.flags, messages + made.messages
            removed += constructor.removed
            deployer = with_runtime(constructor.module, cleaned.module)
            _check(deployer, manifest.constructor)
    return Build(
        manifest=manifest,
        compilers=tuple(compilers.values()),
        flags=flags,
        sources=digests(sources),
        runtime=cleaned.module,
        deployer=deployer,
        removed=removed,
        messages=messages,
        report=report_module(cleaned.module, cleaned.names),
    )


def _module(
    shop: Workshop, manifest: Manifest, source: str, compilers: Mapping[str, Compiler]
) -> tuple[Compiled, Cleaned]:
    compiled = shop.compile(manifest.language, source, compilers, stack=manifest.stack)
    cleaned = clean(compiled.module)
    _check(cleaned.module, source)
    return compiled, cleaned


def _check(module: bytes, source: str) -> None:
    """Refuses what no node would take."""
    findings = injector.check(module, policy=_POLICY)
    if findings:
        details = "".join(f"{source}: {finding}\n" for finding in findings)
        raise BuildFailed(f"{source} compiles to a module that is no contract", details)


def write_build(build: Build, folder: Path) -> tuple[Path, ...]:
    """Writes contract, deployer and record below `build/`.

    Returns:
        The files, in this order.

    Raises:
        InputError: They cannot be written, or `build/` leads out of the project.
    """
    name = build.manifest.name
    target = folder / FOLDER
    if not target.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{target}: a symbolic link that leads out of the project")
    files = {
        target / f"{name}.wasm": build.runtime,
        target / f"{name}_deploy.wasm": build.deployer,
        target / f"{name}.json": build.record().encode("utf-8"),
    }
    try:
        target.mkdir(exist_ok=True)
        for path, data in files.items():
            part = path.with_name(f".{path.name}.part")
            part.unlink(missing_ok=True)
            part.write_bytes(data)
            part.replace(path)  # a whole file or none; a link is replaced, not followed
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from error
    return tuple(files)
