"""How Numba compiles `mien.engine.lanes`: vectors of LLVM, whatever the processor.

Importing this module teaches it. No operation is fused with another, and none is approximate: no
instruction carries a flag that would allow it.
"""

# ruff: noqa: ANN401 - what Numba and LLVM hand over is untyped
# mypy: disable-error-code="no-untyped-call, misc, untyped-decorator"
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

import operator
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import signature
from numba.extending import lower_builtin, models, register_model, type_callable

from mien.engine import lanes
from mien.engine.lanes import EIGHT, WIDTH

Build = Callable[..., Any]
"""Takes Numba's context, LLVM's builder and a value for each argument; gives the result."""

_FLOAT, _INT, _LONG = ir.FloatType(), ir.IntType(32), ir.IntType(64)
_LANES, _WORDS = ir.VectorType(_FLOAT, WIDTH), ir.VectorType(_INT, WIDTH)
_HALF, _HALF_WORDS = ir.VectorType(_FLOAT, EIGHT), ir.VectorType(_INT, EIGHT)
_LINE = 64
_QUAD = 4


class LanesType(types.Type):
    """Sixteen float32, to Numba."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


LANES = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _LANES)


def _teach(function: Any, arguments: str, result: Any = None) -> Callable[[Build], Build]:
    """A decorator: compile ``function`` by this.

    A letter an argument: a flat array (an address), a whole number, an item of the first array, or
    lanes (or a float32, given in every lane). The result is an item where it is not named.
    """
    names = Signature(
        [Parameter(f"p{at}", Parameter.POSITIONAL_OR_KEYWORD) for at in range(len(arguments))]
    )

    @type_callable(function)
    def typer(_: Any) -> Any:
        def typed(*given: Any) -> Any:
            kinds: list[Any] = []
            for kind, letter in zip(given, arguments, strict=True):
                if letter == "a" and not isinstance(kind, types.CPointer):
                    return None
                if letter == "l" and kind not in (LANES, types.float32):
                    return None
                of = {"w": types.intp, "i": getattr(given[0], "dtype", None)}
                kinds.append(of.get(letter, kind))
            if set(arguments) == {"l"} and LANES not in kinds:
                return None
            return signature(given[0].dtype if result is None else result, *kinds)

        typed.pysig = names  # type: ignore[attr-defined]  # else its star would be looked into
        return typed

    def teach(build: Build) -> Build:
        @lower_builtin(function, *[types.Type] * len(arguments))
        def lowered(context: Any, builder: Any, made: Any, values: Any) -> Any:
            plain: list[Any] = []
            for kind, letter, value in zip(made.args, arguments, values, strict=True):
                spread = letter == "l" and kind != LANES
                plain.append(_spread(builder, value) if spread else value)
            found = build(context, builder, *plain)
            return context.get_dummy_value() if result == types.void else found

        return build

    return teach


def _spread(builder: Any, value: Any) -> Any:
    first = builder.insert_element(ir.Constant(_LANES, ir.Undefined), value, _INT(0))
    return builder.shuffle_vector(first, first, ir.Constant(_WORDS, [0] * WIDTH))


def _read(builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """A vector from item ``at`` on, wherever it lies."""
    found = builder.load(builder.bitcast(builder.gep(array, [at]), kind.as_pointer()))
    found.align = 4
    return found


def _write(builder: Any, vector: Any, array: Any, at: Any) -> Any:
    place = builder.bitcast(builder.gep(array, [at]), vector.type.as_pointer())
    written = builder.store(vector, place)
    written.align = 4
    return written


def _item(builder: Any, array: Any, at: Any) -> Any:
    """An unsigned item of a flat array as a position."""
    return builder.zext(builder.load(builder.gep(array, [at])), _LONG)


def _shuffle(builder: Any, one: Any, other: Any, order: list[int]) -> Any:
    mask = ir.Constant(ir.VectorType(_INT, len(order)), order)
    return builder.shuffle_vector(one, other, mask)


for _operator, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):

    @_teach(_operator, "ll", LANES)
    def _calculate(_: Any, builder: Any, one: Any, other: Any, name: str = _instruction) -> Any:
        return getattr(builder, name)(one, other)


@type_callable(lanes.flat)
def _type_flat(_: Any) -> Any:
    def typed(array: Any) -> Any:
        return types.CPointer(array.dtype)

    return typed


@lower_builtin(lanes.flat, types.Array)
def _flat(context: Any, builder: Any, made: Any, values: Any) -> Any:
    return context.make_array(made.args[0])(context, builder, values[0]).data


@_teach(lanes.number, "aw")
def _number(_: Any, builder: Any, array: Any, at: Any) -> Any:
    return builder.load(builder.gep(array, [at]))


@_teach(lanes.word, "aw", types.intp)
def _word(_: Any, builder: Any, array: Any, at: Any) -> Any:
    found = builder.load(builder.gep(array, [at]))
    return found if found.type == _LONG else builder.zext(found, _LONG)


@_teach(lanes.put, "awi", types.void)
def _put(_: Any, builder: Any, array: Any, at: Any, value: Any) -> None:
    builder.store(value, builder.gep(array, [at]))


@_teach(lanes.load, "aw", LANES)
def _load(_: Any, builder: Any, array: Any, at: Any) -> Any:
    return _read(builder, _LANES, array, at)


@_teach(lanes.store, "awl", types.void)
def _store(_: Any, builder: Any, array: Any, at: Any, vector: Any) -> None:
    _write(builder, vector, array, at)


@_teach(lanes.stream, "awl", types.void)
def _stream(_: Any, builder: Any, array: Any, at: Any, vector: Any) -> None:
    written = _write(builder, vector, array, at)
    written.align = _LINE
    written.set_metadata("nontemporal", builder.module.add_metadata([_INT(1)]))


@_teach(lanes.root, "l", LANES)
def _root(_: Any, builder: Any, vector: Any) -> Any:
    kind = ir.FunctionType(_LANES, [_LANES])
    root = cgutils.get_or_insert_function(builder.module, kind, f"llvm.sqrt.v{WIDTH}f32")
    return builder.call(root, [vector])


@_teach(lanes.least, "ll", LANES)
def _least(_: Any, builder: Any, one: Any, other: Any) -> Any:
    return builder.select(builder.fcmp_ordered("<", one, other), one, other)


@_teach(lanes.most, "ll", LANES)
def _most(_: Any, builder: Any, one: Any, other: Any) -> Any:
    return builder.select(builder.fcmp_ordered(">", one, other), one, other)


@_teach(lanes.where_at_most, "llll", LANES)
def _where_at_most(_: Any, builder: Any, one: Any, other: Any, yes: Any, no: Any) -> Any:
    return builder.select(builder.fcmp_ordered("<=", one, other), yes, no)


@_teach(lanes.merge, "ll", LANES)
def _merge(_: Any, builder: Any, one: Any, other: Any) -> Any:
    bits = builder.or_(builder.bitcast(one, _WORDS), builder.bitcast(other, _WORDS))
    return builder.bitcast(bits, _LANES)


@_teach(lanes.pick, "awaww", LANES)
def _pick(
    context: Any, builder: Any, source: Any, at: Any, index: Any, begin: Any, first: Any
) -> Any:
    k = _read(builder, _WORDS, index, begin)
    less = builder.insert_element(
        ir.Constant(_WORDS, ir.Undefined), builder.trunc(first, _INT), _INT(0)
    )
    less = builder.shuffle_vector(less, less, ir.Constant(_WORDS, [0] * WIDTH))
    k = builder.sub(k, less)
    inside = builder.icmp_unsigned("<", k, ir.Constant(_WORDS, [WIDTH] * WIDTH))
    _, _, features = context.codegen().magic_tuple()
    have = set(str(features).split(","))
    if "+avx512f" in have:
        found = _permute(builder, source, at, k)
    elif "+avx2" in have:
        found = _permute_halves(builder, source, at, k)
    else:
        found = _gather(builder, source, at, k)
    return builder.select(inside, found, ir.Constant(_LANES, [0.0] * WIDTH))


def _permute(builder: Any, source: Any, at: Any, k: Any) -> Any:
    kind = ir.FunctionType(_LANES, [_LANES, _WORDS])
    name = "llvm.x86.avx512.permvar.sf.512"
    permute = cgutils.get_or_insert_function(builder.module, kind, name)
    return builder.call(permute, [_read(builder, _LANES, source, at), k])


def _permute_halves(builder: Any, source: Any, at: Any, k: Any) -> Any:
    kind = ir.FunctionType(_HALF, [_HALF, _HALF_WORDS])
    permute = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.avx2.permps")
    low = _read(builder, _HALF, source, at)
    high = _read(builder, _HALF, source, builder.add(at, _LONG(EIGHT)))
    halves: list[Any] = []
    for begin in (0, EIGHT):
        part = _shuffle(builder, k, k, list(range(begin, begin + EIGHT)))
        upper = builder.icmp_signed(">=", part, ir.Constant(_HALF_WORDS, [EIGHT] * EIGHT))
        halves.append(
            builder.select(
                upper, builder.call(permute, [high, part]), builder.call(permute, [low, part])
            )
        )
    return _shuffle(builder, halves[0], halves[1], list(range(WIDTH)))


def _gather(builder: Any, source: Any, at: Any, k: Any) -> Any:
    """Lane by lane, from within the sixteen, whatever k."""
    within = builder.and_(k, ir.Constant(_WORDS, [WIDTH - 1] * WIDTH))
    found = ir.Constant(_LANES, ir.Undefined)
    for lane in range(WIDTH):
        own = builder.zext(builder.extract_element(within, _INT(lane)), _LONG)
        value = builder.load(builder.gep(source, [builder.add(at, own)]))
        found = builder.insert_element(found, value, _INT(lane))
    return found


@_teach(lanes.turn, "aawawaw", types.void)
def _turn(
    _: Any,
    builder: Any,
    columns: Any,
    code: Any,
    at: Any,
    places: Any,
    first: Any,
    rows: Any,
    offset: Any,
) -> None:
    """Four rows at a time: fours of columns j and j + 4 side by side, then turned within fours."""
    own = [_item(builder, code, builder.add(at, _LONG(j))) for j in range(EIGHT)]
    for q in range(0, WIDTH, _QUAD):
        parts = [
            _read(builder, ir.VectorType(_FLOAT, _QUAD), columns, builder.add(begin, _LONG(q)))
            for begin in own
        ]
        a, b, c, d = (
            _shuffle(builder, parts[j], parts[j + _QUAD], list(range(EIGHT))) for j in range(_QUAD)
        )
        low, high = [0, 8, 1, 9, 4, 12, 5, 13], [2, 10, 3, 11, 6, 14, 7, 15]
        ab, cd = _shuffle(builder, a, b, low), _shuffle(builder, c, d, low)
        lower, upper = [0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15]
        turned = [_shuffle(builder, ab, cd, lower), _shuffle(builder, ab, cd, upper)]
        ab, cd = _shuffle(builder, a, b, high), _shuffle(builder, c, d, high)
        turned += [_shuffle(builder, ab, cd, lower), _shuffle(builder, ab, cd, upper)]
        for r, row in enumerate(turned):
            place = _item(builder, places, builder.add(first, _LONG(q + r)))
            _write(builder, row, rows, builder.add(place, offset))


@_teach(lanes.settle, "", types.void)
def _settle(_: Any, builder: Any) -> None:
    builder.fence("seq_cst")
