"""JSON-RPC 2.0 without any input or output: bytes of a request to bytes of the answer.

Reading and answering are two steps, because only the second may need the execution thread.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from evm_wasm.errors import EvmWasmError, InputError
from evm_wasm.primitives.json_text import parse_json
from evm_wasm.rpc.errors import (
    INTERNAL_ERROR,
    INVALID_PARAMETERS,
    INVALID_REQUEST,
    LIMIT_EXCEEDED,
    METHOD_NOT_FOUND,
    RpcError,
    to_rpc_error,
)
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.session import Session
from evm_wasm.rpc.spec import Method, Presence, Turn
from evm_wasm.rpc.table import TABLE
from injector import InjectorError

MOST_REQUESTS: Final = 1_000
"""Requests in a batch: geth's default; viem sends at most 1,000, ethers 100."""

MOST_ANSWERED: Final = 64 << 20
"""Bytes of the answers of a batch; requests beyond it get an error."""

VERSION: Final = "2.0"

T = TypeVar("T")

_encode: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Request:
    """One request, so far as it could be understood.

    Attributes:
        id: Given back with the answer.
        method: What is asked for; None where there is an error instead.
        name: Of the method as the client wrote it; empty where it did not.
        params: Not yet read.
        is_notification: Whether no answer is wanted.
        error: Why it is answered with nothing but this.
    """

    id: object
    method: Method | None
    name: str = ""
    params: Sequence[object] = ()
    is_notification: bool = False
    error: RpcError | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What came in one piece.

    Attributes:
        requests: At least one.
        is_batch: Whether the answers are wanted as an array.
    """

    requests: tuple[Request, ...]
    is_batch: bool

    @property
    def is_immediate(self) -> bool:
        """Whether it can be answered without the execution thread."""
        return all(
            request.method is None or request.method.turn is Turn.IMMEDIATE
            for request in self.requests
        )


def read(body: bytes | str, *, has_session: bool = False) -> Message:
    """What a body asks for. Whatever is wrong with it is an error inside of the message.

    Args:
        body: JSON; bytes are UTF-8.
        has_session: Whether the client has a connection that stays.
    """
    try:
        text = body if isinstance(body, str) else body.decode("utf-8")
        value = parse_json(text, what="JSON")
    except (InputError, UnicodeDecodeError) as error:
        return _refused(f"Invalid request: {error}")
    if not isinstance(value, list):
        return Message((_read_request(value, has_session),), is_batch=False)
    if not value:
        return _refused("Invalid request: an empty batch")
    if len(value) > MOST_REQUESTS:
        return _refused(f"Invalid request: {len(value)} in a batch, at most {MOST_REQUESTS}")
    return Message(tuple(_read_request(item, has_session) for item in value), is_batch=True)


def answer(node: Node, message: Message, session: Session | None = None) -> str | None:
    """The JSON text that answers a message, None if nothing is to be answered.

    Queued methods are only answered on the execution thread.
    """
    if not message.is_batch:
        request = message.requests[0]
        text = _answer_one(node, request, session)
        return None if request.is_notification else text
    answers = list(_answer_batch(node, message.requests, session))
    return f"[{','.join(answers)}]" if answers else None


def refusal(message: Message, error: RpcError) -> str | None:
    """The answer to a message none of whose requests are tried."""
    texts = [
        _error_text(request.id, error)
        for request in message.requests
        if not request.is_notification
    ]
    if not texts:
        return None
    return f"[{','.join(texts)}]" if message.is_batch else texts[0]


def unread_refusal(error: RpcError) -> str:
    """The answer to a message that was not even read."""
    return _error_text(None, error)


def _refused(message: str) -> Message:
    error = RpcError(INVALID_REQUEST, message)
    return Message((Request(None, None, error=error),), is_batch=False)


def _read_request(value: object, has_session: bool) -> Request:
    identifier = value.get("id") if isinstance(value, dict) else None
    if isinstance(identifier, bool) or not isinstance(identifier, int | str | None):
        return _invalid(None, "an id is a number, a text or null")
    if not isinstance(value, dict):
        return _invalid(None, "a request is an object")
    if value.get("jsonrpc") != VERSION:
        return _invalid(identifier, f'"jsonrpc" must be "{VERSION}"')
    name = value.get("method")
    if not isinstance(name, str):
        return _invalid(identifier, '"method" must be a text')
    is_notification = "id" not in value
    params = value.get("params")
    error = None
    method = TABLE.get(name)
    if method is None or (method.turn is Turn.SESSION and not has_session):
        method = None
        error = RpcError(METHOD_NOT_FOUND, "Method not found")
    elif not isinstance(params, list | None):
        error = RpcError(INVALID_PARAMETERS, "params must be an array")
    return Request(
        identifier,
        None if error else method,
        name,
        params if isinstance(params, list) else (),
        is_notification,
        error,
    )


def _invalid(identifier: object, reason: str) -> Request:
    return Request(identifier, None, error=RpcError(INVALID_REQUEST, f"Invalid request: {reason}"))


def _answer_one(node: Node, request: Request, session: Session | None) -> str:
    return _text(request, _attempt(lambda: _result(node, request, session)))


def _attempt(compute: Callable[[], T]) -> T | Exception:
    """What a computation gives, or the error that ends it."""
    try:
        return compute()
    except (EvmWasmError, InjectorError) as error:
        return error
    except Exception as error:  # noqa: BLE001 - a bug of ours: told to the client, the node lives on
        traceback.print_exc()
        return error


def _result(node: Node, request: Request, session: Session | None) -> object:
    method = _method(request)
    values = read_params(method, request.params)
    first = (node, session) if method.turn is Turn.SESSION else (node,)
    return method.result.write(method.function(*first, *values))


def _method(request: Request) -> Method:
    if request.method is None:
        raise request.error or RpcError(METHOD_NOT_FOUND, "Method not found")
    return request.method


def read_params(method: Method, params: Sequence[object]) -> list[object]:
    """The values of a method's parameters.

    Raises:
        InputError: Too many, too few, or one that is not of its kind; it names which.
    """
    if len(params) > len(method.params):
        raise InputError(f"{method.name} takes {_count(method)}, {len(params)} given")
    values = []
    for position, param in enumerate(method.params):
        value = params[position] if position < len(params) else None
        if value is not None:
            values.append(param.kind.read(value, param.name))
        elif param.presence is Presence.OPTIONAL:
            values.append(param.default)
        else:
            raise InputError(f"{method.name} takes {_count(method)}: {param.name} is missing")
    return values


def _count(method: Method) -> str:
    least, most = method.required, len(method.params)
    number = f"{least}" if least == most else f"{least} to {most}"
    return f"{number} parameter" if most == 1 else f"{number} parameters"


def _answer_batch(
    node: Node, requests: Sequence[Request], session: Session | None
) -> Iterator[str]:
    """The answers in order; neighbours that can be done together are."""
    size = position = 0
    while position < len(requests):
        run = requests[position : _end_of_run(requests, position)]
        if size > MOST_ANSWERED:
            too_large = RpcError(LIMIT_EXCEEDED, "the answers of the batch are too large")
            texts = [_error_text(request.id, too_large) for request in run]
        elif len(run) > 1:
            texts = _answer_together(node, run)
        else:
            texts = [_answer_one(node, run[0], session)]
        for request, text in zip(run, texts, strict=True):
            size += len(text)
            if not request.is_notification:
                yield text
        position += len(run)


def _end_of_run(requests: Sequence[Request], start: int) -> int:
    """Behind the last of the neighbours from `start` on that can be done together."""
    method = requests[start].method
    end = start + 1
    if method is not None and method.together is not None:
        while end < len(requests) and requests[end].method is method:
            end += 1
    return end


def _answer_together(node: Node, requests: Sequence[Request]) -> list[str]:
    """The answers to requests of one method; those with wrong parameters have no part in it."""
    method = _method(requests[0])
    outcomes: list[object] = [
        _attempt(partial(read_params, method, request.params)) for request in requests
    ]
    good = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, list)]
    results = _attempt(lambda: _together(node, method, [outcomes[index] for index in good]))
    for position, index in enumerate(good):
        outcomes[index] = results if isinstance(results, Exception) else results[position]
    return [_text(request, outcome) for request, outcome in zip(requests, outcomes, strict=True)]


def _together(node: Node, method: Method, values: Sequence[object]) -> list[object]:
    """The results in JSON's values, or errors, of several requests at once."""
    if method.together is None:
        raise TypeError(f"{method.name} cannot be done together")
    return [
        result if isinstance(result, Exception) else method.result.write(result)
        for result in method.together(node, values)
    ]


def _text(request: Request, outcome: object) -> str:
    """The answer to a request, from its result or error."""
    if not isinstance(outcome, Exception):
        identifier = _encode(request.id)
        return f'{{"jsonrpc":"{VERSION}","id":{identifier},"result":{_encode(outcome)}}}'
    if isinstance(outcome, EvmWasmError | InjectorError):
        return _error_text(request.id, to_rpc_error(outcome))
    told = f"an error in ewasm itself: {type(outcome).__name__}: {outcome}; please report it"
    return _error_text(request.id, RpcError(INTERNAL_ERROR, told))


def _error_text(identifier: object, error: RpcError) -> str:
    body = _encode(error.to_json())
    return f'{{"jsonrpc":"{VERSION}","id":{_encode(identifier)},"error":{body}}}'
