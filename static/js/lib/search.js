/** What the search dialog offers for what was typed: things to do, then conversations. */

import { t } from "lib/i18n.js";

/** {name, icon, href | event, words}: `words` are found too, in both languages. */
export const actions = () => [
  { name: t("New conversation"), icon: "square-pen", href: "/", key: "new", words: "new chat 新 xin" },
  { name: t("Choose a model"), icon: "sliders-horizontal", event: "open-model-picker", key: "model", words: "model 模型 moxing" },
  { name: t("Presets"), icon: "bookmark", href: "/presets/", words: "presets prompts templates 预设 yushe" },
  { name: t("Settings"), icon: "settings", href: "/settings/", words: "settings preferences theme 设置 shezhi" },
  { name: t("Teams"), icon: "users", href: "/teams/", words: "team members 团队 tuandui" },
  { name: t("Keyboard shortcuts"), icon: "keyboard", event: "open-shortcut-help", key: "help", words: "keys 快捷键 kuaijiejian" },
];

const plain = (text) => text.normalize("NFKC").toLowerCase();

/** Actions that hold every typed word. */
export function matching(all, query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return all.filter((action) => {
    const text = plain(`${action.name} ${action.words}`);
    return words.every((word) => text.includes(word));
  });
}

/** `title` in pieces, [text, isFound], so that what matched can be marked without building HTML from text. */
export function pieces(title, query) {
  const words = query.split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!words.length) return [[title, false]];
  const parts = title.split(new RegExp(`(${words.join("|")})`, "gi"));
  return parts.map((text, n) => [text, n % 2 === 1]).filter(([text]) => text);
}
