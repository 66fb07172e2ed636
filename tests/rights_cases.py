"""Eight short invented texts of the human rights kind, with what identifies someone marked: `[TYPE|words]`.

Written before the rules they test were changed, each for another country's names, bodies and forms of docket numbers; few
of the people have a courtesy title. An article before a name is outside the mark, as in the real annotations.
"""

import re

_MARK = re.compile(r"\[(?P<type>[A-Z]+)\|(?P<name>[^\]]+)\]")

TEXTS = (
    # Romania: a file number of three parts, a decree, a prison, a surname first
    """The application (no. [CODE|18734/07]) was lodged against [LOC|Romania] on [DATETIME|2 April 2007] by a [DEM|Romanian] national, \
[PERSON|Costache Dragoș Vlădoianu] (“the applicant”). He was represented by [PERSON|M.-T. Petcovici], a lawyer practising in \
[LOC|Bârzești].

By decree no. [CODE|1187/1986] the house at 14 [LOC|Strada Morilor] was nationalised. In file no. [CODE|4410/3/2004] the \
[ORG|Bârzești Court of First Instance] ordered [ORG|Uniprest Bârzești S.A.] to give it back; the [ORG|Vâlcele County Court] quashed that \
by decision no. [CODE|512/R/2005]. [PERSON|Vlădoianu] is serving a sentence in [LOC|Ghermănești Prison], where he shares a cell with \
[PERSON|A.C.] and [PERSON|B.C.]. Law no. 10/2001 and Article 480 of the Civil Code applied.
""",
    # Turkey: docket numbers by letters, small kinds behind a name, a body in the other language
    """On [DATETIME|14 October 1993] soldiers came to the village of [LOC|Yukarıçavdar], near the [LOC|Karasırt] hamlet. The applicants’ brother, \
[PERSON|Abdülhakim Tekdoğan], was taken to the [ORG|Akçabey gendarmerie station]. [PERSON|Zeynep Tekdoğan] asked the [ORG|Akçabey public \
prosecutor] for news. The [ORG|Diyarıbey State Security Court] acquitted him ([CODE|E.1994/318, K.1996/27]). [PERSON|İ.Ö.], a village guard, \
said that they had been seen in [LOC|Çatalpınar]. Their lawyer, [PERSON|Rojda Ekin Baransel] of the [ORG|Mezopotamya Hukuk Derneği], wrote to the \
[ORG|Kurdish Human Rights Project]. A custody record (no. [CODE|93/117-B]) names [PERSON|Musa bin Yasin Karataş]. [LOC|Çatalpınar] lies in ruins.
""",
    # Germany and Austria: court registers, a senate, an institution for children
    """The applicant, [PERSON|Wiebke von der Heydenreuth], was born in [DATETIME|1959] in [LOC|Oberschleißnitz]. In proceedings [CODE|26 F 118/98] before the \
[ORG|Niederwalden District Court] she sought access to her son [PERSON|Korbinian]. The [ORG|Youth Office of Niederwalden] (Az. [CODE|51-3/K 22]) \
opposed it. The [ORG|Frankental Court of Appeal] ([CODE|3 UF 77/99]) dismissed her appeal, and on [DATETIME|7 May 2001] the [ORG|Federal Constitutional \
Court] declined to hear her complaint ([CODE|1 BvR 2044/00]). Meanwhile the boy lived at [ORG|Haus Sonnenhalde], a home run by [ORG|Caritas Niederwalden] \
in [LOC|Steyrlingen], [LOC|Austria], where the guardianship court opened the file [CODE|2 P 31/00k]. Psychologist [PERSON|Hannes Öttlinger-Brandl] \
was heard in [LOC|Linzberg] on [DATETIME|3 June 2000].
""",
    # Russia and Ukraine: hyphened numbers, a colony, patronymics, a resettlement
    """[PERSON|Rustam Magomedovich Dzhabrailov] was detained in remand prison [CODE|IZ-61/4] of [LOC|Novodonsk]. Detainee no. [CODE|7731] shared the cell with \
forty others. On [DATETIME|9 March 2004] the [ORG|Oktyabrskiy District Court of Novodonsk] convicted him (case no. [CODE|1-204/2004]); the \
[ORG|Rostovets Regional Court] upheld it ([CODE|22-3318]). He was sent to colony [ORG|IK-9] in the settlement of [LOC|Verkhniy Ustin]. His wife, \
[PERSON|Oksana Petrivna Halushchenko], lives in [LOC|Chornolissia] in [LOC|Ukraine] and sued the [ORG|Chornolissia Housing Department] \
([CODE|757/1182/15-ц]). Investigator [PERSON|Sh.] opened the criminal case [CODE|61/0377]. The bailiff’s writ [CODE|ВП 4471920] was not \
enforced. According to [PERSON|Dzhabrailov], passport [CODE|МР 118204] was taken from him.
""",
    # Italy and Malta: registers behind the number, a land register, saints and streets
    """The applicants, [PERSON|Salvatore Lo Bianchetti] and [PERSON|Maria Assunta dell’Orso], live in [LOC|San Vito dei Marrani]. They own land \
entered in the land register on folio [CODE|44], parcel [CODE|1187]. On [DATETIME|18 December 1991] the [ORG|Municipality of San Vito dei Marrani] \
occupied it. In proceedings R.G. no. [CODE|2213/92] the [ORG|Catanisi District Court] appointed an expert, [PERSON|Gesualdo Trifirò]. The [ORG|Reggio \
Valdina Court of Appeal] gave judgment no. [CODE|61/2002/A]. [PERSON|Trifirò] died on [DATETIME|4 July 1999]. The second applicant moved to [LOC|Birżebbiena], \
[LOC|Malta], and filed constitutional application no. [CODE|27/2003/1]. [ORG|Cassa Rurale Valdina] closed account [CODE|IT-40-118820]. \
The sum of 12,000 euros was paid within thirty days under section 7 of Act XII of 1987.
""",
    # Poland and Lithuania: registers of letters, an institution with a number, a party
    """[PERSON|Grażyna Wojdyłło-Kęs] was employed at the [ORG|Independent Health Centre in Świerzawka]. By a judgment of [DATETIME|22 June 2005] (file \
[CODE|IV P 318/04]) the [ORG|Legnów Labour Court] dismissed her claim; the [ORG|Wrocisław Regional Court] ([CODE|VII Pa 41/05]) agreed. The prosecutor \
discontinued the inquiry, [CODE|2 Ds. 1877/05/S]. Her neighbour [PERSON|Algirdas Kuprevičiūnas], who had come from [LOC|Alyšta], told the \
[ORG|Gazeta Legnowska] that [PERSON|Wojdyłło-Kęs] belonged to [ORG|Nowa Lewica Ludowa]. In [LOC|Lithuania] the [ORG|Alyšta Regional Administrative \
Court] heard him in case no. [CODE|A-442-1180/2006]. [LOC|Alyšta] is his home. She holds the title of doctor and was paid 3,400 zlotys a month.
""",
    # the United Kingdom and Ireland: neutral citations, prisoner numbers, clinics and roads
    """The applicant, [PERSON|Deirdre McAnulty-Okonjo], is held at [LOC|HMP Wexcombe] (prisoner no. [CODE|TK4471]) after she was found near [LOC|Clonbarra]. \
Her claim [CODE|HQ03X01187] was struck out by the [ORG|Wexcombe County Court]; the [ORG|Court of Appeal] agreed ([CODE|(2004) EWCA Civ 1188]). \
In [LOC|Ireland] the [ORG|High Court] gave leave ([CODE|2001 No. 771 JR]). [PERSON|Fionnuala O’Shaughnessey-Reilly] of [ORG|Sheehy Tolan & Co.] acted for \
her. A report of the [ORG|Ballyquin Regional Hospital] of [DATETIME|12 May 2003] and one of the [ORG|Royal Wexcombe Infirmary] differ. [PERSON|O’Shaughnessey-Reilly] \
relied on section 3 of the 1998 Act, on Order 53 and on paragraph 12(b) of the rules. The [ORG|Northshire Constabulary] kept log [CODE|CAD/2203/11MAY].
""",
    # Iceland, Armenia and Bulgaria: patronymics, names in -yan, Roma names, a nickname
    """[PERSON|Þorgerður Sigmarsdóttir] complained of the fishing quota. Case [CODE|E-2204/2003] was heard in [LOC|Hafnarvík]; [PERSON|Ásgeir Egill Hjaltason] \
represented the [ORG|Marine Directorate]. Two other applicants, [PERSON|Hovik Ter-Grigoryants] and [PERSON|Anahit Mkhitarashyan], had demonstrated in \
[LOC|Vanadzoravan]; case [CODE|ԵՇԴ/0118/01/08] followed. The third, [PERSON|Stoyanka Asenova Kamburova], a [DEM|Roma] woman known as \
[PERSON|Dunyata], was taken to the [ORG|Fifth Police Station in Plovnik] on [DATETIME|1 September 1999]. Criminal case no. [CODE|883/99] was opened by \
the [ORG|Plovnik Regional Prosecutor’s Office]. [PERSON|Nguyễn Văn Đạt], a cook at [ORG|Lotos Travel OOD], was a witness. In [LOC|Plovnik] she \
received treatment at the [ORG|Sveta Petka Hospital]. [PERSON|Kamburova] was awarded 2,000 levs. The Convention entered into force in 1992.
""",
)  # fmt: skip


def read_marks(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Give a text without its marks, and (start, end, type) of each."""
    plain, spans, at = "", [], 0
    for match in _MARK.finditer(text):
        plain += text[at : match.start()]
        spans.append((len(plain), len(plain) + len(match["name"]), match["type"]))
        plain, at = plain + match["name"], match.end()
    return plain + text[at:], spans
