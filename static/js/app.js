/** The page's entry: starts what lives as long as the tab and loads each custom element when its tag appears. */
import "lib/loader.js";
