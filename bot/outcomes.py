"""What became of a message: one closed list, one column, the source of every figure."""

from enum import StrEnum


class Outcome(StrEnum):
    """Each handled message ends in exactly one of these."""

    ANSWERED = "answered"
    CLARIFIED = "clarified"
    GUIDED = "guided"
    SMALL_TALK = "small_talk"
    REPORT = "report"
    HANDED_OVER = "handed_over"
    OFFICER = "officer"  # an officer's doing, in their group or about their account
    REFUSED_PERSONAL_DATA = "refused_personal_data"
    UNANSWERABLE = "unanswerable"
    OUT_OF_SCOPE = "out_of_scope"
    ERROR = "error"
