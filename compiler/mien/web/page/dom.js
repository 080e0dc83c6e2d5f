/**
 * Small helpers over the document.
 *
 * @module
 */

/**
 * The element with an id.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new (...args: never[]) => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) {
    throw new Error(`the page has no ${kind.name} ${id}`);
  }
  return element;
}

/**
 * A new element: attributes, then children.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * A new SVG element.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Readonly<Record<string, string | number>>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function shape(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/**
 * A radio button that looks like a chip.
 *
 * @param {string} group
 * @param {string} value
 * @param {string} text
 * @returns {HTMLLabelElement}
 */
export function chip(group, value, text) {
  return element(
    "label",
    { class: "chip" },
    element("input", { type: "radio", name: group, value }),
    element("span", {}, text),
  );
}

/**
 * Check the radio button with a value.
 *
 * @param {HTMLElement} group
 * @param {string} value
 */
export function checkRadio(group, value) {
  for (const radio of group.querySelectorAll("input")) radio.checked = radio.value === value;
}

/**
 * Tell those who listen to the page.
 *
 * @param {string} text
 */
export function say(text) {
  byId("said", HTMLElement).textContent = text;
}
