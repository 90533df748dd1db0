"""The front door: GraphQL, HTTP and the command line."""
