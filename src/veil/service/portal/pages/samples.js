// Three notes of persons who do not exist.
export const SAMPLES = [
  {
    name: "Discharge summary",
    text: `Lakeside General Hospital, 1200 Harbor Ave, Duluth, MN 55802
Patient: Marian Okafor      DOB: 04/17/1951      MRN: 00482913
Admitted 11/02/2024, discharged 11/06/2024.

Mrs. Okafor is a 73-year-old woman with atrial fibrillation who came with shortness of breath. Her daughter, Grace
Okafor (218-555-0143), was with her. Dr. Lena Brandt started furosemide 40 mg twice a day; weight fell from 84.2 to
80.1 kg. Echo on 11/04/2024: ejection fraction 45 %.

Follow-up with Dr. Brandt on November 20. Questions: cardiology@lakeside.example.org or (218) 555-0199.`,
  },
  {
    name: "Telephone note",
    text: `Mr. Hollis called at 9:40 about his refill. SSN on file 219-09-9999, member ID XQW774120031. He is 92 years old,
lives alone at 88 Quarry Rd, Barre VT, and takes metformin 500 mg. Pharmacy fax 802-555-0177. Told to come Monday.
His grandson Theo drives him. Device: Dexcom G6 serial number SN-4471-KQ-09. -- RN Paula Whitcomb`,
  },
  {
    name: "Text without identifiers",
    text: `Chest X-ray, two views. Heart size is normal. Lungs are clear without effusion or pneumothorax. Degenerative
changes of the thoracic spine, grade 2 of 4. Impression: no acute disease. Compare with Parkinson and Cushing features
in the history: none seen. Continue warfarin 5 mg; INR 2.4; goal 2 to 3.`,
  },
];
