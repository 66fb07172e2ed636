"""The figure of `pii_recall.py` on 12 short, invented case texts of the same kind.

Four templates of a human rights judgment's facts, three cases each, with invented people of about 30 origins,
application numbers, dates, places and institutions. Gold spans hold by construction: everything put into a template is one.
They were held out until they had been measured once; recognizers have been changed in sight of them since. They are no
real judgments: fewer rare words, and the same hand wrote recognizers and texts. Strict profile, word level, as in
`pii_recall.py`; Presidio's default configuration in the same run.
"""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

from pii_recall import make_ours, make_presidio, measure

_FIELD = re.compile(r"\{(\w+)\}")
_TYPES = {
    "applicant": "PERSON", "short": "PERSON", "counsel": "PERSON", "agent": "PERSON", "third": "PERSON", "fourth": "PERSON",
    "number": "CODE", "file": "CODE", "lodged": "DATETIME", "born": "DATETIME", "first": "DATETIME", "second": "DATETIME",
    "last": "DATETIME", "home": "LOC", "town": "LOC", "land": "LOC", "court": "ORG", "body": "ORG", "firm": "ORG",
    "nation": "DEM", "job": "DEM",
}  # fmt: skip

_TEMPLATES = (
    """PROCEDURE

The case originated in an application (no. {number}) against {land} lodged with the Court under Article 34 of the \
Convention by a {nation} national, {applicant} (“the applicant”), on {lodged}.

The applicant was represented by {counsel}, a lawyer practising in {town}. The Government were represented by their Agent, \
{agent}.

THE FACTS

The applicant was born in {born} and lives in {home}. He worked as {job} until {first}, when {body} ended his contract. \
{short} complained to the {court}, which dismissed his claim on {second} (case no. {file}). {third}, the director of {firm}, \
gave evidence against him. A request by {fourth}, a colleague, to be heard was refused on {last}.
""",
    """THE CIRCUMSTANCES OF THE CASE

{applicant} is a {nation} national who was born in {born} and is currently detained in {home}. Before the Court she was \
assisted by {counsel} of {firm}.

On {first} police officers stopped the applicant’s car near {town} and took her to a station. The officer in charge, {third}, \
noted that she had refused to answer. By a decision of {second} the {court} ordered her detention; the file bears the number \
{file}. {fourth}, her sister, asked {body} for a visit and was turned away.

The application (no. {number}) was lodged on {lodged}. {agent}, for the Government of {land}, contested that {short} had been \
ill-treated. The proceedings ended on {last}. She has since worked as {job}.
""",
    """I. Background

1. In {born} the parents of {applicant}, a {nation} citizen, bought a plot of land at {home}. It was taken for public use on \
{first} by an order of {body}.

2. {short}, {job} by profession, brought an action for compensation. The {court} heard {third} and {fourth} as experts and, on \
{second}, awarded less than half of the sum asked for (judgment no. {file}). An appeal lodged by {counsel} failed on {last}.

3. {firm}, which had built on the land, took no part. The applicant turned to the Court on {lodged} (application no. {number}) \
against {land}. The Agent, {agent}, submitted that the valuer had inspected the plot with the mayor of {town}.
""",
    """AS TO THE FACTS

The facts, as submitted by the parties, may be summarised as follows.

A. The custody proceedings

{applicant}, who lives in {home}, married {third} in {born}. After their divorce, on {first}, the {court} gave custody of the \
child to the mother. {body} reported that {short}, a {nation} national and {job}, had not kept to the visits agreed. {fourth}, \
a psychologist at {firm}, disagreed and wrote so to the judge on {second}.

B. The proceedings before the Court

On {lodged} {counsel}, of {town}, lodged an application (no. {number}) against {land}. The domestic file (no. {file}) was \
sent by {agent} of the Ministry of Justice on {last}.
""",
)
_KEYS = (
    "nation", "applicant", "short", "counsel", "agent", "third", "fourth", "number", "file", "lodged", "born", "first", "second",
    "last", "home", "town", "land", "court", "body", "firm", "job",
)  # fmt: skip
_CASES = (
    # one case a row, its fields in the order of _KEYS; all invented
    "Swedish|Mr Torvald Ekmarker|Mr Ekmarker|Ms Ilaria Bonvesani|Mr Kwabena Osei-Tutuola|Ms Lieselotte Hartwegner|Mr Ragnvald Ström"
    "|48217/06|T 1893-04|14 November 2006|1957|3 May 2001|19 September 2003|28 February 2005|Gävlebro|Örnsta|the Kingdom of Sweden"
    "|Gävlebro District Court|the Northern Fisheries Board|Ekfors Trävaru AB|a harbour pilot",
    "Polish|Mr Bogumił Trzciński|Mr Trzciński|Mr Iñaki Etxebarrondo|Ms Nguyễn Thị Lan Hương|Mr Przemysław Żurawek|Mrs Halina Dobrucka"
    "|11903/11|II C 418/08|2 February 2011|1963|17 June 2007|8 January 2009|30 March 2010|Krasnopol|Łazarzów|Poland"
    "|Łazarzów Regional Court|the Social Insurance Office|Dobrucka i Wspólnicy|a railway signalman",
    "Ghanaian|Mr Yaw Agyemanfrimpong|Mr Agyemanfrimpong|Ms Siobhán Ní Ruairc|Mr Tewodros Haile-Gebre|Mr Joost van Oldenkamp"
    "|Mr Femi Adebanjolu|70044/13|AWB 12/3381|9 December 2013|1981|22 August 2010|4 April 2012|16 July 2013|Zwartewaal|Deltahoek"
    "|the Netherlands|Deltahoek Administrative Court|the Aliens Employment Agency|Oldenkamp Logistiek B.V.|a crane operator",
    "Georgian|Ms Nestan Kvirikadzela|Ms Kvirikadzela|Mr Anzor Melikbekyan|Mr Levan Toradzeli|Mr Zurab Kharebashvila|Ms Eka Kvirikadzela"
    "|33518/09|1/774-08|21 May 2009|1974|12 October 2007|13 October 2007|5 March 2009|Prison no. 6 in Rustaveli|Gorijvari|Georgia"
    "|Gorijvari City Court|the Penitentiary Department|Melikbekyan & Partners|a translator",
    "Moroccan|Mrs Fatima-Zahra Bouchtaouine|Mrs Bouchtaouine|Mr Aurélien Castelnaudet|Ms Dieuwke Hofstramer|Mr Baptiste Rocquefeuil"
    "|Ms Khadija Bouchtaouine|26671/15|F-2014-5512|30 August 2015|1988|1 December 2013|3 December 2013|27 January 2015"
    "|the Saint-Aubrac remand centre|Montferrière|France|Montferrière Court of Appeal|the Prefecture of the Haute-Vézonne"
    "|Cabinet Castelnaudet|a nurse",
    "Azerbaijani|Ms Günel Rzazadeyeva|Ms Rzazadeyeva|Mr Yashar Talibzadov|Mr Chingiz Asgarlinski|Captain Vusal Mirzalizade"
    "|Ms Sevinj Rzazadeyeva|58890/14|4(012)-77/2014|18 July 2014|1990|26 February 2014|28 February 2014|11 June 2014"
    "|the Qaradere Detention Centre|Sumqayar|Azerbaijan|Sumqayar Serious Crimes Court|the Prosecutor General’s Office"
    "|Talibzadov Legal Bureau|an editor",
    "Croatian|Mr Zvonimir Perkušinić|Mr Perkušinić|Ms Dubravka Šimurinović|Ms Štefica Horvatinčić|Mr Ivo Lučanin|Ms Anikó Szentgyörgyvári"
    "|40127/05|P-2215/99|6 October 2005|1971|29 July 1994|15 May 2001|20 April 2004|Vinograd near Sinjara|Sinjara|Croatia"
    "|Sinjara Municipal Court|the Ministry of Construction|Dalmagradnja d.o.o.|a surveyor",
    "Greek|Mr Athanasios Papavrettakos|Mr Papavrettakos|Mr Stylianos Koumbaridis|Ms Evdokia Tzanetoula|Ms Chrysoula Markezinaki"
    "|Mr Bedros Hagopianou|19266/02|3317/1998|25 April 2002|1969|10 June 1993|7 November 1997|31 January 2002|Agia Varnava|Thermiada"
    "|Greece|Thermiada Court of First Instance|the Prefectural Land Committee|Thermiada Touristiki S.A.|a pharmacist",
    "Cypriot|Mrs Androulla Hadjikyriakidou|Mrs Hadjikyriakidou|Mr Nikos Sofroniades|Mr Emre Karaosmanlı|Mr Georgi Stoyanchevski"
    "|Ms Rukmini Venkataswamy|61733/08|1045/2003|12 December 2008|1966|23 March 1999|9 February 2005|14 August 2008|Kato Psarades|Limnatis"
    "|Cyprus|Limnatis District Court|the Department of Lands|Psarades Marina Ltd|a teacher",
    "Finnish|Mr Eerikki Kalliomaanvirta|Mr Kalliomaanvirta|Ms Marjukka Lehtovaaranen|Mr Jüri Tammsaarik|Ms Oksana Hrytsenkova"
    "|Ms Pirkko Saaristola|52810/10|L 09/1126|1 September 2010|2002|18 May 2006|24 November 2007|3 June 2010|Lapinkangas|Pohjaniemi|Finland"
    "|Pohjaniemi District Court|the Child Welfare Board|the Aurinko Family Clinic|a carpenter",
    "Brazilian|Mr Raimundo Cavalcântara|Mr Cavalcântara|Ms Graça Penaguião|Mr Duarte Vilalobos|Ms Mafalda Sequeirinha|Ms Chioma Okwuosanta"
    "|37405/16|1288/13.4TB|7 March 2016|2008|11 September 2012|20 October 2013|19 January 2016|Vila Nova do Sado|Alcantarinha|Portugal"
    "|Alcantarinha Family Court|the Commission for the Protection of Minors|the Sado Mediation Institute|a baker",
    "Japanese|Mr Haruki Shimomuraoka|Mr Shimomuraoka|Ms Gwenllian Prydderch|Mr Alasdair McKillmurray|Ms Priyanka Raghunathanan"
    "|Ms Zsófia Kelemenfi|22958/12|FD11P00417|4 June 2012|2005|13 February 2009|26 April 2010|17 May 2012|Aberllwyd|Penrhosfa"
    "|the United Kingdom|Penrhosfa County Court|the Children and Families Service|the Llwyd Centre|an architect",
)  # fmt: skip


def build_cases() -> list[dict[str, Any]]:
    """Fill the templates: {id, text, spans}, three cases a template."""
    records = []
    for number, row in enumerate(_CASES):
        values = dict(zip(_KEYS, row.split("|"), strict=True))
        template = _TEMPLATES[number // 3]
        text, spans, at = "", [], 0
        for match in _FIELD.finditer(template):
            text += template[at : match.start()]
            value = values[match.group(1)]
            spans.append({"start": len(text), "end": len(text) + len(value), "type": _TYPES[match.group(1)]})
            text, at = text + value, match.end()
        records.append({"id": f"invented-{number + 1}", "text": text + template[at:], "spans": spans})
    return records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", default="", help="Not needed: the texts are in this file.")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    records = build_cases()
    result = {
        "documents": len(records),
        "words_marked": sum(len(r["text"][s["start"] : s["end"]].split()) for r in records for s in r["spans"]),
        "strict": measure(records, make_ours("strict")),
        "presidio_default": measure(records, make_presidio()),
    }
    print(json.dumps(result, indent=None if arguments.json else 2))


if __name__ == "__main__":
    main()
