"""Pictures drawn for tests: a street, codes, an identity card."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw

# The form of the code on a căn cước; the person does not exist.
CARD = "001099012345|012345678|Nguyễn Văn Kiểm Thử|02031999|Nam|Thôn 2, Xã Ví Dụ, Tỉnh Kiểm Thử|05062021"
CARD_WITHOUT_OLD_NUMBER = "079301000001||Trần Thị Thử|15081995|Nữ|Tổ 3, Phường Mẫu|11012024||||"


def street(width: int = 1200, height: int = 900, shade: int = 0) -> Image.Image:
    """Sky, houses, a road with a hole; the same each time. `shade` makes it another one."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    pen = ImageDraw.Draw(image)
    for number in range(8):
        left = number * width // 8
        pen.rectangle(
            (left, height // 4, left + width // 10, height * 2 // 3), (180 - 12 * number, 90 + shade % 100, 60)
        )
        pen.rectangle((left + 20, height // 3, left + 60, height // 3 + 50), (230, 230, 180))
    pen.rectangle((0, height * 2 // 3, width, height), (70, 70, 74))
    pen.ellipse((width // 3, height * 3 // 4, width // 2, height * 5 // 6), (20, 20, 20))
    return image


def code(text: str, side: int = 420) -> Image.Image:
    """A QR code."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=8)).convert("RGB").resize((side, side))


def with_code(text: str, side: int = 420, turned: int = 0) -> Image.Image:
    """A street with a QR code on a notice in front of it."""
    image = street()
    image.paste(code(text, side), (520, 300))
    return image.rotate(turned, expand=True) if turned else image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file."""
    written = BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def decoded(content: bytes) -> Image.Image:
    """The picture of a file."""
    return Image.open(BytesIO(content))


def with_notes() -> bytes:
    """A photo as a phone takes it: held upright, with its place, maker and a comment noted in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Máy ảnh bí mật"
    exif.get_ifd(0x8825).update({1: "N", 2: (10.0, 45.0, 51.0), 3: "E", 4: (106.0, 39.0, 22.0)})
    return encoded(
        street(), exif=exif, comment=b"loi nhan giau trong anh", icc_profile=b"ho so mau bi mat", dpi=(300, 300)
    )
