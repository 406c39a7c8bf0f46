/** The page's entry: starts what lives as long as the tab; elements load by themselves when their tags appear. */

import "lib/loader.js";
import "lib/presence.js";
import { tell } from "lib/dom.js";
import * as menus from "lib/menus.js";
import * as navigation from "lib/navigation.js";
import { Notifier } from "lib/notify.js";
import { PageTitle } from "lib/page-title.js";
import * as shortcuts from "lib/shortcuts.js";
import * as tooltips from "lib/tooltips.js";
import * as uses from "lib/use-as.js";

menus.start();
tooltips.start();
tooltips.writeKeys();

if (document.body.dataset.user) {
  navigation.start();
  shortcuts.start();
  uses.start();
  new PageTitle(document).start();
  new Notifier(window).start();
  import("lib/access.js").then((access) => access.start());
  document.addEventListener("open-new", () => navigation.open("/"));
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-open-search]")) tell("open-search");
    if (target.closest("[data-open-help]")) tell("open-shortcut-help");
    const wire = target.closest("[data-open-wire]");
    if (wire) tell("open-wire", { message: Number(wire.closest(".message").dataset.message) });
  });
  for (const type of ["conversation-opened", "conversation-settled"]) {
    document.addEventListener(type, () => tooltips.writeKeys());
  }
}
