"""How figures are said: outcomes, reasons, channels, lengths of time, parts of a hundred."""

from __future__ import annotations

from collections.abc import Mapping

from bot.outcomes import Outcome

OUTCOME_NAMES: Mapping[str, str] = {
    Outcome.ANSWERED: "Máy trả lời được",
    Outcome.GUIDED: "Máy hướng dẫn từng bước",
    Outcome.CLARIFIED: "Máy hỏi lại cho rõ",
    Outcome.REPORT: "Chuyển sang gửi phản ánh",
    Outcome.HANDED_OVER: "Chuyển cho cán bộ",
    Outcome.SMALL_TALK: "Chào hỏi, cảm ơn",
    Outcome.UNANSWERABLE: "Máy chưa trả lời được",
    Outcome.OUT_OF_SCOPE: "Không phải việc của xã",
    Outcome.REFUSED_PERSONAL_DATA: "Máy từ chối giữ số giấy tờ",
    Outcome.OFFICER: "Việc của cán bộ",
    Outcome.ERROR: "Máy gặp lỗi",
}
TAKEOVER_NAMES: Mapping[str, str] = {
    "asked": "Người dân xin gặp cán bộ",
    "clicked": "Cán bộ chủ động vào nói chuyện",
    "elsewhere": "Cán bộ nhắn từ công cụ của Zalo",
}
WAY_NAMES: Mapping[str, str] = {"mang": "Qua mạng", "quay": "Nộp trực tiếp", "chung": "Cách nào cũng được"}


def length(seconds: float | None) -> str:
    """A length of time in its two largest units, such as "2 ngày 3 giờ"."""
    if seconds is None:
        return "–"
    minutes = round(seconds / 60)
    if minutes < 1:
        return "dưới 1 phút"
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{number} {unit}" for number, unit in ((days, "ngày"), (hours, "giờ"), (minutes, "phút")) if number]
    return " ".join(parts[:2] if days or hours else parts)


def percent(share: float | None) -> str:
    """A part as "87%"; never 100% when something is missing, never 0% when something is there."""
    if share is None:
        return "–"
    whole = round(100 * share)
    return f"{whole if share in (0, 1) else min(99, max(1, whole))}%"


def number(value: float | None, digits: int = 1) -> str:
    """A number with a comma, as it is written here."""
    return "–" if value is None else f"{value:.{digits}f}".replace(".", ",")
