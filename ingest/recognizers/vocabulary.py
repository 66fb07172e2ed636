"""Words that decide what a capitalized phrase is. General English and legal usage only; no list of people."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = (
    "Mr Mrs Ms Miss Mx Messrs Dr Drs Doctor Prof Professor Sir Dame Lord Lady Madam Mme Mlle Rev Reverend Fr Rabbi "
    "Imam Sgt Sergeant Det Detective Lt Lieutenant Capt Captain Cpl Corporal Maj Major Col Colonel Gen General "
    "Officer Ofc Trooper Deputy Sheriff Inspector Constable Agent Nurse Senator Sen Rep Representative Congressman "
    "Congresswoman Governor Gov Mayor President Speaker Secretary Commissioner Warden Chancellor Ambassador Chairman"
).split()
"""Courtesy titles and offices that stand directly before a name."""

FEMALE_TITLES = _words("mrs ms miss lady dame madam mme mlle")
MALE_TITLES = _words("mr sir lord messrs")

ROLES = (
    "Plaintiff Plaintiffs Defendant Defendants Petitioner Petitioners Respondent Respondents Appellant Appellants "
    "Appellee Appellees Movant Claimant Claimants Debtor Creditor Intervenor Witness Deponent Affiant Declarant "
    "Relator Decedent Applicant Licensee Licensor Lessee Lessor Tenant Landlord Buyer Seller Borrower Lender "
    "Guarantor Employee Employer Insured Insurer Inventor Inventors Assignee Attorney Attorneys Counsel Victim "
    "Patient"
).split()
"""Parts that a person or a company plays in a case; a name may follow."""

NAME_SUFFIXES = _words("jr sr ii iii iv esq esquire md phd jd cpa rn pe")

PARTICLES = _words(
    "de del della der den des di du da dos la las le los van von ter ten al el bin ibn ben bint abu af av zu"
)

ORG_SUFFIXES = (
    r"Inc|Incorporated|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Co|Company|Companies|LLP|L\.L\.P|LP|L\.P|PLLC|P\.L\.L\.C|P\.C"
    r"|PC|P\.A|N\.A|GmbH|AG|S\.A|S\.A\.S|S\.p\.A|B\.V|N\.V|plc|PLC|Pty|Oy|AB|A\/S|KG|SE|d\.o\.o|OOO|ZAO|S\.r\.l"
)
ORG_HEADS = (
    r"Bank|Trust|University|College|School|Academy|Institute|Hospital|Clinic|Medical\s+Center|Association|Society|Foundation"
    r"|Union|Federation|League|Alliance|Coalition|Church|Chapel|Temple|Mosque|Synagogue|Ministries|Partners|Partnership"
    r"|Group|Holdings|Enterprises|Industries|Insurance|Assurance|Indemnity|Mutual|Systems|Services|Solutions|Technologies"
    r"|Laboratories|Pharmaceuticals|Properties|Realty|Investments|Capital|Ventures|Associates|Brothers|Sons|Airlines|Railway"
    r"|Railroad|Motors|Newspapers?|Press|Media|Broadcasting|Restaurant|Hotel|Club|Party|Museum|Cooperative|Consortium"
)
AGENCY_HEADS = (
    r"Department|Ministry|Bureau|Agency|Administration|Commission|Board|Office|Authority|Directorate|Council|Committee"
    r"|Division|Service|Secretariat|Inspectorate|Registry|Prosecutor(?:[’']s)?\s+Office|Police|Government|Parliament|Senate"
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

ABBREVIATIONS = _words(
    "U.S U.K U.N E.U N.C S.C N.Y D.C N.J N.H N.M N.D S.D R.I W.D E.D M.D C.D W.Va L.A P.C P.A P.O A.M P.M a.m p.m i.e e.g U.S.C "
    "C.F.R F.R.D S.E S.W N.E N.W A.D C.J J.J P.J J.D M.D Ph.D B.A M.A D.O O.K S.Ct L.Ed F.Supp Fed.R No.S A.L.R U.C.C "
    "I.R.C I.R.S F.B.I C.I.A S.E.C D.O.J L.L.C L.L.P N.A S.A B.V N.V V.A E.C E.C.H.R A.D.A T.R.O R.C U.S.A Ed Cir"
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
class collective individual individuals person persons people citizen citizens public private official capacity
how did do does done have has had are were was will would can could should shall may might must please anything nothing
everything something every only once twice two three so most more even tell let now comes showing shown isn aren don didn
wasn weren doesn hearsay compensatory punitive special specific reasonable actual nominal statutory treble exemplary
disgorgement restitution waiver limitation limitations license licenses insurance distributor distributors manufacturer
manufacturers contractor contractors subcontractor subcontractors supplier suppliers vendor vendors customer customers
consultant consultants provider providers conventional unopposed opposed requested factual legal whereof moot bates
mould performance pre post such after before during between among neither either both
reasons reason presented provisions provision involved below related statutory applicable panel dc registrar agent agents
delegate delegates assistant member members deputy rapporteur professor vice acting ssn ein dob tin usc cfr mdl pdf
gps dna pacer curiam estoppel appearance record form entry instructions name address none
"""
LEGAL_WORDS = _words(_LEGAL)
"""Lower-case words that, alone or together, are never someone's name."""

PROPER_ADJECTIVES = _words(
    "united new north south east west northern southern eastern western central upper lower great first second third national "
    "federal american royal supreme high republic kingdom state house city town county street road box"
)
"""Legal words that stay at the beginning or end of a place or an organization: "United Kingdom", "High Street"."""

GENERIC_ALIASES = LEGAL_WORDS | _words(
    "group settlement loan note notes project transaction merger will estate vehicle device"
)
"""Defined terms in quotes that name a thing and not a party."""

MALE_NAMES = _words(
    "      james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony "
    "mark donald        steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan "
    "jacob gary nicholas eric        jonathan stephen larry justin scott brandon benjamin samuel gregory frank "
    "alexander raymond patrick jack dennis jerry        peter henry carl arthur lawrence albert joe juan carlos luis "
    "jose miguel ahmed ali mohammed ivan"
)
FEMALE_NAMES = _words(
    "      mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra "
    "ashley        kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia "
    "kathleen amy angela        shirley anna brenda pamela emma nicole helen samantha katherine christine debra "
    "rachel carolyn janet catherine maria        heather diane ruth julie olivia joyce virginia victoria kelly lauren "
    "christina joan evelyn judith jane fatima ana"
)

COUNTRIES = (
    r"Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas|Bahrain|Bangladesh"
    r"|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia\s+and\s+Herzegovina|Botswana|Brazil|Brunei|Bulgaria"
    r"|Burkina\s+Faso|Burundi|Cambodia|Cameroon|Canada|Cape\s+Verde|Chad|Chile|China|Colombia|Congo|Costa\s+Rica|Croatia"
    r"|Cuba|Cyprus|Czech\s+Republic|Czechia|Denmark|Dominican\s+Republic|Ecuador|Egypt|El\s+Salvador|England|Eritrea"
    r"|Estonia|Ethiopia|Fiji|Finland|France|Gabon|Gambia|Germany|Ghana|Greece|Guatemala|Guinea|Guyana|Haiti|Honduras"
    r"|Hong\s+Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory\s+Coast|Jamaica|Japan"
    r"|Kazakhstan|Kenya|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon|Liberia|Libya|Liechtenstein|Lithuania|Luxembourg"
    r"|Macedonia|Madagascar|Malawi|Malaysia|Mali|Malta|Mauritania|Mauritius|Mexico|Moldova|Monaco|Mongolia|Montenegro|Morocco"
    r"|Mozambique|Myanmar|Namibia|Nepal|(?:the\s+)?Netherlands|New\s+Zealand|Nicaragua|Niger|Nigeria|Norway|Oman|Pakistan"
    r"|Panama|Paraguay|Peru|Philippines|Poland|Portugal|Qatar|Romania|Russia|Rwanda|San\s+Marino|Saudi\s+Arabia|Scotland"
    r"|Senegal|Serbia|Singapore|Slovakia|Slovenia|Somalia|South\s+Africa|South\s+Korea|Spain|Sri\s+Lanka|Sudan|Suriname"
    r"|Sweden|Switzerland|Syria|Taiwan|Tajikistan|Tanzania|Thailand|Togo|Tunisia|Turkey|Turkmenistan|Uganda|Ukraine"
    r"|Great\s+Britain|Britain|Northern\s+Ireland|Soviet\s+Union|USSR|Yugoslavia|Czechoslovakia|UK|USA|United\s+Nations"
    r"|United\s+Arab\s+Emirates|United\s+Kingdom|Uruguay|Uzbekistan|Venezuela|Vietnam|Wales|Yemen|Zambia|Zimbabwe"
)
US_STATES = (
    r"Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois"
    r"|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri"
    r"|Montana|Nebraska|Nevada|New\s+Hampshire|New\s+Jersey|New\s+Mexico|New\s+York|North\s+Carolina|North\s+Dakota"
    r"|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode\s+Island|South\s+Carolina|South\s+Dakota|Tennessee|Texas|Utah|Vermont"
    r"|Virginia|Washington|West\s+Virginia|Wisconsin|Wyoming|Puerto\s+Rico|District\s+of\s+Columbia"
)
