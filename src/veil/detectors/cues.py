"""Cues: the words beside which a name or a place stands, and those beside which none does."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    "dr drs mr mrs ms mx miss prof professor doctor mister messrs rev reverend sir dame hon judge officer sgt "
    "sergeant capt captain lt lieutenant col colonel maj rabbi imam sr sra señor señora dra herr frau mme "
    "monsieur madame"
)
TITLES_SPELLED = _words(
    "miss professor doctor mister reverend sir dame judge officer sergeant captain lieutenant colonel rabbi "
    "imam señor señora sr sra col maj lt hon capt herr frau monsieur madame"
)

CREDENTIALS = _words(
    "md m.d do d.o rn r.n np n.p pa p.a pa-c pac phd ph.d dds d.d.s dmd d.m.d dpm d.p.m lpn l.p.n lvn crna "
    "c.r.n.a lcsw msw lmft lpc pharmd pharm.d dpt d.p.t pt ot otr otr/l slp ccc-slp bsn msn aprn arnp fnp "
    "fnp-c fnp-bc agnp cnm dnp psyd psy.d mbbs mbchb frcp frcs facs faap facc facog facp esq jd rd rdn ma cna "
    "emt paramedic dc d.c od o.d dvm bcps rrt rt cns mph dnp-c mft"
)
# Credentials that are also states or everyday abbreviations: only after a comma, behind two words of a name.
CREDENTIALS_LOOSE = _words("pt ot ma rt dc od do pa rd cns np jd")

# Keys that ask for the name of a person.
NAME_KEYS = _words("name names surname lastname firstname fullname alias nickname maiden aka a.k.a")
ROLE_KEYS = _words(
    "by patient pt pts client attending physician provider clinician doctor surgeon surgeons assistant "
    "assistants anesthesiologist anaesthesiologist anesthetist pcp consultant consultants nurse therapist "
    "author dictator transcriptionist cc attn attention re contact spouse wife husband mother father guardian "
    "guarantor subscriber insured informant historian interpreter witness caregiver carer proxy poa agent kin "
    "relative son daughter scribe resident fellow intern preceptor supervisor signature signed reviewer "
    "referring ordering requesting referred cosigner cosigned pathologist radiologist cardiologist technician "
    "technologist operator proceduralist endoscopist employee member beneficiary individual parent parents "
    "partner sibling brother sister mrp gp hospitalist intensivist neurologist oncologist psychiatrist "
    "psychologist counselor pediatrician dentist pharmacist midwife doula clerk coordinator navigator manager "
    "sender recipient to from requester dictated verified reviewed authenticated transcribed prepared "
    "reported performed copied subject donor perfusionist circulator scrub prescriber emergency responsible "
    "rn np md pa dr student instructor teacher first last middle preferred legal given family person speaker "
    "interviewer examiner evaluator"
)

RELATIVES = _words(
    "husband wife spouse partner son daughter mother father mom mum dad brother sister aunt uncle niece "
    "nephew cousin grandmother grandfather grandma grandpa granddaughter grandson stepson stepdaughter "
    "stepmother stepfather stepmom stepdad boyfriend girlfriend fiance fiancé fiancee fiancée friend roommate "
    "caregiver caretaker neighbor neighbour guardian twin sons daughters sisters brothers mother-in-law "
    "father-in-law son-in-law daughter-in-law brother-in-law sister-in-law ex-husband ex-wife godmother "
    "godfather coworker landlord pastor sibling parents baby infant child"
)

# A person's deeds: what stands behind a name that is the subject of a sentence.
DEEDS = _words(
    "reports reported denies denied states stated presents presented presenting complains complained endorses "
    "endorsed says said lives lived describes described notes underwent returns returned comes came arrives "
    "arrived takes took feels felt agrees agreed understands understood requests requested drinks smokes "
    "works worked verbalized verbalizes tolerated asked asks called calls recalls wants wanted admits "
    "admitted remains claims brought voiced confirmed confirms reviewed signed dictated wrote recommended "
    "recommends examined evaluated performed discussed explained ordered prescribed assisted attends attended "
    "mentions mentioned believes thinks would has had is was will who and"
)
DEEDS_SURE = DEEDS - _words("would has had is was will who and notes called reviewed performed remains felt")

DEEDS_TOLD = _words(
    "reports denies states endorses complains says lives feels verbalizes describes requests wants agrees drinks smokes"
)

# Verbs and prepositions that a person stands behind.
TOWARDS = _words(
    "by with per named called via contacted consulted paged notified informed saw met told asked thanked "
    "assisted nee née"
)
AFTER_VERB = _words(
    "seen evaluated examined treated followed referred dictated signed performed reviewed discussed spoke "
    "spoken speaking talked met consulted consultation conferred called cared interviewed assisted reported "
    "ordered prescribed recommended transcribed verified authenticated accompanied brought managed attended "
    "supervised admitted placed staffed completed appointment visit visits visited agrees lives living "
    "married"
)

NOT_NAMES = _words(
    "the a an and or of in on at to for with without from by is was are were be been has have had he she it "
    "they we i you his her their this that these those there then than as if when while which who what where "
    "why how not no yes none all any some each both after before during since until once also please see per "
    "via into over under about again more most other such same so but nor too very just only own may might "
    "must shall should would could can do does did done its our your my me him them us new old left right "
    "bilateral upper lower anterior posterior lateral medial patient patients pt history past present chief "
    "complaint date time name age sex male female man woman exam examination physical vital vitals signs "
    "blood pressure pulse heart lung lungs abdomen chest head neck skin eyes ears nose throat back spine arm "
    "leg hand foot knee hip shoulder review systems social family surgical medical medications allergies "
    "assessment plan impression diagnosis diagnoses procedure procedures operation findings indications "
    "indication description technique anesthesia specimens specimen complications drains estimated loss "
    "disposition condition stable discharge admission follow following followup instructions normal abnormal "
    "positive negative mild moderate severe acute chronic pain unknown denies denied alert oriented today "
    "yesterday tomorrow monday tuesday wednesday thursday friday saturday sunday january february march april "
    "june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
    "emergency department room unit service clinic hospital center office school university college pharmacy "
    "county city state street north south east west american african english spanish caucasian asian hispanic "
    "christian catholic jewish muslim medicare medicaid insurance general internal medicine surgery "
    "cardiology neurology oncology radiology pathology pediatrics psychiatry orthopedics urology dermatology "
    "nursing note notes report record chart page copy form section number code phone fax email address "
    "contact consent risk risks benefits alternatives dear sincerely regards thank thanks hello hi attn "
    "regarding subject informed written verbal signed dictated electronically test tests results result lab "
    "labs imaging ct mri xray mr ekg ecg cbc iv po bid tid prn er icu ed nicu picu dob mrn ssn hx dx tx rx sx "
    "fx cc hpi pmh psh ros wbc rbc hgb bun ast alt inr mg ml kg cm mm lt rt s p c o n/a tbd na self nil ltd "
    "inc llc currently previously recently however therefore although because initially subsequently "
    "additionally given using noted discussed explained continue continued start started stop stopped "
    "increase decrease will well good fair poor"
)

# Nouns behind an eponym: what is named after a person is no person.
THINGS = _words(
    "disease diseases syndrome sign test tests score scale criteria classification reflex maneuver manoeuvre "
    "procedure technique approach position incision fracture dislocation deformity contracture lesion lesions "
    "nodes nodules spots cyst ulcer esophagus hernia tumor sarcoma lymphoma palsy phenomenon response law "
    "triad triangle line angle ligament fascia pouch space duct gland canal fossa node tubercle membrane "
    "layer ring point index grade stage staging level catheter clamp clamps retractor retractors forceps "
    "scissors needle tube drain drains bag pump valve stent graft plate screw screws rod rods nail pin pins "
    "wire wires suture sutures stitch knot blade knife saw elevator rongeur curette curettes speculum hook "
    "hooks probe dilator dilators trocar port cannula bougie sound laryngoscope bronchoscope endoscope scope "
    "dressing bandage brace splint cast collar boot boots wrap stockings sling frame table headrest holder "
    "tongs traction bed hammer chart lens stain agar gram solution medium method formula equation protocol "
    "prep anesthesia block catheterization cautery electrocautery suction snare balloon filter shunt "
    "reservoir monitor machine lamp tape glue gel foam powder operation resection repair anastomosis "
    "arthroplasty osteotomy fundoplication herniorrhaphy hysterectomy amputation flap stapler instrument "
    "gastrectomy bypass loop limb patch prosthesis implant implants component cup stem insert ballet "
    "exercises exercise thyroiditis ataxia chorea dystrophy dementia encephalopathy anemia nephropathy "
    "arthritis aphasia bodies body cells cell phase respiration respirations breathing murmur fracture's "
    "encephalitis purpura granulomatosis tetralogy staghorn hepatitis bacillus virus questionnaire inventory "
    "assessment trial study study's ophthalmopathy orbitopathy pneumonia circulation area nerve ganglion "
    "muscle sphincter tendon tumour disorder anomaly malformation aneurysm fundoplasty vein artery rule "
    "criterion effect factor unit units tablet tablets capsule mg gastric's nonunion's gastropathy sponge "
    "sponges rake self-retaining gauge french"
)

# Instruments, eponyms and brands that people are called too. Public terms of the trade; a title makes each a name.
EPONYMS = _words(
    "foley kocher allis bovie kelly metzenbaum mayo debakey babcock richardson weitlaner jackson pratt "
    "penrose hemovac veress hasson deaver senn adson frazier gelpi bookwalter balfour yankauer swan ganz "
    "hickman broviac groshong quinton trendelenburg fowler fowler's betadine mcburney pfannenstiel kerlix "
    "bonney ferguson crile rochester schnidt tonsil army navy hohmann bennett cobb kerrison penfield leksell "
    "woodson gardner mayfield wilson steinmann kirschner gigli hegar sims graves auvard heaney zeppelin "
    "jacobs haney o'connor o'sullivan debridement thompson hibbs cloward caspar midas rex synthes stryker "
    "zimmer depuy biomet medtronic smith nephew baxter abbott guidant boston scientific cordis cook bard "
    "ethicon covidien davol mentor allergan alcon storz wolf olympus karl gram romberg babinski murphy "
    "rovsing homans tinel phalen lachman mcmurray hawkins neer spurling brudzinski kernig chvostek trousseau "
    "virchow doppler holter valsalva kegel heimlich apgar glasgow karnofsky braden morse norton wells child "
    "pugh ranson killip mallampati cormack lehane bishop tanner dubowitz ballard gleason breslow clark dukes "
    "fuhrman crohn hashimoto addison cushing parkinson alzheimer huntington hodgkin burkitt kaposi wilms "
    "ewing paget barrett meckel hirschsprung down turner klinefelter marfan ehlers danlos raynaud sjogren "
    "sjögren behcet behçet reiter still felty bell horner guillain barre barré charcot marie tooth lou gehrig "
    "lewy pick korsakoff wernicke tourette asperger rett reye kawasaki dupuytren colles pott lisfranc jones "
    "salter harris maisonneuve monteggia galeazzi bankart hill sachs baker morton dequervain quervain perthes "
    "legg calve osgood schlatter scheuermann sever wolff white brugada fallot ebstein eisenmenger cheyne "
    "stokes kussmaul biot adams osler janeway roth dressler prinzmetal beck billroth roux whipple nissen "
    "heller hartmann miles lichtenstein bassini shouldice ivor lewis puestow kasai ladd ramstedt dor toupet "
    "stamm witzel hunner skene bartholin cooper poupart scarpa camper douglas gerota denonvilliers winslow "
    "treitz vater oddi wirsung santorini calot glisson morison peyer langerhans bowman henle loop wharton "
    "stensen waldeyer rathke broca purkinje his chance jefferson harrington luque cotrel braun stevens "
    "johnson steven lyell hansen lyme coxsackie norwalk epstein barr legionnaire bartonella salmonella "
    "shigella escherichia ringer ringers hank dakin burow domeboro lugol giemsa wright wood schirmer snellen "
    "ishihara jaeger amsler goldmann humphrey rinne weber schwabach dix hallpike epley barany lasegue patrick "
    "faber gaenslen thomas ober trendelenberg galant moro ortolani barlow allen roos brodie hoffman hoffmann "
    "hoffa macintosh miller magill bullard glidescope eschmann ambu bain mapleson guedel berman sengstaken "
    "blakemore minnesota cantor dobhoff keofeed levin salem malecot pezzer coude robinson council tenckhoff "
    "hohn mediport angio seldinger cournand amplatz simmons judkins sones terumo glidewire palmaz wallstent "
    "greenfield gore dacron carpentier edwards starr bjork shiley st jude hancock ross maze cox glenn fontan "
    "norwood blalock taussig mustard senning rastelli konno lortab percocet tylenol motrin"
)

PLACEHOLDERS = _words("a b c x y z xyz abc abcd xxx xx xxxx yyy zzz")

PARTICLES = _words(
    "de la del della der den van von vander di da du dos das bin ibn al el le ter ten y san santa st mac mc abu"
)

FACILITIES = _words(
    "hospital hospitals clinic clinics infirmary hospice sanatorium sanitarium polyclinic healthcare "
    "institute pavilion university college academy school elementary pharmacy orthopedics orthopaedics "
    "cardiology pediatrics paediatrics dermatology oncology neurology urology ophthalmology psychiatry "
    "radiology gastroenterology obstetrics gynecology associates physicians manor church synagogue mosque "
    "prison jail orphanage laboratories laboratory hosp surgicenter medcenter medicenter rehab rehabilitation"
)
FACILITY_PAIRS = {
    "center": _words(
        "medical health healthcare surgery surgical care cancer heart trauma rehabilitation rehab nursing "
        "community treatment wellness imaging eye women's children's recovery counseling family oncology "
        "diagnostic behavioral dialysis endoscopy outpatient ambulatory regional memorial pain sleep "
        "correctional convalescent living senior day retirement science sciences"
    ),
    "ctr": _words("med medical health cancer heart"),
    "centre": _words(
        "medical health care cancer surgical community treatment"
    ),
    "home": _words(
        "nursing care funeral convalescent retirement group"
    ),
    "system": _words(
        "health healthcare hospital care medical"
    ),
    "group": _words(
        "medical physician physicians health care"
    ),
    "care": _words(
        "urgent primary family managed memory assisted skilled home health"
    ),
    "practice": _words(
        "family medical group general"
    ),
    "medicine": _words(
        "family internal sports school"
    ),
    "health": _words(
        "behavioral mental community public county university home kaiser"
    ),
    "unit": _words("rehabilitation rehab care nursing"),
    "services": _words(
        "health medical ambulance home emergency hospice"
    ),
    "department": _words(
        "police fire"
    ),
    "facility": _words(
        "nursing care correctional living rehabilitation health"
    ),
    "living": _words(
        "assisted independent"
    ),
    "base": _words(
        "force army naval military"
    ),
    "district": _words(
        "school"
    ),
}  # fmt: skip
GENERIC = _words(
    "the our this that their your his her a an any another each every local outside primary general main same "
    "new old pain wound sleep surgery surgical outpatient inpatient emergency urgent cancer heart eye dental "
    "rehab rehabilitation rehabilitative nursing medical health healthcare care community day treatment "
    "recovery family women's children's orthopedic orthopedics cardiac cardiology neurology oncology "
    "psychiatric pediatric pediatrics diabetes coumadin warfarin anticoagulation pacemaker hospital clinic "
    "center skilled acute long-term assisted living transitional trauma burn vascular diagnostic imaging "
    "radiology laboratory lab high middle elementary medicine physical speech occupational therapy "
    "preoperative postoperative pre post high-risk device stroke epilepsy headache spine foot hand joint "
    "breast fertility infertility dialysis endoscopy ambulatory regional public private state county city "
    "national correctional senior home group teaching tertiary at in to from of for and is was with per on "
    "follow-up followup admit admitted patient discharge discharged dr mr mrs ms er ed or icu retirement "
    "graduate mental behavioral sports internal law law's nurse's police fire continue consult see refer via"
)
WELL_KNOWN = (
    "cedars-sinai", "cedar sinai", "cedars sinai", "baylor scott", "nyu langone", "johns hopkins", "mt sinai",
    "mount sinai", "mass general", "massachusetts general", "md anderson", "sloan kettering", "beth israel",
    "kaiser permanente", "kaiser", "ucsf", "ucla", "ucsd", "mount auburn", "brigham and women's", "geisinger",
    "intermountain", "sutter health", "northwell", "hackensack meridian", "penn medicine", "dana-farber",
    "memorial sloan kettering", "upmc", "medstar", "va", "stanford health", "duke health",
)  # fmt: skip

LIVES = _words(
    "lives live lived living resides reside resided residing resident residents raised born relocated "
    "native hometown dwells homeless travelled traveled traveling travelling vacationing vacationed "
    "commutes grew"
)
MOVES = _words("moved moving settled drove flew returned")
TOWARDS_PLACE = _words("in from near outside to around through toward towards at of")

# What is done at an institution, before `at` or `to`.
TREATED = _words(
    "seen treated evaluated admitted assessed reviewed operated performed imaging done visited hospitalized "
    "hospitalised followed presented transferred discharged referred surgery scan biopsy mri ct care "
    "appointment stay stayed works worked employed delivered underwent consulted study studies visit "
    "admission procedure"
)
SITE_KEYS = _words(
    "institution facility hospital clinic site employer school location pharmacy center organization unit "
    "ward practice agency"
)
PLACE_KEYS = _words(
    "locality city town hometown county residence address village municipality neighborhood birthplace community "
    "origin suburb borough township"
)
CREDENTIAL_STATES = _words("MD PA DO MA OR IN ME HI OK ID MS CO CT LA AL DC VA AR NC")

CUES = TITLES | NAME_KEYS | ROLE_KEYS | RELATIVES | TOWARDS | CREDENTIALS | {"is", "was", "as"}
CUES_BORNE = _words("judge dean clerk page miles gay do ma od ten maj per pastor")
MONTHS = _words("january february march april may june july august september october november december")
NEVER_DOTTED = _words("miss professor doctor mister reverend sir dame judge officer sergeant captain rabbi imam")
THING_KEYS = _words(
    "file test drug medication device brand generic trade product hospital facility clinic study trial group "
    "plan insurance company employer pharmacy school street city town county procedure diagnosis user domain"
)
LETTERED = _words("vitamin hepatitis type grade stage level class group part section figure table factor protein")
SURE_HEADS = _words("hospital clinic university center")
OF_HEADS = _words("university hospital college hospitals clinic school institute")
SIDES = _words("north south east west new old city upper lower county street saint")
OFFICES = _words("office facility branch location center site practice campus ward")
ORDERS = _words(
    "mercy st saint sacred holy providence baptist methodist presbyterian lutheran adventist trinity ascension va"
)
SERVES = _words("regional memorial general methodist baptist presbyterian va vamc")
IN_FACILITY = _words("general north south east west new county city state university college clinic american medical")
LEADING = _words("the at in to from our this of and a an his her their")
INSTITUTIONAL = _words(
    "general university regional community memorial county city central children's women's veterans state"
)
SUFFIXES = _words("jr sr ii iii iv")
PERSONS = _words(
    "person patient individual doctor clinician nurse caregiver carer provider physician owner contact surgeon "
    "therapist client resident attending member adult child mother father guardian woman man"
)
