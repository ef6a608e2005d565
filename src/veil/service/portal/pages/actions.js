// Words for what columns are and for what happens to them, with invented examples of the same shape.

const KINDS = {
  id: "ID", integer_id: "Numeric ID", own_id: "ID of the row", person_name: "Name", given_name: "First name", family_name: "Last name",
  staff_name: "Staff name", organization: "Organization", date: "Date", datetime: "Date and time", birth_date: "Date of birth",
  birth_year: "Year of birth", date_part: "Part of a date", time: "Time of day", zip: "ZIP code", county: "County", city: "City",
  state: "State", address: "Address", coordinates: "Coordinates", phone: "Phone number", email: "E-mail address",
  number: "Identifying number", age: "Age", text: "Free text", code: "Code", measure: "Measurement", empty: "Empty",
};

const EXAMPLES = {
  id: "00482913", integer_id: "482913", own_id: "E-20481", person_name: "Marian Okafor", given_name: "Marian", family_name: "Okafor",
  staff_name: "Lena Brandt", organization: "Lakeside Hospital", date: "2024-11-02", datetime: "2024-11-02 09:40", birth_date: "1951-04-17",
  birth_year: "1951", date_part: "April", time: "09:40", zip: "55802", county: "St. Louis", city: "Duluth", state: "MN",
  address: "88 Quarry Rd", coordinates: "46.78, -92.10", phone: "218-555-0143", email: "m.okafor@example.org", number: "219-09-9999",
  age: "93", text: "Seen by Dr. Brandt", code: "I48.91", measure: "84.2",
};

const REPLACED = {
  person_name: "Helen Torres", given_name: "Helen", family_name: "Torres", staff_name: "Paula Reed", organization: "Northfield Clinic",
  city: "Fairview", address: "12 Maple Ave", phone: "303-555-0188", email: "h.torres@example.net",
};

const SHIFTED = { date: "2024-09-17", datetime: "2024-09-17 09:40", birth_date: "1951-03-02", birth_year: "1951" };

const ACTIONS = {
  keep: ["Keep unchanged", (value) => value],
  drop: ["Remove", () => "(removed)"],
  remove: ["Remove", () => "(removed)"],
  scan: ["Scan the text", () => "Seen by Dr. [NAME]"],
  pseudonym: ["Replace with a random code", (value) => (/^\d+$/.test(value) ? "70315566" : "k7Rq2Xw9")],
  code: ["Replace with a random code", () => "C-0381"],
  hash: ["Replace with a keyed hash", () => "9f2c41d07a55"],
  shift: ["Shift with the patient's dates", (_value, kind) => SHIFTED[kind] || "2024-09-17"],
  year: ["Keep the year", () => "2024"],
  birth_year: ["Keep the year of birth", () => "1951"],
  month: ["Keep year and month", () => "2024-11"],
  zip3: ["Keep the first three digits", () => "558"],
  age: ["Group ages of 90 and over", () => "90+"],
  age_at: ["Replace with the age", () => "73"],
  shifted_age: ["Keep the age of the shifted dates", () => "73"],
  band: ["Group into ranges", () => "80 to 90"],
  round: ["Round", () => "84"],
  surrogate: ["Replace with an invented value", (_value, kind) => REPLACED[kind] || "Helen Torres"],
  placeholder: ["Replace with a label", (_value, kind) => `[${(KINDS[kind] || kind).toUpperCase()}]`],
  mask: ["Mask", (value) => "*".repeat(value.length)],
  constant: ["Replace with a fixed text", () => "REDACTED"],
  generalize: ["Generalise", () => "(wider group)"],
};

// The word of an operator: `surrogate(kind=given_name)` is `surrogate`; `shift(birth=true)` is `shift`.
function operatorOf(rule) {
  return rule.split(/[^a-z0-9_]/)[0];
}

export function kindOf(kind) {
  return KINDS[kind] || kind;
}

// What a rule does, in words.
export function actionOf(rule) {
  const action = ACTIONS[operatorOf(rule)];
  return action ? action[0] : rule;
}

// What an option of the plan means: keep, drop and scan are rules; any other is a kind, treated as the policy says.
export function choiceOf(option) {
  return ["keep", "drop", "scan"].includes(option) ? actionOf(option) : `Treat as: ${kindOf(option).toLowerCase()}`;
}

// An invented value before and after a rule; empty where the rule is not known here.
export function exampleOf(kind, rule) {
  const value = EXAMPLES[kind] || "A1";
  const action = ACTIONS[operatorOf(rule)];
  if (!action) return "";
  const after = action[1](value, kind);
  return after === value ? value : `${value} → ${after}`;
}
