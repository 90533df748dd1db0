"""The folder with the pictures that an import file names."""

from dataclasses import dataclass, field
from pathlib import Path

from models.messages import importing as texts
from models.translatable import reason_of, translatable
from resolvers.papers.pictures import MAX_BYTES, CleanPicture, PictureError, clean_picture

NAMES_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """Reads files that lie directly in the folder. `known`: name → why it cannot be taken, or None."""

    folder: Path
    known: dict[str, str | None] = field(default_factory=dict, compare=False, repr=False)

    def wrong(self, name: str) -> str | None:
        """Why the file of this name cannot be taken."""
        if name not in self.known:
            if len(self.known) >= NAMES_REMEMBERED:
                self.known.clear()
            try:
                self.read(name)
                self.known[name] = None
            except PictureError as error:
                self.known[name] = translatable(
                    texts.NO_PICTURE, name=name, problem=reason_of(error), folder=self.folder
                )
        return self.known[name]

    def read(self, name: str) -> CleanPicture:
        """CPU-bound, some 10 ms. Raises PictureError."""
        if name in ("", ".", "..") or not {"/", "\\", "\0"}.isdisjoint(name):
            raise PictureError(translatable(texts.NO_FILE_NAME))
        try:
            with (self.folder / name).open("rb") as file:
                return clean_picture(file.read(MAX_BYTES + 1))
        except OSError as error:
            raise PictureError(translatable(texts.NOT_READABLE, error=error.strerror)) from None
