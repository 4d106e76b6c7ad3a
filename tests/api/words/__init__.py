"""The words of a query as clauses."""
