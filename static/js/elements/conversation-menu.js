/** The menu of one conversation, for its row in the list and for its bar; what it offers depends on row and role. */

import * as conversations from "lib/conversations.js";
import { tell } from "lib/dom.js";
import { openMenu } from "lib/menus.js";
import { open } from "lib/navigation.js";
import { isOffered } from "lib/rows.js";

const isOpenNow = (id) => document.body.dataset.conversation === String(id);

class ConversationMenu extends HTMLElement {
  #stop = null;
  #row = {}; // the dataset of what was clicked

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    document.addEventListener("click", (event) => this.#clicked(event), { signal });
    document.addEventListener("contextmenu", (event) => this.#contextMenu(event), { signal });
    document.addEventListener("conversation-row", ({ detail }) => this.#changed(detail), { signal });
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  #clicked({ target }) {
    const opener = target.closest(".row-more, [data-actions]");
    if (opener) return this.#open(opener.closest("[data-conversation]"), opener);
    const chosen = target.closest("[data-do]");
    if (!chosen) return;
    this.#do(chosen.dataset.do, this.contains(chosen) ? this.#row : chosen.dataset);
  }

  /** The right button, and the menu key, on a row of the list. */
  #contextMenu(event) {
    const row = event.target.closest(".row");
    if (!row || event.shiftKey || "deleted" in row.dataset || row.querySelector("input")) return;
    event.preventDefault();
    const isPointer = event.clientX || event.clientY;
    this.#open(row, isPointer && event.button === 2 ? { x: event.clientX, y: event.clientY } : row);
  }

  #open(row, anchor) {
    this.#row = row.dataset;
    const menu = this.querySelector("#conversation-menu");
    for (const item of menu.querySelectorAll("[data-do]")) {
      item.hidden = !isOffered(item.dataset.needs ?? "", row.dataset, isOpenNow(row.dataset.conversation));
    }
    openMenu(menu, anchor);
  }

  #do(action, row) {
    const id = row.conversation;
    const actions = {
      rename: () => this.#rename(id),
      pin: () => conversations.pin(id, true),
      unpin: () => conversations.pin(id, false),
      share: () => conversations.share(id, true),
      unshare: () => conversations.share(id, false),
      archive: () => conversations.archive(id, true),
      unarchive: () => conversations.archive(id, false),
      delete: () => this.#delete(id),
      restore: () => conversations.restore(id),
      copy: () => conversations.copyLink(id),
      panel: () => tell("toggle-panel"),
      print: () => window.print(),
    };
    actions[action]?.();
  }

  #rename(id) {
    const handled = !tell("rename-conversation", { conversation: id });
    if (!handled && isOpenNow(id)) document.querySelector("#main title-editor")?.edit();
  }

  async #delete(id) {
    const wasOpen = isOpenNow(id);
    if (wasOpen) document.body.dataset.conversation = ""; // so that the broadcast about it finds us gone already
    const isGone = await conversations.remove(id, { onUndo: () => wasOpen && open(`/c/${id}/`) });
    if (wasOpen && isGone) await open("/", { replace: true });
    else if (wasOpen) document.body.dataset.conversation = id;
  }

  /** The bar shows the same state as the row that was just changed. */
  #changed({ conversation, row }) {
    const bar = document.getElementById("conversation-actions");
    if (!row || bar?.dataset.conversation !== String(conversation)) return;
    for (const name of ["pinned", "shared", "archived", "mayKeep", "mayWrite"]) {
      if (name in row) bar.dataset[name] = "";
      else delete bar.dataset[name];
    }
    bar.dataset.title = row.title;
    this.#showShared("shared" in row);
  }

  #showShared(isShared) {
    const toggle = document.querySelector(".bar > .share-toggle");
    if (!toggle) return;
    toggle.toggleAttribute("data-shared", isShared);
    toggle.hidden = !toggle.dataset.do && !isShared; // those who may not change it see only that it is shared
    if (!toggle.dataset.do) return;
    toggle.dataset.do = isShared ? "unshare" : "share";
    toggle.setAttribute("aria-pressed", String(isShared));
  }
}

customElements.define("conversation-menu", ConversationMenu);
