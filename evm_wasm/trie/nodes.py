"""The nodes of a Merkle-Patricia trie (yellow paper, appendix D).

A path is a string of hexadecimal digits, one per nibble: slicing, comparing and `bytes.fromhex`
then run in C. The depth of a place in the trie is the length of the path that leads there from
the top; methods are told it, because what the same entry looks like as a leaf depends on it.

A leaf is no object of its own: whoever leads to it holds the entry, key and value. So a million
entries need no million nodes beside them, and a leaf that moves up or down stays what it is.
The other kinds are classes: branch, extension, and whatever knows only its reference and reads the
rest from a store when it is walked (`stored.Stored`). None is ever changed, so a changed trie
shares all untouched nodes with the one before.

A branch keeps the references (`node_rlp`) of all its parts joined, which is nearly its own RLP
form: after a change of one part, the fifteen others are not looked at.
"""

# What the methods of every node kind do is said once, at `Node`.
# ruff: noqa: D102

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, TypeAlias, TypeVar, Union

from evm_wasm.errors import StateError
from evm_wasm.trie.node_rlp import (
    EMPTY_STRING,
    NO_REFERENCES,
    encode_extension,
    encode_leaf,
    encode_list,
    encode_string,
    reference_to,
    replace_reference,
)

V = TypeVar("V")

Entry: TypeAlias = tuple[bytes, V]
"""Key and value: a leaf, wherever there is no other entry on the way."""
Part: TypeAlias = Union["Node[V]", Entry[V]]
"""A part of a trie: all that is below some path, one entry at least."""
Change: TypeAlias = tuple[str, Entry[V] | None]
"""A path and the entry that is to be there, None for no entry."""

MAX_KEY_LENGTH: Final = 64
"""Bytes. Walks recurse once per nibble at worst, so keys need a bound; hashes have 32 bytes,
RLP-encoded transaction indices at most 9, and 64 leaves room for two hashes in one key."""
DIGITS: Final = "0123456789abcdef"
INDEX: Final = {digit: index for index, digit in enumerate(DIGITS)}


class Node(ABC, Generic[V]):
    """A part of a trie with more than one entry, or with one that is still in a store.

    Attributes:
        known_reference: What `reference` gives, None before somebody asked for it.
    """

    __slots__ = ("known_reference",)

    known_reference: bytes | None

    @abstractmethod
    def get(self, path: str, depth: int) -> V | None:
        """The value at a path, which is given from the top of the trie."""

    @abstractmethod
    def update(
        self, changes: Sequence[Change[V]], start: int, stop: int, depth: int
    ) -> Part[V] | None:
        """This part with the changes of a span: itself if they change nothing.

        Args:
            changes: In ascending order of their paths, no path twice.
            start: Of the span, all of whose paths lead through this node.
            stop: Its end (exclusive).
            depth: Of this node.
        """

    @abstractmethod
    def below(self, path: str) -> Part[V]:
        """This part moved up: found where `path` begins instead of where it ends."""

    @abstractmethod
    def entries(self) -> Iterator[Entry[V]]:
        """All entries, in order of the keys."""

    @abstractmethod
    def encode(self, depth: int, encode_value: Callable[[V], bytes]) -> bytes:
        """The RLP form of the node."""

    def reference(self, depth: int, encode_value: Callable[[V], bytes]) -> bytes:
        """What a parent holds of this node, in RLP."""
        reference = self.known_reference
        if reference is None:
            reference = reference_to(self.encode(depth, encode_value))
            self.known_reference = reference
        return reference


def check_key_length(length: int) -> None:
    """Raises a `StateError` for keys that are too long, which is given in bytes."""
    if length > MAX_KEY_LENGTH:
        raise StateError(f"a trie key of {length} bytes; at most {MAX_KEY_LENGTH}")


def update(
    part: Part[V] | None, changes: Sequence[Change[V]], start: int, stop: int, depth: int
) -> Part[V] | None:
    """A part, or nothing, with the changes of a span; see `Node.update`."""
    if isinstance(part, Node):
        return part.update(changes, start, stop, depth)
    if stop - start == 1:
        path, entry = changes[start]
        if part is None or (part[0].hex() == path if entry is None else part[0] == entry[0]):
            return entry
        if entry is None:
            return part
    by_path = dict(changes[start:stop])
    if part is not None:
        by_path.setdefault(part[0].hex(), part)
    left = sorted((path, entry) for path, entry in by_path.items() if entry is not None)
    if len(left) < 2:
        return left[0][1] if left else None
    # The paths are sorted: what the first and the last share, all share.
    first = left[0][0]
    fork = depth + shared_length(first[depth:], left[-1][0][depth:])
    branch: Branch[V] = empty_branch()
    forked = branch.update(left, 0, len(left), fork)
    return below(forked, first[depth:fork]) if forked is not None else None


def is_same(one: Part[V] | None, other: Part[V] | None) -> bool:
    """Whether a part is another: for entries, whether they hold the same, as they have no identity.

    What compiles these modules makes a tuple anew where one is handed on.
    """
    if one is None or other is None or isinstance(one, Node) or isinstance(other, Node):
        return one is other
    return one[1] is other[1] and one[0] == other[0]


def get(part: Part[V] | None, path: str, depth: int) -> V | None:
    """The value at a path in a part, or in nothing; see `Node.get`."""
    if isinstance(part, Node):
        return part.get(path, depth)
    return None if part is None or part[0].hex() != path else part[1]


def entries(part: Part[V] | None) -> Iterator[Entry[V]]:
    """All entries of a part, or of nothing; see `Node.entries`."""
    if isinstance(part, Node):
        return part.entries()
    return iter(() if part is None else (part,))


def below(part: Part[V], path: str) -> Part[V]:
    """A part moved up; see `Node.below`."""
    return part.below(path) if isinstance(part, Node) else part


def encode(part: Part[V], depth: int, encode_value: Callable[[V], bytes]) -> bytes:
    """The RLP form of a part's top node, a leaf if the part is one entry."""
    if isinstance(part, Node):
        return part.encode(depth, encode_value)
    return encode_leaf(part[0], depth, encode_value(part[1]))


def reference(part: Part[V], depth: int, encode_value: Callable[[V], bytes]) -> bytes:
    """What a parent holds of a part; see `Node.reference`."""
    if isinstance(part, Node):
        return part.reference(depth, encode_value)
    return reference_to(encode_leaf(part[0], depth, encode_value(part[1])))


class Extension(Node[V]):
    """A stretch of path that all entries below share, leading to a branch."""

    __slots__ = ("child", "path")

    def __init__(self, path: str, child: Node[V]) -> None:
        self.path = path
        self.child = child
        self.known_reference = None

    def get(self, path: str, depth: int) -> V | None:
        end = depth + len(self.path)
        return self.child.get(path, end) if path.startswith(self.path, depth) else None

    def update(
        self, changes: Sequence[Change[V]], start: int, stop: int, depth: int
    ) -> Part[V] | None:
        changes = [
            (path, entry)
            for path, entry in changes[start:stop]
            if entry is not None or path.startswith(self.path, depth)
        ]
        if not changes:
            return self
        shared = min(shared_length(changes[end][0][depth:], self.path) for end in (0, -1))
        fork = depth + shared
        if shared == len(self.path):
            child = self.child.update(changes, 0, len(changes), fork)
            if child is self.child:
                return self
            return below(child, self.path) if child is not None else None
        branch: Branch[V] = empty_branch()
        index = INDEX[self.path[shared]]
        branch.children[index] = self.child.below(self.path[shared + 1 :])
        branch.changed = 1 << index
        part = branch.update(changes, 0, len(changes), fork)
        return below(part, self.path[:shared]) if part is not None else None

    def below(self, path: str) -> Part[V]:
        return Extension(path + self.path, self.child) if path else self

    def entries(self) -> Iterator[Entry[V]]:
        return self.child.entries()

    def encode(self, depth: int, encode_value: Callable[[V], bytes]) -> bytes:
        child = self.child.reference(depth + len(self.path), encode_value)
        return encode_extension(self.path, child)


class Branch(Node[V]):
    """Up to sixteen parts, one for each next digit, and the entry whose path ends here.

    Attributes:
        children: The sixteen parts, None for absent ones.
        entry: The entry whose path ends here.
        references: Those of the sixteen parts, joined; `EMPTY_STRING` for an absent one.
        changed: The parts whose references are not that yet but those of an earlier branch:
            bit 0 for the first of them.
    """

    __slots__ = ("changed", "children", "entry", "references")

    def __init__(
        self,
        children: list[Part[V] | None],
        entry: Entry[V] | None,
        references: bytes,
        changed: int,
    ) -> None:
        self.children = children
        self.entry = entry
        self.references = references
        self.changed = changed
        self.known_reference = None

    def get(self, path: str, depth: int) -> V | None:
        if depth == len(path):
            return self.entry[1] if self.entry is not None else None
        child = self.children[INDEX[path[depth]]]
        if isinstance(child, Node):
            return child.get(path, depth + 1)
        return child[1] if child is not None and child[0].hex() == path else None

    def update(
        self, changes: Sequence[Change[V]], start: int, stop: int, depth: int
    ) -> Part[V] | None:
        entry, children, changed = self.entry, self.children, self.changed
        is_less = False
        while start < stop:
            path, new = changes[start]
            if len(path) == depth:
                entry = new
                is_less = new is None
                start += 1
                continue
            digit = path[depth]
            end = start + 1
            while end < stop and changes[end][0][depth] == digit:
                end += 1
            index = INDEX[digit]
            child = children[index]
            if isinstance(child, Node):
                rest = child.update(changes, start, end, depth + 1)
            else:
                rest = update(child, changes, start, end, depth + 1)
            if rest is not child and not is_same(rest, child):
                if children is self.children:
                    children = children.copy()
                children[index] = rest
                changed |= 1 << index
                is_less = is_less or rest is None
            start = end
        if children is self.children and is_same(entry, self.entry):
            return self
        branch = Branch(children, entry, self.references, changed)
        return branch._shortened() if is_less else branch

    def below(self, path: str) -> Part[V]:
        return Extension(path, self) if path else self

    def entries(self) -> Iterator[Entry[V]]:
        if self.entry is not None:
            yield self.entry
        for child in self.children:
            if isinstance(child, Node):
                yield from child.entries()
            elif child is not None:
                yield child

    def encode(self, depth: int, encode_value: Callable[[V], bytes]) -> bytes:
        if self.changed:
            references, changed = self.references, self.changed
            while changed:
                index = changed.bit_length() - 1
                changed ^= 1 << index
                child = self.children[index]
                found = EMPTY_STRING if child is None else reference(child, depth + 1, encode_value)
                references = replace_reference(references, index, found)
            self.references, self.changed = references, 0
        value = EMPTY_STRING if self.entry is None else encode_string(encode_value(self.entry[1]))
        return encode_list(self.references + value)

    def _shortened(self) -> Part[V] | None:
        """The part with these entries: another than this if fewer than two parts are left."""
        left = 16 - self.children.count(None)
        if self.entry is not None:
            return self if left else self.entry
        if left != 1:
            return self if left else None
        digit, child = next(
            (DIGITS[index], child) for index, child in enumerate(self.children) if child is not None
        )
        return below(child, digit)


def empty_branch() -> Branch[V]:
    """A branch that is to be filled before anybody else sees it."""
    return Branch([None] * 16, None, NO_REFERENCES, 0)


def shared_length(one: str, other: str) -> int:
    """How many digits two paths have in common at their start."""
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared
