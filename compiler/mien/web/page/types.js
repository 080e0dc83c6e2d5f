/**
 * The records that the page's modules exchange.
 *
 * @module
 */

/** @typedef {[number, number, number]} Point valence, arousal, dominance */

/**
 * What is looked at. A mixture has two labels or more; `label` is then the first of them.
 *
 * @typedef {object} View
 * @property {string} label
 * @property {Readonly<Record<string, number>>} mix label to its part, or empty; parts need not sum to anything
 * @property {Point} vad
 * @property {string} style or empty
 * @property {number} speech
 * @property {string} edit the intensity or style that is edited, or empty
 */

/**
 * A fault of a source file.
 *
 * @typedef {object} FaultFacts
 * @property {string} file
 * @property {number} line 0 where the whole file is meant
 * @property {number} column
 * @property {string} path
 * @property {string} code
 * @property {string} message
 * @property {string} hint
 * @property {"error" | "warning"} severity
 * @property {string} source the line as it stands
 */

/**
 * What a label's file says for people.
 *
 * @typedef {object} LabelFacts
 * @property {string} title
 * @property {string} description
 * @property {string} units its core action units
 * @property {string} head
 * @property {string} gaze
 * @property {string} asymmetry
 * @property {string} timing
 * @property {Readonly<Record<string, string>>} styles name to description
 * @property {string} file
 * @property {string} readOnly why it cannot be written, or empty
 */

/**
 * The server's state of the bank.
 *
 * @typedef {object} State
 * @property {number} revision
 * @property {string} folder
 * @property {string} artifact digest of the last good one, or empty
 * @property {boolean} fresh whether the artifact is that of the files as they are now, faulty or not
 * @property {boolean} relaxed whether the artifact was compiled without the rules that keep channels apart
 * @property {string} receives what sends faces to the page, or empty
 * @property {boolean} sends whether the page's face goes to other programs
 * @property {string | null} score another text whenever the score's file has changed; null without a score
 * @property {readonly FaultFacts[]} faults
 * @property {string} title
 * @property {Readonly<Record<string, LabelFacts>>} labels
 * @property {Readonly<Record<string, readonly string[]>>} shorthands
 * @property {Readonly<Record<string, readonly string[]>>} drawn channel to the drawn face's that it moves
 * @property {number} undo how many writes can be taken back
 */

/**
 * What an edit would do.
 *
 * @typedef {object} Preview
 * @property {string} file
 * @property {number} line
 * @property {string} base digest of the file that it was made for
 * @property {string} lines
 * @property {readonly string[]} diff
 * @property {readonly FaultFacts[]} faults
 * @property {boolean} drawable whether the bank can be drawn with these faults
 */

export {};
