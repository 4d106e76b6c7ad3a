"""The words of a query as clauses: `clauses` of the index as it is now, `version_2` of indices that are older."""
