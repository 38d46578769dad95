"""Opcodes that stand outside of the one table are those of the table."""

from __future__ import annotations

from injector import charges, codes
from injector.opcodes import OPCODES

BY_NAME = {
    row.mnemonic.replace(".", "_").upper(): row.code for row in OPCODES if row.prefix is None
}
SHORT = {"I64_EXTEND_U": "I64_EXTEND_I32_U"}


def test_codes_by_name_are_those_of_the_table() -> None:
    named = {name: code for name, code in vars(codes).items() if isinstance(code, int)}
    assert named.pop("PREFIX_FC") == 0xFC
    assert len(named) >= 20
    assert named == {name: BY_NAME[name] for name in named}


def test_bytes_that_are_written_are_those_of_the_table() -> None:
    written = {name: code for name, code in vars(charges).items() if isinstance(code, bytes)}
    assert written.pop("EMPTY") == b"\x40"  # a block type
    assert len(written) >= 20
    for name, code in written.items():
        assert code[0] == BY_NAME[SHORT.get(name, name)]
