"""An activation code as a picture that every camera reads: black on white, level M, a quiet zone of four."""

from __future__ import annotations

import io

import qrcode
from qrcode.constants import ERROR_CORRECT_M

#: Pixels of one module, and of the whole picture at least.
MODULE = 10
SMALLEST = 400


def picture(activation: str) -> bytes:
    """The code ("LPA:1$…", letter case as it is) as PNG bytes, square, at least 400 pixels wide."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=MODULE, border=4)
    code.add_data(activation)
    code.make(fit=True)
    modules = code.modules_count + 8
    code.box_size = max(MODULE, -(-SMALLEST // modules))
    out = io.BytesIO()
    code.make_image(fill_color="black", back_color="white").get_image().convert("1").save(out, "PNG")
    return out.getvalue()
