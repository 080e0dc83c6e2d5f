/**
 * The one view that every part of the page shows and changes.
 *
 * @module
 */

/** @typedef {import("./types.js").View} View */

/** Holds the view; those who listen hear of every change. */
export class Store {
  /** @param {View} view */
  constructor(view) {
    this.view = view;
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  /**
   * Change parts of the view.
   *
   * @param {Partial<View>} parts
   */
  set(parts) {
    this.view = { ...this.view, ...parts };
    this.tell();
  }

  /** @param {() => void} listener */
  listen(listener) {
    this.listeners.push(listener);
  }

  /** Have everything drawn again. */
  tell() {
    for (const listener of this.listeners) listener();
  }
}
