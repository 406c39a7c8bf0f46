/** Who has the open conversation open too, kept for faces that come to the page after the server has told. */

import { on } from "lib/socket.js";

let last = { conversation: null, people: [] };

on("presence", (frame) => (last = frame));

export const peopleOf = (conversation) => (String(last.conversation) === conversation ? last.people : []);
