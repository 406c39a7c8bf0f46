"""The nouns, kept as rows; a table family each."""

from .attachment import Attachment
from .conversation import Conversation, ConversationMark
from .generation import Generation, GenerationInput, GenerationOutput
from .message import Message
from .preference import ModelUse, Preference
from .team import Invitation, Membership, Role, Team

__all__ = [
    "Attachment",
    "Conversation",
    "ConversationMark",
    "Generation",
    "GenerationInput",
    "GenerationOutput",
    "Invitation",
    "Membership",
    "Message",
    "ModelUse",
    "Preference",
    "Role",
    "Team",
]
