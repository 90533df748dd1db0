"""Compiled execution: a query over declared rows becomes one statement and one JSON-writing function for each level.

Knows nothing of orders and imports no model. Subjects of graph/ declare their fields (declared.py) beside their types;
the same declarations make the Strawberry objects. What is not declared is left to graphql-core. Mutations call the
schema's own resolvers (mutations.py).
"""
