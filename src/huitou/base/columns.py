"""How compiled code is handed its numbers: a list of them as an address and a length, a named tuple of lists as the address of theirs.

numba hands over every field of a tuple by itself, seven words an array: with a hundred arrays a call took longer than most of what was
called. Extends numba as its documentation says ("Low-level extension API"); indexes are not checked, and count from the front.
"""

import operator
from array import array
from typing import Any

from numba.core import cgutils, types
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    infer_getattr,
    infer_global,
    signature,
)
from numba.extending import (
    NativeValue,
    lower_builtin,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)

_WORD = cgutils.intp_t


class Column(types.Type):
    """An `array` of such numbers."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Column({dtype})")


class Pack(types.Type):
    """A named tuple of columns, and of whole numbers."""

    def __init__(self, told: type, fields: tuple[tuple[str, Any], ...]) -> None:
        self.told, self.fields = told, fields
        super().__init__(name=f"Pack({told.__module__}.{told.__qualname__})")

    def place(self, name: str) -> int:
        return [own for own, _ in self.fields].index(name)


COLUMNS = {"q": Column(types.int64), "d": Column(types.float64)}
"""By the type code of their `array`."""


def pack_of(told: type, fields: tuple[tuple[str, Any], ...]) -> Pack:
    """The type of a named tuple."""
    pack = Pack(told, fields)

    @typeof_impl.register(told)
    def _(value: Any, _c: Any) -> Pack:
        for one, (name, kind) in zip(value, fields, strict=True):
            if isinstance(kind, Column) and _typeof_array(one, None) is not kind:
                raise TypeError(f"{told.__qualname__}.{name} is no {kind}")
        return pack

    return pack


@typeof_impl.register(array)
def _typeof_array(value: Any, _c: Any) -> Column | None:
    return COLUMNS.get(value.typecode) if isinstance(value, array) else None


@register_model(Column)
class _ColumnModel(models.StructModel):
    def __init__(self, manager: Any, column: Column) -> None:
        members = [("data", types.CPointer(column.dtype)), ("size", types.intp)]
        super().__init__(manager, column, members)


@register_model(Pack)
class _PackModel(models.PrimitiveModel):
    """Two words a field: address and length, or the number and nothing."""

    def __init__(self, manager: Any, pack: Pack) -> None:
        super().__init__(manager, pack, _WORD.as_pointer())


@infer_getattr
class _PackFields(AttributeTemplate):
    key = Pack

    # numba's own stands for "not implemented", and that is its type.
    def generic_resolve(self, value: Pack, attr: str) -> Any:  # type: ignore[override]
        return dict(value.fields).get(attr)


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 2 and isinstance(args[0], Column) and isinstance(args[1], types.Integer):
            return signature(args[0].dtype, args[0], types.intp)
        return None


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 3 and isinstance(args[0], Column) and isinstance(args[1], types.Integer):
            return signature(types.none, args[0], types.intp, args[0].dtype)
        return None


@infer_global(len)
class _Len(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.intp, args[0]) if isinstance(args[0], Column) else None


def _column(context: Any, builder: Any, kind: Column, value: Any = None) -> Any:
    return cgutils.create_struct_proxy(kind)(context, builder, value=value)


def _filled(context: Any, builder: Any, kind: Column, address: Any, size: Any) -> Any:
    made = _column(context, builder, kind)
    made.data = builder.inttoptr(address, context.get_value_type(types.CPointer(kind.dtype)))
    made.size = size
    return made._getvalue()


@lower_getattr_generic(Pack)
def _get_field(context: Any, builder: Any, pack: Pack, value: Any, name: str) -> Any:
    place = pack.place(name)
    kind = pack.fields[place][1]

    def word(n: int) -> Any:
        at = builder.gep(value, [_WORD(n)])
        found = builder.load(at)
        # Nobody writes where the columns are while they are in use, so it need not be read again.
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
        return found

    if not isinstance(kind, Column):
        return word(2 * place)
    return _filled(context, builder, kind, word(2 * place), word(2 * place + 1))


@lower_builtin(operator.getitem, Column, types.Integer)
def _get_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    column = _column(context, builder, sig.args[0], args[0])
    return builder.load(builder.gep(column.data, [args[1]]))


@lower_builtin(operator.setitem, Column, types.Integer, types.Any)
def _set_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    column = _column(context, builder, sig.args[0], args[0])
    builder.store(args[2], builder.gep(column.data, [args[1]]))
    return context.get_dummy_value()


@lower_builtin(len, Column)
def _len(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _column(context, builder, sig.args[0], args[0]).size


def _where(c: Any, made: Any) -> tuple[Any, Any]:
    """Address and length of an `array`. Whoever called keeps it alive, and it does not grow."""
    told = c.pyapi.call_method(made, "buffer_info")
    address = c.pyapi.number_as_ssize_t(c.pyapi.tuple_getitem(told, 0))
    size = c.pyapi.number_as_ssize_t(c.pyapi.tuple_getitem(told, 1))
    c.pyapi.decref(told)
    return address, size


@unbox(Column)
def _unbox_column(kind: Column, made: Any, c: Any) -> Any:
    return NativeValue(_filled(c.context, c.builder, kind, *_where(c, made)))


@unbox(Pack)
def _unbox_pack(pack: Pack, made: Any, c: Any) -> Any:
    room = cgutils.alloca_once(c.builder, _WORD, size=2 * len(pack.fields))
    for place, (_, kind) in enumerate(pack.fields):
        one = c.pyapi.tuple_getitem(made, place)
        if isinstance(kind, Column):
            words = _where(c, one)
        else:
            words = (c.pyapi.number_as_ssize_t(one),) * 2
        for n, word in enumerate(words):
            c.builder.store(word, c.builder.gep(room, [_WORD(2 * place + n)]))
    return NativeValue(room)
