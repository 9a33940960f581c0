"""Words around a place's name, in six languages and Arabic in Latin letters: what kind of place is meant, and mere filling."""

from __future__ import annotations

from collections.abc import Mapping

from flows.reading.places.keys import parts

GOVERNORATE, RURAL, CITY, DISTRICT, HOOD = "governorate", "rural", "city", "district", "hood"
PRISON, BRANCH, HOSPITAL, CAMP = "prison", "branch", "hospital", "camp"
CENTRAL, BETWEEN, AND, FROM, TO, WAY, SEA = "central", "between", "and", "from", "to", "way", "sea"
FILLING, STRONG_FILLING, SIDE, NO_PLACE = "filling", "in", "side", "no place"

#: words that say which kind of institution a name belongs to; they also name its keys in the gazetteer
SITES = (PRISON, BRANCH, HOSPITAL, CAMP)
#: words that say what kind of place a name is
MARKERS = frozenset({GOVERNORATE, RURAL, CITY, DISTRICT, HOOD, *SITES})
#: a name right after one of these is a name of a place
EVIDENCE = MARKERS | {STRONG_FILLING, FROM, TO, BETWEEN}

_WORDS: Mapping[str, str] = {
    GOVERNORATE: """محافظة المحافظة | muhafaza mohafaza mou7afazat mo7afazet muhafazah | governorate province | parêzgeh parêzgeha
        wîlayeta | ili ilinde iline ilinden vilayeti valiliği | provinz gouvernement | gouvernorat province""",
    RURAL: """ريف الريف بريف | reef rif | countryside rural suburbs | gundewar gundewarê gundewarên derdora | kırsalı kırsalında
        kırsalından kırsal | umland landkreis | campagne banlieue""",
    CITY: """مدينة المدينة بلدة البلدة بلد قرية القرية ضيعة الضيعة ضيعتنا بلدتنا مدينتنا قريتنا | madinet madinat balad day3a day3et
        qaryet | city town village | bajar bajarê bajarokê gund gundê | şehri şehrinde şehrinden kenti köyü köyünde köyünden
        beldesi kasabası kasabasında şehir | stadt kleinstadt dorf ortschaft | ville village bourg""",
    DISTRICT: """منطقة المنطقة قضاء ناحية الناحية | manta2et mantiqat | district subdistrict area | navçe navçeya herêma |
        ilçesi ilçesinde nahiyesi bölgesi | bezirk kreis gebiet | district région sous-district""",
    HOOD: """حي الحي حيّ حارة الحارة شارع بحي مساكن ضاحية جمعية مشروع دوار ساحة | 7ay hay 7aret | neighborhood neighbourhood quarter | taxa taxê tax |
        mahallesi mahallesinde mahalle semti | viertel stadtteil stadtviertel | quartier""",
    PRISON: """سجن السجن معتقل المعتقل | sejen sijn sejn segn habs | prison jail detention | girtîgeh girtîgeha zindan zindana |
        hapishanesi hapishanesinde hapishane cezaevi cezaevinde | gefängnis gefängnisses haftanstalt zentralgefängnis
        militärgefängnis | prison""",
    BRANCH: """فرع الفرع | far3 fer3 fara3 | branch | şax şaxa şaxê | şubesi şubesinde şube şubesine | abteilung zweigstelle |
        branche section""",
    HOSPITAL: """مشفى مستشفى المشفى المستشفى | mashfa mashfaa mestashfa | hospital | nexweşxane nexweşxaneya |
        hastanesi hastanesinde hastane | krankenhaus militärkrankenhaus spital hospital | hôpital""",
    CAMP: """مخيم المخيم معسكر | mo5ayyam mokhayam mukhayyam mokhayyam m5ayyam | camp | kamp kampa wargeh wargeha |
        kampı kampında | lager flüchtlingslager | camp""",
    CENTRAL: "المركزي مركزي | markazi | central military | navendî navendîya leşkerî | merkez merkezi askeri | zentral | centrale militaire",
    BETWEEN: "بين مابين | ben bein bayn | between | navbera | arasında arası arasındaki | zwischen | entre",
    AND: "و | w wa and | û | ile ve | und | et",
    FROM: "من | mn min men | from | ji | | von aus | de du depuis",
    TO: "الى إلى لعند صوب باتجاه | ila | to towards | ber | | nach | vers",
    WAY: """طريق الطريق بطريق عطريق اوتستراد أوتوستراد | tari2 tareeq | road way highway route | rê rêya riya | yolu yolunda yol |
        weg straße autobahn | route chemin""",
    SEA: "البحر بحر بالبحر المتوسط | bahr ba7r elba7r | sea boat mediterranean | deryayê derya behrê | denizde deniz | meer mittelmeer | mer",
    STRONG_FILLING: """في ب عند بـ داخل قرب جنب حوالي بجانب | bi fi b 3ind 3and 3a | in at near around inside | li di de nêzîkî |
        yakınında içinde | in bei nähe im am | à a au aux en dans près""",
    FILLING: """كان كانت كنا يمكن شي تقريبا ربما بعدين ع عن على هو هي سوريا بسوريا مكان اسمها اسمه جهة ناحيت هناك | kan kenet yimkin 3an ala |
        was were he she it is maybe probably perhaps somewhere close the of on syria outside | bû ne belkî dora nav ya yê ser û sûriyê |
        belki galiba sanırım civarı civarında yakın suriye suriyede bir | der die das dem den ein einem eine einer vielleicht war
        er sie an auf syrien oder | le la les l d des il elle était peut-être un une syrie c est sur""",
    SIDE: """شمال جنوب شرق غرب شمالي جنوبي شرقي غربي الشمالي الجنوبي الشرقي الغربي | north south east west northern southern
        eastern western | bakur başûr rojhilat rojava bakurê başûrê | kuzey güney doğu batı kuzeyi güneyi |
        nord süd ost norden süden osten westen | nord sud est ouest""",
    NO_PLACE: """البيت بيت بيتنا بيته بيتو البحر الطريق طريق المدرسة مدرسة الجامع جامع السوق الشغل العمل الحدود الجبل النهر المزرعة
        الكراج الملعب المحكمة المشفى المستشفى السجن الفرع الحارة الشارع المدينة الجيش الامن الأمن الجمعة السبت الاحد الاثنين الثلاثاء
        الاربعاء الخميس الصبح الصباح الليل النهار سنة شهر يوم الله اخي ابي امي ابني بنتي اختي عمي خالي جدي زوجي
        طيارة طائرة سيارة باص قطار سفينة قارب مركب مدرستنا مدرسته شغله شغلو شغلي غرفة محل دكان مطعم مخفر
        ابن اخ اخت ام اب عم خال زوج زوجتي ولدي اولادي والدي والدتي جاري صديقي رفيقي قريبي | home house work sea road
        school mosque market border river hospital prison street court car plane boat bus train army friend brother sister son daughter father mother husband wife uncle aunt cousin | mal malê kar rê dibistan sînor balafir erebe artêş bira birayê xwişk xwişka kurê keça bavê diya mam xal apê hevalê kar | ev evde evden iş okul
        sınır sokak araba uçak kardeşim kardeşi oğlum kızım babam annem kocam karım amcam dayım eşim asker ordu | haus hause arbeit schule grenze straße meer auto flugzeug boot zug bruder schwester sohn tochter vater mutter mann frau onkel tante freund armee | maison travail école frontière rue mer voiture avion bateau train frère soeur fils fille père mère mari femme oncle tante ami armée""",
}

_BY_WORD: Mapping[str, frozenset[str]] = {
    word: frozenset(role for role, words in _WORDS.items() if word in set(parts(words.replace("|", " "), limit=10_000)))
    for role, words in _WORDS.items()
    for word in parts(words.replace("|", " "), limit=10_000)
}


def roles(word: str) -> frozenset[str]:
    """The roles a folded word may play; empty for most."""
    return _BY_WORD.get(word, frozenset())


#: institutions of one name in many cities: phrase by phrase, the names families use for them
INSTITUTIONS: Mapping[str, str] = {
    "military": """الأمن العسكري|أمن عسكري|المخابرات العسكرية|مخابرات عسكرية|الاستخبارات العسكرية|amn 3askari|el amn el 3askari|
        military intelligence|military security|istixbarata leşkerî|ewlehiya leşkerî|asayişa leşkerî|askeri istihbarat|askeri güvenlik|
        militärgeheimdienst|militärischer geheimdienst|militärsicherheit|renseignement militaire|renseignements militaires|
        sécurité militaire""",
    "state": """أمن الدولة|أمن دولة|المخابرات العامة|مخابرات عامة|amn el dawle|amn dawle|state security|general intelligence|
        ewlehiya dewletê|asayişa dewletê|devlet güvenliği|devlet güvenlik|genel istihbarat|staatssicherheit|allgemeiner geheimdienst|
        sûreté de l'état|sécurité d'état|renseignements généraux""",
    "air force": """المخابرات الجوية|مخابرات جوية|الجوية|جوية|أمن جوي|الأمن الجوي|mukhabarat jawiye|el jawiye|mo5abarat jawiye|
        air force intelligence|airforce intelligence|istixbarata asmanî|istixbarata hewayî|hava istihbarat|hava istihbaratı|
        hava kuvvetleri istihbaratı|luftwaffengeheimdienst|geheimdienst der luftwaffe|luftwaffen geheimdienst|
        renseignements de l'armée de l'air|renseignement de l'armée de l'air|renseignements aériens""",
    "political": """الأمن السياسي|أمن سياسي|السياسية|سياسية|amn siyasi|el amn el siyasi|political security|ewlehiya siyasî|
        asayişa siyasî|siyasi güvenlik|politische sicherheit|politischer sicherheitsdienst|sécurité politique""",
    "criminal": """الأمن الجنائي|أمن جنائي|الجنائية|amn jina2i|criminal security|ewlehiya cinayî|ceza güvenliği|kriminalsicherheit|
        sécurité criminelle""",
    "military police": """الشرطة العسكرية|شرطة عسكرية|shurta 3askariye|military police|polîsê leşkerî|askeri polis|askeri inzibat|
        militärpolizei|police militaire""",
    "central prison": """السجن المركزي|سجن مركزي|sejen markazi|sijn markazi|el sejen el markazi|central prison|girtîgeha navendî|
        merkez cezaevi|merkezi hapishane|merkez hapishanesi|merkezi cezaevi|zentralgefängnis|prison centrale""",
}  # fmt: skip

#: "I don't know" and other whole answers that name no place
NO_ANSWER = frozenset(
    " ".join(parts(words))
    for words in """ما بعرف|مابعرف|ما بعرفش|معرفش|لا أعرف|لا أعلم|مدري|ما ادري|ماعم اتذكر|ما بتذكر|مابتذكر|مو متأكد|مو متأكدة|مو عارف|
        مو عارفة|ما عندي علم|مجهول|غير معروف|الله أعلم|الله يعلم|نعم|لا|اي|ايه|شكرا|مكان ما|بسوريا|سوريا|في سوريا|
        ma ba3ref|maba3ref|ma b3ref|ma bitzakkar|mabaaref|ma baaref|la|na3am|
        nizanim|ez nizanim|nayê bîra min|ji bîra min çû|ne diyar e|Xwedê zane|erê|na|bilmiyorum|bilmiyom|hatırlamıyorum|emin değilim|
        belli değil|evet|hayır|i don't know|i dont know|dont know|dunno|no idea|not sure|can't remember|unknown|yes|no|
        weiß nicht|weiß ich nicht|keine ahnung|unbekannt|kann mich nicht erinnern|ich weiß nicht|ich weiß es nicht|ja|nein|
        je ne sais pas|sais pas|je sais pas|aucune idée|je ne me souviens pas|inconnu|oui|non""".split("|")
    if words.strip()
)

#: a checkpoint without a name, in every language
CHECKPOINTS = """حاجز|الحاجز|حاجز عسكري|حاجز تفتيش|نقطة تفتيش|حواجز|7ajez|hajez|el 7ajez|checkpoint|check point|army checkpoint|roadblock|
    nuqteya kontrolê|xala kontrolê|nuqteya lêgerînê|bariyer|kontrol noktası|kontrol noktasında|arama noktası|
    kontrollpunkt|kontrollposten|straßensperre|barrage|point de contrôle|poste de contrôle|check-point""".split("|")
