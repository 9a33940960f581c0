"""Syria's fourteen governorates as families call them. Codes: UN OCHA COD-AB Syria, CC BY 3.0 IGO (see NOTICE)."""

from __future__ import annotations

from collections.abc import Mapping

#: OCHA p-code -> name in ar, en, ku, tr, de, fr; the capitals bear the same names
NAMES: Mapping[str, Mapping[str, str]] = {
    code: dict(zip(("ar", "en", "ku", "tr", "de", "fr"), names.split("|"), strict=True))
    for code, names in {
        "SY01": "دمشق|Damascus|Şam|Şam|Damaskus|Damas",
        "SY02": "حلب|Aleppo|Heleb|Halep|Aleppo|Alep",
        "SY03": "ريف دمشق|Rural Damascus|Gundewarê Şamê|Şam kırsalı|Umland von Damaskus|Campagne de Damas",
        "SY04": "حمص|Homs|Hums|Humus|Homs|Homs",
        "SY05": "حماة|Hama|Hema|Hama|Hama|Hama",
        "SY06": "اللاذقية|Lattakia|Lazqiye|Lazkiye|Latakia|Lattaquié",
        "SY07": "إدلب|Idleb|Idlib|İdlib|Idlib|Idlib",
        "SY08": "الحسكة|Al-Hasakeh|Hesekê|Haseke|al-Hasaka|Hassaké",
        "SY09": "دير الزور|Deir-ez-Zor|Dêrezor|Deyrizor|Deir ez-Zor|Deir ez-Zor",
        "SY10": "طرطوس|Tartous|Tertûs|Tartus|Tartus|Tartous",
        "SY11": "الرقة|Ar-Raqqa|Reqa|Rakka|ar-Raqqa|Raqqa",
        "SY12": "درعا|Dar'a|Dera|Dera|Daraa|Deraa",
        "SY13": "السويداء|As-Sweida|Siwêda|Süveyda|as-Suwaida|Soueïda",
        "SY14": "القنيطرة|Quneitra|Qinêtra|Kuneytra|Qunaitira|Kuneitra",
    }.items()
}
