"""Why a feature is refused, and which compiler flag or tool avoids it."""

from __future__ import annotations

FEATURES: dict[str, tuple[str, str]] = {
    "floating point": (
        "floating point is not deterministic",
        (
            "use integers; floats often come from formatting or parsing code, or from `number` in "
            "AssemblyScript; non-trapping conversions go away with -mcpu=mvp (clang, zig) or "
            "-C target-cpu=mvp (rustc), but their operands are floats all the same"
        ),
    ),
    "reference types": (
        "reference types and table instructions are not accepted",
        (
            "compile with -mcpu=mvp (clang, zig), -C target-cpu=mvp (rustc) or "
            "--disable reference-types (asc)"
        ),
    ),
    "SIMD": (
        "SIMD is not accepted",
        (
            "compile without -msimd128 (clang), with -mcpu=mvp (clang, zig), "
            "-C target-feature=-simd128 (rustc) or without --enable simd (asc)"
        ),
    ),
    "relaxed SIMD": (
        "relaxed SIMD is not deterministic",
        "compile without -mrelaxed-simd (clang) or with -C target-feature=-relaxed-simd (rustc)",
    ),
    "threads": (
        "threads and atomic instructions are not deterministic",
        (
            "compile without -pthread and -matomics (clang), as single-threaded (zig -fsingle-threaded)"
            ", with -C target-feature=-atomics (rustc) or without --enable threads (asc)"
        ),
    ),
    "tail calls": (
        "tail calls are not accepted",
        "compile without -mtail-call (clang) or with -C target-feature=-tail-call (rustc)",
    ),
    "exception handling": (
        "exception handling is not accepted",
        "compile with -fno-exceptions (clang), or -C panic=abort (rustc)",
    ),
    "typed function references": ("typed function references are not accepted", ""),
    "garbage collection": ("garbage-collected types are not accepted", ""),
    "stack switching": ("stack switching is not accepted", ""),
    "wide arithmetic": (
        "wide arithmetic is not accepted",
        "compile with -mcpu=mvp (clang, zig) or -C target-cpu=mvp (rustc)",
    ),
    "64-bit memory": ("64-bit memories and tables are not accepted", "compile for wasm32"),
    "several memories": ("only one memory is accepted", ""),
    "compact imports": ("imports grouped by module are not accepted", "write each import in full"),
    "custom page sizes": ("only pages of 65,536 bytes are accepted", ""),
    "start section": (
        "a start section runs before gas is set",
        "move the work into `main`; AssemblyScript: --exportStart main",
    ),
}

_STRAY_EXPORT = "export only `main` and `memory`"
EXPORTS: dict[str, str] = {
    "__heap_base": "linker symbol; rustc exports it from a cdylib: build a staticlib and link "
    "with wasm-ld --no-entry --export=main",
    "__data_end": "linker symbol; rustc exports it from a cdylib: build a staticlib and link "
    "with wasm-ld --no-entry --export=main",
    "__indirect_function_table": "link without --export-table",
    "_start": "link with --no-entry (-Wl,--no-entry, zig -fno-entry)",
    "_initialize": "link with --no-entry, not as a WASI reactor",
    "__new": "AssemblyScript: do not use --exportRuntime",
    "__pin": "AssemblyScript: do not use --exportRuntime",
    "__unpin": "AssemblyScript: do not use --exportRuntime",
    "__collect": "AssemblyScript: do not use --exportRuntime",
    "__rtti_base": "AssemblyScript: do not use --exportRuntime",
}


def export_advice(name: str) -> str:
    """How to get rid of an export that a contract may not have."""
    return EXPORTS.get(name, _STRAY_EXPORT)


def import_advice(module: str, name: str) -> str:
    """How to get rid of an import that the contract interface does not have."""
    if (module, name) == ("env", "abort"):
        return "AssemblyScript: --use abort="
    if module == "env":
        return (
            "the linker left an undefined symbol; define it, or import it from `ethereum` with "
            "import_module/import_name attributes (C), @external (AssemblyScript), "
            '#[link(wasm_import_module = "ethereum")] (Rust)'
        )
    if module.startswith("wasi"):
        return "compile for wasm32-freestanding or wasm32-unknown-unknown, not for WASI"
    if module == "ethereum" and name == "getBalance":
        return "the method is called getExternalBalance"
    return ""


NO_MAIN = (
    "export a function `main` without parameters and results: export_name attribute (C), "
    "--export=main (zig, wasm-ld), --exportStart main (asc)"
)
NO_MEMORY = "export the memory as `memory`; linkers do so unless it is imported"
