/** One picture of a justified row: takes the room its shape asks for, and opens large with the others beside it. */

class ImageGrid extends HTMLElement {
  static observedAttributes = ["data-width", "data-height"];

  connectedCallback() {
    this.addEventListener("click", this.#clicked);
    this.#shape();
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#clicked);
  }

  attributeChangedCallback() {
    this.#shape();
  }

  /** Very long pictures get no longer than a row can bear; the whole is seen enlarged. */
  #shape() {
    const { width, height } = this.dataset;
    const ratio = Math.max(0.5, Math.min(3, Number(width) / Number(height) || 1));
    (this.parentElement ?? this).style.setProperty("--ratio", ratio.toFixed(3));
  }

  #clicked = (event) => {
    const link = event.target.closest(".picture");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.#enlarge(link);
  };

  async #enlarge(link) {
    const all = [...document.querySelectorAll("image-grid[data-full]")];
    const light = document.querySelector("image-lightbox") ?? document.body.appendChild(document.createElement("image-lightbox"));
    await customElements.whenDefined("image-lightbox");
    light.open(all, all.indexOf(this), link);
  }
}

customElements.define("image-grid", ImageGrid);
