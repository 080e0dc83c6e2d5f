/**
 * Light, dark, or as the machine has it.
 *
 * @module
 */

import { byId } from "./dom.js";

const KEY = "mien-theme";
const THEMES = ["auto", "light", "dark"];

/** Show the theme that was chosen last, and let it be changed. */
export function startTheme() {
  const button = byId("theme", HTMLButtonElement);
  let theme = localStorage.getItem(KEY) ?? "auto";
  const show = () => {
    document.documentElement.dataset["theme"] = theme;
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    localStorage.setItem(KEY, theme);
    show();
  });
  show();
}
