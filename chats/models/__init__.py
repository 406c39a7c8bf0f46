"""The nouns, kept as rows; a table family each."""

from .attachment import Attachment
from .bench import BenchRun
from .comparison import Comparison, Vote
from .conversation import Conversation, ConversationMark
from .exchange import Exchange
from .generation import Generation, GenerationInput, GenerationOutput
from .message import Message
from .preference import ModelUse, Preference
from .preset import FunctionSet, Preset
from .team import Invitation, Membership, Role, Team

__all__ = [
    "Attachment",
    "BenchRun",
    "Comparison",
    "Conversation",
    "ConversationMark",
    "Exchange",
    "FunctionSet",
    "Generation",
    "GenerationInput",
    "GenerationOutput",
    "Invitation",
    "Membership",
    "Message",
    "ModelUse",
    "Preference",
    "Preset",
    "Role",
    "Team",
    "Vote",
]
