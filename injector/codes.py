"""Opcodes by name, for what looks at single instructions.

They are repeated from the table in `injector/opcodes.py` (a test compares them), because a number
that stands here is part of the code that uses it where that is compiled; a number that is looked up
is not.
"""

from __future__ import annotations

from typing import Final

UNREACHABLE: Final = 0x00
BLOCK: Final = 0x02
LOOP: Final = 0x03
IF: Final = 0x04
ELSE: Final = 0x05
END: Final = 0x0B
BR: Final = 0x0C
BR_IF: Final = 0x0D
BR_TABLE: Final = 0x0E
RETURN: Final = 0x0F
CALL: Final = 0x10
CALL_INDIRECT: Final = 0x11
LOCAL_GET: Final = 0x20
LOCAL_SET: Final = 0x21
LOCAL_TEE: Final = 0x22
GLOBAL_GET: Final = 0x23
GLOBAL_SET: Final = 0x24
I32_CONST: Final = 0x41
I64_CONST: Final = 0x42
F32_CONST: Final = 0x43
F64_CONST: Final = 0x44
I32_NE: Final = 0x47
I64_LT_S: Final = 0x53
I32_ADD: Final = 0x6A
I64_SUB: Final = 0x7D
I64_MUL: Final = 0x7E
I64_OR: Final = 0x84
REF_NULL: Final = 0xD0
REF_FUNC: Final = 0xD2

PREFIX_FC: Final = 0xFC
"""First byte of the instructions whose opcode is a number behind it."""
