"""Words that decide what a capitalized phrase is. General English and legal usage only; no list of people."""

from __future__ import annotations


def make_words(text: str) -> frozenset[str]:
    """Make a set of the words of a text."""
    return frozenset(text.split())


TITLES = make_words(
    "Mr Mrs Ms Miss Mx Messrs Dr Drs Doctor Prof Professor Sir Dame Lord Lady Madam Mme Mlle Rev Reverend Fr Rabbi "
    "Imam Sgt Sergeant Det Detective Lt Lieutenant Capt Captain Cpl Corporal Maj Major Col Colonel Gen General "
    "Officer Ofc Trooper Deputy Sheriff Inspector Constable Agent Nurse Senator Sen Rep Representative Congressman "
    "Congresswoman Governor Gov Mayor President Speaker Secretary Commissioner Warden Chancellor Ambassador "
    "Chairman"
)
"""Courtesy titles and offices that stand directly before a name."""

FEMALE_TITLES = make_words("mrs ms miss lady dame madam mme mlle")
MALE_TITLES = make_words("mr sir lord messrs")

ROLES = make_words(
    "Plaintiff Plaintiffs Defendant Defendants Petitioner Petitioners Respondent Respondents Appellant Appellants "
    "Appellee Appellees Movant Claimant Claimants Debtor Creditor Intervenor Witness Deponent Affiant Declarant "
    "Relator Decedent Applicant Licensee Licensor Lessee Lessor Tenant Landlord Buyer Seller Borrower Lender "
    "Guarantor Employee Employer Insured Insurer Inventor Inventors Assignee Attorney Attorneys Counsel Victim "
    "Patient"
)
"""Parts that a person or a company plays in a case; a name may follow."""

NAME_SUFFIXES = make_words("jr sr ii iii iv esq esquire md phd jd cpa rn pe")

PARTICLES = make_words(
    "de del della der den des di du da dos la las le los van von ter ten al el bin ibn ben bint abu af av zu"
)

ORG_SUFFIXES = (
    r"Inc|Incorporated|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Co|Company|Companies|LLP|L\.L\.P|LP|L\.P|PLLC"
    r"|P\.L\.L\.C|P\.C"
    r"|PC|P\.A|N\.A|GmbH|AG|S\.A|S\.A\.S|S\.p\.A|B\.V|N\.V|plc|PLC|Pty|Oy|AB|A\/S|KG|SE|d\.o\.o|OOO|ZAO|S\.r\.l"
)
ORG_HEADS = (
    r"Bank|Trust|University|College|School|Academy|Institute|Hospital|Clinic|Medical\s+Center|Association"
    r"|Society|Foundation"
    r"|Union|Federation|League|Alliance|Coalition|Church|Chapel|Temple|Mosque|Synagogue|Ministries|Partners"
    r"|Partnership"
    r"|Group|Holdings|Enterprises|Industries|Insurance|Assurance|Indemnity|Mutual|Systems|Services|Solutions"
    r"|Technologies"
    r"|Laboratories|Pharmaceuticals|Properties|Realty|Investments|Capital|Ventures|Associates|Brothers|Sons"
    r"|Airlines|Railway"
    r"|Railroad|Motors|Lines|Logistics|Shipping|Trucking|Freight|Foods|Farms|Builders|Contractors|Newspapers?|Press|Media|Broadcasting|Restaurant|Hotel|Club|Party|Museum|Cooperative|Consortium"
)
AGENCY_HEADS = (
    r"Department|Ministry|Bureau|Agency|Administration|Commission|Board|Office|Authority|Directorate|Council"
    r"|Committee"
    r"|Division|Service|Secretariat|Inspectorate|Registry|Prosecutor(?:[’']s)?\s+Office|Police|Government"
    r"|Parliament|Senate"
    r"|Assembly|Legislature|Congress|Municipality|Prefecture|Embassy|Consulate|Army|Navy|Gendarmerie|Prison"
    r"|Penitentiary|Chamber|Tribunal|Inspection|Institution"
)

MONTHS = (
    r"January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
NUMBER_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|several|a\s+few"
)

ABBREVIATIONS = make_words(
    "U.S U.K U.N E.U Q.C K.C R.G E.H.R.R O.J N.C S.C N.Y D.C N.J N.H N.M N.D S.D R.I W.D E.D M.D C.D W.Va L.A P.C P.A P.O A.M P.M a.m p.m "
    "i.e e.g U.S.C C.F.R F.R.D S.E S.W N.E N.W A.D C.J J.J P.J J.D M.D Ph.D B.A M.A D.O O.K S.Ct L.Ed F.Supp Fed.R "
    "No.S A.L.R U.C.C I.R.C I.R.S F.B.I C.I.A S.E.C D.O.J L.L.C L.L.P N.A S.A B.V N.V V.A E.C E.C.H.R A.D.A T.R.O "
    "R.C U.S.A Ed Cir"
)
"""Dotted capitals, written without the last dot, that are no one's initials."""

_LEGAL = """
a an the of and or in on at to for by with from under upon as is it its this that these those such any all each no
not per court courts judge judges justice justices magistrate jury clerk chief circuit district division state
states united federal national county city town supreme superior appellate appeals appeal common pleas bankruptcy
chancery tribunal bench plaintiff plaintiffs defendant defendants petitioner petitioners respondent respondents
appellant appellants appellee appellees movant movants claimant claimants intervenor intervenors party parties
debtor creditor counsel attorney attorneys lawyer lawyers solicitor general government prosecutor prosecution
defense defence witness witnesses deponent affiant complaint complaints petition petitions motion motions order
orders opinion opinions judgment judgments brief briefs memorandum reply response opposition answer counterclaim
crossclaim notice affidavit declaration exhibit exhibits appendix attachment schedule stipulation subpoena summons
transcript deposition discovery interrogatory interrogatories request requests admission admissions injunction
decree verdict ruling decision decisions holding syllabus footnote docket act acts code codes constitution
constitutional amendment amendments article articles section sections chapter chapters title titles rule rules
regulation regulations statute statutes law laws clause clauses paragraph paragraphs subsection part parts
convention protocol treaty directive ordinance bylaws charter policy policies count counts claim claims issue issues
fact facts background introduction conclusion argument arguments discussion analysis summary statement statements
relief prayer jurisdiction venue standing damages liability negligence breach contract contracts agreement
agreements lease deed warranty indemnity arbitration mediation settlement term terms condition conditions covenant
covenants obligation obligations duty duties payment payments price fee fees cost costs interest principal amount
amounts date dates effective closing termination notices confidential confidentiality information affiliate
affiliates licensee licensor lessee lessor landlord tenant buyer seller borrower lender guarantor employee employees
employer company companies corporation corporations partnership firm association product products service services
property properties premises patent patents invention inventions application applications applicant applicants
inventor inventors embodiment figure fig figs drawing abstract specification trademark copyright mark goods software
data system systems method apparatus device examination direct cross redirect question questions videographer
reporter whereas therefore wherefore hereby herein hereto hereof hereinafter thereof thereto pursuant accordingly
however moreover furthermore although because since while when where whether if then than thus also further first
second third fourth fifth sixth seventh eighth ninth tenth eleventh d.c nos number page pages line lines table
contents authorities cases other id ibid supra infra cf see e.g i.e et al etc id. v vs versus re ex rel ante post
hon honorable mr mrs ms miss dr sir madam esq jr sr ii iii iv he she they we you i his her their our your him them
us my me who whom whose which what january february march april may june july august september october november
december monday tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter today tomorrow
yesterday day week month year president governor senator representative speaker secretary director commissioner
chairman chair officer officers trustee trustees board commission committee council department agency bureau office
authority ministry minister administration legislature senate house congress assembly parliament police sheriff army
republican democratic dear sincerely respectfully submitted dated filed entered signed sealed certified certificate
via ecf email telephone tel fax website suite floor street avenue road box new north south east west northern
southern eastern western central middle upper lower great good bad true false yes bank trust university hospital
school church college english french german latin internet web online covid pandemic bible god proceedings
proceeding proceed granting granted grant denying denied deny dismiss dismissed dismissal affirm affirmed reverse
reversed remand remanded vacate vacated stay stayed pending support alternative extension time answering opening
final interim preliminary partial joint several emergency expedited leave file filing filings suggestion transfer
plan case matter action actions trial hearing hearings review writ certiorari habeas corpus mandamus certification
class collective individual individuals person persons people citizen citizens public private official capacity how
did do does done have has had are were was will would can could should shall might must please anything nothing
everything something every only once twice two three so most more even tell let now comes showing shown isn aren don
didn wasn weren doesn hearsay compensatory punitive special specific reasonable actual nominal statutory treble
receiving disclosing contracting indemnified indemnifying breaching defaulting requesting notifying non nondisclosure
exemplary disgorgement restitution waiver limitation limitations license licenses insurance distributor distributors
manufacturer manufacturers contractor contractors subcontractor subcontractors supplier suppliers vendor vendors
customer customers consultant consultants provider providers conventional unopposed opposed requested factual legal
whereof moot bates mould performance pre after before during between among neither either both reasons reason
presented provisions provision involved below related applicable panel dc registrar agent agents delegate delegates
assistant member members deputy rapporteur professor vice acting ssn ein dob tin usc cfr mdl pdf gps dna pacer
curiam estoppel appearance record form entry instructions name address none ct cir app mem pub tit res rev supp stat
stats civ crim proc conf sess super econ nat indep comm okla tex fla cal ala ariz ark colo conn del ga ill ind kan
ky la mass md mich minn mo mont neb nev ohio ore pa tenn utah vt va wash wis wyo fed feb jan mar apr aug sept oct
nov dec dist dep dept govt admin assn ed eds vol art arts sec ch cl para exs doc docs dkt cert op slip tr ann bankr
evid hosp pkg mfg corr trans intl commr commn distr atty benefits responses consent reports report leadership
appointment appointments master masters collection protective protection seek seeks enact enacts enacted strike
strikes struck down implement implements remedial congressional framers courthouse courthouses elections election
electoral redistricting foreword supersedeas promissory guarantee guaranteed limit limits limited dependent spouse
life death disability medical health history reflect reflects examiner delivery receipt representation
representations profile profiles forms team bellwether selection process stipulations concerning redactions
redaction subject longer electronic purchase disclosure disclosures corporate affiliation affiliations bar enclosure
manager dial civil procedural procedure criminal evidence free speech exercise religion establishment press
enforcement employment practices litigation management development planning coverage premium endorsement exclusion
exclusions occurrence accident injury injuries treatment surgery doctor physician patient wages hours overtime
compensation bonus salary account accounts invoice invoices shipment inspection acceptance rejection assignment
assigns successors cure default remedies remedy severability entire counterparts headings governing choice forum
dispute resolution annex recitals definitions interpretation warranties indemnification force majeure survival
miscellaneous signature signatures executed execution undersigned hereunto set hand above written commerce trade
market markets computer computers devices network networks server database user users framework structure element
elements step steps unit units module component portion layer surface side end top bottom left right front rear old
little big high low long short early late next last same different certain many few some another okay sure correct
objection overruled sustained sworn duly break recess continued resumed marked identification plaintiffs-appellants
parte pro tempore tem amici amicus curiae sua sponte nunc tunc prima facie stare decisis defs pls objs resp mot
demand demands demanded amended verified joinder consolidated supplemental substituted substitution withdraw withdrawal quash
compel recusal sanctions recommendation scheduling pretrial conference proposed findings minutes foreclosure eviction
detainer temporary restraining permanent voluntary involuntary removal errata corrected compliance verification
acknowledgment defenses affirmative severance bifurcation continuance tolling status cause hereof courtroom
taken advisement abeyance resentencing
decl compl stip esi pto cmo nda mou tro hipaa foia rico erisa nlra fdcpa fcra fmla frcp frap fre
"""
LEGAL_WORDS = make_words(_LEGAL)
"""Lower-case words that, alone or together, are never someone's name."""

PROPER_ADJECTIVES = make_words(
    "united new north south east west northern southern eastern western central upper lower great first second "
    "third national federal american royal supreme high republic kingdom state house city town county street road "
    "box"
)
"""Legal words that stay at the beginning or end of a place or an organization: "United Kingdom", "High Street"."""

GENERIC_ALIASES = LEGAL_WORDS | make_words(
    "group settlement loan note notes project transaction merger will estate vehicle device"
)
"""Defined terms in quotes that name a thing and not a party."""

MALE_NAMES = make_words(
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark "
    "donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob "
    "gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond "
    "patrick jack dennis jerry peter henry carl arthur lawrence albert joe juan carlos luis jose miguel ahmed ali "
    "mohammed ivan"
)
FEMALE_NAMES = make_words(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra "
    "ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia "
    "kathleen amy angela shirley ann anna brenda pamela emma nicole helen samantha katherine christine debra rachel "
    "carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren christina "
    "joan evelyn judith jane fatima ana"
)

COUNTRIES = (
    r"Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas|Bahrain"
    r"|Bangladesh"
    r"|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia\s+and\s+Herzegovina|Botswana|Brazil|Brunei"
    r"|Bulgaria"
    r"|Burkina\s+Faso|Burundi|Cambodia|Cameroon|Canada|Cape\s+Verde|Chad|Chile|China|Colombia|Congo"
    r"|Costa\s+Rica|Croatia"
    r"|Cuba|Cyprus|Czech\s+Republic|Czechia|Denmark|Dominican\s+Republic|Ecuador|Egypt|El\s+Salvador|England|Eritrea"
    r"|Estonia|Ethiopia|Fiji|Finland|France|Gabon|Gambia|Germany|Ghana|Greece|Guatemala|Guinea|Guyana|Haiti|Honduras"
    r"|Hong\s+Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory\s+Coast|Jamaica|Japan"
    r"|Kazakhstan|Kenya|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon|Liberia|Libya|Liechtenstein|Lithuania|Luxembourg"
    r"|Macedonia|Madagascar|Malawi|Malaysia|Mali|Malta|Mauritania|Mauritius|Mexico|Moldova|Monaco|Mongolia"
    r"|Montenegro|Morocco"
    r"|Mozambique|Myanmar|Namibia|Nepal|(?:the\s+)?Netherlands|New\s+Zealand|Nicaragua|Niger|Nigeria|Norway"
    r"|Oman|Pakistan"
    r"|Panama|Paraguay|Peru|Philippines|Poland|Portugal|Qatar|Romania|Russia|Rwanda|San\s+Marino|Saudi\s+Arabia"
    r"|Scotland"
    r"|Senegal|Serbia|Singapore|Slovakia|Slovenia|Somalia|South\s+Africa|South\s+Korea|Spain|Sri\s+Lanka|Sudan"
    r"|Suriname"
    r"|Sweden|Switzerland|Syria|Taiwan|Tajikistan|Tanzania|Thailand|Togo|Tunisia|Turkey|Turkmenistan|Uganda|Ukraine"
    r"|Great\s+Britain|Britain|Northern\s+Ireland|Soviet\s+Union|USSR|Yugoslavia|Czechoslovakia|UK|USA"
    r"|United\s+Nations"
    r"|United\s+Arab\s+Emirates|United\s+Kingdom|Uruguay|Uzbekistan|Venezuela|Vietnam|Wales|Yemen|Zambia|Zimbabwe"
)
US_STATES = (
    r"Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois"
    r"|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri"
    r"|Montana|Nebraska|Nevada|New\s+Hampshire|New\s+Jersey|New\s+Mexico|New\s+York|North\s+Carolina|North\s+Dakota"
    r"|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode\s+Island|South\s+Carolina|South\s+Dakota|Tennessee|Texas|Utah|Vermont"
    r"|Virginia|Washington|West\s+Virginia|Wisconsin|Wyoming|Puerto\s+Rico|District\s+of\s+Columbia"
)
