/** What a generation's form makes of the files given: which place each takes, which task that is, what is missing. Pure. */

const ORDER = ["first_frame", "last_frame", "source", "mask", "reference"];
const MOVES = new Set(["", "first_frame", "source", "reference"]); // a last frame or a mask is nothing else

/** Every place of the form, the widest of each role: [{role, maximum, kinds}]. */
export function slotsOf(form) {
  const found = new Map();
  for (const { role, maximum, kinds } of form.tasks.flatMap(({ slots = [] }) => slots)) {
    const known = found.get(role) ?? { role, maximum: 0, kinds: [] };
    known.maximum = Math.max(known.maximum, maximum ?? 1);
    known.kinds = [...new Set([...known.kinds, ...(kinds ?? ["image"])])];
    found.set(role, known);
  }
  return [...found.values()].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
}

/** `roles` counted: {first_frame: 1}. */
export function counted(roles) {
  const counts = {};
  for (const role of roles) counts[role] = (counts[role] ?? 0) + 1;
  return counts;
}

const slot = (task, role) => (task.slots ?? []).find((one) => one.role === role);
const mostOf = (task, role) => (slot(task, role) ? (slot(task, role).maximum ?? 1) : 0);
const hasRoom = (task, counts) => Object.entries(counts).every(([role, count]) => count <= mostOf(task, role));
const missingIn = (task, counts) =>
  (task.slots ?? []).flatMap(({ role, minimum = 0, kinds = ["image"] }) => {
    const count = minimum - (counts[role] ?? 0);
    return count > 0 ? [{ role, count, kinds }] : [];
  });

/** The task that takes files in exactly these roles, or null: the first that fits, as chats/catalog/form.py has it. */
export function taskFor(form, roles) {
  const counts = counted(roles);
  return form.tasks.find((task) => hasRoom(task, counts) && !missingIn(task, counts).length) ?? null;
}

/** `{task, missing}`: the task meant by what is filled so far; null as task where no task takes it all. */
export function meant(form, roles) {
  const exact = taskFor(form, roles);
  if (exact) return { task: exact, missing: [] };
  const counts = counted(roles);
  const possible = form.tasks.filter((task) => hasRoom(task, counts));
  const lack = (task) => missingIn(task, counts).reduce((sum, { count }) => sum + count, 0);
  const [task = null] = possible.toSorted((a, b) => lack(a) - lack(b));
  return { task, missing: task ? missingIn(task, counts) : [] };
}

/** May one more file take this role beside the others? */
export function isOpen(form, roles, role) {
  const counts = counted([...roles, role]);
  return form.tasks.some((task) => hasRoom(task, counts));
}

/** Which role each file gets: {key: role}, "" where the form has no place for it.
 *
 * `files`: [{key, kind, role}] in order. A role that was chosen is kept where the form has it; the rest fill up.
 */
export function placed(form, files) {
  const slots = slotsOf(form);
  const found = Object.fromEntries(files.map(({ key }) => [key, ""]));
  const taken = () => Object.values(found).filter(Boolean);
  const takes = (role, kind) => slots.some((one) => one.role === role && one.kinds.includes(kind)) && isOpen(form, taken(), role);
  for (const { key, kind, role } of files) if (role && takes(role, kind)) found[key] = role;
  for (const { key, kind, role = "" } of files) {
    if (found[key] || !MOVES.has(role)) continue;
    const free = slots.find((one) => one.role !== "mask" && takes(one.role, kind));
    if (free) found[key] = free.role;
  }
  return found;
}

/** Can this form take all files in exactly the roles they have? */
export function takesAll(form, files) {
  const own = placed(form, files);
  return files.every(({ key, role }) => own[key] === role) && Boolean(taskFor(form, files.map(({ role }) => role)));
}
