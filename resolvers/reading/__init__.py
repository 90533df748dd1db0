"""Reading: rows, loaders, pages. `DataLoader` is Strawberry's; the resolvers take nothing else from that library."""

from strawberry.dataloader import DataLoader

__all__ = ["DataLoader"]
