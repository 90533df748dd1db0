"""Queries and commands about orders, in the terms of the domain. Knows neither GraphQL nor documents."""
