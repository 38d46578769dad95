"""Verifying: equal is equal byte for byte, and the first difference is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import write_project

from evm_wasm.project.building import Build, build_project
from evm_wasm.project.deployer import with_arguments
from evm_wasm.project.verifying import compare


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return build_project(write_project(tmp_path_factory.mktemp("project")))


def test_contract_and_deployer_are_recognized(build: Build) -> None:
    assert compare(build, build.runtime).part == "contract"
    assert compare(build, build.runtime).is_same
    assert compare(build, build.deployer).part == "deployer"
    assert compare(build, build.deployer).is_same


@given(st.binary(min_size=1, max_size=100))
def test_arguments_behind_a_deployer_are_told(build: Build, arguments: bytes) -> None:
    verdict = compare(build, with_arguments(build.deployer, arguments))
    assert (verdict.is_same, verdict.part, verdict.arguments) == (True, "deployer", len(arguments))


@given(st.data())
def test_one_changed_byte_is_found_where_it_is(build: Build, data: st.DataObject) -> None:
    code = bytearray(build.runtime)
    # Up to the ninth byte every module is the same; a deployer's then goes on differently.
    offset = data.draw(st.integers(12, len(code) - 1))
    code[offset] ^= data.draw(st.integers(1, 255))
    verdict = compare(build, bytes(code))
    assert (verdict.is_same, verdict.part, verdict.offset) == (False, "contract", offset)
    assert verdict.place


@given(st.data())
def test_code_that_ends_early_or_late_differs_there(build: Build, data: st.DataObject) -> None:
    length = data.draw(st.integers(12, len(build.runtime) - 1))
    assert compare(build, build.runtime[:length]).offset == length
    more = data.draw(st.binary(min_size=1, max_size=50))
    verdict = compare(build, build.runtime + more)
    assert (verdict.offset, verdict.place) == (len(build.runtime), "end of the module")


def test_section_and_function_of_a_difference_are_named(build: Build) -> None:
    call = build.runtime.rindex(b"\x10\x00")  # the call of `finish` in `answer`
    changed = build.runtime[:call] + b"\x00\x00" + build.runtime[call + 2 :]
    assert compare(build, changed).place == "code section, function 1 `answer`"
    data = build.runtime.index(b"hello")
    changed = build.runtime.replace(b"hello", b"hallo")
    verdict = compare(build, changed)
    assert (verdict.offset, verdict.place) == (data + 1, "data section")


@given(st.binary(max_size=200))
def test_any_other_bytes_differ(build: Build, code: bytes) -> None:
    verdict = compare(build, code)
    assert not verdict.is_same
    assert verdict.offset is not None
