"""Manifests: what they may say, and errors that name the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import MANIFEST, write_project

from evm_wasm.errors import InputError
from evm_wasm.project.manifest import DEFAULT_STACK, FILE_NAME, Manifest, check_name, read_manifest

C_MANIFEST = """\
# A comment with name = 1
[contract]
name = "vault"
language = "c"
source = "src/vault/main.c"
constructor = "src/constructor.c"
stack = 8192

[compilers]
zig = "0.17.0"
"""


def read(tmp_path: Path, text: str | bytes) -> Manifest:
    return read_manifest(write_project(tmp_path, manifest=text))


def test_a_manifest_is_read(tmp_path: Path) -> None:
    manifest = read(tmp_path, C_MANIFEST)
    assert (manifest.name, manifest.language) == ("vault", "c")
    assert (manifest.source, manifest.constructor) == ("src/vault/main.c", "src/constructor.c")
    assert manifest.stack == 8192
    assert manifest.compilers == {"zig": "0.17.0"}


def test_what_may_be_left_out_has_a_default(tmp_path: Path) -> None:
    manifest = read(tmp_path, MANIFEST)
    assert (manifest.constructor, manifest.stack, manifest.compilers) == (None, DEFAULT_STACK, {})


def changed(old: str, new: str) -> str:
    assert old in C_MANIFEST
    return C_MANIFEST.replace(old, new)


BAD = {
    "no TOML": (changed('"vault"', '"vault'), "not TOML: "),
    "a key twice": (changed("stack = 8192", 'name = "b"'), "line 7, column"),
    "no table": ("[contract]\n", "line 1: language has to be there, a text in quotes"),
    "nothing": ("", "the table [contract] is missing"),
    "no compilers": (
        changed('[compilers]\nzig = "0.17.0"\n', ""),
        "the table [compilers] is missing",
    ),
    "an unknown key": (changed("stack", "stak"), "line 7: stak is unknown; there is name, "),
    "an unknown table": ("[tests]\n" + C_MANIFEST, "line 1: tests is unknown; there is contract, "),
    "an unknown compiler": (
        C_MANIFEST + 'gcc = "1.0.0"\n',
        "line 11: gcc is unknown; there is zig",
    ),
    "an unknown language": (changed('"c"', '"cobol"'), "line 4: language is one of c, zig, "),
    "a language that is no text": (changed('"c"', "7"), "line 4: language has to be there, a text"),
    "a name with a slash": (changed('"vault"', '"a/b"'), "line 3: name: 'a/b' is no name: up to"),
    "a device": (changed('"vault"', '"NUL"'), "line 3: name: 'NUL' is the name of a device"),
    "a version that is not exact": (changed("0.17.0", "0.17"), "line 10: zig has to be there, an "),
    "a version range": (
        changed('"0.17.0"', '">=0.17.0"'),
        "line 10: zig has to be there, an exact",
    ),
    "a number for a version": (changed('"0.17.0"', "0.17"), "line 10: zig has to be there, an exa"),
    "a path that leads out": (
        changed("src/vault/main.c", "src/../../x.c"),
        "line 5: source is a path that begins with src/",
    ),
    "an absolute path": (
        changed("src/vault/main.c", "/src/x.c"),
        "line 5: source is a path that begins with src/",
    ),
    "a path of Windows": (
        changed('"src/vault/main.c"', r"'src\main.c'"),
        "line 5: source is a path that begins with src/",
    ),
    "a path beside the sources": (
        changed("src/constructor.c", "constructor.c"),
        "line 6: constructor is a path that begins with src/",
    ),
    "another suffix": (changed("main.c", "main.rs"), "line 5: source ends with .c"),
    "a negative stack": (changed("8192", "-16"), "line 7: stack is a number of bytes from 256 to"),
    "an odd stack": (changed("8192", "8191"), "line 7: stack is a number of bytes from 256 to"),
    "a stack of megabytes": (changed("8192", "16777216"), "line 7: stack is a number of bytes fr"),
    "a stack that is no number": (changed("8192", "true"), "line 7: stack is a number of bytes"),
    "a stack where there is none": (
        MANIFEST + "stack = 4096\n",
        "line 5: stack has no meaning for",
    ),
    "no UTF-8": (C_MANIFEST.encode() + b"\n# \xff", "line 12: not UTF-8 text"),
    "too much": ("# " + "x" * (1 << 16), "larger than 65536 bytes"),
    "deep nesting": ("a = " + "[" * 20_000, "not TOML: "),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD.keys())
def test_a_bad_manifest_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / FILE_NAME}: ")
    assert message in str(caught.value)


def test_a_folder_without_a_manifest_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file; a project has one: 'ewasm new NAME'"):
        read_manifest(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        read_manifest(tmp_path / "nowhere")


def test_a_manifest_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("name", ["a", "Token", "my_token-2", "x" * 64])
def test_names_may_be(name: str) -> None:
    assert check_name(name, what="NAME") == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "2x", "-x", "a b", "tökn", "x" * 65, "con", "COM1", "a\n"],
)
def test_names_may_not_be(name: str) -> None:
    with pytest.raises(InputError, match=r"^NAME: "):
        check_name(name, what="NAME")


@given(st.text(max_size=200) | st.from_regex(r'(\[\w+\]\n|\w+ = "?[\w/.]*"?\n){0,9}'))
def test_whatever_a_manifest_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("project")
    try:
        read(folder, text.encode("utf-8", errors="replace"))
    except InputError as error:
        message = str(error)
    else:
        message = str(folder)
    assert message.startswith(str(folder))
