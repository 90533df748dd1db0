"""The tables, rules and messages of Order Management. Imports none of the other packages."""
