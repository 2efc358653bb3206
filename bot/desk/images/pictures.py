"""What becomes of a photo before it is kept: judged by its content, shrunk, and freed of all that is not the picture.

The result is a new JPEG, so that neither a place noted by the camera nor anything hidden in the file goes along.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from bot.desk.images.id_cards import shows_id_card

LARGEST = 8 * 1024 * 1024  # bytes that are taken in
_MOST_PIXELS = 40_000_000  # a file of a few kilobytes can claim to be a picture of gigabytes
_LONG_SIDE = 1600
_JUDGED_SIDE = 2400  # the code on an identity card is small
_QUALITY = 82
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}

EMPTY = "Máy chưa nhận được ảnh (tệp rỗng). Bà con gửi lại giúp ạ."
TOO_HEAVY = "Ảnh này nặng quá (hơn 8 MB) nên máy không nhận được. Bà con gửi ảnh nhỏ hơn giúp ạ."
TOO_WIDE = "Ảnh này lớn quá nên máy không mở được. Bà con gửi ảnh nhỏ hơn giúp ạ."
UNKNOWN_KIND = (
    "Máy chưa mở được kiểu ảnh này (hay gặp ở điện thoại iPhone). "
    "Bà con mở ảnh lên, chụp lại màn hình rồi gửi tấm chụp đó giúp ạ."
)
NO_PICTURE = "Tệp này không phải là ảnh, hoặc ảnh bị hỏng, nên máy không nhận được. Bà con gửi tấm ảnh khác giúp ạ."
ID_CARD = (
    "Ảnh này có thẻ căn cước nên máy không nhận và không giữ lại. "
    "Bà con chỉ gửi ảnh chụp sự việc, đừng gửi giấy tờ của mình hay của người khác ạ."
)


class Declined(Exception):
    """A photo that is not taken; the words (Vietnamese) say why and what to do, and are meant to be shown."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def cleaned(content: bytes) -> bytes:
    """The picture as a JPEG of its own, upright; `Declined` when it is not taken. Blocking, up to a second."""
    _check_kind(content)
    try:
        return _drawn_anew(content)
    except Declined:
        raise
    except Exception as error:  # a spoilt file makes the decoders raise whatever they like
        raise Declined(NO_PICTURE) from error


def lighter(picture: bytes, most: int) -> bytes:
    """A kept picture in at most `most` bytes, for a platform that takes no more. Blocking."""
    side = _LONG_SIDE
    while len(picture) > most and side > 200:
        with Image.open(BytesIO(picture)) as image:
            side = side * 3 // 4
            image.thumbnail((side, side))
            picture = _jpeg(image, 75)
    return picture


def _check_kind(content: bytes) -> None:
    """By the first bytes: names and types that come along are only claims."""
    if not content:
        raise Declined(EMPTY)
    if len(content) > LARGEST:
        raise Declined(TOO_HEAVY)
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise Declined(UNKNOWN_KIND)
    known = content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
    if not known and not (content.startswith(b"RIFF") and content[8:12] == b"WEBP"):
        raise Declined(NO_PICTURE)


def _drawn_anew(content: bytes) -> bytes:
    try:
        opened = Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Declined(TOO_WIDE) from error
    with opened as image:
        if image.width * image.height > _MOST_PIXELS:
            raise Declined(TOO_WIDE)
        image.draft("RGB", (_JUDGED_SIDE, _JUDGED_SIDE))  # a JPEG is then decoded at half or a quarter of its size
        turn = _orientation(image)
        picture = _opaque(image)
    picture.thumbnail((_JUDGED_SIDE, _JUDGED_SIDE))
    if shows_id_card(picture):
        raise Declined(ID_CARD)
    picture.thumbnail((_LONG_SIDE, _LONG_SIDE))
    return _jpeg(picture.transpose(turn) if turn is not None else picture, _QUALITY)


def _orientation(image: Image.Image) -> Image.Transpose | None:
    """How the camera was held; a picture with unreadable notes is shown as it lies."""
    try:
        held = image.getexif().get(0x0112)
    except Exception:  # like the decoders, the reader of notes raises whatever it likes
        return None
    return {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(held if isinstance(held, int) else 1)


def _opaque(image: Image.Image) -> Image.Image:
    """In plain colours, not larger than it is judged at; what is see-through becomes white."""
    if image.mode in ("RGB", "RGBA", "L", "CMYK"):
        image.thumbnail((_JUDGED_SIDE, _JUDGED_SIDE))  # before it is copied: a large one takes 160 MB
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper


def _jpeg(image: Image.Image, quality: int) -> bytes:
    image.info.clear()  # the encoder would copy comments and the like
    written = BytesIO()
    image.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()
