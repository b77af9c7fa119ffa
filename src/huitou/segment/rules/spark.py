"""What sqlglot leaves of PostgreSQL's words that Spark SQL has no or another meaning for."""

from sqlglot import exp


def translated(tree: exp.Expr) -> exp.Expr:
    """The same question in expressions that sqlglot renders for Spark as they are meant."""
    return tree.transform(_translated, copy=False)


def _translated(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.EQ(expression=exp.Any(this=given)):
            return _among(node.this, given)
        case exp.NEQ(expression=exp.Anonymous(this=str(word), expressions=[given])) if (
            word.upper() == "ALL"
        ):
            return exp.not_(_among(node.this, given))
        case exp.Extract(expression=exp.Sub() as between) if node.name.upper() == "EPOCH":
            ends = (exp.func("unix_micros", end) for end in (between.this, between.expression))
            return exp.paren(exp.Sub(this=next(ends), expression=next(ends))) / 1_000_000
        case exp.Sub(this=exp.Cast() as day) if day.is_type("date"):
            return exp.func("datediff", day, node.expression, dialect="spark")
        case exp.ArrayOverlaps():
            return exp.func("arrays_overlap", node.this, node.expression)
        case exp.Cast(this=value) if node.to.is_type("decimal") and not node.to.expressions:
            return exp.cast(value, "decimal(20, 0)")
    return node


def _among(left: exp.Expr, given: exp.Expr) -> exp.Expr:
    """`left` is one of a list's or a query's values."""
    given = given.unnest()
    while isinstance(given, exp.Cast):
        given = given.this.unnest()
    assert isinstance(given, exp.Array), given
    if len(given.expressions) == 1 and isinstance(given.expressions[0].unnest(), exp.Query):
        return exp.In(this=left, query=exp.Subquery(this=given.expressions[0].unnest()))
    return exp.In(this=left, expressions=given.expressions)
