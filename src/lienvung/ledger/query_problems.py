"""Queries that cannot be answered, each with the standard's name for why (EPCIS 2.0 section 8.2.6)."""

from __future__ import annotations

from lienvung.errors import Invalid


class QueryProblem(Invalid):
    """`exception` is the standard's name; `path` the name of the parameter."""

    exception = "QueryParameterException"


class QueryTooLarge(QueryProblem):
    exception = "QueryTooLargeException"
    status = 413


class QueryTooComplex(QueryProblem):
    exception = "QueryTooComplexException"
    status = 413


def refuse(name: str, vi: str, en: str) -> QueryProblem:
    return QueryProblem("ledger.query", vi=f"{name}: {vi}", en=f"{name}: {en}", path=name)
