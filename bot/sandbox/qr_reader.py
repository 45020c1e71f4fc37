"""What a phone's camera does: reads the QR codes in a picture."""

from __future__ import annotations

from io import BytesIO

import zxingcpp
from PIL import Image, UnidentifiedImageError

#: A larger picture is not looked at: a few bytes can unpack to gigabytes.
MOST_PIXELS = 25_000_000

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def read_qr(picture: bytes) -> list[str]:
    """The texts of all QR codes in a picture; none when it cannot be read as one. Takes milliseconds."""
    try:
        with Image.open(BytesIO(picture), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return []
            grey = opened.convert("L")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return []
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [code.text for code in found]
