/** Lets node find "lib/…" and "elements/…" where the page's import map does; imported by the tests that need it. */

import { register } from "node:module";

const root = new URL("../../static/js/", import.meta.url).href;
const diff = new URL("../../node_modules/diff/libesm/", import.meta.url).href;
const hook = `
  const at = (name) => name.startsWith("diff/") ? new URL(name, ${JSON.stringify(diff)}) : new URL(name, ${JSON.stringify(root)});
  export const resolve = (name, context, next) => next(/^(lib|elements|diff)\\//.test(name) ? at(name).href : name, context);
`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
