"""`./run pictures`: draws all documents and mails, and writes their contact sheets."""

from tests.gallery import mails, sheets

sheets.write()
mails.write()
