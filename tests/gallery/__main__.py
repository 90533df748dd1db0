"""`./run pictures`: writes the contact sheets of all documents anew."""

from tests.gallery.sheets import write

write()
