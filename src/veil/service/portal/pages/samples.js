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

// Files of persons who do not exist, to try the portal with.
export const FILES = [
  {
    name: "sample-patients.csv",
    text: `patient_id,mrn,first_name,last_name,birth_date,zip,phone,visit_date,diagnosis_code,weight_kg,note
1001,00482913,Marian,Okafor,1951-04-17,55802,218-555-0143,2024-11-02,I48.91,84.2,Seen with her daughter Grace Okafor.
1002,00519377,Theo,Hollis,1988-09-30,05641,802-555-0177,2024-11-03,E11.9,91.0,Call Mr. Hollis at 802-555-0177.
1003,00533820,Ines,Varga,1969-01-22,02139,617-555-0110,2024-11-05,J45.909,62.4,Dr. Lena Brandt will follow up.
`,
  },
  { name: "sample-note.txt", text: SAMPLES[0].text },
];
