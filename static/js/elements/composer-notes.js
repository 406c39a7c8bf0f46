/** Words right under the text: what keeps the message from going out, and what it waits for, with one thing to do about it. */

class ComposerNotes extends HTMLElement {
  get problem() {
    return this.#line("problem").textContent;
  }

  set problem(words) {
    this.#show("problem", words);
  }

  say(words, name = "", act = null) {
    this.#show("notice", words);
    if (!act) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button button-quiet", textContent: name, onclick: act });
    this.#line("notice").append(button);
  }

  #show(kind, words) {
    const line = this.#line(kind);
    if (line.textContent !== words) line.replaceChildren(words);
    line.hidden = !words;
  }

  #line(kind) {
    return this.querySelector(`[data-${kind}]`);
  }
}

customElements.define("composer-notes", ComposerNotes);
