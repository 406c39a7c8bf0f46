"""Files: told apart by their bytes, measured, kept, fetched, repaired and handed over; knows no rows and no sockets.

Nothing heavy is imported before it is needed: PyAV, Pillow, PDFium and httpx load inside functions.
"""

from chats.media.delivery import deliver
from chats.media.errors import MediaError
from chats.media.receipts import receipts

__all__ = ["MediaError", "deliver", "receipts"]
