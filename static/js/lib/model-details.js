/** What the model picker tells about one model: what it is for, what goes in and out, what can be set. */

import { html, nothing } from "lit-html";

import { language, t } from "lib/i18n.js";
import { byname, kindsOf, listed, notesOf, parameterWords, vendorName } from "lib/model-words.js";
import { hindrance } from "lib/models.js";

const THINKING = { always: () => t("always"), optional: () => t("on request") };

export function details(model, catalog, isLiked, acts) {
  const reason = hindrance(model);
  return html`<section class="picker-details" tabindex="-1" aria-label=${model.label}>
    <header>
      <button class="icon-button" type="button" aria-label=${t("Back to the list")} @click=${acts.back}><span class="icon icon-arrow-left" aria-hidden="true"></span></button>
      <div class="picker-title"><h2>${model.label}</h2><p>${[vendorName(catalog, model.vendor), byname(model)].filter(Boolean).join(" · ")}</p></div>
      <button class="icon-button picker-keep" type="button" aria-pressed=${isLiked} aria-label=${t("Keep as a favourite")} @click=${acts.like}><span class="icon icon-star" aria-hidden="true"></span></button>
    </header>
    ${notesOf(model) ? html`<p class="picker-notes">${notesOf(model)}</p>` : nothing}
    ${reason ? html`<p class="picker-why">${whyNot(reason)}</p>` : nothing}
    <dl>${facts(model).map(([name, words]) => html`<dt>${name}</dt><dd>${words}</dd>`)}</dl>
    ${takeButton(model, reason, acts)}
  </section>`;
}

function whyNot(reason) {
  if (reason === "later") return t("This kind of model cannot be asked here yet.");
  return t("The key in use does not list this model: the gateway will most likely refuse it.");
}

function takeButton(model, reason, acts) {
  if (reason === "later") return nothing;
  const words = reason ? t("Use it anyway") : t("Use this model");
  return html`<button class="button ${reason ? "" : "button-primary"}" type="button" @click=${acts.take}>${words}</button>`;
}

function facts(model) {
  const rows = [
    [t("Takes"), kindsOf(model.in)],
    [t("Gives"), kindsOf(model.out)],
    [t("Context"), model.context ? t("%(count)s tokens", { count: model.context.toLocaleString(language()) }) : "–"],
    [t("Thinks"), THINKING[model.thinking]?.() ?? ""],
    [t("Settings"), listed(model.parameters.map(({ name }) => parameterWords(name).label))],
    [t("Protocols"), (model.protocols ?? []).join(", ")],
    [t("Also as"), (model.variants ?? []).join(", ")],
    [t("In the gateway’s list"), (model.pages ?? []).map((page) => page.replaceAll("/", " / ")).join("\n")],
  ];
  return rows.filter(([, words]) => words);
}

