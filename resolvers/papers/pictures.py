"""A picture of a SKU as it is kept: decoded, made small and encoded again. Nothing is fetched."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from models.messages import importing as texts
from models.translatable import translatable

if TYPE_CHECKING:
    from PIL import Image

MAX_BYTES = 200_000
MAX_SIDE = 4_000  # pixels
KEPT_SIZE = (240, 288)  # documents print it 15 × 18 mm: 400 dpi
QUALITY = 85
JPEG_END = b"\xff\xd9"


class PictureError(ValueError):
    """A picture that cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A JPEG without metadata."""

    data: bytes

    @property
    def digest(self) -> str:
        return sha256(self.data).hexdigest()


def rgba(image: "Image.Image") -> "Image.Image":
    """In colours of 8 bits. Of a grey of 16 bits Pillow would cut off what is above 255: nearly all would be white."""
    if image.mode.startswith("I"):
        transparent = image.info.pop("transparency", None)
        image = image.point(lambda value: value / 256).convert("L")
        if isinstance(transparent, int):
            image.info["transparency"] = transparent // 256
    return image.convert("RGBA")


def clean_picture(data: bytes) -> CleanPicture:
    """From a PNG or JPEG, turned upright, on white. CPU-bound, some 10 ms to a second. Raises PictureError."""
    if len(data) > MAX_BYTES:
        raise PictureError(translatable(texts.TOO_MANY_BYTES, size=len(data), most=MAX_BYTES))
    from PIL import Image, ImageOps  # with the first picture: most processes take none

    try:
        with Image.open(BytesIO(data), formats=["PNG", "JPEG"]) as image:
            if max(image.size) > MAX_SIDE:
                size = {"width": image.width, "height": image.height}
                raise PictureError(translatable(texts.TOO_MANY_PIXELS, **size, most=MAX_SIDE))
            image.verify()
            # WeasyPrint lets Pillow accept files that end too soon, in the whole process; a JPEG is not verified.
            if image.format == "JPEG" and JPEG_END not in data[-2_048:]:
                raise PictureError(translatable(texts.ENDS_TOO_SOON))
        with Image.open(BytesIO(data), formats=["PNG", "JPEG"]) as image:
            picture = rgba(ImageOps.exif_transpose(image))
    except PictureError:
        raise
    except Exception:  # a damaged picture makes Pillow raise nearly anything
        raise PictureError(translatable(texts.NO_IMAGE)) from None
    picture.thumbnail(KEPT_SIZE)
    kept = Image.new("RGB", picture.size, "white")
    kept.paste(picture, mask=picture)
    file = BytesIO()
    kept.save(file, "JPEG", quality=QUALITY, optimize=True)
    return CleanPicture(file.getvalue())
