"""A summary as a spreadsheet: each of its tables a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.desk.figures.spreadsheet import Cell, Column, Sheet, at_once, local
from bot.desk.figures.summary import Flow, Summary
from bot.desk.figures.summary_words import OUTCOME_NAMES, TAKEOVER_NAMES, WAY_NAMES, percent
from bot.desk.figures.tally import Wait

_COUNTED = (
    Column("Mới", 10),
    Column("Đã xong", 10),
    Column("Đã đóng", 10),
    Column("Đang mở (cuối kỳ)", 12),
    Column("Quá hạn (cuối kỳ)", 12),
)


def sheets(
    figures: Summary,
    office: str,
    category: Callable[[str], str],
    topic: Callable[[str], str],
    sources: Mapping[str, str],
) -> Iterable[Sheet]:
    """All sheets; the functions give names to the ids of categories and topics, `sources` to the channels."""
    yield Sheet(
        "Tổng quan", (Column("Chỉ số", 52), Column("Số liệu", 24)), at_once(_overview(figures, office, sources))
    )
    rows = _counted(figures.categories, lambda flow: category(flow.name))
    yield Sheet("Theo loại việc", (Column("Loại việc", 36), *_COUNTED), at_once(rows))
    rows = _counted(figures.places, lambda flow: flow.name or "Không ghi thôn, ấp")
    yield Sheet("Theo nơi", (Column("Thôn, ấp, tổ", 30), *_COUNTED), at_once(rows))
    yield Sheet(
        "Chỗ bị vướng",
        (Column("Thủ tục", 48), Column("Cách làm", 18), Column("Bước", 8), Column("Số lần", 8)),
        at_once(
            [[topic(one.topic), WAY_NAMES.get(one.way, one.way), one.step, one.times] for one in figures.asked.stuck]
        ),
    )
    headings = ("Số câu hỏi", "Trả lời được", "Hỏi lại cho rõ", "Chưa trả lời được")
    yield Sheet(
        "Câu hỏi",
        (Column("Chủ đề", 48), *(Column(heading, 12) for heading in headings)),
        at_once(
            [
                [topic(one.topic), one.questions, one.answered, one.clarified, one.unanswered]
                for one in figures.asked.topics
            ]
        ),
    )


def _overview(figures: Summary, office: str, sources: Mapping[str, str]) -> list[list[Cell]]:
    total, asked = figures.total, figures.asked
    rows: list[list[Cell]] = [
        ["Đơn vị", office],
        ["Kỳ", figures.period.name],
        ["Số liệu tính đến", local(figures.until)],
        ["Phản ánh mới", total.new],
        ["Đã xong", total.done],
        ["Đã đóng (không thuộc thẩm quyền, trùng, rút lại)", total.closed],
        ["Đang mở cuối kỳ", total.open],
        ["Quá hạn cuối kỳ", total.overdue],
        ["Lượt mở lại", figures.reopened],
        *_wait("nhận việc lần đầu", figures.acknowledged),
        *_wait("trả lời lần đầu", figures.answered),
        ["Số lượt chấm sao", figures.rated],
        ["Số sao trung bình", figures.mean_stars],
        ["Câu hỏi", asked.questions],
    ]
    rows += [[OUTCOME_NAMES.get(outcome, outcome), times] for outcome, times in sorted(asked.outcomes.items())]
    rows += [[TAKEOVER_NAMES.get(why, why), times] for why, times in sorted(asked.takeovers.items())]
    rows += [[f"Tin nhắn của người dân qua {sources.get(one, one)}", times] for one, times in asked.messages.items()]
    return rows


def _wait(what: str, wait: Wait) -> list[list[Cell]]:
    """Hours, so that they can be computed with; nights and holidays are included."""
    return [
        [f"Giờ đến khi {what}: một nửa số phản ánh không quá", _hours(wait.median)],
        [f"Giờ đến khi {what}: 90% số phản ánh không quá", _hours(wait.p90)],
        [f"Tỷ lệ {what} đúng hạn", percent(wait.share)],
    ]


def _counted(flows: Iterable[Flow], name: Callable[[Flow], str]) -> list[list[Cell]]:
    return [[name(flow), flow.new, flow.done, flow.closed, flow.open, flow.overdue] for flow in flows]


def _hours(seconds: float | None) -> float | None:
    return round(seconds / 3600, 2) if seconds is not None else None
