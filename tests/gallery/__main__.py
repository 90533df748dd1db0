"""`./run pictures`: draws all documents and writes their contact sheets."""

from tests.gallery.sheets import write

write()
