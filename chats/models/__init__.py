"""The nouns, kept as rows; a table family each."""

from .attachment import Attachment
from .conversation import Conversation, ConversationMark
from .message import Message
from .preference import ModelUse, Preference
from .team import Invitation, Membership, Role, Team

__all__ = [
    "Attachment",
    "Conversation",
    "ConversationMark",
    "Invitation",
    "Membership",
    "Message",
    "ModelUse",
    "Preference",
    "Role",
    "Team",
]
