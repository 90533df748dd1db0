"""The interfaces: GraphQL over HTTP, downloads and the command line."""
