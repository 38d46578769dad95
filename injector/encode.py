"""Writing the instrumented module; what is not touched is copied byte for byte."""

from __future__ import annotations

from typing import Final

from injector import leb128
from injector import module as m
from injector.edits import Edit, apply_edits
from injector.layout import GAS_EXPORT, Layout
from injector.module import FunctionType, Module

METERING_SECTION: Final = "ewasm.metering"
_ORDER: Final = (
    m.TYPE, m.IMPORT, m.FUNCTION, m.TABLE, m.MEMORY, m.TAG, m.GLOBAL, m.EXPORT, m.START,
    m.ELEMENT, m.DATA_COUNT, m.CODE, m.DATA,
)  # fmt: skip


def encode_module(
    module: Module,
    layout: Layout,
    bodies: dict[int, bytes],
    memory: m.Extent | None,
    custom: bytes,
) -> bytes:
    """The whole output.

    Args:
        module: The original.
        layout: What is added.
        bodies: The function bodies with their sizes, by the index in the original.
        memory: The size limits to write for the module's own memory; None keeps them.
        custom: Custom sections to put at the end.
    """
    function_types = [leb128.unsigned(index) for index in layout.function_types()]
    added_types = [_function_type(kind) for kind in layout.types[len(module.types) :]]
    payloads = {
        m.TYPE: _extended(module, m.TYPE, added_types),
        m.FUNCTION: _vector(function_types),
        m.GLOBAL: _extended(module, m.GLOBAL, layout.globals(), layout),
        m.EXPORT: _exports(module, layout),
        m.ELEMENT: _extended(module, m.ELEMENT, [], layout),
        m.CODE: _vector(_bodies(module, bodies, layout)),
    }
    if layout.imports:
        payloads[m.IMPORT] = _extended(module, m.IMPORT, layout.imports)
    if module.start is not None:
        payloads[m.START] = leb128.unsigned(layout.entry_index(module.start))
    linked = layout.linked
    if memory is not None:
        added = () if linked is None else linked.memories
        payloads[m.MEMORY] = _vector([_extent(each) for each in (memory, *added)])
    if linked is not None and linked.tags:
        tags = [b"\0" + leb128.unsigned(layout.type_index(kind)) for kind in linked.tags]
        payloads[m.TAG] = _vector(tags)
    sections = {section.kind: section for section in module.sections}
    out = [module.wasm[:8]]
    for kind in _ORDER:
        if kind in payloads and (kind in sections or kind != m.ELEMENT):
            out += [bytes([kind]), leb128.sized(payloads[kind])]
        elif kind in sections:
            section = sections[kind]
            out += [bytes([kind]), leb128.sized(module.wasm[section.start : section.end])]
    return b"".join(out) + custom


def _bodies(module: Module, bodies: dict[int, bytes], layout: Layout) -> list[bytes]:
    """All bodies in the order of their indices in the output."""
    moved = layout.height.moved
    return [
        *(
            layout.height.thunk(index, len(module.function_type(index).params))
            if index in moved
            else body
            for index, body in bodies.items()
        ),
        *(bodies[index] for index in moved),
        *(helper.body() for helper in layout.helpers),
    ]


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
    edits: list[Edit] = []
    if layout is not None and layout.renumbers:
        uses = [u for u in module.function_uses if section.start <= u.start < section.end]
        edits = layout.renumber(uses)
    entries = apply_edits(module.wasm, position, section.end, edits)
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
            index = layout.entry_index(index)
        entries.append(
            leb128.sized(export.name.encode()) + bytes([export.kind]) + leb128.unsigned(index)
        )
    added = layout.exports
    if layout.gas_global is not None:
        added = {GAS_EXPORT: layout.gas_global, **added}
    for name, index in added.items():
        entry = leb128.sized(name.encode()) + bytes([m.GLOBAL_KIND])
        entries.append(entry + leb128.unsigned(index))
    for name, index in layout.function_exports.items():
        entry = leb128.sized(name.encode()) + bytes([m.FUNCTION_KIND])
        entries.append(entry + leb128.unsigned(index))
    if layout.linked is not None:
        entry = leb128.sized(layout.linked.memory_name.encode()) + bytes([m.MEMORY_KIND])
        entries.append(entry + leb128.unsigned(len(module.memories)))
    return _vector(entries)
