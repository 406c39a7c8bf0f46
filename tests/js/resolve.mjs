/** Lets node find "lib/…" and "elements/…" where the page's import map does; imported by the tests that need it. */

import { register } from "node:module";

const root = new URL("../../static/js/", import.meta.url).href;
const hook = `
  export const resolve = (name, context, next) =>
    next(/^(lib|elements)\\//.test(name) ? new URL(name, ${JSON.stringify(root)}).href : name, context);
`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
