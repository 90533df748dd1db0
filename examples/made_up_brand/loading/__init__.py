"""Fills a database that has no orders yet, much faster than its own writers could: for a million orders.

A process of its own makes the rows, as the driver wants them. They are written without triggers, foreign keys and most
indexes, and what the triggers would have added is added for all rows at once. All of it is one transaction, at whose
end the schema is as before: cut off, there is nothing.
"""
