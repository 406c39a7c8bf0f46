/** What a person decided about calls, on its way to the server; the outbox keeps it over breaks and reloads. */

import { outbox } from "lib/outbox.js";
import { sending } from "lib/sending.js";

const isAnswer = ({ frame }) => frame.type === "tool.answer";

export const answers = {
  /** `answer`: {message, call, action, arguments?, result?, is_error?} */
  send: (answer) => sending.answerCall(answer),
  isOnItsWay: ({ message, call }) =>
    outbox.waiting().some((entry) => isAnswer(entry) && entry.frame.message === message && entry.frame.call === call),
};
