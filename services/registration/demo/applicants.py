"""Plausible people who do not exist: the same ones in every demo. Addresses end in example.org, .net or .com."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from typing import Final

from services.registration.demo.forms import demo_form
from services.registration.rules.forms.compiled import Answers
from shared.words.languages import LANGUAGES

SEED: Final = 2011


@dataclass(frozen=True)
class Applicant:
    """Somebody made up, with a filled-in form and the language of the mails."""

    answers: Answers
    locale: str


# country: (language of mails, language of the event, given names, family names)
_ORIGINS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("SN", "fr", "Awa Moussa Fatou Ibrahima Mariama Cheikh", "Diop Ndiaye Fall Sarr Faye"),
    ("BF", "fr", "Aminata Issa Rasmata Salif Alizèta", "Ouédraogo Sawadogo Kaboré Traoré"),
    ("ML", "fr", "Oumou Bakary Kadiatou Seydou", "Keïta Coulibaly Diarra Sangaré"),
    ("CM", "fr", "Ngo Blaise Solange Thierry", "Mballa Nkoulou Fotso Etoundi"),
    ("CA", "fr", "Geneviève Étienne Maude Louis-Philippe", "Tremblay Gagnon Bouchard Lévesque"),
    ("FR", "fr", "Camille Yanis Hélène Mathieu", "Lefèvre Moreau Benoît Garnier"),
    ("BE", "fr", "Noémie Bram Céline", "Peeters Dubois Lambert"),
    ("HT", "fr", "Marie-Ange Wilner Roseline", "Jean-Baptiste Pierre-Louis Désir"),
    ("KE", "en", "Wanjiku Otieno Akinyi Kiprono", "Mwangi Ochieng Wafula Cheruiyot"),
    ("ZA", "en", "Nomsa Thabo Lerato Pieter", "Dlamini Khumalo Naidoo van Wyk"),
    ("NG", "en", "Chinwe Olumide Aisha Emeka", "Okafor Adeyemi Bello Eze"),
    ("GH", "en", "Ama Kwabena Efua Yaw", "Mensah Owusu Boateng Asante"),
    ("IN", "en", "Lakshmi Arjun Meera Ravi", "Nair Patel Iyer Chatterjee"),
    ("PH", "en", "Maria Jose Liza Ramon", "Santos Reyes dela Cruz Villanueva"),
    ("NP", "en", "Sita Bishnu Kamala", "Gurung Shrestha Tamang"),
    ("GB", "en", "Eleanor Rhys Fiona", "Whitfield Llewellyn MacLeod"),
    ("DE", "en", "Jörg Annegret Mehmet", "Großmann Öztürk Schäfer"),
    ("PL", "en", "Małgorzata Zbigniew Łucja", "Wiśniewska Dąbrowski Żak"),
    ("KR", "en", "Ji-woo Min-jun", "Kim Park Yoon"),
    ("VN", "en", "Thị Hương Văn Minh", "Nguyễn Trần Phạm"),
    ("MX", "es", "Guadalupe Joaquín Itzel Ramiro", "Hernández Xochitl Muñoz Cervantes"),
    ("CO", "es", "Luz Andrés Yuliana", "Restrepo Quiñones Ángel"),
    ("AR", "es", "Soledad Facundo Julieta", "Giménez Ferreyra Ledesma"),
    ("EC", "es", "Rosa Nayra Segundo", "Quispe Guamán Chimbo"),
    ("ES", "es", "Nerea Iñaki Montserrat", "Etxeberria Puig Castaño"),
    ("BO", "es", "Wara Domitila Evaristo", "Mamani Choque Condori"),
    ("BR", "pt", "Conceição João Thaís Raimundo", "Gonçalves Araújo Nascimento Assunção"),
    ("MZ", "pt", "Graça Armando Celeste", "Machava Sitoe Nhantumbo"),
    ("PT", "pt", "Inês Duarte Leonor", "Magalhães Falcão Simões"),
    ("CV", "pt", "Nilda Adilson", "Évora Tavares Monteiro"),
    ("MA", "ar", "خديجة يوسف نعيمة عمر", "العلوي بنجلون الإدريسي"),
    ("TN", "ar", "سلمى أنيس هاجر", "بن_صالح الطرابلسي الشابي"),
    ("EG", "ar", "منى أحمد ياسمين", "عبد_الرحمن السيد حسن"),
    ("JO", "ar", "رنا خالد", "الحوراني العبادي"),
    ("LB", "ar", "ريم جورج", "خوري حداد"),
)

_ORGANISATIONS: Final = {
    "fr": (
        "Coopérative du Fleuve", "Union des mutuelles de santé", "Réseau des femmes transformatrices",
        "Ministère de l’Économie sociale", "Fédération des artisans", "Caisse populaire du Plateau",
    ),
    "en": (
        "Riverside Farmers’ Cooperative", "Union of Informal Traders", "Housing Commons Trust",
        "Department of Cooperatives", "Credit Union Federation", "University of the Hills",
    ),
    "es": (
        "Cooperativa Tierra Nuestra", "Federación de Mutuales", "Red de Comercio Justo", "Banco Comunal del Valle",
    ),
    "pt": ("Cooperativa Mãos Dadas", "Rede de Finanças Solidárias", "Associação das Marisqueiras"),
    "ar": ("تعاونية الأرغان", "جمعية التنمية المحلية", "شبكة الاقتصاد التضامني"),
}  # fmt: skip

_MOTIVATIONS: Final = {
    "fr": (
        (
            "Notre coopérative compte {n} membres et cherche à accéder au financement sans perdre sa gouvernance"
            " démocratique. Je veux apprendre comment d’autres y sont parvenus et partager notre expérience."
        ),
        (
            "J’accompagne des groupements de femmes depuis {n} ans. Je cherche des outils pour passer de l’informel au"
            " statut coopératif, et des contacts pour un réseau régional."
        ),
    ),
    "en": (
        (
            "Our cooperative has {n} members and wants to reach finance without losing its democratic governance. I would"
            " like to learn how others did it and bring our own experience."
        ),
        (
            "For {n} years I have worked with street vendors on savings groups. I am looking for ways from informal work"
            " to a cooperative that the law protects, and for allies."
        ),
        (
            "I draft the law on social enterprises in my ministry. I want to hear from practitioners what helps and what"
            " only makes paper."
        ),
    ),
    "es": (
        (
            "Nuestra cooperativa reúne a {n} familias. Quiero aprender de otras experiencias de finanzas solidarias y"
            " compartir lo que hicimos en comercio justo."
        ),
        "Trabajo desde hace {n} años en formación cooperativa y busco métodos para llegar a las zonas rurales.",
    ),
    "pt": (
        (
            "A nossa rede junta {n} grupos produtivos. Quero conhecer políticas públicas de outros países e mostrar o"
            " nosso banco comunitário."
        ),
        "Trabalho há {n} anos com cooperativas de catadores e procuro formas de as ligar à economia verde.",
    ),
    "ar": (
        "تضم تعاونيتنا {n} عضوة، ونريد أن نتعلم كيف تصل التعاونيات إلى التمويل دون أن تفقد إدارتها الديمقراطية.",
        "أعمل منذ {n} سنوات مع الحرفيين، وأبحث عن طرق للانتقال من القطاع غير المنظم إلى التعاونيات.",
    ),
}
_COVERS: Final = {
    "fr": "Le voyage et le logement.",
    "en": "Travel and lodging.",
    "es": "El viaje y el alojamiento.",
    "pt": "A viagem e o alojamento.",
    "ar": "السفر والإقامة.",
}


def applicants(count: int) -> list[Applicant]:
    """Return ``count`` people, the same ones every time."""
    chance = random.Random(SEED)  # noqa: S311 - plausible, not secret
    return [_applicant(number, chance) for number in range(count)]


def _applicant(number: int, chance: random.Random) -> Applicant:
    country, language, given, family = _ORIGINS[chance.randrange(len(_ORIGINS))]
    first = chance.choice(given.split())
    last = chance.choice(family.split()).replace("_", " ")
    needs = chance.random() < 0.55  # noqa: PLR2004 - a little more than half ask
    wished = language if chance.random() < 0.8 else "en"  # noqa: PLR2004 - most work in their own language
    raw = {
        "name": f"{first} {last}",
        "called": first if chance.random() < 0.7 else "",  # noqa: PLR2004 - the question may be left empty
        "email": f"{_ascii(first, last) or 'applicant'}.{number + 1}@example.{chance.choice(('org', 'net', 'com'))}",
        "country": country,
        "organisation": chance.choice(_ORGANISATIONS[language]),
        "language": wished,
        "motivation": chance.choice(_MOTIVATIONS[language]).format(n=chance.randrange(4, 120)),
        "needs_fellowship": needs,
        "fellowship_cover": _COVERS[language],
        "consent": True,
        "role": chance.choice(("member", "lead", "support", "public")),
        "years": chance.randrange(1, 35),
        "topics": chance.sample(("finance", "law", "informal", "green", "networks"), k=3),
        "spoken": {language: "native"} | ({} if language == "en" else {"en": chance.choice(("A2", "B1", "B2", "C1"))}),
        "needs_visa": country not in {"FR", "ES", "PT", "IT"},
        "visa_where": chance.choice(("the capital", "a neighbouring country")),
        "photo": chance.random() < 0.7,  # noqa: PLR2004 - most agree
    }
    answers, problems = demo_form().read(raw, languages=LANGUAGES, locale=language)
    if answers is None:
        message = f"the demo's own answers are refused: {problems}"
        raise ValueError(message)
    return Applicant(answers, language)


def _ascii(*names: str) -> str:
    plain = unicodedata.normalize("NFKD", ".".join(names)).encode("ascii", "ignore").decode().lower()
    return ".".join(part for part in "".join(c if c.isalnum() else "." for c in plain).split(".") if part)
