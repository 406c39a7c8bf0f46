/** The fields of a bench: what they ask for, and models that are named by hand. */

import { t } from "lib/i18n.js";

/** The body of the request, as chats/benches/asked.py reads it. */
export function asked(kind, fields, texts) {
  const value = (name) => fields[name]?.value.trim() ?? "";
  if (kind === "embeddings") {
    const models = ["model", "second"].map((name) => named(fields, name)).filter(Boolean);
    return { texts, models, dimensions: value("dimensions") };
  }
  if (kind === "rerank") return { documents: texts, query: value("query"), model: value("model"), top_n: value("top_n") };
  return Object.fromEntries(["q", "gl", "hl", "tbs", "num", "page", "method"].map((name) => [name, value(name)]));
}

function named(fields, name) {
  const { [name]: select, [`${name}_other`]: other } = fields;
  if (select.value === "none") return "";
  return select.value || other.value.trim();
}

/** A model that is not among the options was named by hand. */
export function startNames(root) {
  for (const select of choices(root)) {
    const other = nameOf(select);
    const isListed = [...select.options].some((option) => option.value && option.value === other.value);
    if (other.value && !isListed) select.value = "";
    other.hidden = select.value !== "";
  }
}

export function nameByHand(select) {
  const other = nameOf(select);
  other.hidden = select.value !== "";
  if (!other.hidden) other.focus();
}

const choices = (root) => root.querySelectorAll("select:has([data-other])");
const nameOf = (select) => select.parentElement.querySelector("input");

/** Puts what a FormData of this form once held back into it. */
export function refill(form, kept) {
  for (const field of form.querySelectorAll("[name]")) {
    if (field.type === "checkbox") field.checked = field.name in kept;
    else if (field.type === "radio") field.checked = kept[field.name] === field.value;
    else if (field.name in kept) field.value = kept[field.name];
  }
  for (const select of choices(form)) nameOf(select).hidden = select.value !== "";
}

export const examples = () => [
  t("A cat sleeps on the sofa"),
  t("A kitten naps on the couch"),
  t("The dog barks at the postman"),
  t("Shares fell sharply on Monday"),
  t("The stock market dropped"),
  t("How do I bake bread?"),
  t("A recipe for sourdough"),
];
