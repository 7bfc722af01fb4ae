"""The demo's editions: the Academy of 2011, as its announcement tells it, and two made-up ones: open, in selection."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shared.schema.base import new_id
from shared.schema.registration import Edition

PAST: Final = "montreal-2011"
OPEN: Final = "demonstration"
IN_SELECTION: Final = "demonstration-selection"

NAME_2011: Final = {
    "en": "Second Social and Solidarity Economy Academy",
    "fr": "Deuxième Académie de l’économie sociale et solidaire",
    "es": "Segunda Academia de Economía Social y Solidaria",
    "pt": "Segunda Academia de Economia Social e Solidária",
    "ar": "الأكاديمية الثانية للاقتصاد الاجتماعي والتضامني",
}
SUMMARY_2011: Final = {
    "en": "Social and Solidarity Economy: our common road towards Decent Work.",
    "fr": "Économie sociale et solidaire : notre chemin commun vers le travail décent.",
    "es": "Economía social y solidaria: nuestro camino común hacia el trabajo decente.",
    "pt": "Economia social e solidária: o nosso caminho comum para o trabalho digno.",
    "ar": "الاقتصاد الاجتماعي والتضامني: طريقنا المشترك نحو العمل اللائق.",
}
DESCRIPTION_2011: Final = {
    "en": (
        "The Academy took place from 24 to 28 October 2011 in Montreal, Canada. Its **Reader** brings together a series"
        " of articles to help build a common understanding of the concept of social and solidarity economy, with"
        " specific focus on governance and organizational management, policy and networking.\n\nIt also includes"
        " articles on the relationship between the social and solidarity economy and the informal economy, the green"
        " economy, local development and modalities of financing.\n\n*Capacity, deadlines and languages on this page"
        " are placeholders of the demonstration.*"
    ),
    "fr": (
        "L’Académie s’est tenue du 24 au 28 octobre 2011 à Montréal, au Canada. Son **Recueil** réunit une série"
        " d’articles pour construire une compréhension commune de l’économie sociale et solidaire : gouvernance et"
        " gestion des organisations, politiques publiques, réseaux.\n\n*La capacité, les délais et les langues de"
        " cette page sont des exemples de la démonstration.*"
    ),
}
NAME_OPEN: Final = {
    "en": "Demonstration edition (made up)",
    "fr": "Édition de démonstration (fictive)",
    "es": "Edición de demostración (ficticia)",
    "pt": "Edição de demonstração (fictícia)",
    "ar": "دورة تجريبية (وهمية)",
}
SUMMARY_OPEN: Final = {
    "en": "An invented edition with invented applicants, open for applications so that everything can be tried.",
    "fr": "Une édition inventée, avec des candidatures inventées, ouverte pour que tout puisse être essayé.",
    "es": "Una edición inventada, con solicitudes inventadas, abierta para poder probarlo todo.",
    "pt": "Uma edição inventada, com candidaturas inventadas, aberta para se poder experimentar tudo.",
    "ar": "دورة مُختلَقة بمتقدمين مُختلَقين، مفتوحة للتقديم لكي يُجرَّب كل شيء.",
}
DESCRIPTION_OPEN: Final = {
    "en": (
        "Five days for people who build, support or regulate cooperatives, mutual societies, associations, foundations"
        " and social enterprises.\n\n- **Mornings:** plenary sessions with interpretation\n- **Afternoons:** courses"
        " to choose from\n- **One day** of study visits\n\nNothing on this page is real: place, dates and people are"
        " made up for the demonstration."
    ),
    "fr": (
        "Cinq jours pour celles et ceux qui bâtissent, accompagnent ou encadrent coopératives, mutuelles, associations,"
        " fondations et entreprises sociales.\n\n- **Le matin :** séances plénières avec interprétation\n-"
        " **L’après-midi :** cours au choix\n- **Une journée** de visites d’étude\n\nRien n’est réel sur cette page :"
        " lieu, dates et personnes sont inventés pour la démonstration."
    ),
    "es": (
        "Cinco días para quienes construyen, apoyan o regulan cooperativas, mutuales, asociaciones, fundaciones y"
        " empresas sociales.\n\n- **Por la mañana:** sesiones plenarias con interpretación\n- **Por la tarde:** cursos"
        " a elegir\n- **Un día** de visitas de estudio\n\nNada en esta página es real: lugar, fechas y personas son"
        " inventados para la demostración."
    ),
    "pt": (
        "Cinco dias para quem constrói, apoia ou regula cooperativas, mutualidades, associações, fundações e empresas"
        " sociais.\n\n- **De manhã:** sessões plenárias com interpretação\n- **À tarde:** cursos à escolha\n- **Um"
        " dia** de visitas de estudo\n\nNada nesta página é real: lugar, datas e pessoas são inventados para a"
        " demonstração."
    ),
    "ar": (
        "خمسة أيام لمن يبنون التعاونيات والتعاضديات والجمعيات والمؤسسات الخيرية والمقاولات الاجتماعية أو يدعمونها أو"
        " ينظمونها.\n\n- **صباحًا:** جلسات عامة مع ترجمة فورية\n- **بعد الظهر:** دورات تختار منها\n- **يوم واحد**"
        " من الزيارات الدراسية\n\nلا شيء في هذه الصفحة حقيقي: المكان والتواريخ والأشخاص مُختلَقون لأغراض العرض."
    ),
}
NAME_IN_SELECTION: Final = {
    "en": "Demonstration of a selection (made up)",
    "fr": "Démonstration d’une sélection (fictive)",
    "es": "Demostración de una selección (ficticia)",
    "pt": "Demonstração de uma seleção (fictícia)",
    "ar": "عرض لعملية اختيار (وهمي)",
}
SUMMARY_IN_SELECTION: Final = {
    "en": "An invented edition whose applications are closed: reviewers read them, and the first places are given.",
    "fr": "Une édition inventée dont les candidatures sont closes : on les lit, et les premières places sont données.",
    "es": "Una edición inventada cuyo plazo terminó: se leen las solicitudes y se dan las primeras plazas.",
    "pt": "Uma edição inventada com candidaturas encerradas: estão a ser lidas e os primeiros lugares são dados.",
    "ar": "دورة مُختلَقة أُغلق باب التقديم فيها: تُقرأ الطلبات وتُمنح الأماكن الأولى.",
}


def edition_of_2011(*, now: datetime) -> Edition:
    """Return the real edition. What its announcement does not tell is a placeholder, and labelled so."""
    return Edition(
        id=new_id(),
        slug=PAST,
        name=NAME_2011,
        summary=SUMMARY_2011,
        description=DESCRIPTION_2011,
        place="Montreal, Canada",
        venue="",
        starts_on=date(2011, 10, 24),
        ends_on=date(2011, 10, 28),
        time_zone="America/Toronto",
        languages=["en", "fr"],
        capacity=100,
        over_offer=0,
        opens_at=datetime(2011, 4, 1, 13, 0, tzinfo=UTC),
        closes_at=datetime(2011, 8, 1, 3, 59, tzinfo=UTC),
        offer_days=14,
        accent="#8a3b12",
        contact="socialeconomy@itcilo.org",
        published_at=now,
        created_at=now,
        updated_at=now,
    )


def open_edition(*, now: datetime) -> Edition:
    """Return the made-up edition: applications opened forty days ago and close in three weeks."""
    starts_on = (now + timedelta(days=130)).date()
    starts_on -= timedelta(days=starts_on.weekday())
    last_day = (now + timedelta(days=21)).date()
    closes_on = datetime.combine(last_day, time(23, 59, 59), tzinfo=ZoneInfo("Europe/Rome"))
    return Edition(
        id=new_id(),
        slug=OPEN,
        name=NAME_OPEN,
        summary=SUMMARY_OPEN,
        description=DESCRIPTION_OPEN,
        place="Turin, Italy",
        venue="A campus by the river (made up)",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=4),
        time_zone="Europe/Rome",
        languages=["en", "fr", "es", "pt", "ar"],
        capacity=80,
        over_offer=0,
        opens_at=now - timedelta(days=40),
        closes_at=closes_on,
        heard_by=last_day + timedelta(days=30),
        offer_days=14,
        accent="#14595b",
        contact="academy@example.org",
        published_at=now - timedelta(days=45),
        created_at=now - timedelta(days=60),
        updated_at=now - timedelta(days=45),
    )


def edition_in_selection(*, now: datetime) -> Edition:
    """Return the made-up edition that takes no more applications: they closed four weeks ago."""
    starts_on = (now + timedelta(days=90)).date()
    starts_on -= timedelta(days=starts_on.weekday())
    last_day = (now - timedelta(days=28)).date()
    return Edition(
        id=new_id(),
        slug=IN_SELECTION,
        name=NAME_IN_SELECTION,
        summary=SUMMARY_IN_SELECTION,
        description={},
        place="Turin, Italy",
        venue="A campus by the river (made up)",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=4),
        time_zone="Europe/Rome",
        languages=["en", "fr", "es", "pt", "ar"],
        capacity=40,
        over_offer=0,
        opens_at=now - timedelta(days=75),
        closes_at=datetime.combine(last_day, time(23, 59, 59), tzinfo=ZoneInfo("Europe/Rome")),
        heard_by=(now + timedelta(days=12)).date(),
        offer_days=14,
        accent="#5b3a7a",
        contact="academy@example.org",
        published_at=now - timedelta(days=80),
        created_at=now - timedelta(days=85),
        updated_at=now - timedelta(days=80),
    )
