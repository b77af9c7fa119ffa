"""What sqlglot leaves of PostgreSQL's words that Spark SQL has no or another meaning for."""

from sqlglot import exp


def translated(node: exp.Expr) -> exp.Expr:
    """The same in an expression that sqlglot renders for Spark as it is meant."""
    match node:
        case exp.ArrayOverlaps():
            return exp.func("arrays_overlap", node.this, node.expression)
        case exp.Cast(this=value) if node.to.is_type("decimal") and not node.to.expressions:
            return exp.cast(value, "decimal(20, 0)")
    return node
