/** `<preset-list>`: the page of presets: copy a link, edit, delete with a way back; read again after each change. */

import { copy } from "lib/clipboard.js";
import { fragment, tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { linkOf } from "lib/preset-text.js";
import { getText, request } from "lib/requests.js";
import { toast, toastError, toastUndo } from "lib/toast.js";

class PresetList extends HTMLElement {
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.getElementById("main").addEventListener("click", (event) => this.#clicked(event), { signal });
    document.addEventListener("preset-kept", () => this.#read(), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #clicked({ target }) {
    if (target.closest("[data-new-preset]")) return tell("preset-edit", { preset: null });
    const card = target.closest("[data-preset]");
    const button = target.closest("button");
    if (!card || !button || !this.contains(card)) return;
    const { preset, name } = card.dataset;
    if ("copyLink" in button.dataset) this.#copy(preset, button.dataset.slots);
    if ("edit" in button.dataset) this.#edit(preset);
    if ("delete" in button.dataset) this.#delete(preset, name);
  }

  async #copy(preset, slots) {
    const names = slots.split("&").filter(Boolean).map(decodeURIComponent);
    if (await copy(linkOf(preset, names))) toast(t("Link copied"));
  }

  async #edit(id) {
    const preset = await (await request("GET", `/presets/${id}/`)).json().catch(toastError);
    if (preset) tell("preset-edit", { preset });
  }

  async #delete(id, name) {
    try {
      await request("DELETE", `/presets/${id}/`);
      await this.#read();
    } catch (error) {
      return toastError(error);
    }
    const back = () => request("POST", `/presets/${id}/restore/`).then(() => this.#read()).catch(toastError);
    toastUndo(t("“%(name)s” was deleted.", { name }), back);
  }

  async #read() {
    const html = await getText("/presets/").catch(toastError);
    if (html) this.replaceChildren(fragment(html));
  }
}

customElements.define("preset-list", PresetList);
