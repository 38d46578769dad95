"""Writing one function: its own bytes with charges, checks and the stack height around them."""

from __future__ import annotations

from dataclasses import dataclass

from injector import leb128
from injector.charges import BLOCK, BR, CALL, EMPTY, END, RETURN, local
from injector.edits import Edit, apply_edits
from injector.gas_code import GasCode
from injector.layout import Layout
from injector.leb128 import read_u32
from injector.module import Module
from injector.opcodes import I64
from injector.placement import Placement
from injector.plan import FunctionPlan, Site

_COST_OF_GLOBAL = 2  # a charge on the global, compared with one on a local
_COST_OF_SPILL = 3  # writing the local back and reading it again


@dataclass(frozen=True, slots=True)
class Facts:
    """What has to be known about all functions to write one.

    Attributes:
        gas_users: Functions that may work on the gas global.
        host_callers: Functions that a call of may be a call of the host: imports.
        entries: Functions that the embedder can call.
    """

    gas_users: frozenset[int]
    host_callers: frozenset[int]
    entries: frozenset[int]


class FunctionWriter:
    """Writes one function.

    Attributes:
        plan: What validation learned.
        placement: Its charges.
    """

    def __init__(
        self,
        module: Module,
        plan: FunctionPlan,
        placement: Placement,
        layout: Layout,
        facts: Facts,
    ) -> None:
        self._module = module
        self.plan = plan
        self.placement = placement
        self._layout = layout
        self._facts = facts
        self._words = layout.height.words(plan)
        self._metered = layout.schedule.charges and layout.gas_global is not None
        uses_copy = self._metered and self._prefers_copy()
        copy = plan.params + plan.declared_locals if uses_copy else None
        self._gas = GasCode(layout.counter, layout.gas_global, copy)
        self._checks = self._metered and self._has_checks()
        self._check_at_exit = self._checks and plan.index in facts.entries
        self._exit_block = bool(
            self._words or uses_copy or self._check_at_exit or (self._checks and plan.branches_out)
        )

    def body(self) -> bytes:
        """The body with its size."""
        plan = self.plan
        code = self._module.wasm[plan.start : plan.end]
        edits = [edit for site in plan.sites for edit in self._site(site)]
        edits += self._charges()
        if self._layout.imports:
            edits += self._layout.renumber(plan.function_uses)
        inside = apply_edits(code, plan.code, len(code) - 1, edits)
        return leb128.sized(self._locals(code) + self._around(inside))

    # Decisions

    def _prefers_copy(self) -> bool:
        """Whether a copy of the counter in a local is faster than the global."""
        weights = self.placement.weights
        points = sum(weights[block] for block in self.placement.charges)
        points += sum(weights[block] for block in self.placement.loops)
        spills = 1 + sum(weights[site.block] for site in self.plan.sites if self._is_spill(site))
        return bool(self.placement.loops) and _COST_OF_GLOBAL * points > _COST_OF_SPILL * spills

    def _is_spill(self, site: Site) -> bool:
        """Whether the instruction may use the gas global."""
        if site.mnemonic == "call":
            return site.operand in self._facts.gas_users
        return site.mnemonic == "call_indirect" or self._layout.site_helper(site) is not None

    def _calls_host(self, site: Site) -> bool:
        if site.mnemonic == "call":
            return site.operand in self._facts.host_callers
        return site.mnemonic == "call_indirect"

    def _has_checks(self) -> bool:
        """Whether the counter is compared with zero anywhere in the function."""
        placement, plan = self.placement, self.plan
        if plan.index not in self._facts.gas_users:
            return False
        return bool(
            placement.loops
            or self._words
            or plan.index in self._facts.entries
            or any(self._calls_host(site) for site in plan.sites)
        )

    # Parts

    def _locals(self, code: bytes) -> bytes:
        """The declarations of locals, with the copy of the counter as the last."""
        declarations = code[: self.plan.code]
        if self._gas.copy is None:
            return declarations
        groups, position = read_u32(declarations, 0)
        return leb128.unsigned(groups + 1) + declarations[position:] + bytes([1, I64])

    def _label(self, depth: int) -> int:
        """The label that ends the frame, seen from code with that many labels open."""
        return depth - 1 + self._exit_block

    def _charges(self) -> list[Edit]:
        """Edits for the charges and for the checks at the heads of loops."""
        charges, loops = self.placement.charges, self.placement.loops
        checked = loops if self._checks else frozenset()
        edits = []
        for block in sorted(charges.keys() | checked):
            place = self.plan.blocks[block]
            check = block in checked or (block == 0 and self._checks and bool(self._words))
            label = self._label(place.depth) if check else None
            code = self._gas.charge(charges.get(block, 0), label)
            edits.append(Edit(place.offset, place.offset, code, 0))
        if 0 not in charges and self._checks and self._words:
            offset = self.plan.code
            edits.append(Edit(offset, offset, self._gas.charge(0, self._label(1)), 0))
        return edits

    def _site(self, site: Site) -> list[Edit]:
        """Edits for one instruction."""
        if site.mnemonic == "return":
            if not self._exit_block:
                return []
            return [Edit(site.offset, site.end, local(BR, site.depth - 1), 2)]
        before = after = b""
        if self._metered and self._calls_host(site):
            before += self._gas.charge(0, self._label(site.depth))
        if self._metered and self._is_spill(site):
            before += self._gas.write_back()
            after = self._gas.read_again()
        helper = self._layout.site_helper(site)
        edits = []
        if helper is not None and site.mnemonic.endswith(".grow"):
            edits.append(Edit(site.offset, site.end, local(CALL, helper), 2))
        elif helper is not None:
            before += local(CALL, helper)
        if before:
            edits.append(Edit(site.offset, site.offset, before, 1))
        if after:
            edits.append(Edit(site.end, site.end, after, -1))
        return edits

    def _around(self, inside: bytes) -> bytes:
        """The whole code from that of the original, both without and with the last `end`."""
        height, words = self._layout.height, self._words
        opening = closing = b""
        if words:
            opening += height.take(words)
            closing += height.give_back(words)
        opening += self._gas.read_again()
        closing += self._gas.write_back()
        if self._check_at_exit:
            closing += self._gas.charge(0, 0)
        if self._exit_block:
            results = self._module.function_type(self.plan.index).results
            inside = BLOCK + self._layout.block_type(results) + inside + END
        if not self._checks:
            return opening + inside + closing + END
        stop = local(CALL, self._layout.out_of_gas) + b"\x00"
        return opening + BLOCK + EMPTY + inside + closing + RETURN + END + stop + END
