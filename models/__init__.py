"""The tables, the rules and the words of Order Management. Imports nothing else of ours."""
