"""What things are called in the console."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.life import Move
from bot.desk.reports import SENT

MOVE_NAMES: Mapping[str, str] = {
    SENT: "Gửi phản ánh",
    Move.CLAIM: "Nhận việc",
    Move.ASSIGN: "Giao việc",
    Move.START: "Bắt đầu xử lý",
    Move.SCHEDULE: "Hẹn ngày",
    Move.FORWARD: "Chuyển cơ quan khác",
    Move.ANSWER: "Nhắn người dân",
    Move.NOTE: "Ghi chú nội bộ",
    Move.FILE: "Đổi loại việc",
    Move.REFUSE: "Không thuộc thẩm quyền",
    Move.MERGE: "Gộp vào phản ánh khác",
    Move.FINISH: "Báo đã xong",
    Move.WITHDRAW: "Rút lại phản ánh",
    Move.ADD: "Bổ sung",
    Move.CONFIRM: "Xác nhận đã xong",
    Move.REOPEN: "Mở lại",
    Move.RATE: "Đánh giá",
}

SOURCES: Mapping[str, str] = {
    "telegram": "Telegram",
    "zalo": "Zalo",
    "web": "Trang web",
    "open311": "Hệ thống khác gửi sang",
}

# What the audit log notes beside the moves.
WHAT_NAMES: Mapping[str, str] = {
    **MOVE_NAMES,
    "dang-nhap": "Đăng nhập",
    "dang-nhap-sai": "Đăng nhập sai mật khẩu",
    "dang-nhap-khoa": "Đăng nhập khi đang bị khóa",
    "dang-xuat": "Đăng xuất",
    "doi-mat-khau": "Tự đổi mật khẩu",
    "xem": "Xem phản ánh",
    "xem-anh": "Xem ảnh",
    "them-can-bo": "Thêm cán bộ",
    "khoa-can-bo": "Khóa tài khoản",
    "mo-can-bo": "Mở lại tài khoản",
    "cap-mat-khau": "Cấp mật khẩu mới",
    "doi-vai-tro": "Đổi vai trò",
    "ma-telegram": "Lấy mã nối Telegram",
    "ma-nhom": "Lấy mã nối nhóm",
    "xuat-phan-anh": "Tải danh sách phản ánh (Excel)",
    "xuat-tong-hop": "Tải bảng tổng hợp (Excel)",
    "xem-tro-chuyen": "Xem cuộc trò chuyện",
    "nhan-tro-chuyen": "Vào nói chuyện",
    "nhan-tin": "Nhắn trong cuộc trò chuyện",
    "tra-may": "Trả cuộc trò chuyện cho máy",
}
