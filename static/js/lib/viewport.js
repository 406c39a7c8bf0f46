/** Keeps the page above the keyboard of a phone that lays it over the page (iOS); `--keyboard` is its height. */

export function followKeyboard(window) {
  const { visualViewport, document } = window;
  if (!visualViewport) return;
  const measure = () => {
    const isZoomed = visualViewport.scale > 1.05; // a person who enlarges the page moves it too
    const covered = isZoomed ? 0 : Math.round(window.innerHeight - visualViewport.height - visualViewport.offsetTop);
    document.documentElement.style.setProperty("--keyboard", `${Math.max(0, covered)}px`);
  };
  visualViewport.addEventListener("resize", measure);
  visualViewport.addEventListener("scroll", measure);
}
