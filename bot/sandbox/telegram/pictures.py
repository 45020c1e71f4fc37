"""Pictures as Telegram keeps them: checked, turned into JPEG, and offered in several sizes."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.sandbox.telegram.errors import bad

#: https://core.telegram.org/bots/api#sendphoto
MOST_WIDTH_AND_HEIGHT = 10_000
STEEPEST = 20
#: The sizes a phone can choose from, longest side in pixels; the last one is as large as photos get.
SIZES = (90, 320, 800, 1280)
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


@dataclass(frozen=True)
class Photo:
    """The largest size as JPEG, and the width and height of every size, smallest first."""

    jpeg: bytes
    sizes: tuple[tuple[int, int], ...]


def developed(content: bytes) -> Photo:
    """What becomes of an uploaded picture; ApiError when it is none, or of an impossible shape."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            width, height = picture.size
            if width + height > MOST_WIDTH_AND_HEIGHT or max(width, height) > STEEPEST * min(width, height):
                raise bad("PHOTO_INVALID_DIMENSIONS")
            plain = _on_white(picture)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as broken:
        raise bad("IMAGE_PROCESS_FAILED") from broken
    plain.thumbnail((SIZES[-1], SIZES[-1]))
    smaller = [_fitting(plain.size, side) for side in SIZES if side < max(plain.size)]
    return Photo(_saved(plain, "JPEG", quality=87), (*smaller, plain.size))


def shrunk(jpeg: bytes, size: tuple[int, int]) -> bytes:
    """The same picture in a smaller size."""
    with Image.open(io.BytesIO(jpeg)) as picture:
        return _saved(picture.resize(size), "JPEG", quality=87)


def snapshot() -> bytes:
    """A picture that a traveller might send: a small landscape, as PNG."""
    picture = Image.new("RGB", (320, 240), "#9ecbf0")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((230, 20, 280, 70), fill="#ffd75e")
    draw.polygon(((0, 240), (110, 90), (220, 240)), fill="#5b7f5b")
    draw.polygon(((120, 240), (240, 130), (320, 240)), fill="#3f6347")
    return _saved(picture, "PNG")


def sticker() -> bytes:
    """A sticker that a traveller might send, as WebP of 512 by 512."""
    picture = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((26, 26, 486, 486), fill="#ffd75e")
    draw.ellipse((150, 170, 200, 240), fill="#40352b")
    draw.ellipse((312, 170, 362, 240), fill="#40352b")
    draw.arc((140, 180, 372, 390), 20, 160, fill="#40352b", width=22)
    return _saved(picture, "WEBP")


def _on_white(picture: Image.Image) -> Image.Image:
    clear = picture.convert("RGBA")
    paper = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(paper, clear).convert("RGB")


def _fitting(size: tuple[int, int], side: int) -> tuple[int, int]:
    longest = max(size)
    return max(1, size[0] * side // longest), max(1, size[1] * side // longest)


def _saved(picture: Image.Image, form: str, **how: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()
