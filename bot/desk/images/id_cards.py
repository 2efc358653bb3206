"""Find an identity card in a picture by the code printed on it.

The code of a căn cước (since 2021) holds, between bars: 12 digits, the older number of 9 digits or nothing, the name,
the day of birth and more. A card whose code is covered, blurred or on its other side is not found.
"""

from __future__ import annotations

import re

import zxingcpp
from PIL import Image

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_CARD = re.compile(r"\d{12}\|\d{0,12}\|[^|\d]+\|\d{6,8}\|")


def shows_id_card(picture: Image.Image) -> bool:
    """Whether a card's code can be read in it. Blocking."""
    codes = zxingcpp.read_barcodes(picture, formats=_QR)
    return any(_CARD.match(code.text.strip()) for code in codes)
