"""One word for one thing, in each language; the catalogues repeat it for their translators."""

from __future__ import annotations

_TERMS = (
    "Edition", "Application", "Decision", "Offer", "Enrolment", "Elective", "Fellowship", "Reader", "Release", "Shelf",
    "Notice", "Campaign", "Audience", "Delivery", "Topic", "Publication", "Desk", "Outbox", "Fact",
)  # fmt: skip
_WORDS = {
    "en": _TERMS,
    "fr": (
        "édition", "candidature", "décision", "offre", "inscription", "module au choix", "bourse",
        "recueil (le Reader)", "parution", "rayon", "avis", "campagne", "destinataires", "envoi", "sujet",
        "publication", "bureau", "boîte de départ", "fait",
    ),
    "es": (
        "edición", "solicitud", "decisión", "oferta", "inscripción", "módulo optativo", "beca",
        "libro de lecturas (el Reader)", "versión publicada", "estante", "aviso", "campaña", "destinatarios", "envío",
        "tema", "publicación", "escritorio", "bandeja de salida", "hecho",
    ),
    "pt": (
        "edição", "candidatura", "decisão", "oferta", "inscrição", "módulo optativo", "bolsa",
        "livro de leituras (o Reader)", "versão publicada", "estante", "aviso", "campanha", "destinatários", "envio",
        "tema", "publicação", "escritório", "caixa de saída", "facto",
    ),
    "ar": (
        "دورة", "طلب مشاركة", "قرار", "عرض مقعد", "تسجيل", "مقرر اختياري", "منحة", "كتاب القراءات", "إصدار", "رف",
        "إشعار", "حملة", "المستلمون", "إرسال", "موضوع", "منشور", "المكتب", "صندوق الصادر", "واقعة",
    ),
}  # fmt: skip

GLOSSARY = {language: dict(zip(_TERMS, words, strict=True)) for language, words in _WORDS.items()}
