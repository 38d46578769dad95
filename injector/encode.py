"""Writing the instrumented module; what is not touched is copied byte for byte."""

from __future__ import annotations

from injector import leb128
from injector import module as m
from injector.body import FunctionPlan, Rewrite
from injector.charges import BLOCK, BR, CALL, END, local
from injector.layout import GAS_EXPORT, Layout
from injector.module import FunctionType, FunctionUse, Module

METERING_SECTION = "ewasm.metering"
_ORDER = (
    m.TYPE, m.IMPORT, m.FUNCTION, m.TABLE, m.MEMORY, m.GLOBAL, m.EXPORT, m.START, m.ELEMENT,
    m.DATA_COUNT, m.CODE, m.DATA,
)  # fmt: skip


def encode_body(
    module: Module, plan: FunctionPlan, charges: list[tuple[int, int]], layout: Layout
) -> bytes:
    """One instrumented function body with its size."""
    wasm, start = module.wasm, plan.start
    words = layout.height.words(plan)
    edits = [(offset, offset, layout.counter.charge(cost)) for offset, cost in charges]
    for rewrite in plan.rewrites:
        edit = _rewrite(wasm, start, rewrite, layout, wrapped=bool(words))
        if edit is not None:
            edits.append(edit)
    if layout.imports:
        edits += _renumbered(plan.function_uses, layout)
    edits.sort(key=lambda edit: edit[0])  # stable: a charge comes before what it pays for
    opening = b""
    if words:
        results = layout.block_type(module.function_type(plan.index).results)
        opening = layout.height.take(words) + BLOCK + results
    locals_, code = wasm[start : start + plan.code], _edited(wasm, plan, edits)
    closing = layout.height.give_back(words) + END if words else b""
    return leb128.sized(locals_ + opening + code + closing)


Edit = tuple[int, int, bytes]
"""Start and end of the bytes to replace, and what to put there."""


def _edited(wasm: bytes, plan: FunctionPlan, edits: list[Edit]) -> bytes:
    """The instructions of a body with edits, whose offsets count from the start of the body."""
    code = wasm[plan.start : plan.end]
    return _apply(code, plan.code, len(code), edits)


def _apply(data: bytes, start: int, end: int, edits: list[Edit]) -> bytes:
    parts = []
    position = start
    for first, last, replacement in edits:
        parts += [data[position:first], replacement]
        position = last
    parts.append(data[position:end])
    return b"".join(parts)


def _renumbered(uses: list[FunctionUse], layout: Layout) -> list[Edit]:
    """Edits that write the indices that functions have in the output."""
    return [(use.start, use.end, leb128.unsigned(layout.function_index(use.index))) for use in uses]


def _rewrite(
    wasm: bytes, start: int, rewrite: Rewrite, layout: Layout, *, wrapped: bool
) -> Edit | None:
    """The edit for a live instruction: offsets replaced and the bytes put there."""
    if rewrite.mnemonic == "return":
        if not wrapped:
            return None
        return rewrite.offset, rewrite.end, local(BR, rewrite.operand)
    key = rewrite.mnemonic
    if key == "table.grow":
        key = f"table.grow {rewrite.operand}"
    helper = layout.helper(key)
    if helper is None:
        return None
    code = local(CALL, helper)
    if not rewrite.mnemonic.endswith(".grow"):
        code += wasm[start + rewrite.offset : start + rewrite.end]
    return rewrite.offset, rewrite.end, code


def encode_module(
    module: Module, layout: Layout, bodies: list[bytes], memory: m.Extent | None, custom: bytes
) -> bytes:
    """The whole output.

    Args:
        module: The original.
        layout: What is added.
        bodies: The function bodies with their sizes.
        memory: The size limits to write for the module's own memory; None keeps them.
        custom: Custom sections to put at the end.
    """
    helper_types = [leb128.unsigned(layout.type_index(h.type)) for h in layout.helpers]
    added_types = [_function_type(kind) for kind in layout.types[len(module.types) :]]
    payloads = {
        m.TYPE: _extended(module, m.TYPE, added_types),
        m.FUNCTION: _extended(module, m.FUNCTION, helper_types),
        m.GLOBAL: _extended(module, m.GLOBAL, layout.globals(), layout),
        m.EXPORT: _exports(module, layout),
        m.ELEMENT: _extended(module, m.ELEMENT, [], layout),
        m.CODE: _vector([*bodies, *(helper.body() for helper in layout.helpers)]),
    }
    if layout.imports:
        payloads[m.IMPORT] = _extended(module, m.IMPORT, layout.imports)
    if module.start is not None:
        payloads[m.START] = leb128.unsigned(layout.function_index(module.start))
    if memory is not None:
        payloads[m.MEMORY] = _vector([_extent(memory)])
    sections = {section.kind: section for section in module.sections}
    out = [module.wasm[:8]]
    for kind in _ORDER:
        if kind in payloads and (kind in sections or kind != m.ELEMENT):
            out += [bytes([kind]), leb128.sized(payloads[kind])]
        elif kind in sections:
            section = sections[kind]
            out += [bytes([kind]), leb128.sized(module.wasm[section.start : section.end])]
    return b"".join(out) + custom


def custom_section(name: str, payload: bytes) -> bytes:
    """A custom section."""
    return b"\0" + leb128.sized(leb128.sized(name.encode()) + payload)


def _vector(entries: list[bytes]) -> bytes:
    return leb128.unsigned(len(entries)) + b"".join(entries)


def _extended(module: Module, kind: int, added: list[bytes], layout: Layout | None = None) -> bytes:
    """The payload of a section that is a vector, with more entries at its end.

    With a layout, function indices in it are written as they are in the output.
    """
    section = next((s for s in module.sections if s.kind == kind), None)
    if section is None:
        return _vector(added)
    count, position = leb128.read_u32(module.wasm, section.start)
    edits = []
    if layout is not None and layout.imports:
        uses = [u for u in module.function_uses if section.start <= u.start < section.end]
        edits = _renumbered(uses, layout)
    entries = _apply(module.wasm, position, section.end, edits)
    return leb128.unsigned(count + len(added)) + entries + b"".join(added)


def _function_type(kind: FunctionType) -> bytes:
    params, results = bytes(kind.params), bytes(kind.results)
    return b"\x60" + leb128.sized(params) + leb128.sized(results)


def _extent(extent: m.Extent) -> bytes:
    if extent.maximum is None:
        return b"\0" + leb128.unsigned(extent.minimum)
    return b"\1" + leb128.unsigned(extent.minimum) + leb128.unsigned(extent.maximum)


def _exports(module: Module, layout: Layout) -> bytes:
    entries = []
    for export in module.exports:
        index = export.index
        if export.kind == m.FUNCTION_KIND:
            index = layout.function_index(index)
        if export.name == "main" and layout.main is not None:
            index = layout.main
        name = leb128.sized(export.name.encode())
        entries.append(name + bytes([export.kind]) + leb128.unsigned(index))
    if layout.gas_global is not None:
        gas = leb128.sized(GAS_EXPORT.encode()) + bytes([m.GLOBAL_KIND])
        entries.append(gas + leb128.unsigned(layout.gas_global))
    return _vector(entries)
