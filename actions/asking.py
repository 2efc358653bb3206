"""What is asked while a report is being written: one question a message, and at the end all of it read back."""

from __future__ import annotations

from bot.desk.categories import Categories
from bot.desk.taking.draft import MOST_PHOTOS, Draft
from bot.desk.taking.duplicates import Alike
from bot.desk.taking.guess import OTHER, guess
from bot.messages import Choice, Reply
from bot.payloads import payload
from bot.turn import Turn

GIVE_UP = Choice(label="Thôi, không gửi", payload=payload("bao-thoi"))
GO_ON = Choice(label="Viết tiếp phản ánh", payload=payload("bao-tiep"))
_SHOWN = 300  # characters of somebody's words where they are only reminded of them


def question(turn: Turn, draft: Draft) -> Reply:
    """The open question of a draft."""
    match draft.step:
        case "words":
            reply = _words(draft)
        case "category":
            reply = _category(turn, draft)
        case "place":
            reply = _place(draft)
        case "old-place":
            reply = _old_place(draft)
        case "alike":
            reply = _alike(draft)
        case "photos":
            reply = _photos()
        case "name":
            reply = _name(turn)
        case "reporter":
            reply = _reporter()
        case "check":
            reply = _check(turn, draft)
    return reply


def groups(categories: Categories) -> Reply:
    """The upper level of the list."""
    choices = [Choice(label=group.name, payload=payload("bao-nhom", group.id)) for group in categories.groups]
    return Reply(text="Việc này thuộc nhóm nào ạ?", choices=(*choices, GIVE_UP))


def kinds(categories: Categories, group: str) -> Reply | None:
    """The lower level."""
    found = next((one for one in categories.groups if one.id == group), None)
    if found is None:
        return None
    choices = [Choice(label=one.name, payload=payload("bao-loai", one.id)) for one in found.categories]
    back = Choice(label="Nhóm khác", payload=payload("bao-nhom"))
    return Reply(heading=found.name, text="Cụ thể là việc nào ạ?", choices=(*choices, back, GIVE_UP))


def offer_to_follow(found: Alike, name: str) -> Reply:
    """Somebody has reported the same: nothing of theirs is shown but what it is about and where."""
    where = f", {found.place[:80]}" if found.place else ""
    apart = Choice(label="Vẫn gửi riêng", payload=payload("bao-rieng"))
    if found.mine:
        text = (
            f"Bà con đã báo một việc giống vậy: {name}{where} (mã {found.code}). Bà con xem phản ánh đó, hay vẫn gửi?"
        )
        see = Choice(label="Xem phản ánh đã gửi", payload=payload("phan-anh", found.code.lower()))
        return Reply(text=text, choices=(see, apart, GIVE_UP))
    text = f"Có người đã báo: {name}{where}. Bà con theo dõi chung, hay vẫn gửi riêng?"
    together = Choice(label="Theo dõi chung", payload=payload("bao-chung", found.code.lower()))
    return Reply(text=text, choices=(together, apart, GIVE_UP))


def in_short(draft: Draft) -> str:
    """What a draft is about, for reminding somebody of it."""
    words = draft.words[:_SHOWN].rstrip()
    return f"“{words}{'…' if len(draft.words) > _SHOWN else ''}”" if words else "chưa có lời kể"


def _words(draft: Draft) -> Reply:
    if draft.fixing == "words":
        keep = Choice(label="Giữ nội dung cũ", payload=payload("bao-tiep"))
        text = f"Nội dung đang có: {in_short(draft)}.\n\nBà con gõ lại nội dung, máy sẽ thay cho nội dung cũ."
        return Reply(text=text, choices=(keep, GIVE_UP))
    sent = "ảnh này" if draft.photos else "vị trí này" if draft.point else ""
    asked = f"Bà con gửi {sent} để phản ánh việc gì ạ?" if sent else "Bà con muốn phản ánh việc gì ạ?"
    text = f"{asked} Cứ kể bằng lời của mình: việc gì, ở đâu, từ bao giờ. Ví dụ: “đèn đường ngõ 5 hỏng cả tuần nay”."
    return Reply(text=text, choices=(GIVE_UP,))


def _category(turn: Turn, draft: Draft) -> Reply:
    categories = _categories(turn)
    likely = [one for one in guess(categories, draft.words).likely if one != OTHER]
    if not likely:
        return groups(categories)
    choices = [Choice(label=categories.name(one), payload=payload("bao-loai", one)) for one in likely]
    choices.append(Choice(label="Loại khác", payload=payload("bao-nhom")))
    choices.append(Choice(label="Để cán bộ xếp loại", payload=payload("bao-loai", OTHER)))
    return Reply(text="Việc này thuộc loại nào ạ?", choices=(*choices, GIVE_UP))


def _place(draft: Draft) -> Reply:
    text = (
        "Việc này ở chỗ nào ạ? Bà con gõ tên đường, ngõ, thôn, xóm, hoặc gần nơi nào dễ nhận ra; "
        "dùng điện thoại thì gửi vị trí trên bản đồ cũng được."
    )
    keep = Choice(label="Giữ nơi cũ", payload=payload("bao-tiep"))
    nowhere = Choice(label="Không có nơi cụ thể", payload=payload("bao-noi", "khong"))
    return Reply(text=text, choices=(*([keep] if draft.fixing else []), nowhere, GIVE_UP))


def _old_place(draft: Draft) -> Reply:
    text = f"Bà con ghi nơi là “{draft.place}”. Theo tên mới, nơi này nay thuộc {draft.renamed}. Máy ghi thêm vậy nhé?"
    choices = (
        Choice(label="Đúng vậy", payload=payload("bao-noi", "dung")),
        Choice(label="Không, giữ như tôi viết", payload=payload("bao-noi", "giu")),
        GIVE_UP,
    )
    return Reply(text=text, choices=choices)


def _alike(draft: Draft) -> Reply:
    """Asked again; the first time it was told what was found."""
    choices = (
        Choice(label="Theo dõi chung", payload=payload("bao-chung", draft.alike.lower())),
        Choice(label="Vẫn gửi riêng", payload=payload("bao-rieng")),
        GIVE_UP,
    )
    return Reply(text="Việc này đã có người báo. Bà con theo dõi chung, hay vẫn gửi riêng?", choices=choices)


def _photos() -> Reply:
    text = (
        f"Có ảnh thì bà con gửi ngay tại đây (nhiều nhất {MOST_PHOTOS} ảnh), cán bộ xem sẽ rõ hơn. Không có thì nhấn "
        "Bỏ qua. Bà con đừng gửi ảnh giấy tờ tùy thân."
    )
    return Reply(text=text, choices=(Choice(label="Bỏ qua", payload=payload("bao-anh")), GIVE_UP))


def _name(turn: Turn) -> Reply:
    text = "Bà con có muốn cho cán bộ biết tên mình không ạ? Không nêu tên thì phản ánh vẫn được xử lý như nhau."
    named = f"Nêu tên: {turn.message.name}"[:64] if turn.message.name else "Nêu tên"
    choices = (
        Choice(label="Không nêu tên", payload=payload("bao-ten", "khong")),
        Choice(label=named, payload=payload("bao-ten", "co")),
        GIVE_UP,
    )
    return Reply(text=text, choices=choices)


def _reporter() -> Reply:
    nobody = Choice(label="Không nêu tên", payload=payload("bao-ten", "khong"))
    return Reply(text="Bà con gõ họ tên để cán bộ biết ạ.", choices=(nobody, GIVE_UP))


def _check(turn: Turn, draft: Draft) -> Reply:
    """All of it, and before it is sent: what is kept and who sees it."""
    kind = _categories(turn).get(draft.category)
    body = "" if kind is None or kind.ours else f" (việc của {kind.body}; cán bộ xã sẽ chuyển)"
    lines = [
        f"Nội dung: {draft.words}",
        f"Loại việc: {_categories(turn).name(draft.category)}{body}",
        f"Nơi: {where(draft)}",
        f"Ảnh: {len(draft.photos)} ảnh" if draft.photos else "Ảnh: không có",
        f"Tên người gửi: {draft.reporter}" if draft.named else "Tên người gửi: không nêu",
    ]
    consent = (
        f"Bấm “Đồng ý gửi” là bà con đồng ý để cán bộ {turn.office.name} xem những điều trên và để máy giữ lại "
        "cho việc xử lý và báo kết quả."
    )
    choices = (
        Choice(label="Đồng ý gửi", payload=payload("bao-gui")),
        Choice(label="Sửa nội dung", payload=payload("bao-sua", "noi-dung")),
        Choice(label="Sửa nơi", payload=payload("bao-sua", "noi")),
        Choice(label="Đổi loại", payload=payload("bao-sua", "loai")),
        GIVE_UP,
    )
    return Reply(heading="Bà con xem lại giúp máy", text="\n".join(lines), footnote=consent, choices=choices)


def where(draft: Draft) -> str:
    """The place in words."""
    point = "vị trí bà con gửi trên bản đồ" if draft.point else ""
    return "; ".join(filter(None, (draft.place, point))) or "không nêu nơi cụ thể"


def _categories(turn: Turn) -> Categories:
    assert turn.desk  # noqa: S101 (for the type checker: without a desk nothing is written)
    return turn.desk.desk.categories
