"""Writing the instrumented module; what is not touched is copied byte for byte."""

from __future__ import annotations

from injector import leb128
from injector import module as m
from injector.body import FunctionPlan, Rewrite
from injector.charges import BLOCK, BR, CALL, END, local
from injector.layout import GAS_EXPORT, Layout
from injector.module import FunctionType, Module

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
    edits.sort(key=lambda edit: edit[0])  # stable: a charge comes before what it pays for
    parts = [wasm[start : start + plan.code]]
    if words:
        results = layout.block_type(module.function_type(plan.index).results)
        parts += [layout.height.take(words), BLOCK, results]
    position = plan.code
    for offset, end, replacement in edits:
        parts += [wasm[start + position : start + offset], replacement]
        position = end
    parts.append(wasm[start + position : plan.end])
    if words:
        parts += [layout.height.give_back(words), END]
    return leb128.sized(b"".join(parts))


def _rewrite(
    wasm: bytes, start: int, rewrite: Rewrite, layout: Layout, *, wrapped: bool
) -> tuple[int, int, bytes] | None:
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
        m.GLOBAL: _extended(module, m.GLOBAL, layout.globals()),
        m.EXPORT: _exports(module, layout),
        m.CODE: _vector([*bodies, *(helper.body() for helper in layout.helpers)]),
    }
    if memory is not None:
        payloads[m.MEMORY] = _vector([_extent(memory)])
    sections = {section.kind: section for section in module.sections}
    out = [module.wasm[:8]]
    for kind in _ORDER:
        if kind in payloads:
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


def _extended(module: Module, kind: int, added: list[bytes]) -> bytes:
    """The payload of a section that is a vector, with more entries at its end."""
    section = next((s for s in module.sections if s.kind == kind), None)
    if section is None:
        return _vector(added)
    count, position = leb128.read_u32(module.wasm, section.start)
    return (
        leb128.unsigned(count + len(added)) + module.wasm[position : section.end] + b"".join(added)
    )


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
        if export.name == "main" and layout.main is not None:
            index = layout.main
        name = leb128.sized(export.name.encode())
        entries.append(name + bytes([export.kind]) + leb128.unsigned(index))
    gas = leb128.sized(GAS_EXPORT.encode()) + bytes([m.GLOBAL_KIND])
    entries.append(gas + leb128.unsigned(layout.gas_global))
    return _vector(entries)
