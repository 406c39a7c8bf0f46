/** Leaves a conversation that is gone: deleted by somebody, or no longer open to this person. */

import { t } from "lib/i18n.js";
import { open } from "lib/navigation.js";
import { on } from "lib/socket.js";
import { toast } from "lib/toast.js";

const isOpen = (conversation) => document.body.dataset.conversation === String(conversation);

function leave(conversation, words) {
  if (!isOpen(conversation)) return;
  toast(words, { seconds: 8 });
  open("/", { replace: true });
}

export function start() {
  on("access.lost", ({ conversation }) => leave(conversation, t("You can no longer see this conversation.")));
  on("conversation.changed", ({ conversation, change }) => {
    if (change === "deleted") leave(conversation, t("This conversation was deleted."));
  });
}
