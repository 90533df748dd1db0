"""Questions and commands about orders, in the terms of the domain; knows neither GraphQL nor documents."""
