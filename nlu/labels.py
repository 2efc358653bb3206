"""The closed lists of labels: which parts an answer has, and which intents are no topics of the knowledge."""

from __future__ import annotations

ASPECTS = frozenset("overview documents steps fee time where who online result legal trouble".split())
FOLLOW_UP = "hoi-tiep"  # a question that names no topic of its own
OUT_OF_SCOPE = "ngoai-pham-vi"
DIALOGUE = frozenset(
    """chao-hoi cam-on tam-biet menu huy dong-y tu-choi gap-can-bo thong-tin-don-vi gui-phan-anh tra-cuu-phan-anh
    nghi-lua-dao ngoai-pham-vi hoi-tiep""".split()
)
