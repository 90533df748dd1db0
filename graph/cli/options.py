"""Options that many commands have."""

from typing import Annotated

import typer

Demo = Annotated[bool, typer.Option("--demo", help="Use the demo's own database and signing key.")]
OfBrand = Annotated[str | None, typer.Option("--brand", help="The brand's code; needed when there are several brands.")]
