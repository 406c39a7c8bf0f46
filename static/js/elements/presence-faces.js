/** Who else has this conversation open right now. */

import { face } from "lib/faces.js";
import { nt, t } from "lib/i18n.js";
import { peopleOf } from "lib/presence.js";
import { on } from "lib/socket.js";

const MOST = 4;

class PresenceFaces extends HTMLElement {
  #stop = null;

  connectedCallback() {
    this.#show(peopleOf(this.dataset.conversation));
    this.#stop = on("presence", (frame) => {
      if (String(frame.conversation) === this.dataset.conversation) this.#show(frame.people);
    });
  }

  disconnectedCallback() {
    this.#stop();
  }

  #show(people) {
    const others = people.filter(({ id }) => String(id) !== document.body.dataset.user);
    const faces = others.slice(0, MOST).map(face);
    this.replaceChildren(...faces, ...(others.length ? this.#words(others) : []));
  }

  #words(others) {
    const [live, names] = [document.createElement("span"), document.createElement("span")];
    live.className = "live";
    live.textContent = others.length > MOST ? `+${others.length - MOST}` : t("live");
    live.ariaHidden = "true";
    names.className = "visually-hidden";
    const list = others.map(({ name }) => name).join(", ");
    names.textContent = nt("%(names)s is here too", "%(names)s are here too", others.length, { names: list });
    return [live, names];
  }
}

customElements.define("presence-faces", PresenceFaces);
