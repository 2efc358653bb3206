"""Search without diacritics: "den duong" finds "Đèn đường", in SQLite and in PostgreSQL."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_FROM = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_TO = "aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd"


def plain(text: str) -> str:
    """Small letters without diacritics; whatever is no Latin letter or sign of ASCII is left out."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return bare.encode("ascii", "ignore").decode().lower()


class folded(FunctionElement[str]):  # noqa: N801 (it reads as a function of SQL)
    """The same, of a column. `bot.store` gives SQLite the function."""

    inherit_cache = True
    type = Text()


@compiles(folded)
def _named(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"motcua_plain({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def _translated(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"translate(lower(normalize({column})), '{_FROM}', '{_TO}')"
