/** Runs inside the diagram frame, without any right on our site: takes "<theme>:<source>", answers "height:…" or "error:…". */

// The ground is the page's --surface: labels on lines must cover the line, not the ground.
const THEMES = {
  light: { theme: "neutral", themeVariables: { edgeLabelBackground: "#f2f5f6" } },
  dark: { theme: "dark", themeVariables: { edgeLabelBackground: "#1a1f21" } },
};
const SETTINGS = { startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true, fontFamily: "system-ui, sans-serif" };
const LONGEST = 20_000;

function answer(name, value) {
  parent.postMessage(`${name}:${value}`, "*");
}

async function draw(theme, source) {
  const { default: mermaid } = await import(new URL(document.documentElement.dataset.mermaid, location.href));
  document.documentElement.dataset.theme = theme;
  mermaid.initialize({ ...THEMES[theme], ...SETTINGS });
  const { svg } = await mermaid.render("diagram", source);
  document.body.innerHTML = svg;
  new ResizeObserver(tellHeight).observe(document.body);
}

function tellHeight() {
  answer("height", document.body.scrollHeight);
}

addEventListener("message", ({ source, data }) => {
  if (source !== parent || typeof data !== "string" || data.length > LONGEST + 10) return;
  const cut = data.indexOf(":");
  const theme = data.slice(0, cut) === "dark" ? "dark" : "light";
  draw(theme, data.slice(cut + 1)).catch((error) => answer("error", String(error.message ?? error)));
});

answer("ready", "");
