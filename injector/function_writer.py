"""Writing one function: its own bytes with charges, checks and the stack height around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from injector import leb128
from injector.charges import (
    BLOCK,
    BR,
    CALL,
    EMPTY,
    END,
    I64_OR,
    LOCAL_GET,
    RETURN,
    UNREACHABLE,
    const64,
    local,
)
from injector.checks import (
    COMPARES,
    COMPARES_AT_ENTRY,
    HOST,
    MAY_OWE,
    MOST_DEBT,
    NO_CHECKS,
    UNKNOWN,
    UNUSED,
    CheckFinder,
    Checks,
)
from injector.counted_loops import HIGHEST_COST, CountedLoop, find_counted_loop
from injector.edits import Edit, apply_edits
from injector.gas_code import GasCode, negative
from injector.layout import Layout
from injector.leb128 import read_u32
from injector.module import Module
from injector.opcodes import I32, I64
from injector.placement import LOOP_WEIGHT, Placement
from injector.plan import FunctionPlan, Site
from injector.scan import skip_integers

_COST_OF_GLOBAL: Final = 2  # a charge on the global, compared with one on a local
_COST_OF_SPILL: Final = 4  # writing the local back and reading it again


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
        height = layout.height
        self._words = height.words.get(plan.index)
        self._metered = layout.schedule.charges and layout.gas_global is not None
        self._words_left = b"" if self._words is None else local(LOCAL_GET, plan.params)
        self._uses = self._find_uses()
        self._charges, self._counted = self._find_counted()
        self._uses_copy = self._metered and self._prefers_copy()
        copy = plan.params + plan.declared_locals + (self._words is not None)
        self._scratch = copy + self._uses_copy
        gas = layout.gas_global
        self._gas = GasCode(layout.counter, gas, copy if self._uses_copy else None)
        self._places = self._find_checks()
        self._checks = self._metered and self._has_checks()
        self._stops = self._checks or self._words is not None
        self._check_at_exit = self._checks and plan.index in facts.entries
        self._exit_block = bool(
            self._uses_copy or self._check_at_exit or (self._stops and plan.branches_out)
        )

    def body(self, more: list[Edit]) -> bytes:
        """The body with its size; `more` may insert code that does not touch what this does."""
        plan = self.plan
        code = self._module.wasm[plan.start : plan.end]
        edits = self._charge_edits()
        for site, use in zip(plan.sites, self._uses, strict=True):
            self._edit_site(edits, site, use)
        edits += self._counted_edits()
        edits += self._functions(code) + more
        if self._words is not None:
            moved = leb128.unsigned(plan.params + plan.declared_locals)
            edits += [
                (start, 3, skip_integers(code, start, 1) - start, moved)
                for start in plan.first_local_uses
            ]
        inside = apply_edits(code, plan.code, len(code) - 1, edits)
        return leb128.sized(self._locals(code) + self._around(inside))

    # Decisions

    def _find_counted(self) -> tuple[dict[int, int], dict[int, tuple[CountedLoop, int]]]:
        """The loops that are paid before they start.

        Such a loop ends, so what follows its branch is paid with the code before it too. The last
        one comes first: loops that follow each other then leave one charge before all of them.

        Returns:
            The charges that are left, with the first turn of a loop, and what follows it, as part
            of the code before it; and for each counted loop the loop and the cost of a turn.
        """
        plan, loops = self.plan, self.placement.loops
        counted: dict[int, tuple[CountedLoop, int]] = {}
        if not self._metered or not loops:
            return self.placement.charges, counted
        charges = dict(self.placement.charges)
        offset = plan.blocks.offset
        code = self._module.wasm[plan.start : plan.end]
        busy = {site.block for site in plan.sites}
        for first, last in sorted(loops.items(), reverse=True):
            if first != last or first in busy or not 0 < charges.get(first, 0) < HIGHEST_COST:
                continue
            if first + 1 == len(offset):
                continue
            loop = find_counted_loop(code, offset[first], offset[first + 1])
            if loop is not None:
                cost = charges.pop(first)
                before = self.placement.runs[first - 1]
                after = charges.pop(first + 1, 0)
                charges[before] = (
                    charges.get(before, 0) + cost + after
                )  # `cost` is the first turn's
                counted[first] = loop.renamed(self._local), cost
        return charges, counted

    def _local(self, index: int) -> int:
        """The index in the output of a local of the function."""
        plan = self.plan
        moved = self._words is not None and index == plan.params
        return plan.params + plan.declared_locals if moved else index

    def _prefers_copy(self) -> bool:
        """Whether a copy of the counter in a local is faster than the global."""
        weights = self.placement.weights
        loops = self.placement.loops
        if not loops:
            return False
        points = sum([weights[block] for block in self._charges])
        points += sum([weights[block] for block in loops if block not in self._counted])
        points += sum([weights[block] // LOOP_WEIGHT for block in self._counted])
        spills = 1
        for site, use in zip(self.plan.sites, self._uses, strict=True):
            if use != UNUSED:
                spills += weights[site.block]
        return _COST_OF_GLOBAL * points > _COST_OF_SPILL * spills

    def _find_uses(self) -> list[int]:
        """What each of the sites does with the counter."""
        sites = self.plan.sites
        return [self._use(site) for site in sites] if self._metered else [UNUSED] * len(sites)

    def _use(self, site: Site) -> int:
        """What an instruction does with the counter."""
        if site.mnemonic == "call_indirect":
            return UNKNOWN
        if site.mnemonic != "call":
            return UNUSED if self._layout.site_helper(site) is None else COMPARES
        if site.operand in self._facts.host_callers:
            return HOST
        if site.operand not in self._facts.gas_users:
            return UNUSED
        counted = site.operand in self._layout.height.words
        return COMPARES_AT_ENTRY if counted else MAY_OWE

    def _find_checks(self) -> Checks:
        """Where the counter is compared, beside the entry and the exit."""
        if not self._metered or self.plan.index not in self._facts.gas_users:
            return NO_CHECKS
        loops = self.placement.loops.keys() - self._counted.keys()
        most = MOST_DEBT * self._layout.schedule.scale
        if not loops and not any(self._uses) and sum(self._charges.values()) <= most:
            return NO_CHECKS
        finder = CheckFinder(self._charges, loops, self._counted.keys(), most)
        return finder.find(self.plan, self._uses, at_entry=self._words is not None)

    def _has_checks(self) -> bool:
        """Whether the counter is compared with zero anywhere in the function."""
        if self.plan.index not in self._facts.gas_users:
            return False
        return bool(
            self._places.blocks
            or self._places.sites
            or self._counted
            or self._words is not None
            or self.plan.index in self._facts.entries
        )

    # Parts

    def _locals(self, code: bytes) -> bytes:
        """The declarations of locals.

        The words left are the last parameter and take the index of the first declared local, which
        becomes the last one; behind it come the copy of the counter and a scratch local.
        """
        declarations = code[: self.plan.code]
        count, position = read_u32(declarations, 0)
        if self._words is None or not self.plan.declared_locals:
            groups: list[bytes] = []
            rest = declarations[position:]
        else:
            groups, rest, skipped = _without_first(declarations, position)
            count -= skipped
        if self._uses_copy:
            groups.append(bytes([1, I64]))
        if self._counted:
            groups.append(bytes([1, I32]))
        return leb128.unsigned(count + len(groups)) + rest + b"".join(groups)

    def _label(self, depth: int) -> int:
        """The label that ends the frame, seen from code with that many labels open."""
        return depth - 1 + self._exit_block

    def _charge_edits(self) -> list[Edit]:
        """Edits for the charges and the comparisons in blocks."""
        charges, checked = self._charges, self._places.blocks
        blocks, gas = self.plan.blocks, self._gas
        edits: list[Edit] = []
        first = 0 if self._words is None else 1  # then the first block's is part of the entry
        for block, cost in charges.items():
            if block >= first:
                label = self._label(blocks.depth[block]) if block in checked else None
                edits.append((blocks.offset[block], 0, 0, gas.charge(cost, label)))
        for block in sorted(checked):
            if block >= first and block not in charges:
                code = gas.charge(0, self._label(blocks.depth[block]))
                edits.append((blocks.offset[block], 0, 0, code))
        return edits

    def _counted_edits(self) -> list[Edit]:
        """Edits for the charges before counted loops."""
        edits: list[Edit] = []
        for block, (loop, cost) in self._counted.items():
            label = self._label(self.plan.blocks.depth[block] - 1)
            turns = loop.charge_turns_but_one(cost, self._scratch, label)
            code = self._gas.charge_computed(turns, label)
            at = self.plan.blocks.openers[block]
            edits.append((at, 1, 0, code))
        return edits

    def _functions(self, code: bytes) -> list[Edit]:
        """Edits for the functions referred to, and called in dead code."""
        edits: list[Edit] = []
        for use in self.plan.function_uses:
            if code[use.start - 1 : use.start] == CALL:
                self._edit_call(edits, use.start - 1, use.end, use.function)
            else:
                index = leb128.unsigned(self._layout.function_index(use.function))
                edits.append((use.start, 3, use.end - use.start, index))
        return edits

    def _edit_call(self, edits: list[Edit], at: int, end: int, function: int) -> None:
        """Add edits for the call itself: the words left, and the index in the output."""
        layout = self._layout
        if function in layout.height.words:
            # Only dead code of an uncounted function has no words left.
            edits.append((at, 2, 0, self._words_left or const64(0)))
        index = layout.call_index(function)
        if index != function:
            edits.append((at + 1, 3, end - at - 1, leb128.unsigned(index)))

    def _edit_return(self, edits: list[Edit], site: Site) -> None:
        """Add an edit that leaves through the exit block, if there is one."""
        if self._exit_block:
            leave = local(BR, site.depth - 1)
            edits.append((site.offset, 2, site.end - site.offset, leave))

    def _edit_site(self, edits: list[Edit], site: Site, use: int) -> None:
        """Add edits for one instruction."""
        if site.mnemonic == "return":
            self._edit_return(edits, site)
            return
        before = after = b""
        if site.offset in self._places.sites:
            before += self._gas.charge(0, self._label(site.depth))
        if use != UNUSED:
            before += self._gas.write_back()
            after = self._gas.read_again()
        if site.mnemonic == "call_indirect":
            before += self._layout.height.pass_on(self.plan.params)
            after += self._layout.height.reset()
        if site.mnemonic == "call":
            self._edit_call(edits, site.offset, site.end, site.operand)
        else:
            helper = self._layout.site_helper(site)
            if helper is not None and site.mnemonic.endswith(".grow"):
                edits.append((site.offset, 4, site.end - site.offset, local(CALL, helper)))
            elif helper is not None:
                before += local(CALL, helper)
        if before:
            edits.append((site.offset, 1, 0, before))
        if after:
            edits.append((site.end, -1, 0, after))

    def _entry(self) -> bytes:
        """Code at the entry of a counted function: one comparison for stack and gas."""
        if self._words is None:
            return b""
        cost = self._charges.get(0, 0)
        left = self._layout.height.take(self._words, self.plan.params)
        if not self._checks:
            return self._gas.charge(cost, None) + left + negative(0)
        return left + self._gas.charge(cost, None) + self._gas.load() + I64_OR + negative(0)

    def _around(self, inside: bytes) -> bytes:
        """The whole code from that of the original without its last `end`."""
        opening, closing = self._gas.read_again(), self._gas.write_back()
        if self._check_at_exit:
            closing += self._gas.charge(0, 0)
        if self._exit_block:
            results = self._module.function_type(self.plan.index).results
            inside = BLOCK + self._layout.block_type(results) + inside + END
        if not self._stops:
            return opening + inside + closing + END
        code = opening + BLOCK + EMPTY + self._entry() + inside + closing + RETURN + END
        return code + self._stop() + UNREACHABLE + END

    def _stop(self) -> bytes:
        """Code that ends the frame."""
        if self._words is None:
            return local(CALL, self._layout.out_of_gas)
        if not self._checks:
            return local(CALL, self._layout.stack_exhausted)
        return self._words_left + local(CALL, self._layout.out_of_either)


def _without_first(declarations: bytes, position: int) -> tuple[list[bytes], bytes, int]:
    """Take the first declared local out of its group.

    Returns:
        A group of its own, the other groups, and by how many these are fewer.
    """
    skipped = 0
    while True:
        size, after = read_u32(declarations, position)
        kind, rest = declarations[after : after + 1], declarations[after + 1 :]
        if size > 1:
            return [b"\x01" + kind], leb128.unsigned(size - 1) + kind + rest, skipped
        skipped += 1
        if size == 1:
            return [b"\x01" + kind], rest, skipped
        position = after + 1
