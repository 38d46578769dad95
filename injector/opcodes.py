"""The one table of WebAssembly instructions; everything else about them derives from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from injector.policy import FLOATS, REFERENCE_TYPES

I32: Final = 0x7F
I64: Final = 0x7E
F32: Final = 0x7D
F64: Final = 0x7C
FUNCREF: Final = 0x70
EXTERNREF: Final = 0x6F
ANY: Final = 0  # the bottom type of unreachable code

TYPE_NAMES: Final = {
    I32: "i32",
    I64: "i64",
    F32: "f32",
    F64: "f64",
    FUNCREF: "funcref",
    EXTERNREF: "externref",
    ANY: "anything",
}
TYPE_CODES: Final = {name: code for code, name in TYPE_NAMES.items()}
_LETTERS: Final = {"i": I32, "I": I64, "f": F32, "F": F64}


@dataclass(frozen=True, slots=True)
class Opcode:
    """One instruction.

    Attributes:
        prefix: First byte of a two-part opcode (0xFC), else None.
        code: The opcode byte, or the number after the prefix.
        mnemonic: Name in the text format; the key of its price.
        immediate: What follows the opcode; a memory access carries its largest alignment.
        pops: Types taken from the stack, the top last; None where they depend on the context.
        pushes: Types put on the stack.
        feature: The feature that a policy must accept, or None.
    """

    prefix: int | None
    code: int
    mnemonic: str
    immediate: str
    pops: tuple[int, ...] | None
    pushes: tuple[int, ...]
    feature: str | None


# Opcode, mnemonic, stack effect (i = i32, I = i64, f = f32, F = f64; `*` = see the validator),
# and, where there is one, the immediate: `memory:n` is a memory access aligned to at most 2^n.
_TABLE: Final = """
00 unreachable * unreachable
01 nop : nop
02 block * block
03 loop * block
04 if * block
05 else * else
0B end * end
0C br * br
0D br_if * br_if
0E br_table * br_table
0F return * return
10 call * call
11 call_indirect * call_indirect
1A drop * drop
1B select * select
1C select * select_typed
20 local.get * local.get
21 local.set * local.set
22 local.tee * local.tee
23 global.get * global.get
24 global.set * global.set
25 table.get * table
26 table.set * table
28 i32.load i:i memory:2
29 i64.load i:I memory:3
2A f32.load i:f memory:2
2B f64.load i:F memory:3
2C i32.load8_s i:i memory:0
2D i32.load8_u i:i memory:0
2E i32.load16_s i:i memory:1
2F i32.load16_u i:i memory:1
30 i64.load8_s i:I memory:0
31 i64.load8_u i:I memory:0
32 i64.load16_s i:I memory:1
33 i64.load16_u i:I memory:1
34 i64.load32_s i:I memory:2
35 i64.load32_u i:I memory:2
36 i32.store ii: memory:2
37 i64.store iI: memory:3
38 f32.store if: memory:2
39 f64.store iF: memory:3
3A i32.store8 ii: memory:0
3B i32.store16 ii: memory:1
3C i64.store8 iI: memory:0
3D i64.store16 iI: memory:1
3E i64.store32 iI: memory:2
3F memory.size :i memory.size
40 memory.grow i:i memory.grow
41 i32.const :i i32.const
42 i64.const :I i64.const
43 f32.const :f f32.const
44 f64.const :F f64.const
45 i32.eqz i:i
46 i32.eq ii:i
47 i32.ne ii:i
48 i32.lt_s ii:i
49 i32.lt_u ii:i
4A i32.gt_s ii:i
4B i32.gt_u ii:i
4C i32.le_s ii:i
4D i32.le_u ii:i
4E i32.ge_s ii:i
4F i32.ge_u ii:i
50 i64.eqz I:i
51 i64.eq II:i
52 i64.ne II:i
53 i64.lt_s II:i
54 i64.lt_u II:i
55 i64.gt_s II:i
56 i64.gt_u II:i
57 i64.le_s II:i
58 i64.le_u II:i
59 i64.ge_s II:i
5A i64.ge_u II:i
5B f32.eq ff:i
5C f32.ne ff:i
5D f32.lt ff:i
5E f32.gt ff:i
5F f32.le ff:i
60 f32.ge ff:i
61 f64.eq FF:i
62 f64.ne FF:i
63 f64.lt FF:i
64 f64.gt FF:i
65 f64.le FF:i
66 f64.ge FF:i
67 i32.clz i:i
68 i32.ctz i:i
69 i32.popcnt i:i
6A i32.add ii:i
6B i32.sub ii:i
6C i32.mul ii:i
6D i32.div_s ii:i
6E i32.div_u ii:i
6F i32.rem_s ii:i
70 i32.rem_u ii:i
71 i32.and ii:i
72 i32.or ii:i
73 i32.xor ii:i
74 i32.shl ii:i
75 i32.shr_s ii:i
76 i32.shr_u ii:i
77 i32.rotl ii:i
78 i32.rotr ii:i
79 i64.clz I:I
7A i64.ctz I:I
7B i64.popcnt I:I
7C i64.add II:I
7D i64.sub II:I
7E i64.mul II:I
7F i64.div_s II:I
80 i64.div_u II:I
81 i64.rem_s II:I
82 i64.rem_u II:I
83 i64.and II:I
84 i64.or II:I
85 i64.xor II:I
86 i64.shl II:I
87 i64.shr_s II:I
88 i64.shr_u II:I
89 i64.rotl II:I
8A i64.rotr II:I
8B f32.abs f:f
8C f32.neg f:f
8D f32.ceil f:f
8E f32.floor f:f
8F f32.trunc f:f
90 f32.nearest f:f
91 f32.sqrt f:f
92 f32.add ff:f
93 f32.sub ff:f
94 f32.mul ff:f
95 f32.div ff:f
96 f32.min ff:f
97 f32.max ff:f
98 f32.copysign ff:f
99 f64.abs F:F
9A f64.neg F:F
9B f64.ceil F:F
9C f64.floor F:F
9D f64.trunc F:F
9E f64.nearest F:F
9F f64.sqrt F:F
A0 f64.add FF:F
A1 f64.sub FF:F
A2 f64.mul FF:F
A3 f64.div FF:F
A4 f64.min FF:F
A5 f64.max FF:F
A6 f64.copysign FF:F
A7 i32.wrap_i64 I:i
A8 i32.trunc_f32_s f:i
A9 i32.trunc_f32_u f:i
AA i32.trunc_f64_s F:i
AB i32.trunc_f64_u F:i
AC i64.extend_i32_s i:I
AD i64.extend_i32_u i:I
AE i64.trunc_f32_s f:I
AF i64.trunc_f32_u f:I
B0 i64.trunc_f64_s F:I
B1 i64.trunc_f64_u F:I
B2 f32.convert_i32_s i:f
B3 f32.convert_i32_u i:f
B4 f32.convert_i64_s I:f
B5 f32.convert_i64_u I:f
B6 f32.demote_f64 F:f
B7 f64.convert_i32_s i:F
B8 f64.convert_i32_u i:F
B9 f64.convert_i64_s I:F
BA f64.convert_i64_u I:F
BB f64.promote_f32 f:F
BC i32.reinterpret_f32 f:i
BD i64.reinterpret_f64 F:I
BE f32.reinterpret_i32 i:f
BF f64.reinterpret_i64 I:F
C0 i32.extend8_s i:i
C1 i32.extend16_s i:i
C2 i64.extend8_s I:I
C3 i64.extend16_s I:I
C4 i64.extend32_s I:I
D0 ref.null * ref.null
D1 ref.is_null * ref.is_null
D2 ref.func * ref.func
FC:0 i32.trunc_sat_f32_s f:i
FC:1 i32.trunc_sat_f32_u f:i
FC:2 i32.trunc_sat_f64_s F:i
FC:3 i32.trunc_sat_f64_u F:i
FC:4 i64.trunc_sat_f32_s f:I
FC:5 i64.trunc_sat_f32_u f:I
FC:6 i64.trunc_sat_f64_s F:I
FC:7 i64.trunc_sat_f64_u F:I
FC:8 memory.init iii: memory.init
FC:9 data.drop : data
FC:10 memory.copy iii: memory.copy
FC:11 memory.fill iii: memory.fill
FC:12 table.init iii: table.init
FC:13 elem.drop : elem
FC:14 table.copy iii: table.copy
FC:15 table.grow * table
FC:16 table.size :i table
FC:17 table.fill * table
"""


def _parse(line: str) -> Opcode:
    code, mnemonic, effect, *immediate = line.split()
    prefix, _, number = code.rpartition(":")
    pops: tuple[int, ...] | None = None
    pushes: tuple[int, ...] = ()
    if effect != "*":
        left, right = effect.split(":")
        pops = tuple(_LETTERS[letter] for letter in left)
        pushes = tuple(_LETTERS[letter] for letter in right)
    feature = None
    if "f32" in mnemonic or "f64" in mnemonic:
        feature = FLOATS
    elif mnemonic.startswith(("table.", "elem.", "ref.")):
        feature = REFERENCE_TYPES
    return Opcode(
        prefix=int(prefix, 16) if prefix else None,
        code=int(number) if prefix else int(number, 16),
        mnemonic=mnemonic,
        immediate=immediate[0] if immediate else "",
        pops=pops,
        pushes=pushes,
        feature=feature,
    )


OPCODES: tuple[Opcode, ...] = tuple(_parse(line) for line in _TABLE.split("\n") if line)

MNEMONICS: dict[str, str | None] = {row.mnemonic: row.feature for row in OPCODES}
"""Every known instruction and the feature that it needs."""

# Opcodes of features that no policy accepts, so that a refusal can name the feature.
UNSUPPORTED: dict[int, str] = (
    dict.fromkeys((0x06, 0x07, 0x08, 0x09, 0x0A, 0x18, 0x19, 0x1F), "exception handling")
    | dict.fromkeys((0x12, 0x13, 0x15), "tail calls")
    | dict.fromkeys((0x14, 0xD4, 0xD5, 0xD6), "typed function references")
    | dict.fromkeys((0xD3, 0xFB), "garbage collection")
    | dict.fromkeys(range(0xE0, 0xE7), "stack switching")
    | {0xFD: "SIMD", 0xFE: "threads"}
)
UNSUPPORTED_FC: dict[int, str] = dict.fromkeys((19, 20, 21, 22), "wide arithmetic")
FIRST_RELAXED_SIMD: Final = 0x100
