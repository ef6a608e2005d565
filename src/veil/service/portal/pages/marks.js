// Texts side by side with coloured marks, as on the text page, in a review and on the protected pages of `veil run`
// (src/veil/reports/marks.py has the same groups). A text becomes text nodes, never markup.
import { made } from "/pages/session.js";

export const GROUP_OF = {
  NAME: "who", PROFESSION: "who", DATE: "when", YEAR: "when", WEEKDAY: "when", TIME: "when", AGE: "when", AGE_OVER_89: "when",
  LOCATION: "where", ZIP: "where", STATE: "where", ORGANIZATION: "where", PHONE: "contact", FAX: "contact", EMAIL: "contact", URL: "contact", IP: "contact",
};

/** The colour group of a label; every other label is a number. @param {string} label @returns {string} */
export const groupOf = (label) => GROUP_OF[label] || "number";

/**
 * Fills a pane with a text and its marks; of two that overlap the first and longer one is shown.
 * @param {HTMLElement} pane @param {string[]} points the text, by character
 * @param {{ from: number, to: number, tone: string, title: string, chosen?: boolean, more?: (mark: HTMLElement, words: string) => void }[]} marks
 */
export function fill(pane, points, marks) {
  const pieces = [];
  let done = 0;
  for (const one of [...marks].sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (one.from < done) continue;
    const words = points.slice(one.from, one.to).join("");
    const mark = made("mark", words, { className: one.chosen ? `${one.tone} chosen` : one.tone, title: one.title });
    if (one.more) one.more(mark, words);
    pieces.push(document.createTextNode(points.slice(done, one.from).join("")), mark);
    done = one.to;
  }
  pane.replaceChildren(...pieces, document.createTextNode(points.slice(done).join("")));
}
