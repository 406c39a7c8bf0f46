/** The rail of the model picker: what goes in, what comes out, and what else a model can do. */

import { html } from "lit-html";

import { t } from "lib/i18n.js";
import { ABILITIES, iconOf, wordOf } from "lib/model-words.js";
import { ALSO, MAKES, TAKES } from "lib/models.js";

const toggle = (name, icon, label, isOn, choose) => html`<button class="picker-filter" type="button" aria-pressed=${isOn} @click=${() => choose(name)}>
  <span class="icon icon-${icon}" aria-hidden="true"></span>${label}
</button>`;

export function filterBar({ filters, onlyMine }, choose) {
  const one = (name) => toggle(name, iconOf(ABILITIES, name), wordOf(ABILITIES, name), filters.includes(name), choose);
  return html`<div class="picker-rail" role="group" aria-label=${t("Show only models that")}>
    ${toggle("all", "layout-grid", t("All"), !filters.length && !onlyMine, choose)}
    ${toggle("mine", "star", t("Mine"), onlyMine, choose)}
    <hr>
    ${Object.keys(TAKES).map(one)}
    <hr>
    ${Object.keys(MAKES).map(one)}
    <hr>
    ${ALSO.map(one)}
  </div>`;
}
