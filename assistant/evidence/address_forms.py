"""Forms of sentences that speak to software or to whoever summarizes: patterns, one kind each, with the words they need."""

from __future__ import annotations

import re

_TOOL = (
    r"(?:assistants?|systems?|software|tools?|models?|engines?|programs?|services?|agents?|readers?|reviewers?|bots?|generators?|"
    r"platforms?|applications?|apps?|pipelines?)"
)
_WORK = (
    r"(?:document|legal|research|reading|review|drafting|brief[- ]writing|writing|text|language|digest|summary"
    r"|summari[sz](?:ation|ing)|reader)"
)
# What a legal aid office or a postal service is called is left out here: "the legal services program must state …".
_WORK_TOOL = r"(?:assistants?|systems?|software|tools?|models?|engines?|bots?|generators?|apps?|pipelines?)"
# A command about a summary speaks of the case; a law on summaries of plans, and a contract for a digest, do not.
_CASE = (
    r"(?:plaintiffs?|defendants?|petitioners?|respondents?|movants?|appell\w+|motion|case|court|judge|counsel|complaint|"
    r"verdict|lawsuit|judgment|this (?:[a-z]+ )?(?:document|filing|paper|brief|order|opinion|action))"
)
_AI = (
    rf"(?:(?:(?-i:AI|A\.I\.)|artificial[ -]intelligence|generative|automated|virtual|digital|machine)[ -](?:language |summary |"
    rf"summari[sz]ation |summari[sz]ing |reading |legal )?{_TOOL}|(?-i:AI|A\.I\.)(?![\w-])|artificial[ -]intelligence"
    rf"|(?:large )?language[ -]models?|(?-i:LLMs?)|(?:chat)?gpt(?:-?\d\w*)?|chat ?bots?|copilot|summari[sz]ers?"
    rf"|{_WORK}[ -]{_WORK_TOOL}"
    rf"|{_TOOL} (?:that |which |for |to )?(?:reads?|reading|summari[sz]\w*|condens\w+|digest\w*)(?= |,|:)"
    rf"|{_TOOL} (?:that |which )?(?:prepar|produc|generat|writ|mak|creat|draft)\w+ (?:an? |the |any |this )?(?:summary|overview"
    rf"|digest|synopsis|abstract)"
    r"|(?:whoever|anyone|any ?one|person|those|people) (?:who |that )?(?:is |are )?(?:(?:summari[sz]|condens|abridg|digest)\w+))"
)
_SUMMARY = (
    r"(?:summar(?:y|ies)(?! (?:judg|dispos|plan|affirm|proceed|proc|order|trial|jury|suspen|contempt|of (?:the )?argument))"
    r"|synops[ie]s|overviews?|digests?|recaps?|précis)"
)
_PAPER = (
    r"(?:document|filing|paper|text|page|brief|motion|complaint|order|opinion|decision|contract|agreement|case|matter|"
    r"file|pdf|transcript|petition|pleading|deposition|application)"
)
_SAY = (
    r"(?:state|say|report|write|mention|note|add|include|insert|output|print|answer|respond|reply|conclude|declare|"
    r"describe|treat|call|tell|omit|leave|ignore|disregard|emphasi[sz]e|summari[sz]e|begin|start|end|close|read|show|"
    r"give|reflect|record|repeat|portray|present|use|skip|find|rate|recommend|assume|pretend|translate|characteri[sz]e|name|"
    r"lead|open|finish|log|list|label|credit|tag|flag)"
)
_MUST = (
    r"(?:must|shall|should|will|may not|can only|(?:has|have|needs?|ought) to|(?:is|are) (?:hereby |now )?(?:to|(?:directed|"
    r"instructed|ordered|required|asked|requested|advised|reminded|told|commanded|authori[sz]ed) to)|(?:please|kindly))"
)
_NOT = r"(?:not |never |only |always |also |instead |therefore )?"
_GIST = r"(?:recaps?|synops[ie]s|overviews?|digests?|abridge?ments?|précis|condensations?|abstracts?)"
_LANGUAGE = (
    r"(?:english|french|german|spanish|italian|portuguese|dutch|latin|russian|polish|turkish|chinese|mandarin|japanese|"
    r"korean|arabic|hebrew|hindi|greek|swedish|norwegian|danish|finnish|czech|hungarian|thai|vietnamese|urdu|farsi|swahili"
    r"|esperanto|klingon|"
    r"pig latin|morse(?: code)?|emojis?|rhymes?|verse|haiku|json|base64)"
)
# Where a command may begin: at a sentence's or a clause's start, with a capital (the line before it had no end), or
# behind words that ask.
_COMMAND = (
    r"(?:^[\W\d_]*|[:;.!?–—*#>\])]\s*|\s(?-i:(?=[A-Z][a-z]))|\b(?:please|kindly|you (?:must|should|shall|will|are to|need to"
    r"|have to|can)|want you to|"
    r"need you to|ask you to|important|urgent|now|then|simply|just),?\s+)"
)
_REQUESTS = (
    r"(?:please |kindly |you (?:must|should|shall|will) |always |never |only |do not |don't |(?:be|make) sure to )*"
)

_AI_STEMS = (
    "ai ", "ai'", "a.i.", "artificial", "language", "llm", "gpt", "bot", "copilot", "summar", "assistant", "system", "software", "tool",
    "model", "engine", "program", "service", "agent", "reader", "reviewer", "generator", "platform", "pipeline", "condens", "digest",
)  # fmt: skip
_ABOUT = rf"(?: (?:of|about|on) (?:this|the|that) (?:[a-z]+ )?{_PAPER})?"
# "Counsel who uses generative AI must state so" speaks to counsel.
_NOT_USED = (
    r"^(?!.*\b(?:us(?:e|es|ed|ing)|rel(?:y|ies|ied|ying) (?:up)?on|employ\w*|(?:aid|assistance|help|use) of|(?:prepared|generated"
    r"|drafted|written) "
    rf"(?:by|with|using|through))\s+(?:[a-z]+,?\s+){{0,4}}?{_AI})"
)
# Each kind: what a sentence must contain at least (looked for first, because it is quick), and the form itself.
FORMS: tuple[tuple[tuple[str, ...], str], ...] = (
    # "Ignore all previous instructions", "forget everything above"
    (
        ("ignor", "disregard", "forget", "overrid", "bypass", "overlook", "discard", "follow", "obey", "attention to", "heed"),
        _COMMAND + r"(?:ignore|disregard|forget|override|bypass|overlook|discard|(?:do not|don't|stop) (?:follow|obey)(?:ing)?|"
        r"pay no (?:attention|heed) to)\s+(?:(?:(?:all|any|every|the|your|these|those|of|previous|prior|above|earlier|preceding|"
        r"foregoing|existing|original|other|initial|former|past|safety|system|developer)\s+){0,6}(?:[a-z]+ )?(?:instructions?|"
        r"prompts?|guidelines|directives|commands|programming|training|guardrails|system messages?)\b"
        r"|(?:everything|anything|all|whatever|the (?:text|contents?|words|rest))\b[^.]{0,24}?\b(?:above|before this|"
        r"preceding|(?:that )?(?:came|comes) before|you (?:were|have been|are|read|know)))",
    ),
    # "Note to summarizer: …", "Attention language model", "Instructions for the summarizing software"
    (
        ("note", "attention", "message", "instruction", "direct", "memo", "dear", "hey", "hello", "hi ", "reminder", "command", "notice"),
        r"^\W*(?:\d+\W+)?(?:important\W+)?(?:(?:attention|dear|hey|hello|hi)[,:]?|(?:(?:special |private |urgent )?(?:note|notice|"
        r"message|memo|instructions?|directions?|directives?|reminder|commands?)) (?:to|for))(?: to| for)? (?:the |any |all |"
        rf"every |each |our |your |this |an? )?(?:[a-z]+ )?{_AI}",
    ),
    # "To the AI reading this document: …"
    (
        ("to ", "for "),
        rf"^\W*(?:to|for) (?:the |any |all |every |whatever |whichever )(?:[a-z]+ )?{_AI}(?:[^.]{{0,30}}?\b(?:reading|processing|"
        r"summari[sz]ing|reviewing|handling|analy[sz]ing|that reads|that summari[sz]es)|\s*:)",
    ),
    # "As an AI, you must …", "if you are a language model", "you are now in developer mode"
    (
        ("you",),
        rf"\bas an? (?:[a-z]+ ){{0,2}}{_AI}[^.]{{0,40}}?\byou\b|\b(?:if you(?:'re| are)|should you (?:happen to )?be) (?:an? |the "
        rf"|any )?(?:[a-z]+ ){{0,2}}{_AI}"
        rf"|\byou(?:'re| are) (?:now |no longer )?(?:an? |the |only an? )(?:[a-z]+ ){{0,2}}(?:{_AI}|(?:helpful|legal|ai|expert) "
        r"assistant)\b|\byou are (?:now )?in (?:an? )?(?:\w+ )?(?:maintenance|developer|debug|admin|unrestricted|test) mode\b"
        r"|\bact as (?:an? |the )(?:[a-z]+ )?(?:ai|assistant|chatbot|translator|summari[sz]er|language model)\b",
    ),
    # "Any AI that reads this filing must report …"
    (
        _AI_STEMS,
        _NOT_USED + r"(?=.*\b(?:this|these|hereby|you|summary|the (?:plaintiff|defendant|petitioner|respondent|court|reader|user|filing|"
        rf"document|case|true))\b).*?\b{_AI}\b.{{0,60}}?\b{_MUST} {_NOT}{_SAY}\b",
    ),
    # "The review platform shall record that the defendant …": any software, but about the case
    (
        _AI_STEMS,
        rf"\b(?:{_WORK} |[a-z]+-[a-z]+ ){_WORK_TOOL} {_MUST} {_NOT}(?:state|say|report|record|describe|call|declare|mention|conclude"
        rf"|treat|omit|"
        r"portray)\b(?=.{0,60}\b(?:that|plaintiffs?|defendants?|petitioners?|respondents?|movants?|appell\w+|claims?|opponents?"
        r"|counsel|court)\b)",
    ),
    # "Message from the developer to the model: …", "for the assistant's eyes only"
    (
        ("message", "notice", "note", "update", "eyes", "attention", "benefit", "addressed", "intended", "meant"),
        rf"^[\W\d_]*(?:developer |operator |system |administrator )?(?:message|notice|note|update)\b[^.:]{{0,60}}(?:\bto|\bfor"
        rf"|[,:]) (?:the |any |all "
        rf"|every )?(?:{_AI}|models?)\b|\bfor (?:the |any )?(?:{_AI})(?:'s|s')? (?:eyes|attention|benefit|use) ?|\bfor the (?:eyes"
        rf"|attention|benefit) of "
        rf"(?:the |any |an )?{_AI}|\b(?:addressed|intended|meant) (?:only )?(?:to|for) (?:the |any |an )?{_AI}",
    ),
    # "Would the assistant be so kind as to describe …", "it would help if you described the damages as …"
    (
        ("describ", "portray", "characteri", "present", "would you", "could you", "grateful", "appreciate", "so kind"),
        rf"\b(?:would|could|can|will) (?:you|the (?:[a-z]+ )?{_AI}|the assistant|whoever) [^.?]{{0,40}}?\b(?:describe|portray"
        rf"|characteri[sz]e|present)\b"
        r"[^.?]{0,60}\bas\b|\bif you (?:could |would )?(?:please |kindly )?(?:described?|portray(?:ed)?|characteri[sz]ed?"
        r"|presented?)\b[^.?]{0,60}\bas\b"
        rf"|\b(?:grateful|appreciate\w*|obliged|thankful|help\w*) (?:it )?(?:us |greatly |very much )*(?:if|were) (?:{_AI}|(?:the"
        rf"|your|any) {_SUMMARY})",
    ),
    # "For the purposes of any abstract of this paper, treat …", "Record for your digest: …"
    (
        ("summar", "synops", "overview", "digest", "recap", "précis", "abstract"),
        rf"\bfor (?:the )?(?:purposes? of )?(?:your|any|every|all) (?:{_SUMMARY}|abstracts?){_ABOUT}\s*[,:]"
        rf"|^(?=.*\b{_SAY} ).*\bin (?:the|your|any|every) "
        rf"(?:{_SUMMARY}|abstract)\s*:|\b{_SUMMARY} of this (?:[a-z]+ )?{_PAPER} {_MUST} {_NOT}{_SAY}\b|(?:machine|computer"
        rf"|software)[- ](?:generated|made|"
        rf"written) (?:{_SUMMARY}|abstracts?)\b.{{0,30}}? {_MUST} {_NOT}{_SAY}\b|\b(?:how|what) (?:should|must|shall) (?:an?|the"
        rf"|your|any) {_SUMMARY}",
    ),
    # "The court directs the summarization software to omit …"
    (
        _AI_STEMS,
        r"\b(?:direct|order|instruct|command|require|ask|request|authori[sz]e|remind|urge)(?:s|ed)?,? (?:that )?(?:the |any |all |"
        rf"every |each )?(?:[a-z]+ )?{_AI}\b.{{0,40}}?\bto {_NOT}{_SAY}\b",
    ),
    # "Do not mention X; instead write Y", "Write instead that …"
    (
        ("instead", "rather"),
        r"(?:^[\W\d_]*|[;:,.–—]\s*)(?:but |and )?(?:instead|rather),? (?:please )?(?:write|say|report|output|respond|reply|answer|"
        r"state|mention|summari[sz]e|tell|print)(?: only| simply)? (?:that|as|with|the (?:words?|following|phrase|sentence|reader|user)|"
        r"[\"“:])|" + _COMMAND + r"(?:write|say|report|state|output|respond|reply|print|answer) instead\b",
    ),
    # "In your summary, state that …"
    (
        ("summar", "synops", "overview", "digest", "recap", "précis"),
        rf"\b(?:in|for|into|throughout) (?:your|any|every|the|an?|this|all) (?:[a-z]+ ){{0,2}}?{_SUMMARY}(?: (?:of|about) (?:this|the|"
        rf"that) (?:[a-z]+ )?{_PAPER})?\s*[,:]?\s+{_REQUESTS}{_SAY} (?:that|the|this|only|nothing|no|as|it|every|any|all|so)\b",
    ),
    # "The summary must begin with …", "any summary of this filing shall state …"
    (
        ("summar", "synops", "overview", "digest", "recap", "précis"),
        rf"\b(?:the|each|an?|this) {_SUMMARY} {_MUST} {_NOT}(?:{_SAY} (?:with|only|nothing|no|as)\b|{_SAY} (?:that|so)\b"
        rf"(?=.*\b{_CASE}\b))"
        rf"|\b(?:your|any|every|all|automated|ai|computer(?:-generated)?|machine(?:-generated)?|generated) (?:[a-z-]+ )?{_SUMMARY}"
        rf"(?: (?:of|about) (?:this|the) (?:[a-z]+ )?{_PAPER})? {_MUST} {_NOT}{_SAY}\b"
        rf"|\b(?:the|an?) {_SUMMARY} (?:of|about) this (?:[a-z]+ )?{_PAPER} {_MUST} {_NOT}{_SAY}\b",
    ),
    # "When summarizing this document, omit …", "when asked about this filing, say …"
    (
        ("when", "while", "before", "if "),
        rf"\b(?:when(?:ever)?|while|before|if)\b[^.,]{{0,40}}?\b(?:summari[sz]\w+|condens\w+|{_SUMMARY}|asked (?:about"
        rf" (?:this|the|that) (?:[a-z]+ )?{_PAPER}|to summari[sz]e|for "
        rf"an? {_SUMMARY}))\b[^.]{{0,60}}?,\s*{_REQUESTS}{_SAY}\b",
    ),
    # "Output only …", "respond with the word …", "your output must …"
    (
        ("output", "respond", "reply", "answer", "print", "return", "write", "summar"),
        r"^[\W\d_]*(?:please |kindly |now |then )?(?:output only\b|(?:output|respond|reply|answer|print|return|write)\s+(?:(?:only"
        r"|exclusively|"
        r"solely) (?:with|in|the (?:words?|phrase|sentence|following|text|number))\b|nothing but\b|with (?:only |just |exactly )?(?:the "
        r"(?:words?|phrase|sentence|token|message|following)\b|[\"“])))"
        rf"|\byour (?:output|{_SUMMARY}) {_MUST} {_NOT}(?:be (?:only|exactly)|contain (?:only|the (?:word|"
        rf"phrase|token))|say\b|state that|(?:begin|start|end|close) with|consist|mention|be (?:written )?in {_LANGUAGE})",
    ),
    # "Summarize this filing as …", "translate your summary into …", "answer in French"
    (
        ("summari", "translat", "render", "write", "give", "respond", "reply", "answer", "output", "describe", "convert", "produce", "provid", "deliver",
         "prepar", "compos", "draft", "put "),
        _COMMAND + rf"(?:(?:summari[sz]e|describe) (?:this|the) (?:[a-z]+ )?{_PAPER} (?:only |simply )?(?:as|by saying)\b"
        rf"|(?:translate|render|"
        rf"convert|give|write|produce|provide|deliver|prepare|compose|draft|put) (?:your|the|this|all|any"
        rf"|an?) (?:[a-z]+ )?(?:{_SUMMARY}|output|answers?|"
        rf"response|reply) (?:in|into|to) {_LANGUAGE}\b|(?:translate|render|convert|put) (?:everything|anything|all|whatever"
        rf"|what) (?:that )?you (?:write|say|"
        r"output|produce|answer)\b"
        rf"|(?:summari[sz]e|output)(?: only| exclusively| entirely| solely)? in {_LANGUAGE}\b)",
    ),
    # "Use the following verbatim in your summary"
    (
        ("summar", "synops", "overview", "digest", "recap"),
        _COMMAND + r"(?:use|copy|repeat|reproduce|insert|include|paste|return|quote|place|put) (?:this|the following|it|that|these)\b"
        rf"[^.]{{0,60}}?\b(?:in|into|as) (?:the|your|any|every) (?:[a-z]+ )?{_SUMMARY}\b",
    ),
    # "Whoever summarizes this, please …" and "be sure that the summary says …"
    (
        ("summar", "synops", "overview", "digest", "recap"),
        _COMMAND + rf"(?:be sure|make sure|ensure|remember|see to it)\b[^.]{{0,30}}?\b(?:the|your|any|every) (?:[a-z]+ )?{_SUMMARY}\b",
    ),
    # "Translate the summary", in French: to be done to what is written, not to the filing
    (
        ("tradui", "übersetz", "traduz", "traduc"),
        r"\b(?:tradui(?:s|sez|re)|übersetzen?|traduz(?:ca|ir|a)|traduce|traduzca)\b.{0,16}\b(?:résumé|réponse|Zusammenfassung"
        r"|Antwort|resumen|respuesta|"
        r"resumo|resposta|riassunto|risposta)\b",
    ),
    # "No recap of this pleading may omit …", "AI-generated recaps describe …", "a premise of every abridgment of this paper"
    (
        ("recap", "synops", "overview", "digest", "abridg", "précis", "condens", "abstract", "generated"),
        rf"\b(?:recaps?|synops[ie]s|overviews?|digests?|abridge?ments?|précis)\b(?! of (?:title|law))[^.;]{{0,60}}?\b(?:{_MUST}"
        rf"|may) {_NOT}{_SAY}\b(?:(?<=omit)|(?=.*\b{_CASE}\b))|\b(?:ai|machine|computer|"
        rf"software|automatically|auto)?[- ]?generated (?:{_SUMMARY}|{_GIST})\b[^.;]{{0,40}}?\b{_SAY}\b|\b(?:of|for|in) (?:every"
        rf"|any|all|each) {_GIST} of this (?:[a-z]+ )?"
        r"(?:document|filing|paper|brief|motion|pleading|order|opinion|case|petition)\b",
    ),
    # "To the person or program tasked with condensing this: …", "Question for the model: …", "Expected answer: …"
    (
        ("to the", "for the", "answer", "output", "response", "summar", "begin", "start", "follow"),
        r"^[\W\d_]*to (?:the|whatever|whichever|any) [^.,:]{0,40}\b(?:program|software|machine|model|system|tool|computer"
        r"|bot)\b[^.,:]{0,20}\b(?:tasked|charged|asked|"
        rf"summar\w+|boil\w*|condens\w+|reading|preparing|writing|producing|digesting)\b|^[\W\d_]*[a-z]+ for the (?:{_AI}|model"
        rf"|abstractor)\s*:|\b(?:expected|approved|"
        rf"required|desired|canonical) (?:answer|{_SUMMARY}|output|response)\s*:|\b(?:assistant|model|ai|summari[sz]er"
        rf"|machine)(?:'s)? (?:notes?|instructions?|section|"
        r"messages?) (?:begins?|starts?|follows?)\b",
    ),
    # "Remember for later questions: …", "if anyone asks about this, answer …"
    (
        ("remember", "memori", "keep in mind", "store", "asks", "asked"),
        r"\b(?:remember|memori[sz]e|store|keep in mind)\b[^.]{0,20}?\bfor (?:later|future|subsequent|further|any"
        r"|all) (?:[a-z]+ )?(?:questions?|answers?|queries|prompts?|"
        r"summar\w+|turns?)\b|^[\W\d_]*(?:if|when(?:ever)?) (?:anyone |someone |somebody |a user |the user |later "
        r"|ever )*ask(?:s|ed)\b[^.]{0,60},\s*(?:say|answer|"
        r"state|reply|respond|tell|write) (?:that|with|only|them|him|her|the user|[\"“'])",
    ),
    # Talk of prompts: "your system prompt", "from now on, respond …", "new instructions:"
    (
        ("prompt", "from now on", "new ", "next ", "programming", "context window", "guardrails", "end of", "training data", "guidance", " mode", "reveal",
         "roles"),
        r"\byour (?:system prompt|initial prompt|hidden prompt|prompt|programming|training data|context window|guardrails"
        r"|(?:earlier|previous|prior) guidance)\b|\bfrom now on,? "
        r"(?:you (?:will|must|should) )?(?:only |always )?(?:answer|respond|reply|act as|output|write)\b|^[\W\d_]*(?:your )?new "
        r"(?:task|instructions?|objective|system prompt|role)\s*:|" + _COMMAND + r"(?:reveal|print|repeat|show"
        r"|output) the system prompt\b|"
        r"^\W*end of (?:input|prompt|context|user (?:input|message))\b|\byour (?:next|new) (?:job|assignment|mission"
        r"|task) is (?:now )?to (?:write|compose|"
        r"produce|print|say|tell|summari[sz]e|translate|answer|output)\b|\b(?:sudo|developer|debug|admin|god|jailbreak"
        r"|maintenance) mode (?:is )?(?:now )?(?:enabled|"
        r"on|active|activated)\b|" + _COMMAND + r"(?:reveal|disclose|print|show) your (?:configuration|settings|rules"
        r"|instructions)\b|\b(?:now )?switch roles\b",
    ),
    # Marks of chat templates and of roles
    (
        ("<", "[", "##", ":"),
        r"<\|\w{2,20}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|user|instructions?|prompt|document|filing|context|input|data"
        r"|source)>|\[(?:system|assistant|user)(?: \w+)?\]|"
        r"(?:^|\s)#{2,}\s*(?:system|instructions?|response|assistant|user|human|new)\b|^[\W\d_]*(?:system|developer|admin(?:istrator)?) "
        r"(?:message|prompt|override|instructions?)\b.{0,30}?[:,]|^[\W\d_]*(?:system|assistant|ai|human|user|model"
        r"|chatgpt)\s*:\s*(?:you\b|please\b|"
        r"ignore|disregard|forget|sure\b|certainly|of course|here(?:'s| is| are)\b|the summary|answer\b|report\b|summari[sz]e"
        r"|always\b|never\b|"
        r"do not\b|print\b|output\b|respond\b|as an\b)|\b(?:user|human|prompt)\s*:.{1,200}\b(?:assistant|ai|bot|model|response)\s*:",
    ),
    # The simplest form in other languages
    (
        ("anweisung", "alle vor", "instruc", "instruç", "istruzioni", "résumé", "zusammenfassung", "resumen", "инструкц", "指", "無視", "지시",
         "تعليمات", "निर्देश", "polecenia", "instrukcj", "instructies", "talimat", "riassunto", "resumo"),
        r"\balle (?:vorherigen|vorigen|vorangegangenen|bisherigen|obigen|früheren) (?:Anweisungen|Instruktionen|Befehle|\w+_\d+)"
        r"|\b(?:ignore[zr]?|oublie[zr]?|ignora|ignorad|olvida|olvide|dimentica|esqueça|negeer|vergeet|zignoruj|игнорируй(?:те)?"
        r"|забудь(?:те)?)\b"
        r".{0,24}?\b(?:instructions?|consignes|instrucciones|istruzioni|instruções|instructies|instrukcj\w+|polecenia|инструкци\w+)\b"
        r"(?: (?:précédentes|antérieures|ci-dessus|anteriores|previas|precedenti))?"
        r"|(?:忽略|无视|無視|忘记|忘記).{0,10}(?:指令|指示|说明|說明|提示)|(?:指示|命令|指令)を.{0,6}無視|(?:지시|명령).{0,6}무시|تجاهل.{0,16}تعليمات"
        r"|निर्देश.{0,12}(?:अनदेखा|नज़रअंदाज़)|talimatları.{0,12}(?:yoksay|unut)"
        r"|\b(?:in (?:der|Ihrer|deiner) Zusammenfassung|dans (?:le|votre|ton) résumé|en (?:el|su|tu) resumen|nel (?:tuo )?riassunto"
        r"|no (?:seu )?resumo)"
        r",? (?:schreib\w*|nenn\w*|erwähn\w*|écri\w+|indique\w*|dites|menciona\w*|mencione|escrib\w+|escrev\w+|scriv\w+|di[gc]a\b)",
    ),
)  # fmt: skip
# What goes with such a sentence where it stands beside one: a command, or talk of the summary.
GOES_WITH = re.compile(
    r"^[\W\d_]*(?:(?:also|then|and|next|finally|instead|rather|further|in addition|additionally|likewise|so|if asked),? )*"
    r"(?:please|kindly|you|your|do not|don't|never|always|only|under no|"
    + _SAY[3:-1]
    + r"|make|set|follow|obey|avoid|replace|"
    r"remember|imagine|act|execute|delete|render|keep)\b"
    rf"|\b(?:your|the|any) (?:{_SUMMARY}|output|response|reply)\b|^\W*(?:user|human|assistant|system|ai)\s*:",
    re.IGNORECASE,
)
